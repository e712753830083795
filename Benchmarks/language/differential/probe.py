"""The Swift language module behind a pipe, and graphql-core as the reference, with comparable answers."""

import re
import subprocess
from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSyntaxError, build_schema, parse, specified_rules, validate


@dataclass(frozen=True)
class Found:
    """One error: rule, places and message, quotes normalised."""

    rule: str
    places: str
    message: str


def normalised(message: str) -> str:
    return message.replace('"', "'").replace("\n", " ")


class Probe:
    """`LanguageProbe`, started once."""

    def __init__(self, path: str):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, kind: str, text: str | bytes) -> list[Found]:
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        self.process.stdin.write(f"{kind} {len(data)}\n".encode() + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the probe died on {kind} of {text!r}")
        answer = line.decode().rstrip("\n")
        if answer == "ok":
            return []
        parts = [part.split("\x1f") for part in answer.split("\x1e")]
        return [Found(rule, places, normalised(message)) for rule, places, message in parts]

    def print(self, text: str) -> str:
        """The canonical text of a document."""
        data = text.encode()
        self.process.stdin.write(f"print {len(data)}\n".encode() + data)
        self.process.stdin.flush()
        return self.process.stdout.readline().decode().rstrip("\n").replace("\x1d", "\n")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


LINE_END = re.compile(r"\r\n|[\n\r]")


def place(error: GraphQLError) -> str:
    """Places by offset: graphql-core 3.2 reports the start of a line as behind the end of the line before."""
    places = []
    positions = error.positions or []
    body = error.source.body if error.source else ""
    for offset in positions:
        before = body[:offset]
        ends = [m.end() for m in LINE_END.finditer(body) if m.end() <= offset]
        start = ends[-1] if ends else 0
        places.append(f"{len(ends) + 1}:{len(before) - start + 1}")
    return ",".join(places)


def reference_parse(text: str) -> list[Found]:
    try:
        parse(text, no_location=False)
        return []
    except GraphQLSyntaxError as error:
        return [Found("GRAPHQL_PARSE_FAILED", place(error), normalised(error.message))]


def reference_validate(schema, text: str) -> list[Found]:
    """Each rule alone, because graphql-core's errors do not say which rule found them."""
    document = parse(text)
    found = []
    for rule in specified_rules:
        name = rule.__name__.removesuffix("Rule")
        errors = validate(schema, document, [rule], max_errors=1000)
        found += [Found(name, place(e), normalised(e.message)) for e in errors]
    return found


__all__ = ["Found", "Probe", "build_schema", "reference_parse", "reference_validate"]
