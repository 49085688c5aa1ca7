"""The libvirt driver with libvirt's own test driver, which runs nothing but knows what it is told."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from codegen_helpers import require, require_library
from codegen_projects import MIB, host, kvm_project, static, switch
from driver_helpers import Lab, Seen, lab, settings
from mlnlang_manager.drivers.protocol import DriverError, State

from mlnlang.ir import Disk, Host, Project, Server

TEST = "test:///default"


@pytest.fixture(autouse=True)
def test_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask libvirt's test driver."""
    require_library("libvirt", lambda: __import__("libvirt"))
    monkeypatch.setenv("MLN_LIBVIRT_URI", TEST)


def driver(templates: Path | None = None):  # type: ignore[no-untyped-def]
    """A driver; what it defines is there for all tests of the process, so they clear up."""
    from mlnlang_manager.drivers.libvirt import LibvirtDriver

    return LibvirtDriver("kvm", settings(templates=templates) if templates else settings())


def small(name: str, project: str = "p") -> Host:
    """A machine with a disk of its own kernel."""
    return host(
        name, "kvm", template="busybox.ext4", family="busybox", kernel="/boot/vmlinuz",
        disks=(Disk("root", template="busybox.ext4", size_bytes=16 * MIB),),
        interfaces=(static("eth0", f"{name}.{project}", "kvm", "10.9.0.1", "lan"),),
    )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, templates: Path) -> Lab:
    """A machine on a switch, in a folder whose name XML has to escape."""
    return lab(Project("p", (small("a"),), (switch("lan", "p", "kvm"),)), tmp_path / "R & D", templates)


def test_the_life_of_a_machine(made: Lab, templates: Path, capfd: pytest.CaptureFixture[str]) -> None:
    require("qemu-img", "debugfs", "resize2fs")
    tried, machine, lan = driver(templates), made.machine("a"), made.segment("lan")
    assert tried.needs(machine, "build") == []
    assert tried.state(machine) is State.NOT_BUILT
    seen = Seen()
    tried.build(machine, seen)
    tried.build(machine, seen)
    assert "defining the domain" in seen.phases
    assert tried.state(machine) is State.DOWN
    tried.start_switch(lan)
    tried.start_switch(lan)
    assert tried.switch_state(lan) is State.UP
    tried.start(machine, seen)
    tried.start(machine, seen)
    assert tried.state(machine) is State.UP
    assert tried.wait_ready(machine, 0.5) is False  # nobody says that it is up
    assert tried.set_memory(machine, 32) is True
    assert tried.set_memory(machine, 4096) is False
    assert tried.set_vcpus(machine, 64) is False
    assert tried.grow_disk(machine, 32 * MIB) is False  # no agent to grow the file system by
    with pytest.raises(DriverError, match="guest agent"):
        tried.execute(machine, ["true"], 1)
    with pytest.raises(DriverError, match="up; stop it first"):
        tried.remove(machine)
    with pytest.raises(DriverError, match="up; stop it first"):
        tried.reconfigure(machine, seen)
    assert tried.console(machine) == ["virsh", "-c", TEST, "console", "a.p"]
    tried.stop(machine, 5)
    tried.stop(machine, 5)
    assert tried.state(machine) is State.DOWN
    tried.remove(machine)
    tried.remove(machine)
    assert tried.state(machine) is State.NOT_BUILT
    assert not list(Path(made.place.images).iterdir())
    tried.stop_switch(lan)
    assert tried.switch_state(lan) is State.DOWN
    tried.remove_switch(lan)
    tried.remove_switch(lan)
    assert capfd.readouterr() == ("", "")


def test_sixty_domains(tmp_path: Path) -> None:
    hosts = tuple(small(f"n{number}", "c") for number in range(60))
    made, tried = lab(Project("c", hosts, (switch("lan", "c", "kvm"),)), tmp_path), driver()
    for machine in made.machines:
        tried.link(machine).define(tried.domain_text(machine))
    assert {tried.state(machine) for machine in made.machines} == {State.DOWN}
    for machine in made.machines:
        tried.start(machine, Seen())
    assert {tried.state(machine) for machine in made.machines} == {State.UP}
    for machine in made.machines:
        tried.stop(machine, 0, force=True)
        tried.remove(machine)
    assert {tried.state(machine) for machine in made.machines} == {State.NOT_BUILT}


@pytest.mark.parametrize("name", [h.name for h in kvm_project().hosts if h.backend == "kvm"])
def test_every_description_is_taken(name: str, tmp_path: Path) -> None:
    project = kvm_project()
    server = next(h.service_host for h in project.hosts if h.name == name)
    made, tried = lab(project, tmp_path, server=server or "local").machine(name), driver()
    domain = tried.link(made).define(tried.domain_text(made))
    assert domain.name() == f"{name}.lab"
    domain.undefine()


