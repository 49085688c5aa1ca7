"""xl.cfg as the real libxlutil reads it, by ctypes."""

from __future__ import annotations

import ctypes as c
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class ReadDisk:
    """What xlu_disk_parse makes of a disk's string."""

    path: str
    device: str
    writable: bool


@cache
def library() -> c.CDLL:
    """libxlutil with its signatures. Raises OSError when it isn't there."""
    lib = c.CDLL("libxlutil.so.4.17")
    lib.xlu_cfg_init.restype = c.c_void_p
    lib.xlu_cfg_init.argtypes = [c.c_void_p, c.c_char_p]
    lib.xlu_cfg_destroy.argtypes = [c.c_void_p]
    lib.xlu_cfg_readdata.argtypes = [c.c_void_p, c.c_char_p, c.c_int]
    lib.xlu_cfg_get_string.argtypes = [c.c_void_p, c.c_char_p, c.POINTER(c.c_char_p), c.c_int]
    lib.xlu_cfg_get_long.argtypes = [c.c_void_p, c.c_char_p, c.POINTER(c.c_long), c.c_int]
    lib.xlu_cfg_get_list.argtypes = [c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p), c.POINTER(c.c_int), c.c_int]
    lib.xlu_cfg_get_listitem.restype = c.c_char_p
    lib.xlu_cfg_get_listitem.argtypes = [c.c_void_p, c.c_int]
    lib.xlu_disk_parse.argtypes = [c.c_void_p, c.c_int, c.POINTER(c.c_char_p), c.c_void_p]
    light = c.CDLL("libxenlight.so.4.17")
    light.libxl_device_disk_init.argtypes = [c.c_void_p]
    lib.disk_init = light.libxl_device_disk_init
    return lib


class XlConfig:
    """A configuration file, read. Raises ValueError when libxlutil refuses it."""

    def __init__(self, text: str) -> None:
        self._lib = library()
        stderr = c.c_void_p.in_dll(c.CDLL(None), "stderr")
        self._cfg = self._lib.xlu_cfg_init(stderr, b"test.cfg")
        data = text.encode()
        if self._lib.xlu_cfg_readdata(self._cfg, data, len(data)):
            raise ValueError("libxlutil can't read the file")

    def string(self, key: str) -> str | None:
        """A string's value."""
        found = c.c_char_p()
        if self._lib.xlu_cfg_get_string(self._cfg, key.encode(), c.byref(found), 1) or found.value is None:
            return None
        return found.value.decode()

    def number(self, key: str) -> int | None:
        """A number's value."""
        found = c.c_long()
        return None if self._lib.xlu_cfg_get_long(self._cfg, key.encode(), c.byref(found), 1) else found.value

    def strings(self, key: str) -> list[str]:
        """A list's items."""
        items, count = c.c_void_p(), c.c_int()
        if self._lib.xlu_cfg_get_list(self._cfg, key.encode(), c.byref(items), c.byref(count), 1):
            return []
        return [self._lib.xlu_cfg_get_listitem(items, n).decode() for n in range(count.value)]

    def disks(self) -> list[ReadDisk]:
        """The disks, as xl would attach them."""
        return [self._disk(text) for text in self.strings("disk")]

    def _disk(self, text: str) -> ReadDisk:
        raw = c.create_string_buffer(1024)
        self._lib.disk_init(raw)
        specification = (c.c_char_p * 1)(text.encode())
        if self._lib.xlu_disk_parse(self._cfg, 1, specification, raw):
            raise ValueError(f"libxlutil can't read the disk {text}")
        # struct libxl_device_disk: u32; char *backend_domname, *pdev_path, *vdev; two enums; char *script;
        # int removable, readwrite
        path, device = (c.c_char_p.from_buffer(raw, at).value for at in (16, 24))
        assert path is not None
        assert device is not None
        return ReadDisk(path.decode(), device.decode(), bool(c.c_int.from_buffer(raw, 52).value))


def pairs(text: str) -> dict[str, str]:
    """A comma-separated `key=value` string, as xl itself splits it."""
    return dict(part.split("=", 1) for part in text.split(","))
