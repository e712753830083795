"""Holds what the engine said against what was expected."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    Undefined,
    parse_const_value,
    parse_type,
    specified_directives,
    specified_scalar_types,
    type_from_ast,
    value_from_ast,
)

from . import reference
from .expected import Case, Verdict, schema_of

Problems = list[str]


def compare(case: Case, wanted: Verdict, found: Verdict) -> tuple[Problems, Problems]:
    """What must not differ and does, and which messages differ."""
    if found is None:
        return ["no verdict: the engine ended"], []
    kind = case["kind"]
    if kind == "parse":
        return compare_parse(case, wanted, found)
    if kind == "schema":
        return compare_schema(wanted, found)
    if kind == "validate":
        return compare_errors(wanted["errors"], found.get("errors", [])), messages(wanted["errors"], found.get("errors", []))
    if kind == "coerce":
        return compare_coerce(wanted, found)
    return compare_response(case, wanted, found)


def normalised(message: str) -> str:
    """Quotes of one kind: graphql-core writes Python's."""
    return message.replace("'", '"')


def messages(wanted: list[Verdict], found: list[Verdict]) -> Problems:
    """Messages that only one side has, where both have equally many errors."""
    if len(wanted) != len(found):
        return []
    ours = Counter(normalised(error["message"]) for error in found)
    theirs = Counter(normalised(error["message"]) for error in wanted)
    return [f"wanted {a!r}, found {b!r}" for a, b in zip(sorted((theirs - ours).elements()), sorted((ours - theirs).elements()))]


def compare_parse(case: Case, wanted: Verdict, found: Verdict) -> tuple[Problems, Problems]:
    if "ok" in wanted:
        if "printed" not in found:
            return [f"refused: {found}"], []
        return same_document(case["text"], found["printed"]), []
    error = wanted["error"]
    if "error" not in found:
        return [f"accepted, wanted {error}"], []
    if error["locations"] != found["error"]["locations"]:
        return [f"wanted {error}, found {found['error']}"], []
    return [], messages([error], [found["error"]])


def same_document(text: str, printed: str) -> Problems:
    """The printed document must be the one that was parsed."""
    try:
        again = reference.parse(printed, no_location=True)
    except GraphQLError as error:
        return [f"printed text does not parse: {error.message}: {printed!r}"]
    if again != reference.parse(text, no_location=True):
        return [f"printed another document: {printed!r}"]
    return []


def compare_schema(wanted: Verdict, found: Verdict) -> tuple[Problems, Problems]:
    """Valid or not; how many errors one mistake makes is each side's affair."""
    if bool(wanted["errors"]) != bool(found.get("errors", [])):
        return [f"wanted {wanted['errors']}, found {found.get('errors')}"], []
    ours = {normalised(error["message"]) for error in found.get("errors", [])}
    theirs = {normalised(error["message"]) for error in wanted["errors"]}
    return [], [f"wanted {sorted(theirs)}, found {sorted(ours)}"] if ours.isdisjoint(theirs) and theirs else []


# How many errors one conflict makes depends on the algorithm; that there is one does not.
BY_PRESENCE = {"OverlappingFieldsCanBeMerged"}


def compare_errors(wanted: list[Verdict], found: list[Verdict]) -> Problems:
    """The same rules equally often, and at the same places."""
    presence = [{error.get("rule") for error in errors} & BY_PRESENCE for errors in (wanted, found)]
    if presence[0] != presence[1]:
        return [f"missing {presence[0] - presence[1]}, too many {presence[1] - presence[0]}"]
    ignored = set(BY_PRESENCE)
    if any(error.get("rule") == "UniqueFragmentNames" for error in wanted):
        # Which of two fragments a spread means is for nobody to say.
        ignored.add("NoFragmentCycles")
    wanted = [error for error in wanted if error.get("rule") not in ignored]
    found = [error for error in found if error.get("rule") not in ignored]
    ours = Counter(error.get("rule") for error in found)
    theirs = Counter(error.get("rule") for error in wanted)
    if ours != theirs:
        return [f"missing {dict(theirs - ours)}, too many {dict(ours - theirs)}"]
    our_places = Counter((error.get("rule"), str(error["locations"])) for error in found)
    their_places = Counter((error.get("rule"), str(error["locations"])) for error in wanted)
    if our_places != their_places:
        return [f"places: missing {list(their_places - our_places)}, too many {list(our_places - their_places)}"]
    return []


def compare_coerce(wanted: Verdict, found: Verdict) -> tuple[Problems, Problems]:
    if "errors" in wanted:
        return compare_request_errors(wanted["errors"], found), messages(wanted["errors"], found.get("errors", []))
    if "variables" not in found:
        return [f"refused: {found}"], []
    problems = []
    soft: Problems = []
    if not equal(wanted["variables"], found["variables"]):
        problems.append(f"variables: wanted {wanted['variables']}, found {found['variables']}")
    if len(wanted["arguments"]) != len(found["arguments"]):
        return [f"{len(wanted['arguments'])} fields, found {len(found['arguments'])}"], []
    for ours, theirs in zip(found["arguments"], wanted["arguments"]):
        if isinstance(ours, dict) and isinstance(theirs, dict) and "error" in ours and "error" in theirs:
            soft += messages([theirs["error"]], [ours["error"]])
            ours, theirs = ours["error"]["locations"], theirs["error"]["locations"]
        if not equal(theirs, ours):
            problems.append(f"arguments: wanted {theirs}, found {ours}")
    return problems, soft


