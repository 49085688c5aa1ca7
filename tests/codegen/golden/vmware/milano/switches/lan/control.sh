#!/bin/sh
# Switch lan.italy, VMware's virtual network vmnet58.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common vmware; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch lan
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}
answer_needs "$asked"

case $phase in
build) ;;
start) vmnet_start 58 lan.italy ;;
stop) say "vmnet58 stays" ;;
status) vmnet_status 58 ;;
remove) vmnet_remove 58 lan.italy ;;
*) fail "usage: control.sh [check] build|start|stop|status|remove" ;;
esac
