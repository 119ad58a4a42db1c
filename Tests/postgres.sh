#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: loopback only, a port and a password of its own, started as an ordinary user.
#
#   Tests/postgres.sh run COMMAND...       starts one, sets ACTUARY_TEST_POSTGRES to its URL, runs COMMAND, removes it
#   Tests/postgres.sh start FOLDER         starts the one in FOLDER, makes it first if the folder is empty; prints its URL
#   Tests/postgres.sh stop FOLDER [MODE]   stops it, as pg_ctl does in mode fast (or immediate: as if it had crashed)
set -euo pipefail

programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
if [ -z "$programs" ]; then
    echo "PostgreSQL is not installed: Config/install.sh postgresql" >&2
    exit 69
fi

# The server outlives this script: it must not keep open what the caller waits for to be closed. Only the script itself is
# still read, by whatever number bash has found free for it.
script=$(readlink -f "$0")
for descriptor in /proc/$$/fd/*; do
    number=${descriptor##*/}
    if [ "$number" -gt 2 ] && [ "$(readlink "$descriptor")" != "$script" ]; then eval "exec $number>&-"; fi
done

# PostgreSQL refuses to run as root.
as_user() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

create() {
    local folder=$1 password
    password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -p "$folder"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder"; fi
    printf '%s' "$password" >"$folder/password"
    as_user "$programs/initdb" --pgdata="$folder/data" --username=actuary --encoding=UTF8 --locale=C \
        --auth=scram-sha-256 --pwfile="$folder/password" --no-sync >/dev/null
}

# Starts on the port of last time, or on the first free one from a random number on.
start() {
    local folder=$1 port
    if ! [ -d "$folder/data" ]; then create "$folder"; fi
    for _ in $(seq 20); do
        port=$(cat "$folder/port" 2>/dev/null || echo $((20000 + RANDOM % 20000)))
        if as_user "$programs/pg_ctl" start --silent --wait --timeout=60 --pgdata="$folder/data" \
            --log="$folder/data/log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200" \
            >/dev/null 2>&1 </dev/null; then
            echo "$port" >"$folder/port"
            echo "postgres://actuary:$(cat "$folder/password")@127.0.0.1:$port/postgres"
            return
        fi
        if [ -f "$folder/port" ]; then sleep 0.5; fi
    done
    cat "$folder/data/log" >&2
    exit 69
}

stop() { as_user "$programs/pg_ctl" stop --silent --wait --mode="${2:-fast}" --pgdata="$1/data"; }

case "${1:-}" in
start | stop) "$@" ;;
run)
    shift
    folder=$(mktemp -d)
    chmod 755 "$folder"
    trap 'stop "$folder" immediate || true; rm -rf "$folder"' EXIT
    ACTUARY_TEST_POSTGRES=$(start "$folder")
    export ACTUARY_TEST_POSTGRES
    "$@"
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
