"""KVM without a hypervisor: libvirt's schemas, its test driver, qemu-img, and what can't be said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from codegen_helpers import SEARCH, image_text, require, run, write_plan
from codegen_projects import MIB, card, host, kvm_project, lxc_project, static, switch
from mlnlang_codegen import check, generate
from mlnlang_codegen.kvm.disks import image_format, portal
from mlnlang_codegen.quoting import CannotCarryError

from mlnlang.ir import Disk, Display, Host, Mount, Project, User

SCHEMAS = Path("/usr/share/libvirt/schemas")
RULES = {"domain.xml": "domain", "network.xml": "network", "pool.xml": "storagepool", "volume.xml": "storagevol"}


def one(found: Host, **values: object) -> Project:
    """A project of one host on a switch."""
    return Project("p", (found,), (switch("lan", "p", "kvm"),), **values)  # type: ignore[arg-type]


def text_of(project: Project, name: str) -> str:
    """The only file of that name."""
    (text,) = [file.content for file in generate(project).files if file.path.endswith(f"/{name}")]
    return text


def validate(folder: Path) -> int:
    """Every file for libvirt below a folder against its schema; gives back how many there are."""
    require(*(str(SCHEMAS / f"{rule}.rng") for rule in RULES.values()))
    from lxml import etree

    count = 0
    for name, rule in RULES.items():
        rules = etree.RelaxNG(etree.parse(str(SCHEMAS / f"{rule}.rng")))
        for path in sorted(folder.rglob(name)):
            assert rules.validate(etree.parse(str(path))), (path, rules.error_log)
            count += 1
    return count


@pytest.mark.parametrize(("project", "count"), [(kvm_project(), 8 + 3 + 6 + 5), (lxc_project(), 2 + 1)])
def test_files_fit_the_schemas(project: Project, count: int, tmp_path: Path) -> None:
    assert validate(write_plan(generate(project), tmp_path)) == count


def test_another_reader_agrees(tmp_path: Path) -> None:
    require("virt-xml-validate", "xmllint")
    write_plan(generate(kvm_project()), tmp_path)
    for name, rule in RULES.items():
        path = next(iter(sorted(tmp_path.rglob(name))))
        told = run("virt-xml-validate", path, rule)
        assert told.returncode == 0, told.stderr


def test_what_the_test_driver_takes(tmp_path: Path) -> None:
    """libvirt's test driver: networks and pools are defined and started in one process."""
    require("virsh")
    write_plan(generate(kvm_project()), tmp_path)
    lan, pool = next(tmp_path.rglob("lan/network.xml")), next(tmp_path.rglob("cloud/pool.xml"))
    commands = f"net-define '{lan}'; net-start lan.lab; net-info lan.lab; pool-define '{pool}'; pool-dumpxml images.lab"
    told = run("virsh", "-c", "test:///default", commands)
    assert told.returncode == 0, told.stderr
    assert "Bridge:         lan.lab" in told.stdout
    assert "<path>/@MLN_IMAGES@</path>" in told.stdout


HOSTILE = '/srv/it\'s "$HOME" `id` ]]> & <é> % \\n'


