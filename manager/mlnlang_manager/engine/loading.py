"""The IR back from its JSON form."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args, get_origin

from mlnlang.ir import Project, model
from mlnlang.ir.as_json import VERSION


def load(document: Mapping[str, Any]) -> Project:
    """The project that `mlnlang.ir.as_json.document` wrote. Raises ValueError.

    Fields that an older version did not know have their defaults; those that only a newer one knows are passed over.
    """
    if document.get("version") != VERSION:
        raise ValueError(f"IR of version {document.get('version')}")
    try:
        found: Project = _reader(Project)({**document, "name": document["project"]})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no IR: {error}") from None
    return found


def load_part(cls: type[Any], document: Mapping[str, Any]) -> Any:
    """The same of one class of the IR."""
    return _reader(cls)(document)


_READERS: dict[type[Any], Callable[[Any], Any]] = {}


def _reader(cls: type[Any]) -> Callable[[Any], Any]:
    """What makes an object of a class from JSON, found once."""
    if cls not in _READERS:
        _READERS[cls] = _made(cls)
    return _READERS[cls]


def _made(cls: type[Any]) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls, vars(model))
    shown = [field.name for field in fields(cls) if field.metadata.get("json", True)]
    plain = [name for name in shown if _value(hints[name]) is None]
    other = [(name, reader) for name in shown if (reader := _value(hints[name]))]

    def read(document: Any) -> Any:
        given = {name: document[name] for name in plain if name in document}
        for name, made in other:
            if value := document.get(name):
                given[name] = made(value)
        return cls(**given)

    return read


def _value(hint: Any) -> Callable[[Any], Any] | None:
    """What makes a value of that type from JSON; None where JSON has it already."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return _reader(hint)
    if origin in (typing.Union, types.UnionType):
        readers = [reader for arg in args if arg is not type(None) and (reader := _value(arg))]
        return readers[0] if readers else None
    if origin is tuple:
        item = _value(args[0])
        if item is None:
            return tuple
        return lambda value: tuple(item(each) for each in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        inner = _value(args[1])
        return (lambda value: {key: inner(each) for key, each in value.items()}) if inner else dict
    return None
