"""Random schemas, documents that fit them, and mutations of both."""

import random
import re

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
)

SCALARS = ["Int", "Float", "String", "Boolean", "ID"]
TOKEN = re.compile(r'"""(?:[^"]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?\d+(?:\.\d+)?|[{}()\[\]:!$@=|&]|\S')


def random_schema(rng: random.Random) -> str:
    """SDL of a valid schema."""
    enums = [f"Enum{i}" for i in range(rng.randint(1, 2))]
    scalars = [f"Scalar{i}" for i in range(rng.randint(0, 1))]
    inputs = [f"Input{i}" for i in range(rng.randint(1, 3))]
    interfaces = [f"Node{i}" for i in range(rng.randint(1, 3))]
    objects = [f"Type{i}" for i in range(rng.randint(2, 5))]
    unions = [f"Union{i}" for i in range(rng.randint(1, 2))]
    leaves = SCALARS + enums + scalars
    outputs = leaves + interfaces + objects + unions

    def wrap(name: str, is_input: bool = False) -> str:
        text = name
        if rng.random() < 0.3:
            text += "!"
        if rng.random() < 0.25:
            text = f"[{text}]"
            if rng.random() < 0.3:
                text += "!"
        return text

    def default(type_text: str) -> str:
        named = type_text.strip("[]!")
        value = {"Int": "1", "Float": "1.5", "String": '"s"', "Boolean": "true", "ID": '"i"'}.get(named)
        if named in enums:
            value = "RED"
        if value is None or rng.random() < 0.7:
            return ""
        return f" = {value}"

    def arguments() -> str:
        if rng.random() < 0.6:
            return ""
        parts = []
        for i in range(rng.randint(1, 3)):
            text = wrap(rng.choice(leaves + inputs), True)
            parts.append(f"arg{i}: {text}{default(text)}")
        return "(" + ", ".join(parts) + ")"

    def field(index: int, pool: list[str]) -> str:
        return f"field{index}{arguments()}: {wrap(rng.choice(pool))}"

    lines = []
    for name in enums:
        lines.append(f"enum {name} {{ RED GREEN BLUE }}")
    for name in scalars:
        lines.append(f"scalar {name}")
    for position, name in enumerate(inputs):
        if rng.random() < 0.25:
            fields = [f"in{i}: {rng.choice(leaves)}" for i in range(rng.randint(2, 3))]
            lines.append(f"input {name} @oneOf {{ {' '.join(fields)} }}")
            continue
        fields = []
        for i in range(rng.randint(1, 4)):
            pool = leaves + inputs[:position]
            text = wrap(rng.choice(pool), True)
            fields.append(f"in{i}: {text}{default(text)}")
        if rng.random() < 0.5:
            fields.append(f"self: {name}")
        lines.append(f"input {name} {{ {' '.join(fields)} }}")
    shared = {}
    for name in interfaces:
        count = rng.randint(1, 3)
        start = rng.randint(0, 3)
        shared[name] = [field(start + i, outputs) for i in range(count)]
        lines.append(f"interface {name} {{ {' '.join(shared[name])} }}")
    for name in objects:
        implemented, own = [], {}
        for interface in interfaces:
            if rng.random() < 0.5:
                candidate = {f.split(":")[0].split("(")[0]: f for f in shared[interface]}
                if all(own.get(k, v) == v for k, v in candidate.items()):
                    own.update(candidate)
                    implemented.append(interface)
        for i in range(rng.randint(1, 4)):
            text = field(i, outputs)
            own.setdefault(f"field{i}", text)
        clause = f" implements {' & '.join(implemented)}" if implemented else ""
        lines.append(f"type {name}{clause} {{ {' '.join(own.values())} }}")
    for name in unions:
        members = rng.sample(objects, rng.randint(1, len(objects)))
        lines.append(f"union {name} = {' | '.join(members)}")
    lines.append("directive @onField(x: Int) on FIELD | FRAGMENT_SPREAD")
    lines.append("directive @many(n: String!) repeatable on FIELD | QUERY | INLINE_FRAGMENT | VARIABLE_DEFINITION")
    roots = [field(i, outputs) for i in range(rng.randint(2, 5))]
    lines.append(f"type Query {{ {' '.join(roots)} }}")
    if rng.random() < 0.6:
        lines.append(f"type Mutation {{ {field(0, outputs)} {field(1, outputs)} }}")
    if rng.random() < 0.6:
        lines.append(f"type Subscription {{ {field(0, outputs)} {field(1, outputs)} }}")
    return "\n".join(lines)


