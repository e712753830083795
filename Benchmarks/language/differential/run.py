#!/usr/bin/env python3
"""Compares the Swift language module with graphql-core on random documents.

    run.py PROBE [--seed N] [--schemas N] [--texts N]

Validation: same verdict, and the same rules with the same places and messages. Parsing: same verdict and same place of the error.
Every disagreement is printed with the seed that makes it again; the exit code is 1 when there is one.
"""

import argparse
import random
import re
import sys

from graphql import parse, print_ast

from generate import DocumentWriter, mutated, random_schema, scrambled
from probe import Probe, build_schema, reference_parse, reference_validate

# What graphql-core 3.2 says to descriptions of operations, fragments and variables, which September 2025 allows.
DESCRIPTIONS = ("Unexpected description", "Expected '$', found String", "Expected '$', found BlockString")
# Compared by presence only: graphql-core reports each pair of fields, we report each field that differs from the first.
BY_PRESENCE = {"OverlappingFieldsCanBeMerged"}


def comparable(found):
    """Errors as a set; rules in BY_PRESENCE without details."""
    return {(e.rule,) if e.rule in BY_PRESENCE else (e.rule, e.places, e.message) for e in found}


def is_reference_defect(ours, theirs, text):
    """graphql-core misses conflicts in a second operation when its cache of compared fragments has the pair already."""
    if comparable(ours) - comparable(theirs) != {("OverlappingFieldsCanBeMerged",)}:
        return False
    return comparable(theirs) <= comparable(ours) and len(re.findall(r"(?:query|mutation|subscription) Op", text)) > 1


def is_intended(ours, theirs, text):
    """Differences that the specification of September 2025 makes."""
    difference = comparable(ours) ^ comparable(theirs)
    return all(
        "@skip` or `@include" in entry[-1]
        or "OneOf Input Object" in entry[-1]
        or (entry[0] == "SingleFieldSubscriptions" and ("@skip" in text or "@include" in text))
        for entry in difference
    )


def compare_validation(probe, seed, documents):
    rng = random.Random(seed)
    sdl = random_schema(rng)
    schema = build_schema(sdl)
    refused = probe.ask("schema", sdl)
    if refused:
        return [f"schema refused: {refused}\n{sdl}"], 0
    names = sorted({n for n in schema.type_map} | {f"field{i}" for i in range(5)} | {"arg0", "arg1", "in0", "in1", "self"})
    names += ["on", "query", "fragment", "skip", "include", "onField", "many", "Nope", "v0", "alias1", "__typename"]
    problems, compared = [], 0
    for index in range(documents):
        text = DocumentWriter(schema, rng).document()
        if index % 4:
            text = mutated(text, names, rng)
        if reference_parse(text):
            continue
        compared += 1
        try:
            theirs = reference_validate(schema, text)
        except KeyError:
            continue
        ours = probe.ask("validate", text)
        if len(theirs) > 40 or comparable(ours) == comparable(theirs) or is_intended(ours, theirs, text):
            continue
        if is_reference_defect(ours, theirs, text):
            continue
        ours_only = comparable(ours) - comparable(theirs)
        theirs_only = comparable(theirs) - comparable(ours)
        problems.append(f"{text}\n  ours only: {ours_only}\n  theirs only: {theirs_only}\n  schema:\n{sdl}")
    return problems, compared


def compare_printing(probe, seed, count):
    """graphql-core's text for our text, and our text of that text, are the same."""
    rng = random.Random(seed)
    problems = []
    schema = build_schema(random_schema(rng))
    for _ in range(count):
        text = random_schema(rng) if rng.random() < 0.3 else DocumentWriter(schema, rng).document()
        if rng.random() < 0.3:
            text = '"""\n  Described\n    deeper\n"""\n' + random_schema(rng)
        theirs = print_ast(parse(text))
        ours = probe.print(text)
        if ours != theirs or probe.print(ours) != ours:
            problems.append(f"{text!r}\n  ours:   {ours!r}\n  theirs: {theirs!r}")
    return problems


def compare_parsing(probe, seed, count):
    rng = random.Random(seed)
    problems = []
    schema = build_schema(random_schema(rng))
    names = ["query", "fragment", "on", "type", "enum", "input", "extend", "schema", "a", "b", "true", "null", "repeatable"]
    for _ in range(count):
        sdl_or_query = random_schema(rng) if rng.random() < 0.3 else DocumentWriter(schema, rng).document()
        text = mutated(sdl_or_query, names, rng) if rng.random() < 0.5 else scrambled(sdl_or_query, rng)
        if any("\ud800" <= c <= "\udfff" for c in text):
            continue
        try:
            theirs = reference_parse(text)
        except IndexError:
            # graphql-core runs off the end of an unfinished escape.
            theirs = None
        ours = probe.ask("parse", text)
        if theirs is None:
            if not ours:
                problems.append(f"{text!r}\n  accepted an unfinished escape")
            continue
        if [e.places for e in ours] == [e.places for e in theirs]:
            if [e.message for e in ours] == [e.message for e in theirs] or any(len(e.message) > 90 for e in theirs):
                continue
        if any(marker in e.message for e in theirs for marker in DESCRIPTIONS):
            continue
        problems.append(f"{text!r}\n  ours:   {ours}\n  theirs: {theirs}")
    return problems


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("probe")
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments.add_argument("--schemas", type=int, default=200)
    arguments.add_argument("--documents", type=int, default=12, help="for each schema")
    arguments.add_argument("--texts", type=int, default=10_000)
    arguments.add_argument("--show", type=int, default=5)
    options = arguments.parse_args()
    print(f"seed {options.seed}")
    probe = Probe(options.probe)
    problems, compared = [], 0
    for index in range(options.schemas):
        found, count = compare_validation(probe, options.seed + index, options.documents)
        problems += [f"[seed {options.seed + index}] {text}" for text in found]
        compared += count
    print(f"validation: {compared} documents of {options.schemas} schemas, {len(problems)} disagreements")
    parsing = []
    for start in range(0, options.texts, 500):
        parsing += [f"[seed {options.seed + start}] {p}" for p in compare_parsing(probe, options.seed + start, 500)]
    print(f"parsing: {options.texts} texts, {len(parsing)} disagreements")
    printing = compare_printing(probe, options.seed, options.texts // 10)
    print(f"printing: {options.texts // 10} texts, {len(printing)} disagreements")
    for problem in printing[: options.show] + problems[: options.show] + parsing[: options.show]:
        print("----\n" + problem)
    probe.close()
    sys.exit(1 if problems or parsing or printing else 0)


if __name__ == "__main__":
    main()
