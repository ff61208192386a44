# Sourced by tests/run.sh and the benches: free ports, peers that are stopped by their process id, small assertions.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
LIBRARY=$TARGET/release
SAMPLES=$TARGET/samples
LOGS=$TARGET/checks
SHARED=${RTC_SHARED:-$ROOT/../shared}
export LD_LIBRARY_PATH="$LIBRARY${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# free_ports COUNT: ports of the loopback that nobody has, for UDP and TCP.
free_ports() {
    python3 - "$1" << 'PYTHON'
import random, socket, sys
found = []
while len(found) < int(sys.argv[1]):
    # Below the range from which the system gives ports to everybody else. The port after it is for RTCP or TLS.
    port = 2 * random.randrange(10000, 16000)
    try:
        for one in (port, port + 1):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as peer:
                    peer.bind(('127.0.0.1', one))
    except OSError:
        continue
    if str(port) not in found:
        found.append(str(port))
print(' '.join(found))
PYTHON
}

pids=()
work=
# A folder of its own for the check; everything that `start` started ends with the check.
open_work() {
    work=$(mktemp -d)
    trap close_work EXIT
    trap 'exit 143' TERM INT
    cd "$work" || exit 1
}
close_work() {
    local pid tries
    for pid in "${pids[@]:-}"; do
        [ -z "$pid" ] || kill "$pid" 2> /dev/null
    done
    for pid in "${pids[@]:-}"; do
        [ -n "$pid" ] || continue
        for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            kill -0 "$pid" 2> /dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2> /dev/null
    done
    cd / && rm -rf "$work"
}

# start NAME COMMAND…: in the background, its output in $work/NAME.out; the process id in $started.
start() {
    local name=$1
    shift
    "$@" > "$work/$name.out" 2>&1 < /dev/null &
    started=$!
    pids+=("$started")
}

# stop PID: with SIGTERM; its exit status.
stop() {
    kill "$1" 2> /dev/null
    wait "$1"
}

die() {
    echo "$*" >&2
    exit 1
}

# until_line FILE PATTERN SECONDS: waits until a line of FILE matches; prints what was found of it.
until_line() {
    local end=$((SECONDS + $3))
    while ! grep -Eo -m 1 -- "$2" "$1" 2> /dev/null; do
        if [ $SECONDS -ge $end ]; then
            echo "no line like '$2' within $3 s in $1:" >&2
            tail -n 30 "$1" >&2
            return 1
        fi
        sleep 0.05
    done
}

has() { # FILE PATTERN
    grep -Eaq -- "$2" "$1" || { tail -n 40 "$1" >&2; die "$1 has no line like: $2"; }
}

# show FILE…: for the log of the check.
show() {
    local file
    for file in "$@"; do
        echo "---- $file"
        tail -n 60 "$file"
    done
}
