# shellcheck shell=sh
# How User-Mode Linux machines are wired: switches that are processes, or bridges where the kernel can't reach those.

# What a kernel can be wired by, by its own account. The transports `daemon`, `tuntap` and `slirp` are gone from Linux
# since 6.16; `vector` is what stays. MLN_UML_TRANSPORT=daemon|vector chooses where there is a choice.

# kernel_has KERNEL OPTION: whether the kernel was built with CONFIG_OPTION; each kernel is asked once.
kernel_has() {
    if [ "${MLN_UML_ASKED-}" != "$1" ]; then
        MLN_UML_ASKED=$1
        MLN_UML_CONFIG=$("$1" --showconfig </dev/null 2>/dev/null) || :
    fi
    case $MLN_UML_CONFIG in *"CONFIG_$2=y"*) ;; *) return 1 ;; esac
}

# kernel_lacks KERNEL OPTION: false of a kernel that tells nothing.
kernel_lacks() {
    kernel_has "$1" UML && ! kernel_has "$1" "$2"
}

# wants_vector OPTION KERNEL...: whether the environment wants vectors, or one of the kernels has no OPTION.
wants_vector() {
    option=$1
    shift
    case ${MLN_UML_TRANSPORT-} in
    vector) return 0 ;;
    daemon) return 1 ;;
    esac
    for kernel; do
        ! kernel_lacks "$kernel" "$option" || return 0
    done
    return 1
}

# switch_is_vector SWITCH KERNEL...: whether its guests have TAP devices on a bridge; a switch that is up has decided.
switch_is_vector() {
    if [ -n "$(switch_bridge "$1")" ]; then
        return 0
    elif switch_up "$1"; then
        return 1
    fi
    shift
    wants_vector UML_NET_DAEMON "$@"
}

need_choices() {
    case ${MLN_UML_TRANSPORT-} in
    '' | daemon | vector) ;;
    *) missing "transport $MLN_UML_TRANSPORT (MLN_UML_TRANSPORT is daemon, vector or nothing)" ;;
    esac
    case ${MLN_UML_SWITCH-} in
    '' | uml_switch | vde_switch) ;;
    *) missing "switch program $MLN_UML_SWITCH (MLN_UML_SWITCH is uml_switch, vde_switch or nothing)" ;;
    esac
}

need_bridges() {
    need_commands ip
    [ "$(id -u)" -eq 0 ] ||
        missing "root (without the daemon transport, switches of User-Mode Linux are bridges with TAP devices)"
}

# need_vector KERNEL...
need_vector() {
    for kernel; do
        ! kernel_lacks "$kernel" UML_NET_VECTOR || missing "kernel with UML_NET_VECTOR ($kernel has none)"
    done
}

# need_transport OPTION WHAT: for cards that no vector can stand in for.
need_transport() {
    ! kernel_lacks "$MLN_UML_KERNEL" "$1" || missing "kernel with $1, for $2 ($MLN_UML_KERNEL has none)"
}

# need_plug SWITCH KERNEL...: what a machine's card on a switch needs; the kernels are those of all on that switch.
need_plug() {
    need_choices
    if switch_is_vector "$@"; then
        need_bridges
        need_vector "$MLN_UML_KERNEL"
    else
        need_transport UML_NET_DAEMON "the daemon transport"
    fi
}

# need_tap: what a machine's card that is a TAP device needs.
need_tap() {
    need_choices
    if wants_vector UML_NET_TUNTAP "$MLN_UML_KERNEL"; then
        need_vector "$MLN_UML_KERNEL"
    else
        need_transport UML_NET_TUNTAP "TAP devices"
    fi
}

# card NUMBER MAC TAP [SWITCH SOCKET]: a card on the kernel's command line. Vectors are called vecN in the guest.
card() {
    if [ -n "${4-}" ]; then
        if [ -n "$(switch_bridge "$4")" ]; then vector_card "$@"; else printf 'eth%s=daemon,%s,unix,%s' "$1" "$2" "$5"; fi
    elif wants_vector UML_NET_TUNTAP "$MLN_UML_KERNEL"; then
        vector_card "$@"
    else
        printf 'eth%s=tuntap,%s,%s' "$1" "$3" "$2"
    fi
}