def test_hostile_values_are_carried(tmp_path: Path) -> None:
    found = host(
        "a", "kvm", template=HOSTILE, kernel=HOSTILE, ramdisk=HOSTILE, kernel_extra=HOSTILE, memory_mib=77,
        disks=(
            Disk("root", template=HOSTILE, directory=HOSTILE), Disk("mount", source=f"{HOSTILE}2"),
        ),
        mounts=(Mount(f"{HOSTILE}2", "/x", "ext4"),), display=Display(1, "$(i)'\"é", "d'<e"),
        interfaces=(static("eth0", "a.p", "kvm", "10.0.0.1", "lan"),),
    )  # fmt: skip
    project = one(found, templates_directory="/srv/x' $y", files_directory="/srv/x' $y")
    assert [d for d in check(project) if d.is_error] == []
    assert validate(write_plan(generate(project), tmp_path)) == 4
    read = ElementTree.fromstring(text_of(project, "domain.xml"))
    assert read.findtext("os/kernel") == HOSTILE
    assert read.findtext("os/initrd") == HOSTILE
    assert (read.findtext("os/cmdline") or "").endswith(HOSTILE)
    assert [s.get("file") for s in read.findall("devices/disk/source")] == [f"{HOSTILE}/a.p", f"{HOSTILE}2"]
    graphics = read.find("devices/graphics")
    assert graphics is not None
    assert (graphics.get("passwd"), graphics.get("keymap")) == ("$(i)'\"é", "d'<e")
    volume = ElementTree.fromstring(text_of(project, "volume.xml"))
    assert volume.findtext("backingStore/path") == HOSTILE
    require("shellcheck", "dash")
    control = tmp_path / "local/hosts/a/control.sh"
    told = run("shellcheck", "-s", "sh", "-e", "SC2016", control)
    assert told.returncode == 0, told.stdout
    assert run("dash", "-n", control).returncode == 0


def test_hostile_names_of_storage(tmp_path: Path) -> None:
    lvm = host("a", "kvm", disks=(Disk("root", "lvm", template="t", volume_group="v'<&g", size_bytes=MIB),))
    iscsi = host("b", "kvm", disks=(Disk("root", "iscsi", iscsi_server="s'&<x", iscsi_target='t"&<'),))
    folder = write_plan(generate(Project("p", (lvm, iscsi))), tmp_path)
    pools = [ElementTree.parse(path).getroot() for path in sorted(folder.rglob("pool.xml"))]
    assert pools[0].findtext("source/name") == "v'<&g"
    device = pools[1].find("source/device")
    assert device is not None
    assert device.get("path") == 't"&<'


@pytest.mark.parametrize(
    "changed",
    [
        {"display": Display(1, "a\nb")},
        {"display": Display(1, None, "d\x01")},
        {"kernel": '/boot/x"\n<x/>'},
        {"cpus": "all"},
        {"cpus": '0"/><x y="'},
        {"interfaces": (card("eth0", "a.p", "kvm", bridge="br0\nx"),)},
        {"interfaces": (card("eth0", "a.p", "kvm", bridge="a-name-of-17-long"),)},
        {"name": "../../etc"},
        {"service_host": "../x"},
        {"template": "x\ny", "disks": (Disk("root", template="x\ny"),)},
        {"disks": (Disk("root", cow_base="x\ny"),)},
        {"disks": (Disk("root", template="t", directory="/x\ny"),)},
        {"disks": (Disk("root", "iscsi", iscsi_server="nas:port", iscsi_target="iqn"),)},
        {"disks": (Disk("root", "iscsi", iscsi_server="nas"),)},
        {"disks": (Disk("root", template="t"), *(Disk("mount", source=f"d{n}") for n in range(24)))},
        {"disks": ()},
    ],
)
def test_refused_and_left_out(changed: dict[str, object]) -> None:
    project = one(replace(host("a", "kvm"), **changed))  # type: ignore[arg-type]
    assert [d.severity for d in check(project)] == ["error"]
    assert not [file for file in generate(project).files if "/hosts/" in file.path]


