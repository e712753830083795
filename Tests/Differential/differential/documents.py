"""Random documents that mostly are valid for a schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
)
from graphql.language import Lexer, Source, TokenKind

from .values import literal

INTROSPECTION = [
    "__schema { queryType { name } types { name kind } }",
    "__schema { directives { name locations isRepeatable args(includeDeprecated: true) { name type { name } } } }",
    '__type(name: "Query") { name fields(includeDeprecated: true) { name isDeprecated deprecationReason } }',
    '__type(name: "Color") { kind enumValues { name } ofType { name } }',
    "__schema { types { name interfaces { name } possibleTypes { name } inputFields { name isDeprecated } } }",
    '__type(name: "Filter") { isOneOf specifiedByURL inputFields(includeDeprecated: true) { name } }',
]


@dataclass
class Fragment:
    name: str
    type: GraphQLNamedType
    text: str = ""
    variables: set[str] = field(default_factory=set)


class DocumentGenerator:
    """One document. Variables have the same type wherever they occur, fragments spread only later ones."""

    def __init__(self, rng: Random, schema: GraphQLSchema, max_depth: int = 4) -> None:
        self.rng = rng
        self.schema = schema
        self.max_depth = max_depth
        self.definitions: dict[str, tuple[Any, str]] = {}
        self.used: set[str] = set()
        self.fragments: list[Fragment] = []
        self.budget = 60

    def text(self, operations: int | None = None) -> str:
        composites = [t for t in self.schema.type_map.values() if is_composite_type(t) and not t.name.startswith("__")]
        for index in range(self.rng.choice([0, 0, 1, 2, 3])):
            fragment = Fragment(f"F{index}", self.rng.choice(composites))
            self.used = fragment.variables
            fragment.text = f"fragment {fragment.name} on {fragment.type.name}"
            fragment.text += self.directives(DirectiveLocation.FRAGMENT_DEFINITION) + self.selections(fragment.type, 2)
            self.fragments.append(fragment)
        count = operations or self.rng.choice([1, 1, 1, 2, 3])
        parts = [self.operation(index, count) for index in range(count)]
        reached = self.reached(" ".join(parts))
        parts += [f.text for f in self.fragments if f.name in reached]
        self.rng.shuffle(parts)
        return " ".join(parts)

    def reached(self, text: str) -> set[str]:
        """Names of the fragments that a text needs."""
        found: set[str] = set()
        pending = [text]
        while pending:
            words = pending.pop().replace("{", " ").replace("}", " ").split()
            for fragment in self.fragments:
                if fragment.name not in found and f"...{fragment.name}" in words:
                    found.add(fragment.name)
                    pending.append(fragment.text)
        return found

    def operation(self, index: int, count: int) -> str:
        kinds = [k for k in ("query", "mutation", "subscription") if getattr(self.schema, f"{k}_type")]
        kind = self.rng.choice(["query", *kinds])
        root = getattr(self.schema, f"{kind}_type")
        self.used = set()
        self.budget = 40
        body = self.subscription(root) if kind == "subscription" else self.selections(root, 0)
        directives = self.directives(DirectiveLocation[kind.upper()])
        for name in self.reached(body):
            self.used |= next(f.variables for f in self.fragments if f.name == name)
        variables = self.variable_definitions()
        name = f" Op{index}" if count > 1 or self.rng.random() < 0.5 else ""
        if kind == "query" and not name and not variables and not directives and self.rng.random() < 0.5:
            return body
        return f"{kind}{name}{variables}{directives}{body}"

    def variable_definitions(self) -> str:
        if not self.used:
            return ""
        parts = []
        for name in sorted(self.used):
            type_, default = self.definitions[name]
            directives = self.directives(DirectiveLocation.VARIABLE_DEFINITION, constant=True)
            parts.append(f"${name}: {type_}{default}{directives}")
        return f"({', '.join(parts)})"

    # Selections

    def subscription(self, root: GraphQLObjectType) -> str:
        name = self.rng.choice(list(root.fields))
        return f" {{ {self.field(name, root.fields[name], 0)} }}"

    def selections(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = [self.selection(type_, depth) for _ in range(self.rng.randint(1, 4 if depth < 2 else 2))]
        if depth == 0 and type_ is self.schema.query_type and self.rng.random() < 0.15:
            parts.append(self.rng.choice(INTROSPECTION))
        return " { " + " ".join(parts) + " }"

    def selection(self, type_: GraphQLNamedType, depth: int) -> str:
        self.budget -= 1
        chance = self.rng.random()
        if chance < 0.1 and depth < self.max_depth:
            return "..." + self.directives(DirectiveLocation.INLINE_FRAGMENT) + self.selections(type_, depth + 1)
        if chance < 0.25 and depth < self.max_depth:
            condition = self.rng.choice(self.overlapping(type_))
            directives = self.directives(DirectiveLocation.INLINE_FRAGMENT)
            return f"... on {condition.name}{directives}{self.selections(condition, depth + 1)}"
        if chance < 0.4:
            fitting = [f for f in self.fragments if f.text and f.type in self.overlapping(type_)]
            if fitting:
                fragment = self.rng.choice(fitting)
                return f"...{fragment.name}" + self.directives(DirectiveLocation.FRAGMENT_SPREAD)
        if chance < 0.5 or isinstance(type_, GraphQLUnionType):
            return self.rng.choice(["__typename", "type: __typename"])
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            names = list(type_.fields)
            if depth >= self.max_depth or self.budget < 0:
                leaves = [n for n in names if is_leaf_type(get_named_type(type_.fields[n].type))]
                names = leaves
            if names:
                name = self.rng.choice(names)
                return self.field(name, type_.fields[name], depth)
        return "__typename"

    def overlapping(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        """Composite types that share an object type with this one, itself included."""
        own = self.objects(type_)
        return [t for t in self.schema.type_map.values() if is_composite_type(t) and own & self.objects(t)] or [type_]

    def objects(self, type_: Any) -> set[str]:
        if is_abstract_type(type_):
            return {t.name for t in self.schema.get_possible_types(type_)}
        return {type_.name}

    def field(self, name: str, definition: GraphQLField, depth: int) -> str:
        arguments = self.arguments(definition.args)
        alias = ""
        if self.rng.random() < (0.7 if arguments else 0.25):
            alias = f"{self.rng.choice(['x', 'y', 'z', 'other', name])}{self.rng.randrange(100)}: "
        type_ = get_named_type(definition.type)
        body = "" if is_leaf_type(type_) else self.selections(type_, depth + 1)
        return f"{alias}{name}{arguments}{self.directives(DirectiveLocation.FIELD)}{body}"

    # Arguments and directives

    def arguments(self, definitions: dict[str, Any], constant: bool = False) -> str:
        parts = []
        for name, argument in definitions.items():
            if is_required_argument(argument) or self.rng.random() < 0.5:
                has_default = argument.default_value is not Undefined
                source = None if constant else self.variable
                parts.append(f"{name}: {literal(self.rng, argument.type, source, 0, has_default)}")
        self.rng.shuffle(parts)
        return f"({', '.join(parts)})" if parts else ""

    def directives(self, location: DirectiveLocation, constant: bool = False) -> str:
        text = ""
        if self.rng.random() > 0.12:
            return text
        for directive in self.schema.directives:
            if location not in directive.locations or self.rng.random() < 0.5:
                continue
            for _ in range(self.rng.choice([1, 2]) if directive.is_repeatable else 1):
                text += f" @{directive.name}{self.arguments(directive.args, constant)}"
        return text

    def variable(self, type_: Any, has_default: bool) -> str | None:
        """A variable that may stand where `type_` is expected."""
        if self.rng.random() > 0.22:
            return None
        given, default = self.variable_type(type_, has_default)
        known = [n for n, (t, d) in self.definitions.items() if str(t) == str(given) and d == default]
        if known and self.rng.random() < 0.5:
            name = self.rng.choice(known)
        else:
            name = f"v{len(self.definitions)}"
            self.definitions[name] = (given, default)
        self.used.add(name)
        return f"${name}"

    def variable_type(self, type_: Any, has_default: bool) -> tuple[Any, str]:
        chance = self.rng.random()
        nullable = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(type_, GraphQLNonNull):
            if chance < 0.25:
                return nullable, " = " + literal(self.rng, type_)
            return (nullable, "") if chance < 0.5 and has_default else (type_, "")
        if chance < 0.2:
            return GraphQLNonNull(type_), ""
        if chance < 0.3 and isinstance(type_, GraphQLList) and not isinstance(type_.of_type, GraphQLNonNull):
            return GraphQLList(GraphQLNonNull(type_.of_type)), ""
        return type_, " = " + literal(self.rng, type_) if chance < 0.5 else ""


SEPARATORS = [" ", " ", " ", "\n", "\n  ", "\t", ", ", "\r\n", " # note\n", "\n\n", ",", "\ufeff ", "\r"]


def respaced(rng: Random, text: str) -> str:
    """The same tokens with other white space between them, so that places vary."""
    source = Source(text)
    lexer = Lexer(source)
    pieces = [rng.choice(SEPARATORS) if rng.random() < 0.2 else ""]
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        pieces.append(text[token.start : token.end])
        pieces.append(rng.choice(SEPARATORS))
    return "".join(pieces)
