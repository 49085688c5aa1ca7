# shellcheck shell=sh
# Running User-Mode Linux machines and their switches. Sockets have paths relative to MLN_RUN, for a socket's
# path may have no more than 107 bytes.

in_run() {
    (cd -- "$MLN_RUN" && "$@")
}

# mconsole UMID COMMAND: say something to a machine's kernel.
mconsole() {
    (
        # The client's socket gets its mode from the umask; a machine of another user must be able to answer there.
        [ -z "${MLN_UML_SHARED-}" ] || umask 000
        in_run timeout 10 uml_mconsole "uml/$1/mconsole" "$2" >/dev/null 2>&1
    )
}

uml_up() {
    [ -S "$MLN_RUN/uml/$1/mconsole" ] && mconsole "$1" version
}

uml_pid() {
    cat -- "$MLN_RUN/uml/$1/pid" 2>/dev/null || :
}

# uml_gone UMID PID
uml_gone() {
    { [ -z "$2" ] || ! kill -0 "$2" 2>/dev/null; } && ! uml_up "$1"
}

# uml_start UMID TERM COLOR: run hosts/HOST/command.sh apart from this terminal, and wait for its kernel.
uml_start() {
    if uml_up "$1"; then
        say "is up"
        return 0
    fi
    umask 022
    mkdir -p -- "$MLN_RUN/uml" "$MLN_RUN/console"
    umask 077
    [ -z "${MLN_UML_SHARED-}" ] || chmod 1777 "$MLN_RUN/uml"
    rm -rf -- "$MLN_RUN/uml/$1"
    log=$MLN_RUN/console/$MLN_NAME.log
    case $2 in
    screen) screen -dmS "$1" sh "$MLN_HERE/command.sh" ;;
    xterm) setsid xterm -T "$1" -fg "$3" -e sh "$MLN_HERE/command.sh" </dev/null >/dev/null 2>&1 & ;;
    # UML wants a pipe for its console: a file can't be polled.
    *) uml_run_apart "$log" ;;
    esac
    if ! wait_until "${MLN_START_TIMEOUT:-60}" uml_up "$1"; then
        [ ! -s "$log" ] || tail -n 5 -- "$log" >&2
        fail "did not come up; see $log"
    fi
    say "started"
}

# uml_run_apart LOG: in a session of its own, the console by way of a pipe.
uml_run_apart() {
    # shellcheck disable=SC2016 # for the inner shell
    setsid sh -c 'sh "$1" 2>&1 | cat >"$2"' - "$MLN_HERE/command.sh" "$1" </dev/null >/dev/null 2>&1 &
}

# uml_stop UMID: ask the guest, then halt its kernel, then end its processes.
uml_stop() {
    pid=$(uml_pid "$1")
    if uml_gone "$1" "$pid"; then
        rm -rf -- "$MLN_RUN/uml/$1"
        say "is down"
        return 0
    fi
    say "stopping"
    mconsole "$1" cad || :
    if ! wait_until "${MLN_STOP_TIMEOUT:-60}" uml_gone "$1" "$pid"; then
        warn "the guest does not shut down; halting it"
        mconsole "$1" halt || :
        wait_until 10 uml_gone "$1" "$pid" || uml_kill "$pid"
    fi
    rm -rf -- "$MLN_RUN/uml/$1"
    say "stopped"
}

# uml_kill PID: the whole process group; a killed UML would leave its helpers behind.
uml_kill() {
    [ -n "$1" ] || return 0
    group=$(ps -o pgid= -p "$1" 2>/dev/null | tr -d ' ')
    [ -z "$group" ] || kill -9 -- "-$group" 2>/dev/null || :
}

# uml_status UMID IMAGE
uml_status() {
    if uml_up "$1"; then
        say "up"
    elif [ -e "$2" ]; then
        say "down"
    else
        say "not built"
    fi
}

uml_must_be_down() {
    ! uml_up "$1" || fail "is up; stop it first"
}

# build_overlay COW BASE: a copy-on-write file; a UML with this server's files as its root sets the guest up in it.
build_overlay() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    MLN_PART=$1.part
    rm -f -- "$MLN_PART"
    if [ -f "$MLN_HERE/guest.sh" ]; then
        say "setting up the guest in the overlay"
        overlay_setup "$2"
    else
        uml_mkcow "$MLN_PART" "$2" >/dev/null || fail "uml_mkcow can't make an overlay of $2"
    fi
    part_done "$1"
}

