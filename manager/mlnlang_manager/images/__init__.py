"""Images: templates and their registry, copies of them, and the guests inside."""
