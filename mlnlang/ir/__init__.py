"""The intermediate form: a project with nothing left to resolve. Frozen, typed, in plain units."""

from mlnlang.ir.model import (
    AuthorizedKey,
    BackEnd,
    Disk,
    Display,
    Group,
    GuestFile,
    Host,
    Interface,
    Mount,
    Project,
    Server,
    Service,
    Switch,
    TransferredFile,
    User,
    Where,
)

__all__ = [
    "AuthorizedKey",
    "BackEnd",
    "Disk",
    "Display",
    "Group",
    "GuestFile",
    "Host",
    "Interface",
    "Mount",
    "Project",
    "Server",
    "Service",
    "Switch",
    "TransferredFile",
    "User",
    "Where",
]
