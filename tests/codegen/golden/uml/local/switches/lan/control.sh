#!/bin/sh
# Switch lan.net: a process, uml_switch or vde_switch, or a bridge for machines with vectors.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch lan
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
start)
    need_switch lan /usr/bin/linux.uml linux.uml
    ;;
esac
answer_needs "$asked"
case $phase in
build) ;;
start)
    if switch_is_vector lan /usr/bin/linux.uml linux.uml; then
        bridge_start lan.net hub tap9 mln1bc3c92e4e
    else
        switch_start switches/lan.ctl 34 '' users '' -hub -tap tap9
    fi
    ;;
stop | remove)
    switch_end switches/lan.ctl lan.net tap9 mln1bc3c92e4e
    ;;
status)
    switch_status
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
