#!/usr/bin/env python3
"""Differential tests of the GraphQL engine against graphql-core.

Generates cases, asks both, and compares: first the fixtures of past disagreements, then random ones. Prints the seed and a
summary; ends with status 1 when the two disagree anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import SystemRandom
from threading import Timer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS_PER_CASE = 60


def ensure_reference() -> None:
    """Runs on in a virtual environment when this Python has no graphql-core of the pinned version."""
    wanted = (HERE / "requirements.txt").read_text().strip().split("==")[1]
    try:
        import graphql

        if graphql.version == wanted:
            return
    except ImportError:
        pass
    if os.environ.get("TRACEGATE_DIFFERENTIAL_VENV"):
        sys.exit(f"graphql-core {wanted} could not be installed")
    folder = ROOT / ".data" / f"differential-venv-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
    os.environ["TRACEGATE_DIFFERENTIAL_VENV"] = "1"
    os.execv(python, [str(python), *sys.argv])


ensure_reference()

from differential.comparison import compare  # noqa: E402
from differential.expected import Case, Verdict, expected  # noqa: E402
from generate import COUNTS, GENERATORS, cases  # noqa: E402


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="default: a new one each run")
    parser.add_argument("--count", type=int, help=f"cases in all, about; default {sum(COUNTS.values())}")
    parser.add_argument("--kind", action="append", choices=list(GENERATORS), help="only these; default: all")
    parser.add_argument("--binary", type=Path, help="languagecheck; default: that of `swift build`")
    parser.add_argument("--report", type=Path, default=ROOT / ".data" / "differential" / "disagreements.json")
    parser.add_argument("--messages", action="store_true", help="also print which messages differ")
    return parser.parse_args()


def built_binary() -> Path:
    command = ["swift", "build", "--show-bin-path"]
    folder = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    return Path(folder) / "languagecheck"


def fixtures() -> list[Case]:
    """Past disagreements, by file."""
    found = []
    for path in sorted((HERE / "fixtures").glob("*.json")):
        for case in json.loads(path.read_text()):
            found.append({"category": "fixture"} | case | {"name": f"{path.stem}/{case['name']}"})
    return found


class Engine:
    """languagecheck, started again when it ends before its time."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([self.binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, case: Case) -> Verdict | None:
        assert self.process.stdin and self.process.stdout
        line = json.dumps(case, ensure_ascii=False).encode() + b"\n"
        # A case that does not end is no verdict either.
        watch = Timer(SECONDS_PER_CASE, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            watch.cancel()
        if not answer:
            self.process.wait()
            self.process = self.start()
            return None
        verdict: Verdict = json.loads(answer)
        return verdict

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


class Tally:
    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self.disagreements: list[dict[str, object]] = []

    def check(self, engine: Engine, case: Case, wanted: Verdict) -> None:
        found = engine.ask(case)
        problems, messages = compare(case, wanted, found)  # type: ignore[arg-type]
        self.rules.update(error["rule"] for error in wanted.get("errors", []) if "rule" in error)
        self.messages.update(messages)
        if not problems:
            self.passed[case["category"]] += 1
            return
        self.failed[case["category"]] += 1
        self.disagreements.append(case | {"problems": problems, "expected": wanted, "found": found})

    def print(self, show_messages: bool) -> None:
        for category in self.passed | self.failed:
            print(f"  {category}: {self.passed[category]} passed, {self.failed[category]} failed")
        if self.rules:
            print("  validation errors by rule: " + ", ".join(f"{r} {n}" for r, n in sorted(self.rules.items())))
        print(f"  messages that differ in wording: {sum(self.messages.values())}")
        if show_messages:
            for message, count in self.messages.most_common(60):
                print(f"    {count} × {message}")


def main() -> int:
    options = parse_options()
    seed = options.seed if options.seed is not None else SystemRandom().randrange(1 << 31)
    kinds = options.kind or list(GENERATORS)
    scale = options.count / sum(COUNTS[kind] for kind in kinds) if options.count else 1.0
    print(f"graphql-core differential tests, seed {seed}")
    start = time.monotonic()
    engine = Engine(options.binary or built_binary())
    tally = Tally()
    for case in fixtures():
        tally.check(engine, case, expected(case))
    for case, wanted in cases(seed, scale, kinds):
        tally.check(engine, case, wanted)
    engine.close()
    tally.print(options.messages)
    failed = sum(tally.failed.values())
    print(f"{sum(tally.passed.values())} passed, {failed} failed in {time.monotonic() - start:.0f} s (seed {seed})")
    if failed:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(json.dumps(tally.disagreements, ensure_ascii=False, indent=1))
        print(f"disagreements: {options.report}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