@pytest.mark.parametrize(
    ("changed", "severity"),
    [
        ({"kernel_extra": "quiet"}, "warning"),
        ({"ramdisk": "/boot/initrd"}, "warning"),
        ({"nice": 3}, "warning"),
        ({"display": Display(1, "12345678")}, None),
        ({"display": Display(1, "123456789")}, "note"),
        ({"xen_extra": ("a = 1",)}, "warning"),
        ({"color": "red"}, "warning"),
        ({"term": "screen"}, "note"),
        ({"mounts": (Mount("/srv", "/srv", "hostfs"),)}, "warning"),
        ({"interfaces": (card("eth0", "a.p", "kvm", slirp=True),)}, "warning"),
        ({"interfaces": (card("eth0", "a.p", "kvm", tun_interface="tap0"),)}, "warning"),
        ({"disks": (Disk("root", "lvm", template="t", lvm_options="lock"),)}, "warning"),
        ({"disks": (Disk("root", cow_base="b.qcow2"),)}, None),
        ({"firmware": "uefi", "cloud_init": True, "vcpus": 3, "memory_mib": 255}, None),
    ],
)
def test_what_is_said(changed: dict[str, object], severity: str | None) -> None:
    found = check(one(replace(host("a", "kvm"), **changed)))  # type: ignore[arg-type]
    assert [(d.slug, d.severity) for d in found] == ([("not-carried", severity)] if severity else [])


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.qcow2", "qcow2"), ("/x.y/a.QCOW2", "qcow2"), ("a.vmdk", "vmdk"), ("a.vhd", "vpc"), ("a.vdi", "vdi"),
     ("a.img", "raw"), ("qcow2", "qcow2"), ("/dir.qcow2/a", "raw"), ("a.ext4", "raw")],
)  # fmt: skip
def test_formats(path: str, expected: str) -> None:
    assert image_format(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("nas", ("nas", 3260)), ("nas:3261", ("nas", 3261)), ("10.0.0.5", ("10.0.0.5", 3260)),
     ("2001:db8::5", ("2001:db8::5", 3260)), ("[2001:db8::5]", ("2001:db8::5", 3260)), ("[::1]:99", ("::1", 99))],
)  # fmt: skip
def test_portals(text: str, expected: tuple[str, int]) -> None:
    assert portal(text) == expected


@pytest.mark.parametrize("text", ["nas:", "nas:0", "nas:x", "nas:70000"])
def test_wrong_portals(text: str) -> None:
    with pytest.raises(CannotCarryError):
        portal(text)


def test_a_long_display_password_is_cut_between_characters() -> None:
    for password, kept in (("123456789", "12345678"), ("valor-único", "valor-ú"), ("1234567é", "1234567")):
        read = ElementTree.fromstring(text_of(one(host("a", "kvm", display=Display(1, password))), "domain.xml"))
        graphics = read.find("devices/graphics")
        assert graphics is not None
        assert graphics.get("passwd") == kept


def test_a_root_of_its_own_is_left_alone() -> None:
    plain = one(host("a", "kvm", kernel="/k"))
    assert (
        ElementTree.fromstring(text_of(plain, "domain.xml")).findtext("os/cmdline") == "root=/dev/vda rw console=ttyS0"
    )
    own = one(host("a", "kvm", kernel="/k", kernel_extra="root=/dev/vda2 ro"))
    assert (
        ElementTree.fromstring(text_of(own, "domain.xml")).findtext("os/cmdline") == "console=ttyS0 root=/dev/vda2 ro"
    )


def build(tmp_path: Path, project: Project, templates: Path, status: int = 0) -> tuple[Path, str]:
    """Run build.sh; gives back the server's folder and what it said."""
    require("qemu-img", "debugfs", "resize2fs", "e2fsck", "mkswap")
    folder = tmp_path / "a server/local"
    if not folder.exists():
        write_plan(generate(project), tmp_path / "a server")
    told = run(folder / "build.sh", env={"MLN_TEMPLATES": str(templates)})
    assert told.returncode == status, told.stderr
    return folder, told.stdout + told.stderr


def shown(image: Path) -> dict[str, object]:
    """What qemu-img tells of an image that it finds in order."""
    assert run("qemu-img", "check", "-q", image).returncode == 0
    found: dict[str, object] = json.loads(run("qemu-img", "info", "--output=json", image).stdout)
    return found


