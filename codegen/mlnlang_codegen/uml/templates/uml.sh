# shellcheck shell=sh
# Running User-Mode Linux machines. Sockets have paths relative to MLN_RUN, for a socket's path may have no more
# than 107 bytes.

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

# alive PID: whether the process runs; one that nobody has collected yet doesn't.
alive() {
    case $(ps -o stat= -p "$1" 2>/dev/null) in '' | Z*) return 1 ;; esac
}

uml_pid() {
    cat -- "$MLN_RUN/uml/$1/pid" 2>/dev/null || :
}

# uml_up UMID: whether its kernel answers. The helpers of a killed one still hold the socket, and say nothing.
uml_up() {
    [ -S "$MLN_RUN/uml/$1/mconsole" ] && alive "$(uml_pid "$1")" && mconsole "$1" version
}

# uml_gone UMID PID
uml_gone() {
    { [ -z "$2" ] || ! alive "$2"; } && ! uml_up "$1"
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
    uml_clear "$1" "$(uml_pid "$1")"
    log=$MLN_RUN/console/$MLN_NAME.log
    launcher=''
    uml_launch "$1" "$2" "$3" "$log"
    if ! wait_until "${MLN_START_TIMEOUT:-60}" uml_decided "$1"; then
        console_end "$log" >&2
        fail "did not come up; see $log"
    fi
    pid=$(uml_pid "$1")
    if uml_died "$1" "$pid" || uml_dies_soon "$1" "$pid" "$log"; then
        uml_clear "$1" "$pid"
        # The console's last lines are still on their way.
        [ -z "$launcher" ] || wait_until 2 uml_died "$1" "$launcher" || :
        console_end "$log" >&2
        taps_down
        fail "ended as soon as it was started; see $log"
    fi
    say "started"
}

# uml_launch UMID TERM COLOR LOG
uml_launch() {
    rm -f -- "$4"
    case $2 in
    screen) screen -dmS "$1" sh "$MLN_HERE/command.sh" ;;
    xterm)
        setsid xterm -T "$1" -fg "$3" -e sh "$MLN_HERE/command.sh" </dev/null >/dev/null 2>&1 &
        launcher=$!
        ;;
    *)
        # UML wants a pipe for its console: a file can't be polled. A kernel that panics ends its process group,
        # where whoever writes the console down must not be.
        # shellcheck disable=SC2016 # for the inner shell
        setsid sh -c 'sh "$1" 2>&1 | setsid cat >"$2"' - "$MLN_HERE/command.sh" "$4" </dev/null >/dev/null 2>&1 &
        launcher=$!
        ;;
    esac
}

# uml_decided UMID: whether the kernel answers, or will not any more.
uml_decided() {
    uml_up "$1" || uml_died "$1" "$(uml_pid "$1")"
}

# uml_died UMID PID: whether the kernel's process is gone; before there is one, that which starts it.
uml_died() {
    if [ -n "$2" ]; then ! alive "$2"; else [ -n "$launcher" ] && ! alive "$launcher"; fi
}

# uml_dies_soon UMID PID LOG: a kernel answers before it has found its root; watch it until it runs init, and two
# seconds. One that panics is as good as dead, however long its end takes.
uml_dies_soon() {
    wait_until 4 uml_past_boot "$@" || :
    wait_until 2 uml_doomed "$@"
}

uml_doomed() {
    uml_died "$1" "$2" || grep -qs 'Kernel panic - ' "$3"
}

# uml_past_boot UMID PID LOG: a kernel that keeps quiet, or a console that is elsewhere, tells nothing.
uml_past_boot() {
    uml_died "$1" "$2" || ! grep -qs 'Kernel command line:' "$3" || grep -q ' as init process' "$3"
}

# console_end LOG: its last lines, or those up to a panic, which is followed by many that tell little.
console_end() {
    [ ! -s "$1" ] || sed '/Kernel panic/q' "$1" | tail -n 5
}

# uml_stop UMID: ask the guest, then halt its kernel, then end its processes.
uml_stop() {
    pid=$(uml_pid "$1")
    if uml_gone "$1" "$pid"; then
        uml_clear "$1" "$pid"
        say "is down"
        return 0
    fi
    say "stopping"
    mconsole "$1" cad || :
    if ! wait_until "${MLN_STOP_TIMEOUT:-60}" uml_gone "$1" "$pid"; then
        warn "the guest does not shut down; halting it"
        mconsole "$1" halt || :
        wait_until 10 uml_gone "$1" "$pid" || :
    fi
    uml_clear "$1" "$pid"
    say "stopped"
}

# uml_clear UMID PID: end what is left of a machine: a kernel that was killed or that panicked leaves its helpers
# behind, in its process group.
uml_clear() {
    if [ -n "$2" ] && ! uml_none_left "$1" "$2"; then
        kill -9 "-$2" 2>/dev/null || :
        wait_until 5 uml_none_left "$1" "$2" || warn "processes of the group $2 do not end"
    fi
    rm -rf -- "$MLN_RUN/uml/$1"
}

# uml_none_left UMID PGID
uml_none_left() {
    ps -ww -eo pgid=,args= |
        awk -v group="$2" -v words=" umid=$1 uml_dir=uml/ " '$1 == group && index($0, words) { n++ } END { exit n > 0 }'
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
    uml_clear "$1" "$(uml_pid "$1")"
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
    if [ -f "$MLN_GUEST/guest.sh" ]; then
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
