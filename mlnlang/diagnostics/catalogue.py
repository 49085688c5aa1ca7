"""The catalogue of diagnostics: one row a rule. Messages are made where the problem is found; all else is here.

Families: 0xx files, 1xx syntax, 2xx includes and variables, 3xx keywords and values, 4xx names and references,
5xx addresses and segments, 6xx resources and placement, 7xx what a back end can't express, 8xx plugins, 9xx run time.
"""

from __future__ import annotations

from mlnlang.diagnostics.model import Rule, Severity
from mlnlang.diagnostics.network_rules import CHECKS

_ROWS: list[Rule] = []


def _rule(
    number: int, slug: str, severity: Severity, title: str, why: str, bad: str = "", good: str = "",
    *, check: bool = False, varies: bool | None = None,
) -> Rule:  # fmt: skip
    row = Rule(f"MLN{number:03}", slug, severity, title, why, bad, good, check, varies)
    _ROWS.append(row)
    return row


def _project(body: str) -> str:
    return "global { project demo }\n" + body


def _host(body: str) -> str:
    inside = "".join(f"    {line}\n" for line in body.splitlines())
    return _project(f"host web {{\n    template debian.ext4\n{inside}}}\n")


# ---------------------------------------------------------------- 0xx files
FILE_NOT_FOUND = _rule(
    1, "file-not-found", "error", "a file does not exist",
    "The file named on the command line is not there. Paths are relative to the working directory.",
)  # fmt: skip
NOT_A_FILE = _rule(
    2, "not-a-file", "error", "a directory or device was given as a file",
    "Only regular files are read: a directory, a FIFO or a device can't hold a project, and reading one could block for ever.",
)  # fmt: skip
UNREADABLE_FILE = _rule(
    3, "unreadable-file", "error", "a file can't be read",
    "The system refused to open or read the file: permissions, or a fault of the disk or the network share.",
)  # fmt: skip
BINARY_FILE = _rule(
    4, "binary-file", "error", "a file is not text",
    "The file holds NUL bytes, so it is an image, an archive or the like. A project is a text file in UTF-8.",
    "global { project demo }\0\0\0\n", "global { project demo }\n",
)  # fmt: skip
NOT_UTF8 = _rule(
    5, "not-utf-8", "error", "a byte is not UTF-8",
    "Projects are UTF-8. Old files are often ISO-8859-1: convert them with `iconv -f latin1 -t utf8`. The rest of the file is still read.",
)  # fmt: skip
FILE_TOO_LARGE = _rule(
    6, "file-too-large", "error", "a file is too large",
    "Files over 32 MiB are not read: a project is text that a person wrote.",
)  # fmt: skip
CANNOT_WRITE = _rule(
    7, "cannot-write", "error", "the output can't be written",
    "The output directory can't be made or written, or the disk is full. What was there before is left as it was.",
)  # fmt: skip

UNKNOWN_INPUT = _rule(
    20, "unknown-input", "error", "a file to import is of no known kind",
    "`mlnc import` knows libvirt's domain and network XML, VMware's .vmx, xl.cfg and containerlab topologies, and tells them apart by what stands in them. `--from KIND` says what a file is.",
)  # fmt: skip
UNREADABLE_INPUT = _rule(
    21, "unreadable-input", "error", "a file to import breaks the rules of its own format",
    "The file can't be read as what it is. Nothing is imported, because what follows the fault could not be told.",
)  # fmt: skip
REFUSED_INPUT = _rule(
    22, "refused-input", "error", "a file to import is larger or deeper than any honest one, or defines entities",
    "Descriptions of machines are small. Limits on bytes, values and nesting, and the refusal of XML's document types, keep a hostile file from using up memory or reading other files.",
)  # fmt: skip
NOTHING_TO_IMPORT = _rule(
    23, "nothing-to-import", "error", "a file to import describes no machine and no network",
    "The file is sound, but holds nothing that a project could be made of.",
)  # fmt: skip

