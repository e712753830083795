"""Random texts for the parser: good ones, damaged ones and noise."""

from __future__ import annotations

from random import Random

from graphql import parse, print_ast
from graphql.language import Lexer, Source, TokenKind

from .documents import DocumentGenerator, respaced
from .schemas import generate_schema

FRAGMENTS = [
    "{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "=", "|", "&", "...", "..", ".", "on", "query", "mutation",
    "subscription", "fragment", "type", "interface", "union", "scalar", "enum", "input", "directive", "schema", "extend",
    "implements", "repeatable", "true", "false", "null", "name", "_x", "x1", "__a", "FIELD", "0", "-0", "1", "-1", "42", "1.5",
    "-1.5e10", "1e5", "1E-3", "00", "01", "1.", ".5", "-", "1e", "1e+", "1.x", "0x1", "1.5.2", "1_", '""', '"a"', '"a',
    '"\\n"', '"\\u00e9"', '"\\u{1F600}"', '"\\u{110000}"', '"\\uD83D\\uDE00"', '"\\uD83D"', '"\\x"', '"\\u12"', '"\\u{}"',
    '"\\u{00000041}"', '"\\u{000000041}"', '"\\uDE00\\uD83D"', '"\t"', '"a\nb"', '"""', '""""""', '"""a"""', '"""a\n  b\n c"""',
    '"""\\""""""', '"""\\"', '"""a"', "'", "#", "# c\n", "#\r", ",", "\n", "\r", "\r\n", "\t", " ", "\ufeff", "é", "😀",
    "\u2028", "\x00", "\x07", "\x0b", "\x85", "\x7f", "?", "%", "*", "/", "\\", "~", "^", ";", "<", ">", "`",
    '"desc" query { a }', '"desc" { a }', '"desc" fragment F on T { a }', '("d" $a: Int)', '"""d""" type', '"d" extend type',
    "extend schema", "extend type T", "query ($a: [Int!]! = [1] @d)", "fragment on on on { on }", "{ a: b(c: $d) @e }", '"d" foo',
]  # fmt: skip

SEEDS = [
    "query Q($a: Int = 1 @d, $b: [String!]!) @d(x: {y: [1, 2.5, \"s\", $c, ENUM, true, null]}) { a: b(c: $d) { ...F ... on T @i { x } ... { y } } }",
    "fragment F on T @d { a }\nmutation M { a }\nsubscription { a(b: \"\"\"block \\\"\"\" text\"\"\") }",
    '"d" schema @d { query: Q mutation: M }\nextend schema @d\nextend schema { subscription: S }',
    '"""d""" type T implements & A & B @d { "x" f(a: Int = 1 @d, "y" b: [T!]!): [[Int!]!]! @d }\nextend type T implements C\ntype E',
    "interface I implements J { a: Int } extend interface I @d\nunion U @d = | A | B\nunion V\nextend union U = C",
    'scalar S @specifiedBy(url: "x")\nextend scalar S @d\nenum E @d { "x" A @d B }\nextend enum E { C }',
    "input I @oneOf { a: Int = {b: [1]} @d }\nextend input I { c: Int }\ndirective @d(a: Int = 1 @e) repeatable on | FIELD | OBJECT",
    '"Query" query Q("var" $a: Int) { a }\n"Fragment" fragment F on T { a }',
]


class TextGenerator:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.sources = list(SEEDS)
        for _ in range(6):
            sdl, schema = generate_schema(rng)
            self.sources += [print_ast(part) for part in parse(sdl).definitions]
            self.sources += [DocumentGenerator(rng, schema).text() for _ in range(6)]

    def text(self) -> str:
        kind = self.rng.randrange(10)
        if kind == 0:
            return self.noise()
        text = self.rng.choice(self.sources)
        if kind == 1:
            return respaced(self.rng, text)
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            text = self.damaged_tokens(text) if self.rng.random() < 0.5 else self.damaged_characters(text)
        return text

    def noise(self) -> str:
        parts = [self.rng.choice(FRAGMENTS) for _ in range(self.rng.randint(0, 8))]
        return self.rng.choice(["", " ", "\n"]).join(parts)

    def damaged_tokens(self, text: str) -> str:
        try:
            tokens = self.tokens(text)
        except Exception:  # noqa: BLE001 - damaged before
            return self.damaged_characters(text)
        if not tokens:
            return text
        index = self.rng.randrange(len(tokens))
        kind = self.rng.randrange(5)
        if kind == 0:
            del tokens[index]
        elif kind == 1:
            tokens.insert(index, tokens[self.rng.randrange(len(tokens))])
        elif kind == 2:
            other = self.rng.randrange(len(tokens))
            tokens[index], tokens[other] = tokens[other], tokens[index]
        elif kind == 3:
            tokens.insert(index, self.rng.choice(FRAGMENTS))
        else:
            tokens[index] = self.rng.choice(FRAGMENTS)
        return self.rng.choice([" ", " ", "\n", "\r\n"]).join(tokens)

    @staticmethod
    def tokens(text: str) -> list[str]:
        lexer = Lexer(Source(text))
        tokens = []
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            tokens.append(text[token.start : token.end])
        return tokens

    def damaged_characters(self, text: str) -> str:
        start = self.rng.randrange(len(text) + 1)
        kind = self.rng.randrange(4)
        if kind == 0:
            return text[:start] + text[start + self.rng.randint(1, 3) :]
        if kind == 1:
            return text[:start] + self.rng.choice(FRAGMENTS) + text[start:]
        if kind == 2:
            return text[:start]
        end = min(len(text), start + self.rng.randint(1, 20))
        return text[:end] + text[start:end] + text[end:]
