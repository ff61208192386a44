#!/usr/bin/env bash
# Fuzzes every parser, a whole agent and the embedded server, two targets at a time.
#
#   tests/fuzz/run.sh [SECONDS [TARGET…]]     600 seconds each unless told otherwise; all targets
#
# The corpora of messages are the first inputs. What is found stays in target/fuzz/artifacts, what was learnt in
# target/fuzz/corpus. cargo-fuzz is installed if it is missing; no nightly toolchain is needed.
set -uo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
SHARED=${RTC_SHARED:-$ROOT/../shared}
WORK=${CARGO_TARGET_DIR:-$ROOT/target}/fuzz
SECONDS_EACH=${1:-600}
shift || true
TARGETS=("$@")
cargo fuzz --version > /dev/null 2>&1 || cargo install --locked cargo-fuzz || exit 1
export RUSTC_BOOTSTRAP=1
[ ${#TARGETS[@]} -gt 0 ] || mapfile -t TARGETS < <(cargo fuzz list --fuzz-dir "$HERE")
mkdir -p "$WORK/logs"

seed() {   # target pattern…: copies the corpora's files that match into the corpus of the target
    local target=$1 corpus=$WORK/corpus/$1 file n=0
    shift
    mkdir -p "$corpus" "$WORK/artifacts/$target"
    [ -d "$SHARED/corpora" ] || return 0
    find "$SHARED/corpora" -type f \( -false $(printf -- ' -o -name %s' "$@") \) -size -64k | sort | while read -r file; do
        n=$((n + 1))
        cp -n "$file" "$corpus/seed-$n"
    done
}
# Single values for the targets that take no whole message: one file a distinct header line, body or URI.
cut_out() {   # target python-expression
    [ -d "$SHARED/corpora" ] || return 0
    python3 "$HERE/seeds.py" "$1" "$SHARED/corpora" "$WORK/corpus/$1"
}
one() {
    local target=$1 crash=$WORK/artifacts/$1
    mkdir -p "$WORK/corpus/$target" "$crash"
    case $target in
    message | agent | server) seed "$target" '*.sip' '*.dat' '*.raw' '*.bin' ;;
    *) cut_out "$target" ;;
    esac
    cargo fuzz run --fuzz-dir "$HERE" --target-dir "$WORK/build" "$target" "$WORK/corpus/$target" -- \
        -max_total_time="$SECONDS_EACH" -artifact_prefix="$crash/" -rss_limit_mb=2048 -timeout=20 -max_len=16384 -print_final_stats=1 \
        > "$WORK/logs/$target" 2>&1
    local status=$?
    printf '%-12s %s %s\n' "$target" "$([ $status = 0 ] && echo clean || echo CRASHED)" \
        "$(sed -n 's/^stat::number_of_executed_units: */runs /p' "$WORK/logs/$target")"
    return $status
}
cargo fuzz build --fuzz-dir "$HERE" --target-dir "$WORK/build" > "$WORK/logs/build" 2>&1 || { tail -30 "$WORK/logs/build"; exit 1; }
failed=0
while [ ${#TARGETS[@]} -gt 0 ]; do
    pair=("${TARGETS[@]:0:2}")
    TARGETS=("${TARGETS[@]:2}")
    jobs=()
    for target in "${pair[@]}"; do
        one "$target" &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || failed=$((failed + 1)); done
done
echo "$failed targets crashed; inputs that did it are in $WORK/artifacts"
[ $failed = 0 ]
