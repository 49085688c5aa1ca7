#!/bin/sh
# Switch spare.net, a uml_switch process.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch spare
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

answer_needs "$asked"
case $phase in
build | stop | remove) say "belongs to someone else; left alone" ;;
start)
    in_run test -S switches/spare.ctl || fail "no socket" switches/spare.ctl "(the switch belongs to someone else)"
    ;;
status)
    if in_run test -S switches/spare.ctl; then say "up"; else say "down"; fi
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
