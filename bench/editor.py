"""How long an editor waits: 1 000 hosts, 10 000 lines in five files, asked in-process.

Run: .venv/bin/python bench/editor.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

from mlnlang.ide import Workspace
from mlnlang.ide.colours import Palette, colours
from mlnlang.ide.completion import completion
from mlnlang.ide.hints import hints
from mlnlang.ide.hover import hover
from mlnlang.ide.lenses import lenses
from mlnlang.ide.scene import scene
from mlnlang.world import Memory

FILES = 4
HOSTS = 1000
MAIN = """\
global {
    project big
    $dns = 10.0.0.1
}
superclass common {
    template debian.ext4
    nameserver $dns
    network eth0 {
        switch lan
        netmask 255.255.0.0
    }
}
switch lan { }
"""


def host(number: int) -> str:
    return (
        f"host h{number} {{\n    superclass common\n    memory {64 + number % 7}M\n    network eth0 {{\n"
        f"        address 10.0.{number // 250}.{number % 250 + 1}\n    }}\n"
        f"    users {{\n        user{number} x\n    }}\n}}\n"
    )


def main() -> None:
    texts = {f"/part{at}.mln": "".join(map(host, range(at, HOSTS, FILES))) for at in range(FILES)}
    texts["/main.mln"] = MAIN + "".join(f"#include part{at}.mln\n" for at in range(FILES))
    whole = {"/whole.mln": MAIN + "".join(map(host, range(HOSTS)))}
    many = opened(texts)
    timed("completion, keyword", lambda: completion(scene(many, "/part1.mln"), texts["/part1.mln"].index("memory")))
    address = texts["/part1.mln"].index("address") + 8
    timed("completion, free address", lambda: completion(scene(many, "/part1.mln"), address))
    timed("hover, value with layers", lambda: hover(scene(many, "/part1.mln"), address))
    timed("code lenses", lambda: lenses(scene(many, "/main.mln")))
    timed("inlay hints of a file", lambda: hints(scene(many, "/part1.mln"), 0, len(texts["/part1.mln"])))
    many.put("/part1.mln", texts["/part1.mln"].replace("    memory", "    mem\n    memory", 1))
    typed = texts["/part1.mln"].index("memory") + 3
    timed("completion right after a key", lambda: completion(scene(many, "/part1.mln"), typed))
    timed("hover right after a key", lambda: hover(scene(many, "/part1.mln"), address))
    one = opened(whole)
    palette = Palette(one.schema)
    text = whole["/whole.mln"]
    middle = len(text) // 2
    timed(f"semantic tokens of {text.count(chr(10))} lines", lambda: colours(scene(one, "/whole.mln"), palette))
    timed("semantic tokens of a range", lambda: colours(scene(one, "/whole.mln"), palette, middle, middle + 3000))


def opened(texts: dict[str, str]) -> Workspace:
    workspace = Workspace(Memory(texts))
    for path, text in texts.items():
        workspace.put(path, text)
    workspace.problems()
    return workspace


def timed(what: str, work: Callable[[], object]) -> None:
    """The first answer, and the median of the next nine."""
    took = []
    for _ in range(10):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) * 1000)
    print(f"{what:<40} first {took[0]:6.1f} ms   then {sorted(took[1:])[4]:6.1f} ms")


if __name__ == "__main__":
    main()
