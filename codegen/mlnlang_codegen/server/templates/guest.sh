# shellcheck shell=sh
# The verbs of a host's guest.sh: what is done to the guest's file system before it first starts.

for part in kind seed; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$part.sh"
done

# guest_setup DISK: do what guest/HOST/guest.sh says, unless a cloud-init seed tells the guest.
guest_setup() {
    if [ ! -f "$MLN_GUEST/guest.sh" ] || has_seed; then return 0; fi
    say "setting up the guest"
    fs_open "$1"
    # shellcheck source=/dev/null
    . "$MLN_GUEST/guest.sh"
    fs_commit
    fs_close
}

# id_in PATH NAME: the number of a user or group, by the guest's /etc/passwd or /etc/group.
id_in() {
    case $2 in
    root) echo 0 ;;
    *[!0-9]*)
        fs_fetch "$1" "$MLN_STAGE/ids" || fail "the guest has no $1"
        found=$(awk -F : -v name="$2" '$1 == name { print $3; exit }' "$MLN_STAGE/ids")
        [ -n "$found" ] || fail "the guest knows no $2 in $1"
        echo "$found"
        ;;
    *) echo "$2" ;;
    esac
}

# put_owned FILE PATH MODE OWNER GROUP
put_owned() {
    uid=0 gid=0
    [ "$4" = root ] || uid=$(id_in /etc/passwd "$4")
    [ "$5" = root ] || gid=$(id_in /etc/group "$5")
    fs_put "$1" "$2" "$3" "$uid" "$gid"
}

# on TAG,... VERB...: a verb for the guests that have one of the tags.
on() {
    wanted=$1
    shift
    if is_any "$wanted"; then "$@"; fi
}

# take_text [cut]: the text from the standard input, in MLN_STAGE/text; `cut`: without the end of its last line.
take_text() {
    if [ "${1-}" = cut ]; then head -c -1 >"$MLN_STAGE/text"; else cat >"$MLN_STAGE/text"; fi
}

# guest_file PATH MODE OWNER GROUP [cut]: a file with the text that follows.
guest_file() {
    take_text "${5-}"
    put_owned "$MLN_STAGE/text" "$1" "$2" "$3" "$4"
}

# holds FILE LINES: whether a file has these lines, one after the other.
holds() {
    awk '
        FNR == 1 { n++ }
        { text[n] = text[n] "\n" $0 }
        END { exit index(text[1] "\n", text[2] "\n") == 0 }' "$1" "$2"
}

# add_once PATH LINES: the guest's file with the lines behind it, in MLN_STAGE/added; false when nothing is to do.
add_once() {
    : >"$MLN_STAGE/added"
    [ -s "$2" ] || return 1
    fs_fetch "$1" "$MLN_STAGE/added" || return 0
    [ -s "$MLN_STAGE/added" ] || return 0
    ! holds "$MLN_STAGE/added" "$2" || return 1
    # A last line without an end would swallow the first one added.
    [ -z "$(tail -c 1 -- "$MLN_STAGE/added")" ] || echo >>"$MLN_STAGE/added"
}

# guest_append PATH MODE OWNER GROUP [cut]: the lines that follow, unless they are there.
guest_append() {
    take_text "${5-}"
    if add_once "$1" "$MLN_STAGE/text"; then
        cat -- "$MLN_STAGE/text" >>"$MLN_STAGE/added"
        put_kept "$MLN_STAGE/added" "$1" "$2" "$3" "$4"
    fi
}

# put_kept FILE PATH MODE OWNER GROUP: mode and owner as they are in the guest, or these for a new file.
put_kept() {
    kept=$(fs_attributes "$2")
    if [ -n "$kept" ]; then
        # shellcheck disable=SC2086 # three words
        fs_put "$1" "$2" $kept
    else
        put_owned "$@"
    fi
}

guest_link() {
    fs_link "$1" "$2"
}

# fetch_accounts NAME: the guest's passwd, shadow or group in MLN_STAGE; an empty one when there is none.
fetch_accounts() {
    fs_fetch "/etc/$1" "$MLN_STAGE/$1" || : >"$MLN_STAGE/$1"
    # A last line without an end would swallow the next account.
    [ -z "$(tail -c 1 -- "$MLN_STAGE/$1")" ] || echo >>"$MLN_STAGE/$1"
}

put_accounts() {
    case $1 in shadow) put_kept "$MLN_STAGE/$1" "/etc/$1" 0600 root root ;; *) put_kept "$MLN_STAGE/$1" "/etc/$1" 0644 root root ;; esac
}

# knows FILE NAME: whether passwd or group, as fetched, has an account of that name.
knows() {
    awk -F : -v name="$2" '$1 == name { found = 1 } END { exit !found }' "$MLN_STAGE/$1"
}

# next_id FILE: the first free number from 1000 on.
next_id() {
    awk -F : '{ used[$3] = 1 } END { for (id = 1000; id in used; id++); print id }' "$1"
}

# guest_group NAME [GID]
guest_group() {
    fetch_accounts group
    ! knows group "$1" || return 0
    gid=${2-}
    if [ -z "$gid" ] || cut -d : -f 3 "$MLN_STAGE/group" | grep -qx "$gid"; then gid=$(next_id "$MLN_STAGE/group"); fi
    printf '%s:x:%s:\n' "$1" "$gid" >>"$MLN_STAGE/group"
    put_accounts group
}

