#!/bin/sh
### BEGIN INIT INFO
# Provides:          mln
# Required-Start:    $remote_fs $network
# Required-Stop:     $remote_fs $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Start-up and shutdown lines of the MLN project
### END INIT INFO
# chkconfig: 2345 99 01
# description: Start-up and shutdown lines of the MLN project
# Written by MLN: boot start|stop|modules

# Where there is no systemd, and no Debian to read /etc/modules.
load_modules() {
    [ -f /etc/modules ] && [ ! -d /run/systemd/system ] || return 0
    sed 's/#.*//' /etc/modules | while read -r module options; do
        # shellcheck disable=SC2086 # several words
        [ -z "$module" ] || modprobe "$module" $options
    done
}

case ${1-} in
start)
    load_modules
    [ ! -x /etc/mln/startup ] || /etc/mln/startup
    ;;
stop) [ ! -x /etc/mln/shutdown ] || /etc/mln/shutdown ;;
modules) load_modules ;;
esac