vector_card() {
    printf 'vec%s:transport=tap,ifname=%s,depth=64,mac=%s' "$1" "$3" "$2"
}

device_there() {
    ip link show dev "$1" >/dev/null 2>&1
}

# mark KIND DEVICE: remember that it was made here.
mark() {
    mkdir -p -- "$MLN_RUN/$1"
    : >"$MLN_RUN/$1/$2"
}

# tap_up DEVICE ADDRESS BRIDGE USER: a TAP device for a machine, on a bridge or with an address of its own.
tap_up() {
    if ! device_there "$1"; then
        ip tuntap add dev "$1" mode tap ${4:+user "$4"}
        mark taps "$1"
        [ -z "$2" ] || ip address add "$2" dev "$1"
    fi
    [ -e "$MLN_RUN/taps/$1" ] || return 0
    [ -z "$3" ] || ip link set dev "$1" master "$3"
    ip link set dev "$1" up
}

# plug_up DEVICE SWITCH USER KERNEL...: the same for a card on a switch that is a bridge.
plug_up() {
    device=$1 switch=$2 user=$3
    shift 3
    bridge=$(switch_bridge "$switch")
    if [ -n "$bridge" ]; then
        tap_up "$device" '' "$bridge" "$user"
    elif switch_is_vector "$switch" "$@"; then
        fail "switch $switch is not up; start it first"
    fi
}

# tap_down DEVICE: only one that was made here.
tap_down() {
    [ -e "$MLN_RUN/taps/$1" ] || return 0
    ip link delete dev "$1" 2>/dev/null || :
    rm -f -- "$MLN_RUN/taps/$1"
}

# need_switch SWITCH KERNEL...: what starting a switch needs.
need_switch() {
    need_choices
    if switch_is_vector "$@"; then
        need_bridges
    elif [ -n "${MLN_UML_SWITCH-}" ]; then
        need_commands setsid "$MLN_UML_SWITCH"
    else
        need_commands setsid
        [ -n "$(switch_program)" ] || missing "command uml_switch or vde_switch"
    fi
}

switch_program() {
    for program in ${MLN_UML_SWITCH:-uml_switch vde_switch}; do
        if command -v "$program" >/dev/null 2>&1; then
            echo "$program"
            return 0
        fi
    done
}

switch_pid() {
    cat -- "$MLN_RUN/switches/$1.pid" 2>/dev/null || :
}

# switch_up SWITCH: whether its process runs.
switch_up() {
    pid=$(switch_pid "$1")
    [ -n "$pid" ] && alive "$pid" || return 1
    # A process that is just becoming another program has no words for a moment.
    runs_switch "$pid" || { sleep 0.2 && alive "$pid" && runs_switch "$pid"; }
}

runs_switch() {
    tr '\0' ' ' <"/proc/$1/cmdline" | grep -Eq '(uml_switch -unix|vde_switch -sock) '
}

# switch_bridge SWITCH: the bridge that stands for it, when it is up; else nothing.
switch_bridge() {
    if [ -e "$MLN_RUN/wires/$1.bridge" ]; then
        read -r found <"$MLN_RUN/wires/$1.bridge"
        ! device_there "$found" || printf '%s\n' "$found"
    fi
}

# switch_folder USER: the run folder of switches.
switch_folder() {
    umask 022
    mkdir -p -- "$MLN_RUN/switches"
    umask 077
    # A switch of another user makes its socket there itself.
    [ -z "$1" ] || chmod 1777 "$MLN_RUN/switches"
}

