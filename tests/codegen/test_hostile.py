"""Hostile values in every field of every back end: carried through, or refused at their place. Never an injection.

A field's values go into one project, a host for each. What is written must have the structure that a harmless value
gives (the same keys, elements and words): then nothing broke out of its place.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import mlnlang_codegen
import pytest
from codegen_helpers import require
from mlnlang_codegen.registry import PACKAGES

from mlnlang.api import Compilation, Options
from mlnlang.ir import Project
from mlnlang.schema.core import CORE
from mlnlang.schema.values import OFF, ON
from mlnlang.world import Memory

CANARY = "mln-canary"
_FRAGMENTS = (
    "'", '"', "`touch CANARY`", "$(touch CANARY)", "${HOME}", "$x", ";touch CANARY;", "|touch CANARY", "&touch CANARY&",
    ">CANARY", "<CANARY", "]]>", "<!--", "-->", "<a b='c'/>", "&amp;", "&#10;", "%s%n", "%(x)s", "{{7*7}}", "{% x %}",
    "{", "}", "[", "]", "(", ")", "\\", "\\n", "\\x41", "|0A", "|22", "#", "=", ",", ":", "*", "?", "~", "!", "^", "@",
    "é", "日本", "🙂", "\u202e", "\u2028", "\x01", "\x7f", "\t", "\r", "--help", "-rf /", "../../etc/passwd",
    "/dev/null", "END", "EOF", "true", "null", "0x10", "1e9", "a" * 1500,
)  # fmt: skip
#: At least 200: each fragment alone, behind and before a word, and pairs of the worst.
_WORST = ("'", '"', "$(touch CANARY)", "`touch CANARY`", ";touch CANARY;", "]]>", "\\", "é", "#", "%")
VALUES = [
    *_FRAGMENTS,
    *(f"web{fragment}" for fragment in _FRAGMENTS),
    *(f"{fragment} web" for fragment in _FRAGMENTS[:40]),
    *("".join(pair) for pair in product(_WORST, repeat=2)),
]

#: Field → the lines of a host, `@` standing for the value; the harmless value is `plain`.
FIELDS = {
    **{
        row.name: f"{row.name} @"
        for row in CORE.keywords
        if "host" in row.contexts and row.kind in ("text", "word", "path") and row.status != "dead"
    },
    "vncpasswd": "vncdisplay 1; vncpasswd @",
    "vncpassword": "vncdisplay 1; vncpassword @",
    "vnckeymap": "vncdisplay 1; vnckeymap @",
    "color": "term xterm; color @",
    "ramdisk": "kernel /k; ramdisk @",
    "lvm_vg": "lvm; lvm_vg @",
    "lvm": "lvm @",
    "extra": "extra @",
    "service_host": "service_host @",
    "bridge": "network eth0 { bridge @ }",
    "slirp": "network eth0 { slirp @ }",
    "tun_iface": "network eth0 { tun_iface @ }",
    "user name": "users { @ HASH }",
    "password hash": "users { alice @ }",
    "home": "users { alice HASH @ }",
    "group name": "groups { @ alice }",
    "group member": "groups { staff @ }",
    "file source": "files { @ /etc/x }",
    "file target": "files { x @ }",
    "mount source": "mount { @ /data ext4 }",
    "mount point": "mount { /dev/x /@ ext4 }",
    "mount type": "mount { /dev/x /data @ }",
    "mount options": "mount { /dev/x /data ext4 @ }",
    "module": "modules { @ }",
    "key": "sshkey { alice @ }",
    "start-up line": "startup { echo @ }",
    "shutdown line": "shutdown { echo @ }",
    "first line": "user_data { echo @ }",
}
#: Values that rightly mean something else: more words, a share, a device.
MEANT: dict[str, Callable[[str], bool]] = {
    "lvm": lambda value: value.split() != [value] or value.lower() in ON | OFF,
    "extra": lambda value: value.split() != [value],
    "cpus": lambda value: not re.fullmatch(r"[0-9]+(-[0-9]+)?", value),
    "mount source": lambda value: ":" in value or value.startswith("/dev/"),
    "filesystem": lambda value: value.startswith("/dev/"),
}
#: Lines of these belong to a shell or a configuration file to the letter: what stands there is meant to be code.
RAW = {"start-up line", "shutdown line", "first line"}


def quoted(value: str) -> str:
    """A value as a word of the language that means it to the letter."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def project(backend: str, field: str, values: list[str]) -> tuple[Project | None, set[str], bool]:
    """The project with a host for each value, and the hosts for which something was refused."""
    hosts = []
    for number, value in enumerate(values):
        word = value if field in RAW else quoted(value)
        lines = FIELDS[field].replace("@", word)
        template = "" if field == "template" else "template debian.ext4; "
        hosts.append(f"host h{number} {{ {backend}; {template}network eth9 {{ switch lan }}; {lines} }}")
    text = "global { project demo }\n" + "\n".join(hosts) + "\nswitch lan { }\n"
    compiler = Compilation(
        Memory({"demo.mln": text}, cwd="/p"), Options(config_paths=(), external_plugins=False), mlnlang_codegen.check
    )
    checked = compiler.project("demo.mln")
    refused = set()
    for diagnostic in checked.diagnostics:
        if diagnostic.is_error:
            assert diagnostic.span is not None, f"{diagnostic.message}: it is said nowhere"
            line = diagnostic.span.file.line_text(diagnostic.span.file.position(diagnostic.span.start).line)
            if found := re.match(r"host (h\d+)", line):
                refused.add(found[1])
    return checked.ir, refused, checked.has_errors


