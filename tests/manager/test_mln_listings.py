"""The article's Listings 1, 4+5, 6 and 7 as projects of User-Mode Linux, by `mln` alone: built, started, answering,
upgraded (memory, a new host, a removed one) and removed without a trace.

What is changed in the listings: the back end, templates and sizes; a switch and fewer nodes for Listing 6, whose
servers are not here; and start-up lines that tell on the console what a machine sees.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mln_helpers import Home, lacking
from mlnlang_manager.images import busybox

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.skipif(
    bool(lacking()) and os.environ.get("MLN_REQUIRE_ALL") != "1", reason=f"not installed: {', '.join(lacking())}"
)


def as_uml(text: str) -> str:
    """A listing for User-Mode Linux and a small template."""
    text = re.sub(r"(?m)^ *(lvm|hvm|size .*|vnc.*)\n", "", re.sub(r"(?m)^( *)xen$", r"\1uml", text))
    text = re.sub(r"template \S+", "template busybox.ext4", text)
    return re.sub(r"memory \S+", "memory 64M", text)


def startup(text: str, host: str, *lines: str) -> str:
    """The same with start-up lines for a host."""
    body = "".join(f"        {line}\n" for line in lines)
    return text.replace(f"host {host} {{\n", f"host {host} {{\n    startup {{\n{body}    }}\n", 1)


def without(text: str, host: str) -> str:
    """The same without a host."""
    return re.sub(rf"(?ms)^host {host} {{\n.*?^}}\n", "", text)


@dataclass(frozen=True)
class Case:
    """`files`: by name, the first is the project's. `sees`: host → what its console shows.

    `changed`: the text of the file to upgrade to; then these hosts are up, and this one has more memory.
    """

    project: str
    files: dict[str, str]
    sees: dict[str, str]
    changed: str
    hosts: set[str]
    larger: str


def listing_1() -> Case:
    """The client has its address from the server, which gives them out."""
    text = as_uml((EXAMPLES / "ldaptest.mln").read_text())
    settings = ("lease_file /tmp/leases", "pidfile /tmp/p", "start 10.0.0.50", "end 10.0.0.59", "interface eth0")
    lines = [f"echo {line} >>/tmp/d" for line in settings]
    text = startup(text, "ldapserver", "touch /tmp/leases", *lines, "udhcpd -S /tmp/d")
    text = text.replace("host ldapserver {\n", "host ldapserver {\n    boot_order 1\n")
    shown = "ip -4 addr show eth0 | grep -o 'inet 10.0.0.5[0-9]'"
    text = startup(text, "ldapclient", shown, "ping -c 1 -W 20 10.0.0.2 && echo SEES-SERVER")
    new = "host third { uml; template busybox.ext4; memory 64M; network eth0 { address dhcp; switch LDAPlan } }\n"
    changed = without(text, "ldapclient").replace("memory 64M", "memory 96M")
    sees = {"ldapclient": r"inet 10\.0\.0\.5\d[\s\S]*SEES-SERVER"}
    return Case("ldaptest", {"ldaptest.mln": text}, sees, changed + new, {"ldapserver", "third"}, "ldapserver")


def listing_4_and_5() -> Case:
    """One file a student, which includes the course's."""
    course = as_uml((EXAMPLES / "oscourse.mln").read_text())
    course = re.sub(r"    network eth1 {.*?}\n", "", course, flags=re.DOTALL)  # it has no wire, so UML has no such card
    ping = "ping -c 1 -W 20 10.0.0.1 && echo SEES-UBUNTU"
    accounts = "grep -c '^osuser03:' /etc/passwd | sed 's/^/ACCOUNTS /'"
    course = startup(course, "win", "ifconfig eth0 10.0.0.2 netmask 255.255.255.0 up", ping, accounts)
    course = course.replace("host ubuntu {\n", "host ubuntu {\n    boot_order 1\n")
    lab = (EXAMPLES / "os03.mln").read_text()
    changed = re.sub(r"(host ubuntu {(?:\n.*?)*?)memory 64M", r"\1memory 96M", course.replace("host win", "host lin"))
    sees = {"win": r"SEES-UBUNTU[\s\S]*ACCOUNTS 1"}
    return Case("os03", {"os03.mln": lab, "oscourse.mln": course}, sees, changed, {"ubuntu", "lin"}, "ubuntu")


