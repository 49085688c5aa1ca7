"""A project in the making: machines and segments as the readers find them, each value checked as it is put in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mlnlang.backends import BY_NAME
from mlnlang.plugins.extra import PLUGIN as EXTRA
from mlnlang.schema import read
from mlnlang.schema.core import CORE
from mlnlang.schema.model import Keyword
from mlnlang.schema.values import ValueFault
from mlnlang_codegen.importers.tree import Leaf, Node

#: What no line of a project holds: control characters, line ends of every kind, marks that turn the text around.
_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ufffe\uffff\ud800-\udfff]"
)
#: Variables that are always there; in a raw line nothing takes their meaning away.
_BUILT_IN = re.compile(r"\$(?:\[(?:hostname|project)\]|(?:hostname|project)(?![A-Za-z0-9_]))")
#: Longest name of a Linux network device.
_DEVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,14}")
#: A value is a word or a command line, not a document.
_MOST_CHARACTERS = 4096
#: More than any back end attaches.
_MOST_DISKS = 64

UNWRITABLE = "it holds a line end or another control character, which no line of a project can"


def row(context: str, keyword: str) -> Keyword:
    """The keyword's row in the table; `extra` is a plugin's."""
    found = CORE.keywords_in(context).get(keyword)
    return found if found is not None else next(k for k in EXTRA.keywords if k.name == keyword)


def refusal(context: str, keyword: str, text: str) -> str:
    """Why a keyword can't have this value; empty where it can."""
    if reason := unwritable(text):
        return reason
    if keyword in ("bridge", "tun_iface", "tap") and not _DEVICE.fullmatch(text):
        return f"`{text}` can't name a network device: at most 15 letters, digits, `.`, `_`, `:`, `-`"
    try:
        kind = row(context, keyword)
        read(kind, (text,) if text or kind.kind != "flag" else ())
    except ValueFault as found:
        return found.message
    return ""


def unwritable(text: str) -> str:
    """Why a text can't stand in a project at all; empty where it can."""
    if len(text) > _MOST_CHARACTERS:
        return f"it is longer than {_MOST_CHARACTERS} characters"
    return UNWRITABLE if _UNWRITABLE.search(text) else ""


def raw_refusal(line: str) -> str:
    """The same for a line of a raw block."""
    if reason := unwritable(line):
        return reason
    if _BUILT_IN.search(line):
        return "`$hostname` and `$project` would be replaced in it"
    return "it starts with `#` and would be a comment" if line.startswith("#") else ""


@dataclass(eq=False)
class Settings:
    """Keywords with their values, and the leaf that each came from."""

    context: str
    values: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Leaf] = field(default_factory=dict)

    def put(self, keyword: str, text: str, leaf: Leaf | None = None, why: str = "") -> bool:
        """Set a keyword; `why` says that the value is not quite the input's. What can't be had is lost."""
        if leaf is not None:
            leaf.secret |= row(self.context, keyword).secret
            if reason := refusal(self.context, keyword, text):
                leaf.lost(reason)
                return False
            shown = "…" if leaf.secret else text
            leaf.carried(f"{keyword} {shown}".strip(), why)
            self.sources[keyword] = leaf
        self.values[keyword] = text
        return True

    def take_back(self, keyword: str, why: str) -> bool:
        """Drop a keyword that its back end can't hold; whether there was one."""
        leaf = self.sources.pop(keyword, None)
        if leaf is None or self.values.pop(keyword, None) is None:
            return False
        leaf.lost(why)
        return True


@dataclass(eq=False)
class Segment:
    """A switch: machines of one family of back ends meet on it."""

    wanted: str
    family: str
    origin: Leaf | None = None
    settings: Settings = field(default_factory=lambda: Settings("switch"))
    tree: Node | None = None
    name: str = ""
    backend: str = ""


@dataclass(eq=False)
class Card:
    """A network card."""

    name: str
    settings: Settings = field(default_factory=lambda: Settings("network"))
    segment: Segment | None = None
    tree: Node | None = None

    def wire(self, segment: Segment, leaf: Leaf | None) -> None:
        """Put it on a switch."""
        self.segment = segment
        if leaf is not None:
            leaf.carried(f"switch {segment.wanted}")


