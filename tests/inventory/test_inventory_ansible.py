"""Inventories as Ansible itself reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from inventory_helpers import ANSIBLE, ANSIBLE_INVENTORY, example, listing, machine, require, run, written

from mlnlang.inventory.as_json import shown
from mlnlang.inventory.yaml_text import dump
from mlnlang.ir import Interface, Project, User


def read_back(text: str, folder: Path) -> dict[str, Any]:
    """What `ansible-inventory --list` makes of it, without a word of warning."""
    require(ANSIBLE_INVENTORY)
    file = folder / "lab.yml"
    file.write_text(text)
    done = run(
        ANSIBLE_INVENTORY, "-i", file, "--list", ANSIBLE_LOCAL_TEMP=str(folder), ANSIBLE_INVENTORY_ENABLED="yaml"
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_hosts_variables_and_groups(tmp_path: Path) -> None:
    projects = example("ldaptest", "webserv", "bioinfo", "remote")
    listed = listing(projects, jump="auto")
    found = read_back(written(listed, "ansible"), tmp_path)
    variables = found["_meta"]["hostvars"]
    assert set(variables) == {entry.name for entry in listed.entries}
    for entry in listed.entries:
        own = {f"mln_{k}": v for k, v in shown(entry).items() if k not in ("name", "address", "user", "jump")}
        assert {key: value for key, value in variables[entry.name].items() if key.startswith("mln_")} == own
        assert variables[entry.name].get("ansible_host") == entry.address
        assert variables[entry.name].get("ansible_user") == entry.user
    assert variables["node02"]["ansible_ssh_common_args"] == "-o ProxyJump=bio2"
    groups = {name: group["hosts"] for name, group in found.items() if "hosts" in group}
    assert groups == {
        "backend_uml": [f"node{number:02}" for number in range(1, 37)],
        "backend_vmware": ["rem-vm"],
        "backend_xen": ["ldapclient", "ldapserver", "web14", "web15"],
        "project_bioinfo": [f"node{number:02}" for number in range(1, 37)],
        "project_ldaptest": ["ldapclient", "ldapserver"],
        "project_remote": ["rem-vm"],
        "project_webserv": ["web14", "web15"],
        "server_bio1": [f"node{number:02}" for number in range(1, 37, 3)],
        "server_bio2": [f"node{number:02}" for number in range(2, 37, 3)],
        "server_bio3": [f"node{number:02}" for number in range(3, 37, 3)],
        "server_local": ["ldapclient", "ldapserver", "web14", "web15"],
        "server_vmgrande": ["rem-vm"],
        "superclass_cluster_node": [f"node{number:02}" for number in range(1, 37)],
        "superclass_web": ["web14", "web15"],
        "switch_LDAPlan": ["ldapclient", "ldapserver"],
        "switch_dmz": ["web14", "web15"],
    }


def test_groups_never_meet_each_other_or_a_host(tmp_path: Path) -> None:
    one = machine("switch_lan", "10.0.0.1", chain=("a-b", "a_b", "a.b"), service_host="5 € \u2028")
    two = machine("backend_kvm", "10.0.0.2", chain=("a-b",))
    found = read_back(written(listing([Project("p", (one, two))]), "ansible"), tmp_path)
    assert set(found["_meta"]["hostvars"]) == {"switch_lan.p", "backend_kvm.p"}
    superclasses = {name: group["hosts"] for name, group in found.items() if name.startswith("superclass")}
    assert superclasses["superclass_a_b"] == ["switch_lan.p"]
    assert sorted(map(len, superclasses.values())) == [1, 1, 2]
    assert all(name.replace("_", "a").isalnum() for name in found)


def test_names_that_yaml_misreads(tmp_path: Path) -> None:
    names = ("on", "No", "1e3", "null", "y", "0x", "12-30", "1_000")
    project = Project("1", tuple(machine(name, "10.0.0.1") for name in names))
    found = read_back(written(listing([project]), "ansible"), tmp_path)
    assert sorted(found["project_1"]["hosts"]) == sorted(names)
    assert found["_meta"]["hostvars"]["on"]["mln_project"] == "1"


def test_templates_in_a_project_are_not_run(tmp_path: Path) -> None:
    evil = "{{ lookup('pipe', 'touch " + str(tmp_path / "owned") + "') }}"
    card = Interface("eth0", "02:00:00:00:00:01", bridge=evil, address="10.0.0.1")
    hosts = (
        machine("a", users=(User(evil), User("{% raw %}")), service_host=evil, chain=(evil,), interfaces=(card,)),
        machine("b", users=(User(evil),)),
    )
    listed = listing([Project("p", hosts)], jump="auto")
    assert {remark.split(":")[0] for remark in listed.remarks} >= {f"no jump by the server {evil!a}".split(":")[0]}
    text = written(listed, "ansible")
    found = read_back(text, tmp_path)["_meta"]["hostvars"]["a"]
    assert found["mln_server"] == found["mln_interfaces"][0]["bridge"] == {"__ansible_unsafe": evil}
    assert "ansible_user" not in found
    arguments = ("-i", tmp_path / "lab.yml", "a", "-c", "local", "-m", "debug", "-o", "-a")
    for variable in ("mln_server", "mln_users", "mln_interfaces", "mln_superclasses"):
        done = run(ANSIBLE, *arguments, f"var={variable}", ANSIBLE_LOCAL_TEMP=str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "lookup('pipe'" in done.stdout
    assert not (tmp_path / "owned").exists()


def test_an_empty_list_is_an_inventory(tmp_path: Path) -> None:
    assert read_back(written(listing([]), "ansible"), tmp_path)["_meta"]["hostvars"] == {}


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_is_one_text_of_yaml(text: str) -> None:
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    assert yaml.load(dump({text: [{"a": text}]}), Loader=loader) == {text: [{"a": text}]}