overlay_setup() {
    MLN_STAGE=$(mktemp -d "${TMPDIR:-/tmp}/mln.XXXXXXXX")
    mkdir "$MLN_STAGE/uml"
    {
        echo '#!/bin/sh'
        # The kernel's command line is no place for names with blanks.
        for setting in MLN_SERVER MLN_HERE MLN_NAME MLN_FILES MLN_STAGE PATH; do
            eval "value=\$$setting"
            # shellcheck disable=SC2154 # set by eval
            printf "%s='%s'; export %s\n" "$setting" "$(printf '%s' "$value" | sed "s/'/'\\\\''/g")" "$setting"
        done
        cat <<'END'
# Tools, libraries and guest files come from the server; only /sys, where nobody keeps files, is memory.
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /sys
mkdir /sys/guest
(
    set -eu
    TMPDIR=/sys
    export TMPDIR
    mount /dev/ubdb /sys/guest
    for library in common images filesystem guest; do . "$MLN_SERVER/lib/$library.sh"; done
    subject host "$MLN_NAME"
    guest_setup /sys/guest
    umount /sys/guest
    echo done
) >/sys/log 2>&1
cp /sys/log "$MLN_STAGE/outcome"
sync
echo o >/proc/sysrq-trigger
sleep 60
END
    } >"$MLN_STAGE/setup.sh"
    chmod 700 "$MLN_STAGE/setup.sh"
    : >"$MLN_STAGE/outcome"
    (cd -- "$MLN_STAGE" && timeout 120 "$MLN_UML_KERNEL" umid=setup uml_dir=uml/ mem=128M con=null con0=null,fd:1 \
        root=/dev/root rootfstype=hostfs rootflags=/ rw init="$MLN_STAGE/setup.sh" \
        "ubdb=\"$MLN_PART,$1\"" </dev/null 2>&1 | cat >console) || :
    grep -qx 'done' "$MLN_STAGE/outcome" || fail "can't set up the guest in the overlay:
$(cat -- "$MLN_STAGE/outcome"; tail -n 5 -- "$MLN_STAGE/console")"
    rm -rf -- "$MLN_STAGE"
    MLN_STAGE=''
}

# tap_up DEVICE ADDRESS BRIDGE USER: a TAP device for a machine, on a bridge or with an address of its own.
tap_up() {
    [ ! -e "/sys/class/net/$1" ] || return 0
    ip tuntap add dev "$1" mode tap ${4:+user "$4"}
    [ -z "$2" ] || ip address add "$2" dev "$1"
    [ -z "$3" ] || ip link set dev "$1" master "$3"
    ip link set dev "$1" up
    mkdir -p -- "$MLN_RUN/taps"
    : >"$MLN_RUN/taps/$1"
}

# tap_down DEVICE: only one that tap_up made.
tap_down() {
    [ -e "$MLN_RUN/taps/$1" ] || return 0
    ip link delete dev "$1" 2>/dev/null || :
    rm -f -- "$MLN_RUN/taps/$1"
}

switch_pid() {
    cat -- "$MLN_RUN/switches/$MLN_NAME.pid" 2>/dev/null || :
}

switch_up() {
    pid=$(switch_pid)
    [ -n "$pid" ] && [ -d "/proc/$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 'uml_switch -unix '
}

# uml_switch_start SOCKET OWNER GROUP USER OPTION...
uml_switch_start() {
    if switch_up; then
        say "is up"
        return 0
    fi
    umask 022
    mkdir -p -- "$MLN_RUN/switches"
    umask 077
    socket=$1 owner=$2 group=$3 user=$4
    shift 4
    # A switch of another user makes its socket there itself.
    [ -z "$user" ] || chmod 1777 "$MLN_RUN/switches"
    # A switch leaves its socket behind when it ends.
    (
        cd -- "$MLN_RUN" || exit
        rm -f -- "$socket"
        if [ -n "$user" ]; then set -- sudo -n -u "$user" -- uml_switch -unix "$socket" "$@"; else set -- uml_switch -unix "$socket" "$@"; fi
        setsid "$@" </dev/null >"switches/$MLN_NAME.log" 2>&1 &
        echo $! >"switches/$MLN_NAME.pid"
    )
    (cd -- "$MLN_RUN" && wait_until 10 test -S "$socket") || fail "uml_switch did not start; see $MLN_RUN/switches/$MLN_NAME.log"
    share_socket "$socket" "$owner" "$group" "$user"
    say "started"
}

# share_socket SOCKET OWNER GROUP USER: who may plug in, where the project names anybody.
share_socket() {
    [ -z "$2$3" ] || in_run chown "$2${3:+:$3}" "$1"
    if [ -n "$3" ]; then
        in_run chmod 770 "$1"
    elif [ -n "$2$4" ]; then
        in_run chmod 777 "$1"
    fi
}

uml_switch_stop() {
    if ! switch_up; then
        say "is down"
        return 0
    fi
    pid=$(switch_pid)
    kill "$pid" 2>/dev/null || :
    wait_until 5 sh -c "! kill -0 $pid 2>/dev/null" || kill -9 "$pid" 2>/dev/null || :
    in_run rm -f -- "$1" "switches/$MLN_NAME.pid"
    say "stopped"
}

uml_switch_status() {
    if switch_up; then say "up"; else say "down"; fi
}
