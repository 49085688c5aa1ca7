"""Input that means harm, and input that means nothing: a diagnostic, never an exception, never a wrong project."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_helpers import DATA, assert_sound, checked
from mlnlang_codegen.importers import KINDS, bring_in, report

BOMB = (
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 60))
    + "]><domain>&l59;</domain>"
)
REFUSED = {
    "billion-laughs": (BOMB, "MLN022"),
    "external": ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain><name>&x;</name></domain>', "MLN022"),
    "dtd": ('<!DOCTYPE domain SYSTEM "http://example.org/x.dtd"><domain/>', "MLN022"),
    "deep-xml": ("<domain>" + "<a>" * 5000 + "</a>" * 5000 + "</domain>", "MLN022"),
    "wide-xml": ("<domain>" + "<a/>" * 100_000 + "</domain>", "MLN022"),
    "cut-xml": ("<domain><name>x</name>", "MLN021"),
    "entity": ("<domain><name>&nbsp;</name></domain>", "MLN021"),
    "text-xml": ("<domain/>text", "MLN021"),
    "escape": ("</mln-import><mln-import>", "MLN021"),
    "other-xml": ("<pool type='dir'><name>x</name></pool>", "MLN023"),
    "html": ("<html><body>no</body></html>", "MLN023"),
    "nothing": ("", "MLN020"),
    "prose": ("Dear reader,\nthis is a letter.\n", "MLN020"),
    "yaml-bomb": (
        "topology:\n nodes:\n  a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"  a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        "MLN022",
    ),
    "yaml-cycle": ("topology: &t\n  nodes: *t\n", "MLN022"),
    "yaml-merge-cycle": ("topology: &t\n  <<: *t\n", "MLN022"),
    "yaml-deep": ("topology: " + "[" * 5000 + "]" * 5000, "MLN022"),
    "yaml-tag": ("topology: {nodes: {a: {image: 'x'\n", "MLN021"),
    "yaml-anchor": ("topology: *nowhere\n", "MLN021"),
    "yaml-two": ("topology: {}\n---\ntopology: {}\n", "MLN021"),
    "yaml-list": ("topology:\n- a\n", "MLN023"),
    "yaml-key": ("topology: {[a, b]: c}\n", "MLN021"),
    "nul": ("name = 'x\0'\n", "MLN004"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, code = REFUSED[case]
    begin = time.monotonic()
    done = bring_in([("bad.file", text.encode())])
    assert time.monotonic() - begin < 5
    assert [problem.code for problem in done.problems] == [code]
    assert done.text == ""
    assert done.problems[0].path == "bad.file"


def test_faults_have_a_place() -> None:
    (found,) = bring_in([("bad.xml", b"<domain>\n  <name>a</nam>\n</domain>")]).problems
    assert found.span is not None
    assert found.span.place().startswith("bad.xml:2:")
    (found,) = bring_in([("bad.yml", b"topology:\n  nodes: {a: [}\n")]).problems
    assert found.span is not None
    assert found.span.place().startswith("bad.yml:2:")


def test_one_bad_file_spoils_all() -> None:
    good = (DATA / "xen-tools.cfg").read_bytes()
    done = bring_in([("good.cfg", good), ("bad.xml", b"<domain>"), ("latin.cfg", "name = 'é'".encode("latin-1"))])
    assert [problem.code for problem in done.problems] == ["MLN021", "MLN005"]
    assert done.text == ""


def test_yaml_tags_make_no_objects() -> None:
    done = bring_in([("x.yml", b"topology:\n  nodes:\n    a: {image: !!python/object/apply:os.system ['x']}\n")])
    assert done.problems == []
    assert_sound(done)


def test_vmx_encoding() -> None:
    text = '.encoding = "windows-1252"\ndisplayName = "Büro"\nmemsize = "64"\nRemoteDisplay.vnc.enabled = "TRUE"\n'
    done = bring_in([("a.vmx", (text + 'RemoteDisplay.vnc.password = "grün"\n').encode("cp1252"))])
    assert_sound(done)
    assert "host Buro {" in done.text
    assert "vncpasswd 'grün'" in done.text


# ---------------------------------------------------------------- values that would break out of a line
NASTY = [
    *("a;b", "a{b", "a}b", "a # b", "#a", 'a"b', "a'b", "'\"", "a\\", "\\n", "$hostname", "$project", "$[project]"),
    *(
        "=x",
        "= x",
        "...",
        "#include /etc/passwd",
        " lead",
        "trail ",
        "a  b",
        "ünï",
        "",
        "-",
        "\u00a0",
        "off",
        "x=y",
        "a,b",
    ),
]


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("'", "&apos;")


def domain(value: str, kind: str = "xen") -> str:
    v = escape(value)
    return f"""<domain type='{kind}'><name>h.p</name><memory unit='MiB'>64</memory>
