"""Ways to break a type system. As with documents, a breakage may miss."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import parse, print_ast, visit
from graphql.language import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    Visitor,
    parse_type,
)

ADDITIONS = [
    "type {object} {{ again: Int }}", "scalar Int2 scalar Int2", "union Both = {object} | {object}", "union None",
    "union Wrong = {object} | {input}", "union Wrong = {object} | {enum}", "type Empty", "input Empty", "enum Empty", "interface Empty",
    "type New {{ a: Missing }}", "type New {{ a(b: {object}): Int }}", "type New {{ a: {input} }}", "input New {{ a: {object} }}",
    "type New {{ __a: Int }}", "type __New {{ a: Int }}", "enum New {{ A A }}", "enum New {{ __A }}", "type New {{ a: Int a: Int }}",
    "type New {{ a(b: Int, b: Int): Int }}", "type New {{ a(__b: Int): Int }}", "input New {{ a: Int a: Int }}", "input New {{ __a: Int }}",
    "input Loop {{ a: Loop! }}", "input L1 {{ a: L2! }} input L2 {{ a: L1! }}", "input L1 {{ a: [L1!]! }}", "input L1 {{ a: L1 }}",
    "interface I1 implements I2 {{ a: Int }} interface I2 implements I1 {{ a: Int }}", "interface I1 implements I1 {{ a: Int }}",
    "type New implements {object} {{ a: Int }}", "type New implements Missing {{ a: Int }}",
    "interface IA {{ a: Int }} type New implements IA & IA {{ a: Int }}", "interface IA {{ a: Int }} type New implements IA {{ b: Int }}",
    "interface IA {{ a: Int }} type New implements IA {{ a: String }}", "interface IA {{ a: Int! }} type New implements IA {{ a: Int }}",
    "interface IA {{ a: Int }} type New implements IA {{ a: Int! }}", "interface IA {{ a: [Int] }} type New implements IA {{ a: [Int!] }}",
    "interface IA {{ a(x: Int): Int }} type New implements IA {{ a: Int }}",
    "interface IA {{ a(x: Int): Int }} type New implements IA {{ a(x: Int!): Int }}",
    "interface IA {{ a: Int }} type New implements IA {{ a(x: Int!): Int }}", "interface IA {{ a: Int }} type New implements IA {{ a(x: Int): Int }}",
    "interface IA {{ a: Int }} interface IB implements IA {{ a: Int }} type New implements IB {{ a: Int }}",
    "interface IA {{ a: IA }} type New implements IA {{ a: New }}", "interface IA {{ a: Int }} interface IB implements IA {{ b: Int }}",
    "input One @oneOf {{ a: Int! }}", "input One @oneOf {{ a: Int = 1 }}", "input One @oneOf {{ a: Int b: String }}",
    "directive @skip on FIELD", "directive @new on FIELD directive @new on FIELD", "directive @__new on FIELD", "directive @new on NOWHERE",
    "directive @new(a: Int, a: Int) on FIELD", "directive @new(__a: Int) on FIELD", "directive @new(a: {object}) on FIELD",
    "type New @missing {{ a: Int }}", "directive @new on FIELD type New @new {{ a: Int }}", "directive @new on OBJECT type New @new @new {{ a: Int }}",
    "directive @new repeatable on OBJECT type New @new @new {{ a: Int }}", "directive @new(a: Int!) on OBJECT type New @new {{ a: Int }}",
    "directive @new(a: Int) on OBJECT type New @new(b: 1) {{ a: Int }}", "directive @new(a: Int) on OBJECT type New @new(a: 1, a: 2) {{ a: Int }}",
    "directive @new(a: JSONish) on OBJECT scalar JSONish type New @new(a: {{b: 1, b: 2}}) {{ a: Int }}",
    "extend type Missing {{ a: Int }}", "extend type {enum} {{ a: Int }}", "extend type {object} {{ fresh: Int }}",
    "extend enum {enum} {{ FRESH }}", "extend enum {enum} {{ {value} }}", "extend input {object} {{ a: Int }}", "extend scalar {object} @deprecated",
    "extend type {object} implements Missing", "extend schema {{ query: {object} }}", "extend schema {{ mutation: {enum} }}",
    "schema {{ query: {object} query: {object} }}", "schema {{ query: {object} }} schema {{ query: {object} }}", "schema {{ query: {enum} }}",
    "schema {{ query: Missing }}", "schema {{ query: {object} mutation: {object} }}", "schema {{ mutation: {object} }}",
    "type New {{ a(b: Int! @deprecated): Int }}", "input New {{ a: Int! @deprecated }}", "input New {{ a: Int! = 1 @deprecated }}",
    "scalar New @specifiedBy", 'scalar New @specifiedBy(url: "x") @specifiedBy(url: "y")', "type New @specifiedBy(url: \"x\") {{ a: Int }}",
    "type Query2 {{ a: Int }}", "enum New {{ true }}", "enum New {{ null }}",
    "enum New @deprecated {{ A }}", "enum New {{ A @deprecated @deprecated }}",
]  # fmt: skip


class SDLBreaker:
    def __init__(self, rng: Random, text: str) -> None:
        self.rng = rng
        self.document: DocumentNode = parse(text)

    def broken(self) -> str:
        if self.rng.random() < 0.5:
            return self.added()
        for _ in range(self.rng.choice([1, 1, 2])):
            self.changed()
        return print_ast(self.document)

    def added(self) -> str:
        names = {
            "object": self.name_of(ObjectTypeDefinitionNode),
            "input": self.name_of(InputObjectTypeDefinitionNode),
            "enum": self.name_of(EnumTypeDefinitionNode),
            "value": self.rng.choice(self.all(EnumTypeDefinitionNode)).values[0].name.value,
        }
        return print_ast(self.document) + "\n" + self.rng.choice(ADDITIONS).format(**names)

    def changed(self) -> None:
        owner = self.rng.choice(self.all(ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, InputObjectTypeDefinitionNode))
        kind = self.rng.randrange(8)
        if kind == 0 and owner.fields:
            owner.fields = self.without_one(owner.fields)
        elif kind == 1 and getattr(owner, "interfaces", None):
            owner.interfaces = self.without_one(owner.interfaces)
        elif kind == 2 and hasattr(owner, "interfaces"):
            others = self.all(InterfaceTypeDefinitionNode) or [owner]
            owner.interfaces = (*owner.interfaces, NamedTypeNode(name=self.rng.choice(others).name))
        elif kind == 3:
            self.document.definitions = self.without_one(self.document.definitions)
        elif kind == 4 and (unions := self.all(UnionTypeDefinitionNode)):
            union = self.rng.choice(unions)
            union.types = (*union.types, NamedTypeNode(name=NameNode(value=self.name_of(TypeDefinitionNode))))
        elif kind == 5 and owner.fields:
            owner.fields = (*owner.fields, self.rng.choice(owner.fields))
        else:
            self.retyped()

    def retyped(self) -> None:
        node = self.rng.choice(self.all(FieldDefinitionNode, InputValueDefinitionNode))
        text = print_ast(node.type)
        other = self.name_of(TypeDefinitionNode)
        node.type = parse_type(self.rng.choice([other, text + "!" if text[-1] != "!" else text[:-1], f"[{text}]", f"[{other}!]"]))

    def all(self, *kinds: type) -> list[Any]:
        found: list[Any] = []

        class Finder(Visitor):
            def enter(self, node: Node, *_: Any) -> None:
                if isinstance(node, kinds):
                    found.append(node)

        visit(self.document, Finder())
        return found

    def name_of(self, kind: type) -> str:
        return self.rng.choice(self.all(kind)).name.value

    def without_one(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        index = self.rng.randrange(len(items))
        return items[:index] + items[index + 1 :]
