"""What graphql-core says, and where the September 2025 specification says otherwise.

graphql-core 3.2 implements the October 2021 edition and much of the draft after it. Each difference that the
generated cases can meet is a class below, named for its place in the specification; everything else is graphql-core as
it is. `KNOWN_DIFFERENCES` is the list for readers.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import isfinite
from typing import Any, Iterator

from graphql import (
    DocumentNode,
    GraphQLBoolean,
    GraphQLDeprecatedDirective,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    TypeInfo,
    TypeNameMetaFieldDef,
    get_named_type,
    introspection_types,
    print_ast,
    specified_rules,
    validate as validate_by,
    visit,
)
from graphql.error import GraphQLSyntaxError
from graphql.execution import collect_fields
from graphql.execution.collect_fields import does_fragment_condition_match, get_field_entry_key
from graphql.language import (
    DefinitionNode,
    FieldNode,
    InlineFragmentNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    ParallelVisitor,
    TokenKind,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
)
from graphql.language.parser import Parser
from graphql.type.scalars import coerce_id, parse_float_literal
from graphql.utilities import TypeInfoVisitor
from graphql.validation import ValidationContext
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.rules.single_field_subscriptions import SingleFieldSubscriptionsRule
from graphql.validation.rules.values_of_correct_type import ValuesOfCorrectTypeRule
from graphql.validation.rules.variables_in_allowed_position import VariablesInAllowedPositionRule

KNOWN_DIFFERENCES = {
    "2.2 descriptions": "Operations, fragments and variables may have descriptions; graphql-core refuses them.",
    "5.2.4.1 single root field": "@skip and @include are errors on root fields of subscriptions; graphql-core evaluates"
    " them, and fails when they need variables.",
    "5.8.5 variables in oneOf": "A nullable variable as a field of a oneOf input object is an error of the variable's"
    " position; graphql-core calls it a wrong value, and forgets fragments and undefined variables.",
    "3.7 deprecated implementations": "A field may be deprecated only where the interfaces' fields are; graphql-core does"
    " not ask. The generator deprecates own fields only.",
    "3.10, 3.13 default values": "Default values must fit their types; graphql-core does not check them.",
    "4.2 includeDeprecated": "Boolean! with a default; graphql-core has a nullable Boolean.",
    "3.13 @deprecated": "The reason is a String! with a default; graphql-core has a nullable one.",
    "3.3.1 root types": "Root types are different types; graphql-core does not ask.",
    "3.5.5 ID": "A float is no ID, not even 4.0; graphql-core takes whole ones.",
    "5.3.2 response shape": "__typename is a String! wherever it stands; graphql-core does not know its type.",
    "5.3.2 fragments in fragments": "graphql-core holds fields against the fragments of a fragment only where it meets the"
    " two fragments first (since the mending of CVE-2023-26144), and misses conflicts elsewhere.",
    "3.5.2 Float": "A literal beyond the finite doubles is no Float; graphql-core makes it infinite.",
    "6.3.2 conditions": "A condition whose variable is null is not true; graphql-core fails the field around it.",
    "2.1.4 places": "Lines end with LF, CR LF or CR only, and an empty last line counts; graphql-core asks"
    " str.splitlines.",
    "6.1.2 variables": "graphql-core lists all that is wrong within a variable; one error for each variable will do.",
}


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column of an offset. Line terminators as section 2.1.2 has them."""
    before = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class SpecParser(Parser):
    """Descriptions on executable definitions (section 2.2)."""

    def parse_definition(self) -> DefinitionNode:
        if not self.peek_description():
            return super().parse_definition()
        keyword = self._lexer.lookahead()
        if keyword.kind is TokenKind.BRACE_L:
            raise GraphQLSyntaxError(
                self._lexer.source,
                self._lexer.token.start,
                "Unexpected description, descriptions are not supported on shorthand queries.",
            )
        if keyword.kind is TokenKind.NAME and keyword.value in ("query", "mutation", "subscription", "fragment"):
            self.parse_description()
        try:
            return super().parse_definition()
        except GraphQLSyntaxError as error:
            if "Unexpected description" not in error.message:
                raise
            text = "Unexpected description, only GraphQL definitions support descriptions."
            raise GraphQLSyntaxError(self._lexer.source, error.positions[0], text) from error  # type: ignore[index]

    def parse_variable_definition(self) -> VariableDefinitionNode:
        self.parse_description()
        return super().parse_variable_definition()


def parse(text: str, no_location: bool = False) -> DocumentNode:
    return SpecParser(text, no_location=no_location).parse_document()


