"""Kinds of values, and reading a value of each kind.

A reader takes the words of a value and returns a plain Python value, or raises ValueFault with the rule that is
broken, what was found and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mlnlang.diagnostics import Rule, did_you_mean
from mlnlang.diagnostics.catalogue import (
    BAD_ADDRESS,
    BAD_MAC,
    BAD_NETMASK,
    BAD_SIZE,
    BAD_VALUE,
    MISSING_VALUE,
    OUT_OF_RANGE,
)
from mlnlang.schema.units import disk_bytes, memory_mib

if TYPE_CHECKING:
    from mlnlang.schema.model import Keyword

Kind = Literal[
    "flag", "flag-or-text", "text", "word", "name", "path", "number", "memory", "disk", "choice", "mode",
    "address", "ip", "netmask", "mac", "yes-no", "pattern",
]  # fmt: skip

#: Sizes that are surely a slip of the pen: over 1 PiB of memory, over 1 EiB of disk.
MOST_MEMORY_MIB = 2**30
MOST_DISK_BYTES = 2**60

#: Words that switch a flag on and off (language, section 2).
OFF = frozenset(("off", "no", "false", "0"))
ON = frozenset(("on", "yes", "true", "1"))


class Address(NamedTuple):
    """An interface's address: `dhcp`, or canonical text with the length where one was given."""

    text: str
    prefix_length: int | None = None
    version: int = 4


