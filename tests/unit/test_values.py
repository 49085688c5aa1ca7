"""Kinds of values and their units (language, section 2 and 6)."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from helpers import clean, codes, compiled, host, machine, only, project
from hypothesis import given
from hypothesis import strategies as st

from mlnlang.ir import Interface, derive
from mlnlang.schema.units import disk_bytes, memory_mib, show_bytes, show_memory
from mlnlang.schema.values import ValueFault, parse_address, parse_netmask

# Written out by hand, from the language's text and not from the code.
MEMORY = {
    "": 1048576, "K": 1024, "KB": 1024, "KiB": 1024, "M": 1048576, "MB": 1048576, "MiB": 1048576,
    "G": 1073741824, "GB": 1073741824, "GiB": 1073741824,
}  # fmt: skip
DISK = {
    "": 1, "K": 1024, "KiB": 1024, "KB": 1000, "M": 1048576, "MiB": 1048576, "MB": 1000000,
    "G": 1073741824, "GiB": 1073741824, "GB": 1000000000, "T": 1099511627776, "TiB": 1099511627776, "TB": 1000000000000,
}  # fmt: skip


# ---------------------------------------------------------------- sizes
@given(st.integers(0, 10**6), st.sampled_from(sorted(MEMORY)))
def test_memory(number: int, unit: str) -> None:
    expected = ceil(Fraction(number * MEMORY[unit], 1048576))
    assert memory_mib(f"{number}{unit}") == memory_mib(f"{number}{unit.lower()}") == expected


@given(st.integers(0, 10**9), st.sampled_from(sorted(DISK)))
def test_disk(number: int, unit: str) -> None:
    assert disk_bytes(f"{number}{unit}") == disk_bytes(f"{number}{unit.lower()}") == number * DISK[unit]


@given(st.decimals(0, 9999, places=3), st.sampled_from(sorted(DISK)))
def test_fractions_of_a_disk(number: Decimal, unit: str) -> None:
    assert disk_bytes(f"{number}{unit}") == floor(Fraction(number) * DISK[unit])


@pytest.mark.parametrize(
    "text", ["", "M", "1Q", "1MM", "-1M", "1,5G", "1.G", ".5G", "1e3", "0x10", "1 M 2", "٣M", "1PB", "9" * 16, "1M\n"]
)
def test_what_is_no_size(text: str) -> None:
    assert memory_mib(text) is None
    assert disk_bytes(text) is None


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("128M", 128),
        ("256MB", 256),
        ("312M", 312),
        ("64", 64),
        ("1G", 1024),
        ("1.5G", 1536),
        ("128 M", 128),
        ("= 128M", 128),
    ],
)
def test_memory_in_a_host(text: str, mib: int) -> None:
    assert machine(clean(host(f"memory {text}"))).memory_mib == mib


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("2G", 2 * 2**30), ("1GiB", 2**30), ("250000000", 250000000), ("250M", 250 * 2**20)],
)
def test_size_in_a_host(text: str, size: int) -> None:
    root = machine(clean(host(f"size {text}"))).root_disk
    assert root is not None
    assert root.size_bytes == size


@given(st.integers(1, 2**50))
def test_sizes_are_shown_exactly(size: int) -> None:
    shown = show_bytes(size)
    number, unit = shown.split()
    assert int(number) * (1 if unit == "bytes" else DISK[unit]) == size


def test_memory_is_shown_in_its_largest_unit() -> None:
    assert [show_memory(mib) for mib in (1, 1024, 1536, 2048)] == ["1 MiB", "1 GiB", "1536 MiB", "2 GiB"]


def test_nothing_of_a_size_is_zero_by_accident() -> None:
    """The original read `0` as `1`."""
    assert codes(host("memory 0")) == ["MLN305"]
    assert machine(clean(host("boot_order 0"))).boot_order == 0
    assert codes(host("vcpus 0")) == ["MLN305"]


# ---------------------------------------------------------------- flags
@pytest.mark.parametrize(
    ("line", "on"),
    [("hvm", True), ("hvm on", True), ("hvm yes", True), ("hvm 1", True), ("hvm TRUE", True),
     ("hvm off", False), ("hvm no", False), ("hvm 0", False), ("hvm False", False), ("hvm = off", False)],
)  # fmt: skip
def test_flags(line: str, on: bool) -> None:
    assert machine(clean(host(line))).hvm is on


@pytest.mark.parametrize("word", ["off", "no", "false", "0"])
def test_an_inherited_flag_is_switched_off(word: str) -> None:
    text = project(
        f"superclass s {{ template a; xen; lvm; hvm }}\nhost web {{ superclass s; xen {word}; lvm {word}; hvm {word} }}"
    )
    found = machine(clean(text))
    assert (found.backend, found.hvm) == ("uml", False)
    assert found.root_disk is not None
    assert found.root_disk.storage == "file"


@pytest.mark.parametrize("line", ["xen please", "hvm 2", "hvm on off", "lvm_snapshot maybe"])
def test_a_flag_takes_no_other_value(line: str) -> None:
    assert only(host(line)).code == "MLN303"


# ---------------------------------------------------------------- assignment without `$`
def test_equals_is_the_same_as_a_blank() -> None:
    found = clean("global { project = demo }\nhost web { template = a; memory = 99M; network eth0 { address = dhcp } }")
    assert (found.name, machine(found).memory_mib, machine(found).interfaces[0].address) == ("demo", 99, "dhcp")


def test_assignments_in_a_shell_block_are_kept() -> None:
    """The original dropped lines such as `X = 5` from a block of shell lines."""
    found = machine(clean(host("startup {\n    X = 5\n    network restart\n    echo $X\n}")))
    assert found.startup == ("X = 5", "network restart", "echo $X")


# ---------------------------------------------------------------- addresses
V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)


@given(st.one_of(V4, V6))
def test_addresses(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    found = parse_address(address.exploded)
    assert found == (str(address), None, address.version)


@given(V4, st.integers(0, 32))
def test_addresses_with_a_length(address: ipaddress.IPv4Address, length: int) -> None:
    network = ipaddress.ip_interface(f"{address}/{length}").network
    assert parse_address(f"{address}/{length}") == (str(address), length, 4)
    assert parse_address(f"{address}/{network.netmask}") == (str(address), length, 4)
    assert parse_netmask(str(network.netmask)) == length


@given(V6, st.integers(0, 128))
def test_ipv6_with_a_length(address: ipaddress.IPv6Address, length: int) -> None:
    assert parse_address(f"{address}/{length}") == (str(address), length, 6)


@given(V4)
def test_netmasks_are_ones_then_zeros(address: ipaddress.IPv4Address) -> None:
    bits = f"{int(address):032b}"
    if "01" in bits:
        with pytest.raises(ValueFault):
            parse_netmask(str(address))
    else:
        assert parse_netmask(str(address)) == bits.count("1")


@given(st.text(max_size=12))
def test_any_text_is_an_address_or_a_fault(text: str) -> None:
    try:
        found = parse_address(text)
    except ValueFault:
        return
    assert found.text == "dhcp" or ipaddress.ip_address(found.text)


@pytest.mark.parametrize(
    "text",
    ["10.0.0.256", "10.0.0", "10.0.0.0.1", "10.0.0.01", "10.0.0.1/33", "10.0.0.1/-1", "10.0.0.1/", "::1/129",
     "::g", "10.0.0.1/255.0.255.0",
     "DHCP4", "a", "1", "٣.0.0.1", "10.0.0.1/٣", "0x7f.1", ":"],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    found = codes(host(f"network eth0 {{ address {text} }}"))
    assert len(found) == 1
    assert found[0] in ("MLN501", "MLN502")


def card(lines: str) -> Interface:
    return machine(clean(host(f"network eth0 {{ {lines} }}"))).interfaces[0]


@pytest.mark.parametrize(
    ("lines", "address", "length", "netmask"),
    [
        ("address dhcp", "dhcp", None, None),
        ("address DHCP", "dhcp", None, None),
        ("address 10.0.0.2/24", "10.0.0.2", 24, "255.255.255.0"),
        ("address 10.0.0.2; netmask 255.255.255.0", "10.0.0.2", 24, "255.255.255.0"),
        ("address 10.0.0.2; netmask 20", "10.0.0.2", 20, "255.255.240.0"),
        ("address 10.0.0.2; netmask /20", "10.0.0.2", 20, "255.255.240.0"),
        ("address 10.0.0.2/255.255.0.0", "10.0.0.2", 16, "255.255.0.0"),
        ("address 10.0.0.2/16; netmask 255.255.0.0", "10.0.0.2", 16, "255.255.0.0"),
        ("address 2001:DB8::2/64", "2001:db8::2", 64, None),
        ("address 2001:db8:0::2; netmask 64", "2001:db8::2", 64, None),
        ("", None, None, None),
    ],
)
def test_cards(lines: str, address: str | None, length: int | None, netmask: str | None) -> None:
    found = card(lines)
    assert (found.address, found.prefix_length, found.netmask) == (address, length, netmask)


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("52:54:00:12:34:56", "52:54:00:12:34:56"),
        ("52-54-00-AB-CD-EF", "52:54:00:ab:cd:ef"),
        ("0:16:3e:1:2:3", "00:16:3e:01:02:03"),
    ],
)
def test_hardware_addresses(text: str, mac: str) -> None:
    found = card(f"mac {text}")
    assert (found.mac, found.mac_given) == (mac, True)


@pytest.mark.parametrize(
    "text",
    ["52:54:00", "01:00:5e:00:00:01", "52:54:00:12:34:5g", "52540012 3456", "52:54:00:12:34:56:78", "525400123456"],
)
def test_what_is_no_hardware_address(text: str) -> None:
    assert codes(host(f"network eth0 {{ mac {text} }}"))[0] in ("MLN504", "MLN303")


# ---------------------------------------------------------------- names
@pytest.mark.parametrize("name", ["a", "web-1", "A", "1", "a" * 63, "node01"])
def test_good_names(name: str) -> None:
    assert clean(host("", name=name)).hosts[0].name == name


@pytest.mark.parametrize("name", ["web_1", "web.lab", "_x"])
def test_awkward_names(name: str) -> None:
    assert codes(host("", name=name)) == ["MLN407"]


@pytest.mark.parametrize("name", ["we@b", "-a", "a-", "a" * 64, "año", "a/b", "a..b", "../a", "a:b"])
def test_bad_names(name: str) -> None:
    assert codes(host("", name=name)) == ["MLN406"]


def test_names_are_case_sensitive() -> None:
    found = clean(project("host Web { template a }\nhost web { template b }"))
    assert [each.name for each in found.hosts] == ["Web", "web"]


def test_the_identity_is_host_and_project() -> None:
    found = clean(host(""))
    assert found.identity(found.hosts[0]) == "web.demo"


@pytest.mark.parametrize(
    ("switch", "name", "bridge"),
    [
        ("lan", "averyveryverylongprojectname", "lan.projectname"),
        ("lan", "demo", "lan.demo"),
        ("lan", "elevenchars", "lan.elevenchars"),
    ],
)
def test_bridges_are_cropped_from_the_left(switch: str, name: str, bridge: str) -> None:
    found = clean(f"global {{ project {name} }}\nswitch {switch} {{ }}")
    assert found.switches[0].bridge == bridge


@given(st.text("ab-", min_size=1, max_size=40), st.text("cd", min_size=1, max_size=40))
def test_a_bridge_fits_the_kernel(switch: str, name: str) -> None:
    assert 0 < len(derive.bridge(switch, name)) <= 15


def test_two_long_switches_of_a_project_differ() -> None:
    names = {derive.bridge(f"a-very-long-switch-{number}", "demo") for number in range(100)}
    assert len(names) == 100


# ---------------------------------------------------------------- order and repetition
def test_the_order_is_that_of_the_text() -> None:
    letters = "zyxwabcd"
    text = project("".join(f"host {letter} {{ template a }}\nswitch s{letter} {{ }}\n" for letter in letters))
    found = clean(text)
    assert [each.name for each in found.hosts] == list(letters)
    assert [each.name for each in found.switches] == [f"s{letter}" for letter in letters]
    assert clean(text) == found


def test_the_last_of_two_lines_counts() -> None:
    text = host("memory 64M\nmemory 128M")
    assert codes(text) == ["MLN309"]
    assert machine(compiled(text)).memory_mib == 128


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vncpassword x", "vncpasswd x"),
        ("root_password x", "root_passwd x"),
        ("location milano", "service_host milano"),
    ],
)
def test_old_names_of_keywords(old: str, new: str) -> None:
    assert clean(host(old)) == clean(host(new))
