"""Whatever is edited, opened, closed or written: what the server says is what a fresh check says.

Checks of one project take over what they can from each other; this is the test that they take over nothing stale.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import mlnlang_codegen
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mlnlang_codegen.rechecking import Rechecking
from raw_client import PULL, RawClient

from mlnlang.api import Compilation, Options
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.as_json import document
from mlnlang.ide import Workspace
from mlnlang.ide.index import Scope
from mlnlang.world import Memory

MAIN = """\
global {
    project lab
    $dns = 10.0.0.1
    $mem = 128M
    $where = $net.9
    $net = 10.1.2
    autoenum { superclass base; numhosts 3; address auto; net 10.9.0.0 }
}
superclass base {
    xen
    template debian.ext4
    nameserver $dns
    filepath /srv/$hostname
    users { root $pw; bob x }
    mount { nfs:/home /home nfs }
    $pw = secret
}
superclass small { superclass base; memory $mem; vcpus 2; hvm }
superclass um { uml; template t.ext4; network eth0 { switch lan; address dhcp } }
switch lan { }
switch dmz { xen; hub }
#include a.mln
#include b.mln
host last { superclass um; startup { echo $hostname
    echo $mem } }
"""
CHAINS = ("base", "small", "um")
A = "".join(
    f"host a{n} {{\n  superclass {CHAINS[n % 3]}\n  memory {64 + n * 32}M\n"
    f"  network eth0 {{ switch {'lan' if n % 3 == 2 else 'dmz'}; address 10.0.0.{n + 2}/24; gateway $dns }}\n"
    f"  users {{ u{n} $6$s$h }}\n}}\n"
    for n in range(6)
)
B = (
    "".join(
        f"host b{n} {{ superclass {CHAINS[n % 3]}\n  $own = {n}\n  free_space 1$own\n  #include c.mln\n"
        f"  network eth0 {{ address 10.0.1.{n}; netmask 255.255.255.0 }}\n}}\n"
        for n in range(4)
    )
    + "server milano { memory 4G }\n"
)
FILES = {"/p/main.mln": MAIN, "/p/a.mln": A, "/p/b.mln": B, "/p/c.mln": "swap 64M\nservice_host milano\n"}
PIECES = (
    *("", "\n", "{", "}", '"', "...", "$dns", "$mem", "$nope", "x", "1", " memory 64M\n", "memori 3\n"),
    *(" superclass base\n", "superclass small { superclass um }\n", "$dns = 1.2.3.4\n", "$mem = $dns\n"),
    *("$dns = $mem\n", "host a1 { }\n", "switch dmz { }\n", " vcpus 0\n", "#include c.mln\n", "#include b.mln\n"),
    *("xen\n", "uml\n", "kvm\n", " hvm off\n", "project other\n", "# mln: allow(missing-netmask)\n", " $own = 7\n"),
    *("hostsfile\n", "$pw = $nope\n", "network eth1 { switch lan; address 10.0.0.1 }\n", "users { $nope x }\n"),
)
#: Small changes that keep a project sound: of values, variables, superclasses, switches, names, places.
SWAPS = (
    ("10.0.0.1\n", "10.0.0.9\n"), ("$mem = 128M", "$mem = 130M"), ("128M", "1x"), ("$net = 10.1.2", "$net = $dns"),
    ("project lab", "project lap"), ("debian.ext4", "other.ext4"), ("xen\n", "kvm\n"), ("vcpus 2", "vcpus 4"),
    ("switch lan { }", "switch lan { hub }"), ("switch dmz", "switch dmy"), ("superclass um", "superclass small"),
    ("address dhcp", "address 10.0.0.77"), ("numhosts 3", "numhosts 2"), ("secret", "other"), ("$own", "$mem"),
    ("/srv/$hostname", "/srv/$dns"), ("memory 96M", "memory 98M"), ("a1 {", "a9 {"), ("#include c.mln", "# none"),
    ("swap 64M", "swap 0M"),
    ("milano", "bergen"), ("{ superclass base\n", "{\n\n  superclass base\n"), ("hvm", ""),
    ("users {", "# here\nusers {"), ("superclass base {", "\nsuperclass base {"),
    ("host last {", "host last { nice 1;"),
)  # fmt: skip
puts = st.tuples(
    st.sampled_from(sorted(FILES)), st.floats(0, 1), st.sampled_from([0, 0, 0, 1, 3, 10]), st.sampled_from(PIECES)
)
swaps = st.tuples(st.sampled_from(sorted(FILES)), st.sampled_from(SWAPS), st.booleans(), st.integers(0, 3))
undos = st.tuples(st.sampled_from(sorted(FILES)))
places = st.one_of(swaps, swaps, swaps, puts, undos)


def edited(text: str, place: tuple[Any, ...]) -> str:
    """A text after a step: a small change, something put in the place of something, or all as it was."""
    if len(place) == 1:
        return DISK[place[0]]
    if isinstance(place[1], tuple):
        old, new = place[1] if place[2] else place[1][::-1]
        parts = text.split(old)
        at = min(place[3], len(parts) - 2)
        return text if at < 0 else old.join(parts[: at + 1]) + new + old.join(parts[at + 1 :])
    _, share, gone, new = place
    at = int(share * len(text))
    at = text.rfind("\n", 0, at) + 1 if gone != 1 else at
    return text[:at] + new + text[at + gone :]


def plain(problems: list[Diagnostic]) -> list[str]:
    """Diagnostics as comparable data."""
    return sorted(set(map(repr, document(problems)["diagnostics"])))


def swap(name: str, *what: str) -> tuple[Any, ...]:
    """A step that swaps the first place of something."""
    return name, what, True, 0


@given(st.lists(places, min_size=1, max_size=12))
@example([swap("/p/main.mln", "10.0.0.1\n", "nonsense\n")])  # a variable that other files name
@example([swap("/p/main.mln", "$mem = 128M", "$mem = 1x"), swap("/p/main.mln", "$mem = 1x", "$mem = 99M")])
@example([swap("/p/main.mln", "10.0.0.1\n", "$net.1\n"), swap("/p/main.mln", "$net = 10.1.2", "$net = 1.2")])
@example([swap("/p/main.mln", "switch dmz { xen; hub }", "switch dmz { uml; hub }")])  # hosts of others are wired to it
@example([swap("/p/main.mln", "vcpus 2", "vcpus 2; owner joe"), swap("/p/main.mln", "#include", "\n\n#include")])
@example([swap("/p/main.mln", "switch dmz { xen; hub }", "switch dmz { xen; bridge far-too-long-for-a-device }")])
@example(
    [swap("/p/main.mln", "project lab", "hostsfile; project lab"), swap("/p/a.mln", "10.0.0.4/24", "10.0.0.44/24")]
)
@example([swap("/p/main.mln", "    xen\n", "    vmware\n"), swap("/p/main.mln", "host last", "# x\nhost last")])
@example([("/p/main.mln", 0.6, 0, "network eth1 { switch lan; address 10.0.0.1 }\n"), ("/p/main.mln", 0.0, 0, "\n")])
def test_a_project_checked_again_is_as_if_checked_afresh(steps: list[tuple[Any, ...]]) -> None:
    files = dict(FILES)
    world = Memory(files)
    again = Compilation(world, Options(config_paths=()), Rechecking(), repeated=True)
    again.project("/p/main.mln")
    for step in steps:
        files[step[0]] = edited(files[step[0]], step)
        world.write(step[0], files[step[0]])
        found = again.project("/p/main.mln")
        fresh = Compilation(Memory(files), Options(config_paths=()), mlnlang_codegen.check).project("/p/main.mln")
        assert plain(found.diagnostics) == plain(fresh.diagnostics)
        assert found.ir == fresh.ir


# ---------------------------------------------------------------- a workspace
SECOND = "global { project second }\n#include a.mln\nsuperclass base { xen; template t }\n#include sub/d.mln\n"
DISK = {**FILES, "/p/second.mln": SECOND, "/p/sub/d.mln": "host d { superclass base }\n", "/p/lone.mln": "memory 1\n",
        "/p/third.mln": "global { project third }\nhost t { memori 3 }\n"}  # fmt: skip
paths = st.sampled_from(sorted(DISK))
deeds = st.one_of(
    st.tuples(st.just("edit"), places),
    st.tuples(st.just("open"), paths),
    st.tuples(st.just("close"), paths),
    st.tuples(st.just("write"), places),
    st.tuples(st.just("remove"), paths),
)


def expected(disk: dict[str, str], texts: dict[str, str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """From fresh checks of everything: problems by file, of what belongs with open documents, and of all the rest."""
    world = Memory({**disk, **texts})
    names = sorted({*disk, *texts})
    checked = {
        path: Compilation(world, Options(config_paths=()), mlnlang_codegen.check).project(path) for path in names
    }
    outside = {
        path: [o for o in names if o != path and path in checked[o].inputs and o not in checked[path].inputs]
        for path in names
    }
    roots = {path: [o for o in outside[path] if not outside[o]] or [path] for path in names}
    mine = {root for path in texts for root in roots[path]}
    rest = {path for path in names if not outside[path] and path not in mine and path not in texts}
    rest = {path for path in rest if "project " in {**disk, **texts}[path]}
    return _by_file([checked[root].diagnostics for root in mine], texts), _by_file(
        [checked[root].diagnostics for root in rest], ()
    )


def _by_file(found: list[list[Diagnostic]], shown: object) -> dict[str, list[str]]:
    files: dict[str, list[Diagnostic]] = {path: [] for path in shown}  # type: ignore[attr-defined]
    for problem in (problem for problems in found for problem in problems):
        files.setdefault(problem.span.file.path if problem.span else problem.path, []).append(problem)
    return {path: plain(problems) for path, problems in files.items()}


@settings(max_examples=60)
@given(st.lists(deeds, min_size=1, max_size=8))
def test_a_workspace_shows_what_fresh_checks_find(steps: list[tuple[str, object]]) -> None:
    disk = dict(DISK)
    world = Memory(disk)
    workspace = Workspace(world, Options(config_paths=()), Rechecking(), folders=world)
    workspace.look_in(Scope(("/p",)))
    texts: dict[str, str] = {}
    for kind, what in steps:
        if kind == "open" and what in disk:
            texts[str(what)] = disk[str(what)]
        elif kind == "close":
            texts.pop(str(what), None)
            workspace.close(str(what))
        elif kind == "remove" and what not in texts:
            disk.pop(str(what), None)
            world.remove(str(what))
            workspace.changed(None)
        elif isinstance(what, tuple) and kind == "edit":
            texts[what[0]] = edited(texts.get(what[0], disk.get(what[0], "")), what)
        elif isinstance(what, tuple) and what[0] in disk:
            disk[what[0]] = edited(disk[what[0]], what)
            world.write(what[0], disk[what[0]])
            workspace.changed([what[0]])
        for path, text in texts.items():
            workspace.put(path, text)
        mine, rest = expected(disk, texts)
        assert {path: plain(found) for path, found in workspace.problems().items()} == mine
    while workspace.others():
        pass
    assert {path: plain(found) for path, found in workspace.problems_of_others()[0].items()} == rest


# ---------------------------------------------------------------- through the protocol
@settings(max_examples=4)
@given(st.lists(places, min_size=3, max_size=8))
def test_the_server_says_what_the_command_says(tmp_path_factory: object, steps: list[tuple[Any, ...]]) -> None:
    folder: Path = tmp_path_factory.mktemp("lab")  # type: ignore[attr-defined]
    texts = {name.removeprefix("/p/"): text for name, text in FILES.items()}
    for name, text in texts.items():
        (folder / name).write_text(text)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    with RawClient(folder, PULL, options={"configPaths": []}, environment=environment) as client:
        for name, text in texts.items():
            client.open(folder / name, text)
        for version, step in enumerate(steps, 1):
            name = step[0].removeprefix("/p/")
            texts[name] = edited(texts[name], step)
            client.replace(folder / name, texts[name], version)
            client.pulled(folder / "main.mln")
        shown = {name: client.pulled(folder / name)["items"] for name in texts}
        for name, text in texts.items():
            (folder / name).write_text(text)
    command = ["mlnc", "check", "--no-config", "--format", "json", "main.mln"]
    told = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=_with_mlnc(environment))
    expected_ones = [
        (each["file"], each["code"], each["range"]["start"]) for each in json.loads(told.stdout)["diagnostics"]
    ]
    included = {file for file, _, _ in expected_ones}
    found = [
        (
            name,
            each["code"],
            {key: each["range"]["start"][other] + 1 for key, other in (("line", "line"), ("column", "character"))},
        )
        for name, items in shown.items()
        for each in items
        if name in included
    ]
    assert sorted(found, key=repr) == sorted(expected_ones, key=repr)


def _with_mlnc(environment: dict[str, str]) -> dict[str, str]:
    import sys

    return {**environment, "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}"}
