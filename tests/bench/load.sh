#!/usr/bin/env bash
# 5,000 calls a second for 30 s from SIPp to samples/c/autoanswer, each on a core of its own; none may fail.
#
#   tests/bench/load.sh [CALLS-A-SECOND [SECONDS]]
#
# A call is INVITE, 200, ACK, BYE, 200. As root both run before all others (chrt): on a machine with other work it is SIPp
# that starves first. Prints SIPp's account, the program's statistics, its CPU time a call and its memory.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
rate=${1:-5000} seconds=${2:-30}
for tool in sipp taskset python3; do
    command -v "$tool" > /dev/null || die "load.sh: $tool is missing (tests/setup.sh --bench)"
done
[ -x "$SAMPLES/autoanswer" ] || bash "$ROOT/samples/build.sh" > /dev/null || die "load.sh: the samples do not build"
[ "$(nproc)" -ge 2 ] || die "load.sh: two cores are needed"
mapfile -t cores < <(taskset -pc $$ | sed 's/.*: //' | python3 -c '
import sys
for part in sys.stdin.read().strip().split(","):
    first, _, last = part.partition("-")
    print(*range(int(first), int(last or first) + 1), sep="\n")')

first=()
if [ "$(id -u)" = 0 ] && chrt -r 5 true 2> /dev/null; then first=(chrt -r 5); fi

open_work
start autoanswer "${first[@]}" taskset -c "${cores[0]}" "$SAMPLES/autoanswer" --bind udp:127.0.0.1:0
answerer=$started
address=$(until_line autoanswer.out '[0-9.]+:[0-9]+$' 10) || die "load.sh: autoanswer does not listen"
read -r own media < <(free_ports 2)
calls=$((rate * seconds))
"${first[@]}" taskset -c "${cores[1]}" sipp "$address" -sn uac -t u1 -s bob -i 127.0.0.1 -p "$own" -mp "$media" -buff_size 4194304 -d 0 \
    -m "$calls" -r "$rate" -l 100000 -timeout $((seconds + 60)) -timeout_error -nostdin > sipp.out 2>&1
status=$?
# Nanoseconds that its one thread has run; by ticks of the clock a program that sleeps between them seems to cost nothing.
ran=$(awk '{ print $1 }' "/proc/$answerer/schedstat")
resident=$(awk '/^VmHWM/ { print $2 }' "/proc/$answerer/status")
stop "$answerer" || die "load.sh: autoanswer ended with $?"
grep -aE 'Successful call|Failed call|Call Rate|Retransmissions' sipp.out | tail -n 4
grep -a -A 20 'Messages  Retrans' sipp.out | tail -n 14
cat autoanswer.out
awk -v n="$calls" -v ran="$ran" -v memory="$resident" 'BEGIN {
    printf "CPU a call: %.1f µs; at most %.1f MiB resident\n", ran / 1000 / n, memory / 1024 }'
[ "$status" = 0 ] || die "load.sh: SIPp ended with $status"
grep -aE 'Failed call' sipp.out | tail -n 1 | grep -Eq '\| +0 *$' || die "load.sh: calls failed"
grep -aE 'Successful call' sipp.out | tail -n 1 | grep -Eq "\| +$calls *$" || die "load.sh: not all of $calls calls succeeded"
echo "$calls calls at $rate/s, none failed"
