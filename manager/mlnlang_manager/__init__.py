"""`mln`: makes and runs the machines of projects, by the scripts that `mlnc` generates."""
