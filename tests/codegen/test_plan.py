"""The plan: who is where, in which order, and how long it takes."""

from __future__ import annotations

import time

from codegen_projects import card, host, static, switch
from mlnlang_codegen import generate

from mlnlang.ir import Host, Project, User


def folders(project: Project, kind: str) -> set[str]:
    """`server/name` of what lies in folders of that kind."""
    paths = (file.path.split("/") for file in generate(project).files)
    return {f"{p[0]}/{p[2]}" for p in paths if len(p) > 3 and p[1] == kind}


def wired(name: str, server: str | None = None) -> Host:
    """A host on the switch `lan`, on a server."""
    return host(name, "xen", service_host=server, interfaces=(card("eth0", f"{name}.p", "xen", switch="lan"),))


def test_switches_are_where_their_hosts_are() -> None:
    lan = switch("lan", "p", "xen")
    assert folders(Project("p", (), (lan,)), "switches") == {"local/lan"}
    two = Project("p", (wired("a", "milano"), wired("b", "roma")), (lan,))
    assert folders(two, "switches") == {"milano/lan", "roma/lan"}
    named = Project("p", (wired("a", "milano"),), (switch("lan", "p", "xen", service_host="roma"),))
    assert folders(named, "switches") == {"roma/lan"}
    assert folders(named, "hosts") == {"milano/a"}


def test_xen_hosts_on_a_kvm_switch() -> None:
    assert folders(Project("p", (wired("a"),), (switch("lan", "p", "kvm"),)), "switches") == {"local/lan"}
    assert folders(Project("p", (), (switch("lan", "p", "openstack"),)), "switches") == set()


def test_actions_are_in_order() -> None:
    hosts = (host("late", "uml"), host("early", "uml", boot_order=1))
    plan = generate(Project("p", hosts, (switch("lan", "p", "uml"),)))
    steps = {
        phase: [a.subject for a in plan.actions if a.phase == phase] for phase in ("build", "start", "stop", "remove")
    }
    assert steps["start"] == ["switch lan", "host early", "host late"]
    assert steps["stop"] == ["host late", "host early", "switch lan"]
    assert steps["remove"] == steps["stop"]
    paths = {file.path: file.mode for file in plan.files}
    for action in plan.actions:
        script, _, phase = action.script.partition(" ")
        assert phase == action.phase
        assert paths[f"{action.server}/{script}"] == 0o755


def test_order_of_the_project_does_not_matter() -> None:
    hosts = [wired(name) for name in "cab"]
    lans = [switch(name, "p", "xen") for name in ("lan", "dmz")]
    first = generate(Project("p", tuple(hosts), tuple(lans)))
    second = generate(Project("p", tuple(reversed(hosts)), tuple(reversed(lans))))
    assert first.digest == second.digest


def test_a_thousand_hosts_are_quick() -> None:
    hosts = tuple(
        host(
            f"h{n:04}", ("uml", "xen", "vmware")[n % 3], users=(User("alice", "$6$a$b"),),  # type: ignore[arg-type]
            interfaces=(static("eth0", f"h{n:04}.p", "uml", f"10.0.{n // 256}.{n % 256}", "lan"),),
        )
        for n in range(1000)
    )  # fmt: skip
    generate(Project("p", hosts[:3]))
    start = time.process_time()
    generate(Project("p", hosts, (switch("lan", "p", "uml"),)))
    assert time.process_time() - start < 0.6
