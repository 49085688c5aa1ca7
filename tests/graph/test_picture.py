"""What is drawn, and which problem is drawn on what."""

from __future__ import annotations

from graph_helpers import BROKEN, pictured

from mlnlang.graph import Choice, Picture, Place

WAYS = """\
global { project ways; uml }
host all {
    template t.ext4
    network eth0 { switch lan; address 10.0.0.1/24 }
    network eth1 { bridge br0; address dhcp }
    network eth2 { slirp }
    network eth3 { tun_iface tap3; tun_address 10.1.0.1 }
    network eth4 { switch /run/other.ctl }
    network eth5 { address 10.2.0.1/24 }
}
host boxed {
    kvm
    template t.ext4
    network eth0 { address dhcp }
}
switch lan { hub }
"""


def named(picture: Picture) -> dict[str, str]:
    return {node.id: node.name for node in picture.nodes}


def marks(picture: Picture) -> dict[str, list[str]]:
    """Codes of problems by the id they are drawn on."""
    things = [*picture.frames, *picture.nodes, *picture.edges]
    return {thing.id: [picture.problems[n].code for n in thing.problems] for thing in things if thing.problems}


def test_where_cards_lead() -> None:
    picture = pictured(WAYS)
    assert named(picture) == {
        "switch:ways/lan@local": "lan",
        "host:ways/all": "all",
        "bridge:ways/br0@local": "bridge br0",
        "slirp:ways/slirp@local": "outside (slirp)",
        "tap:ways/tap3@local": "tap tap3",
        "socket:ways//run/other.ctl@local": "/run/other.ctl",
        "unwired:ways/uml@local": "not wired",
        "host:ways/boxed": "boxed",
        "default:ways/kvm@local": "KVM: default network",
    }
    assert [(edge.interface, edge.segment.partition(":")[0], edge.address) for edge in picture.edges] == [
        ("eth0", "switch", "10.0.0.1/24"),
        ("eth1", "bridge", "dhcp"),
        ("eth2", "slirp", None),
        ("eth3", "tap", None),
        ("eth4", "socket", None),
        ("eth5", "unwired", "10.2.0.1/24"),
        ("eth0", "default", "dhcp"),
    ]
    assert picture.frames == ()
    assert picture.nodes[0].detail == "hub"


def test_everything_says_where_it_is_written() -> None:
    picture = pictured(WAYS)
    places = {node.id: node.place for node in picture.nodes}
    assert places["host:ways/all"] == Place("a.mln", 2, 6)
    assert places["switch:ways/lan@local"] == Place("a.mln", 16, 8)
    assert picture.edges[1].place == Place("a.mln", 5, 13)


def test_a_switch_of_another_server_stands_for_itself() -> None:
    text = """\
global { project two; kvm }
superclass base { template t.ext4; network eth0 { switch lan } }
host here { superclass base; service_host one }
host there { superclass base; service_host two }
switch lan { service_host one }
server one { memory 64G; cpus 16 }
"""
    picture = pictured(text)
    assert [(frame.id, frame.detail) for frame in picture.frames] == [
        ("server:one", "64 GiB, 16 CPUs"),
        ("server:two", ""),
    ]
    remote = picture.by_id["remote:two/lan@two"]
    assert (remote.name, remote.detail, remote.stands_for) == ("lan", "on one", "switch:two/lan@one")
    assert remote.frame == "server:two"
    assert [edge.segment for edge in picture.edges] == ["switch:two/lan@one", "remote:two/lan@two"]


def test_a_switch_without_a_server_stands_where_its_hosts_are() -> None:
    text = """\
global { project two; kvm }
superclass base { template t.ext4; network eth0 { switch lan } }
host here { superclass base; service_host one }
host there { superclass base; service_host two }
switch lan { }
switch spare { }
"""
    assert [node.id for node in pictured(text).nodes if not node.is_host] == [
        "switch:two/lan@one",
        "switch:two/lan@two",
        "switch:two/spare@local",
    ]


