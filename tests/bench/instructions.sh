#!/usr/bin/env bash
# Instructions (valgrind's callgrind), nanoseconds and heap allocations of a round, side by side.
#
#   tests/bench/instructions.sh [OPERATION…]     such as read/invite; all of them without arguments
#
# Instructions are the difference of two runs, so that start and warm-up do not count. They repeat exactly from run to
# run; the times do not.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"
command -v valgrind > /dev/null || { echo "instructions.sh: valgrind is missing (tests/setup.sh --bench)" >&2; exit 1; }
messages=${RTC_SHARED:-$ROOT/../shared}/corpora/bench
[ -d "$messages" ] || { echo "instructions.sh: no messages in $messages" >&2; exit 1; }
program=$(cargo bench --locked --bench counted --no-run --message-format=json-render-diagnostics |
    sed -n 's/.*"name":"counted".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
[ -x "$program" ] || { echo "instructions.sh: no program to count" >&2; exit 1; }

collected() { # OPERATION ROUNDS
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

operations=("$@")
[ $# -gt 0 ] || mapfile -t operations < <("$program")
printf '%-22s %14s %10s %12s\n' operation instructions ns allocations
for operation in "${operations[@]}"; do
    few=1000 more=3000 rounds=200000
    case $operation in
        transaction/* | call/*) rounds=20000 ;;
    esac
    a=$(collected "$operation" "$few")
    b=$(collected "$operation" "$more")
    read -r _ ns allocations < <("$program" "$operation" "$rounds")
    printf '%-22s %14d %10d %12s\n' "$operation" $(((b - a) / (more - few))) "$ns" "$allocations"
done
