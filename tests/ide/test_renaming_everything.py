"""Whatever is renamed, the project says the same of itself: the same problems, and the same IR up to the name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide.navigation import renamed
from unit.strategies import projects

from mlnlang.api import Checked, Compilation, Options
from mlnlang.ide import Workspace
from mlnlang.ide.atlas import Atlas
from mlnlang.ide.renaming import Refused
from mlnlang.ir import as_json
from mlnlang.schema.model import GOOD_NAME
from mlnlang.world import Memory

ROOT = Path(__file__).parents[2]
NEW = "Zz9"
SHARED = {
    "/a.mln": "global { project aa; $size = 64M }\n#include shared.mln\nhost x { superclass common; memory $size }\n",
    "/b.mln": "global { project bb; $size = 1G }\n#include shared.mln\n"
    "host y { superclass common\n#include part.mln\n}\n",
    "/shared.mln": "superclass common { template t.ext4; users { alice x; bob y }; groups { staff alice bob }\n"
    "network eth0 { switch lan; address dhcp }; service_host milano }\nswitch lan { }\n"
    "host s { superclass common; memory $size; network 'eth0' { netmask 24 }; groups { staff { bob } }\n"
    'startup {\n echo "$size" $HOME\n} }\n',
    "/part.mln": "memory $size\n",
}
QUOTED = {
    "/q.mln": 'global { project "q"; $a = x; $b = "$a y"; $c = $a-$[b]z\n sshkey { bob k.pub } }\n'
    "superclass 'top' { template t; users { \"bob\" '$a' } }\nsuperclass mid { superclass \"top\" }\n"
    "host h1 { superclass mid; users { amy $b }; groups { g bob amy } }\nhost h2 { superclass = mid; root_passwd $c }\n"
}


def collections() -> dict[str, dict[str, str]]:
    """Sets of files: each example with what it includes, and some that share files."""
    found: dict[str, dict[str, str]] = {"shared": SHARED, "quoted": QUOTED}
    files = [path for path in sorted((ROOT / "examples").rglob("*")) if path.is_file()]
    examples = {f"/{path.relative_to(ROOT)}": path.read_text(errors="replace") for path in files}
    found["examples"] = {path: text for path, text in examples.items() if "/labs/" not in path}
    course = "/examples/course"  # of its many labs, two
    found["course"] = {
        path: examples[path] for path in examples if re.match(rf"{course}/(\w+|labs/lab0[12])\.mln", path)
    }
    listings = ROOT / "tests/unit/listings"
    found["listings"] = {f"/{p.name}": p.read_text() for p in listings.glob("*.mln")}
    students = ROOT / "tests/unit/students"
    found["students"] = {f"/{p.name}": p.read_text() for p in students.glob("*.mln")} if students.is_dir() else {}
    return {name: files for name, files in found.items() if files}


COLLECTIONS = collections()


def checked(files: dict[str, str], changed: dict[str, str]) -> dict[str, Checked]:
    """All project files, checked."""
    compilation = Compilation(Memory({**files, **changed}), Options(config_paths=()))
    return {path: compilation.project(path) for path in files if path.endswith(".mln")}


def summary(result: Checked, old: str) -> tuple[list[str], str]:
    """The codes, and the IR with the new name put back; what is derived from names is left out."""
    shown = as_json.document(result.ir) if result.ir else {}
    for host in shown.get("hosts", []):
        for card in host["interfaces"]:
            card["mac"] = card["mac_given"] and card["mac"]
    for switch in shown.get("switches", []):
        switch["bridge"] = ""
    return [d.code for d in result.diagnostics], json.dumps(shown).replace(NEW, old)


def sites(atlas: Atlas) -> Iterator[tuple[str, int, str]]:
    """One place of each name of all projects."""
    for chart in atlas.everything():
        for name in chart.names.names():
            first = chart.names.of(name)[0]
            yield first.path, first.start, name.text


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_project_stays_what_it_is(name: str) -> None:
    files = COLLECTIONS[name]
    workspace = Workspace(Memory(files), Options(config_paths=()))
    for path in files:
        if path.endswith(".mln"):
            workspace.put(path, files[path])
    atlas = Atlas(workspace)
    before = checked(files, {})
    done = 0
    for path, offset, old in list(sites(atlas)):
        try:
            changed = renamed(atlas, path, offset, NEW)
        except Refused:
            continue
        if not changed:
            continue
        done += 1
        after = checked(files, changed)
        for each, result in before.items():
            assert summary(after[each], old) == summary(result, old), (each, path, offset, old)
    assert done > 5 or name == "students"


@given(projects, st.data())
def test_odd_projects_stay_what_they_are(text: str, data: st.DataObject) -> None:
    """Also where braces are missing, names doubled and values wrong."""
    workspace = Workspace(Memory({}), Options(config_paths=()))
    workspace.put("/p.mln", text)
    atlas = Atlas(workspace)
    places = [place for place in sites(atlas) if GOOD_NAME.fullmatch(place[2])]  # others were reported themselves
    if not places:
        return
    path, offset, old = data.draw(st.sampled_from(places))
    try:
        changed = renamed(atlas, path, offset, NEW)
    except Refused:
        return
    before, after = checked({"/p.mln": text}, {})["/p.mln"], checked({"/p.mln": text}, changed)["/p.mln"]
    assert sorted(summary(after, old)[0]) == sorted(summary(before, old)[0])


# ---------------------------------------------------------------- tangled names
_variables = st.sampled_from(("a", "b", "HOME"))
_references = st.one_of(
    st.just("w"), _variables.map(lambda v: f"${v}"), _variables.map(lambda v: f"x$[{v}]y"),
    _variables.map(lambda v: f'"${v} z"'), _variables.map(lambda v: f"\\${v}"), _variables.map(lambda v: f"'${v}'"),
    st.just("$6$salt$a"),
)  # fmt: skip
_lines = st.one_of(
    st.builds("${} = {}".format, _variables, _references),
    _references.map("owner {}".format),
    _references.map("startup {{\n echo {} $HOME \\{{ $b\n}}".format),
    _references.map("users {{ a {}; b }}".format),
    st.sampled_from(("groups { a b a; b { a } }", "sshkey { a ssh-ed25519 AAAAC3NzaC1lZDI1 }", "#include part.mln")),
    _references.map("network eth0 {{ tun_iface {}; $a = 3; switch a }}".format),
    st.just("network eth1 { address dhcp; switch b }"),
)
_body = st.lists(_lines, max_size=5).map("\n".join)


@st.composite
def tangled(draw: st.DrawFn) -> dict[str, str]:
    """A sound project with few names, used for many things, along chains of superclasses and in a shared file."""
    globals_ = draw(st.lists(st.builds("${} = {}".format, _variables, _references), max_size=3))
    blocks = ["global {", "project demo", *globals_, "}", "switch a { }", "switch b { }"]
    for number, name in enumerate("abc"):
        above = draw(st.sampled_from(("", *"abc"[:number])))
        kind = "host" if number == 2 else "superclass"
        blocks.append(f"{kind} {name} {{ template t; {f'superclass {above}' if above else ''}\n{draw(_body)}\n}}")
    blocks.append(f"host d {{ superclass {draw(st.sampled_from('ab'))}\n{draw(_body)}\n}}")
    return {"/p.mln": "\n".join(blocks), "/part.mln": draw(_references.map("group {}".format)) + "\n"}


@given(tangled(), st.data())
def test_tangled_names_stay_apart(files: dict[str, str], data: st.DataObject) -> None:
    """Renamed to something new, all is as before. Renamed to something that is there, it is refused, or harmless."""
    workspace = Workspace(Memory(files), Options(config_paths=()))
    workspace.put("/p.mln", files["/p.mln"])
    atlas = Atlas(workspace)
    chart = atlas.chart("/p.mln")
    name = data.draw(st.sampled_from(chart.names.names()))
    new = data.draw(st.sampled_from((NEW, "a", "b", "c", "eth0", "eth1", "HOME")))
    first = chart.names.of(name)[0]
    try:
        changed = renamed(atlas, first.path, first.start, new)
    except Refused:
        return
    before, after = checked(files, {})["/p.mln"], checked(files, changed)["/p.mln"]
    old = NEW if name.kind == "variable" else name.text
    assert summary(after, old)[0] == summary(before, old)[0]
    if not before.has_errors and (name.kind == "variable" or new == NEW):
        assert summary(after, old)[1] == summary(before, old)[1]
