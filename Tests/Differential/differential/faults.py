"""Resolvers that go wrong where a case says so: the same faults in graphql-core and in the engine."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any, Callable, Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_scalar_type,
)

# Coordinate of an object's field → what becomes of it: `throw`, `null`, or `wrong`, a value that its type cannot have.
Faults = dict[str, str]
Resolver = Callable[..., Any]


def message(coordinate: str) -> str:
    return f"Fault at {coordinate}."


def can_be_wrong(type_: Any) -> bool:
    """Not every type refuses something: objects are whatever their resolver says, custom scalars anything."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(type_, GraphQLScalarType):
        return is_specified_scalar_type(type_)
    return isinstance(type_, (GraphQLList, GraphQLEnumType))


def wrong_value(type_: Any) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return wrong_value(type_.of_type)
    if isinstance(type_, GraphQLList):
        return "no list"
    return "NOT A VALUE" if isinstance(type_, GraphQLEnumType) else {}


def random_faults(rng: Random, schema: GraphQLSchema, kinds: list[str]) -> Faults:
    """About one field in twelve."""
    faults = {}
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for name, field in type_.fields.items():
            if rng.random() < 0.08:
                kind = rng.choice(kinds)
                faults[f"{type_.name}.{name}"] = "throw" if kind == "wrong" and not can_be_wrong(field.type) else kind
    return faults


def faulty(resolver: Resolver, faults: Faults) -> Resolver:
    """The resolver, but for the fields that go wrong."""

    def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        coordinate = f"{info.parent_type.name}.{info.field_name}"
        fault = faults.get(coordinate)
        if fault == "throw":
            raise ValueError(message(coordinate))
        if fault == "null":
            return None
        return wrong_value(info.return_type) if fault else resolver(source, info, **arguments)

    return resolve


# MARK: Every nesting of `!`

MAX_LISTS = 3


def wrapped(name: str, non_null: tuple[bool, ...]) -> str:
    """A type with a list for each entry but the first, innermost first."""
    text = name + "!" * non_null[0]
    for is_non_null in non_null[1:]:
        text = f"[{text}]" + "!" * is_non_null
    return text


def nestings() -> list[tuple[bool, ...]]:
    return [n for lists in range(MAX_LISTS + 1) for n in product([False, True], repeat=lists + 1)]


def field_name(prefix: str, non_null: tuple[bool, ...]) -> str:
    return prefix + "".join("n" if entry else "o" for entry in non_null)


def nesting_schema() -> str:
    """One field for each nesting of lists and `!` around a leaf, and one around an object that has them all again."""
    fields = [f"  {field_name('leaf', n)}: {wrapped('Int', n)}" for n in nestings()]
    fields += [f"  {field_name('node', n)}: {wrapped('Node', n)}" for n in nestings()]
    body = "\n".join([*fields, "  sibling: Int"])
    return f"type Query {{\n{body}\n}}\ntype Node {{\n{body}\n}}\n"


def value_with(bad: Any, depth: int, good: Any, lists: int) -> Any:
    """Lists of two within each other; the last item at `depth`, 0 being the outermost value, is bad."""
    if depth == 0:
        return bad
    if lists == 0:
        return good
    return [value_with(good, -1, good, lists - 1), value_with(bad, depth - 1, good, lists - 1)]


def nesting_cases() -> Iterator[dict[str, Any]]:
    """Null and a wrong value at each level of each nesting, below each nesting that holds one list at most."""
    sdl = nesting_schema()
    parents = [n for n in nestings() if len(n) <= 2]
    for parent, leaf in product(parents, nestings()):
        lists = len(leaf) - 1
        for depth, bad in product(range(lists + 1), [None, "wrong"]):
            name, outer = field_name("leaf", leaf), field_name("node", parent)
            node = {name: value_with(bad, depth, 1, lists), "sibling": 2}
            good = {name: value_with(1, -1, 1, lists), "sibling": 3}
            root = {outer: node if len(parent) == 1 else [good, node], "sibling": 4}
            query = f"{{ {outer} {{ sibling a: {name} b: {name} }} sibling }}"
            yield {"kind": "execute", "category": "nesting", "schema": sdl, "query": query, "root": root}