#: A here-document whose delimiter is quoted: its lines are text up to the first that is the delimiter.
_HERE_DOCUMENT = re.compile(r"(?<=<<)'(\w+)'(.*)\n(?:.*\n)*?\1$", re.MULTILINE)


def structure(path: str, content: str) -> object:
    """What can't change when only a value does."""
    if path.endswith(".xml"):
        return [(element.tag, sorted(element.attrib)) for element in ET.fromstring(content).iter()]
    if path.endswith(".vmx"):
        return [line.partition("=")[0] for line in content.split("\n")]
    if path.endswith(".cfg"):
        return [line.partition("=")[0] for line in content.split("\n") if not line.startswith(("    ", "#"))]
    if path.endswith(".sh"):
        try:
            return len(shlex.split(_HERE_DOCUMENT.sub("", content), comments=True))
        except ValueError:
            return "not split"
    return None


def written(ir: Project) -> Iterator[tuple[str, str, str]]:
    """(host, path without it, content) of the files in hosts' folders."""
    for file in mlnlang_codegen.generate(ir).files:
        found = re.match(r"[^/]+/(?:hosts)/(h\d+)/(.*)", file.path)
        if found:
            yield found[1], found[2].replace(found[1], "HOST"), file.content


def without(ir: Project, hosts: set[str]) -> Project:
    """The project without some hosts."""
    return replace(ir, hosts=tuple(host for host in ir.hosts if host.name not in hosts))


def test_there_are_enough_values() -> None:
    assert len(set(VALUES)) >= 200


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("backend", sorted(PACKAGES))
def test_no_value_breaks_out(backend: str, field: str) -> None:
    values = [value for value in VALUES if "\r" not in value] if field in RAW else VALUES
    if field in RAW:
        values = [value for value in values if value.count("{") == value.count("}") and "}" not in value]
    ir, refused, _ = project(backend, field, values)
    if ir is None:
        return
    plain_ir, _, plain_refused = project(backend, field, ["plain"])
    assert plain_ir is not None
    if plain_refused:
        return  # the back end carries no value at all here, and says so
    expected = {name: structure(name, content) for _, name, content in written(plain_ir)}
    for host, name, content in written(without(ir, refused)):
        value = values[int(host[1:])]
        if field in RAW or name not in expected or (field in MEANT and MEANT[field](value)):
            continue
        found = structure(name, content)
        assert found == expected[name], f"{field} = {value!r} changes the structure of {name}:\n{content}"


#: In a network and among processes of its own: whatever a script starts ends with it.
APART = ("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")


@pytest.mark.parametrize("backend", sorted(PACKAGES))
def test_no_value_is_run(backend: str, tmp_path: Path) -> None:
    """The scripts run with hostile values everywhere, as far as they come on this machine."""
    require("unshare")
    if subprocess.run([*APART, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody have namespaces")
    for field in FIELDS:
        if field in RAW:
            continue
        values = [value.replace("CANARY", str(tmp_path / CANARY)) for value in VALUES if "CANARY" in value][:12]
        ir, refused, _ = project(backend, field, values)
        if ir is None:
            continue
        folder = tmp_path / field.replace(" ", "-")
        for file in mlnlang_codegen.generate(without(ir, refused)).files:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content)
            path.chmod(file.mode)
        for script in sorted(folder.glob("*/*.sh")):
            if script.stem in ("status", "build", "start", "stop"):
                subprocess.run(
                    [*APART, str(script)],
                    env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MLN_TEMPLATES": "/nowhere"},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=60,
                    check=False,
                )
        assert not (tmp_path / CANARY).exists(), f"a value of `{field}` was run"