class DocumentWriter:
    """Writes one document that is valid most of the time."""

    def __init__(self, schema: GraphQLSchema, rng: random.Random):
        self.schema = schema
        self.rng = rng
        self.fragments: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.budget = 40

    def document(self) -> str:
        parts = []
        rng = self.rng
        roots = [("query", self.schema.query_type), ("mutation", self.schema.mutation_type)]
        roots.append(("subscription", self.schema.subscription_type))
        kinds = [pair for pair in roots if pair[1]]
        count = 1 if rng.random() < 0.8 else 2
        for index in range(count):
            kind, root = kinds[0] if rng.random() < 0.6 else rng.choice(kinds)
            self.variables = {}
            self.budget = 30
            body = self.selections(root, 0, single=kind == "subscription")
            variables = ", ".join(f"${n}: {t}" for n, t in self.variables.items())
            head = f"{kind} Op{index}" + (f"({variables})" if variables else "")
            if count == 1 and kind == "query" and not variables and rng.random() < 0.3:
                head = ""
            parts.append(f"{head} {body}")
        parts += self.fragments.values()
        return "\n".join(parts)

    def selections(self, type_, depth: int, single: bool = False) -> str:
        rng = self.rng
        parts = []
        for _ in range(1 if single else rng.randint(1, 4)):
            self.budget -= 1
            choice = rng.random()
            if choice < 0.12 and not single and depth < 5:
                parts.append(self.inline(type_, depth))
            elif choice < 0.24 and not single and depth < 5:
                parts.append(self.spread(type_, depth))
            else:
                parts.append(self.field(type_, depth))
        return "{ " + " ".join(parts) + " }"

    def condition(self, type_):
        possible = [t for t in self.schema.type_map.values() if is_composite_type(t) and not t.name.startswith("__")]
        fitting = [t for t in possible if self.overlap(t, type_)]
        return self.rng.choice(fitting or possible)

    def overlap(self, left, right) -> bool:
        def objects(t):
            return {o.name for o in self.schema.get_possible_types(t)} if is_abstract_type(t) else {t.name}

        return bool(objects(left) & objects(right))

    def inline(self, type_, depth: int) -> str:
        if self.rng.random() < 0.3:
            return "..." + self.directives(["include"]) + self.selections(type_, depth + 1)
        target = self.condition(type_)
        return f"... on {target.name} " + self.selections(target, depth + 1)

    def spread(self, type_, depth: int) -> str:
        target = self.condition(type_)
        name = f"F{target.name}{self.rng.randint(0, 1)}"
        if name not in self.fragments:
            self.fragments[name] = ""
            body = self.selections(target, depth + 2)
            self.fragments[name] = f"fragment {name} on {target.name} {body}"
        elif not self.fragments[name]:
            return "__typename"
        return f"...{name}" + self.directives(["onField", "skip"])

    def directives(self, names: list[str]) -> str:
        if self.rng.random() < 0.85:
            return ""
        name = self.rng.choice(names)
        argument = {"onField": "(x: 3)", "many": '(n: "a")'}.get(name, "(if: true)")
        return f" @{name}{argument}"

    def field(self, type_, depth: int) -> str:
        rng = self.rng
        fields = {} if isinstance(type_, GraphQLUnionType) else dict(type_.fields)
        names = list(fields)
        if self.budget < 0 or depth > 4:
            names = [n for n in names if not is_composite_type(get_named_type(fields[n].type))]
        if not names or rng.random() < 0.05:
            return "__typename"
        name = rng.choice(names)
        definition = fields[name]
        text = name
        if rng.random() < 0.35:
            text = f"alias{rng.randint(0, 5)}: {name}"
        parts = []
        for argument, d in definition.args.items():
            required = isinstance(d.type, GraphQLNonNull)
            if required or rng.random() < 0.5:
                parts.append(f"{argument}: {self.value(d.type, 0)}")
        if parts:
            text += "(" + ", ".join(parts) + ")"
        text += self.directives(["onField", "many", "skip", "include"])
        named = get_named_type(definition.type)
        if is_composite_type(named):
            text += " " + self.selections(named, depth + 1)
        return text

    def value(self, type_, depth: int) -> str:
        rng = self.rng
        if rng.random() < 0.2:
            name = f"v{len(self.variables)}"
            if len(self.variables) < 4:
                self.variables[name] = str(type_)
                return f"${name}"
        if isinstance(type_, GraphQLNonNull):
            return self.value_of(type_.of_type, depth)
        return "null" if rng.random() < 0.1 else self.value_of(type_, depth)

    def value_of(self, type_, depth: int) -> str:
        rng = self.rng
        if isinstance(type_, GraphQLList):
            if rng.random() < 0.3:
                inner = get_nullable_type(type_.of_type)
                return self.value_of(inner, depth)
            return "[" + ", ".join(self.value(type_.of_type, depth + 1) for _ in range(rng.randint(0, 2))) + "]"
        if isinstance(type_, GraphQLEnumType):
            return rng.choice(["RED", "GREEN", "BLUE"])
        if isinstance(type_, GraphQLInputObjectType):
            return self.object(type_, depth)
        return {
            "Int": "7",
            "Float": rng.choice(["1", "2.5"]),
            "String": '"text"',
            "Boolean": "true",
            "ID": rng.choice(['"id"', "4"]),
        }.get(type_.name, rng.choice(["1", '"x"', "{a: 1}", "[1, 2]"]))

    def object(self, type_, depth: int) -> str:
        if type_.is_one_of:
            name, field = self.rng.choice(list(type_.fields.items()))
            return f"{{{name}: {self.value_of(field.type, depth + 1)}}}"
        parts = []
        for name, field in type_.fields.items():
            required = isinstance(field.type, GraphQLNonNull)
            if required or (depth < 2 and self.rng.random() < 0.4):
                parts.append(f"{name}: {self.value(field.type, depth + 1)}")
        return "{" + ", ".join(parts) + "}"


