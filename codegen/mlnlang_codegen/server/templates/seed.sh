# shellcheck shell=sh
# A guest's cloud-init seed: an ISO 9660 disc labelled `cidata`, made from guest/HOST/seed.

has_seed() {
    [ -d "$MLN_GUEST/seed" ]
}

# need_seed_tool: one of the programs that make such discs.
need_seed_tool() {
    [ -n "$(seed_tool)" ] || missing "command xorriso, genisoimage, mkisofs or cloud-localds"
}

seed_tool() {
    for tool in xorriso genisoimage mkisofs cloud-localds; do
        if command -v "$tool" >/dev/null 2>&1; then
            echo "$tool"
            return 0
        fi
    done
}

# build_seed ISO: made when there is none, and anew when what it is made from is newer.
build_seed() {
    if [ -e "$1" ] && [ -z "$(find "$MLN_GUEST/seed" "$MLN_GUEST/guest.sh" -newer "$1")" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    fill_seed
    MLN_PART=$1.part
    rm -f -- "$MLN_PART"
    write_disc "$MLN_PART" "$MLN_STAGE/disc" || fail "$(seed_tool) can't write the seed:
$(cat -- "$MLN_STAGE/errors")"
    fs_close
    part_done "$1"
}

# fill_seed: the files of the disc, in MLN_STAGE/disc.
fill_seed() {
    MLN_STAGE=$(mktemp -d "${TMPDIR:-/tmp}/mln.XXXXXXXX")
    # shellcheck disable=SC2034 # the verbs look at it
    MLN_FS=seed
    mkdir "$MLN_STAGE/disc" "$MLN_STAGE/disc/mln" "$MLN_STAGE/new"
    : >"$MLN_STAGE/writes"
    for file in meta-data network-config user-data; do
        cp -- "$MLN_GUEST/seed/$file" "$MLN_STAGE/disc/$file"
    done
    [ ! -f "$MLN_GUEST/root_password" ] || put_root_hash "$MLN_STAGE/disc/user-data"
    # shellcheck source=/dev/null
    . "$MLN_GUEST/guest.sh"
    added=$MLN_STAGE/disc/mln
    [ ! -s "$MLN_SERVER/lib/hosts" ] || cp -- "$MLN_SERVER/lib/hosts" "$added/hosts"
    if [ -s "$MLN_STAGE/writes" ]; then
        last_writes >"$added/wanted"
        tar -C "$MLN_STAGE/new" -cf "$added/files.tar" .
    fi
    [ ! -s "$MLN_STAGE/keys" ] || cp -- "$MLN_STAGE/keys" "$added/keys"
    cp -- "$MLN_SERVER/lib/guest/apply.sh" "$added/apply.sh"
}

# seed_keys USER FILE: the public keys of a file, for apply.sh.
seed_keys() {
    sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' -- "$2" | while IFS= read -r key; do
        printf '%s\t%s\n' "$1" "$key"
    done >>"$MLN_STAGE/keys"
}

# put_root_hash FILE: the hash in place of the first token. By the environment: arguments can be seen by everyone.
put_root_hash() {
    MLN_HASH=$(root_hash) || exit 1
    export MLN_HASH
    awk -v token=@MLN_ROOT_HASH@ '
        !done && (at = index($0, token)) {
            $0 = substr($0, 1, at - 1) ENVIRON["MLN_HASH"] substr($0, at + length(token)); done = 1
        }
        { print }' "$1" >"$1.new"
    unset MLN_HASH
    mv -- "$1.new" "$1"
}

# write_disc ISO FOLDER
write_disc() {
    case $(seed_tool) in
    xorriso) xorriso -as genisoimage -quiet -o "$1" -V cidata -r -J "$2" 2>"$MLN_STAGE/errors" ;;
    genisoimage) genisoimage -quiet -o "$1" -V cidata -r -J "$2" 2>"$MLN_STAGE/errors" ;;
    mkisofs) mkisofs -quiet -o "$1" -V cidata -r -J "$2" 2>"$MLN_STAGE/errors" ;;
    *)
        if [ -s "$2/mln/wanted" ] || [ -s "$2/mln/keys" ]; then
            fail "cloud-localds can't put the project's files on a seed: install xorriso"
        fi
        cloud-localds -N "$2/network-config" "$1" "$2/user-data" "$2/meta-data" 2>"$MLN_STAGE/errors"
        ;;
    esac
}
