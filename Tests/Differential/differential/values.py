"""Random input values of a type: literals for documents, JSON for variables."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Callable, Optional

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    is_required_input_field,
)

# Asked for every position; answers `$name`, or None to have a literal instead.
VariableSource = Callable[[Any, bool], Optional[str]]

STRINGS = ["", "a", "str", "Zoë", "two words", 'say "hi"', "back\\slash", "tab\tnew\nline", "😀", "null", "5"]
INTS = [0, 1, -1, 2, 7, 100, 2147483647, -2147483648]
FLOATS = ["0.0", "-0.5", "3.14", "1e3", "6.02E+23", "1.5e-7", "123456789.125"]
WRONG_LITERALS = [
    "null", "true", "1", "2147483648", "-2147483649", "1.5", "1e400", '"text"', "RED", "[]", "[1, null]", "{}",
    "{a: 1}", '{name: "x"}', '[["deep"]]', '"""block"""', "-0", "9007199254740993",
]  # fmt: skip
WRONG_JSON: list[Any] = [
    None, True, False, 0, 1, -3, 2147483648, -2147483649, 1.5, 1.0, 1e300, 9007199254740993, "", "text", "RED", [], {},
    [1, None], [[1]], {"a": 1}, {"name": "x", "other": None}, "5",
]  # fmt: skip


def string_literal(rng: Random, text: str) -> str:
    if rng.random() < 0.2 and '"""' not in text and "\t" not in text and text.strip() == text and not text.endswith('"'):
        if not text.endswith("\\"):
            return f'"""{text}"""'
    return json.dumps(text, ensure_ascii=rng.random() < 0.5)


def any_literal(rng: Random, depth: int = 0) -> str:
    """Something a scalar without rules takes."""
    kind = rng.randrange(7 if depth < 2 else 5)
    if kind == 5:
        return "[" + ", ".join(any_literal(rng, depth + 1) for _ in range(rng.randrange(3))) + "]"
    if kind == 6:
        names = rng.sample(["a", "b", "key"], rng.randrange(3))
        return "{" + ", ".join(f"{name}: {any_literal(rng, depth + 1)}" for name in names) + "}"
    return [
        lambda: str(rng.choice(INTS)),
        lambda: rng.choice(FLOATS),
        lambda: string_literal(rng, rng.choice(STRINGS)),
        lambda: rng.choice(["true", "false"]),
        lambda: rng.choice(["SOME", "enumish"]),
    ][kind]()


def literal(rng: Random, type_: Any, variables: VariableSource | None = None, depth: int = 0, has_default: bool = False) -> str:
    """A literal that `type_` takes."""
    if variables:
        name = variables(type_, has_default)
        if name:
            return name
    if isinstance(type_, GraphQLNonNull):
        return _non_null(rng, type_.of_type, variables, depth)
    if rng.random() < 0.1:
        return "null"
    return _non_null(rng, type_, variables, depth)


def _non_null(rng: Random, type_: Any, variables: VariableSource | None, depth: int) -> str:
    if isinstance(type_, GraphQLList):
        if rng.random() < 0.2 and not isinstance(type_.of_type, GraphQLNonNull):
            inner = type_.of_type
            return _non_null(rng, inner, None, depth + 1) if not isinstance(inner, GraphQLList) else "[]"
        items = [literal(rng, type_.of_type, variables, depth + 1) for _ in range(rng.randrange(3 if depth < 3 else 1))]
        return "[" + ", ".join(items) + "]"
    if isinstance(type_, GraphQLEnumType):
        return rng.choice(list(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(rng, type_, variables, depth)
    return scalar_literal(rng, type_.name)


def scalar_literal(rng: Random, name: str) -> str:
    if name == "Int":
        return str(rng.choice(INTS))
    if name == "Float":
        return rng.choice(FLOATS + ["1", "-7"])
    if name == "Boolean":
        return rng.choice(["true", "false"])
    if name == "String":
        return string_literal(rng, rng.choice(STRINGS))
    if name == "ID":
        return rng.choice(['"id"', "17", '"x-1"', "9007199254740993"])
    return any_literal(rng)


def _object(rng: Random, type_: GraphQLInputObjectType, variables: VariableSource | None, depth: int) -> str:
    members = []
    if type_.is_one_of:
        name = rng.choice(list(type_.fields)[: None if depth < 3 else 1])
        given = type_.fields[name].type
        member = variables(GraphQLNonNull(given), False) if variables else None
        return "{" + f"{name}: {member or _non_null(rng, given, variables, depth + 1)}" + "}"
    for name, field in type_.fields.items():
        if not is_required_input_field(field) and (depth > 2 or rng.random() < 0.5):
            continue
        has_default = field.default_value is not Undefined
        members.append(f"{name}: {literal(rng, field.type, variables, depth + 1, has_default)}")
    rng.shuffle(members)
    return "{" + ", ".join(members) + "}"


def json_value(rng: Random, type_: Any, depth: int = 0, wrong: float = 0.0) -> Any:
    """A JSON value that `type_` takes; with the probability `wrong` at each level, one that it may not take."""
    if wrong and rng.random() < wrong:
        return rng.choice(WRONG_JSON)
    if isinstance(type_, GraphQLNonNull):
        return _json_non_null(rng, type_.of_type, depth, wrong)
    if rng.random() < 0.12:
        return None
    return _json_non_null(rng, type_, depth, wrong)


def _json_non_null(rng: Random, type_: Any, depth: int, wrong: float) -> Any:
    if isinstance(type_, GraphQLList):
        if rng.random() < 0.2 and not isinstance(type_.of_type, (GraphQLNonNull, GraphQLList)):
            return _json_non_null(rng, type_.of_type, depth + 1, wrong)
        return [json_value(rng, type_.of_type, depth + 1, wrong) for _ in range(rng.randrange(3 if depth < 3 else 1))]
    if isinstance(type_, GraphQLEnumType):
        return rng.choice(list(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return _json_object(rng, type_, depth, wrong)
    return scalar_json(rng, type_.name)


def scalar_json(rng: Random, name: str) -> Any:
    if name == "Int":
        return rng.choice(INTS + [3.0])  # type: ignore[list-item]
    if name == "Float":
        return rng.choice([0.5, -2.25, 3.14, 10, 1e100])
    if name == "Boolean":
        return rng.random() < 0.5
    if name == "String":
        return rng.choice(STRINGS)
    if name == "ID":
        return rng.choice(["id", "x-1", 17, 9007199254740993])
    return rng.choice([1, "any", True, [1, "x"], {"k": [None, {}]}, 2.5])


def _json_object(rng: Random, type_: GraphQLInputObjectType, depth: int, wrong: float) -> Any:
    if type_.is_one_of:
        name = rng.choice(list(type_.fields)[: None if depth < 3 else 1])
        return {name: _json_non_null(rng, type_.fields[name].type, depth + 1, wrong)}
    members = {}
    for name, field in type_.fields.items():
        required = is_required_input_field(field) and not (wrong and rng.random() < wrong / 2)
        if required or (depth <= 2 and rng.random() < 0.5):
            members[name] = json_value(rng, field.type, depth + 1, wrong)
    if wrong and rng.random() < wrong:
        members[rng.choice(["unknown", "nam", "wher"])] = 1
    return members