class SpecSingleFieldSubscriptions(SingleFieldSubscriptionsRule):
    """Section 5.2.4.1: conditions are errors, and nothing is left out because of them."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        root = self.context.schema.subscription_type
        if node.operation.value != "subscription" or not root:
            return
        groups: dict[str, list[FieldNode]] = {}
        conditions: list[Any] = []
        self.collect(root, node.selection_set, groups, conditions, set())
        name = f"Subscription '{node.name.value}'" if node.name else "Anonymous Subscription"
        if conditions:
            self.report_error(GraphQLError(f"{name} must not use `@skip` or `@include` directives in the top level selection.", conditions))
        if len(groups) > 1:
            extra = [field for group in list(groups.values())[1:] for field in group]
            self.report_error(GraphQLError(f"{name} must select only one top level field.", extra))
        for group in groups.values():
            if group[0].name.value.startswith("__"):
                self.report_error(GraphQLError(f"{name} must not select an introspection top level field.", group))

    def collect(self, root: Any, selections: Any, groups: Any, conditions: Any, seen: set[str]) -> None:
        schema = self.context.schema
        for selection in selections.selections:
            conditions += [d for d in selection.directives if d.name.value in ("skip", "include")]
            if isinstance(selection, FieldNode):
                groups.setdefault(get_field_entry_key(selection), []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                if does_fragment_condition_match(schema, selection, root):
                    self.collect(root, selection.selection_set, groups, conditions, seen)
            elif selection.name.value not in seen:
                seen.add(selection.name.value)
                fragment = self.context.get_fragment(selection.name.value)
                if fragment and does_fragment_condition_match(schema, fragment, root):
                    self.collect(root, fragment.selection_set, groups, conditions, seen)


class SpecValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """Section 3.10.1 without the variables, which section 5.8.5 judges."""

    def enter_object_value(self, node: Any, *args: Any) -> Any:
        type_ = get_named_type(self.context.get_input_type())
        one_of = isinstance(type_, GraphQLInputObjectType) and type_.is_one_of
        names = {field.name.value for field in node.fields}
        if one_of and len(names) == 1 and isinstance(node.fields[-1].value, VariableNode):
            return None
        return super().enter_object_value(node, *args)


class SpecVariablesInAllowedPosition(VariablesInAllowedPositionRule):
    """Section 5.8.5: fields of oneOf input objects take non-null variables only."""

    def leave_operation_definition(self, operation: OperationDefinitionNode, *args: Any) -> None:
        reported: list[Any] = []
        report, self.report_error = self.report_error, lambda error: (reported.append(error.nodes[1]), report(error))  # type: ignore[method-assign,assignment,func-returns-value]
        super().leave_operation_definition(operation, *args)
        self.report_error = report  # type: ignore[method-assign]
        for definition in [operation, *self.context.get_recursively_referenced_fragments(operation)]:
            for variable, type_name in self.one_of_usages(definition):
                found = self.var_def_map.get(variable.name.value)
                if found and not isinstance(found.type, NonNullTypeNode) and not any(variable is n for n in reported):
                    name = variable.name.value
                    self.report_error(
                        GraphQLError(
                            f"Variable '${name}' is of type '{self.type_text(found)}' but must be non-nullable"
                            f" to be used for OneOf Input Object '{type_name}'.",
                            [found, variable],
                        )
                    )

    @staticmethod
    def type_text(definition: VariableDefinitionNode) -> str:
        return print_ast(definition.type)

    def one_of_usages(self, node: Any) -> list[tuple[VariableNode, str]]:
        info = TypeInfo(self.context.schema)
        found: list[tuple[VariableNode, str]] = []

        class Finder(Visitor):
            def enter_object_field(self, field: Any, *_: Any) -> None:
                parent = get_named_type(info.get_parent_input_type())
                if isinstance(parent, GraphQLInputObjectType) and parent.is_one_of:
                    if isinstance(field.value, VariableNode) and field.name.value in parent.fields:
                        found.append((field.value, parent.name))

        visit(node, TypeInfoVisitor(info, Finder()))
        return found


def default_errors(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Section 3.10 and 3.13: default values fit their types. Asked of each as if it were a variable's."""
    found: list[GraphQLError] = []

    class Defaults(Visitor):
        def enter_input_value_definition(self, node: Any, *_: Any) -> None:
            if node.default_value:
                text = f"query ($v: {print_ast(node.type)} = {print_ast(node.default_value)}) {{ __typename }}"
                found.extend(validate_by(schema, SpecParser(text).parse_document(), [ValuesOfCorrectTypeRule]))

    visit(document, Defaults())
    return found


def root_type_errors(schema: GraphQLSchema) -> list[GraphQLError]:
    """Section 3.3.1."""
    roots = [t.name for t in (schema.query_type, schema.mutation_type, schema.subscription_type) if t]
    return [GraphQLError("All root types must be different")] if len(set(roots)) < len(roots) else []