# switch_start SOCKET PORTS OWNER GROUP USER OPTION...: as a process.
switch_start() {
    if switch_up "$MLN_NAME"; then
        say "is up"
        return 0
    fi
    socket=$1 ports=$2 owner=$3 group=$4 user=$5
    shift 5
    switch_folder "$user"
    program=$(switch_program)
    # A switch leaves its socket behind when it is killed.
    switch_clear "$socket"
    "start_$program" "$@"
    in_run wait_until 10 test -S "$socket" || fail "$program did not start; see $MLN_RUN/switches/$MLN_NAME.log"
    share_socket "$socket" "$owner" "$group" "$user"
    say "started"
}

# start_uml_switch OPTION...
start_uml_switch() {
    set -- uml_switch -unix "$socket" "$@"
    [ -z "$user" ] || set -- sudo -n -u "$user" -- "$@"
    (cd -- "$MLN_RUN" && exec setsid "$@") </dev/null >"$MLN_RUN/switches/$MLN_NAME.log" 2>&1 &
    echo $! >"$MLN_RUN/switches/$MLN_NAME.pid"
}

# start_vde_switch OPTION...: its sockets lie in a folder; the guests find the one they look for by a link.
start_vde_switch() {
    folder=$(vde_folder)
    mode=0700 folder_mode=0700
    [ -z "$owner$user" ] || mode=0777 folder_mode=0755
    [ -z "$group" ] || mode=0770 folder_mode=02750
    mkdir -p -- "$MLN_RUN/wires"
    printf '%s\n' "$folder" >"$MLN_RUN/wires/$MLN_NAME.vde"
    [ -z "$group" ] || set -- -group "$group" "$@"
    # Not as a daemon, it would end with its standard input.
    set -- vde_switch -sock "$folder" -mode "$mode" -dirmode "$folder_mode" -numports "$ports" -rcfile /dev/null \
        -pidfile "switches/$MLN_NAME.pid" -daemon "$@"
    [ -z "$user" ] || set -- sudo -n -u "$user" -- "$@"
    in_run "$@" </dev/null >"$MLN_RUN/switches/$MLN_NAME.log" 2>&1 || :
    [ -z "$owner" ] || in_run chown "$owner" "$folder" || :
    case $folder in
    /*) in_run ln -s -- "$folder/ctl" "$socket" ;;
    *) in_run ln -s -- "${folder##*/}/ctl" "$socket" ;;
    esac
}

# vde_folder: beside the socket, or where the name is short: it and a few signs must fit into a socket's name.
vde_folder() {
    beside=$socket.vde
    case $beside in /*) whole=$beside ;; *) whole=$(cd -- "$MLN_RUN" && pwd -P)/$beside ;; esac
    if [ "$(printf %s "$whole" | wc -c)" -lt 90 ]; then
        printf '%s\n' "$beside"
    else
        made=$(mktemp -d /tmp/mln.XXXXXXXX)
        if [ -n "$user" ]; then chmod 1777 "$made"; else chmod 755 "$made"; fi
        printf '%s\n' "$made/vde"
    fi
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

# switch_clear SOCKET: what a switch's process leaves behind.
switch_clear() {
    [ -d "$MLN_RUN" ] || return 0 # nothing was ever started
    in_run rm -f -- "$1" "switches/$MLN_NAME.pid"
    [ -e "$MLN_RUN/wires/$MLN_NAME.vde" ] || return 0
    read -r folder <"$MLN_RUN/wires/$MLN_NAME.vde"
    in_run rm -rf -- "$folder" "wires/$MLN_NAME.vde"
    case $folder in /tmp/mln.*/vde) rmdir -- "${folder%/vde}" 2>/dev/null || : ;; esac
}

# switch_stop SOCKET
switch_stop() {
    if ! switch_up "$MLN_NAME"; then
        switch_clear "$1"
        say "is down"
        return 0
    fi
    pid=$(switch_pid "$MLN_NAME")
    kill "$pid" 2>/dev/null || :
    wait_until 5 switch_down "$MLN_NAME" || kill -9 "$pid" 2>/dev/null || :
    switch_clear "$1"
    say "stopped"
}