def compare_request_errors(wanted: list[Verdict], found: Verdict) -> Problems:
    """As many errors about each variable."""
    ours = Counter(str(error.get("locations", [])) for error in found.get("errors", []))
    theirs = Counter(str(error["locations"]) for error in wanted)
    if "data" in found or ours != theirs:
        return [f"wanted {wanted}, found {found}"]
    return []


def compare_response(case: Case, wanted: Verdict, found: Verdict) -> tuple[Problems, Problems]:
    theirs, ours = wanted.get("errors", []), found.get("errors", [])
    ours = [error | {"locations": [pair(p) for p in error.get("locations", [])]} for error in ours]
    if "data" not in wanted:
        return compare_request_errors(theirs, found | {"errors": ours}), messages(theirs, ours)
    if "data" not in found:
        return [f"no data: {found}"], []
    wanted_data, found_data = wanted["data"], found["data"]
    if any(key.startswith("__") for key in wanted_data or {}):
        schema = schema_of(case["schema"])
        wanted_data, found_data = unordered(wanted_data, schema), unordered(found_data, schema)
    # A response lists fields in the order in which they were asked for (section 7.2.2).
    problems = [] if equal(wanted_data, found_data, ordered=True) else [f"data: {difference(wanted_data, found_data)}"]
    if Counter(map(error_place, ours)) != Counter(map(error_place, theirs)):
        problems.append(f"errors: wanted {theirs}, found {ours}")
    return problems, messages(theirs, ours)


def pair(location: Any) -> list[int]:
    """A response writes places as objects."""
    return [location["line"], location["column"]] if isinstance(location, dict) else location


def error_place(error: Verdict) -> str:
    return json.dumps([error.get("path"), error["locations"]])


UNORDERED = {"types", "possibleTypes", "directives"}


def unordered(value: Any, schema: GraphQLSchema) -> Any:
    """An introspection result with its unordered lists sorted, and default values as what they stand for."""
    if isinstance(value, list):
        return [unordered(item, schema) for item in value]
    if not isinstance(value, dict):
        return value
    members = {key: unordered(member, schema) for key, member in value.items()}
    for key in UNORDERED & members.keys():
        if members[key]:
            members[key] = sorted(members[key], key=lambda item: item["name"])
    if is_built_in(value):
        # The words of built-in definitions are free.
        members = {key: member for key, member in members.items() if key != "description"}
        members |= {"args": undescribed(members.get("args")), "fields": undescribed(members.get("fields"))}
        members |= {"enumValues": undescribed(members.get("enumValues"))}
    if isinstance(members.get("defaultValue"), str):
        members["defaultValue"] = meaning(members["defaultValue"], value.get("type") or {}, schema)
    return members


def is_built_in(value: dict[str, Any]) -> bool:
    name = str(value.get("name"))
    return "description" in value and (name.startswith("__") or is_specified_directive_name(name) or name in specified_scalar_types)


def is_specified_directive_name(name: str) -> bool:
    return any(name == directive.name for directive in specified_directives)


def undescribed(items: Any) -> Any:
    if not items:
        return items
    return [{k: undescribed(v) if k == "args" else v for k, v in item.items() if k != "description"} for item in items]


def meaning(literal: str, type_: dict[str, Any], schema: GraphQLSchema) -> Any:
    """The value of a default, where the answer tells its type: `{a: 1}` may be the same as `{a: 1, b: 2}`."""
    text = type_text(type_)
    coerced = value_from_ast(parse_const_value(literal), type_from_ast(schema, parse_type(text))) if text else literal
    return "no value" if coerced is Undefined else coerced


def type_text(type_: dict[str, Any]) -> str | None:
    if type_.get("kind") == "NON_NULL":
        inner = type_text(type_["ofType"])
        return inner and inner + "!"
    if type_.get("kind") == "LIST":
        inner = type_text(type_["ofType"])
        return inner and f"[{inner}]"
    return type_.get("name") if "kind" in type_ else None


def equal(left: Any, right: Any, ordered: bool = False) -> bool:
    """As JSON, the order of members included where it counts; 1 is 1.0 but not true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        same = list(left) == list(right) if ordered else left.keys() == right.keys()
        return same and all(equal(value, right[key], ordered) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b, ordered) for a, b in zip(left, right))
    return bool(left == right)


def difference(wanted: Any, found: Any, path: str = "$") -> str:
    """The first place where two values differ."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if list(wanted) != list(found):
            return f"{path}: wanted members {list(wanted)}, found {list(found)}"
        pairs = [(wanted[key], found[key], f"{path}.{key}") for key in wanted]
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = [(a, b, f"{path}[{index}]") for index, (a, b) in enumerate(zip(wanted, found))]
    else:
        return f"{path}: wanted {wanted!r}, found {found!r}"
    return next((difference(*pair) for pair in pairs if not equal(pair[0], pair[1], ordered=True)), path)


__all__ = ["compare"]
