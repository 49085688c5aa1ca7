#!/bin/sh
# Runs one.net in the foreground. control.sh runs it apart; sockets are relative to the run folder.
# MLN_UML_NOTIFY: a socket where the kernel, and the guest when it is up, say so.
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
trap - EXIT
MLN_UML_KERNEL=linux.uml
export MLN_UML_KERNEL
cd -- "$MLN_RUN"
# The kernel takes the gap that address randomisation leaves for memory of its own, and pays for up to a gigabyte of it:
# a small guest may then be too poor to mount its root.
machine=$(uname -m 2>/dev/null || :)
steady=''
if setarch "$machine" -R true 2>/dev/null; then steady="setarch $machine -R"; fi
# shellcheck disable=SC2086 # words, or nothing
exec nice -n 5 $steady linux.uml \
    umid=one.net \
    uml_dir=uml/ \
    mem=64M \
    ubda='"'"$MLN_IMAGES"/one.img'"' \
    ubdb='"'"$MLN_IMAGES"/one.swap'"' \
    ubdc='"'"$MLN_FILES"/'extra disk.img''"' \
    "$(card 0 fe:fd:00:f2:9d:49 mlnf29d4923d9 lan switches/lan.ctl)" \
    eth1=slirp,fe:fd:00:65:88:dd,slirp \
    "$(card 2 fe:fd:00:85:99:1f tap7)" \
    con=null \
    con0=null,fd:1 \
    con1=pts \
    root=/dev/ubda \
    rw \
    noreboot \
    ${MLN_UML_NOTIFY:+"mconsole=notify:$MLN_UML_NOTIFY"}
