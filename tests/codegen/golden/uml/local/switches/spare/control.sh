#!/bin/sh
# Switch spare.net: a process, uml_switch or vde_switch, or a bridge for machines with vectors.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch spare
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start) need_choices ;; esac
answer_needs "$asked"
case $phase in
build) ;;
start)
    outer_start switches/spare.ctl spare.net linux.uml
    ;;
stop | remove)
    rm -f -- "$MLN_RUN/wires/$MLN_NAME.bridge"
    say "belongs to someone else; left alone"
    ;;
status)
    outer_status switches/spare.ctl
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