def listing_6() -> Case:
    """A cluster that is counted, not written."""
    text = as_uml((EXAMPLES / "bioinfo.mln").read_text())
    text = re.sub(r" *service_hosts {.*?}\n", "", text, flags=re.DOTALL).replace("numhosts 36", "numhosts 4")
    text = re.sub(r" *free_space .*\n", "", text).replace("network eth0 {", "network eth0 {\n        switch lan")
    ping = "    startup { ping -c 1 -W 20 128.39.73.150 && echo SEES-THE-FIRST }\n"
    text = text.replace("    memory 64M\n", f"    memory 64M\n{ping}") + "switch lan { }\n"
    changed = text.replace("numhosts 4", "numhosts 3").replace("memory 64M", "memory 96M")
    changed += "host head {\n    superclass cluster-node\n    network eth0 { address 128.39.73.10/24 }\n}\n"
    sees = {"node4": "SEES-THE-FIRST"}
    return Case("bioinfo", {"bioinfo.mln": text}, sees, changed, {"node1", "node2", "node3", "head"}, "node2")


def listing_7() -> Case:
    """Plugins: a key for every web server."""
    text = as_uml((EXAMPLES / "webserv.mln").read_text())
    text = startup(text, "web15", "ping -c 1 -W 20 10.0.14.14 && echo SEES-WEB14",
                   "stat -c 'KEY %a %U' /home/nagios/.ssh/authorized_keys")  # fmt: skip
    text = text.replace("host web14 {\n", "host web14 {\n    boot_order 1\n")
    changed = text.replace("host web14", "host web16").replace("10.0.14.14\n", "10.0.14.16\n", 1)
    changed = changed.replace("host web15 {\n", "host web15 {\n    memory 96M\n").replace(
        "20 10.0.14.14", "20 10.0.14.16"
    )
    files = {"webserv.mln": text, "keys/nagios.pub": (EXAMPLES / "keys/nagios.pub").read_text()}
    return Case("webserv", files, {"web15": r"SEES-WEB14[\s\S]*KEY 600 nagios"}, changed, {"web15", "web16"}, "web15")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home with a template; nothing of it runs in the end."""
    assert not lacking()
    found = Home(tmp_path)
    (tmp_path / "t").mkdir()
    busybox.build(str(tmp_path / "t" / "busybox.ext4"))
    found.write(".config/mln/mln.conf", f"templates {tmp_path}/t\nfiles {tmp_path}\ndefault_size 16M\n")
    try:
        yield found
    finally:
        found.run("stop", "-a", "--force")


def console(home: Home, case: Case, host: str) -> str:
    """What a guest's console has shown."""
    path = home.projects / case.project / "local/run/console" / f"{host}.log"
    return path.read_text(errors="replace")


def up(home: Home) -> set[str]:
    """Hosts that are up."""
    states = home.json("status")["states"]
    return {state["name"] for state in states if state["state"] == "up" and state["kind"] == "host"}


@pytest.mark.parametrize("make", [listing_1, listing_4_and_5, listing_6, listing_7], ids=lambda make: make.__name__)
def test_a_listing_lives(home: Home, make: object) -> None:
    case: Case = make()  # type: ignore[operator]
    paths = [home.write(name, text) for name, text in case.files.items()]
    built = home.run("build", "-f", paths[0])
    assert built.returncode == 0, built.stderr
    started = home.run("start", case.project)
    assert started.returncode == 0, started.stderr
    for host, text in case.sees.items():
        assert re.search(text, console(home, case, host)), console(home, case, host)[-2000:]
    before = up(home)
    home.write("oscourse.mln" if "oscourse.mln" in case.files else next(iter(case.files)), case.changed)
    assert home.run("plan", "-f", paths[0]).returncode == 2
    assert home.run("upgrade", "-f", paths[0], "--yes").returncode == 1, "a host that goes takes its data along"
    assert up(home) == before
    upgraded = home.run("upgrade", "-f", paths[0], "--yes", "--yes-lose-data", "-S")
    assert upgraded.returncode == 0, upgraded.stderr
    assert up(home) == case.hosts
    assert home.run("plan", "-f", paths[0]).returncode == 0
    told = home.run("exec", case.project, case.larger, "grep", "MemTotal", "/proc/meminfo")
    assert int(told.stdout.split()[1]) > 64 << 10, told.stdout + told.stderr
    assert home.run("stop", case.project).returncode == 0
    removed = home.run("remove", case.project, "--yes")
    assert removed.returncode == 0, removed.stderr
    assert not (home.projects / case.project).exists()
    shutil.rmtree(home.folder / "t")
