"""What is listed under which name, and that each format looks as it was approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inventory_helpers import example, listing, machine, of_text, written
from jsonschema import Draft202012Validator

from mlnlang.cli.inventory import FORMATS
from mlnlang.inventory import Entry
from mlnlang.inventory.as_json import document, schema
from mlnlang.inventory.names import clashes
from mlnlang.ir import AuthorizedKey, Host, Interface, Project, Server, User

GOLDEN = Path(__file__).parent / "golden"


def named(*projects: Project) -> dict[str, str]:
    return {entry.identity: entry.name for entry in listing(list(projects)).entries}


def only(host: Host, this_server: str | None = None, **wish: object) -> Entry:
    (entry,) = listing([Project("p", (host,), this_server=this_server)], **wish).entries
    return entry


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["ldaptest", "bioinfo", "ping"])
def test_golden(name: str, kind: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{name}.{kind}", written(listing(example(name), jump="auto" if kind != "hosts" else None), kind))


# ---------------------------------------------------------------- names
def test_short_names_where_they_are_nobody_elses() -> None:
    one, two = Project("one", (machine("web"), machine("db"))), Project("two", (machine("WEB"), machine("mail")))
    assert named(one, two) == {"web.one": "web.one", "db.one": "db", "WEB.two": "WEB.two", "mail.two": "mail"}


def test_a_name_that_means_something_else_is_not_used_alone() -> None:
    hosts = (machine("localhost"), machine("all"), machine("srv1"), machine("127"), machine("web.q"), machine("0x7f.1"))
    project = Project("p", hosts, servers=(Server("srv1"),))
    assert named(project, Project("q", (machine("web"), machine("x")))) == {
        **{name: name for name in ("localhost.p", "all.p", "srv1.p", "127.p", "0x7f.1.p")},
        "web.q.p": "web.q.p",  # its short name is another's identity
        "web.q": "web",
        "x.q": "x",
    }


def test_a_filter_changes_no_name() -> None:
    projects = [Project("one", (machine("web"),)), Project("two", (machine("web"), machine("db")))]
    assert [e.name for e in listing(projects, hosts=("*.two",)).entries] == ["web.two", "db"]
    assert [e.name for e in listing(projects, hosts=("web",)).entries] == ["web.one", "web.two"]


def test_names_that_no_program_takes_are_left_out_and_said() -> None:
    shown = listing([Project("p", (machine("a b"), machine("x\nHost *"), machine("*"), machine("-o"), machine("ok")))])
    assert [entry.name for entry in shown.entries] == ["ok"]
    assert shown.remarks[1] == r"left out, because no program takes it for a name: 'x\nHost *.p'"
    assert len(shown.remarks) == 4


def test_two_machines_of_one_identity_are_one_problem_for_two_projects() -> None:
    text = "global {{ project p }}\nhost {0} {{ uml; template t }}\nhost b {{ uml; template t }}\n"
    projects = [of_text(text.format("a"), "/0.mln"), of_text(text.format("A"), "/1.mln")]
    (problem,) = clashes(projects)
    assert problem.code == "MLN411"
    assert problem.message == "two machines are called `A.p`"
    assert problem.span is not None
    assert problem.span.place() == "/1.mln:2:6"
    assert [related.span.place() for related in problem.related] == ["/0.mln:2:6"]
    assert clashes([Project("b.c", (machine("a"),)), Project("c", (machine("a.b"),))])
    assert clashes(projects[:1]) == []


# ---------------------------------------------------------------- addresses
def test_every_fixed_address_the_first_one_first() -> None:
    addresses = ("dhcp", "fe80::1", "127.0.0.1", "10.0.0.1", "fd00::1", None, "10.0.0.1")
    cards = tuple(Interface(f"eth{at}", "02:00:00:00:00:01", address=text) for at, text in enumerate(addresses))
    entry = only(machine("a", interfaces=cards))
    assert entry.addresses == ("10.0.0.1", "fd00::1")
    assert entry.address == "10.0.0.1"
    assert len(entry.interfaces) == 7


# ---------------------------------------------------------------- users, jumps, servers
def test_the_user_is_one_that_a_key_opens_else_the_first_else_nobody() -> None:
    users = (User("alice", "$6$secret"), User("bob"))
    assert only(machine("a", users=users)).user == "alice"
    assert only(machine("a", users=users, authorized_keys=(AuthorizedKey("bob", "ssh-rsa x"),))).user == "bob"
    assert only(machine("a", users=users), user="carol").user == "carol"
    assert only(machine("a")).user is None


def test_jumps() -> None:
    away = machine("a", service_host="srv1")
    assert only(away).jump is None
    assert only(away, jump="auto").jump == "srv1"
    assert only(away, jump="me@gate:22").jump == "me@gate:22"
    assert only(away, this_server="srv1", jump="auto").jump is None
    assert only(machine("a"), jump="auto").jump is None
    assert only(machine("a"), jump="gate").jump == "gate"
    assert only(machine("a"), this_server="srv1", jump="gate").jump is None


@pytest.mark.parametrize("server", ["-oProxyCommand=x", "a b", "a%h", "a,b", "a\nUser root", "*", "a\tb", "ssh://a"])
def test_no_jump_by_a_server_that_is_no_word(server: str) -> None:
    shown = listing([Project("p", (machine("a", "10.0.0.1", service_host=server),))], jump="auto")
    assert shown.entries[0].jump is None
    assert shown.remarks == (f"no jump by the server {server!a}: ssh takes no such name",)


def test_servers() -> None:
    hosts = (machine("a", service_host="srv1"), machine("b"))
    projects = [Project("p", hosts, this_server="srv2")]

    def on(server: str) -> list[str]:
        return [entry.name for entry in listing(projects, server=server).entries]

    assert (on("srv1"), on("local"), on("srv2"), on("srv3")) == (["a"], ["b"], ["b"], [])
    assert listing(projects, server="srv3").missed == ("no host is on the server `srv3`",)
    assert listing(projects, hosts=("a", "x*")).missed == ("no host is called `x*`",)


# ---------------------------------------------------------------- JSON
def test_json_is_of_its_schema() -> None:
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    projects = example("ldaptest", "bioinfo", "ping", "webserv", "remote", "italy", "san")
    shown = document(listing(projects, jump="auto"))
    validator.validate(shown)
    assert len(shown["hosts"]) == sum(len(project.hosts) for project in projects)
    assert not validator.is_valid({**shown, "version": 2})
    assert not validator.is_valid({**shown, "hosts": [{**shown["hosts"][0], "colour": "red"}]})


@pytest.mark.parametrize("kind", FORMATS)
def test_no_secret_is_listed(kind: str) -> None:
    host = machine("a", "10.0.0.1", users=(User("alice", "SECRET"),), root_password="SECRET")
    text = written(listing([Project("p", (host,))]), kind)
    assert "SECRET" not in text
    assert json.loads(written(listing([]), "json")) == {"version": 1, "hosts": []}
