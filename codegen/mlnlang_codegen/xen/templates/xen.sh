# shellcheck shell=sh
# Running Xen machines with xl.

xen_up() {
    xl domid "$1" >/dev/null 2>&1
}

xen_down() {
    ! xen_up "$1"
}

# xen_start DOMAIN: with the server's folders put into hosts/HOST/xl.cfg.
xen_start() {
    if xen_up "$1"; then
        say "is up"
        return 0
    fi
    mkdir -p -- "$MLN_RUN/xen"
    put_folders_in "$MLN_HERE/xl.cfg" >"$MLN_RUN/xen/$1.cfg"
    xl create "$MLN_RUN/xen/$1.cfg" >/dev/null || fail "xl can't create the domain"
    say "started"
}

xen_stop() {
    if xen_down "$1"; then
        say "is down"
        return 0
    fi
    say "stopping"
    # -F: by ACPI where the guest has no Xen drivers.
    xl shutdown -F "$1" >/dev/null 2>&1 || :
    if ! wait_until "${MLN_STOP_TIMEOUT:-60}" xen_down "$1"; then
        warn "the guest does not shut down; destroying the domain"
        xl destroy "$1" || xen_down "$1" || fail "xl can't destroy the domain"
    fi
    rm -f -- "$MLN_RUN/xen/$1.cfg"
    say "stopped"
}

# xen_status DOMAIN DISK
xen_status() {
    if xen_up "$1"; then
        say "up"
    elif [ -e "$2" ]; then
        say "down"
    else
        say "not built"
    fi
}

xen_must_be_down() {
    xen_down "$1" || fail "is up; stop it first"
}