class ValueFault(Exception):
    """A value is not of its kind."""

    def __init__(self, rule: Rule, message: str, help: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.help = help


def read(row: Keyword, words: tuple[str, ...]) -> Any:
    """The value of a keyword from its words. Raises ValueFault."""
    return _READERS[row.kind](row, words)


def _flag(row: Keyword, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    word = words[0].lower()
    if len(words) > 1 or (word not in OFF and word not in ON):
        raise ValueFault(
            BAD_VALUE,
            f"`{row.name}` is a flag: it takes no value, but `{' '.join(words)}` follows",
            f"write `{row.name}` alone, or `{row.name} off`",
        )
    return word in ON


def _flag_or_text(_row: Keyword, words: tuple[str, ...]) -> bool | str:
    if not words:
        return True
    if len(words) == 1 and words[0].lower() in OFF:
        return False
    if len(words) == 1 and words[0].lower() in ON:
        return True
    return " ".join(words)


def _text(row: Keyword, words: tuple[str, ...]) -> str:
    if not any(words):
        raise ValueFault(MISSING_VALUE, f"`{row.name}` has no value", _sample(row))
    return " ".join(words)


def _word(row: Keyword, words: tuple[str, ...]) -> str:
    text = _text(row, words)
    if len(words) > 1:
        raise ValueFault(BAD_VALUE, f"`{row.name}` takes one word, but `{text}` follows", _second_word(row, words))
    return text


def _second_word(row: Keyword, words: tuple[str, ...]) -> str:
    """What a second word probably wants to be."""
    if row.kind == "address" and _is_netmask(words[1]):
        return f"write `netmask {words[1]}` on a line of its own, or `{row.name} {words[0]}/LENGTH`"
    if row.kind == "word" and not row.refers_to:
        return f'group the words with quotes: "{" ".join(words)}"'
    return _sample(row)


def _is_netmask(text: str) -> bool:
    try:
        return bool(parse_netmask(text))
    except ValueFault:
        return False


def _number(row: Keyword, words: tuple[str, ...]) -> int:
    text = _word(row, words)
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise ValueFault(BAD_VALUE, f"`{row.name}` takes a whole number, not `{text}`", _sample(row))
    return _within(row, int(text), text)


def _within(row: Keyword, number: int, text: str) -> int:
    if (row.least is not None and number < row.least) or (row.most is not None and number > row.most):
        limits = f"at least {row.least}" if row.most is None else f"from {row.least} to {row.most}"
        raise ValueFault(OUT_OF_RANGE, f"`{row.name}` takes a number {limits}, not {text}")
    return number


def _memory(row: Keyword, words: tuple[str, ...]) -> int:
    text = "".join(words) if len(words) == 2 and all(words) else _word(row, words)
    found = memory_mib(text)
    if found is None:
        raise ValueFault(
            BAD_SIZE,
            f"`{' '.join(words)}` is no size of memory",
            "write a number with K, M or G (powers of two; no suffix = M), as in `256M`",
        )
    if found == 0:
        raise ValueFault(OUT_OF_RANGE, f"`{row.name}` is 0: a machine needs memory")
    if found > MOST_MEMORY_MIB:
        raise ValueFault(OUT_OF_RANGE, f"`{text}` is more than any server has")
    return found


def _disk(row: Keyword, words: tuple[str, ...]) -> int:
    text = "".join(words) if len(words) == 2 and all(words) else _word(row, words)
    found = disk_bytes(text)
    if found is None:
        raise ValueFault(
            BAD_SIZE,
            f"`{' '.join(words)}` is no size of a disk",
            "write a number with K, M, G, T (powers of 2), KB, MB, GB, TB (powers of 10) or nothing (bytes): `2GB`",
        )
    if found > MOST_DISK_BYTES:
        raise ValueFault(OUT_OF_RANGE, f"`{text}` is more than any server has")
    if row.least is not None and found < row.least:
        raise ValueFault(OUT_OF_RANGE, f"`{row.name}` is {text}: a disk needs room", _sample(row))
    return found


def _choice(row: Keyword, words: tuple[str, ...]) -> str:
    text = _word(row, words)
    if text not in row.choices:
        expected = ", ".join(f"`{choice}`" for choice in row.choices)
        raise ValueFault(BAD_VALUE, f"`{row.name}` is one of {expected}, not `{text}`", did_you_mean(text, row.choices))
    return text


def _yes_no(row: Keyword, words: tuple[str, ...]) -> bool:
    text = _word(row, words).lower()
    if text not in ON and text not in OFF:
        raise ValueFault(BAD_VALUE, f"`{row.name}` is `yes` or `no`, not `{text}`")
    return text in ON


def _mode(row: Keyword, words: tuple[str, ...]) -> str:
    text = _word(row, words)
    if not re.fullmatch(r"[0-7]{3,4}", text):
        raise ValueFault(BAD_VALUE, f"`{row.name}` takes octal digits such as 0644, not `{text}`")
    return text


def _address(row: Keyword, words: tuple[str, ...]) -> Address:
    return parse_address(_word(row, words))


def _ip(row: Keyword, words: tuple[str, ...]) -> str:
    text = _word(row, words)
    found = parse_address(text)
    if found.text == "dhcp" or found.prefix_length is not None:
        raise ValueFault(BAD_ADDRESS, f"`{row.name}` takes a plain address, not `{text}`")
    return found.text


def _netmask(row: Keyword, words: tuple[str, ...]) -> int:
    return parse_netmask(_word(row, words))


def _pattern(row: Keyword, words: tuple[str, ...]) -> str:
    from mlnlang.schema.access import is_pattern  # only mln.conf has any

    text = _word(row, words)
    if not is_pattern(text):
        raise ValueFault(
            BAD_ADDRESS, f"`{text}` is no pattern of addresses", "write `10.0.0.7`, `192.168.10.*` or `10.0.0.0/8`"
        )
    return text


def _mac(row: Keyword, words: tuple[str, ...]) -> str:
    text = _word(row, words).lower().replace("-", ":")
    if not re.fullmatch(r"[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}", text):
        raise ValueFault(
            BAD_MAC,
            f"`{' '.join(words)}` is no hardware address",
            "write six bytes, as in `52:54:00:12:34:56`",
        )
    octets = [int(part, 16) for part in text.split(":")]
    if octets[0] & 1:
        raise ValueFault(BAD_MAC, f"`{text}` is a group address; the first byte of a card's address is even")
    return bytes(octets).hex(":")


def _sample(row: Keyword) -> str:
    return f"for example `{row.example}`" if row.example else ""


@lru_cache(maxsize=65536)
def parse_address(text: str) -> Address:
    """`dhcp`, an IPv4 or an IPv6 address, with or without `/LENGTH`. Raises ValueFault."""
    if text.lower() == "dhcp":
        return Address("dhcp")
    from ipaddress import ip_address  # not every project has static addresses

    plain, slash, length = text.partition("/")
    try:
        found = ip_address(plain)
    except ValueError:
        raise ValueFault(BAD_ADDRESS, f"`{text}` is no address", _address_help(plain)) from None
    if not slash:
        return Address(str(found), None, found.version)
    if "." in length and found.version == 4:
        return Address(str(found), parse_netmask(length), 4)
    if not re.fullmatch("[0-9]{1,3}", length) or int(length) > found.max_prefixlen:
        raise ValueFault(
            BAD_ADDRESS,
            f"`/{length}` is no length of an IPv{found.version} prefix",
            f"from 0 to {found.max_prefixlen}",
        )
    return Address(str(found), int(length), found.version)


def _address_help(text: str) -> str:
    parts = text.split(".")
    for part in parts:
        if len(parts) == 4 and re.fullmatch("[0-9]{1,9}", part):
            if int(part) > 255:
                return f"{part} is more than 255"
            if len(part) > 1 and part[0] == "0":
                return f"write {int(part)} without the leading zero: some programs read `{part}` as octal"
    return "write `dhcp`, `10.0.0.2`, `10.0.0.2/24` or an IPv6 address"


@lru_cache(maxsize=1024)
def parse_netmask(text: str) -> int:
    """The length of a netmask: from `255.255.255.0`, or from the length itself. Raises ValueFault."""
    digits = text.removeprefix("/")
    if re.fullmatch("[0-9]{1,3}", digits) and int(digits) <= 128:
        return int(digits)
    parts = text.split(".")
    if len(parts) == 4 and all(re.fullmatch("[0-9]{1,3}", part) and int(part) <= 255 for part in parts):
        bits = "".join(f"{int(part):08b}" for part in parts)
        if "01" not in bits:
            return bits.count("1")
    raise ValueFault(BAD_NETMASK, f"`{text}` is no netmask", "write `255.255.255.0`, or the length: `24`")


_READERS: dict[Kind, Callable[[Keyword, tuple[str, ...]], Any]] = {
    "flag": _flag,
    "flag-or-text": _flag_or_text,
    "text": _text,
    "word": _word,
    "name": _word,
    "path": _text,
    "number": _number,
    "memory": _memory,
    "disk": _disk,
    "choice": _choice,
    "mode": _mode,
    "address": _address,
    "ip": _ip,
    "netmask": _netmask,
    "mac": _mac,
    "yes-no": _yes_no,
    "pattern": _pattern,
}