BAD_SETTINGS = _rule(
    30, "bad-settings", "error", "a settings file is broken",
    "`mlnc.toml`, or `[tool.mlnc]` of `pyproject.toml`, can't be read, or holds a key or a value that nobody knows. What it says elsewhere still counts, and the run ends with 2.",
)  # fmt: skip
UNKNOWN_RULE = _rule(
    31, "unknown-rule", "error", "a rule of that name does not exist",
    "Rules are named by slug (`missing-netmask`) or code (`MLN503`); `select` and `ignore` take the start of a code too (`MLN5`). A misspelt name would switch nothing, so the run ends with 2.",
    _host("network eth0 {\n    address 10.0.0.2  # mln: allow(missing-netmask, mising-netmask)\n}"),
    _host("network eth0 {\n    address 10.0.0.2  # mln: allow(missing-netmask)\n}"),
)  # fmt: skip
FIRM_RULE = _rule(
    32, "firm-rule", "error", "a rule that the compiler can't do without is to be switched off",
    "Warnings, notes and the checks across a project are yours to allow, ignore or lower. What leaves the compiler without ground (a file, the syntax, a name, a value) stays an error.",
    _host("memory 128M  # mln: allow(bad-size)"), _host("memory 128M"),
)  # fmt: skip
BAD_BASELINE = _rule(
    33, "bad-baseline", "error", "a baseline is broken",
    "The baseline can't be read, or is not of the form that `mlnc check --write-baseline FILE` writes. It hides nothing, and the run ends with 2.",
)  # fmt: skip
STALE_BASELINE = _rule(
    34, "stale-baseline", "note", "a baseline lists problems that are gone",
    "What was mended should leave the baseline, or the same fault could come back unseen. `mlnc check --write-baseline FILE` writes it anew.",
)  # fmt: skip
UNUSED_ALLOW = _rule(
    35, "unused-allow", "warning", "a comment allows what is not there",
    "`# mln: allow(…)` names a rule that finds nothing there, so it could only hide a later fault. Nothing is said while the project has errors, in included files, and about rules that depend on other files or on the machine.",
    _host("network eth0 {\n    address 10.0.0.2/24  # mln: allow(missing-netmask)\n}"),
    _host("network eth0 {\n    address 10.0.0.2/24\n}"),
)  # fmt: skip
BAD_ALLOW = _rule(
    36, "bad-allow", "warning", "a comment for mlnc can't be read",
    "The form is `# mln: allow(RULE, RULE)`; a reason may follow. This comment starts like one, and allows nothing.",
    _host("network eth0 {\n    address 10.0.0.2/24  # mln: allow missing-netmask\n}"),
    _host("network eth0 {\n    address 10.0.0.2/24\n}"),
)  # fmt: skip

# ---------------------------------------------------------------- 1xx syntax
UNCLOSED_BLOCK = _rule(
    101, "unclosed-block", "error", "a block is never closed",
    "Each `{` needs its `}`. The block named is the one that was left open; indentation and first-level words tell where the brace was probably forgotten. "
    "The article's Listing 1, as printed, is such a file.",
    _project("host web {\n    template debian.ext4\n\nhost db {\n    template debian.ext4\n}\n"),
    _project("host web {\n    template debian.ext4\n}\n\nhost db {\n    template debian.ext4\n}\n"),
)  # fmt: skip
STRAY_BRACE = _rule(
    102, "stray-brace", "error", "a `}` closes nothing",
    "There is a `}` more than there are `{`. Remove it, or look above for a block that lost its `{`.",
    _project("host web {\n    template debian.ext4\n}\n}\n"),
    _project("host web {\n    template debian.ext4\n}\n"),
)  # fmt: skip
BLOCK_WITHOUT_NAME = _rule(
    103, "block-without-name", "error", "a `{` opens a block without a name",
    "A block starts with what it is: `host web {`. The brace may stand on the next line, but nothing else may stand between.",
    _project("{\n    template debian.ext4\n}\n"),
    _project("host web {\n    template debian.ext4\n}\n"),
)  # fmt: skip
UNCLOSED_QUOTE = _rule(
    104, "unclosed-quote", "error", "a quote is never closed",
    "A quote at the start of a word groups words up to the next quote of its kind on the same line. For the character itself write `\\\"` or `\\'`.",
    _host('nameserver "10.0.0.1'), _host('nameserver "10.0.0.1"'),
)  # fmt: skip
ELLIPSIS = _rule(
    105, "ellipsis", "error", "`...` stands where lines were left out",
    "Articles and manuals write `...` for lines they leave out. The compiler can't know them. Nothing is said about what else may be missing in such a file.",
    _host("..."), _host("memory 128M"),
)  # fmt: skip
MISSING_OPEN_BRACE = _rule(
    106, "missing-open-brace", "error", "a block lacks its `{`",
    "The line reads like the start of a block and deeper lines follow, but there is no `{`, and the file has a `}` too many.",
    _project("host web\n    template debian.ext4\n}\n"),
    _project("host web {\n    template debian.ext4\n}\n"),
)  # fmt: skip
NESTED_TOO_DEEP = _rule(
    107, "nested-too-deep", "error", "blocks are nested too deep",
    "More than 64 levels of blocks. The language needs four.",
    _project("a {" * 65 + "}" * 65 + "\n"), _project(""),
)  # fmt: skip

