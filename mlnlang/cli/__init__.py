"""`mlnc`: check, compile, format, explain. One file a command; nothing heavy is imported before it is needed."""
