"""Ways to break a document, at least one for every rule of section 5. Each changes the tree in place.

A breakage may miss: the verdict is always what the reference says of the result.
"""

from __future__ import annotations

from random import Random
from typing import Any, Callable

from graphql import GraphQLSchema, parse, parse_value, print_ast, visit
from graphql.language import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse_type,
)

from .values import WRONG_LITERALS

NAMES = ["alpha", "alphas", "nam", "name", "names", "nick", "wher", "where", "unknown", "id", "ids", "naem", "value", "__typename"]
TYPES = ["Int", "String!", "[String]", "[Int!]!", "Boolean", "ID!", "Unknown", "Query", "Strin", "Float", "[[ID]]"]


class Breaker:
    def __init__(self, rng: Random, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.rng = rng
        self.schema = schema
        self.document = document

    # Finding

    def all(self, *kinds: type) -> list[Any]:
        found: list[Any] = []

        class Finder(Visitor):
            def enter(self, node: Node, *_: Any) -> None:
                if isinstance(node, kinds):
                    found.append(node)

        visit(self.document, Finder())
        return found

    def any(self, *kinds: type) -> Any:
        found = self.all(*kinds)
        return self.rng.choice(found) if found else None

    def type_name(self) -> str:
        return self.rng.choice([*self.schema.type_map, "Unknown", "Naemd"])

    def name(self, text: str | None = None) -> NameNode:
        return NameNode(value=text or self.rng.choice(NAMES))

    def value(self) -> Any:
        return parse_value(self.rng.choice(WRONG_LITERALS))

    def selections(self, text: str) -> SelectionSetNode:
        return parse(text).definitions[0].selection_set  # type: ignore[attr-defined]

    def operations(self) -> list[OperationDefinitionNode]:
        return [d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)]

    def fragments(self) -> list[FragmentDefinitionNode]:
        return [d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)]

    def fragment_name(self) -> str:
        return self.rng.choice([f.name.value for f in self.fragments()] + ["Missing"])

    def insert(self, node: Any, attribute: str, item: Any) -> None:
        items = list(getattr(node, attribute) or [])
        items.insert(self.rng.randrange(len(items) + 1), item)
        setattr(node, attribute, tuple(items))

    def without_one(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        index = self.rng.randrange(len(items))
        return items[:index] + items[index + 1 :]

    def select(self, item: Any, among: SelectionSetNode | None = None) -> None:
        where = among or self.any(SelectionSetNode)
        self.insert(where, "selections", item)

    def field(self, text: str) -> Any:
        return self.selections("{" + text + "}").selections[0]

    # Fields, types and fragments

    def unknown_field(self) -> None:
        if node := self.any(FieldNode):
            node.name = self.name()

    def added_field(self) -> None:
        self.select(FieldNode(name=self.name(), arguments=(), directives=()))

    def leaf_with_selections(self) -> None:
        if node := self.any(FieldNode):
            node.selection_set = self.selections(self.rng.choice(["{ __typename }", "{ id name }", "{ ... { id } }"]))

    def composite_without_selections(self) -> None:
        if node := self.any(FieldNode):
            node.selection_set = None

    def type_condition(self) -> None:
        if node := self.any(InlineFragmentNode, FragmentDefinitionNode):
            node.type_condition = NamedTypeNode(name=self.name(self.type_name()))

    def inline_fragment(self) -> None:
        body = self.rng.choice(["{ __typename }", "{ id }", "{ name ... on Node { id } }"])
        self.select(InlineFragmentNode(type_condition=NamedTypeNode(name=self.name(self.type_name())), directives=(), selection_set=self.selections(body)))

    def spread(self) -> None:
        self.select(FragmentSpreadNode(name=self.name(self.fragment_name()), directives=()))

    def fragment(self) -> None:
        """A fragment more: unused, of a name that there is, or leading back to itself."""
        name = self.rng.choice(["Extra", self.fragment_name()])
        other = self.rng.choice([name, self.fragment_name()])
        body = self.rng.choice(["__typename", f"...{other}", f"__typename ...{name}", f"... {{ ...{other} }}"])
        text = f"fragment {name} on {self.type_name()} {{ {body} }}"
        self.insert(self.document, "definitions", parse(text).definitions[0])
        if self.rng.random() < 0.5:
            self.select(FragmentSpreadNode(name=self.name(name), directives=()))

    def cycle(self) -> None:
        names = self.rng.sample(["C1", "C2", "C3", "C4"], self.rng.randint(1, 4))
        root = self.schema.query_type.name  # type: ignore[union-attr]
        for index, name in enumerate(names):
            following = [names[(index + 1) % len(names)]] + ([self.rng.choice(names)] if self.rng.random() < 0.5 else [])
            text = f"fragment {name} on {root} {{ {' '.join('...' + n for n in following)} }}"
            self.insert(self.document, "definitions", parse(text).definitions[0])
        for operation in self.operations()[:1]:
            self.select(FragmentSpreadNode(name=self.name(self.rng.choice(names)), directives=()), operation.selection_set)

    def swapped_subtree(self) -> None:
        nodes = self.all(FieldNode)
        if len(nodes) > 1:
            left, right = self.rng.sample(nodes, 2)
            left.selection_set, right.selection_set = right.selection_set, left.selection_set
            if self.contains(left) or self.contains(right):
                left.selection_set, right.selection_set = right.selection_set, left.selection_set

    def contains(self, node: FieldNode) -> bool:
        """Whether a node has come to stand inside itself."""
        pending = list(node.selection_set.selections) if node.selection_set else []
        while pending:
            item = pending.pop()
            if item is node:
                return True
            if getattr(item, "selection_set", None):
                pending += item.selection_set.selections
        return False

    # Merging

    def same_response_name(self) -> None:
        nodes = self.all(FieldNode)
        if len(nodes) > 1:
            for node in self.rng.sample(nodes, min(len(nodes), self.rng.randint(2, 4))):
                node.alias = self.name("same")

    def copied_field(self) -> None:
        """The same field again beside itself, changed a little."""
        owner = self.any(SelectionSetNode)
        fields = [s for s in owner.selections if isinstance(s, FieldNode)]
        if not fields:
            return
        copy = self.field(print_ast(self.rng.choice(fields)))
        change = self.rng.randrange(4)
        if change == 0 and copy.arguments:
            self.rng.choice(copy.arguments).value = self.value()
        elif change == 1:
            copy.arguments = copy.arguments[1:]
        elif change == 2:
            copy.alias, copy.name = self.name((copy.alias or copy.name).value), self.name()
        elif copy.selection_set:
            self.insert(copy.selection_set, "selections", self.field(f"{self.rng.choice(NAMES)}: __typename"))
        wrapped = InlineFragmentNode(type_condition=None, directives=(), selection_set=SelectionSetNode(selections=(copy,)))
        self.insert(owner, "selections", self.rng.choice([copy, wrapped]))

    def same_field_on_types(self) -> None:
        """Two fields of one response name in fragments on types that may or may not overlap."""
        owner = self.any(SelectionSetNode)
        types = [t for t in self.schema.type_map.values() if getattr(t, "fields", None) and not t.name.startswith("__")]
        types = [t for t in types if hasattr(t, "interfaces")]
        for type_ in self.rng.sample(types, min(2, len(types))):
            name, definition = self.rng.choice(list(type_.fields.items()))
            named = definition.type
            while hasattr(named, "of_type"):
                named = named.of_type
            body = " { __typename }" if hasattr(named, "fields") or hasattr(named, "types") else ""
            text = f"... on {type_.name} {{ merged: {name}{body} }}"
            self.insert(owner, "selections", self.field(text))

    # Arguments and values

    def argument(self) -> None:
        if node := self.any(FieldNode, DirectiveNode):
            self.insert(node, "arguments", ArgumentNode(name=self.name(), value=self.value()))

    def renamed_argument(self) -> None:
        if node := self.any(ArgumentNode):
            node.name = self.name()

    def removed_argument(self) -> None:
        nodes = [n for n in self.all(FieldNode, DirectiveNode) if n.arguments]
        if nodes:
            node = self.rng.choice(nodes)
            node.arguments = self.without_one(node.arguments)

    def doubled_argument(self) -> None:
        nodes = [n for n in self.all(FieldNode, DirectiveNode) if n.arguments]
        if nodes:
            node = self.rng.choice(nodes)
            self.insert(node, "arguments", self.rng.choice(node.arguments))

    def wrong_value(self) -> None:
        if node := self.any(ArgumentNode, ObjectFieldNode):
            node.value = self.value()

    def wrong_item(self) -> None:
        lists = [n for n in self.all(ArgumentNode, ObjectFieldNode) if n.value.kind == "list_value"]
        if lists:
            self.insert(self.rng.choice(lists).value, "values", self.value())

    def object_field(self) -> None:
        if node := self.any(ObjectValueNode):
            self.insert(node, "fields", ObjectFieldNode(name=self.name(), value=self.value()))

    def removed_object_field(self) -> None:
        nodes = [n for n in self.all(ObjectValueNode) if n.fields]
        if nodes:
            node = self.rng.choice(nodes)
            node.fields = self.without_one(node.fields)

    def doubled_object_field(self) -> None:
        nodes = [n for n in self.all(ObjectValueNode) if n.fields]
        if nodes:
            node = self.rng.choice(nodes)
            self.insert(node, "fields", self.rng.choice(node.fields))

    # Directives

    def directive(self) -> None:
        names = [d.name for d in self.schema.directives] + ["unknown", "skp"]
        name = self.rng.choice(names)
        arguments = self.rng.choice(["", "(if: true)", "(if: $v0)", '(reason: "x")', "(if: 1)", "(unless: true)"])
        node = self.field(f"x @{name}{arguments}").directives[0]
        owner = self.any(FieldNode, FragmentSpreadNode, InlineFragmentNode, OperationDefinitionNode, FragmentDefinitionNode, VariableDefinitionNode)
        if isinstance(owner, VariableDefinitionNode) and "$" in arguments:
            return
        for _ in range(self.rng.choice([1, 1, 2])):
            self.insert(owner, "directives", node)

    # Variables

    def undefined_variable(self) -> None:
        if node := self.any(ArgumentNode, ObjectFieldNode):
            if not self.inside_default(node):
                node.value = VariableNode(name=self.name(self.rng.choice(["undefined", "v0", "v1"])))

    def inside_default(self, node: Node) -> bool:
        """Constants take no variables."""
        found = False

        class Finder(Visitor):
            def enter(self, other: Node, *_: Any) -> None:
                nonlocal found
                found = found or other is node

        for definition in self.all(VariableDefinitionNode):
            visit(definition, Finder())
        return found

    def variable_definition(self) -> None:
        operation = self.rng.choice(self.operations())
        text = f"query (${self.rng.choice(['unused', 'v0', 'v1'])}: {self.rng.choice(TYPES)}{self.default()}) {{ x }}"
        definition = parse(text).definitions[0].variable_definitions[0]  # type: ignore[attr-defined]
        self.insert(operation, "variable_definitions", definition)

    def default(self) -> str:
        return self.rng.choice(["", "", f" = {self.rng.choice(WRONG_LITERALS)}"])

    def removed_variable_definition(self) -> None:
        operations = [o for o in self.operations() if o.variable_definitions]
        if operations:
            operation = self.rng.choice(operations)
            operation.variable_definitions = self.without_one(operation.variable_definitions)

    def variable_type(self) -> None:
        if node := self.any(VariableDefinitionNode):
            choices = [*TYPES, self.type_name()]
            text = print_ast(node.type)
            choices += [text + "!" if not text.endswith("!") else text[:-1], f"[{text}]", text.strip("[]!")]
            node.type = parse_type(self.rng.choice(choices))

    def variable_default(self) -> None:
        if node := self.any(VariableDefinitionNode):
            node.default_value = self.rng.choice([None, self.value()])

    # Operations

    def operation(self) -> None:
        name = self.rng.choice(["", " Op0", " Op1", " Other"])
        kind = self.rng.choice(["query", "mutation", "subscription"])
        text = f"{kind}{name} {{ {self.rng.choice(['__typename', 'alpha', 'value', 'id'])} }}"
        self.insert(self.document, "definitions", parse(text).definitions[0])

    def operation_kind(self) -> None:
        from graphql.language import OperationType

        self.rng.choice(self.operations()).operation = self.rng.choice(list(OperationType))

    def anonymous(self) -> None:
        self.rng.choice(self.operations()).name = None

    def subscription_fields(self) -> None:
        subscriptions = [o for o in self.operations() if o.operation.value == "subscription"]
        if not subscriptions and self.schema.subscription_type:
            name = next(iter(self.schema.subscription_type.fields))
            text = f"subscription Sub {{ {name} {{ __typename }} }}"
            self.insert(self.document, "definitions", parse(text).definitions[0])
            subscriptions = self.operations()[-1:]
        for operation in subscriptions:
            text = self.rng.choice(
                ["__typename", "alpha", "... { __typename alpha }", "... on Subscription { value }", "again: __typename", "x: alpha",
                 "...Sub", "__schema { queryType { name } }", "alpha @skip(if: true)", "... @include(if: false) { value }"]
            )  # fmt: skip
            self.select(self.field(text), operation.selection_set)

    def type_definition(self) -> None:
        # Whole in themselves: what else is wrong with them is no matter of executable documents.
        text = self.rng.choice(["type T { a: Int }", "extend type T { a: Int }", "directive @d on FIELD", "schema { query: T } type T { a: Int }",
                                "scalar S", "enum E { A }", "input I { a: Int }", "union U = T type T { a: Int }", "interface N { a: Int }"])  # fmt: skip
        for definition in parse(text).definitions:
            self.insert(self.document, "definitions", definition)

    def deep_introspection(self) -> None:
        chain = "name"
        for _ in range(self.rng.randint(1, 4)):
            step = self.rng.choice(["fields { type", "interfaces { ofType", "possibleTypes { ofType", "inputFields { type"])
            chain = f"{step} {{ {chain} }} }}"
        text = f"__schema {{ types {{ {chain} }} }}"
        operations = [o for o in self.operations() if o.operation.value == "query"]
        if operations:
            self.select(self.field(text), self.rng.choice(operations).selection_set)


BREAKAGES: list[Callable[[Breaker], None]] = [
    value for name, value in vars(Breaker).items()
    if callable(value) and not name.startswith("_")
    and name not in {"all", "any", "type_name", "name", "value", "selections", "operations", "fragments", "fragment_name", "insert",
                     "select", "without_one", "field", "contains", "inside_default", "default"}
]  # fmt: skip


def broken(rng: Random, schema: GraphQLSchema, text: str, breakage: Callable[[Breaker], None]) -> str:
    """The document with this breakage, and sometimes others."""
    document = parse(text)
    breaker = Breaker(rng, schema, document)
    breakage(breaker)
    while rng.random() < 0.25:
        rng.choice(BREAKAGES)(breaker)
    return print_ast(document)