# ---------------------------------------------------------------- 2xx includes and variables
INCLUDE_NOT_FOUND = _rule(
    201, "include-not-found", "error", "an included file does not exist",
    "`#include PATH` is looked for beside the including file, then in the working directory, then on each `--include-dir`.",
    _project("#include nowhere.mln\n"), _project(""),
)  # fmt: skip
INCLUDE_CYCLE = _rule(
    202, "include-cycle", "error", "a file includes itself",
    "The files include each other in a circle. The original never ended on such a project.",
)  # fmt: skip
INCLUDE_FROM_CWD = _rule(
    203, "include-from-working-directory", "note", "an include was found only in the working directory",
    "The original looked for includes in the working directory only. That still works, but then the project compiles only when started from there: write the path relative to the including file.",
    varies=True,
)  # fmt: skip
UNDEFINED_VARIABLE = _rule(
    204, "undefined-variable", "warning", "a variable is not defined",
    "`$name` stays as it is written where no block around it, no superclass and no `global` defines it. For a dollar sign itself write `\\$` or '…'. Shell lines are not checked: there `$HOME` is the shell's.",
    _host("nameserver $dns"), _project("host web {\n    template debian.ext4\n    $dns = 10.0.0.1\n    nameserver $dns\n}\n"),
)  # fmt: skip
VARIABLE_CYCLE = _rule(
    205, "variable-cycle", "error", "variables are defined by each other",
    "The value of the variable leads back to itself, so it has none. The original never ended on such a project.",
    _host("$a = $b\n$b = $a\nnameserver $a"), _host("$a = $b\n$b = 10.0.0.1\nnameserver $a"),
)  # fmt: skip
INCLUDE_WITHOUT_PATH = _rule(
    206, "include-without-path", "warning", "`#include` names no file",
    "`#include` is followed by a blank and a path. Alone on a line it is a comment.",
    _project("#include\n"), _project(""),
)  # fmt: skip
TOO_MANY_INCLUDES = _rule(
    207, "too-many-includes", "error", "too many files are included",
    "A project may include 10,000 files in all, repeats counted, and no more than 64 inside each other.",
)  # fmt: skip
VALUE_TOO_LONG = _rule(
    208, "value-too-long", "error", "a value grows without bound",
    "With its variables put in, the value is longer than 65,536 characters. Variables that double each other do that.",
    _host("".join(f"$v{n} = $[v{n + 1}]$[v{n + 1}]$[v{n + 1}]$[v{n + 1}]\n" for n in range(9)) + "$v9 = abcdefgh\nnameserver $v0"),
    _host("$v0 = 10.0.0.1\nnameserver $v0"),
)  # fmt: skip
BAD_DEFINITION = _rule(
    209, "bad-definition", "error", "a variable is defined wrongly",
    "A variable is defined by `$name = value`, with blanks around the `=`; its name is a letter or `_`, then letters, digits, `_`.",
    _host("$dns=10.0.0.1"), _host("$dns = 10.0.0.1\nnameserver $dns"),
)  # fmt: skip

