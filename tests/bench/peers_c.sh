#!/usr/bin/env bash
# `read` through the C ABI beside Debian's libsofia-sip-ua and libosip2, in one table: CPU nanoseconds and, with valgrind,
# instructions of a round. A library that is not installed is named and left out (tests/setup.sh --bench installs both).
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
MESSAGES=${RTC_SHARED:-$ROOT/../shared}/corpora/bench
[ -d "$MESSAGES" ] || { echo "peers_c.sh: no messages in $MESSAGES" >&2; exit 1; }
(cd "$ROOT" && cargo build --release --lib --locked --quiet)
flags=()
for library in sofia-sip-ua:WITH_SOFIA libosip2:WITH_OSIP; do
    name=${library%:*}
    if pkg-config --exists "$name" 2> /dev/null; then
        # shellcheck disable=SC2207  # a list of flags
        flags+=(-D"${library#*:}" $(pkg-config --cflags --libs "$name"))
    else
        echo "left out: $name is not installed"
    fi
done
program=$TARGET/release/read_c
"${CC:-cc}" -std=gnu11 -O2 -g -Wall -Wextra -I "$ROOT/include" -o "$program" "$ROOT/tests/bench/read_c.c" \
    -L "$TARGET/release" -lrtcclient -Wl,-rpath,"$TARGET/release" "${flags[@]}"

collected() { # STACK FILE ROUNDS
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
printf '%-10s %-10s %8s %14s\n' message stack ns instructions
for message in invite register ok200 notify big; do
    file=$MESSAGES/$message.sip
    for stack in $("$program"); do
        if ! read -r _ ns _ < <("$program" "$stack" "$file" 200000 2> /dev/null) || [ -z "$ns" ]; then
            printf '%-10s %-10s cannot read it\n' "$message" "$stack"
            continue
        fi
        count=-
        if command -v valgrind > /dev/null; then
            few=$(collected "$stack" "$file" 1000)
            more=$(collected "$stack" "$file" 3000)
            count=$(((more - few) / 2000))
        fi
        printf '%-10s %-10s %8s %14s\n' "$message" "$stack" "$ns" "$count"
        ns=
    done
done
