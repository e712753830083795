"""Random valid schemas as SDL."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    parse_const_value,
    print_ast,
    type_from_ast,
    validate_schema,
    visit,
)

from .values import literal

OBJECTS = ["Cat", "Dog", "Card", "Cart", "Person", "Parson", "Robot", "House", "Horse", "Planet"]
INTERFACES = ["Node", "Named", "Pet", "Entity", "Actor"]
UNIONS = ["Animal", "SearchResult", "Thing"]
ENUMS = {"Color": ["RED", "GREEN", "BLUE", "GREY"], "Unit": ["METER", "FOOT"], "State": ["OPEN", "CLOSED", "open"]}
SCALARS = ["Money", "DateTime", "JSON", "Blob", "UUID", "Decimal"]
INPUTS = ["Filter", "Range", "Place", "Options", "Tag", "Choice"]
SHARED_FIELDS = ["id", "name", "owner", "items", "kind", "score", "related"]
OWN_FIELDS = ["alpha", "alphas", "beta", "gamma", "value", "values", "count", "flag", "list", "next", "nick", "names"]
ARGUMENTS = ["first", "where", "filter", "flag", "ids", "id", "mode", "unit", "at"]
INPUT_FIELDS = ["a", "b", "min", "max", "name", "names", "color", "inner", "any", "on"]
DIRECTIVES = ["tag", "auth", "cost", "tagged"]
EXECUTABLE_LOCATIONS = [
    "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
]  # fmt: skip
SCHEMA_LOCATIONS = ["OBJECT", "FIELD_DEFINITION", "ENUM_VALUE", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "SCALAR"]
DESCRIPTIONS = ['"one line"', '"""\n  A block\n    indented\n\n  text.\n"""', '""', '"""inline "quoted" \\""" x"""', '"Zo\\u00eb 😀"']


@dataclass(frozen=True)
class TypeText:
    """A type reference: whether the named type, then each list around it, is non-null."""

    name: str
    non_null: tuple[bool, ...] = (False,)

    def __str__(self) -> str:
        text = self.name + ("!" if self.non_null[0] else "")
        for non_null in self.non_null[1:]:
            text = f"[{text}]" + ("!" if non_null else "")
        return text

    def stricter(self, other: TypeText) -> TypeText:
        both = tuple(a or b for a, b in zip(self.non_null, other.non_null))
        return TypeText(self.name, both)


@dataclass
class FieldText:
    type: TypeText
    arguments: dict[str, str] = field(default_factory=dict)


