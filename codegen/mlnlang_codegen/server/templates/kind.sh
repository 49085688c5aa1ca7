# shellcheck shell=sh
# What kind of system a guest is, told by files of its image; and the verbs of guest.sh that depend on it.
# Tags: the family; netplan, ifupdown, networkd, networkmanager, ifcfg or wicked; systemd or sysv; rcS or openrc.

# guest_has PATH: whether the image has it, of the paths that guest_kind asked for.
# shellcheck disable=SC2153 # no misspelling
guest_has() {
    grep -qxF -e "$1" "$MLN_STAGE/has"
}

has_any() {
    for path; do
        ! guest_has "$path" || return 0
    done
    return 1
}

# is_any TAG,...: whether the guest has one of the tags.
is_any() {
    rest=$1,
    while [ -n "$rest" ]; do
        case " $MLN_TAGS " in *" ${rest%%,*} "*) return 0 ;; esac
        rest=${rest#*,}
    done
    return 1
}

is_windows() {
    [ "$MLN_FAMILY" = windows ]
}

# guest_kind [FAMILY]: learn what the guest is; FAMILY is the project's word for it, and counts.
guest_kind() {
    fs_have /etc/os-release /usr/lib/os-release /etc/debian_version /etc/network/interfaces \
        /etc/redhat-release /etc/sysconfig/network-scripts /etc/SuSE-release /etc/sysconfig/network \
        /etc/alpine-release /bin/busybox /etc/inittab /etc/init.d/rcS /sbin/openrc \
        /Windows /WINDOWS /windows /boot.ini /lib/systemd/systemd /usr/lib/systemd/systemd \
        /usr/sbin/netplan /sbin/netplan /sbin/ifup /usr/sbin/ifup /usr/sbin/NetworkManager /usr/sbin/wicked \
        /lib/systemd/systemd-networkd /usr/lib/systemd/systemd-networkd /etc/rc.d/init.d/network \
        /etc/rc.d/rc3.d /etc/rc3.d /etc/init.d/rc3.d /etc/HOSTNAME /bin/bash /etc/selinux/config \
        >"$MLN_STAGE/has"
    MLN_FAMILY=${1-}
    [ -n "$MLN_FAMILY" ] || MLN_FAMILY=$(find_family)
    MLN_TAGS=$MLN_FAMILY
    how=''
    if ! is_windows; then
        how=$(find_network)
        MLN_TAGS="$MLN_TAGS $how $(find_init)"
    fi
    say "the guest is of the family $MLN_FAMILY${1:+, as the project says}${how:+; its network: $how}"
    [ "$MLN_FAMILY${1-}" != other ] || warn "the image does not tell its family; \`family\` in the project can"
    ! is_any redhat || relabel
}

# find_family: by os-release, else by files that only one family has.
find_family() {
    if has_any /Windows /WINDOWS /windows /boot.ini; then
        echo windows
        return 0
    fi
    ids=''
    if fs_fetch /etc/os-release "$MLN_STAGE/os" || fs_fetch /usr/lib/os-release "$MLN_STAGE/os"; then
        ids=" $(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "$MLN_STAGE/os" | tr -d "\"'" | tr '\n' ' ') "
    fi
    case $ids in
    *' debian '* | *' ubuntu '*) echo debian ;;
    *' rhel '* | *' fedora '* | *' centos '*) echo redhat ;;
    *suse* | *' sles '*) echo suse ;;
    *' alpine '* | *' busybox '* | *' buildroot '*) echo busybox ;;
    *) family_by_files ;;
    esac
}

family_by_files() {
    if guest_has /etc/debian_version; then
        echo debian
    elif has_any /etc/redhat-release /etc/sysconfig/network-scripts; then
        echo redhat
    elif has_any /etc/SuSE-release /etc/sysconfig/network; then
        echo suse
    elif guest_has /etc/alpine-release || { guest_has /bin/busybox && has_any /etc/inittab /etc/init.d/rcS; }; then
        echo busybox
    elif guest_has /etc/network/interfaces; then
        echo debian
    else
        echo other
    fi
}

# find_network: what sets the guest's network up.
find_network() {
    case $MLN_FAMILY in
    busybox) echo ifupdown ;;
    redhat)
        # Where the old scripts are, NetworkManager reads their files as well.
        if guest_has /usr/sbin/NetworkManager && ! guest_has /etc/rc.d/init.d/network; then
            echo networkmanager
        else
            echo ifcfg
        fi
        ;;
    suse) if guest_has /usr/sbin/NetworkManager && ! guest_has /usr/sbin/wicked; then echo networkmanager; else echo wicked; fi ;;
    *)
        if has_any /usr/sbin/netplan /sbin/netplan; then
            echo netplan
        elif has_any /sbin/ifup /usr/sbin/ifup /etc/network/interfaces; then
            echo ifupdown
        elif guest_has /usr/sbin/NetworkManager; then
            echo networkmanager
        elif has_any /lib/systemd/systemd-networkd /usr/lib/systemd/systemd-networkd; then
            echo networkd
        elif [ "$MLN_FAMILY" = debian ]; then
            echo ifupdown
        fi
        ;;
    esac
}