# ---------------------------------------------------------------- 3xx keywords and values
UNKNOWN_KEYWORD = _rule(
    301, "unknown-keyword", "warning", "a keyword is not known",
    "Neither the language nor a plugin knows the word. It is kept for plugins, and has no effect by itself. Under `--strict` this is an error.",
    _host("memroy 128M"), _host("memory 128M"),
    varies=True,
)  # fmt: skip
UNKNOWN_BLOCK = _rule(
    302, "unknown-block", "warning", "a block is not known",
    "Neither the language nor a plugin knows a block of this name here. It is kept for plugins, and has no effect by itself. Under `--strict` this is an error.",
    _host("netwrok eth0 { address dhcp }"), _host("network eth0 { address dhcp }"),
    varies=True,
)  # fmt: skip
BAD_VALUE = _rule(
    303, "bad-value", "error", "a value is not of the keyword's kind",
    "The keyword takes another kind of value: see `mlnc explain KEYWORD`.",
    _host("boot_order first"), _host("boot_order 1"),
)  # fmt: skip
BAD_SIZE = _rule(
    304, "bad-size", "error", "a size can't be read",
    "Memory: a number with K, M or G (powers of two; no suffix = M). Disk: K, M, G, T are powers of two, KB, MB, GB, TB powers of ten, no suffix = bytes.",
    _host("memory 128Q"), _host("memory 128M"),
)  # fmt: skip
OUT_OF_RANGE = _rule(
    305, "out-of-range", "error", "a number is too small or too large",
    "The keyword takes numbers of a certain range only.",
    _host("boot_order 100"), _host("boot_order 99"),
)  # fmt: skip
MISSING_VALUE = _rule(
    306, "missing-value", "error", "a keyword lacks its value",
    "The keyword is followed by a value on the same line.",
    _host("memory"), _host("memory 128M"),
)  # fmt: skip
MISPLACED = _rule(
    308, "misplaced", "warning", "a keyword or block stands where it has no effect",
    "The word is known, but not in this block. It is kept for plugins, and has no effect by itself. Under `--strict` this is an error.",
    _host("address dhcp"), _host("network eth0 { address dhcp }"),
)  # fmt: skip
GIVEN_TWICE = _rule(
    309, "given-twice", "warning", "a keyword is given twice in one block",
    "The last line counts. The first has no effect.",
    _host("memory 64M\nmemory 128M"), _host("memory 128M"),
)  # fmt: skip
DEAD_KEYWORD = _rule(
    310, "dead-keyword", "warning", "a keyword has no effect any more",
    "The keyword belongs to old versions of the program and is not carried on.",
    _host("devfs yes"), _host(""),
)  # fmt: skip
NOT_A_BLOCK = _rule(
    311, "not-a-block", "error", "a keyword is used as a block, or a block as a keyword",
    "Some words open a block with `{`, others take a value on their line.",
    _host("users alice *"), _host("users { alice * }"),
)  # fmt: skip
MISSING_PROJECT = _rule(
    312, "missing-project", "error", "the project has no name",
    "`global { project NAME }` names the project: its machines are called `host.project`. A file made to be included by others has no name of its own: check the file that includes it.",
    "host web { template debian.ext4 }\n", _project("host web { template debian.ext4 }\n"),
)  # fmt: skip
BAD_LINE = _rule(
    313, "bad-line", "error", "a line of a list has too few or too many words",
    "The lines of a list block have a fixed form: `mlnc explain users` shows that of `users`.",
    _host("files { only-a-source }"), _host("files { source /target }"),
)  # fmt: skip

# ---------------------------------------------------------------- 4xx names and references
DUPLICATE = _rule(
    401, "duplicate-definition", "error", "a host, superclass, switch or server is defined twice",
    "Names are unique in a project. The original let the later one replace the earlier without a word.",
    _host("") + "host web { template debian.ext4 }\n", _host("") + "host web2 { template debian.ext4 }\n",
)  # fmt: skip
UNKNOWN_SUPERCLASS = _rule(
    402, "unknown-superclass", "error", "a superclass does not exist",
    "`superclass NAME` in a host or superclass takes over what `superclass NAME { … }` says. Names are case-sensitive.",
    _project("superclass common { template debian.ext4 }\nhost web { superclass comon }\n"),
    _project("superclass common { template debian.ext4 }\nhost web { superclass common }\n"),
)  # fmt: skip
SUPERCLASS_CYCLE = _rule(
    403, "superclass-cycle", "error", "superclasses inherit from each other",
    "The chain of superclasses leads back to its start. The original never ended on such a project.",
    _project("superclass a { superclass b }\nsuperclass b { superclass a }\n"),
    _project("superclass a { superclass b }\nsuperclass b { memory 128M }\n"),
)  # fmt: skip
TWO_SUPERCLASSES = _rule(
    404, "two-superclasses", "error", "two superclasses are named",
    "A host or superclass has one parent. Chain them: let one superclass name the other.",
    _project("superclass a { memory 1G }\nsuperclass b { template debian.ext4 }\nhost web {\n    superclass a\n    superclass b\n}\n"),
    _project("superclass a { memory 1G }\nsuperclass b {\n    superclass a\n    template debian.ext4\n}\nhost web { superclass b }\n"),
)  # fmt: skip
UNKNOWN_SWITCH = _rule(
    405, "unknown-switch", "error", "a switch does not exist",
    "`switch NAME` in a `network` block wires the interface to `switch NAME { }` of the project. Names are case-sensitive.",
    _host("network eth0 { switch lna }") + "switch lan { }\n", _host("network eth0 { switch lan }") + "switch lan { }\n",
)  # fmt: skip
BAD_NAME = _rule(
    406, "bad-name", "error", "a name has characters that no machine can carry",
    "Names of projects, hosts, switches and superclasses: letters, digits, hyphens; `_` and `.` are accepted with a warning.",
    _project("host we@b { template debian.ext4 }\n"), _project("host web { template debian.ext4 }\n"),
)  # fmt: skip
AWKWARD_NAME = _rule(
    407, "awkward-name", "warning", "a name has characters that some back ends can't carry",
    "`_` is not allowed in a host name of the network, and `.` separates host from project in `host.project`. Letters, digits and hyphens work everywhere.",
    _project("host web_1 { template debian.ext4 }\n"), _project("host web-1 { template debian.ext4 }\n"),
)  # fmt: skip
UNKNOWN_SERVER = _rule(
    408, "unknown-server", "warning", "a server is not described",
    "The project describes servers with `server NAME { … }`, but not the one named here.",
    _host("service_host milan") + "server milano { memory 64G }\n",
    _host("service_host milano") + "server milano { memory 64G }\n",
    varies=True,
)  # fmt: skip
MISSING_NAME = _rule(
    409, "missing-name", "error", "a block lacks its name",
    "`host`, `superclass`, `switch`, `server` and `network` blocks have a name: `host web {`.",
    _project("switch { }\n"), _host("network eth0 { switch lan }") + "switch lan { }\n",
)  # fmt: skip