class SchemaGenerator:
    """One schema. The same random numbers give the same schema."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.enums = rng.sample(list(ENUMS), rng.randint(1, 3))
        self.scalars = rng.sample(SCALARS, rng.randint(0, 3))
        self.inputs = rng.sample(INPUTS, rng.randint(1, 5))
        self.objects = rng.sample(OBJECTS, rng.randint(2, 6))
        self.interfaces = rng.sample(INTERFACES, rng.randint(0, 4))
        self.unions = rng.sample(UNIONS, rng.randint(0, 3))
        self.roots = {"query": rng.choice(["Query", "Query", "Root"])}
        if rng.random() < 0.6:
            self.roots["mutation"] = rng.choice(["Mutation", "Write"])
        if rng.random() < 0.6:
            self.roots["subscription"] = rng.choice(["Subscription", "Stream"])
        self.shared = {name: self.field(SHARED_FIELDS.index(name) < 2) for name in SHARED_FIELDS}
        self.parents = self.interface_parents()
        self.implemented = {name: self.closure(rng.sample(self.interfaces, rng.randint(0, min(3, len(self.interfaces))))) for name in self.objects}

    def text(self) -> str:
        """The SDL, with default values."""
        parts = [self.scalar(name) for name in self.scalars]
        parts += [self.enum(name) for name in self.enums]
        parts += [self.input(index, name) for index, name in enumerate(self.inputs)]
        fields: dict[str, dict[str, FieldText]] = {}
        for name in self.interfaces:
            fields[name] = self.interface_fields(name, fields)
            parts.append(self.composite("interface", name, self.parents[name], fields[name]))
        for name in self.objects:
            parts.append(self.composite("type", name, self.implemented[name], self.object_fields(name, fields)))
        for name in self.unions:
            members = self.rng.sample(self.objects, self.rng.randint(1, min(3, len(self.objects))))
            parts.append(f"{self.description()}union {name} = {' | '.join(members)}")
        parts += [self.directive(name) for name in self.rng.sample(DIRECTIVES, self.rng.randint(0, 3))]
        for name in self.roots.values():
            parts.append(self.composite("type", name, [], self.own_fields(self.rng.randint(3, 7))))
        self.rng.shuffle(parts)
        if any(name.lower() != kind for kind, name in self.roots.items()) or self.rng.random() < 0.2:
            lines = "".join(f"  {kind}: {name}\n" for kind, name in self.roots.items())
            parts.insert(self.rng.randrange(len(parts) + 1), f"{self.description()}schema {{\n{lines}}}")
        return with_defaults(self.rng, self.with_extensions("\n\n".join(parts) + "\n"))

    # Types

    def composites(self) -> list[str]:
        return self.objects + self.interfaces + self.unions

    def output_type(self, wrapped: bool = True) -> TypeText:
        leaf = self.rng.random() < 0.5
        names = ["Int", "Float", "String", "Boolean", "ID", *self.enums, *self.scalars] if leaf else self.composites()
        return self.wrapped(self.rng.choice(names)) if wrapped else TypeText(self.rng.choice(names))

    def wrapped(self, name: str) -> TypeText:
        depth = self.rng.choice([0, 0, 0, 0, 1, 1, 1, 2, 3])
        return TypeText(name, tuple(self.rng.random() < 0.35 for _ in range(depth + 1)))

    def input_type(self, among: list[str]) -> str:
        names = ["Int", "Float", "String", "Boolean", "ID", *self.enums, *self.scalars]
        return str(self.wrapped(self.rng.choice(names + among * 2)))

    def field(self, leaf: bool = False) -> FieldText:
        type_ = TypeText(self.rng.choice(["ID", "String", "Int"]), (self.rng.random() < 0.3,)) if leaf else self.output_type()
        return FieldText(type_, self.arguments())

    def arguments(self) -> dict[str, str]:
        count = self.rng.choice([0, 0, 0, 1, 1, 2, 3])
        return {name: self.input_type(self.inputs) for name in self.rng.sample(ARGUMENTS, count)}

    def interface_parents(self) -> dict[str, list[str]]:
        parents: dict[str, list[str]] = {}
        for index, name in enumerate(self.interfaces):
            known = self.interfaces[:index]
            parents[name] = self.closure(self.rng.sample(known, self.rng.randint(0, min(2, index))), parents)
        return parents

    def closure(self, names: list[str], parents: dict[str, list[str]] | None = None) -> list[str]:
        """The interfaces and all that those implement."""
        parents = self.parents if parents is None else parents
        found = dict.fromkeys(names)
        for name in names:
            found.update(dict.fromkeys(parents[name]))
        return list(found)

    def interface_fields(self, name: str, known: dict[str, dict[str, FieldText]]) -> dict[str, FieldText]:
        fields = self.inherited(self.parents[name], known)
        for extra in self.rng.sample(SHARED_FIELDS, self.rng.randint(1, 3)):
            fields.setdefault(extra, self.shared[extra])
        return fields

    def object_fields(self, name: str, known: dict[str, dict[str, FieldText]]) -> dict[str, FieldText]:
        fields = self.inherited(self.implemented[name], known)
        for inherited in fields.values():
            self.narrow(inherited)
        fields.update(self.own_fields(self.rng.randint(1, 5)))
        return fields

    def inherited(self, interfaces: list[str], known: dict[str, dict[str, FieldText]]) -> dict[str, FieldText]:
        fields: dict[str, FieldText] = {}
        for interface in interfaces:
            for name, definition in known[interface].items():
                type_ = fields[name].type.stricter(definition.type) if name in fields else definition.type
                fields[name] = FieldText(type_, dict(definition.arguments))
        if fields and self.rng.random() < 0.3:
            changed = self.rng.choice(list(fields))
            type_ = fields[changed].type
            fields[changed].type = TypeText(type_.name, type_.non_null[:-1] + (True,))
        return fields

    def narrow(self, definition: FieldText) -> None:
        """A more special type, or an optional argument more, is still an implementation."""
        name = definition.type.name
        possible = [o for o in self.objects if name in self.implemented[o]]
        if possible and self.rng.random() < 0.4:
            definition.type = TypeText(self.rng.choice(possible), definition.type.non_null)
        if self.rng.random() < 0.2:
            definition.arguments.setdefault("extra", "Int")

    def own_fields(self, count: int) -> dict[str, FieldText]:
        return {name: self.field() for name in self.rng.sample(OWN_FIELDS, count)}

    # Text

    def description(self, indent: str = "") -> str:
        return self.rng.choice(DESCRIPTIONS) + "\n" + indent if self.rng.random() < 0.2 else ""

    def deprecation(self, allowed: bool = True) -> str:
        if not allowed or self.rng.random() > 0.1:
            return ""
        return self.rng.choice([" @deprecated", ' @deprecated(reason: "old")', ' @deprecated(reason: "")'])

    def scalar(self, name: str) -> str:
        url = f' @specifiedBy(url: "https://example.com/{name}")' if self.rng.random() < 0.4 else ""
        return f"{self.description()}scalar {name}{url}"

    def enum(self, name: str) -> str:
        values = ENUMS[name][: self.rng.randint(1, 4)]
        lines = "".join(f"  {self.description('  ')}{value}{self.deprecation()}\n" for value in values)
        return f"{self.description()}enum {name} {{\n{lines}}}"

    def input(self, index: int, name: str) -> str:
        one_of = self.rng.random() < 0.25
        lines = ""
        for field_name in self.rng.sample(INPUT_FIELDS, self.rng.randint(1, 5)):
            # Non-null references point to earlier inputs only, so that there is an end.
            type_ = self.input_type(self.inputs[:index]) if self.rng.random() < 0.7 else str(TypeText(self.rng.choice(self.inputs)))
            if one_of:
                # The first is a leaf, so that there is a finite value.
                type_ = (type_ if lines else self.rng.choice(["Int", "String", "[ID!]"])).removesuffix("!")
            lines += f"  {self.description('  ')}{field_name}: {type_}{self.deprecation(not type_.endswith('!'))}\n"
        return f"{self.description()}input {name}{' @oneOf' if one_of else ''} {{\n{lines}}}"

    def composite(self, keyword: str, name: str, interfaces: list[str], fields: dict[str, FieldText]) -> str:
        implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
        lines = ""
        for field_name, definition in fields.items():
            given = ", ".join(
                f"{self.description()}{a}: {t}{self.deprecation(not t.endswith('!'))}" for a, t in definition.arguments.items()
            )
            arguments = f"({given})" if given else ""
            # A field of an interface is deprecated everywhere or nowhere.
            deprecation = self.deprecation(not interfaces or field_name not in SHARED_FIELDS)
            lines += f"  {self.description('  ')}{field_name}{arguments}: {definition.type}{deprecation}\n"
        return f"{self.description()}{keyword} {name}{implements} {{\n{lines}}}"

    def directive(self, name: str) -> str:
        arguments = ", ".join(f"{a}: {t}" for a, t in self.arguments().items())
        locations = self.rng.sample(EXECUTABLE_LOCATIONS, self.rng.randint(1, 6))
        locations += self.rng.sample(SCHEMA_LOCATIONS, self.rng.randint(0, 3))
        repeatable = " repeatable" if self.rng.random() < 0.4 else ""
        given = f"({arguments})" if arguments else ""
        return f"{self.description()}directive @{name}{given}{repeatable} on {' | '.join(locations)}"

    def with_extensions(self, text: str) -> str:
        """Some schemas say part of it by extension."""
        if self.rng.random() > 0.25:
            return text
        text += f"\nextend type {self.rng.choice(self.objects)} {{\n  extended(id: ID): {self.output_type()}\n}}\n"
        if self.rng.random() < 0.5:
            text += f"\nextend enum {self.rng.choice(self.enums)} {{ ADDED }}\n"
        return text


def with_defaults(rng: Random, text: str) -> str:
    """The same SDL with random default values, none of which leads back to itself."""
    document = parse(text)
    schema = build_schema(text)

    class Defaults(Visitor):
        def enter_input_value_definition(self, node: InputValueDefinitionNode, _key, _parent, _path, ancestors) -> None:  # type: ignore[no-untyped-def]
            owner = ancestors[-2] if len(ancestors) > 1 else None
            add_default(rng, schema, node, owner if isinstance(owner, InputObjectTypeDefinitionNode) else ancestors[-1])

    visit(document, Defaults())
    return print_ast(document)


def add_default(rng: Random, schema: GraphQLSchema, node: InputValueDefinitionNode, owner: object) -> None:
    type_ = type_from_ast(schema, node.type)
    required_deprecated = node.directives and str(node.type).endswith("!")
    if rng.random() > 0.3 or type_ is None or required_deprecated:
        return
    if isinstance(owner, InputObjectTypeDefinitionNode):
        own = schema.get_type(owner.name.value)
        if not isinstance(own, GraphQLInputObjectType) or own.is_one_of or reaches(get_named_type(type_), own):
            return
    node.default_value = parse_const_value(literal(rng, type_))


def reaches(start: object, end: GraphQLInputObjectType) -> bool:
    """Whether values of one input object can hold the other."""
    pending, seen = [start], set()
    while pending:
        type_ = pending.pop()
        if type_ is end:
            return True
        if isinstance(type_, GraphQLInputObjectType) and type_.name not in seen:
            seen.add(type_.name)
            pending += [get_named_type(f.type) for f in type_.fields.values()]
    return False


def generate_schema(rng: Random) -> tuple[str, GraphQLSchema]:
    """SDL and what graphql-core builds of it; valid."""
    for _ in range(50):
        text = SchemaGenerator(rng).text()
        schema = build_schema(text)
        if not validate_schema(schema):
            return text, schema
    raise RuntimeError("the generator makes no valid schemas")