@dataclass(eq=False)
class Machine:
    """A host. `tree` is what it was read from, and `artefact` the file in which its back end says the same."""

    wanted: str
    backend: str
    origin: Leaf | None = None
    tree: Node | None = None
    artefact: str = ""
    settings: Settings = field(default_factory=lambda: Settings("host"))
    cards: list[Card] = field(default_factory=list)
    mounts: list[tuple[str, ...]] = field(default_factory=list)
    files: list[tuple[str, ...]] = field(default_factory=list)
    startup: list[str] = field(default_factory=list)
    xen_extra: list[str] = field(default_factory=list)
    mount_sources: list[Leaf] = field(default_factory=list)
    name: str = ""
    _card_names: set[str] = field(default_factory=set)
    _next_card: int = 0

    @property
    def family(self) -> str:
        """With whom it can share a switch."""
        return BY_NAME[self.backend].segment

    def card(self, name: str = "", tree: Node | None = None) -> Card:
        """A new card; without a name it is the next ethN. `tree`: what it was read from."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}", name) or name in self._card_names:
            while (name := f"eth{self._next_card}") in self._card_names:
                self._next_card += 1
        self._card_names.add(name)
        self.cards.append(Card(name, tree=tree))
        return self.cards[-1]

    def take_back_card(self, why: str) -> bool:
        """Drop the last card, because its back end has no place for so many; whether there was one."""
        if not self.cards:
            return False
        tree = self.cards.pop().tree
        for leaf in tree.walk() if tree is not None else ():
            leaf.lost(why, tree)
        return True

    def add_line(self, where: list[str], line: str, leaf: Leaf, became: str, why: str = "") -> bool:
        """A line of a raw block."""
        if reason := raw_refusal(line):
            leaf.lost(reason)
            return False
        where.append(line)
        leaf.carried(became, why)
        return True

    def disk(self, path: str, leaf: Leaf, device: str) -> None:
        """A disk that exists: the first is the machine's own, further ones become lines of `mount`."""
        if "filesystem" not in self.settings.values:
            self.settings.put("filesystem", path, leaf)
            return
        if reason := unwritable(path) or ("" if path else "no file is named"):
            leaf.lost(reason)
            return
        if len(self.mounts) >= _MOST_DISKS:
            leaf.lost(f"no back end attaches more than {_MOST_DISKS} disks")
            return
        if any(mount[0] == path for mount in self.mounts) or path == self.settings.values["filesystem"]:
            leaf.lost("the same file is a disk of this machine already")
            return
        swap = "swap" in path.rsplit("/", 1)[-1].lower()
        place = "none" if swap else f"/mnt/{device or f'disk{len(self.mounts) + 2}'}"
        line = (path, place, "swap", "sw") if swap else (path, place, "auto", "noauto")
        why = "the guest finds it as swap" if swap else "the guest is not told to mount it: say where and as what"
        self.mount(line, leaf, why)

    def mount(self, line: tuple[str, ...], leaf: Leaf, why: str = "") -> None:
        """A line of `mount`."""
        self.mounts.append(line)
        self.mount_sources.append(leaf)
        leaf.carried(f"mount {{ {' '.join(line)} }}", why)

    def take_back_mount(self, why: str) -> bool:
        """Drop the line that a back end's reason names, else the last one; whether there was one."""
        if not self.mounts:
            return False
        at = next((n for n, line in enumerate(self.mounts) if repr(line[0]) in why), -1)
        self.mounts.pop(at)
        self.mount_sources.pop(at).lost(why)
        return True


@dataclass(eq=False)
class Draft:
    """All that was found."""

    machines: list[Machine] = field(default_factory=list)
    segments: dict[tuple[str, str], Segment] = field(default_factory=dict)
    project: str = ""
    project_leaf: Leaf | None = None
    trees: list[Node] = field(default_factory=list)

    def segment(self, name: str, family: str, origin: Leaf | None = None) -> Segment:
        """The switch of that name for a family of back ends, made when first asked for."""
        key = (family, name)
        if key not in self.segments:
            self.segments[key] = Segment(name, family, origin)
        return self.segments[key]


def exact_mib(size: int) -> tuple[str, str]:
    """Bytes as the value of `memory`, and why it is not the same where it had to be rounded."""
    mib, rest = divmod(size, 1024 * 1024)
    why = f"memory is given in whole MiB: {size} bytes are rounded up" if rest else ""
    mib += bool(rest)
    return (f"{mib // 1024}G" if mib and mib % 1024 == 0 else f"{mib}M"), why


def whole_number(text: str, most: int = 10**15) -> int | None:
    """A count as these formats write it, decimal or hexadecimal; None where it is none, or no sensible one."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,18}|0[xX][0-9A-Fa-f]{1,16}", text):
        return None
    found = int(text, 16) if text[:2] in ("0x", "0X") else int(text)
    return found if found <= most else None


def put_display(settings: Settings, port: Leaf, base: int = 5900) -> None:
    """A VNC port, or with base 0 a display's number."""
    number = whole_number(port.value)
    if number is None or number < base:
        port.lost(f"only ports from {base} have a display number" if base else "it is no display number")
        return
    settings.put("vncdisplay", str(number - base), port)