# ---------------------------------------------------------------- 5xx addresses and segments
BAD_ADDRESS = _rule(
    501, "bad-address", "error", "an address can't be read",
    "Addresses: `dhcp`, IPv4 `10.0.0.2`, IPv6 `2001:db8::2`, each with `/LENGTH` where no `netmask` is given.",
    _host("network eth0 { address 10.0.0.256 }"), _host("network eth0 { address 10.0.0.25/24 }"),
)  # fmt: skip
BAD_NETMASK = _rule(
    502, "bad-netmask", "error", "a netmask can't be read",
    "A netmask is a run of one bits, then zero bits: `255.255.255.0`, or the length alone: `24`.",
    _host("network eth0 {\n    address 10.0.0.2\n    netmask 255.0.255.0\n}"),
    _host("network eth0 {\n    address 10.0.0.2\n    netmask 255.255.255.0\n}"),
)  # fmt: skip
MISSING_NETMASK = _rule(
    503, "missing-netmask", "warning", "an address has no netmask",
    "Without a netmask nobody knows which addresses are neighbours. 255.255.255.0 (IPv6: /64) is taken.",
    _host("network eth0 { address 10.0.0.2 }"), _host("network eth0 { address 10.0.0.2/24 }"),
)  # fmt: skip
BAD_MAC = _rule(
    504, "bad-mac", "error", "a hardware address can't be read",
    "Six bytes in hexadecimal, `52:54:00:12:34:56`; the first must be even, else it is a group address.",
    _host("network eth0 { mac 52:54:00 }"), _host("network eth0 { mac 52:54:00:12:34:56 }"),
)  # fmt: skip

# ---------------------------------------------------------------- 6xx resources and placement
MISSING_TEMPLATE = _rule(
    601, "missing-template", "warning", "a host has no template",
    "A machine's disk starts as a copy of a template. Give the host (or its superclass) a `template`, or a `filesystem` of its own, or set `default_template` in mln.conf.",
    _project("host web { memory 128M }\n"), _host("memory 128M"),
    varies=True,
)  # fmt: skip

# ---------------------------------------------------------------- 7xx back ends
CLOUD_ONLY = _rule(
    701, "cloud-only", "note", "hosts are made for a cloud that no back end carries",
    "`openstack { … }` and `ec2 { … }` are read and checked, but no back end carries them yet. A host with such a block and no back end flag is left out when compiling.",
    _project("host web { openstack { image Ubuntu16.04 } }\n"), _host(""),
)  # fmt: skip
CANNOT_MEET = _rule(
    702, "cannot-meet", "error", "a host can't meet the switch it is wired to",
    "A switch is made by one hypervisor: Xen, KVM and LXC share the server's bridges, VMware and UML have switches of their own.",
    _project("host web {\n    template debian.ext4\n    uml\n    network eth0 { switch lan }\n}\nswitch lan { vmware }\n"),
    _project("host web {\n    template debian.ext4\n    uml\n    network eth0 { switch lan }\n}\nswitch lan { uml }\n"),
)  # fmt: skip
TWO_BACK_ENDS = _rule(
    703, "two-back-ends", "error", "a host is given to two back ends",
    "`xen`, `vmware`, `uml`, `kvm` and `lxc` exclude each other. Switch an inherited one off with `xen off`.",
    _host("xen\nvmware"), _host("xen"),
)  # fmt: skip
NOT_CARRIED = _rule(
    704, "not-carried", "warning", "a back end does not carry a value",
    "The host's back end can't express what is asked for, so it has no effect there.",
    _host("uml\nvcpus 2"), _host("uml"),
    varies=True,
)  # fmt: skip
NO_BACK_END_YET = _rule(
    705, "no-back-end-yet", "note", "a host's back end does not write anything yet",
    "The language knows the back end, but this version has no code generator for it: the host is checked and left out when compiling.",
    varies=True,
)  # fmt: skip

