"""The distribution: what the wheel holds, and that both kinds of installation give working commands."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = {"mlnlang": "mlnlang", "mlnlang_codegen": "codegen", "mlnlang_lsp": "lsp", "mlnlang_manager": "manager"}


def run(*command: str | Path, cwd: Path | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the sources that git would hand over."""
    place = tmp_path_factory.mktemp("wheel")
    source = place / "source"
    names = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, source)
    (built,) = place.glob("*.whl")
    return built


def source_files() -> set[str]:
    """What of the sources belongs into a wheel: every file of the four packages."""
    found = set()
    for package, wing in PACKAGES.items():
        folder = ROOT / package if wing == package else ROOT / wing / package
        found |= {
            f"{package}/{path.relative_to(folder).as_posix()}"
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    return found


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    information = {name for name in names if ".dist-info/" in name}
    assert names - information == source_files()
    assert {name.partition("/")[2] for name in information} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_no_common_name_reaches_site_packages(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert tops == set(PACKAGES)


def test_an_installed_wheel_works(wheel: Path, tmp_path: Path) -> None:
    """Install without the network: the dependencies are this environment's own."""
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin/python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    ours = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A plain line in a .pth is a directory; the editable install's own .pth is not read from there.
    (Path(site) / "dependencies.pth").write_text(ours + "\n")
    assert run(venv / "bin/mlnc", "--version", cwd=tmp_path).startswith("mlnc ")
    script = "import mlnlang, mlnlang_codegen; print(mlnlang.__file__, mlnlang_codegen.__file__)"
    shown = run(python, "-c", script, cwd=tmp_path)
    assert str(ROOT) not in shown
    run(venv / "bin/mlnc", "compile", ROOT / "examples/ldaptest.mln", "-o", tmp_path / "out", cwd=tmp_path)
    assert (tmp_path / "out/ldaptest/local/hosts/ldapserver/xl.cfg").is_file()


def test_the_commands_are_announced() -> None:
    assert set(PROJECT["scripts"]) == {"mlnc", "mln", "mln-lsp"}


def test_shipped_plugins_are_entry_points() -> None:
    from mlnlang.plugins.shipped import SHIPPED

    named = PROJECT["entry-points"]["mlnlang.plugins"]
    assert named == {plugin.name: f"mlnlang.plugins.{plugin.name}:PLUGIN" for plugin in SHIPPED}


def test_every_dependency_is_explained() -> None:
    """One line in docs/dependencies.md on why it and not another."""
    explained = (ROOT / "docs/dependencies.md").read_text()
    wanted = [*PROJECT["dependencies"], *(d for extra in PROJECT["optional-dependencies"].values() for d in extra)]
    names = [line.split(">")[0].split("=")[0].split("<")[0].split("[")[0].strip() for line in wanted]
    assert [name for name in names if f"| {name} |" not in explained] == []
