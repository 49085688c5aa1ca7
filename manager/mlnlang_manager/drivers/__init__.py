"""Drivers: one file a hypervisor, all with the methods of `protocol.Driver`."""
