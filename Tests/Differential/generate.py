#!/usr/bin/env python3
"""Prints generated cases with their expected verdicts, one JSON object a line."""

from __future__ import annotations

import argparse
import json
from itertools import islice
from random import Random
from typing import Any, Iterator

from graphql import GraphQLSchema, get_introspection_query, print_ast, type_from_ast
from graphql.language import OperationDefinitionNode

from differential import reference
from differential.breakage import BREAKAGES, broken
from differential.documents import DocumentGenerator, respaced
from differential.expected import Case, Unusable, Verdict, execute_verdict, expected
from differential.faults import nesting_cases, random_faults
from differential.schemas import generate_schema
from differential.sdl_breakage import SDLBreaker
from differential.texts import TextGenerator
from differential.values import json_value
from differential.wiring import RandomWiring

# Cases of each kind in a default run.
COUNTS = {"parse": 10_100, "schema": 1_000, "validate": 2_400, "coerce": 1_500, "execute": 4_000, "nesting": 1_176, "introspect": 60}
DOCUMENTS_PER_SCHEMA = 24


def parse_cases(rng: Random, count: int) -> Iterator[Case]:
    generator = TextGenerator(rng)
    for _ in range(count):
        yield {"kind": "parse", "text": generator.text()}


def schema_cases(rng: Random, count: int) -> Iterator[Case]:
    for index in range(count):
        text, _ = generate_schema(rng)
        yield {"kind": "schema", "text": text}
        for _ in range(min(9, count - index)):
            yield {"kind": "schema", "text": SDLBreaker(rng, text).broken()}


def validate_cases(rng: Random, count: int) -> Iterator[Case]:
    """Every breakage in turn, and valid documents between."""
    for index in range(count):
        if index % DOCUMENTS_PER_SCHEMA == 0:
            sdl, schema = generate_schema(rng)
        text = DocumentGenerator(rng, schema).text()
        if index % 8:
            text = broken(rng, schema, text, BREAKAGES[(index - index // 8) % len(BREAKAGES)])
        yield {"kind": "validate", "schema": sdl, "text": respaced(rng, text)}


def valid_document(rng: Random, schema: GraphQLSchema, operations: int | None = None) -> str:
    for _ in range(50):
        text = respaced(rng, DocumentGenerator(rng, schema).text(operations))
        if not reference.validate(schema, reference.parse(text), text):
            return text
    return "{ __typename }"


def variables_for(rng: Random, schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, Any]:
    """Values for an operation's variables; now and then wrong ones."""
    wrong = rng.choice([0, 0, 0, 0.05, 0.2])
    values = {}
    for definition in operation.variable_definitions:
        type_ = type_from_ast(schema, definition.type)
        required = print_ast(definition.type).endswith("!") and definition.default_value is None
        if rng.random() < (0.97 if required else 0.6):
            values[definition.variable.name.value] = json_value(rng, type_, 0, wrong)
    if rng.random() < 0.05:
        values["notDefined"] = 1
    return values


def request(rng: Random, kind: str, sdl: str, schema: GraphQLSchema, operations: int | None = None) -> Case:
    text = valid_document(rng, schema, operations)
    defined = [d for d in reference.parse(text).definitions if isinstance(d, OperationDefinitionNode)]
    operation = rng.choice(defined)
    case: Case = {"kind": kind, "schema": sdl, "query": text, "variables": variables_for(rng, schema, operation)}
    if operation.name and kind == "execute" and (len(defined) > 1 or rng.random() < 0.5):
        case["operationName"] = operation.name.value
    if kind == "execute" and rng.random() < 0.02:
        case["operationName"] = rng.choice(["Nope", ""])
    return case


def coerce_cases(rng: Random, count: int) -> Iterator[Case]:
    for index in range(count):
        if index % DOCUMENTS_PER_SCHEMA == 0:
            sdl, schema = generate_schema(rng)
        yield request(rng, "coerce", sdl, schema, operations=1)


def execute_cases(rng: Random, count: int) -> Iterator[Case]:
    """One half with the fixed wiring, one half with random answers that hold nulls and wrong values; one half with faults."""
    for index in range(count):
        if index % DOCUMENTS_PER_SCHEMA == 0:
            sdl, schema = generate_schema(rng)
        case = request(rng, "execute", sdl, schema)
        is_random = index % 2 == 1
        if index % 4 >= 2:
            case["faults"] = random_faults(rng, schema, ["throw"] if is_random else ["throw", "null", "wrong"])
        if is_random:
            wiring = RandomWiring(rng)
            execute_verdict(case | {"root": wiring.root}, wiring.resolve)
            case["root"] = wiring.root
        yield case


def every_nesting(_rng: Random, _count: int) -> Iterator[Case]:
    yield from nesting_cases()


def introspect_cases(rng: Random, count: int) -> Iterator[Case]:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True, input_object_one_of=True
    )
    for _ in range(count):
        sdl, _ = generate_schema(rng)
        yield {"kind": "execute", "schema": sdl, "query": query, "category": "introspect"}


GENERATORS = {
    "parse": parse_cases,
    "schema": schema_cases,
    "validate": validate_cases,
    "coerce": coerce_cases,
    "execute": execute_cases,
    "nesting": every_nesting,
    "introspect": introspect_cases,
}


def cases(seed: int, scale: float = 1.0, kinds: list[str] | None = None) -> Iterator[tuple[Case, Verdict]]:
    """Each case with its verdict. A kind's cases do not depend on which others are asked for."""
    for kind, generator in GENERATORS.items():
        if kinds and kind not in kinds:
            continue
        count = max(1, round(COUNTS[kind] * scale))
        for index, case in enumerate(islice(generator(Random(f"{seed}/{kind}"), count), count)):
            try:
                verdict = expected(case)
            except Unusable:
                continue
            yield {"name": f"{kind}-{seed}-{index}", "category": kind} | case, verdict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--kind", action="append", choices=list(GENERATORS))
    options = parser.parse_args()
    for case, verdict in cases(options.seed, options.scale, options.kind):
        print(json.dumps(case | {"expected": verdict}, ensure_ascii=False))


if __name__ == "__main__":
    main()