def test_what_belongs_to_somebody_else_is_left_alone(made: Lab) -> None:
    tried, machine = driver(), made.machine("a")
    link = tried.link(machine)
    theirs = link.define('<domain type="test"><name>a.p</name><memory>1024</memory><os><type>hvm</type></os></domain>')
    assert tried.state(machine) is State.NOT_BUILT
    with pytest.raises(DriverError, match=r"^libvirt can't define the domain: domain 'a.p' already exists with uuid "):
        tried.start(machine, Seen())
    tried.remove(machine)
    assert link.state(theirs) is State.DOWN
    assert theirs.name() == "a.p"
    theirs.undefine()


def test_no_answer_is_one_line(made: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    nowhere = "qemu+unix:///system?socket=/nowhere"
    monkeypatch.setenv("MLN_LIBVIRT_URI", nowhere)
    (lacking,) = driver().needs(made.machine("a"), "stop")
    beginning = f"answer from libvirt (libvirt can't be reached at {nowhere}: "
    assert lacking.startswith(beginning)
    with pytest.raises(DriverError, match="can't be reached"):
        driver().state(made.machine("a"))
    monkeypatch.setenv("MLN_DOMAIN_TYPE", "vz")
    assert driver().needs(made.machine("a"), "start")[0] == "kvm or qemu in MLN_DOMAIN_TYPE (found: vz)"
    assert capfd.readouterr() == ("", "")


def test_where_libvirt_is_asked(made: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mlnlang_manager.drivers import libvirt_domains, libvirt_link
    from mlnlang_manager.drivers.libvirt import LibvirtDriver

    machine = made.machine("a")
    assert driver().uri(machine) == TEST
    monkeypatch.delenv("MLN_LIBVIRT_URI")
    monkeypatch.setattr(libvirt_domains.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(libvirt_link, "system_socket", lambda: False)
    assert driver().uri(machine) == "qemu:///session"
    monkeypatch.setattr(libvirt_link, "system_socket", lambda: True)
    assert driver().uri(machine) == "qemu:///system"
    assert LibvirtDriver("lxc", settings()).uri(machine) == "lxc:///system"
    assert LibvirtDriver("xen", settings()).uri(machine) == "xen:///system"
    far = Server("far", uri="qemu+ssh://far/system")
    there = Project("p", (host("a", "kvm", service_host="far"),), (), (far,))
    placed = lab(Project("p", (host("a", "kvm"),)), tmp_path).place
    from mlnlang_manager.drivers.protocol import Machine, Place

    place = Place(there, placed.folder, placed.images, placed.run, placed.log)
    assert driver().uri(Machine(place, there.hosts[0])) == "qemu+ssh://far/system"
    assert LibvirtDriver("xen", settings()).uri(Machine(place, there.hosts[0])) == "xen:///system"


def test_the_rest_of_mln_does_without_libvirt() -> None:
    code = (
        "import sys, mlnlang_manager.drivers.choosing\n"
        "import mlnlang_manager.drivers.libvirt, mlnlang_manager.drivers.xen, mlnlang_manager.drivers.uml\n"
        "sys.exit('libvirt' in sys.modules or 'jinja2' in sys.modules or 'lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_without_libvirt_python_the_scripts_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlnlang_manager.drivers import libvirt
    from mlnlang_manager.drivers.scripted import ScriptedDriver

    monkeypatch.setattr(libvirt, "find_spec", lambda _: None)
    assert type(libvirt.make("kvm", settings())) is ScriptedDriver


class Agent:
    """QEMU's guest agent as its protocol has it (qga/qapi-schema.json): two commands, one that takes its time."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, domain: object, command: str, timeout: int, flags: int) -> str:
        """Answer."""
        request = json.loads(command)
        self.asked.append(request)
        if request["execute"] == "guest-exec":
            return '{"return": {"pid": 77}}'
        assert request == {"execute": "guest-exec-status", "arguments": {"pid": 77}}
        if len(self.asked) < 4:
            return '{"return": {"exited": false}}'
        out = base64.b64encode(b"out\n").decode()
        return json.dumps({"return": {"exited": True, "exitcode": 3, "out-data": out}})


def test_a_command_by_the_guests_agent(made: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlnlang_manager.drivers import libvirt_link

    tried, machine, agent = driver(), made.machine("a"), Agent()
    tried.link(machine).define(tried.domain_text(machine))
    assert tried.has_agent(machine) is False
    monkeypatch.setattr(libvirt_link, "agent_answers", lambda _: True)
    monkeypatch.setattr(libvirt_link.libvirt_qemu, "qemuAgentCommand", agent)
    assert tried.execute(machine, ["ls", "-l", "/a b"], 5) == (3, b"out\n", b"")
    asked = agent.asked[0]["arguments"]
    assert asked == {"path": "ls", "arg": ["-l", "/a b"], "capture-output": True}
    agent.asked.clear()
    with pytest.raises(DriverError, match="goes on in the guest"):
        tried.execute(machine, ["sleep", "9"], 0)
    tried.remove(machine)


def test_addresses_of_a_running_machine(made: Lab) -> None:
    from mlnlang_manager.drivers import libvirt_link

    tried, machine = driver(), made.machine("a")
    assert tried.addresses(machine) == []
    # The test driver's own domain; it crashes when it is asked of a card on a network without addresses.
    assert libvirt_link.addresses(tried.link(machine).connection.lookupByName("test")) == ["192.168.122.3"]