find_init() {
    if has_any /lib/systemd/systemd /usr/lib/systemd/systemd; then
        echo systemd
    elif guest_has /sbin/openrc; then
        echo sysv openrc
    elif [ "$MLN_FAMILY" = busybox ]; then
        echo sysv rcS
    else
        echo sysv
    fi
}

# relabel: SELinux must label the files that are written from outside, at the first start.
relabel() {
    if guest_has /etc/selinux/config && fs_fetch /etc/selinux/config "$MLN_STAGE/selinux" &&
        grep -Eq '^SELINUX=(enforcing|permissive)' "$MLN_STAGE/selinux"; then
        guest_file /.autorelabel 0644 root root </dev/null
    fi
}

# guest_name HOST PROJECT: host name and /etc/hosts; the addresses of the project's machines behind the guest's own.
guest_name() {
    echo "$1" | guest_file /etc/hostname 0644 root root
    ! guest_has /etc/HOSTNAME || echo "$1.$2" | guest_file /etc/HOSTNAME 0644 root root
    if is_any redhat && is_any sysv; then
        guest_setting /etc/sysconfig/network NETWORKING yes
        guest_setting /etc/sysconfig/network HOSTNAME "$1.$2"
    fi
    {
        printf '127.0.0.1 localhost\n127.0.1.1 %s %s\n::1 localhost ip6-localhost ip6-loopback\n' "$1.$2" "$1"
        [ ! -s "$MLN_SERVER/lib/hosts" ] || cat -- "$MLN_SERVER/lib/hosts"
    } | guest_file /etc/hosts 0644 root root
    ! is_any networkd || guest_link "$(unit_folder)/systemd-networkd.service" \
        /etc/systemd/system/multi-user.target.wants/systemd-networkd.service
}

unit_folder() {
    if guest_has /usr/lib/systemd/systemd; then echo /usr/lib/systemd/system; else echo /lib/systemd/system; fi
}

# guest_setting PATH KEY VALUE: a line KEY=VALUE in place of the one that is there.
guest_setting() {
    fs_fetch "$1" "$MLN_STAGE/settings" || : >"$MLN_STAGE/settings"
    awk -v key="$2" -v value="$3" '
        index($0, key "=") == 1 { if (!done++) print key "=" value; next } { print }
        END { if (!done) print key "=" value }' "$MLN_STAGE/settings" >"$MLN_STAGE/settings.new"
    put_kept "$MLN_STAGE/settings.new" "$1" 0644 root root
}

# guest_script startup|shutdown: the project's lines that follow, for bash where the guest has it.
guest_script() {
    {
        if guest_has /bin/bash; then echo '#!/bin/bash'; else echo '#!/bin/sh'; fi
        cat
    } | guest_file "/etc/mln/$1" 0755 root root
}

# guest_boot: let the guest run /etc/mln/boot when it starts and stops.
guest_boot() {
    constant boot.sh /etc/mln/boot 0755
    if is_any systemd; then
        constant mln.service /etc/systemd/system/mln.service 0644
        guest_link /etc/systemd/system/mln.service /etc/systemd/system/multi-user.target.wants/mln.service
    elif is_any openrc; then
        printf '#!/bin/sh\nsh /etc/mln/boot start\n' | guest_file /etc/local.d/mln.start 0755 root root
        printf '#!/bin/sh\nsh /etc/mln/boot stop\n' | guest_file /etc/local.d/mln.stop 0755 root root
        guest_link /etc/init.d/local /etc/runlevels/default/local
    elif ! is_any rcS; then
        run_levels
    fi
}

# run_levels: links of System V's init, in the folder that the family has them in.
run_levels() {
    guest_link /etc/mln/boot /etc/init.d/mln
    for folder in /etc/rc.d /etc /etc/init.d; do
        if guest_has "$folder/rc3.d"; then
            for level in 2 3 4 5; do guest_link ../init.d/mln "$folder/rc$level.d/S99mln"; done
            for level in 0 6; do guest_link ../init.d/mln "$folder/rc$level.d/K01mln"; done
            return 0
        fi
    done
    warn "no way found to let the guest run its start-up lines: they lie in /etc/mln"
}

# constant NAME PATH MODE: a file that is the same in every guest.
constant() {
    put_owned "$MLN_SERVER/lib/guest/$1" "$2" "$3" root root
}

# guest_windows: what firstboot.ps1 needs, and what runs it: at the end of Windows' own set-up, or at a first log-on.
guest_windows() {
    windows=/Windows
    for folder in /WINDOWS /windows; do
        ! guest_has "$folder" || windows=$folder
    done
    constant mln.ps1 /mln/mln.ps1 0644
    constant firstboot.cmd "$windows/Setup/Scripts/SetupComplete.cmd" 0644
    constant firstboot.cmd "/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp/mln.cmd" 0644
    [ ! -s "$MLN_SERVER/lib/hosts" ] ||
        guest_append "$windows/System32/drivers/etc/hosts" 0644 root root <"$MLN_SERVER/lib/hosts"
}

# guest_windows_password: the first start sets it and removes the file.
guest_windows_password() {
    put_owned "$MLN_GUEST/root_password" /mln/password 0600 root root
}