switch_down() {
    ! switch_up "$1"
}

switch_status() {
    bridge=$(switch_bridge "$MLN_NAME")
    if [ -n "$bridge" ]; then
        say "up (bridge $bridge)"
    elif switch_up "$MLN_NAME"; then
        say "up"
    else
        say "down"
    fi
}

# use_bridge BRIDGE: let it stand for the switch. Guests that start later look here, not at the environment.
use_bridge() {
    mkdir -p -- "$MLN_RUN/wires"
    printf '%s\n' "$1" >"$MLN_RUN/wires/$MLN_NAME.bridge"
}

# bridge_start BRIDGE HUB TAP PORT: a switch as a bridge; PORT names the bridge's end of the switch's own TAP device.
bridge_start() {
    if [ "$(switch_bridge "$MLN_NAME")" = "$1" ]; then
        say "is up"
        return 0
    fi
    if ! device_there "$1"; then
        # A bridge that learns nothing is a hub.
        ip link add name "$1" type bridge ${2:+ageing_time 0}
        mark bridges "$1"
    fi
    ip link set dev "$1" up
    use_bridge "$1"
    [ -z "$3" ] || bridge_tap "$1" "$3" "$4"
    say "started (bridge $1)"
}

# bridge_tap BRIDGE TAP PORT: the server's own plug in the switch.
bridge_tap() {
    if device_there "$2"; then
        ip link set dev "$2" master "$1"
        warn "$2 was there before and is now a port of bridge $1: what addresses it has belong on the bridge"
    else
        ip link add name "$2" type veth peer name "$3"
        mark taps "$2"
        ip link set dev "$3" master "$1" up
        ip link set dev "$2" up
    fi
}

# bridge_ports BRIDGE TAP PORT: who is plugged in, but for the switch's own.
bridge_ports() {
    ip -o link show master "$1" | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | while read -r port; do
        [ "$port" = "$2" ] || [ "$port" = "$3" ] || printf '%s\n' "$port"
    done
}

# switch_end SOCKET BRIDGE TAP PORT: stop what was started, whatever a start would choose now.
switch_end() {
    if [ -e "$MLN_RUN/wires/$MLN_NAME.bridge" ]; then
        shift
        bridge_stop "$@"
    else
        switch_stop "$1"
    fi
}

# bridge_stop BRIDGE TAP PORT
bridge_stop() {
    bridge=$(switch_bridge "$MLN_NAME")
    if [ -n "$bridge" ] && [ -n "$(bridge_ports "$@")" ]; then
        warn "bridge $1 still has machines on it; left up"
        return 0
    fi
    [ -z "$2" ] || tap_down "$2"
    if [ -n "$bridge" ] && [ -e "$MLN_RUN/bridges/$1" ]; then
        ip link delete dev "$1" type bridge
    elif [ -n "$bridge" ] && [ -n "$2" ] && device_there "$2"; then
        ip link set dev "$2" nomaster
    fi
    rm -f -- "$MLN_RUN/bridges/$1" "$MLN_RUN/wires/$MLN_NAME.bridge"
    say "stopped"
}

# outer_start SOCKET BRIDGE KERNEL...: a switch of somebody else's must be there.
outer_start() {
    socket=$1 bridge=$2
    shift 2
    if wants_vector UML_NET_DAEMON "$@"; then
        device_there "$bridge" || fail "no bridge $bridge (the switch belongs to someone else)"
        use_bridge "$bridge"
    else
        rm -f -- "$MLN_RUN/wires/$MLN_NAME.bridge"
        in_run test -S "$socket" || fail "no socket $socket (the switch belongs to someone else)"
    fi
}

# outer_status SOCKET
outer_status() {
    bridge=$(switch_bridge "$MLN_NAME")
    if [ -n "$bridge" ]; then
        say "up (bridge $bridge)"
    elif in_run test -S "$1"; then
        say "up"
    else
        say "down"
    fi
}
