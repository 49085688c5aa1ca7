"""Network files of every style, read by their own programs or by parsers of others."""

from __future__ import annotations

import configparser
import shlex
from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml
from codegen_helpers import require, run
from codegen_projects import card, host
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mlnlang_codegen import check
from mlnlang_codegen.guest import Devices, lower
from mlnlang_codegen.guest.network import Stanza, stanza, stanzas

from mlnlang.ir import Host, Interface, Project


def machine(*cards: Interface, **values: object) -> Host:
    """A host that any family may be."""
    return host("a", "uml", interfaces=cards, **values)


def everything() -> Host:
    """Static IPv4 with gateway and name server, DHCP, IPv6, a gateway outside, an unaddressed card, slirp."""
    return machine(
        card("eth0", "a.p", "uml", switch="lan", address="10.0.0.2", prefix_length=20, netmask="255.255.240.0",
             broadcast="10.0.15.255", gateway="10.0.0.1"),
        card("eth1", "a.p", "uml", switch="lan", address="dhcp"),
        card("eth2", "a.p", "uml", switch="lan", address="2001:db8::2", prefix_length=48, gateway="2001:db8::1"),
        card("eth3", "a.p", "uml", switch="lan"),
        card("eth4", "a.p", "uml", slirp=True, start_at_boot=False),
        card("eth5", "a.p", "uml", switch="lan", address="192.0.2.7", prefix_length=32, gateway="10.9.9.9"),
        card("eth6", "a.p", "uml", switch="lan", address="10.7.0.2", netmask="255.255.0.0", gateway="fe80::1"),
        nameserver="10.0.0.53",
    )  # fmt: skip


def files(made: Host, style: str) -> dict[str, str]:
    """The files of a style: last part of the path → text."""
    pieces = lower(Project("p", (made,)), made, Devices(None)).pieces
    return {piece.path.rpartition("/")[2]: piece.content for piece in pieces if piece.when == style}