def mutated(text: str, names: list[str], rng: random.Random) -> str:
    """The text with a few tokens changed, dropped, doubled or swapped."""
    tokens = TOKEN.findall(text)
    literals = ["1", "2.5", '"s"', "true", "null", "RED", "PINK", "[1]", "{in0: 1}", "{}", "[]", "$v0", "$other"]
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if not tokens:
            break
        at = rng.randrange(len(tokens))
        action = rng.random()
        is_name = re.fullmatch(r"[_A-Za-z]\w*", tokens[at]) is not None
        if action < 0.5 and is_name:
            tokens[at] = rng.choice(names)
        elif action < 0.6:
            tokens[at] = rng.choice(literals)
        elif action < 0.7:
            del tokens[at]
        elif action < 0.8:
            end = min(len(tokens), at + rng.randint(1, 6))
            tokens[at:at] = tokens[at:end]
        elif action < 0.9:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        else:
            end = min(len(tokens), at + rng.randint(1, 6))
            del tokens[at:end]
    return " ".join(tokens)


def scrambled(text: str, rng: random.Random) -> str:
    """The text with a few characters changed: for the lexer."""
    alphabet = '{}()[]:!$@=|&."\\\'#, \n\r\tab_09-+eEuUn\u00e9\u20ac\U0001F600\x00\ufeff'
    characters = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(characters) + 1)
        action = rng.random()
        if action < 0.4:
            characters.insert(at, rng.choice(alphabet))
        elif action < 0.7 and at < len(characters):
            characters[at] = rng.choice(alphabet)
        elif at < len(characters):
            del characters[at : at + rng.randint(1, 3)]
    return "".join(characters)