LOST = _rule(
    720, "import-lost", "warning", "a setting of an imported file is not carried",
    "The language has no word for the setting, or can't hold its value. The project does without it. Under `--strict` the import ends with 1.",
)  # fmt: skip
CHANGED = _rule(
    721, "import-changed", "note", "a setting of an imported file is carried as something else",
    "The project says nearly the same: a name with other characters, a size rounded up, a disk with a mount point of our choice. Read it over.",
)  # fmt: skip

# ---------------------------------------------------------------- 8xx plugins
PLUGIN_FAILED = _rule(
    801, "plugin-failed", "error", "a plugin broke off",
    "The plugin raised an exception. Its changes are dropped; the rest of the project is compiled as if it were not there.",
)  # fmt: skip
PLUGIN_TOO_SLOW = _rule(
    802, "plugin-too-slow", "error", "a plugin did not come to an end",
    "The plugin was stopped when its time was up. Its changes are dropped.",
)  # fmt: skip
PLUGIN_NONSENSE = _rule(
    803, "plugin-nonsense", "error", "a plugin returned something that is not a set of changes",
    "A plugin returns `Changes`: hosts, guest files, services and problems. Anything else is dropped.",
)  # fmt: skip
OUTSIDE_SUBNET = _rule(
    804, "outside-subnet", "error", "autoenum runs out of its subnet",
    "`net`, `addresses_begin` and `numhosts` together give more machines than the subnet has addresses.",
    _project("").replace("demo }", "demo\n    autoenum {\n        superclass node\n        numhosts 10\n        address auto\n        net 10.0.0.0\n        addresses_begin 250\n    }\n}")
    + "superclass node { template debian.ext4 }\n",
    _project("").replace("demo }", "demo\n    autoenum {\n        superclass node\n        numhosts 10\n        address auto\n        net 10.0.0.0\n        addresses_begin 150\n    }\n}")
    + "superclass node { template debian.ext4 }\n",
)  # fmt: skip
PLUGIN_SETTING = _rule(
    805, "plugin-setting", "error", "a plugin's block lacks a setting, or one does not fit",
    "The plugin needs the setting to do its work: see `mlnc explain PLUGIN`.",
    _project("").replace("demo }", "demo\n    autoenum { numhosts 3 }\n}"),
    _project("").replace("demo }", "demo\n    autoenum {\n        numhosts 3\n        superclass node\n    }\n}") + "superclass node { template debian.ext4 }\n",
)  # fmt: skip
KEY_FILE_MISSING = _rule(
    806, "key-file-missing", "warning", "a public key file is not on this machine",
    "`sshkey` names a file that can't be read here. The project still compiles: the file is read again on the server when the host is built.",
    _project("").replace("demo }", "demo\n    sshkey { nagios /nowhere/nagios.pub }\n}") + "host web { template debian.ext4 }\n",
    _host(""),
    varies=True,
)  # fmt: skip
PLUGIN_NOT_LOADED = _rule(
    807, "plugin-not-loaded", "warning", "a plugin can't be loaded",
    "The plugin's module can't be imported, or holds no `PLUGIN`. The project is compiled without it.",
    varies=True,
)  # fmt: skip

# ---------------------------------------------------------------- 9xx run time
INTERNAL = _rule(
    901, "internal-error", "error", "a fault of mlnc itself",
    "This should not happen. Please report it with the command and the files that lead to it; `MLN_DEBUG=1` shows the details.",
)  # fmt: skip

#: Every rule, by code.
RULES: dict[str, Rule] = {row.code: row for row in sorted([*_ROWS, *CHECKS], key=lambda row: row.code)}
#: Every rule, by slug.
BY_SLUG: dict[str, Rule] = {row.slug: row for row in RULES.values()}
