"""Quoting: one function a syntax, and one error for what a syntax can't hold at all (design, rule 5).

Every value that reaches a shell, XML, xl.cfg, VMX, kernel command line, fstab, interfaces file or debugfs
goes through here, from the templates as a filter of the same name.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SHELL_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_BLANK = re.compile(r"\s")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_SERVER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]*")
_ADDRESS = re.compile(r"[0-9A-Za-z][0-9A-Za-z:./%-]*|::[0-9A-Za-z:./%-]*")
_DEVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]*")
_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")


class CannotCarryError(ValueError):
    """A value that a syntax can't hold. `keyword` is the language's word for the value, `reason` a clause."""

    def __init__(self, keyword: str, reason: str) -> None:
        super().__init__(f"{keyword}: {reason}" if keyword else reason)
        self.keyword = keyword
        self.reason = reason


def has_control(text: str) -> bool:
    """Whether a text has a control character, a line end among them, or half a surrogate pair."""
    return _CONTROL.search(text) is not None


def one_line(text: str, keyword: str = "") -> str:
    """The text itself, when it is one line of printable characters."""
    if has_control(text):
        raise CannotCarryError(keyword, f"{text!r} has a line end or another control character")
    return text


def name(text: str, keyword: str = "") -> str:
    """A name that makes a folder, a domain and a network device: ASCII letters, digits, `.`, `_`, `-`."""
    if not _NAME.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} can't name a machine, a folder or a device")
    return text


def server_name(text: str, keyword: str = "") -> str:
    """A server's name or address, as a folder's name."""
    if not _SERVER.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} can't name a server or a folder")
    return text


def account(text: str, keyword: str = "") -> str:
    """A name of /etc/passwd or /etc/group."""
    if not _ACCOUNT.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} can't name an account of the guest")
    return text


def account_field(text: str, keyword: str = "") -> str:
    """A field of /etc/passwd or /etc/shadow."""
    if ":" in one_line(text, keyword):
        raise CannotCarryError(keyword, "the value has a `:`, which ends a field of /etc/passwd")
    return text


def sh(text: str) -> str:
    """One word of POSIX sh."""
    if "\0" in text:
        raise CannotCarryError("", "a shell's word can't hold a NUL")
    if _SHELL_SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def xml(text: str) -> str:
    """Text or an attribute's value in XML 1.0."""
    one_line(text)
    if not any(sign in text for sign in "&<>\"'"):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&apos;")


def xl(text: str) -> str:
    """A string of xl.cfg, quotes included; read by libxlutil's lexer."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def xl_item(text: str, keyword: str = "") -> str:
    """A value inside a comma-separated specification (vif, vfb) of xl.cfg, which knows no escape."""
    if "," in one_line(text, keyword) or text != text.strip():
        raise CannotCarryError(keyword, f"{text!r} has a comma or an outer blank, which xl.cfg can't hold there")
    return text


_VMX_AWKWARD = re.compile(r'["|#\x00-\x1f]')


def vmx(text: str) -> str:
    """A string of a .vmx file, quotes included: `|XX` stands for a byte that is awkward there."""
    if "\0" in text:
        raise CannotCarryError("", "a .vmx string can't hold a NUL")
    return '"' + _VMX_AWKWARD.sub(lambda found: f"|{ord(found[0]):02X}", text) + '"'


def word(text: str, keyword: str = "") -> str:
    """A word of a file whose words are split at blanks and that knows no quotes (interfaces, resolv.conf)."""
    if not text or _BLANK.search(one_line(text, keyword)) or text.startswith("#"):
        raise CannotCarryError(keyword, f"{text!r} is not one word")
    return text


def address(text: str, keyword: str = "") -> str:
    """A network address, a netmask or a hardware address: safe in every file of a guest."""
    if not _ADDRESS.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} is not an address")
    return text


def device(text: str, keyword: str = "") -> str:
    """A network device's name."""
    if not _DEVICE.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} can't name a network device")
    return text


def fstab(text: str, keyword: str = "") -> str:
    """A field of fstab: blanks in octal."""
    one_line(text, keyword)
    return text.replace("\\", "\\134").replace(" ", "\\040").replace("#", "\\043")


def kernel_parameter(text: str, keyword: str = "") -> str:
    """A value on a kernel's command line, which is split at blanks outside double quotes."""
    if '"' in one_line(text, keyword):
        raise CannotCarryError(keyword, f"{text!r} has a double quote, which a kernel's command line can't hold")
    return f'"{text}"' if _BLANK.search(text) else text


def uml_field(text: str, keyword: str = "") -> str:
    """A field of a comma-separated device description of User-Mode Linux."""
    if "," in kernel_parameter(text, keyword):
        raise CannotCarryError(keyword, f"{text!r} has a comma, which ends a field of UML's command line")
    return text


def guest_path(text: str, keyword: str = "") -> str:
    """An absolute path in the guest, as debugfs can write it and without a way out of the guest's tree."""
    path = "/" + "/".join(part for part in one_line(text, keyword).split("/") if part not in ("", "."))
    if ".." in path.split("/") or '"' in path or path == "/":
        raise CannotCarryError(keyword, f"{text!r} is not a path that can be written in a guest")
    return path
