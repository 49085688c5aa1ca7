"""Inputs for hypothesis: texts made of what means something to the lexer, and projects that are nearly right."""

from __future__ import annotations

from hypothesis import strategies as st

from mlnlang.schema.core import CORE

#: Pieces that mean something, alone or together.
PIECES = (
    *" \n\t;{}\\\"'#$=[]./",
    *("\r\n", "\\\n", "ñ", "\ufeff", "\u2028", "\x85", "\0"),
    *("${", "$a", "$[a]", "$a = ", "$hostname", "$project", "$6$salt$hash", "...", "…"),
    *("#include ", "#include main.mln\n", "project demo", "network eth0 ", "numhosts 3", "all", "off"),
    *("global ", "host ", "superclass ", "switch ", "server ", "memory ", "64M", "xen", "template a"),
    *("address dhcp", "10.0.0.1/24", "mac 52:54:00:12:34:56"),
    *("startup {", "users {", "user_data {", "groups {", "files {", "mount {", "puppet {"),
    *("autoenum {", "service_hosts {", "openstack {", "kvm {"),
)

texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))

_names = st.sampled_from(("a", "b", "web", "lan", "node-1", "x_y", "eth0", "$v", "$[v]x", ""))
_words = st.sampled_from(
    ("64M", "2GB", "10.0.0.1", "dhcp", "$v", "$w", "off", "0", "-1", "a", "b", "lan", "'x y'", '"$v $w"', "٣")
)
_keys = st.sampled_from((*dict.fromkeys(row.name for row in CORE.keywords), "$v =", "$w =", "memroy"))
_kinds = st.sampled_from((*dict.fromkeys(row.name for row in CORE.blocks if row.name != "*"), "autoenum", "nonsense"))
_lines = st.builds(lambda key, words: " ".join((key, *words)), _keys, st.lists(_words, max_size=3))
_headers = st.builds(lambda kind, name: f"{kind} {name}", _kinds, _names)


def _block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda header, lines, close: f"{header} {{\n" + "".join(f"{line}\n" for line in lines) + close,
        _headers,
        st.lists(inner, max_size=5),
        st.sampled_from(("}",) * 8 + ("", "}}")),
    )


#: Projects whose blocks stand in odd places, with odd values, and now and then a brace missing.
projects = st.lists(st.recursive(_lines, _block, max_leaves=25), max_size=8).map("\n".join)
