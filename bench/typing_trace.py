"""Write `typing_trace.json`: keys as somebody works on the main file of a large project, one after the other.

A key is a change of the text at a line and character, and a pause before it. The same every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from projects import in_files

HOSTS, FILES = 1000, 5
TRACE = Path(__file__).with_name("typing_trace.json")

ARCHIVE = """
host archive {
    superclass xen-base
    memory 2GB<<G
    size 20GB
    network eth0 {
        address 10.9.0.2/24
        switch backup
    }
}
"""
#: What is typed, and behind which line: new blocks, values, comments, mistakes and their repair (`<` takes one back).
WORK = (
    ("switch lan0 { }", "\nswitch backup { }"),
    ("switch backup { }", ARCHIVE),
    ("    memory 64M  # megabytes", " and more"),
    ("host node3 {", "\n    vcpus 2"),
    ("host node50 {", "\n    memry<<ory 96M"),
    ("    nameserver $dns", "\n    term screen"),
    ("    $dns = 10.0.0.1", "\n    $domain = example.org"),
    ("host node120 {", "\n    startup {\n        echo $hostname\n    }"),
    ("host node199 {", "\n    swap 128M\n    # to be moved"),
)  # fmt: skip


def keys(text: str) -> Iterator[dict[str, Any]]:
    """The keys, each with its place in the text as the keys before have left it."""
    chance = Random(1)
    for behind, typed in WORK:
        at = text.index(f"{behind}\n") + len(behind)
        for letter in typed:
            gone = letter == "<"
            at -= gone
            line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
            yield {
                "after_ms": chance.randrange(90, 260), "line": line, "character": column,
                "remove": int(gone), "insert": "" if gone else letter,
            }  # fmt: skip
            text = text[:at] + text[at + 1 :] if gone else text[:at] + letter + text[at:]
            at += not gone


def main() -> None:
    """Write the trace."""
    found = list(keys(in_files(HOSTS, FILES)["main.mln"]))
    lines = ",\n".join(json.dumps(key) for key in found)
    TRACE.write_text(f'{{"hosts": {HOSTS}, "files": {FILES}, "file": "main.mln", "keys": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
