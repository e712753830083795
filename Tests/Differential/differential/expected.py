"""The verdict that a case must have, by graphql-core."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    Visitor,
    build_ast_schema,
    default_field_resolver,
    execute_sync,
    validate_schema,
    visit,
)
from graphql.execution.values import get_argument_values, get_variable_values
from graphql.utilities import TypeInfoVisitor
from graphql.validation.validate import validate_sdl

from . import reference
from .faults import faulty
from .wiring import fixed_resolver

Case = dict[str, Any]
Verdict = dict[str, Any]


class Unusable(Exception):
    """graphql-core itself fails on this case."""


@lru_cache(maxsize=4)
def schema_of(text: str) -> GraphQLSchema:
    return build_ast_schema(reference.parse(text))


def expected(case: Case) -> Verdict:
    try:
        return {
            "parse": parse_verdict,
            "schema": schema_verdict,
            "validate": validate_verdict,
            "coerce": coerce_verdict,
            "execute": execute_verdict,
        }[case["kind"]](case)
    except (IndexError, RecursionError, KeyError, OverflowError) as error:
        raise Unusable(repr(error)) from error


def described(error: GraphQLError, text: str) -> Verdict:
    places = [list(reference.place(text, p)) for p in error.positions or []]
    return {"message": error.message, "locations": places} | ({"path": error.path} if error.path else {})


def parse_verdict(case: Case) -> Verdict:
    try:
        reference.parse(case["text"])
        return {"ok": True}
    except GraphQLError as error:
        return {"error": described(error, case["text"])}


def schema_verdict(case: Case) -> Verdict:
    """Whether a type system is valid, and why not."""
    text = case["text"]
    try:
        document = reference.parse(text)
        errors = validate_sdl(document)
        schema = None if errors else build_ast_schema(document, assume_valid_sdl=True)
        errors = errors or validate_schema(schema)
        errors = errors or reference.root_type_errors(schema) or reference.default_errors(schema, document)
    except GraphQLError as error:
        errors = [error]
    except TypeError as error:
        errors = [GraphQLError(str(error))]
    return {"errors": [described(error, text) for error in errors]}


def validate_verdict(case: Case) -> Verdict:
    text = case["text"]
    try:
        document = reference.parse(text)
    except GraphQLError as error:
        return {"errors": [described(error, text)]}
    return {"errors": reference.validate(schema_of(case["schema"]), document, text)}


def coerce_verdict(case: Case) -> Verdict:
    """Variables, and the arguments of all fields by place."""
    text, schema = case["query"], schema_of(case["schema"])
    document = reference.parse(text)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    variables = get_variable_values(schema, operation.variable_definitions, case.get("variables") or {})
    if isinstance(variables, list):
        return {"errors": [described(error, text) for error in variables]}
    return {"variables": variables, "arguments": arguments_of(document, text, schema, variables)}


def arguments_of(document: DocumentNode, text: str, schema: GraphQLSchema, variables: dict[str, Any]) -> list[Any]:
    info = TypeInfo(schema)
    found: list[Any] = []

    class Arguments(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            definition = info.get_field_def()
            try:
                found.append(get_argument_values(definition, node, variables) if definition else None)
            except GraphQLError as error:
                found.append({"error": described(error, text)})

    visit(document, TypeInfoVisitor(info, Arguments()))
    return found


def execute_verdict(case: Case, resolver: Any = None) -> Verdict:
    text, schema = case["query"], schema_of(case["schema"])
    document = reference.parse(text)
    errors = reference.validate(schema, document, text)
    if errors:
        return {"errors": errors}
    resolver = resolver or (default_field_resolver if "root" in case else fixed_resolver)
    resolver = faulty(resolver, case["faults"]) if "faults" in case else resolver
    with reference.conditions_of_the_specification():
        return response(case, schema, document, resolver)


def response(case: Case, schema: GraphQLSchema, document: DocumentNode, resolver: Any) -> Verdict:
    text = case["query"]
    result = execute_sync(
        schema,
        document,
        root_value=case.get("root", {}),
        variable_values=case.get("variables") or {},
        operation_name=case.get("operationName"),
        field_resolver=resolver,
    )
    verdict: Verdict = {}
    errors = [described(error, text) for error in result.errors or []]
    if result.data is not None or any("path" in error for error in errors):
        verdict["data"] = result.data
    return verdict | ({"errors": errors} if errors else {})


__all__ = ["Case", "Unusable", "Verdict", "execute_verdict", "expected", "schema_of"]
