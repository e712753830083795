"""Lines of `engine, what, document, figure` from all engines on standard input, as Markdown tables of medians."""

import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

REFERENCES = ["graphql-js", "graphql-core"]
ALLOCATIONS = "allocations: "


def read() -> tuple[dict[str, str], dict[tuple[str, str, str], float]]:
    versions: dict[str, str] = {}
    figures: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for line in sys.stdin:
        engine, what, document, figure = line.rstrip("\n").split("\t")
        if what == "version":
            versions[engine] = figure
        else:
            figures[engine, what, document].append(float(figure))
    return versions, {key: median(values) for key, values in figures.items()}


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |")


def head(*cells: str) -> None:
    row(*cells)
    row(*["---"] + ["--:"] * (len(cells) - 1))


def main() -> None:
    sizes = {Path(path).stem: Path(path).stat().st_size for path in sys.argv[1:]}
    versions, medians = read()
    print(*(f"{name} {version}" for name, version in versions.items()), sep=", ", end="\n\n")

    head("µs", "Tracegate", *REFERENCES, *(f"{name} ÷ Tracegate" for name in REFERENCES))
    for what in ["parse", "validate", "parse + validate"]:
        for document in sizes:
            ours = medians["tracegate", what, document]
            theirs = [medians[name, what, document] for name in REFERENCES]
            times = [f"{time:.1f}" for time in [ours, *theirs]]
            row(f"{what}: {document}", *times, *(f"{time / ours:.1f}" for time in theirs))

    print()
    head("Tracegate alone", "bytes", "lex, MB/s", "parse, MB/s", "allocations: parse", "allocations: validate")
    for document, size in sizes.items():
        speeds = [f"{size / medians['tracegate', what, document]:.0f}" for what in ["lex", "parse"]]
        counts = [f"{medians['tracegate', ALLOCATIONS + what, document]:.0f}" for what in ["parse", "validate"]]
        row(document, size, *speeds, *counts)


main()
