# shellcheck shell=sh
# What every script of this folder shares: messages, requirements, tidying up.

# Images hold password hashes, run files hold console logs: nobody else's business.
umask 077
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

MLN_MISSING=''
MLN_PART=''
MLN_COPY=''
MLN_PART_VOLUME=''
MLN_STAGE=''
MLN_MOUNT=''
MLN_KIND=${MLN_KIND-}
MLN_NAME=${MLN_NAME-}

# subject KIND NAME: what messages are about.
subject() {
    MLN_KIND=$1
    MLN_NAME=$2
    # shellcheck disable=SC2034 # for the other libraries
    MLN_GUEST=$MLN_SERVER/guest/$2
}

# say TEXT: a line of progress, on standard output.
say() {
    printf '%s\n' "${MLN_KIND:+$MLN_KIND $MLN_NAME: }$*"
}

warn() {
    printf '%s\n' "${MLN_KIND:+$MLN_KIND $MLN_NAME: }warning: $*" >&2
}

fail() {
    printf '%s\n' "${MLN_KIND:+$MLN_KIND $MLN_NAME: }error: $*" >&2
    exit 1
}

# missing TEXT: remember a requirement that is not met.
missing() {
    MLN_MISSING="$MLN_MISSING$*
"
}

need_commands() {
    for command; do
        command -v "$command" >/dev/null 2>&1 || missing "command $command"
    done
}

need_files() {
    for path; do
        if [ -z "$path" ]; then
            missing "template (host $MLN_NAME names none)"
        elif [ ! -e "$path" ]; then
            missing "file $path"
        fi
    done
}

# need_plain_folders: images and run state must lie where configuration files can name them.
need_plain_folders() {
    for folder in "$MLN_IMAGES" "$MLN_RUN" "$MLN_FILES" "$MLN_TEMPLATES"; do
        case $folder in
        *[\"\'\&\<\>\\\|,\$\`]* | *"
"*) missing "folder name without quotes, commas and the like (found: $folder)" ;;
        /*) ;;
        *) missing "absolute folder name (found: $folder)" ;;
        esac
    done
}

# needs_met: stop with one message when a requirement is not met.
needs_met() {
    [ -z "$MLN_MISSING" ] || fail "missing on this server:
$(printf '%s' "$MLN_MISSING" | LC_ALL=C sort -u | sed 's/^/  /')"
}

# answer_needs PHASE ASKED: print what is missing (ASKED is `check`), or stop for it.
answer_needs() {
    if [ "$1" = check ]; then
        printf '%s' "$MLN_MISSING"
        exit 0
    fi
    needs_met
}

# tidy: whatever happened, leave nothing half-made behind.
tidy() {
    MLN_STATUS=$?
    trap '' HUP INT TERM
    if [ -n "$MLN_MOUNT" ]; then guestunmount "$MLN_MOUNT" || :; fi
    [ -z "$MLN_PART" ] || rm -f -- "$MLN_PART"
    [ -z "$MLN_COPY" ] || rm -f -- "$MLN_COPY"
    if [ -n "$MLN_PART_VOLUME" ]; then lvremove -f -- "$MLN_PART_VOLUME" >/dev/null 2>&1 || :; fi
    [ -z "$MLN_STAGE" ] || rm -rf -- "$MLN_STAGE"
    exit "$MLN_STATUS"
}

trap tidy EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# wait_until SECONDS COMMAND...: whether the command succeeds within that time.
wait_until() {
    tries=$(($1 * 5))
    shift
    while ! "$@"; do
        [ "$tries" -gt 0 ] || return 1
        tries=$((tries - 1))
        sleep 0.2
    done
}

# put_folders_in FILE: a configuration file with the real folders in place of the tokens.
put_folders_in() {
    sed -e "s|/@MLN_IMAGES@|$MLN_IMAGES|g" -e "s|/@MLN_FILES@|$MLN_FILES|g" \
        -e "s|/@MLN_TEMPLATES@|$MLN_TEMPLATES|g" -- "$1"
}
