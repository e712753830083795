"""Drives every server with wrk by turns and prints a table of medians; `run` prepares what it needs.

Servers get core 0 for themselves; wrk, PostgreSQL and Redis share core 1.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECRET = "the benchmark's secret, of at least 32 bytes"
TTLS = ["HOME_KPIS", "ALERTS", "ACTIVITY", "TRACES_LIST", "TRACE_DETAIL"]
CONNECTIONS = 32


@dataclass
class Server:
    """A server under test: how it is started, and how it is driven."""

    name: str
    command: list[str]
    port: int
    script: str = "graphql.lua"
    # Requests that make up one dashboard.
    requests: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    memory: int = 0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def token(workspace: str) -> str:
    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {
        "user_id": "00000000-0000-4000-8000-000000000001",
        "workspace_id": workspace,
        "email": "benchmark@example.com",
        "iat": int(time.time()) - 5,
        "exp": int(time.time()) + 86400,
        "jti": "benchmark",
    }
    text = part({"alg": "HS256", "typ": "JWT"}) + "." + part(claims)
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def ask(port: int, path: str, bearer: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=body,
        headers={"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read()


class Stand:
    """What all servers share: the data, the query, the caller."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self.folder = Path(arguments.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tracegate = [str(ROOT / ".build/release/tracegate")]
        self.query = {
            "query": (ROOT / "Benchmarks/language/documents/dashboard.graphql").read_text(),
            "variables": {"range": "24h"},
        }
        self.body = self.folder / "request.json"
        self.body.write_text(json.dumps(self.query))
        self.answer = self.folder / "answer.json"

    def load(self) -> None:
        """Migrates, writes the demo data and chooses its first workspace."""
        subprocess.run([*self.tracegate, "migrate"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        demo = [*self.tracegate, "demo", "--traces", str(self.arguments.traces)]
        said = subprocess.run(demo, check=True, cwd=ROOT, capture_output=True, text=True).stdout
        workspaces = re.search(r"Workspaces: ([0-9a-f-]{36})", said)
        if workspaces is None:
            sys.exit(f"`tracegate demo` names no workspace: {said}")
        self.workspace = workspaces[1]
        self.token = token(self.workspace)
        vacuum = ["psql", os.environ["TIMESCALE_URL"], "-qc", "VACUUM ANALYZE"]
        subprocess.run(vacuum, check=True)

    def gateway(self, name: str, ttl: int | None, **environment: str) -> Server:
        port = free_port()
        ttls = {} if ttl is None else {f"CACHE_TTL_{key}": str(ttl) for key in TTLS}
        settings = {
            "PORT": str(port),
            "SERVICE_PORT": str(free_port()),
            "LOG_LEVEL": "error",
            "JWT_SECRET": SECRET,
            **ttls,
            **environment,
        }
        return Server(name, [*self.tracegate, "serve"], port, environment=settings)

    def capture(self) -> None:
        """Fills Redis under the documented keys and keeps the answer that the static servers give."""
        server = self.gateway("fill", 86400)
        with running(server, self):
            for _ in range(3):
                answer = ask(server.port, "/graphql", self.token, self.body.read_bytes())
            if "errors" in json.loads(answer):
                sys.exit(f"the dashboard's query fails: {answer[:500]!r}")
            self.answer.write_bytes(answer)
        found = redis("--scan", "--pattern", f"traces:list:{self.workspace}:*").split()
        self.traces_key = found[0]

    def servers(self) -> list[Server]:
        binaries = Path(self.arguments.binaries)
        shared = {"JWT_SECRET": SECRET, "BENCHMARK_TRACES_KEY": self.traces_key}
        nio, hummingbird = free_port(), free_port()
        result = [
            Server("raw SwiftNIO, static", [str(binaries / "StaticNIO"), str(nio), str(self.answer)], nio),
            Server(
                "Hummingbird, static",
                [str(binaries / "StaticHummingbird"), str(hummingbird), str(self.answer)],
                hummingbird,
            ),
            self.gateway("Tracegate, warm", 86400),
            replace(self.gateway("Tracegate, warm, no request like another", 86400), script="graphql-differing.lua"),
            self.gateway("Tracegate, warm in Redis only", 86400, CACHE_MEMORY_BYTES="0"),
            self.gateway("Tracegate, cold", 0),
        ]
        for state, cache in [("warm", "on"), ("cold", "off")]:
            port = free_port()
            result.append(
                Server(
                    f"graphql-js, {state}",
                    ["nodejs", str(HERE / "peers/graphql_js.js"), str(port), str(ROOT / "schema.graphql")],
                    port,
                    environment={**shared, "BENCHMARK_CACHE": cache, "NODE_ENV": "production"},
                )
            )
            port = free_port()
            uvicorn = [self.arguments.python, "-m", "uvicorn", "--app-dir", str(HERE / "peers"), "--no-access-log"]
            result.append(
                Server(
                    f"FastAPI, {state}",
                    [*uvicorn, "--log-level", "error", "--port", str(port), "fastapi_service:app"],
                    port,
                    script="rest.lua",
                    requests=4,
                    environment={**shared, "BENCHMARK_CACHE": cache},
                )
            )
        return result


def redis(*arguments: str) -> str:
    command = ["redis-cli", "-u", os.environ["REDIS_URL"], *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def running(server: Server, stand: Stand):
    """The server on core 0 until the block ends; stopped by its process number."""
    log = (stand.folder / "servers.log").open("ab")
    command = ["taskset", "-c", "0", *server.command]
    environment = {**os.environ, **server.environment}
    server.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait(server, stand)
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        try:
            server.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()
        log.close()


def wait(server: Server, stand: Stand) -> None:
    """Until the server has given the dashboard, or a part of it, once."""
    is_rest = server.script == "rest.lua"
    path = "/api/v1/alerts/recent?limit=10" if is_rest else "/graphql"
    body = None if is_rest else stand.body.read_bytes()
    deadline = time.monotonic() + 60
    while True:
        if server.process.poll() is not None:
            sys.exit(f"{server.name} ended by itself; see {stand.folder / 'servers.log'}")
        try:
            ask(server.port, path, stand.token, body)
            return
        except urllib.error.HTTPError as error:
            sys.exit(f"{server.name} answers {error.code}: {error.read()[:300]!r}")
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(f"{server.name} does not answer: {error}")
            time.sleep(0.1)


def drive(server: Server, stand: Stand, seconds: int) -> dict[str, float]:
    """One run of wrk. Figures are of dashboards, not of requests."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(HERE / "wrk" / server.script), f"http://127.0.0.1:{server.port}"]
    environment = {
        **os.environ,
        "BENCHMARK_BODY": str(stand.body),
        "BENCHMARK_TOKEN": stand.token,
        "BENCHMARK_REPORT": str(HERE / "wrk/report.lua"),
    }
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    result = json.loads(re.search(r"^RESULT (.*)$", said, re.MULTILINE)[1])
    if result["errors"]:
        sys.exit(f"{server.name}: {result['errors']} answers were errors\n{said}")
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    server.memory = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024
    return {
        "rate": result["requests"] / result["seconds"] / server.requests,
        # A dashboard over REST is complete when the last of its four answers is there.
        **{name: result[name] * server.requests for name in ["p50", "p99", "p999"]},
    }


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |")


def report(servers: list[Server], figures: dict[str, dict[str, list[float]]], size: int) -> None:
    middle = {name: {key: median(values) for key, values in by.items()} for name, by in figures.items()}
    print(f"\nThe dashboard, {size} bytes, {CONNECTIONS} connections:\n")
    row("server", "dashboards/s", "p50 µs", "p99 µs", "p99.9 µs", "RSS MB")
    row("---", *["--:"] * 5)
    for server in servers:
        if server.name not in middle:
            continue
        now = middle[server.name]
        row(server.name, *(f"{now[key]:,.0f}" for key in ["rate", "p50", "p99", "p999"]), server.memory)
    print("\nRatios of dashboards/s:\n")
    row("", *(name for name in middle))
    row("---", *["--:"] * len(middle))
    for name in [server.name for server in servers if server.name.startswith("Tracegate")]:
        if name in middle:
            row(name, *(f"{middle[name]['rate'] / other['rate']:.2f}" for other in middle.values()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True, help="where requests, answers and logs go")
    parser.add_argument("--binaries", required=True, help="of the static servers")
    parser.add_argument("--python", required=True, help="with the packages of the FastAPI service")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of one run")
    parser.add_argument("--traces", type=int, default=100_000)
    parser.add_argument("--only", default="", help="regular expression of the servers' names")
    arguments = parser.parse_args()

    stand = Stand(arguments)
    stand.load()
    stand.capture()
    servers = [server for server in stand.servers() if re.search(arguments.only, server.name)]
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        # By turns, so that whatever else the machine does falls on all of them.
        for server in servers:
            with running(server, stand):
                drive(server, stand, 1)
                for key, value in drive(server, stand, arguments.seconds).items():
                    figures[server.name][key].append(value)
    report(servers, figures, stand.answer.stat().st_size)


if __name__ == "__main__":
    main()
