"""Nothing is lost silently: every setting that an independent reader finds has a fate, and the fate is true."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from codegen_helpers import require_library
from import_helpers import CASES, DATA, checked, imported
from mlnlang_codegen.importers import report
from mlnlang_codegen.importers.detect import kind_of
from mlnlang_codegen.importers.importing import Imported, bring_in

FILES = sorted({name for names in CASES.values() for name in names})
OF_KIND = {name: kind_of((DATA / name).read_text()) for name in FILES}


def of_kind(kind: str) -> list[str]:
    return [name for name in FILES if OF_KIND[name] == kind]


def values(done: Imported) -> Counter[str]:
    return Counter(leaf.value for leaf in done.settings)


@pytest.mark.parametrize("name", of_kind("libvirt"))
def test_libvirt(name: str) -> None:
    """Attributes, texts and empty elements, as ElementTree finds them."""
    text = re.sub(r"<\?xml.*?\?>", "", (DATA / name).read_text())
    text = re.sub(r'xmlns:\w+="([^"]*)"', r'ns="\1"', text).replace("libosinfo:", "")
    expected: Counter[str] = Counter()
    for element in ElementTree.fromstring(f"<all>{text}</all>").iter():
        if element.tag == "all":
            continue
        expected.update(element.attrib.values())
        content = (element.text or "").strip()
        if content or not (element.attrib or len(element)):
            expected[content] += 1
    assert values(imported(name)) == expected


@pytest.mark.parametrize("name", of_kind("vmx"))
def test_vmx(name: str) -> None:
    """Keys and values as dissect.hypervisor finds them, and the lines that are neither."""
    require_library("dissect.hypervisor", lambda: __import__("dissect.hypervisor.descriptor.vmx"))
    from dissect.hypervisor.descriptor.vmx import VMX

    found = {leaf.place: leaf.value for leaf in imported(name).settings if leaf.place != "line"}
    raw = VMX.parse((DATA / name).read_text()).attr
    junk = [leaf.value for leaf in imported(name).settings if leaf.place == "line"]
    assert {*found, *junk} == set(raw)
    for key, value in raw.items():
        assert key in junk or found[key] == re.sub(r"\|([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), value)
    assert junk == [line for line in (DATA / name).read_text().splitlines() if line and "=" not in line]


@pytest.mark.parametrize("name", [name for name in of_kind("xl") if name != "old-python.cfg"])
def test_xl(name: str) -> None:
    """Strings, numbers and items of lists as libxlutil finds them."""
    from xl_reader import XlConfig, library

    require_library("libxlutil", library)
    text = (DATA / name).read_text()
    reader = XlConfig(text)
    settings = imported(name).settings
    for key in set(re.findall(r"(?:^|;)\s*(\w+)\s*=", text, re.MULTILINE)):
        mine = [leaf for leaf in settings if leaf.place.partition(".")[0] == key]
        if items := reader.strings(key):
            if key in ("disk", "vif", "vfb"):
                words = Counter(re.findall(r"[^\s,=:]+", ",".join(items)))
                mine_words = Counter(
                    word
                    for leaf in mine
                    for word in re.findall(r"[^\s,=:]+", f"{leaf.place.split('.')[-1]}={leaf.value}")
                )
                assert words - mine_words == Counter(), key
            else:
                assert [leaf.value for leaf in mine] == items
        else:
            number = reader.number(key)
            assert mine[-1].value == (reader.string(key) if number is None else str(number)), key


def scalars(value: Any) -> list[str]:
    if isinstance(value, dict) and value:
        return [text for inner in value.values() for text in scalars(inner)]
    if isinstance(value, list) and value:
        return [text for inner in value for text in scalars(inner)]
    return ["" if value in ({}, [], None) else str(value)]


@pytest.mark.parametrize("name", of_kind("clab"))
def test_clab(name: str) -> None:
    """Scalars as PyYAML's safe loader finds them; names of nodes count as settings too."""
    document = yaml.safe_load((DATA / name).read_text())
    expected = Counter(scalars(document))
    nodes = document["topology"]["nodes"]
    expected.update(node for node, settings in nodes.items() if settings and settings.get("kind") != "bridge")
    for node, settings in nodes.items():  # a node without settings is its name
        if not settings:
            expected[""] -= 1
            expected[node] += 1
    assert values(imported(name)) == +expected


@pytest.mark.parametrize("name", of_kind("clab"))
def test_every_line_of_yaml_has_a_place(name: str) -> None:
    lines = {leaf.span.file.position(leaf.span.start).line for leaf in imported(name).settings}
    for number, line in enumerate((DATA / name).read_text().splitlines(), 1):
        if re.search(r":\s+[^&#\s{]", line) and "endpoints" not in line and "<<" not in line:
            assert number in lines, line


# ---------------------------------------------------------------- the fate is true
def outcome(done: Imported) -> tuple[str, Counter[str]]:
    """What a person sees: the project (without its title), and what is lost or changed (without places)."""
    lines = report.lines(report.diagnostics(done.settings))
    return done.text.partition("\n")[2], Counter(line.split(": ", 1)[1] for line in lines)


def without(name: str, start: int, end: int) -> bytes:
    text = (DATA / name).read_text()
    return (text[:start] + text[end:]).encode()


#: Carried, but the same when they are not there.
DEFAULTS = {
    ("domain@type", "kvm"),
    ("domain/memory@unit", "KiB"),
    ("topology.nodes.r3", "r3"),
    ("domain/os/type", "hvm"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_setting_that_is_carried_makes_a_difference(name: str) -> None:
    """Take each carried setting out of the text: the project, or what is reported of the rest, is another one."""
    done = imported(name)
    before = outcome(done)
    tried = 0
    for leaf in done.settings:
        if leaf.fate not in ("carried", "changed"):
            continue
        start, end = leaf.span.start, leaf.span.end
        if leaf.span.text.startswith(('"', "'")):
            start, end = start + 1, end - 1
        if OF_KIND[name] == "vmx":
            start = start + leaf.span.text.index('"') + 1
            end -= 1
        if start == end or (leaf.place, leaf.value) in DEFAULTS:
            continue
        after = bring_in([(name, without(name, start, end))])
        tried += 1
        assert after.problems or outcome(after) != before, leaf
    assert tried or name == "bridge-network.xml"


@pytest.mark.parametrize("name", FILES)
def test_the_words_it_became_stand_in_the_project(name: str) -> None:
    done = imported(name)
    project = checked(done.text).ir
    assert project is not None
    plain = re.sub(r"[\\'\"]", "", done.text)
    for leaf in done.settings:
        keyword, _, value = leaf.became.partition(" ")
        if leaf.fate in ("carried", "changed") and value and "{" not in value and keyword not in ("no", "what"):
            wanted = keyword if leaf.secret else re.sub(r"[\\'\"]", "", leaf.became)
            if keyword == "switch":
                wanted = "switch "
            assert wanted in plain or leaf.became.startswith("/"), leaf


def test_the_data_is_all_used() -> None:
    assert {path.name for path in Path(DATA).iterdir()} == set(FILES)
