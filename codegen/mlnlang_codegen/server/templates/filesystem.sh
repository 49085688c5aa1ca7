# shellcheck shell=sh
# A guest's file system, reached by debugfs (ext2/3/4, no privileges) or as a mounted tree.
# Writes are gathered in MLN_STAGE and done together by fs_commit; the last write of a path counts.

# fs_open PATH: an image, a block device, or a folder where the guest is mounted.
fs_open() {
    MLN_FS_AT=$1
    MLN_STAGE=$(mktemp -d "${TMPDIR:-/tmp}/mln.XXXXXXXX")
    mkdir "$MLN_STAGE/new"
    : >"$MLN_STAGE/writes"
    if [ -d "$1" ]; then
        MLN_FS=tree
    elif is_ext "$1"; then
        MLN_FS=ext
    elif command -v guestmount >/dev/null 2>&1; then
        MLN_FS=tree
        MLN_FS_AT=$MLN_STAGE/mounted
        mkdir "$MLN_FS_AT"
        guestmount -a "$1" -i --rw "$MLN_FS_AT" || fail "guestmount finds no system in $1"
        MLN_MOUNT=$MLN_FS_AT
    else
        fail "no ext file system starts in $1: setting up such a guest needs the command guestmount (libguestfs)"
    fi
}

fs_close() {
    if [ -n "$MLN_MOUNT" ]; then
        guestunmount "$MLN_MOUNT"
        MLN_MOUNT=''
    fi
    rm -rf -- "$MLN_STAGE"
    MLN_STAGE=''
}

# fs_real PATH: in MLN_REAL the place of a path in a mounted tree; links on the way lead inside the tree, never out of it.
fs_real() {
    rest=${1#/} real='' hops=0
    while [ -n "$rest" ]; do
        part=${rest%%/*}
        case $rest in */*) rest=${rest#*/} ;; *) rest='' ;; esac
        case $part in
        '' | .) continue ;;
        ..)
            real=${real%/*}
            continue
            ;;
        esac
        if [ -n "$rest" ] && [ -L "$MLN_FS_AT$real/$part" ]; then
            hops=$((hops + 1))
            [ "$hops" -lt 40 ] || fail "too many links in $1"
            link=$(readlink -- "$MLN_FS_AT$real/$part")
            rest=$link/$rest
            case $link in /*) real='' ;; esac
        else
            real=$real/$part
        fi
    done
    MLN_REAL=$MLN_FS_AT$real
}

# dotted PATH: the same path for debugfs, which follows a link only in the middle of a path.
dotted() {
    printf '%s/./%s\n' "${1%/*}" "${1##*/}"
}

# fs_fetch PATH FILE: copy a guest's file out, or what is about to be written there; false when there is none.
fs_fetch() {
    rm -f -- "$2"
    if [ -f "$MLN_STAGE/new$1" ]; then
        cp -- "$MLN_STAGE/new$1" "$2"
    elif [ "$MLN_FS" = ext ]; then
        # Of a link, something comes out as well.
        at=$(dotted "$1")
        printf 'dump "%s" "%s"\nstat "%s"\n' "$at" "$2" "$at" >"$MLN_STAGE/asked"
        debugfs -f "$MLN_STAGE/asked" "$MLN_FS_AT" 2>/dev/null | grep -q '^Inode: .* Type: regular ' || rm -f -- "$2"
        [ -f "$2" ]
    else
        fs_real "$1"
        [ -f "$MLN_REAL" ] && [ ! -L "$MLN_REAL" ] && cp -- "$MLN_REAL" "$2"
    fi
}

# fs_attributes PATH: `MODE UID GID` of a guest's file; nothing when there is none, or a link.
fs_attributes() {
    if [ "$MLN_FS" = ext ]; then
        debugfs -R "stat \"$(dotted "$1")\"" "$MLN_FS_AT" 2>/dev/null | awk '
            /^Inode:/ { for (i = 1; i < NF; i++) if ($i == "Mode:") mode = $(i + 1); link = $4 == "symlink" }
            /^User:/ { if (!link) print mode, $2, $4; exit }'
    else
        fs_real "$1"
        [ -L "$MLN_REAL" ] || stat -c '0%a %u %g' -- "$MLN_REAL" 2>/dev/null || :
    fi
}

fs_exists() {
    [ -e "$MLN_STAGE/new$1" ] || [ -n "$(fs_have "$1")" ]
}

# fs_have PATH...: those that are there, one a line, links for themselves.
fs_have() {
    if [ "$MLN_FS" = ext ]; then
        printf 'stat "%s"\n' "$@" >"$MLN_STAGE/asked"
        debugfs -f "$MLN_STAGE/asked" "$MLN_FS_AT" 2>/dev/null | awk '
            /^debugfs: stat "/ { path = substr($0, 16, length($0) - 16) }
            /^Inode:/ { print path }'
    else
        for path; do
            fs_real "$path"
            if [ -e "$MLN_REAL" ] || [ -L "$MLN_REAL" ]; then printf '%s\n' "$path"; fi
        done
    fi
}

