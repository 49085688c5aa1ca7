"""What is told of the word under the cursor."""

from __future__ import annotations

import pytest
from ide_scenes import at_cursor

from mlnlang.ide.describing import describe, summary
from mlnlang.ide.hover import Teller, hover
from mlnlang.ide.showing import host_at, host_document, host_page
from mlnlang.schema.core import CORE


def told(text: str, path: str = "/p.mln", teller: Teller | None = None, **others: str) -> str:
    here, offset = at_cursor(text, path, **others)
    found = hover(here, offset, teller)
    return found[1] if found else ""


def word(text: str) -> str:
    here, offset = at_cursor(text)
    found = hover(here, offset)
    return found[0].text if found else ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("host web { mem‸ory 3 }", "`memory`"),
        ("host web { memory‸ 3 }", "`memory`"),
        ("host web { memory 3‸ }", "In `host web`: `memory` = **3 MiB**"),
        ("host web { memry‸ 3 }", ""),
        ("ho‸st web { }", "`host NAME { … }`"),
        ("host we‸b { }", "**host `web`** — `/p.mln:1:6`"),
        ("host web { us‸ers { kyrre } }", "`users { … }`"),
        ("host web { users { ky‸rre h } }", "**USER** [HASH] [HOME] [UID]"),
        ("host web { users { kyrre h‸ } }", "USER **[HASH]** [HOME] [UID]"),
        ("host web { location‸ milano }", "`service_host`"),
        ("host web { service_host mil‸ano }", "**server `milano`** — `/etc/mln/mln.conf:1:8`"),
        ("host web { startup {\n ec‸ho\n} }", ""),
        ("# me‸", ""),
        ("‸", ""),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert told(text).split("\n")[0] == title


def test_a_value_with_all_that_set_it() -> None:
    text = (
        "global { project x }\nsuperclass top { memory 1G }\nsuperclass s { superclass top; memory 512M }\n"
        "host web {\n  superclass s\n  mem‸ory 2G\n}\n"
    )
    assert told(text).split("\n\n")[-2:] == [
        "In `host web`: `memory` = **2 GiB**",
        (
            "- 2 GiB: `/p.mln:6:3`, host web, written `2G` — this counts\n"
            "- 512 MiB: `/p.mln:3:32`, superclass s, written `512M`\n"
            "- 1 GiB: `/p.mln:2:18`, superclass top, written `1G`\n"
            "- 64 MiB: the default of the language"
        ),
    ]
    short = told(text, teller=Teller(layers=False))
    assert short.endswith("`memory` = **2 GiB**")


def test_what_the_back_ends_say() -> None:
    def support(word: str) -> list[tuple[str, str, str]]:
        return [("Xen", "full", ""), ("KVM", "partial", "slowly"), ("UML", "none", "no")] if word == "vcpus" else []

    text = told("host web { vc‸pus 2 }", teller=Teller(support=support))
    assert "- Carried by Xen" in text
    assert "- KVM: in part; slowly" in text
    assert "UML" not in text, "the table of keywords says already that it is not for UML"


def test_secrets_are_not_shown() -> None:
    assert "geheim" not in told("global { project x }\nhost web { root_pass‸wd geheim }")


def test_variables() -> None:
    text = "global { $net = 10.0.0 }\nsuperclass s { $a = $net.1 }\nhost web { superclass s; nameserver $‸a }"
    assert told(text) == "`$a` = `10.0.0.1`\n\nDefined in `superclass s`, `/p.mln:2:16`\n\nWritten `$net.1`"
    assert told("host web { color $host‸name }") == "`$hostname` — built in: web"
    assert (
        told("host web { color $unkn‸own }")
        == "In `host web`: `color` = **$unknown**\n\n- $unknown: `/p.mln:1:12`, host web — this counts"
    )
    assert word("host web { $a = 1; color x$[‸a]y }") == "$[a]"


def test_names() -> None:
    text = (
        "global { project x }\nsuperclass s { template t; network eth0 { switch lan } }\n"
        "host a { superclass s; network eth0 { address 10.0.0.1/24 } }\nhost b { superclass s }\nswitch lan { }\n"
    )
    assert told(text.replace("host a { superclass s", "host a { superclass ‸s")) == (
        "**superclass `s`** — `/p.mln:2:12`\n\n- 2 hosts inherit from it: `a`, `b`\n- Sets `template` t"
    )
    switch = told(text.replace("switch lan }", "switch l‸an }"))
    assert "- `10.0.0.0/24`: 1 address\n- Next free address: `10.0.0.2/24`" in switch
    assert "- 2 cards are wired to it: `a eth0`, `b eth0`" in switch
    host = told(text.replace("host a", "host ‸a"))
    assert (
        "- `a.x` for UML, 64 MiB, 1 processor\n- Inherits `s`\n- Template `t`\n- `eth0`: 10.0.0.1/24 on `lan`" in host
    )
    card = told(text.replace("network eth0 { address", "network et‸h0 { address"))
    assert card.startswith("**network `eth0`** of `a`")
    assert "derived from the names" in card


def test_comments_and_includes() -> None:
    assert told("host a { } # mln: allow(given-twice, MLN‸301)").startswith("`MLN301` `unknown-keyword` (warning)")
    assert "can't be allowed" in told("# mln: allow(unclosed-bl‸ock)")
    assert told("#include pa‸rt2.mln") == "Includes `/part2.mln`"


def test_a_fragment() -> None:
    main = "global { project x }\nhost web { template t; network eth0 {\n#include part.mln\n} }"
    text = told("addr‸ess 10.0.0.1/24", "/part.mln", main=main)
    assert "In `host web, network eth0`: `address` = **10.0.0.1/24**" in text


def test_every_row_can_be_described() -> None:
    for row in (*CORE.keywords, *CORE.blocks):
        assert row.doc in describe(row)
        assert summary(row)


# ---------------------------------------------------------------- the page of a host
PAGE = """\
global { project x }
superclass s { template t; network eth0 { switch lan } }
host a {
    superclass s
    root_passwd geheim
    network eth0 { address 10.0.0.1/24 }
    users { ann $6$salt$hash }
}
switch lan { }
‸"""


def test_the_page_of_a_host() -> None:
    here, _ = at_cursor(PAGE)
    page = host_page(here, "a")
    assert page is not None
    assert "| `template` | t | `/p.mln:2:16` superclass s |" in page
    assert "### network eth0" in page
    assert "| `address` | 10.0.0.1/24 | `/p.mln:6:20` host a, network eth0 |" in page
    assert "| `memory` | 64 MiB | the default of the language |" in page
    assert "geheim" not in page
    assert "$6$" not in page
    assert host_page(here, "b") is None
    assert host_at(here, PAGE.index("geheim")) == "a"
    assert host_at(here, PAGE.index("switch lan { }\n")) is None


def test_the_data_of_a_host() -> None:
    here, _ = at_cursor(PAGE)
    found = host_document(here, "a")
    assert found is not None
    assert found["host"]["root_password"] == found["host"]["users"][0]["password_hash"] == "(secret)"
    assert found["layers"]["network.eth0.switch"] == [
        {"value": "lan", "file": "/p.mln", "line": 2, "column": 43, "owner": "superclass s, network eth0"}
    ]
    assert host_document(here, "b") is None
