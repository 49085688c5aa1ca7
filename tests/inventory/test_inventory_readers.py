"""Lists for ssh and /etc/hosts, as ssh and the C library read them."""

from __future__ import annotations

from pathlib import Path

import pytest
from inventory_helpers import example, listing, machine, require, run, written

from mlnlang.inventory import Listing
from mlnlang.ir import Interface, Project, User

NASTY = (
    "x\n  ProxyCommand touch",
    "%h",
    "*",
    "?",
    "!web",
    'a"b',
    "a b",
    "${HOME}",
    "#x",
    "-oProxyCommand=x",
    "a\\",
    "\t",
)


# ---------------------------------------------------------------- ssh
def asked(listed: Listing, folder: Path, host: str) -> dict[str, str]:
    """What ssh would do to reach a host: its settings by keyword. The user's own file is not read."""
    require("ssh")
    file = folder / "ssh_config"
    file.write_text(written(listed, "ssh-config"))
    done = run("ssh", "-T", "-G", "-F", file, host)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


KEYS = ("hostname", "user", "hostkeyalias", "proxyjump", "proxycommand")


def test_ssh_reads_each_host(tmp_path: Path) -> None:
    require("ssh")
    listed = listing(example("ldaptest", "webserv", "bioinfo", "ping"), jump="auto")
    plain = asked(Listing(), tmp_path, "nobody")
    for entry in listed.entries[:6]:
        for word in (entry.name, entry.identity):
            found = asked(listed, tmp_path, word)
            expected = {
                "hostname": entry.address or word,
                "user": (entry.user if entry.address else None) or plain["user"],
                "hostkeyalias": entry.identity if entry.address else None,
                "proxyjump": entry.jump if entry.address else None,
                "proxycommand": None,
            }
            assert {key: found.get(key) for key in KEYS} == expected


def test_ssh_jumps(tmp_path: Path) -> None:
    listed = listing(example("bioinfo"), jump="auto", user="kyrre")
    found = asked(listed, tmp_path, "node02.bioinfo")
    assert [found.get(key) for key in KEYS] == ["128.39.73.151", "kyrre", "node02.bioinfo", "bio2", None]
    found = asked(listing(example("bioinfo"), jump="me@gate:2222"), tmp_path, "node02")
    assert found["proxyjump"] == "me@gate:2222"


def test_ssh_takes_ipv6(tmp_path: Path) -> None:
    assert asked(listing([Project("p", (machine("a", "fd00::1"),))]), tmp_path, "a")["hostname"] == "fd00::1"


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_a_project_becomes_a_directive(nasty: str, tmp_path: Path) -> None:
    """Wherever it stands, ssh reads for its host and for any other what it reads without it."""
    cards = (Interface(nasty, nasty, address=nasty), Interface("eth1", "02:00:00:00:00:01", address="10.0.0.1"))
    hosts = (
        machine(nasty, "10.6.6.6"),
        machine("web", users=(User(nasty),), service_host=nasty, chain=(nasty,), interfaces=cards),
    )
    listed = listing([Project("p", hosts), Project(nasty, (machine("a", "10.6.6.6"),))], jump="auto")
    plain = listing([Project("p", (machine("web", "10.0.0.1"),))])
    for word in ("web", "web.p", "other", "a"):
        assert asked(listed, tmp_path, word) == asked(plain, tmp_path, word)
    assert len(listed.remarks) >= 3


# ---------------------------------------------------------------- /etc/hosts
def getent(listed: Listing, folder: Path, *words: str) -> list[list[str]]:
    """What the C library finds for names or addresses, where the list is the only /etc/hosts and there is no DNS."""
    require("unshare", "getent", "mount")
    apart = next((way for way in (("unshare", "-m"), ("unshare", "-rm")) if run(*way, "true").returncode == 0), None)
    if apart is None:
        require("a system that lets unshare make a mount namespace")
    assert apart
    hosts, order = folder / "hosts", folder / "nsswitch.conf"
    hosts.write_text(written(listed, "hosts"))
    order.write_text("hosts: files\n")
    script = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/nsswitch.conf && shift 2 && exec getent "$@"'
    done = run(*apart, "sh", "-c", script, "sh", hosts, order, *words)
    assert done.returncode in (0, 2), done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_the_c_library_finds_each_host(tmp_path: Path) -> None:
    listed = listing(example("ldaptest", "ping", "bioinfo"))
    for entry in listed.entries[:8]:
        for word in (entry.name, entry.identity):
            expected = [[entry.address, entry.identity, entry.name]] if entry.address else []
            assert getent(listed, tmp_path, "hosts", word) == expected
        if entry.address:
            assert getent(listed, tmp_path, "hosts", entry.address) == [[entry.address, entry.identity, entry.name]]
    # Nothing more than that is in the file.
    assert len(getent(listed, tmp_path, "hosts")) == sum(len(entry.addresses) for entry in listed.entries)


def test_all_addresses_of_a_host(tmp_path: Path) -> None:
    cards = tuple(Interface("e", "02:00:00:00:00:01", address=text) for text in ("10.0.0.1", "fd00::1", "10.0.1.1"))
    listed = listing([Project("p", (machine("router", interfaces=cards),))])
    assert {words[0] for words in getent(listed, tmp_path, "ahostsv4", "router")} == {"10.0.0.1", "10.0.1.1"}
    assert {words[0] for words in getent(listed, tmp_path, "ahostsv6", "router.p")} >= {"fd00::1"}


def test_a_name_in_two_projects_is_nobodys(tmp_path: Path) -> None:
    listed = listing([Project(name, (machine("web", f"10.0.{at}.1"),)) for at, name in enumerate(("one", "two"))])
    assert getent(listed, tmp_path, "hosts", "web") == []
    assert getent(listed, tmp_path, "hosts", "web.two") == [["10.0.1.1", "web.two"]]


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_in_a_project_becomes_a_line(nasty: str, tmp_path: Path) -> None:
    card = Interface(nasty, nasty, address=nasty)
    hosts = (machine(nasty, "10.6.6.6"), machine("web", service_host=nasty, interfaces=(card,)))
    assert getent(listing([Project("p", hosts), Project(nasty, (machine("a", "10.6.6.6"),))]), tmp_path, "hosts") == []
