#!/bin/sh
# Run by a guest's cloud-init: puts what the server added to the seed where it belongs. apply.sh FOLDER
set -eu
from=$1

# add_once FILE LINE: a line, unless it is there.
add_once() {
    grep -qxF -e "$2" "$1" 2>/dev/null || printf '%s\n' "$2" >>"$1"
}

add_lines() {
    [ -s "$2" ] || return 0
    while IFS= read -r line; do add_once "$1" "$line"; done <"$2"
}

# put_file KIND PATH MODE UID GID: for a link, MODE is what it points to.
put_file() {
    mkdir -p -- "$(dirname -- "$2")"
    case $1 in
    link)
        ln -sfn -- "$3" "$2"
        return 0
        ;;
    folder) mkdir -p -- "$2" ;;
    file)
        rm -f -- "$2"
        cp -- "$unpacked$2" "$2"
        ;;
    esac
    chown "$4:$5" "$2"
    chmod "$3" "$2"
}

# give_key USER KEY: ~/.ssh and the file get the owner and mode that sshd asks for.
give_key() {
    entry=$(grep "^$1:" /etc/passwd | head -n 1)
    [ -n "$entry" ] || return 0
    home=$(printf '%s\n' "$entry" | cut -d : -f 6)
    mkdir -p -- "$home/.ssh"
    add_once "$home/.ssh/authorized_keys" "$2"
    chmod 700 "$home/.ssh"
    chmod 600 "$home/.ssh/authorized_keys"
    chown -R "$(printf '%s\n' "$entry" | cut -d : -f 3,4)" "$home/.ssh"
}

add_lines /etc/hosts "$from/hosts"
tab=$(printf '\t')
if [ -s "$from/wanted" ]; then
    unpacked=$(mktemp -d)
    tar -C "$unpacked" -xf "$from/files.tar"
    while IFS=$tab read -r kind path mode uid gid; do
        put_file "$kind" "$path" "$mode" "$uid" "$gid"
    done <"$from/wanted"
    rm -rf -- "$unpacked"
fi
if [ -s "$from/keys" ]; then
    while IFS=$tab read -r user key; do give_key "$user" "$key"; done <"$from/keys"
fi