@contextmanager
def conditions_of_the_specification() -> Iterator[None]:
    """Section 6.3.2: a selection is left out when @skip is true, or @include is not; null is not true."""

    def should_include_node(variable_values: dict[str, Any], node: Any) -> bool:
        for directive in node.directives:
            if directive.name.value in ("skip", "include"):
                value = directive.arguments[0].value
                if isinstance(value, VariableNode):
                    condition = variable_values.get(value.name.value) is True
                else:
                    condition = value.value
                if condition is (directive.name.value == "skip"):
                    return False
        return True

    kept = collect_fields.should_include_node
    collect_fields.should_include_node = should_include_node
    try:
        yield
    finally:
        collect_fields.should_include_node = kept


def parse_finite_literal(node: Any, variables: Any = None) -> float:
    value = parse_float_literal(node, variables)
    if not isfinite(value):
        raise GraphQLError(f"Float cannot represent non numeric value: {print_ast(node)}", node)
    return value


def parse_id_value(value: Any) -> str:
    if isinstance(value, float):
        raise GraphQLError(f"ID cannot represent value: {value}")
    return coerce_id(value)


def collect_with_typename(context: Any, parent_type: Any, selections: Any, found: Any, names: Any) -> None:
    """Section 5.3.2."""
    collect_as_is(context, parent_type, selections, found, names)
    for fields in found.values():
        for index, (parent, node, definition) in enumerate(fields):
            if definition is None and node.name.value == "__typename":
                fields[index] = (parent, node, TypeNameMetaFieldDef)


def compare_with_fragment(
    context: Any, conflicts: Any, cached: Any, pairs: Any, exclusive: bool, fields: Any, name: str
) -> None:
    """Section 5.3.2: remembers which fields were held against which fragment, not which fragments met."""
    seen = context.__dict__.setdefault("seen_fields_and_fragments", set())
    fragment = context.get_fragment(name)
    if not fragment or (id(fields), name, exclusive) in seen:
        return
    seen.add((id(fields), name, exclusive))
    rule = overlapping_fields_can_be_merged
    others, referenced = rule.get_referenced_fields_and_fragment_names(context, cached, fragment)
    if fields is others:
        return
    rule.collect_conflicts_between(context, conflicts, cached, pairs, exclusive, fields, others)
    for other in referenced:
        compare_with_fragment(context, conflicts, cached, pairs, exclusive, fields, other)


overlapping_fields_can_be_merged.collect_conflicts_between_fields_and_fragment = compare_with_fragment
collect_as_is = overlapping_fields_can_be_merged.collect_fields_and_fragment_names
overlapping_fields_can_be_merged.collect_fields_and_fragment_names = collect_with_typename
# Section 3.5.5.
GraphQLID.parse_value = parse_id_value  # type: ignore[method-assign]
# Section 3.5.2.
GraphQLFloat.parse_literal = parse_finite_literal  # type: ignore[method-assign]
# Section 4.2.
for introspection_type in introspection_types.values():
    for introspection_field in getattr(introspection_type, "fields", {}).values():
        if "includeDeprecated" in introspection_field.args:
            introspection_field.args["includeDeprecated"].type = GraphQLNonNull(GraphQLBoolean)


def default_as_written(item: Any, info: Any) -> Any:
    node = item[1].ast_node
    return print_ast(node.default_value) if node and node.default_value else default_value_field.resolve_as_is(item, info)


# graphql-core cannot write objects that are defaults of custom scalars.
default_value_field = introspection_types["__InputValue"].fields["defaultValue"]  # type: ignore[attr-defined]
default_value_field.resolve_as_is = default_value_field.resolve
default_value_field.resolve = default_as_written
# Section 3.13.3.
GraphQLDeprecatedDirective.args["reason"].type = GraphQLNonNull(GraphQLString)

REPLACED = {
    SingleFieldSubscriptionsRule: SpecSingleFieldSubscriptions,
    ValuesOfCorrectTypeRule: SpecValuesOfCorrectType,
    VariablesInAllowedPositionRule: SpecVariablesInAllowedPosition,
}


def rule_name(rule: type) -> str:
    return rule.__name__.removesuffix("Rule")


def validate(schema: GraphQLSchema, document: DocumentNode, text: str) -> list[dict[str, Any]]:
    """All errors of all rules, each as `{rule, message, locations}`."""
    found: list[dict[str, Any]] = []
    info = TypeInfo(schema)

    def context(rule: type) -> ValidationContext:
        def on_error(error: GraphQLError) -> None:
            places = [list(place(text, p)) for p in error.positions or []]
            found.append({"rule": rule_name(rule), "message": error.message, "locations": places})

        return ValidationContext(schema, document, info, on_error)

    visitors = [REPLACED.get(rule, rule)(context(rule)) for rule in specified_rules]
    visit(document, TypeInfoVisitor(info, ParallelVisitor(visitors)))
    return found


__all__ = ["KNOWN_DIFFERENCES", "conditions_of_the_specification", "default_errors", "parse", "place", "root_type_errors", "validate"]
