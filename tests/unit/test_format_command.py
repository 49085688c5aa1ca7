"""`mlnc fmt`: files, the standard streams, `--check`, `--diff`, and what can't be formatted."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from mlnlang.cli.main import main

ROUGH = "host a{xen # why\n}"
NEAT = "host a {\n    xen  # why\n}\n"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a folder and a home of its own."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("MLN_DEBUG", "1")
    monkeypatch.chdir(tmp_path)


def fmt(*arguments: str) -> int:
    return main(["fmt", *arguments])


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_rewrites_in_place(capfd: pytest.CaptureFixture[str]) -> None:
    Path("rough.mln").write_text(ROUGH)
    Path("neat.mln").write_text(NEAT)
    os.chmod("rough.mln", 0o640)
    before = os.stat("neat.mln")
    assert fmt("rough.mln", "neat.mln") == 0
    assert Path("rough.mln").read_text() == NEAT
    assert stat.S_IMODE(os.stat("rough.mln").st_mode) == 0o640
    after = os.stat("neat.mln")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert capfd.readouterr() == ("", "formatted rough.mln\n")
    assert sorted(os.listdir()) == ["home", "neat.mln", "rough.mln"]


def test_rewrites_what_a_link_points_at() -> None:
    Path("there").mkdir()
    Path("there/rough.mln").write_text(ROUGH)
    Path("link.mln").symlink_to("there/rough.mln")
    assert fmt("link.mln") == 0
    assert Path("link.mln").is_symlink()
    assert Path("there/rough.mln").read_text() == NEAT


def test_keeps_byte_order_mark_and_line_ends() -> None:
    Path("a.mln").write_bytes(b"\xef\xbb\xbf" + ROUGH.replace("\n", "\r\n").encode())
    assert fmt("a.mln") == 0
    assert Path("a.mln").read_bytes() == b"\xef\xbb\xbf" + NEAT.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_streams(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    feed(monkeypatch, ROUGH.replace("\n", "\r\n").replace("why", "wié").encode())
    assert fmt(*arguments) == 0
    assert capfdbinary.readouterr() == (NEAT.replace("\n", "\r\n").replace("why", "wié").encode(), b"")


def test_standard_input_with_errors(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, b"host a {\n xen\n")
    assert fmt("-") == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "<stdin>:1:1: error:" in err


def test_check(capfd: pytest.CaptureFixture[str]) -> None:
    Path("rough.mln").write_text(ROUGH)
    Path("neat.mln").write_text(NEAT)
    assert fmt("--check", "neat.mln") == 0
    assert fmt("--check", "neat.mln", "rough.mln") == 1
    assert capfd.readouterr() == ("", "would format rough.mln\n")
    assert Path("rough.mln").read_text() == ROUGH


def test_diff(capfd: pytest.CaptureFixture[str]) -> None:
    Path("rough.mln").write_text(ROUGH)
    Path("neat.mln").write_text(NEAT)
    assert fmt("--diff", "neat.mln", "rough.mln") == 0
    out, err = capfd.readouterr()
    assert out == (
        "--- rough.mln\n+++ rough.mln\n@@ -1,2 +1,3 @@\n-host a{xen # why\n-}\n\\ No newline at end of file\n"
        "+host a {\n+    xen  # why\n+}\n"
    )
    assert err == ""
    assert Path("rough.mln").read_text() == ROUGH
    assert fmt("--diff", "--check", "rough.mln") == 1
    assert fmt("--diff", "--check", "neat.mln") == 0


def test_what_can_not_be_formatted(capfd: pytest.CaptureFixture[str]) -> None:
    Path("broken.mln").write_text("host a {{\n xen\n")
    Path("latin.mln").write_bytes(b"# gr\xfc\xdfe\n  xen\n")
    Path("image.mln").write_bytes(b"  xen\n\0")
    Path("folder.mln").mkdir()
    Path("rough.mln").write_text(ROUGH)
    names = ["broken.mln", "latin.mln", "image.mln", "folder.mln", "missing.mln"]
    assert fmt(*names, "rough.mln") == 1
    err = capfd.readouterr().err
    assert all(name in err for name in names)
    assert "latin.mln:1:5: error: " in err
    assert Path("broken.mln").read_text() == "host a {{\n xen\n"
    assert Path("latin.mln").read_bytes() == b"# gr\xfc\xdfe\n  xen\n"
    assert Path("rough.mln").read_text() == NEAT
    for name in names:
        assert fmt("--check", name) == 1


def test_a_place_that_can_not_be_written(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    Path("rough.mln").write_text(ROUGH)
    monkeypatch.setattr(os, "replace", refuse)
    assert fmt("rough.mln") == 1
    assert "`rough.mln` can't be written: No space left on device" in capfd.readouterr().err
    assert Path("rough.mln").read_text() == ROUGH
    assert sorted(os.listdir()) == ["home", "rough.mln"]


def test_read_only_file(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    Path("rough.mln").write_text(ROUGH)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert fmt("rough.mln") == 1
    assert "`rough.mln` can't be written: it is read-only" in capfd.readouterr().err
    assert Path("rough.mln").read_text() == ROUGH


def test_blocks_of_plugins_are_known() -> None:
    Path("plugins").mkdir()
    Path("plugins/cron.py").write_text(
        "from mlnlang.plugins.api import Plugin\n"
        "from mlnlang.schema import BlockRow\n"
        "PLUGIN = Plugin(name='cron', blocks=(BlockRow('cron', ('host',), 'shell', 'Jobs.', body='raw'),),\n"
        "                expand=lambda project: None)\n"
    )
    Path("a.mln").write_text("host a {\n    cron {\n      0  4 * * *  x; y\n    }\n}\n")
    assert fmt("--plugin-dir", "plugins", "a.mln") == 0
    assert Path("a.mln").read_text() == "host a {\n    cron {\n        0  4 * * *  x; y\n    }\n}\n"
