#!/bin/sh
# What `make demo` shows: a file is checked and compiled; then the two machines of examples/ping.mln are made, started,
# one reaches the other, and all is removed. Nothing outside of a temporary folder is touched.
#
# usage: tools/demo.sh BIN
set -eu
BIN=$1

# show COMMAND...: the command as one would type it, then what it says.
show() {
    printf '\n$ %s\n' "$*"
    program=$1
    shift
    "$BIN/$program" "$@"
}

show mlnc check examples/ldaptest.mln
show mlnc compile examples/ldaptest.mln -o out --tree
show mlnc explain host.ldapserver.memory examples/ldaptest.mln

# What machines need that run without root, hypervisor or daemon.
PATH=$PATH:/usr/sbin:/sbin
lacking=''
for command in linux.uml uml_switch busybox mke2fs debugfs; do
    command -v "$command" >/dev/null 2>&1 || lacking="$lacking $command"
done
if [ "$(uname -s)" != Linux ] || [ -n "$lacking" ]; then
    echo
    if [ "$(uname -s)" != Linux ]; then
        echo "The demonstration ends here: User-Mode Linux machines run on Linux, and this is $(uname -s)."
    else
        echo "The demonstration ends here: to start machines, this server lacks$lacking."
        echo "On Debian: apt-get install user-mode-linux uml-utilities busybox-static e2fsprogs"
    fi
    [ -z "${MLN_REQUIRE_ALL-}" ] || exit 1
    exit 0
fi

# A home of its own: no configuration and no project of the user's is seen. Short, for sockets have short names.
home=$(mktemp -d "${TMPDIR:-/tmp}/mln-demo.XXXXXX")
HOME=$home
export HOME
unset XDG_CONFIG_HOME XDG_DATA_HOME MLN_DRIVER MLN_IMAGES MLN_RUN MLN_TEMPLATES MLN_FILES
built=no

tidy() {
    status=$?
    trap '' HUP INT TERM
    if [ "$built" = yes ]; then
        "$BIN/mln" stop ping --force >/dev/null 2>&1 || :
        "$BIN/mln" remove ping --yes >/dev/null 2>&1 || :
    fi
    rm -rf -- "$home"
    exit "$status"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

show mln setup
show mln templates build busybox
built=yes
show mln build -f examples/ping.mln
show mln start ping
show mln status ping
tries=50
until "$BIN/mln" logs -p ping -h bob --console -n 200 | grep -q 'bob reached alice'; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
        echo "bob did not reach alice" >&2
        exit 1
    fi
    sleep 0.2
done
show mln logs -p ping -h bob --console -n 8
show mln stop ping
show mln remove ping --yes
built=no
echo
echo 'bob reached alice: two real kernels, one switch, no root; nothing of it is left.'
