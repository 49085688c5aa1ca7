"""A kernel of Debian's and a RAM disk that loads drivers and goes over to the file system that it is told."""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen_helpers import require, run

_INIT = """\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /new
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || echo "no $module"; done </modules/order
for word in $(cat /proc/cmdline); do case $word in root=*) root=${word#root=} ;; esac; done
mount "$root" /new || poweroff -f
mount --move /dev /new/dev
umount /proc /sys
exec switch_root /new /sbin/init
"""
_MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "ext4", "af_packet")


def kernel() -> Path:
    """The newest small kernel of the package linux-image-cloud-amd64; without one the test is skipped."""
    found = sorted(Path("/boot").glob("vmlinuz-*-cloud-amd64"))
    require(str(found[-1]) if found else "/boot/vmlinuz-cloud-amd64")
    return found[-1]


def _with_needs(names: tuple[str, ...], folder: Path) -> list[str]:
    """Files of modules in the order they can be loaded in; what the kernel has inside is left out."""
    needs = {}
    for line in (folder / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[path] = others.split()
    by_name = {path.rpartition("/")[2].partition(".")[0]: path for path in needs}
    found: dict[str, None] = {}
    for name in names:
        if name in by_name:
            found.update(dict.fromkeys([*reversed(needs[by_name[name]]), by_name[name]]))
    return list(found)


def ram_disk(place: Path, image: Path) -> Path:
    """Make the RAM disk for a kernel below a folder."""
    require("/bin/busybox")
    tree = place / "tree"
    (tree / "bin").mkdir(parents=True)
    (tree / "modules").mkdir()
    modules = Path("/lib/modules") / image.name.removeprefix("vmlinuz-")
    order = []
    for path in _with_needs(_MODULES, modules):
        shutil.copy(modules / path, tree / "modules")
        order.append(path.rpartition("/")[2])
    (tree / "modules/order").write_text("".join(f"{name}\n" for name in order))
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    (tree / "init").write_text(_INIT)
    (tree / "init").chmod(0o755)
    disk = place / "initrd.img"
    made = run("sh", "-c", f"cd '{tree}' && find . | busybox cpio -o -H newc >'{disk}'")
    assert made.returncode == 0, made.stderr
    return disk