<os><type>linux</type><kernel>{v}</kernel><initrd>{v}</initrd><cmdline>{v}</cmdline></os>
<vcpu cpuset='{v}'>1</vcpu>
<devices><disk type='file'><source file='/x{v}'/></disk><disk type='file'><source file='/y{v}'/></disk>
<interface type='bridge'><source bridge='{v}'/></interface><interface type='network'><source network='{v}'/></interface>
<graphics type='vnc' port='5901' passwd='{v}' keymap='{v}'/></devices></domain>"""


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("kind", ["xen", "kvm", "lxc", "vmware"])
def test_values_are_kept_to_the_letter(value: str, kind: str) -> None:
    done = bring_in([("x.xml", domain(value, kind).encode())])
    assert_sound(done)
    project = checked(done.text).ir
    assert project is not None
    (host,) = project.hosts
    assert len(host.interfaces) == 2
    stripped = value.strip()
    fates = {leaf.place.removeprefix("domain/"): leaf.fate for leaf in done.settings}
    for place, found in (
        ("os/kernel", host.kernel), ("os/initrd", host.ramdisk), ("os/cmdline", host.kernel_extra),
        ("devices/graphics@passwd", host.display and host.display.password), ("vcpu@cpuset", host.cpus),
    ):  # fmt: skip
        if fates[place] in ("carried", "changed"):
            assert found == (value if "@" in place else stripped), place
        else:
            assert not found, place
    assert host.root_disk is not None
    assert host.root_disk.source == f"/x{value}" or fates["devices/disk/source@file"] == "lost"


@pytest.mark.parametrize("value", NASTY)
def test_lines_of_xen_are_kept_to_the_letter(value: str) -> None:
    text = 'name = "h.p"\nstrange = "' + value.replace("\\", "\\\\").replace('"', '\\"') + '"\n'
    done = bring_in([("x.cfg", text.encode())])
    assert_sound(done)
    project = checked(done.text).ir
    assert project is not None
    lines = project.hosts[0].xen_extra
    if any(leaf.place == "strange" and leaf.fate == "lost" for leaf in done.settings):
        assert lines == ()
        assert "hostname" in value or "project" in value
    else:
        assert lines == (text.splitlines()[1],)


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x1b", "\x85", "\u2028", "\u202e"])
def test_control_characters_are_refused_and_reported(sign: str) -> None:
    import json

    document = {"name": "t", "topology": {"nodes": {"a": {"exec": [f"echo {sign} x"], "binds": [f"a{sign}b:/c"]}}}}
    done = bring_in([("t.clab.yml", json.dumps(document).encode())])
    assert_sound(done)
    lost = [leaf.place for leaf in done.settings if leaf.fate == "lost"]
    assert lost == ["topology.nodes.a.exec[0]", "topology.nodes.a.binds[0]"]
    assert sign not in "".join(report.lines(report.diagnostics(done.settings)))


def test_names_stay_apart() -> None:
    names = ["a b", "a_b", "a-b", "Ä", "!", "", "x" * 80, "x" * 80 + "y", "a.b.c"]
    files = [(f"{n}.cfg", f'name = "{name}"\n'.encode()) for n, name in enumerate(names)]
    done = bring_in(files)
    assert_sound(done)
    project = checked(done.text).ir
    assert project is not None
    assert [host.name for host in project.hosts][:6] == ["a-b", "a-b-2", "a-b-3", "A", "host", "host-2"]
    assert len({host.name for host in project.hosts}) == len(names)


# ---------------------------------------------------------------- anything at all
SEEDS = [path.read_text() for path in sorted(DATA.iterdir())]
PIECES = st.sampled_from(
    [
        *(
            "<domain>",
            "</domain>",
            "<name>",
            "</name>",
            "<devices>",
            "<disk type='file'>",
            "</",
            "topology:",
            "\n  nodes:",
        ),
        *(
            "\n    a: ",
            "{",
            "}",
            "[",
            "]",
            "&x ",
            "*x",
            "<<: ",
            "- ",
            '"',
            "'",
            "=",
            "\n",
            "disk",
            "vif = [",
            "memory = ",
        ),
        *(
            "scsi0:0.fileName = ",
            "#",
            "\\",
            "|22",
            "network",
            "%",
            "!!",
            "0x",
            "\t",
            "é",
            "\ud7ff",
            "import os",
            "if x:",
        ),
        *(";", "$a", "...", "---\n", "endpoints: ", "a:b"),
    ]
)
SOUP = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join), st.binary(max_size=100))


@given(SOUP, st.sampled_from([None, *KINDS]))
def test_soup(text: str | bytes, kind: str | None) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    done = bring_in([("soup", data)], kind=kind)
    assert bool(done.problems) != bool(done.text)
    if done.text:
        assert_sound(done)


@given(st.integers(0, len(SEEDS) - 1), st.data())
def test_broken_files(seed: int, data: st.DataObject) -> None:
    """A real file with a stretch replaced: what still reads is sound."""
    text = SEEDS[seed]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    new = data.draw(st.one_of(st.text(max_size=12), PIECES, st.just("")))
    broken = (text[:start] + new + text[end:]).encode("utf-8", "surrogatepass")
    done = bring_in([("broken", broken)])
    assert bool(done.problems) != bool(done.text)
    if done.text:
        assert_sound(done)


# ---------------------------------------------------------------- more than a back end attaches
@pytest.mark.parametrize("kind", ["xen", "kvm", "lxc", "vmware"])
def test_too_many_disks_and_cards(kind: str) -> None:
    disks = "".join(f"<disk><source file='/d{n}'/></disk>" for n in range(100))
    cards = "".join(f"<interface type='bridge'><source bridge='b{n}'/></interface>" for n in range(40))
    done = bring_in([("x.xml", f"<domain type='{kind}'><devices>{disks}{cards}</devices></domain>".encode())])
    assert_sound(done)


SLOW = {
    "many.xml": "<domain><devices>" + "<interface/><disk><source file='/a'/></disk>" * 4000 + "</devices></domain>",
    "hosts.xml": "<domain><name>a</name></domain>" * 1000,
    "lists.cfg": "".join(f"k{n} = [ 'x' ]\n" for n in range(5000)),
    "list.cfg": "cpus = [" + "'1'," * 40_000 + "]\nother = [" + "'1'," * 5_000 + "]\n",
    "open.cfg": "a = [\n" * 20_000,
    "text.vmx": 'memsize = "1"\n' + "x\n" * 40_000,
    "big.clab.yml": "topology:\n  nodes:\n" + "".join(f"    n{n}: {{kind: k{n}}}\n" for n in range(1500)),
}


@pytest.mark.parametrize("name", SLOW)
def test_large_files_take_seconds(name: str) -> None:
    begin = time.process_time()
    done = bring_in([(name, SLOW[name].encode())])
    assert done.text or done.problems
    assert time.process_time() - begin < 20
