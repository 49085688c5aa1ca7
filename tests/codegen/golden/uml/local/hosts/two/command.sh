#!/bin/sh
# Runs two.net in the foreground. control.sh runs it apart; sockets are relative to the run folder.
# MLN_UML_NOTIFY: a socket where the kernel, and the guest when it is up, say so.
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
trap - EXIT
MLN_UML_KERNEL=/usr/bin/linux.uml
export MLN_UML_KERNEL
cd -- "$MLN_RUN"
# The kernel takes the gap that address randomisation leaves for memory of its own, and pays for up to a gigabyte of it:
# a small guest may then be too poor to mount its root.
machine=$(uname -m 2>/dev/null || :)
steady=''
if setarch "$machine" -R true 2>/dev/null; then steady="setarch $machine -R"; fi
# shellcheck disable=SC2086 # words, or nothing
exec $steady /usr/bin/linux.uml \
    umid=two.net \
    uml_dir=uml/ \
    mem=64M \
    ubda='"'"$MLN_IMAGES"/two.cow,"$MLN_TEMPLATES"/base.ext4'"' \
    "$(card 0 fe:fd:00:f7:c6:6e mlnf7c66e133d lan switches/lan.ctl)" \
    "$(card 1 fe:fd:00:c1:12:d3 mlnc112d39d01)" \
    eth2=daemon,fe:fd:00:5f:45:9d,unix,/tmp/other.ctl \
    con=null \
    con0=fd:0,fd:1 \
    root=/dev/ubda \
    rw \
    noreboot \
    ${MLN_UML_NOTIFY:+"mconsole=notify:$MLN_UML_NOTIFY"}