def ini(text: str) -> configparser.ConfigParser:
    """Read as systemd's and NetworkManager's files are."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_a_card_without_an_address_is_left_alone() -> None:
    assert stanza(card("eth0", "a.p", "uml", switch="lan")) is None
    only = machine(card("eth0", "a.p", "uml", switch="lan"))
    for style in ("netplan", "ifupdown", "networkd", "networkmanager", "ifcfg", "wicked"):
        assert files(only, style) == {}
    assert "Name=eth0" in files(only, "systemd")["70-mln-eth0.link"]


@pytest.mark.parametrize(
    ("family", "styles"),
    [
        ("debian", {"netplan", "ifupdown", "networkd", "networkmanager"}),
        ("redhat", {"ifcfg", "networkmanager"}),
        ("suse", {"wicked", "networkmanager"}),
        ("busybox", {"ifupdown"}),
        (None, {"netplan", "ifupdown", "networkd", "networkmanager", "ifcfg", "wicked"}),
    ],
)
def test_a_family_has_its_own_styles_only(family: str | None, styles: set[str]) -> None:
    made = machine(card("eth0", "a.p", "uml", address="dhcp"), family=family)
    tags = {piece.when for piece in lower(Project("p", (made,)), made, Devices(None)).pieces}
    assert tags - {"", "systemd", "sysv", "rcS"} == styles


# ---------------------------------------------------------------- netplan
def test_netplan_generates_from_it(tmp_path: Path) -> None:
    require("netplan")
    (text,) = files(everything(), "netplan").values()
    path = tmp_path / "etc/netplan/60-mln.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    told = run("netplan", "generate", "--root-dir", tmp_path)
    assert told.returncode == 0, told.stderr
    made = {p.name: p.read_text() for p in (tmp_path / "run/systemd/network").iterdir()}
    first = made["10-netplan-eth0.network"]
    assert "Address=10.0.0.2/20" in first
    assert "DNS=10.0.0.53" in first
    assert "Gateway=10.0.0.1" in first
    assert "GatewayOnLink" not in first
    assert "DHCP=ipv4" in made["10-netplan-eth1.network"]
    assert "ClientIdentifier=mac" in made["10-netplan-eth1.network"]
    assert "GatewayOnLink=true" in made["10-netplan-eth5.network"]
    assert "ActivationPolicy=manual" in made["10-netplan-eth4.network"]
    assert "Scope=link" in made["10-netplan-eth4.network"]
    assert f"MACAddress={everything().interfaces[0].mac}" in made["10-netplan-eth0.link"]
    assert "Gateway=fe80::1" in made["10-netplan-eth6.network"]


@pytest.mark.parametrize("name", ["no", "null", "123", "0x1f", "1e3", "true", "eth0:1", "a-b", "br0.5", "on", "_"])
def test_names_of_devices_are_strings_of_yaml(name: str) -> None:
    made = machine(card(name, "a.p", "uml", address="dhcp"))
    (text,) = files(made, "netplan").values()
    (found,) = yaml.safe_load(text)["network"]["ethernets"].items()
    assert found[0] == name
    assert found[1]["set-name"] == name


# ---------------------------------------------------------------- ifupdown
def test_ifupdown_reads_it(tmp_path: Path) -> None:
    require("ifquery", "ifup")
    (text,) = files(everything(), "ifupdown").values()
    path = tmp_path / "interfaces"
    path.write_text(text)
    query = run("ifquery", "-i", path, "--list")
    assert query.stdout.split() == ["lo", "eth0", "eth1", "eth2", "eth5", "eth6"]
    found = dict(line.split(": ", 1) for line in run("ifquery", "-i", path, "eth0").stdout.splitlines())
    assert found == {
        "address": "10.0.0.2", "netmask": "255.255.240.0", "broadcast": "10.0.15.255", "gateway": "10.0.0.1",
        "dns-nameservers": "10.0.0.53",
    }  # fmt: skip
    dry = {n: run("ifup", "--no-act", "--force", "-v", "-i", path, f"eth{n}") for n in (0, 2, 5, 6)}
    assert all(told.returncode == 0 for told in dry.values()), dry
    assert "10.0.0.2/255.255.240.0" in dry[0].stderr
    assert "2001:db8::2/48" in dry[2].stderr
    assert "ip -4 route add default via 10.9.9.9 dev eth5 onlink" in dry[5].stderr
    assert "ip -6 route add default via fe80::1 dev eth6" in dry[6].stderr


# ---------------------------------------------------------------- networkd
def test_networkd_files() -> None:
    found = files(everything(), "networkd")
    assert sorted(found) == [f"70-mln-eth{n}.network" for n in (0, 1, 2, 4, 5, 6)]
    first = ini(found["70-mln-eth0.network"])
    assert first["Match"]["MACAddress"] == everything().interfaces[0].mac
    assert first["Network"]["Address"] == "10.0.0.2/20"
    assert first["Network"]["DNS"] == "10.0.0.53"
    assert first["Route"]["Gateway"] == "10.0.0.1"
    assert ini(found["70-mln-eth1.network"])["Network"]["DHCP"] == "ipv4"
    assert ini(found["70-mln-eth4.network"])["Link"]["ActivationPolicy"] == "manual"
    assert ini(found["70-mln-eth5.network"])["Route"]["GatewayOnLink"] == "yes"


def test_networkd_itself_complains_of_nothing(tmp_path: Path) -> None:
    networkd = "/lib/systemd/systemd-networkd"
    require("unshare", networkd)
    if run("unshare", "-n", "-m", "true").returncode != 0:
        pytest.skip("no right to make a namespace")
    for name, text in files(everything(), "networkd").items():
        (tmp_path / name).write_text(text)
    (tmp_path / "99-broken.network").write_text("[Match]\nName=x\n[Network]\nBogus=1\n")
    # It reads its files before it finds that it can't do its work here.
    steps = (
        f"mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/network && cp {tmp_path}/* /run/systemd/network && "
        f"SYSTEMD_LOG_LEVEL=info SYSTEMD_LOG_TARGET=console timeout 1 {networkd} 2>&1"
    )
    told = run("unshare", "-n", "-m", "sh", "-c", steps).stdout
    assert [line for line in told.splitlines() if ".network:" in line] == [
        "/run/systemd/network/99-broken.network:4: Unknown key 'Bogus' in section [Network], ignoring."
    ]


# ---------------------------------------------------------------- NetworkManager
def test_networkmanager_keyfiles() -> None:
    made = everything()
    found = {name: ini(text) for name, text in files(made, "networkmanager").items()}
    assert sorted(found) == [f"mln-eth{n}.nmconnection" for n in (0, 1, 2, 4, 5, 6)]
    first = found["mln-eth0.nmconnection"]
    assert first["ethernet"]["mac-address"].lower() == made.interfaces[0].mac
    assert dict(first["ipv4"]) == {
        "method": "manual", "address1": "10.0.0.2/20", "gateway": "10.0.0.1", "dns": "10.0.0.53;",
    }  # fmt: skip
    assert found["mln-eth1.nmconnection"]["ipv4"]["method"] == "auto"
    six = found["mln-eth2.nmconnection"]
    assert (six["ipv4"]["method"], six["ipv6"]["address1"], six["ipv6"]["gateway"]) == (
        "disabled", "2001:db8::2/48", "2001:db8::1",
    )  # fmt: skip
    assert found["mln-eth4.nmconnection"]["connection"]["autoconnect"] == "false"
    assert found["mln-eth6.nmconnection"]["ipv6"]["route1"] == "::/0,fe80::1"
    uuids = [parser["connection"]["uuid"] for parser in found.values()]
    assert len(set(uuids)) == len(uuids)


# ---------------------------------------------------------------- ifcfg
def shell_values(text: str) -> dict[str, str]:
    """KEY=VALUE lines, as a shell reads them."""
    return dict(word.split("=", 1) for word in shlex.split(text, comments=True))


def test_ifcfg_of_red_hat() -> None:
    found = files(everything(), "ifcfg")
    first = shell_values(found["ifcfg-eth0"])
    assert first == {
        "DEVICE": "eth0", "TYPE": "Ethernet", "HWADDR": everything().interfaces[0].mac.upper(), "ONBOOT": "yes",
        "BOOTPROTO": "none", "IPADDR": "10.0.0.2", "NETMASK": "255.255.240.0", "BROADCAST": "10.0.15.255",
        "GATEWAY": "10.0.0.1", "DNS1": "10.0.0.53",
    }  # fmt: skip
    assert shell_values(found["ifcfg-eth1"])["BOOTPROTO"] == "dhcp"
    assert shell_values(found["ifcfg-eth2"])["IPV6ADDR"] == "2001:db8::2/48"
    assert shell_values(found["ifcfg-eth4"])["ONBOOT"] == "no"
    assert found["route-eth5"] == "default via 10.9.9.9 dev eth5 onlink\n"
    assert shell_values(found["ifcfg-eth6"])["IPV6_DEFAULTGW"] == "fe80::1%eth6"


def test_ifcfg_of_suse() -> None:
    found = files(everything(), "wicked")
    assert shell_values(found["ifcfg-eth0"]) == {
        "STARTMODE": "auto", "BOOTPROTO": "static", "IPADDR": "10.0.0.2/20", "BROADCAST": "10.0.15.255",
    }  # fmt: skip
    assert found["ifroute-eth0"] == "default 10.0.0.1 - eth0\n"
    assert shell_values(found["ifcfg-eth4"])["STARTMODE"] == "manual"
    assert found["ifroute-eth4"] == "default - - eth4\n"
    assert found["ifroute-eth2"] == "::/0 2001:db8::1 - eth2\n"


# ---------------------------------------------------------------- all styles say the same
ADDRESSES = st.one_of(
    st.just("dhcp"), st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(lambda a: a.compressed)
)  # fmt: skip


@st.composite
def cards(draw: st.DrawFn) -> Interface:
    """A card that the language could give."""
    given = draw(ADDRESSES)
    version = 4 if given == "dhcp" else ip_address(given).version
    gateway = draw(st.none() | st.ip_addresses().map(str))
    return card(
        draw(st.sampled_from(["eth0", "ens3", "no", "1", "wan"])), "a.p", "uml", address=given,
        prefix_length=None if given == "dhcp" else draw(st.integers(1, 32 if version == 4 else 128)),
        gateway=None if given == "dhcp" else gateway, start_at_boot=draw(st.booleans()),
    )  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cards())
def test_every_style_says_what_the_project_says(wire: Interface) -> None:
    made = machine(wire)
    told: Stanza = stanzas(made)[0]
    planned = yaml.safe_load(files(made, "netplan")["60-mln.yaml"])["network"]["ethernets"][wire.name]
    networkd = ini(files(made, "networkd")[f"70-mln-{wire.name}.network"])
    manager = ini(files(made, "networkmanager")[f"mln-{wire.name}.nmconnection"])
    redhat = shell_values(files(made, "ifcfg")[f"ifcfg-{wire.name}"])
    suse = shell_values(files(made, "wicked")[f"ifcfg-{wire.name}"])
    assert planned["match"]["macaddress"] == wire.mac
    if wire.address == "dhcp":
        assert (planned["dhcp4"], networkd["Network"]["DHCP"], manager["ipv4"]["method"]) == (True, "ipv4", "auto")
        assert (redhat["BOOTPROTO"], suse["BOOTPROTO"]) == ("dhcp", "dhcp")
        return
    cidr = f"{wire.address}/{wire.prefix_length}"
    version = "ipv6" if told.inet6 else "ipv4"
    assert planned["addresses"] == [cidr]
    assert networkd["Network"]["Address"] == manager[version]["address1"] == suse["IPADDR"] == cidr
    assert redhat.get("IPV6ADDR", redhat.get("IPADDR")) == (cidr if told.inet6 else wire.address)
    routes = planned.get("routes", [])
    assert [route["via"] for route in routes] == ([wire.gateway] if wire.gateway else [])
    assert networkd["Route"]["Gateway"] == wire.gateway if wire.gateway else "Route" not in networkd


@given(st.text(max_size=20))
def test_what_is_no_address_is_refused(text: str) -> None:
    try:
        ip_address(text)
    except ValueError:
        if text == "dhcp":
            return
        for values in ({"address": text}, {"address": "10.0.0.1", "gateway": text or "x"}):
            made = machine(Interface("eth0", "00:16:3e:00:00:01", bridge="b", **values))
            assert [d.severity for d in check(Project("p", (made,)))] == ["error"]
