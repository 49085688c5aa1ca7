"""Extracting a superclass: what comes out, and that the project means the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide_scenes import applied, whole

from mlnlang.api import Compilation
from mlnlang.ide.extracting import extract
from mlnlang.ir import Project
from mlnlang.world import Memory


def meaning(text: str) -> Project:
    """The IR without the chains of superclasses, which an extraction makes longer."""
    ir = Compilation(Memory({"/p.mln": text})).project("/p.mln").ir
    assert ir is not None
    return replace(ir, hosts=tuple(replace(host, chain=()) for host in ir.hosts))


def extracted(marked: str) -> str | None:
    """The text after extracting what stands between `[[` and `]]`."""
    start = marked.index("[[")
    end = marked.index("]]") - 2
    text = marked.replace("[[", "").replace("]]", "")
    found = extract(whole(text), start, end)
    if found is None:
        return None
    new = applied(text, found[1])
    assert meaning(new) == meaning(text)
    return new


def test_lines_of_a_host() -> None:
    assert extracted(
        "global { project x }\n"
        "host web {\n    superclass top\n[[    memory 1G  # much\n    users {\n        ann h\n    }\n]]    xen\n}\n"
        "superclass top { template t }\n"
    ) == (
        "global { project x }\n"
        "superclass web-base {\n    superclass top\n    memory 1G  # much\n    users {\n        ann h\n    }\n}\n\n"
        "host web {\n    superclass web-base\n    xen\n}\n"
        "superclass top { template t }\n"
    )


def test_lines_of_a_host_without_a_superclass() -> None:
    assert extracted("global { project x }\nhost web {\n    [[memory 1G]]\n    xen\n}\n") == (
        "global { project x }\nsuperclass web-base {\n    memory 1G\n}\n\n"
        "host web {\n    superclass web-base\n    xen\n}\n"
    )
    assert extracted("global { project x }\nhost web { [[memory 1G;]] xen }\n") == (
        "global { project x }\nsuperclass web-base {\n    memory 1G\n}\n\nhost web { superclass web-base; xen }\n"
    )


def test_what_several_hosts_share() -> None:
    text = (
        "global { project x }\n"
        "[[host a {\n    memory 1G\n    xen\n"
        "    network eth0 {\n        switch lan\n        address 10.0.0.1/24\n    }\n"
        "    startup {\n        echo hi\n    }\n}\n"
        "host b {\n    memory 2G\n    xen\n"
        "    network eth0 {\n        switch lan\n        address 10.0.0.2/24\n    }\n"
        "    startup {\n        echo hi\n    }\n}\n]]"
        "switch lan { }\n"
    )
    assert extracted(text) == (
        "global { project x }\n"
        "superclass common {\n    xen\n    startup {\n        echo hi\n    }\n"
        "    network eth0 {\n        switch lan\n    }\n}\n\n"
        "host a {\n    superclass common\n    memory 1G\n"
        "    network eth0 {\n        address 10.0.0.1/24\n    }\n}\n"
        "host b {\n    superclass common\n    memory 2G\n"
        "    network eth0 {\n        address 10.0.0.2/24\n    }\n}\n"
        "switch lan { }\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "global { project x }\nhost a {\n[[memory 1\n]]memory 2\n}",  # what stays counts
        "global { project x }\nhost a {\n$v = 10.0.0.1\n[[nameserver $v\n]]}",  # the variable stays
        "global { project x }\nhost a {\nnetwork eth0 { }\n[[network eth1 { }\n]]}",  # the order of cards
        "global { project x }\nhost a {\nsuperclass $s\n[[xen\n]]}",
        "global { project x }\n[[switch lan { }]]",
        "global { project x }\n[[host a { xen }\nhost b { uml }]]",
        "global { project x }\n[[host a { superclass s; xen }\nhost b { xen }]]\nsuperclass s { }",
        "global { project x }\nhost a {\n[[xen\n}]]\nhost b {",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    start = text.index("[[")
    end = text.index("]]") - 2
    assert extract(whole(text.replace("[[", "").replace("]]", "")), start, end) is None


LINES = st.sampled_from(
    (
        "memory 1G", "memory 2G", "xen", "uml", "kvm off", "$v = 10.0.0.9", "nameserver $v", "nameserver 10.0.0.8",
        "network eth0 { switch lan; address 10.0.0.2/24 }",
        "network eth0 {\n        switch lan\n        auto no\n    }",
        "network eth1 { address dhcp; switch lan }", "users { ann h }",
        "users {\n        bo h\n        $hostname x\n    }",
        "groups { staff { ann } }", "startup {\n        echo $hostname\n          indented\n    }", "# a remark",
        "mount { nas:/home /home nfs }", "files { a /b }  # why", "color $hostname", "unknown word", "template $v",
    )
)  # fmt: skip
HOSTS = st.lists(LINES, min_size=1, max_size=7)
PARENTS = st.sampled_from(("", "    superclass top\n"))


def project(hosts: list[list[str]], parent: str) -> str:
    blocks = "".join(
        f"host h{at} {{\n{parent}" + "".join(f"    {line}\n" for line in lines) + "}\n"
        for at, lines in enumerate(hosts)
    )
    top = (
        "superclass top {\n    memory 64M\n    network eth1 { switch lan }\n    users { top h }\n    $v = 1.1.1.1\n}\n"
    )
    return f"global {{ project x }}\n{blocks}{top}switch lan {{ }}\n"


@given(HOSTS, PARENTS, st.floats(0, 1), st.floats(0, 1))
def test_extracting_lines_keeps_the_meaning(lines: list[str], parent: str, first: float, last: float) -> None:
    text = project([lines, ["xen"]], parent)
    begin, stop = text.index("host h0"), text.index("host h1")
    start, end = sorted(int(begin + part * (stop - 2 - begin)) for part in (first, last))
    found = extract(whole(text), start, end)
    if found is not None:
        assert meaning(applied(text, found[1])) == meaning(text)


@given(st.lists(HOSTS, min_size=2, max_size=3), HOSTS, PARENTS)
def test_extracting_what_is_common_keeps_the_meaning(own: list[list[str]], shared: list[str], parent: str) -> None:
    text = project([[*shared, *lines] for lines in own], parent)
    found = extract(whole(text), text.index("host h0"), text.index("superclass top {"))
    if found is not None:
        new = applied(text, found[1])
        assert meaning(new) == meaning(text)
        assert new != text