def test_an_overlay_holds_the_set_up_guest(tmp_path: Path, busybox_template: Path) -> None:
    disks = (Disk("root", template="busybox.ext4", size_bytes=20 * MIB + 1), Disk("swap", size_bytes=MIB))
    made = host("a", "kvm", kernel="/dev/null", family="busybox", disks=disks, users=(User("alice", "$6$x$y"),))
    before = (busybox_template / "busybox.ext4").read_bytes()
    folder, said = build(tmp_path, Project("p", (made,)), busybox_template)
    image = folder / "images/a.qcow2"
    info = shown(image)
    assert info["format"] == "qcow2"
    assert info["virtual-size"] == 20 * MIB + 512
    assert info["full-backing-filename"] == str(busybox_template / "busybox.ext4")
    assert info["backing-filename-format"] == "raw"
    assert image.stat().st_size < 6 * MIB, "what is as in the template is not in the overlay"
    assert image.stat().st_mode & 0o077 == 0
    assert (busybox_template / "busybox.ext4").read_bytes() == before
    raw = tmp_path / "raw"
    assert run("qemu-img", "convert", "-O", "raw", image, raw).returncode == 0
    assert run("e2fsck", "-fn", raw).returncode == 0
    assert "alice:$6$x$y" in image_text(raw, "/etc/shadow")
    assert image_text(raw, "/etc/hostname") == "a\n"
    assert sorted(path.name for path in (folder / "images").iterdir()) == ["a.qcow2", "a.swap"]
    assert "warning" not in said
    assert build(tmp_path, Project("p", ()), busybox_template)[1].count("already there") == 2


