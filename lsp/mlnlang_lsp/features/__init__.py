"""The methods the server answers, a module a group. Each has `register(server)` and hands over to `mlnlang.ide`."""
