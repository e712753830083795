"""The same measurements with graphql-core: `python3 reference.py schema.graphql document.graphql…`."""

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import graphql

Work = Callable[[], object]


def repeated(work: Work, count: int) -> None:
    for _ in range(count):
        if not work():
            raise RuntimeError("the work failed")


def run_for(work: Work, seconds: float) -> int:
    """Repeats for about this long; how often."""
    end = perf_counter() + seconds
    count = 0
    while True:
        repeated(work, 1)
        count += 1
        if perf_counter() >= end:
            return count


def measure(what: str, document: str, work: Work) -> None:
    """Prints the mean time of each of ten batches of about 50 ms."""
    count = run_for(work, 0.05)
    for _ in range(10):
        start = perf_counter()
        repeated(work, count)
        print("graphql-core", what, document, (perf_counter() - start) * 1e6 / count, sep="\t")


def cases(path: Path, schema: graphql.GraphQLSchema) -> Iterator[tuple[str, str, Work]]:
    text = path.read_text(encoding="utf-8")
    parsed = graphql.parse(text)
    yield "parse", path.stem, lambda: graphql.parse(text).definitions
    yield "validate", path.stem, lambda: graphql.validate(schema, parsed) == []
    yield "parse + validate", path.stem, lambda: graphql.validate(schema, graphql.parse(text)) == []


def main() -> None:
    schema_path, *document_paths = map(Path, sys.argv[1:])
    schema = graphql.build_schema(schema_path.read_text(encoding="utf-8"))
    measured = [case for path in document_paths for case in cases(path, schema)]
    print("graphql-core", "version", "", f"{graphql.version} on Python {platform.python_version()}", sep="\t")
    for _, _, work in measured:
        run_for(work, 0.3)
    for what, document, work in measured:
        measure(what, document, work)


main()