def test_sizes_grow_and_never_shrink(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    run("qemu-img", "create", "-q", "-f", "qcow2", templates / "t.qcow2", "16M")
    sizes = {"small": {"size_bytes": MIB}, "free": {"free_space_bytes": 3 * MIB}, "big": {"size_bytes": 64 * MIB}}
    hosts = tuple(
        host(n, "kvm", family="windows", disks=(Disk("root", template="t.qcow2", **v),)) for n, v in sizes.items()
    )
    for made in hosts:
        # Nothing is written to these disks: no guestmount is needed.
        project = Project("p", (made,))
        folder = write_plan(generate(project), tmp_path / made.name) / "local"
        (folder / f"guest/{made.name}/guest.sh").unlink(missing_ok=True)
        control = folder / f"hosts/{made.name}/control.sh"
        control.write_text(control.read_text().replace("guestmount guestunmount ", ""))
        told = run(folder / "build.sh", env={"MLN_TEMPLATES": str(templates)})
        assert told.returncode == 0, told.stderr
        wanted = {"small": 16, "free": 19, "big": 64}[made.name]
        assert shown(folder / f"images/{made.name}.qcow2")["virtual-size"] == wanted * MIB
        assert ("below the template's" in told.stderr) == (made.name == "small")


def test_a_shared_folder_gets_all_of_the_template(tmp_path: Path, busybox_template: Path) -> None:
    root = Disk("root", template="busybox.ext4", directory=str(tmp_path / "nfs"))
    _, said = build(tmp_path, Project("p", (host("a", "kvm", disks=(root,), kernel="/dev/null"),)), busybox_template)
    info = shown(tmp_path / "nfs/a.p")
    assert "backing-filename" not in info
    assert info["virtual-size"] == 12 * MIB
    assert run("qemu-img", "convert", "-O", "raw", tmp_path / "nfs/a.p", tmp_path / "raw").returncode == 0
    assert image_text(tmp_path / "raw", "/etc/hostname") == "a\n"
    assert "no kernel" not in said


def test_a_template_that_is_not_what_its_name_says(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    run("qemu-img", "create", "-q", "-f", "qcow2", templates / "t.img", "1M")
    made = host("a", "kvm", template="t.img", kernel="/k", disks=(Disk("root", template="t.img"),))
    folder, said = build(tmp_path, Project("p", (made,)), templates, status=1)
    assert "is a qcow2 image and not raw, as its name says; rename it" in said
    assert not list((folder / "images").iterdir())


def test_a_disk_that_cannot_start_is_said(tmp_path: Path, busybox_template: Path) -> None:
    require("qemu-img", "debugfs")
    made = host("a", "kvm", disks=(Disk("root", template="busybox.ext4"),))
    folder = write_plan(generate(Project("p", (made,))), tmp_path) / "local"
    control = folder / "hosts/a/control.sh"
    control.write_text(control.read_text().replace("guestmount guestunmount ", ""))
    told = run(folder / "build.sh", env={"MLN_TEMPLATES": str(busybox_template)})
    assert told.returncode == 0, told.stderr
    assert "without a boot loader, and the host names no kernel" in told.stderr


def test_failure_leaves_nothing_half_made(tmp_path: Path, busybox_template: Path) -> None:
    require("qemu-img", "debugfs")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "debugfs").write_text("#!/bin/sh\necho 'No space' >&2\n")
    (tools / "debugfs").chmod(0o755)
    made = host("a", "kvm", kernel="/k", disks=(Disk("root", template="busybox.ext4"),))
    folder = write_plan(generate(Project("p", (made,))), tmp_path) / "local"
    env = {"MLN_TEMPLATES": str(busybox_template), "PATH": f"{tools}:{SEARCH}", "TMPDIR": str(tools)}
    assert run(folder / "build.sh", env=env).returncode == 1
    assert not list((folder / "images").iterdir())
    assert [path.name for path in tools.iterdir()] == ["debugfs"]


LVM = """\
#!/bin/sh
# Volumes are files below VOLUMES.
tool=${0##*/}
case $tool in
lvs) for last; do :; done; test -e "$VOLUMES/$last" ;;
lvcreate)
    while [ $# -gt 1 ]; do
        case $1 in -n) name=$2 ;; -L) size=${2%b} ;; esac
        shift
    done
    mkdir -p "$VOLUMES/$1" && truncate -s "$size" "$VOLUMES/$1/$name" ;;
lvrename) mv "$VOLUMES/$1/$2" "$VOLUMES/$1/$3" ;;
esac
"""


def test_a_qcow2_template_on_a_volume(tmp_path: Path, busybox_template: Path) -> None:
    require("qemu-img", "debugfs", "resize2fs")
    volumes, tools, templates = tmp_path / "volumes", tmp_path / "tools", tmp_path / "templates"
    for place in (volumes, tools, templates):
        place.mkdir()
    for tool in ("lvs", "lvcreate", "lvrename", "lvremove"):
        (tools / tool).write_text(LVM)
        (tools / tool).chmod(0o755)
    source = busybox_template / "busybox.ext4"
    assert run("qemu-img", "convert", "-O", "qcow2", source, templates / "b.qcow2").returncode == 0
    root = Disk("root", "lvm", template="b.qcow2", size_bytes=16 * MIB, volume_group="vg")
    made = host("a", "kvm", template="b.qcow2", kernel="/k", family="busybox", disks=(root,))
    folder = write_plan(generate(Project("p", (made,))), tmp_path / "out") / "local"
    library = folder / "lib/images.sh"
    library.write_text(library.read_text().replace('"/dev/$', f'"{volumes}/$'))
    env = {"PATH": f"{tools}:{SEARCH}", "VOLUMES": str(volumes), "MLN_TEMPLATES": str(templates)}
    told = run(folder / "build.sh", env=env)
    assert told.returncode == 0, told.stderr
    assert (volumes / "vg/a.p").stat().st_size == 16 * MIB
    assert run("e2fsck", "-fn", volumes / "vg/a.p").returncode == 0
    assert image_text(volumes / "vg/a.p", "/etc/hostname") == "a\n"


def test_xen_and_kvm_hosts_share_a_bridge() -> None:
    project = kvm_project()
    files = {file.path: file.content for file in generate(project).files}
    assert "bridge=lan.lab" in files["local/hosts/xeno/xl.cfg"]
    assert '<bridge name="lan.lab"' in files["local/switches/lan/network.xml"]
    over = ElementTree.fromstring(files["local/hosts/over/domain.xml"])
    source = over.find("devices/interface/source")
    assert source is not None
    assert source.attrib == {"bridge": "xlan.lab"}
    assert "local/switches/xlan/network.xml" not in files


def test_a_switch_of_another_server_is_a_bridge() -> None:
    made = host("a", "kvm", interfaces=(card("eth0", "a.p", "kvm", switch="lan"),))
    project = Project("p", (made,), (switch("lan", "p", "kvm", service_host="milano"),))
    assert '<source bridge="lan.p"/>' in text_of(project, "domain.xml")
