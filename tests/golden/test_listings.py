"""The article's listings and the examples: what each resolves to, what is said of it, what it compiles to.

A case is a folder of `listings/` with `diagnostics.txt`, and where it compiles `ir.json` and `outputs.txt` (mode and
name of every file). `MLN_UPDATE_GOLDEN=1 make pytest` writes them anew: read the difference before committing it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import mlnlang_codegen
import pytest
from jsonschema import Draft202012Validator
from mlnlang_codegen.registry import PACKAGES

from mlnlang.api import Checked, Compilation, Options
from mlnlang.diagnostics.render import plain
from mlnlang.ir import as_json
from mlnlang.world import Memory

ROOT = Path(__file__).parents[2]
LISTINGS = Path(__file__).parent / "listings"
EXAMPLES = ROOT / "examples"

#: Case → (main file, as printed in the article rather than an example, number of errors).
CASES = {
    "listing-1": ("ldaptest.mln", False, 0),
    "listing-1-as-printed": ("ldaptest-as-printed.mln", True, 1),
    "listing-2": ("italy.mln", False, 0),
    "listing-3-as-printed": ("san-as-printed.mln", True, 2),
    "listing-3-completed": ("san.mln", False, 0),
    "listing-4-and-5": ("os03.mln", False, 0),
    "listing-6": ("bioinfo.mln", False, 0),
    "listing-7": ("webserv.mln", False, 0),
    "ping": ("ping.mln", False, 0),
    "remote": ("remote.mln", False, 0),
    "student-cloud": ("student-cloud.mln", False, 0),
}


def check(case: str, backend: str | None = None) -> Checked:
    """Compile a case in a world that holds its files alone."""
    name, printed, _ = CASES[case]
    folder = LISTINGS / case if printed else EXAMPLES
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    compiler = Compilation(
        Memory(files, cwd="/project"),
        Options(config_paths=(), external_plugins=False, backend=backend),
        mlnlang_codegen.check,
    )
    return compiler.project(name)


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(case: str, golden: Callable[[Path, str], None]) -> None:
    checked = check(case)
    (LISTINGS / case).mkdir(parents=True, exist_ok=True)
    golden(LISTINGS / case / "diagnostics.txt", plain(checked.diagnostics))
    errors = [d for d in checked.diagnostics if d.is_error]
    assert len(errors) == CASES[case][2]
    if errors:
        assert len(checked.diagnostics) == len(errors), "an error has a consequence that is reported too"


@pytest.mark.parametrize("case", [case for case, (_, _, errors) in CASES.items() if not errors])
def test_what_it_compiles_to(case: str, golden: Callable[[Path, str], None]) -> None:
    project = check(case).ir
    assert project is not None
    document = as_json.document(project)
    golden(LISTINGS / case / "ir.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    Draft202012Validator(as_json.schema()).validate(document)
    plan = mlnlang_codegen.generate(project)
    golden(LISTINGS / case / "outputs.txt", "".join(f"{file.mode:04o} {file.path}\n" for file in plan.files))


def test_every_example_is_a_case() -> None:
    named = {name for name, printed, _ in CASES.values() if not printed}
    fragments = {"oscourse.mln"}
    assert {path.name for path in EXAMPLES.glob("*.mln")} == named | fragments


def test_the_listings_name_their_back_ends() -> None:
    """What the article says of each listing, read back from the resolved project."""
    backends = {}
    for case in ("listing-1", "listing-2", "listing-6"):
        project = check(case).ir
        assert project is not None
        backends[case] = {host.backend for host in project.hosts}
    assert backends == {"listing-1": {"xen"}, "listing-2": {"vmware"}, "listing-6": {"uml"}}


def test_listing_6_has_36_nodes_on_servers_in_turn() -> None:
    project = check("listing-6").ir
    assert project is not None
    assert [host.name for host in project.hosts] == [f"node{number:02}" for number in range(1, 37)]
    assert [host.interfaces[0].address for host in project.hosts] == [f"128.39.73.{150 + at}" for at in range(36)]
    assert [host.service_host for host in project.hosts[:4]] == ["bio1", "bio2", "bio3", "bio1"]
    assert {host.memory_mib for host in project.hosts} == {312}


def test_listings_4_and_5_make_one_network_of_two() -> None:
    project = check("listing-4-and-5").ir
    assert project is not None
    assert project.name == "os03"
    ubuntu, win = project.hosts
    assert (ubuntu.memory_mib, win.memory_mib) == (128, 256)
    assert (ubuntu.hvm, win.hvm) == (False, True)
    assert [user.name for user in ubuntu.users] == ["osuser03"]
    assert [(i.name, i.address, i.prefix_length, i.switch) for i in ubuntu.interfaces] == [
        ("eth0", "10.0.0.1", 24, "lan"),
        ("eth1", "dhcp", None, None),
    ]
    assert win.interfaces[0].address is None
    assert win.display is not None
    assert (win.display.number, win.display.password) == (300, "valor-único-3")


def test_listing_7_combines_global_and_host() -> None:
    project = check("listing-7").ir
    assert project is not None
    settings = {host.name: dict(host.services[0].settings) for host in project.hosts}
    assert settings == {"web14": {"doc_root": "/var/www", "max_connections": "300"}, "web15": {"doc_root": "/var/www"}}
    assert all(key.user == "nagios" and key.key for host in project.hosts for key in host.authorized_keys)


@pytest.mark.parametrize("backend", sorted(PACKAGES))
@pytest.mark.parametrize("case", [case for case, (_, _, errors) in CASES.items() if not errors])
def test_every_listing_compiles_for_every_back_end(case: str, backend: str) -> None:
    checked = check(case, backend)
    assert [d.message for d in checked.diagnostics if d.is_error] == []
    assert checked.ir is not None
    assert {host.backend for host in checked.ir.hosts} == {backend}
    plan = mlnlang_codegen.generate(checked.ir)
    for host in checked.ir.hosts:
        assert any(f"/hosts/{host.name}/" in file.path for file in plan.files), f"nothing is written for {host.name}"
