#!/bin/sh
# Switch lan.net, a uml_switch process.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch lan
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start) need_commands uml_switch setsid ;; esac
answer_needs "$asked"
case $phase in
build) ;;
start)
    uml_switch_start switches/lan.ctl '' users '' -hub -tap tap9
    ;;
stop | remove)
    uml_switch_stop switches/lan.ctl
    ;;
status)
    uml_switch_status
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
