#!/bin/sh
# Switch xlan.lab, a bridge of the server.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common bridge; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch xlan
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start | stop) need_commands ip ;; esac
answer_needs "$asked"

case $phase in
build) ;;
start)
    bridge_start xlan.lab ''
    ;;
stop | remove)
    bridge_stop xlan.lab
    ;;
status)
    bridge_status xlan.lab
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
