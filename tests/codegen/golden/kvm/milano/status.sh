#!/bin/sh
# Tells the state of project lab on server milano. `status.sh --help` tells more.
set -eu
MLN_SERVER=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for library in settings common driver; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
drive status "$@"
