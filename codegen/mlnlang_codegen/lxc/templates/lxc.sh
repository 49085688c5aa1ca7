# shellcheck shell=sh
# Containers: what libvirt asks of their images.

# need_short_paths PATH...: libvirt attaches images to loop devices, whose names have 63 bytes at most.
need_short_paths() {
    for path; do
        case $path in /dev/*) continue ;; esac
        [ "$(printf '%s' "$path" | wc -c)" -le 63 ] ||
            missing "path of at most 63 bytes, as libvirt has it for a container's image (found: $path)"
    done
}