check_path() {
    case $1 in
    *\"* | *"$(printf '\t')"* | *"
"* | */../* | */..) fail "can't write a guest's path with quotes, tabs, line ends or ..: $1" ;;
    esac
}

# record KIND PATH MODE UID GID
record() {
    check_path "$2"
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" >>"$MLN_STAGE/writes"
}

# fs_put FILE PATH MODE UID GID
fs_put() {
    mkdir -p -- "$MLN_STAGE/new${2%/*}"
    cp -- "$1" "$MLN_STAGE/new$2"
    record file "$2" "$3" "$4" "$5"
}

# fs_folder PATH MODE UID GID: a folder with an owner; folders on the way are made as needed.
fs_folder() {
    mkdir -p -- "$MLN_STAGE/new$1"
    record folder "$1" "$2" "$3" "$4"
}

# fs_link TARGET PATH
fs_link() {
    check_path "$1"
    record link "$2" "$1" 0 0
}

# last_writes: what was recorded; the last line of a path counts.
last_writes() {
    awk -F '\t' '{ if (!($2 in line)) order[++n] = $2; line[$2] = $0 } END { for (i = 1; i <= n; i++) print line[order[i]] }' \
        "$MLN_STAGE/writes"
}

fs_commit() {
    last_writes >"$MLN_STAGE/wanted"
    if [ "$MLN_FS" = ext ]; then commit_ext; else commit_tree; fi
}

# debugfs tells of no problem by its status: every line on standard error is one, but the banner.
debugfs_strict() {
    debugfs -w -f "$1" "$MLN_FS_AT" >/dev/null 2>"$MLN_STAGE/errors" || :
    if grep -v '^debugfs [0-9]' "$MLN_STAGE/errors" >"$MLN_STAGE/problems"; then
        fail "the guest's file system can't be written:
$(cat -- "$MLN_STAGE/problems")"
    fi
}

commit_ext() {
    # First make room: folders that may be there already, files that may not. Complaints are expected.
    awk -F '\t' '
        function folder(path,   up, name) {
            if (path == "" || path in made) return
            made[path] = 1
            match(path, /[^\/]*$/); name = substr(path, RSTART); up = substr(path, 1, RSTART - 2)
            folder(up)
            printf "mkdir \"%s/./%s\"\n", up, name
        }
        { match($2, /[^\/]*$/); name = substr($2, RSTART); up = substr($2, 1, RSTART - 2); folder(up) }
        $1 == "folder" { folder($2); next }
        { printf "rm \"%s/./%s\"\n", up, name }' "$MLN_STAGE/wanted" >"$MLN_STAGE/room"
    debugfs -w -f "$MLN_STAGE/room" "$MLN_FS_AT" >/dev/null 2>&1 || :
    # Then see that every folder can be entered, before anything is written relative to it.
    awk -F '\t' '{ match($2, /[^\/]*$/); printf "cd \"%s/.\"\n", substr($2, 1, RSTART - 2) }' \
        "$MLN_STAGE/wanted" | LC_ALL=C sort -u >"$MLN_STAGE/folders"
    debugfs_strict "$MLN_STAGE/folders"
    MLN_NEW=$MLN_STAGE/new awk -F '\t' '
        function sif(name, field, value) { printf "sif \"%s\" %s %s\n", name, field, value }
        {
            match($2, /[^\/]*$/); name = substr($2, RSTART); up = substr($2, 1, RSTART - 2)
            if (up != last || NR == 1) { printf "cd \"%s/.\"\n", up; last = up }
            if ($1 == "link") { printf "symlink \"%s\" \"%s\"\n", name, $3; next }
            if ($1 == "file") printf "write \"%s%s\" \"%s\"\n", ENVIRON["MLN_NEW"], $2, name
            sub(/^0+/, "", $3)
            sif(name, "mode", sprintf("0%s%04d", $1 == "file" ? "10" : "4", $3)); sif(name, "uid", $4); sif(name, "gid", $5)
        }' "$MLN_STAGE/wanted" >"$MLN_STAGE/commit"
    debugfs_strict "$MLN_STAGE/commit"
}

commit_tree() {
    tab=$(printf '\t')
    while IFS=$tab read -r kind path mode uid gid; do
        fs_real "$path"
        to=$MLN_REAL
        [ -d "${to%/*}" ] || (umask 022 && mkdir -p -- "${to%/*}")
        case $kind in
        link)
            rm -f -- "$to"
            ln -s -- "$mode" "$to"
            continue
            ;;
        file)
            rm -f -- "$to"
            cp -- "$MLN_STAGE/new$path" "$to"
            ;;
        folder) mkdir -p -- "$to" ;;
        esac
        chown "$uid:$gid" "$to"
        chmod "$mode" "$to"
    done <"$MLN_STAGE/wanted"
}
