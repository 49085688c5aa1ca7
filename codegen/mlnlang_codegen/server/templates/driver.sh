# shellcheck shell=sh
# build.sh, start.sh, stop.sh, status.sh and remove.sh: the same walk over the inventory, one phase each.

usage() {
    cat <<END
usage: $1.sh [--help] [HOST...]

$2 of project $MLN_PROJECT: all of this server, or the hosts named.
Hooks of the project run only when it is the whole project.

Folders, from the environment or else as shown:
  MLN_IMAGES     disk images       $MLN_IMAGES
  MLN_RUN        run state, logs   $MLN_RUN
  MLN_TEMPLATES  templates         $MLN_TEMPLATES
  MLN_FILES      files for guests  $MLN_FILES
END
}

about() {
    case $1 in
    build) echo 'Makes the disks of the machines' ;;
    start) echo 'Starts the switches and machines' ;;
    stop) echo 'Stops the machines and switches' ;;
    status) echo 'Tells the state of the machines and switches' ;;
    remove) echo 'Removes the disks of the machines, for good; what is up stays,' ;;
    esac
}

inventory() {
    cat -- "$MLN_SERVER/lib/inventory"
}

# walk PHASE HOST...: lines `KIND NAME` in the order of the phase; a host that is named brings its switches.
walk() {
    phase=$1
    shift
    inventory | LC_ALL=C sort -s -k3,3n | awk -v phase="$phase" -v named="$*" '
        BEGIN { count = split(named, given, " "); for (i = 1; i <= count; i++) asked[given[i]] = 1 }
        { kind[NR] = $1; name[NR] = $2 }
        $1 == "switch" { picked[NR] = (count == 0); at[$2] = NR }
        $1 == "host" {
            picked[NR] = (count == 0 || $2 in asked)
            if (picked[NR] && (phase == "build" || phase == "start"))
                for (i = 4; i <= NF; i++) if ($i in at) picked[at[$i]] = 1
        }
        END {
            if (phase == "stop" || phase == "remove") { for (n = NR; n > 0; n--) show(n) }
            else for (n = 1; n <= NR; n++) show(n)
        }
        function show(n) { if (picked[n]) print kind[n], name[n] }'
}

# control KIND NAME WORD...: the script of one switch or host.
control() {
    case $1 in
    switch) script=$MLN_SERVER/switches/$2/control.sh ;;
    *) script=$MLN_SERVER/hosts/$2/control.sh ;;
    esac
    shift 2
    sh "$script" "$@" </dev/null
}

# check_all PHASE LINES: one message for all that is missing.
check_all() {
    lacking=$(printf '%s\n' "$2" | while read -r kind name; do
        [ -z "$kind" ] || control "$kind" "$name" check "$1"
    done | LC_ALL=C sort -u)
    [ -z "$lacking" ] || fail "$1.sh: missing on this server:
$(printf '%s\n' "$lacking" | sed 's/^/  /')"
}

run_hook() {
    hook=$MLN_SERVER/hooks/$1.sh
    [ -f "$hook" ] || return 0
    say "hook $1"
    shell='sh'
    ! command -v bash >/dev/null 2>&1 || shell='bash'
    (cd "$MLN_SERVER" && "$shell" "$hook" </dev/null) || fail "hook $1 failed; nothing more was done"
}

# run_kind PHASE KIND LINES: the phase for every line of that kind; what fails does not stop the others.
run_kind() {
    for entry in $(printf '%s\n' "$3" | awk -v kind="$2" '$1 == kind { print $2 }'); do
        if control "$2" "$entry" "$1"; then
            done_count=$((done_count + 1))
        else
            failed="$failed $entry"
        fi
    done
}

drive() {
    phase=$1
    shift
    whole=yes
    for word; do
        case $word in
        -h | --help)
            usage "$phase" "$(about "$phase")"
            exit 0
            ;;
        -*)
            echo "$phase.sh: unknown option $word; try --help" >&2
            exit 2
            ;;
        esac
        whole=no
        inventory | awk -v name="$word" '$1 == "host" && $2 == name { found = 1 } END { exit !found }' || {
            echo "$phase.sh: no host $word here; hosts:$(inventory | awk '$1 == "host" { printf " %s", $2 }')" >&2
            exit 2
        }
    done
    lines=$(walk "$phase" "$@")
    failed=''
    done_count=0
    check_all "$phase" "$lines"
    case $phase in
    start) up_and_down Start switch host "$lines" ;;
    stop) up_and_down Stop host switch "$lines" ;;
    build)
        run_kind build switch "$lines"
        run_kind build host "$lines"
        ;;
    *)
        run_kind "$phase" host "$lines"
        run_kind "$phase" switch "$lines"
        ;;
    esac
    [ -z "$failed" ] || fail "$phase.sh: $done_count done, failed:$failed"
    [ "$phase" = status ] || say "$phase: $done_count done"
}

# up_and_down Start|Stop FIRST SECOND LINES: with the project's hooks around each kind.
up_and_down() {
    [ "$whole" = no ] || run_hook "beforeProject$1"
    [ "$2" = host ] || run_kind "$phase" "$2" "$4"
    [ "$whole" = no ] || run_hook "beforeHosts$1"
    run_kind "$phase" host "$4"
    [ "$whole" = no ] || run_hook "afterHosts$1"
    [ "$3" = host ] || run_kind "$phase" "$3" "$4"
    [ "$whole" = no ] || run_hook "afterProject$1"
}
