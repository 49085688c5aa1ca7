"""apache: settings of a guest's web server, for Debian and Red Hat (language, section 8; the article's Listing 7)."""

from __future__ import annotations

import re

from mlnlang.diagnostics.catalogue import PLUGIN_SETTING
from mlnlang.ir import GuestFile, Service
from mlnlang.plugins.api import Changes, Plugin, ProjectView
from mlnlang.schema import BlockRow, Keyword
from mlnlang.semantics.resolve import Resolved

_IN = ("apache",)
_KEYS = ("doc_root", "listen", "max_connections", "server_admin")
#: What a directive's argument can't carry: control characters, and Apache's own `${VARIABLE}`.
_UNQUOTABLE = re.compile(r"[\x00-\x1f\x7f]|\$\{")
#: Apache starts this many threads in a process where nothing else is said.
_THREADS = 25


def expand(project: ProjectView) -> Changes:
    """Files and a service for each host that `apache` in `global` or its own block applies to."""
    changes = Changes()
    everywhere = project.globals.block("apache") is not None
    for name, host in project.hosts.items():
        if not everywhere and host.block("apache") is None:
            continue
        block = project.combined(host, "apache")
        if block is not None and _sound(block, changes):
            settings = {key: text for key in _KEYS if (text := _text(block, key)) is not None}
            changes.services[name] = [Service("apache", tuple(sorted(settings.items())))]
            changes.files[name] = _files(settings)
    return changes


def _text(block: Resolved, key: str) -> str | None:
    value = block.value(key)
    return None if value is None else str(value)


def _sound(block: Resolved, changes: Changes) -> bool:
    for key in _KEYS:
        text = _text(block, key)
        if text is not None and _UNQUOTABLE.search(text):
            changes.problems.append(PLUGIN_SETTING.at(block.span(key), f"Apache can't carry this `{key}`"))
            return False
    listen = _text(block, "listen")
    if listen is not None and not re.fullmatch(r"(?:[\w.:\[\]*-]+:)?\d{1,5}", listen):
        changes.problems.append(
            PLUGIN_SETTING.at(
                block.span("listen"),
                f"`{listen}` is no port",
                help="write `listen 8080` or `listen 10.0.0.2:8080`",
            )
        )
        return False
    return True


def _files(settings: dict[str, str]) -> list[GuestFile]:
    common = _common(settings)
    listen = settings.get("listen", "80")
    port = listen.rpartition(":")[2]
    debian = [GuestFile("/etc/apache2/conf-enabled/mln.conf", common, plugin="apache", families=("debian",))]
    if "listen" in settings:
        debian.append(GuestFile("/etc/apache2/ports.conf", f"Listen {listen}\n", plugin="apache", families=("debian",)))
    if "doc_root" in settings or "listen" in settings:
        root = _quoted(settings.get("doc_root", "/var/www/html"))
        site = f"<VirtualHost *:{port}>\n    DocumentRoot {root}\n</VirtualHost>\n"
        debian.append(
            GuestFile("/etc/apache2/sites-available/000-default.conf", site, plugin="apache", families=("debian",))
        )
    # Red Hat's httpd.conf listens on port 80 already, and a second Listen on a port keeps Apache from starting.
    redhat = (f"Listen {listen}\n" if port != "80" else "") + common
    if "doc_root" in settings:
        redhat += f"DocumentRoot {_quoted(settings['doc_root'])}\n"
    return [*debian, GuestFile("/etc/httpd/conf.d/mln.conf", redhat, plugin="apache", families=("redhat",))]


def _common(settings: dict[str, str]) -> str:
    lines = ["# Written by MLN (plugin apache)."]
    if "server_admin" in settings:
        lines.append(f"ServerAdmin {_quoted(settings['server_admin'])}")
    if "doc_root" in settings:
        root = _quoted(settings["doc_root"])
        lines += [f"<Directory {root}>", "    Require all granted", "</Directory>"]
    if "max_connections" in settings:
        most = int(settings["max_connections"])
        processes = -(-most // _THREADS)
        for module, limit in (
            ("mpm_prefork_module", most),
            ("mpm_event_module", processes),
            ("mpm_worker_module", processes),
        ):
            workers = most if module == "mpm_prefork_module" else processes * _THREADS
            lines += [
                f"<IfModule {module}>",
                f"    ServerLimit {limit}",
                f"    MaxRequestWorkers {workers}",
                "</IfModule>",
            ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """An argument of a directive; Apache reads `\\"` and `\\\\` inside quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


PLUGIN = Plugin(
    name="apache",
    doc="Writes the guest's Apache configuration.",
    expand=expand,
    blocks=(
        BlockRow(
            "apache",
            ("global", "host"),
            "apache",
            "Settings of Apache; a host's lines win over those in `global`.",
            example="apache { doc_root /var/www }",
            plugin="apache",
        ),
    ),
    keywords=(
        Keyword("doc_root", _IN, "path", "Directory that is served.", "doc_root /var/www", plugin="apache"),
        Keyword(
            "max_connections",
            _IN,
            "number",
            "Most connections served at a time.",
            "max_connections 300",
            least=1,
            most=100_000,
            plugin="apache",
        ),
        Keyword(
            "server_admin",
            _IN,
            "text",
            "Address shown on error pages.",
            "server_admin root@example.org",
            plugin="apache",
        ),
        Keyword("listen", _IN, "word", "Port, or address and port.", "listen 8080", plugin="apache"),
    ),
)