# guest_member GROUP USER
guest_member() {
    fetch_accounts group
    awk -F : -v OFS=: -v group="$1" -v user="$2" '
        $1 == group && !index("," $4 ",", "," user ",") { $4 = $4 ($4 == "" ? "" : ",") user } { print }' \
        "$MLN_STAGE/group" >"$MLN_STAGE/group.new"
    mv -- "$MLN_STAGE/group.new" "$MLN_STAGE/group"
    put_accounts group
}

# set_hash USER HASH: by the environment, for arguments of a process can be seen by everyone.
set_hash() {
    fetch_accounts shadow
    file=shadow
    if [ ! -s "$MLN_STAGE/shadow" ]; then
        file=passwd
        fetch_accounts passwd
    fi
    MLN_HASH=$2 awk -F : -v OFS=: -v user="$1" '
        $1 == user { $2 = ENVIRON["MLN_HASH"]; seen = 1 } { print }
        END { if (!seen && FILENAME ~ /shadow$/) print user, ENVIRON["MLN_HASH"], "", 0, 99999, 7, "", "", "" }' \
        "$MLN_STAGE/$file" >"$MLN_STAGE/$file.new"
    mv -- "$MLN_STAGE/$file.new" "$MLN_STAGE/$file"
    put_accounts "$file"
}

home_of() {
    fetch_accounts passwd
    awk -F : -v user="$1" '$1 == user { print $6; exit }' "$MLN_STAGE/passwd"
}

# guest_user NAME HASH [HOME [UID]]: a new account with its home, or a new password for one that is there.
guest_user() {
    fetch_accounts passwd
    if ! knows passwd "$1"; then
        home=${3:-/home/$1}
        own_uid=${4:-$(next_id "$MLN_STAGE/passwd")}
        guest_group "$1" "$own_uid"
        fetch_accounts group
        own_gid=$(awk -F : -v name="$1" '$1 == name { print $3; exit }' "$MLN_STAGE/group")
        shell=/bin/sh
        ! guest_has /bin/bash || shell=/bin/bash
        printf '%s:x:%s:%s::%s:%s\n' "$1" "$own_uid" "$own_gid" "$home" "$shell" >>"$MLN_STAGE/passwd"
        put_accounts passwd
        fs_exists "$home" || make_home "$home" "$own_uid" "$own_gid"
    fi
    set_hash "$1" "$2"
}

# make_home PATH UID GID: with what the guest's /etc/skel has.
make_home() {
    fs_folder "$1" 0755 "$2" "$3"
    for name in .profile .bashrc .bash_logout; do
        ! fs_fetch "/etc/skel/$name" "$MLN_STAGE/skel" || fs_put "$MLN_STAGE/skel" "$1/$name" 0644 "$2" "$3"
    done
}

guest_root_hash() {
    set_hash root "$1"
}

# guest_root_password: the clear text lies in a file that only its owner reads, and goes to openssl by a pipe.
guest_root_password() {
    hash=$(root_hash) || exit 1
    set_hash root "$hash"
}

root_hash() {
    openssl passwd -6 -stdin <"$MLN_GUEST/root_password" || fail "openssl can't hash the root password"
}

# guest_copy SOURCE TARGET MODE: a file or a folder with all in it; without a mode, as the source has it.
guest_copy() {
    [ -e "$1" ] || fail "no file $1"
    if [ ! -d "$1" ]; then
        fs_put "$1" "$2" "${3:-0$(stat -L -c %a -- "$1")}" 0 0
        return 0
    fi
    (cd -- "$1" && find . -type d -o -type f -o -type l) | LC_ALL=C sort >"$MLN_STAGE/found"
    while IFS= read -r part; do
        copy_one "$1/$part" "$2${part#.}" "$3"
    done <"$MLN_STAGE/found"
}

copy_one() {
    if [ -L "$1" ]; then
        fs_link "$(readlink -- "$1")" "$2"
    elif [ -d "$1" ]; then
        fs_folder "$2" "$(folder_mode "$1" "$3")" 0 0
    else
        fs_put "$1" "$2" "${3:-0$(stat -c %a -- "$1")}" 0 0
    fi
}

# folder_mode FOLDER MODE: a file's mode, with the right to enter for whoever may read.
folder_mode() {
    mode=${2:-$(stat -c %a -- "$1")}
    special=${mode%???}
    printf '%s%s\n' "$special" "$(printf '%s' "${mode#"$special"}" | sed 's/4/5/g; s/6/7/g')"
}

# add_key USER FILE: a public key, once; ~/.ssh and the file get owner and mode that sshd asks for.
add_key() {
    home=$(home_of "$1")
    [ -n "$home" ] || fail "the guest has no user $1 to give a key to"
    uid=$(id_in /etc/passwd "$1")
    gid=$(awk -F : -v user="$1" '$1 == user { print $4; exit }' "$MLN_STAGE/passwd")
    keys=${home%/}/.ssh/authorized_keys
    add_once "$keys" "$2" || return 0
    cat -- "$2" >>"$MLN_STAGE/added"
    fs_folder "${keys%/*}" 0700 "$uid" "$gid"
    fs_put "$MLN_STAGE/added" "$keys" 0600 "$uid" "$gid"
}

guest_key() {
    printf '%s\n' "$2" >"$MLN_STAGE/key"
    add_key "$1" "$MLN_STAGE/key"
}

guest_key_file() {
    if [ "$MLN_FS" = seed ]; then seed_keys "$1" "$2"; else add_key "$1" "$2"; fi
}
