"""`#include` anywhere, and where files are looked for (language, section 4)."""

from __future__ import annotations

import pytest
from helpers import LISTINGS, SURROUNDINGS, check, clean, codes, compiled, host, machine, names, only, project

WEB = "host web { template a }\n"


# ---------------------------------------------------------------- where
def test_beside_the_including_file() -> None:
    """The original looked in the working directory only."""
    files = {
        "labs/main.mln": project("#include hosts/web.mln\n"),
        "labs/hosts/web.mln": "#include one.mln\n",
        "labs/hosts/one.mln": WEB,
    }
    assert names(clean(files, path="labs/main.mln")) == ["web"]


def test_beside_wins_over_the_working_directory() -> None:
    files = {"labs/main.mln": project("#include a.mln\n"), "labs/a.mln": WEB, "a.mln": "host wrong { template a }\n"}
    assert names(clean(files, path="labs/main.mln")) == ["web"]


def test_the_working_directory_is_a_fallback_with_a_note() -> None:
    files = {"labs/main.mln": project("#include common/a.mln\n"), "common/a.mln": WEB}
    problem = only(files, path="labs/main.mln")
    assert (problem.code, problem.severity) == ("MLN203", "note")
    assert "../common/a.mln" in problem.help
    assert names(compiled(files, path="labs/main.mln")) == ["web"]


def test_include_directories_come_last_in_their_order() -> None:
    files = {
        "main.mln": project("#include a.mln\n#include b.mln\n"),
        "/one/a.mln": WEB,
        "/two/a.mln": "",
        "/two/b.mln": "host db { template a }\n",
    }
    assert names(clean(files, include_dirs=("/one", "/two"))) == ["web", "db"]


def test_absolute_paths() -> None:
    assert names(clean({"main.mln": project("#include /lib/a.mln\n"), "/lib/a.mln": WEB})) == ["web"]


@pytest.mark.parametrize("written", ["a b.mln", "'a b.mln'", '"a b.mln"', r"a\ b.mln", "./a b.mln", "x/../a b.mln"])
def test_paths_with_blanks_and_quotes(written: str) -> None:
    assert names(clean({"main.mln": project(f"#include {written}\n"), "a b.mln": WEB})) == ["web"]


def test_variables_in_paths() -> None:
    text = "global { project demo; $lab = os; $n = 3 }\n#include $[lab]$[n].mln\n"
    assert names(clean({"main.mln": text, "os3.mln": WEB})) == ["web"]


def test_an_undefined_variable_in_a_path_is_part_of_the_name() -> None:
    assert codes(project("#include $nosuch.mln\n")) == ["MLN201"]


# ---------------------------------------------------------------- what
def test_in_a_list_block() -> None:
    """The article's Listing 6."""
    found = clean({**LISTINGS, **SURROUNDINGS}, path="bioinfo.mln")
    assert len(found.hosts) == 36
    assert [each.service_host for each in found.hosts[:4]] == ["milano", "roma", "torino", "milano"]


def test_in_a_host_with_a_variable_of_the_including_block() -> None:
    files = {"main.mln": host("$v = 77M\n#include memory.mln"), "memory.mln": "memory $v\n$own = 3\nboot_order $own"}
    found = machine(clean(files))
    assert (found.memory_mib, found.boot_order) == (77, 3)


def test_in_a_raw_block_the_text_is_raw() -> None:
    script = '#!/bin/sh\necho "two\nlines"\n...\nf() {\n    echo \'}\' "$HOME" # }\n}\nx = 5; y\n'
    found = machine(
        clean({"main.mln": host("startup {\n    echo before\n    #include s.sh\n    echo after\n}"), "s.sh": script})
    )
    assert found.startup == ("echo before", *script.splitlines(), "echo after")


def test_unbalanced_shell_in_a_raw_block_is_no_error() -> None:
    files = {"main.mln": host("startup {\n    #include s.sh\n}\nmemory 99M"), "s.sh": "echo {\necho 'it\n"}
    assert machine(clean(files)).memory_mib == 99


def test_the_same_file_many_times() -> None:
    files = {"main.mln": host("users {\n" + "#include u.txt\n" * 50 + "}"), "u.txt": "alice HASH\n"}
    assert [user.name for user in machine(compiled(files)).users] == ["alice"]


def test_positions_point_into_the_file_where_the_text_is() -> None:
    files = {"main.mln": project("\n\n#include a.mln\n"), "a.mln": "host web {\n    template a\n    memory 0\n}\n"}
    problem = only(files)
    assert problem.span is not None
    assert problem.span.place() == "a.mln:3:12"


def test_an_empty_file_and_comments() -> None:
    clean({"main.mln": project("#include a.mln\n#include b.mln\n" + WEB), "a.mln": "", "b.mln": "# nothing"})


@pytest.mark.parametrize("line", ["# include a.mln", "#includefoo", "## #include", "# see #include-d files"])
def test_comments_that_look_like_includes(line: str) -> None:
    clean(project(f"{line}\n{WEB}"))


def test_the_courses_sixty_networks() -> None:
    """The article's Listings 4 and 5: a short file each, and one that all share."""
    found = clean(LISTINGS, path="os03.mln")
    assert found.name == "os03"
    assert names(found) == ["ubuntu", "win"]
    assert machine(found, "ubuntu").users[0].name == "osuser03"


# ---------------------------------------------------------------- what goes wrong
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.mln": "#include main.mln\n"}, "MLN202"),
        ({"a.mln": "#include a.mln\n"}, "MLN202"),
        ({"a.mln": "#include b.mln\n", "b.mln": "#include ./x/../a.mln\n"}, "MLN202"),
        ({"a.mln/b": ""}, "MLN002"),
        ({}, "MLN201"),
        ({"a.mln": b"\0"}, "MLN004"),
        ({"a.mln": b"# \xff\n"}, "MLN005"),
    ],
)
def test_one_error(files: dict[str, str | bytes], code: str) -> None:
    assert codes({"main.mln": project("#include a.mln\n" + WEB), **files}) == [code]


def test_a_missing_file_hides_what_it_may_have_defined() -> None:
    text = project("#include a.mln\nhost web { superclass s; nameserver $dns; network eth0 { switch lan } }\n")
    assert codes(text) == ["MLN201"]


def test_cycles_seen_from_several_sides_are_one_error() -> None:
    files = {
        "main.mln": project("#include a.mln\n#include a.mln\n#include a.mln\n"),
        "a.mln": "#include b.mln\n",
        "b.mln": "#include a.mln\n",
    }
    assert codes(files) == ["MLN202"]


@pytest.mark.parametrize(("depth", "found"), [(60, []), (200, ["MLN207"])])
def test_includes_inside_each_other(depth: int, found: list[str]) -> None:
    files = {f"f{n}.mln": f"#include f{n + 1}.mln\n" for n in range(depth)}
    assert codes({"main.mln": project("#include f0.mln\n"), **files, f"f{depth}.mln": WEB}) == found


def test_a_fan_of_includes_is_cut() -> None:
    files = {f"f{n}.mln": f"#include f{n + 1}.mln\n" * 2 for n in range(20)}
    assert codes({"main.mln": project("#include f0.mln\n"), **files, "f20.mln": ""}) == ["MLN207"]


def test_inputs_are_all_files_once() -> None:
    files = {"main.mln": project("#include a.mln\n#include a.mln\n"), "a.mln": "# a\n"}
    assert sorted(check(files).inputs) == ["/p/a.mln", "/p/main.mln"]
