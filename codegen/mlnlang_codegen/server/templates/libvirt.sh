# shellcheck shell=sh
# Machines and switches that libvirt runs.

# connect URI: where libvirt is asked.
connect() {
    MLN_URI=$1
}

libvirt() {
    LC_ALL=C virsh -q -c "$MLN_URI" "$@" </dev/null
}

need_libvirt() {
    need_commands virsh
    ! command -v virsh >/dev/null 2>&1 || libvirt uri >/dev/null 2>&1 || missing "answer from libvirt at $MLN_URI"
}

domain_defined() {
    libvirt domuuid "$1" >/dev/null 2>&1
}

domain_up() {
    case $(libvirt domstate "$1" 2>/dev/null) in
    '' | 'shut off' | crashed) return 1 ;;
    esac
}

domain_down() {
    ! domain_up "$1"
}

# domain_text: the machine's description for this server. A back end may have one of its own.
domain_text() {
    put_folders_in "$MLN_HERE/domain.xml"
}

# domain_start DOMAIN: defined anew each time, so that what was compiled last is what runs.
domain_start() {
    if domain_up "$1"; then
        say "is up"
        return 0
    fi
    mkdir -p -- "$MLN_RUN/domains"
    MLN_PART=$MLN_RUN/domains/$1.xml
    domain_text >"$MLN_PART"
    libvirt define --validate "$MLN_PART" >/dev/null || fail "libvirt can't define the domain"
    rm -f -- "$MLN_PART"
    MLN_PART=''
    libvirt start "$1" >/dev/null || fail "libvirt can't start the domain"
    say "started"
}

domain_stop() {
    if domain_down "$1"; then
        say "is down"
        return 0
    fi
    say "stopping"
    libvirt shutdown "$1" >/dev/null 2>&1 || :
    if ! wait_until "${MLN_STOP_TIMEOUT:-60}" domain_down "$1"; then
        warn "the guest does not shut down; destroying the domain"
        libvirt destroy "$1" >/dev/null || domain_down "$1" || fail "libvirt can't destroy the domain"
    fi
    say "stopped"
}

# domain_status DOMAIN DISK
domain_status() {
    if domain_up "$1"; then
        say "up"
    elif domain_defined "$1" || [ -e "$2" ]; then
        say "down"
    else
        say "not built"
    fi
}

# domain_remove DOMAIN OPTION...: what libvirt knows of it; its disks are removed afterwards.
domain_remove() {
    domain_down "$1" || fail "is up; stop it first"
    domain_defined "$1" || return 0
    libvirt undefine "$@" >/dev/null || fail "libvirt can't undefine the domain"
}

network_up() {
    [ "$(libvirt net-info "$1" 2>/dev/null | awk '$1 == "Active:" { print $2 }')" = yes ]
}

bridge_up() {
    [ -e "/sys/class/net/$1" ]
}

# network_text BRIDGE: a bridge that is there already is used as it is, one that is not is libvirt's to make.
network_text() {
    if bridge_up "$1"; then
        sed -e '/^  <mac /d' -e '/^  <dns /d' -e '/^  <forward /d' -e 's| stp="off" delay="0"/>$|/>|' \
            -e 's|^  <bridge |  <forward mode="bridge"/><bridge |' -- "$MLN_HERE/network.xml"
    else
        cat -- "$MLN_HERE/network.xml"
    fi
}

# network_start NETWORK BRIDGE
network_start() {
    if network_up "$1"; then
        say "is up"
        return 0
    fi
    mkdir -p -- "$MLN_RUN/networks"
    MLN_PART=$MLN_RUN/networks/$1.xml
    network_text "$2" >"$MLN_PART"
    libvirt net-define --validate "$MLN_PART" >/dev/null || fail "libvirt can't define the network"
    rm -f -- "$MLN_PART"
    MLN_PART=''
    libvirt net-start "$1" >/dev/null || fail "libvirt can't start the network"
    say "started (bridge $2)"
}

# ports BRIDGE TAP: what is plugged in, but for the switch's own TAP device.
ports() {
    for port in "/sys/class/net/$1/brif"/*; do
        [ ! -e "$port" ] || [ "${port##*/}" = "${2-}" ] || printf '%s\n' "${port##*/}"
    done
}

# network_stop NETWORK BRIDGE [TAP]
network_stop() {
    if ! network_up "$1"; then
        say "is down"
    elif libvirt net-dumpxml "$1" | grep -q "<forward mode='bridge'/>"; then
        libvirt net-destroy "$1" >/dev/null || fail "libvirt can't stop the network"
        say "stopped; the bridge $2 is someone else's and stays"
    elif [ -n "$(ports "$2" "${3-}")" ]; then
        warn "bridge $2 still has machines on it; left up"
    else
        libvirt net-destroy "$1" >/dev/null || fail "libvirt can't stop the network"
        say "stopped"
    fi
}

network_status() {
    if network_up "$1"; then say "up (bridge $2)"; else say "down"; fi
}

network_remove() {
    ! network_up "$1" || return 0
    libvirt net-uuid "$1" >/dev/null 2>&1 || return 0
    libvirt net-undefine "$1" >/dev/null || fail "libvirt can't undefine the network"
}