def test_several_projects_have_frames_of_their_own() -> None:
    one = "global { project one; uml }\nhost a { template t; service_host big }\nhost b { template t }\n"
    picture = pictured(one, one.replace("one", "two"), one)
    assert [(frame.id, frame.parent) for frame in picture.frames] == [
        ("server:big", None),
        ("project:one@big", "server:big"),
        ("server:local", None),
        ("project:one@local", "server:local"),
        ("project:two@big", "server:big"),
        ("project:two@local", "server:local"),
        ("project:one#2@big", "server:big"),
        ("project:one#2@local", "server:local"),
    ]
    assert len({node.id for node in picture.nodes}) == 6


def test_problems_are_drawn_on_the_innermost_thing() -> None:
    picture = pictured(BROKEN)
    assert marks(picture) == {
        "host:broken/db": ["MLN304"],
        "host:broken/pc": ["MLN402"],
        "card:broken/gw/eth2": ["MLN405"],
        "card:broken/web-server-with-a-very-long-name-indeed/eth0": ["MLN501"],
    }
    assert picture.by_id["missing:broken/dnz@local"].place == Place("a.mln", 11, 27)
    for number, problem in enumerate(picture.problems):
        assert all(number in thing.problems for thing in (*picture.nodes, *picture.edges) if thing.id in problem.on)


def test_a_superclass_marks_a_few_heirs_and_lists_many() -> None:
    text = "global { project heirs; uml }\nsuperclass base { template t; memory lots }\nswitch lan { }\n"
    few = pictured(text + "".join(f"host h{n} {{ superclass base }}\n" for n in range(3)))
    assert marks(few) == {f"host:heirs/h{n}": ["MLN304"] for n in range(3)}
    many = pictured(text + "".join(f"host h{n} {{ superclass base }}\n" for n in range(60)))
    assert marks(many) == {}
    (problem,) = many.problems
    assert (problem.on, problem.concerns) == ((), "superclass base: 60 hosts")


def test_lines_of_an_included_file_belong_to_the_block_that_includes_them() -> None:
    text = """\
global { project parts; uml }
host a {
    template t
    #include more.inc
}
host b { template t }
"""
    picture = pictured(text, included="memory lots\nnetwork eth0 { address 1.2.3.400 }\n")
    assert marks(picture) == {"host:parts/a": ["MLN304"], "card:parts/a/eth0": ["MLN501"]}
    shared = text.replace("host b {", "host b {\n    #include more.inc\n")
    both = pictured(shared, included="memory lots\n")
    assert marks(both) == {"host:parts/a": ["MLN304"], "host:parts/b": ["MLN304"]}


def test_a_second_place_is_marked_too() -> None:
    text = "global { project twice; uml }\nhost a { template t }\nhost b { template t }\nhost a { template t }\n"
    picture = pictured(text)
    (problem,) = picture.problems
    assert problem.slug == "duplicate-definition"
    assert marks(picture) == {"host:twice/a": [problem.code]}


def test_a_choice_of_hosts_and_servers() -> None:
    picture = pictured(BROKEN, choice=Choice(host="g*"))
    assert [node.name for node in picture.nodes] == ["lan", "gw", "bridge br0", "dnz"]
    assert [problem.code for problem in picture.problems] == ["MLN405"], "of what is drawn alone"
    far = pictured(BROKEN, choice=Choice(server="far"))
    assert [node.name for node in far.nodes] == ["dmz"]
    assert pictured(BROKEN, choice=Choice(server="nowhere")).nodes == ()


def test_a_project_that_is_not_understood_is_still_a_picture() -> None:
    picture = pictured("host a {\n", codes=("MLN1",))
    assert marks(picture) == {"host:/a": ["MLN101"]}
    nothing = pictured("\0\0", codes=("MLN0",))
    assert (nothing.nodes, [problem.code for problem in nothing.problems]) == ((), ["MLN004"])
