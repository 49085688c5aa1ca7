"""The listing as JSON, version 1, and the JSON Schema of that form."""

from __future__ import annotations

import json
from typing import Any

from mlnlang.inventory.listing import Card, Entry, Listing

VERSION = 1


def render(listing: Listing) -> str:
    """`{"version": 1, "hosts": […]}`."""
    return json.dumps(document(listing), indent=1, ensure_ascii=False) + "\n"


def document(listing: Listing) -> dict[str, Any]:
    """The listing in plain values."""
    return {"version": VERSION, "hosts": [shown(entry) for entry in listing.entries]}


def shown(entry: Entry) -> dict[str, Any]:
    """A machine in plain values; no secret is among them."""
    return {
        "name": entry.name,
        "identity": entry.identity,
        "host": entry.host,
        "project": entry.project,
        "address": entry.address,
        "user": entry.user,
        "jump": entry.jump,
        "server": entry.server,
        "backend": entry.backend,
        "superclasses": list(entry.superclasses),
        "family": entry.family,
        "memory_mib": entry.memory_mib,
        "vcpus": entry.vcpus,
        "users": list(entry.users),
        "switches": list(entry.switches),
        "interfaces": [_card(card) for card in entry.interfaces],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "mac": card.mac,
        "switch": card.switch,
        "bridge": card.bridge,
        "address": card.address,
        "prefix_length": card.prefix_length,
        "gateway": card.gateway,
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `document`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mlnlang:inventory:1",
        "title": "The hosts of MLN projects",
        **_object({"version": {"const": VERSION}, "hosts": _list_of({"$ref": "#/$defs/host"})}),
        "$defs": {"host": _object(_HOST), "interface": _object(_INTERFACE)},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list_of(shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": shape}


_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_HOST: dict[str, Any] = {
    "name": {**_TEXT, "description": "unique in the list: the host's own name, or its identity"},
    "identity": {**_TEXT, "description": "host.project"},
    "host": _TEXT,
    "project": _TEXT,
    "address": {**_MAYBE, "description": "the first fixed address of its interfaces"},
    "user": {**_MAYBE, "description": "the account to log in as"},
    "jump": {**_MAYBE, "description": "the server to jump by"},
    "server": {**_MAYBE, "description": "the server it is on; null: the local one"},
    "backend": _TEXT,
    "superclasses": {**_list_of(_TEXT), "description": "nearest first"},
    "family": _MAYBE,
    "memory_mib": {"type": "integer", "minimum": 1},
    "vcpus": {"type": "integer", "minimum": 1},
    "users": _list_of(_TEXT),
    "switches": _list_of(_TEXT),
    "interfaces": _list_of({"$ref": "#/$defs/interface"}),
}
_INTERFACE: dict[str, Any] = {
    "name": _TEXT,
    "mac": _TEXT,
    "switch": _MAYBE,
    "bridge": _MAYBE,
    "address": {**_MAYBE, "description": "without length; `dhcp`; null: the guest's own affair"},
    "prefix_length": {"type": ["integer", "null"], "minimum": 0, "maximum": 128},
    "gateway": _MAYBE,
}
