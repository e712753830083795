# Shared by the scripts beside it; not to be run.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
self=$(realpath -- "$0")

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

# What must be there (a pattern), and the Debian package that brings it.
required=(
  "/usr/include/postgresql/libpq-fe.h libpq-dev"
  "/usr/include/hiredis/hiredis.h libhiredis-dev"
  "/usr/include/crypt.h libcrypt-dev"
  "/usr/include/zlib.h zlib1g-dev"
  "/usr/include/brotli/encode.h libbrotli-dev"
  "/usr/lib/postgresql/*/bin/initdb postgresql"
  "/usr/bin/psql postgresql-client"
  "/usr/bin/redis-server redis-server"
  "/usr/bin/setpriv util-linux"
  "/usr/bin/curl curl"
  "/usr/lib/python3*/ensurepip/__init__.py python3-venv"
)

missing_packages() {
  local line
  for line in "${required[@]}"; do
    compgen -G "${line% *}" >/dev/null || printf '%s\n' "${line##* }"
  done
}

# Installs what is missing when we may, and says what to install when we may not.
install_missing() {
  local packages
  mapfile -t packages < <(missing_packages)
  [ "${#packages[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    die "please install what is missing, for example with: sudo apt-get install ${packages[*]}"
  fi
  say "installing ${packages[*]}"
  without_services apt_install "${packages[@]}"
  mapfile -t packages < <(missing_packages)
  [ "${#packages[@]}" -eq 0 ] || die "still missing after the installation: ${packages[*]}"
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  apt-get install -qq --yes --no-install-recommends "$@" >&2
}

# Debian's packages start their services on their default ports. We start our own, so for the time of the installation
# policy-rc.d(8) forbids it, unless the machine has a policy already.
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  trap "rm -f '$policy'" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  "$@"
  rm -f "$policy"
  trap - EXIT
}

swift_needed="6.2 or newer"

has_swift() {
  local version
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  [ -n "$version" ] && [ "$(printf '6.2\n%s\n' "$version" | sort -V | head -n 1)" = 6.2 ]
}

# require_swift ARGUMENTS…: with no usable Swift, starts the calling script once more, with Debian's (see with-debian-swift).
require_swift() {
  if has_swift; then return; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    die "Swift $swift_needed is needed, and 'swift' on the PATH is $(swift --version 2>/dev/null | head -n 1 | grep . || echo missing);" \
      "see https://swift.org/install"
  fi
  say "Swift $swift_needed is not on the PATH; going on with Debian's"
  exec "$root/scripts/with-debian-swift" "$self" "$@"
}
