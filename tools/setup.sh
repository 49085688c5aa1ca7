#!/bin/sh
# setup.sh PYTHON VENV WHAT [EXTRA]: make a virtual environment and install WHAT into it, editable; and EXTRA, which needs a
# compiler and headers, where that works.
set -eu

python=$1
venv=$2
what=$3

if [ -z "$python" ]; then
    echo "setup: no python3 found; MLN needs Python 3.11 or newer" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "setup: $python is $("$python" --version 2>&1); MLN needs Python 3.11 or newer (make PYTHON=…)" >&2
    exit 1
fi
if ! [ -x "$venv/bin/python" ] && ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian ships Python without the part that makes virtual environments.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "setup: installing python3-venv"
        apt-get update -q >/dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv >/dev/null
    else
        echo "setup: $python can't make virtual environments; as root: apt-get install python3-venv" >&2
        exit 1
    fi
fi
if ! [ -x "$venv/bin/python" ]; then
    echo "setup: making $venv"
    "$python" -m venv "$venv"
fi
echo "setup: installing $what into $venv"
"$venv/bin/pip" install --quiet --editable "$what"
if [ -n "${4-}" ] && ! "$venv/bin/pip" install --quiet "$4" 2>"$venv/extra.log"; then
    echo "setup: without $4, which needs a compiler and headers (see $venv/extra.log); its tests are skipped" >&2
fi
