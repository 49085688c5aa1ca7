# shellcheck shell=sh
# Switches that are bridges of the server. A bridge that was there before is used and never removed.

bridge_up() {
    [ -e "/sys/class/net/$1" ]
}

# bridge_start BRIDGE TAP
bridge_start() {
    if bridge_up "$1"; then
        say "bridge $1 is up"
    else
        ip link add name "$1" type bridge
        mkdir -p -- "$MLN_RUN/bridges"
        : >"$MLN_RUN/bridges/$1"
        ip link set dev "$1" up
        say "made bridge $1"
    fi
    [ -z "$2" ] || ip link set dev "$2" master "$1"
}

bridge_stop() {
    if [ ! -e "$MLN_RUN/bridges/$1" ]; then
        say "bridge $1 was not made here; left alone"
    elif ! bridge_up "$1"; then
        rm -f -- "$MLN_RUN/bridges/$1"
        say "bridge $1 is down"
    elif [ -n "$(ls -A -- "/sys/class/net/$1/brif" 2>/dev/null)" ]; then
        warn "bridge $1 still has machines on it; left up"
    else
        ip link delete dev "$1" type bridge
        rm -f -- "$MLN_RUN/bridges/$1"
        say "removed bridge $1"
    fi
}

bridge_status() {
    if bridge_up "$1"; then say "up (bridge $1)"; else say "down"; fi
}
