"""What resolvers answer: the harness's fixed wiring, and random answers that are written down on the way."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
)

FIXED_SCALARS = {"Int": 2, "Float": 3.14, "String": "str", "Boolean": True, "ID": "id"}


def possible_types(schema: GraphQLSchema, type_: Any) -> list[str]:
    return sorted(t.name for t in schema.get_possible_types(type_))


def fixed_value(schema: GraphQLSchema, type_: Any) -> Any:
    """The harness's answer for a field of this type."""
    if isinstance(type_, GraphQLNonNull):
        return fixed_value(schema, type_.of_type)
    if isinstance(type_, GraphQLList):
        return [fixed_value(schema, type_.of_type), fixed_value(schema, type_.of_type)]
    if isinstance(type_, GraphQLObjectType):
        return {"__typename": type_.name}
    if isinstance(type_, GraphQLUnionType):
        return {"__typename": possible_types(schema, type_)[0]}
    if isinstance(type_, GraphQLInterfaceType):
        types = possible_types(schema, type_)
        return {"__typename": types[-1]} if types else None
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    return FIXED_SCALARS.get(type_.name, "str")


def fixed_resolver(_source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    return fixed_value(info.schema, info.return_type)


class RandomWiring:
    """Answers at random, and remembers each answer in a tree that can be asked again: `root`."""

    ABSENT = object()

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.root: dict[str, Any] = {}
        self.absent: set[tuple[int, str]] = set()
        self.trouble = rng.choice([0.0, 0.02, 0.05, 0.15])

    def resolve(self, source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
        name = info.field_name
        if (id(source), name) in self.absent:
            return None
        if name not in source:
            value = self.value(info.schema, info.return_type)
            if value is None and self.rng.random() < 0.3:
                self.absent.add((id(source), name))
                return None
            source[name] = value
        return source[name]

    def value(self, schema: GraphQLSchema, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return None if self.rng.random() < self.trouble else self.non_null(schema, type_.of_type)
        return None if self.rng.random() < 0.1 + self.trouble else self.non_null(schema, type_)

    def non_null(self, schema: GraphQLSchema, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            if self.rng.random() < self.trouble / 2:
                return "no list"
            return [self.value(schema, type_.of_type) for _ in range(self.rng.randrange(4))]
        if isinstance(type_, GraphQLObjectType):
            return {"__typename": type_.name}
        if isinstance(type_, (GraphQLUnionType, GraphQLInterfaceType)):
            types = possible_types(schema, type_)
            wrong = self.rng.random() < self.trouble / 4
            return {"__typename": self.rng.choice(["Nobody", "Int"]) if wrong or not types else self.rng.choice(types)}
        return self.leaf(type_)

    def leaf(self, type_: Any) -> Any:
        wrong = self.rng.random() < self.trouble
        if isinstance(type_, GraphQLEnumType):
            return "NOT_A_VALUE" if wrong else self.rng.choice(list(type_.values))
        good, bad = {
            "Int": ([0, -1, 5, 2147483647, -2147483648], [2147483648, "x", {}, []]),
            "Float": ([0, 1.5, -2e10, 7], ["x", {}, []]),
            "String": (["", "text", 'quo"te', "Zoë\n😀", "\\"], [{}, []]),
            "Boolean": ([True, False], ["true", {}, []]),
            "ID": (["id", "", 12, "7"], [{}, [], 1.5, True]),
        }.get(type_.name, ([1, "any", [1, {"a": None}], {"k": [True]}, 1.25, False], [None]))
        return self.rng.choice(bad if wrong else good)
