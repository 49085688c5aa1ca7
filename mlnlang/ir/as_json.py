"""The IR as JSON, and the JSON Schema of that form. Both read the classes, so they can't disagree."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, get_args, get_origin

from mlnlang.ir import model

VERSION = 1


def document(project: model.Project) -> dict[str, Any]:
    """`{"version": 1, "project": NAME, "hosts": […], "switches": […], …}`."""
    shown = _value(project)
    return {"version": VERSION, "project": shown.pop("name"), **shown}


_SHOWN: dict[type, tuple[str, ...]] = {}


def _shown(cls: type[Any]) -> tuple[str, ...]:
    """Names of the fields that JSON shows, found once a class."""
    if cls not in _SHOWN:
        _SHOWN[cls] = tuple(f.name for f in fields(cls) if f.metadata.get("json", True))
    return _SHOWN[cls]


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in sorted(value.items())}
    return {name: _value(getattr(value, name)) for name in _shown(type(value))}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `document`."""
    definitions: dict[str, Any] = {}
    top = _object(model.Project, definitions)
    name = top["properties"].pop("name")
    top["properties"] = {"version": {"const": VERSION}, "project": name, **top["properties"]}
    top["required"] = list(top["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mlnlang:ir:1",
        "title": "A resolved MLN project",
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls, vars(model))
    shown = [f for f in fields(cls) if f.metadata.get("json", True)]
    return {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": {f.name: _property(f, hints[f.name], definitions) for f in shown},
        "required": [f.name for f in shown],
        "additionalProperties": False,
    }


def _property(field: Field[Any], hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    shape = _shape(hint, definitions)
    if field.metadata.get("secret"):
        shape = {**shape, "writeOnly": True}
    if field.default is not MISSING and isinstance(field.default, (str, int)):
        shape = {**shape, "default": field.default}
    return shape


def _shape(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, args = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin in (typing.Union, types.UnionType):
        kinds = [_shape(arg, definitions) for arg in args if arg is not type(None)]
        return {"anyOf": [*kinds, {"type": "null"}]}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        if args[-1] is Ellipsis:
            return {"type": "array", "items": _shape(args[0], definitions)}
        return {"type": "array", "prefixItems": [_shape(arg, definitions) for arg in args]}
    if hint is str:
        return {"type": "string"}
    if hint is bool:
        return {"type": "boolean"}
    if hint is int:
        return {"type": "integer"}
    return {"type": "object", "additionalProperties": _shape(args[1], definitions)}
