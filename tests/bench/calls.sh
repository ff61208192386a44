#!/usr/bin/env bash
# How many calls a second one core answers: SIPp's own caller (INVITE, 200, ACK, BYE, 200) against samples/c/autoanswer,
# a core for each. Ends with 1 when a call failed. Not part of tests/run.sh: it measures the machine too.
#
#   tests/bench/calls.sh [CALLS-A-SECOND [SECONDS]]     default 5000 for 30 s
#
# As root both run before all others (chrt), since on a machine with other work it is SIPp that starves first.
# Prints what autoanswer counted, its processor time a call and its memory at the end.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SAMPLES=${CARGO_TARGET_DIR:-$ROOT/target}/samples
rate=${1:-5000} seconds=${2:-30}

for tool in sipp taskset; do
    command -v "$tool" > /dev/null || { echo "calls.sh: there is no $tool; on Debian: apt-get install sip-tester util-linux" >&2; exit 1; }
done
[ "$(nproc)" -ge 2 ] || { echo "calls.sh: two cores are needed" >&2; exit 1; }
[ -x "$SAMPLES/autoanswer" ] || { echo "calls.sh: run samples/build.sh first" >&2; exit 1; }
first=()
if [ "$(id -u)" = 0 ] && chrt -r 5 true 2> /dev/null; then first=(chrt -r 5); fi

work=$(mktemp -d)
answerer=
finish() {
    [ -z "$answerer" ] || kill "$answerer" 2> /dev/null || true
    rm -rf "$work"
}
trap finish EXIT
cd "$work"
mkfifo listening
"${first[@]}" taskset -c 0 "$SAMPLES/autoanswer" --bind udp:127.0.0.1:0 > listening &
answerer=$!
exec 9< listening
read -r -t 10 -u 9 _ _ address || { echo "calls.sh: autoanswer does not listen" >&2; exit 1; }

# Nanoseconds that its one thread has run; by ticks of the clock a program that sleeps between them seems to cost nothing.
ran() { awk '{ print $1 }' "/proc/$answerer/schedstat"; }
before=$(ran)
status=0
"${first[@]}" taskset -c 1 sipp -sn uac -s bench "$address" -i 127.0.0.1 -p $((20000 + $$ % 10000)) -mp $((31000 + $$ % 500 * 2)) -d 0 \
    -r "$rate" -m $((rate * seconds)) -l $((rate * 40)) -timeout $((seconds * 2 + 60)) -nostdin > sipp.out 2>&1 || status=$?
after=$(ran)
memory=$(awk '/VmHWM/ { print $2 }' "/proc/$answerer/status")
kill -TERM "$answerer"
cat <&9
wait "$answerer" || status=1
answerer=
grep -aE 'Successful call|Failed call' sipp.out | tail -n 2
awk -v calls=$((rate * seconds)) -v ran=$((after - before)) -v memory="$memory" \
    'BEGIN { printf "processor time a call: %.1f us; memory %.1f MiB\n", ran / 1000 / calls, memory / 1024 }'
[ "$status" = 0 ] || { echo "calls.sh: calls failed (SIPp's status $status)" >&2; exit 1; }
