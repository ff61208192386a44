#!/usr/bin/env bash
# Every check. The last line counts them, test cases of cargo included: "N passed, N failed".
#
#   tests/run.sh                 all, after installing what is missing (Debian packages, when it may)
#   tests/run.sh --only PATTERN  those whose name matches the extended regular expression
#   tests/run.sh --list          their names
#   tests/run.sh --no-setup      installs nothing
#
# A check whose tool or test data is missing is left out, by name, and the run fails if it is a required one; with
# CI=true everything is required. Logs stay in target/checks. RTC_SHARED names the folder of corpora and peers'
# configurations (default ../shared).
set -uo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$TESTS/lib.sh"
. "$TESTS/c/checks.sh"
. "$TESTS/phone/checks.sh"
. "$TESTS/interop/checks.sh"
cd "$ROOT" || exit 1
export ROOT TARGET RTC_SHARED="$SHARED" CARGO_TERM_COLOR=never RUST_BACKTRACE=0

# ---- checks that are a command or two; the others stand in c/checks.sh and interop/checks.sh ----
cargo_tests() { cd "$ROOT" && cargo test --locked --no-fail-fast -- --show-output; }
release_build() { bash "$ROOT/samples/build.sh"; }
bindings_cpp() { RTC_LIB_DIR=$LIBRARY bash "$ROOT/bindings/cpp/tests/run.sh"; }
vtables() { python3 "$ROOT/bindings/com/tests/vtable_test.py"; }
bindings_csharp() {
    bash "$ROOT/bindings/csharp/build.sh" --check || return 1
    cd "$TARGET/csharp" && mono RoundTrip.exe && mono Features.exe && mono SipLevel.exe && mono Settings.exe && mono Original.exe && mono Stress.exe
}
chaos_and_floods() {
    cd "$ROOT" && CHAOS_SEEDS=1000 FLOOD=200000 cargo test --locked --release --test chaos --test flood -- --show-output --test-threads=1
}
fuzz_targets() { cd "$ROOT/tests/fuzz" && cargo check --locked --target-dir "$TARGET/fuzz/check"; }
# S-229: a program of the size of a sample registers, watches, calls.
embedded_demo() {
    rm -rf "$LOGS/demo"
    bash "$ROOT/samples/demo.sh" --keep "$LOGS/demo"
}
exported_names() {
    local library=$LIBRARY/librtcclient.so other
    [ "$(LC_ALL=C readelf -d "$library" | sed -n 's/.*Library soname: \[\(.*\)\].*/\1/p')" = librtcclient.so.0 ] || die "wrong soname"
    other=$(nm -D --defined-only "$library" | awk '{ print $NF }' | grep -v '^rtc_')
    [ -z "$other" ] || die "exported beside rtc_*: $other"
    [ "$(nm -D --defined-only "$library" | grep -c ' rtc_')" -gt 30 ] || die "hardly anything is exported"
    [ -f "$LIBRARY/librtcclient.a" ] || die "no static library"
}

# name | seconds | function | required or peer | tools and files it needs
CHECKS=(
    "cargo tests|600|cargo_tests|required|cargo cc g++ clang clang++ nm"
    "fuzz targets compile|240|fuzz_targets|required|cargo c++"
    "release build and samples|420|release_build|required|cargo cc readelf"
    "chaos with 1,000 seeds, floods of a million messages, in release|420|chaos_and_floods|required|cargo"
    "exported names|10|exported_names|required|nm readelf"
    "C++ and COM interfaces|400|bindings_cpp|required|g++ clang++ python3 @rtc-api"
    "COM tables|60|vtables|required|python3 g++ @rtc-api"
    "C# interface|120|bindings_csharp|required|mcs mono python3"
    "sample call in C|60|sample_c|required|g++"
    "sample call in C#|60|sample_csharp|required|g++ mono"
    "sample call in C# with await|60|sample_csharp_async|required|g++ mono"
    "library threads block all signals|60|signal_masks|required|cc"
    "host survives a close in mid-write|120|midwrite|required|cc"
    "load, call, close ten times|60|reload|required|cc"
    "eight threads under AddressSanitizer|420|address_sanitizer|required|cc cargo"
    "one thread under valgrind|180|under_valgrind|required|cc valgrind"
    "main job with the embedded server|120|embedded_demo|required|cc cargo"
    "rtcphone: its command line|90|phone_command_line|required|cc"
    "rtcphone: its commands|90|phone_commands|required|cc python3"
    "rtcphone: it ends whatever the peers do|90|phone_ends|required|cc python3"
    "rtcphone: three of them, an attended transfer|60|phones_transfer|required|cc python3"
    "rtcphone: server troubles|60|phone_trouble|required|cc"
    "tshark reads the capture|60|tshark_reads|peer|tshark"
    "SIPp calls: 1,000 at 200/s, UDP|60|sipp_uac_udp|required|sipp python3"
    "SIPp calls: 1,000 at 200/s, TCP|60|sipp_uac_tcp|required|sipp python3"
    "SIPp is called: 1,000 at 200/s, UDP|60|sipp_uas_udp|required|sipp python3 cc"
    "SIPp is called: 1,000 at 200/s, TCP|60|sipp_uas_tcp|required|sipp python3 cc"
    "SIPp asks for OPTIONS|30|sipp_options|required|sipp python3"
    "SIPp sends garbage between calls|60|sipp_garbage|required|sipp python3"
    "SIPp: late ACK, re-INVITE overtaken by its BYE|60|sipp_late|required|sipp python3"
    "SIPp calls over a relay that loses and doubles|90|sipp_lossy|required|sipp python3"
    "SIPp: 100rel demanded and given|60|sipp_prack|required|sipp python3"
    "SIPp: both change or end the call at once, a strict route|60|sipp_races|required|sipp python3"
    "Kamailio: registration, MD5, UDP|40|kamailio_md5_udp|peer|kamailio python3 @interop"
    "Kamailio: registration, MD5, TCP|40|kamailio_md5_tcp|peer|kamailio python3 @interop"
    "Kamailio: registration, SHA-256, UDP|40|kamailio_sha256_udp|peer|kamailio python3 @interop"
    "Kamailio: registration, SHA-256, TCP|40|kamailio_sha256_tcp|peer|kamailio python3 @interop"
    "Kamailio: wrong password|40|kamailio_wrong_password|peer|kamailio python3 @interop"
    "Kamailio: calls through it|60|kamailio_call|peer|kamailio sipp python3 @interop"
    "Kamailio: TLS|60|kamailio_tls|peer|kamailio /usr/lib/*/kamailio/modules/tls.so openssl python3 @interop"
    "Kamailio: busy, moved, nobody|60|kamailio_refusals|peer|kamailio python3 @interop"
    "Kamailio: 407 on INVITE, stale nonce|90|kamailio_stale|peer|kamailio python3 @interop"
    "Kamailio: 300, 302, 503|60|kamailio_redirects|peer|kamailio python3 @interop"
    "Kamailio: two phones ring|60|kamailio_forks|peer|kamailio python3 @interop"
    "Kamailio: presence round trip|60|kamailio_presence|peer|kamailio python3 @interop"
    "main job with Kamailio|90|kamailio_demo|peer|kamailio python3 @interop"
    "baresip: a call each way|60|baresip_calls|peer|baresip python3 @interop"
    "baresip: TLS, a call each way|60|baresip_tls|peer|baresip openssl python3 @interop"
    "baresip: 100rel|40|baresip_reliable|peer|baresip python3 @interop"
    "baresip is transferred|60|baresip_transferred|peer|baresip python3 @interop"
    "baresip transfers us|60|baresip_transfers|peer|baresip python3 @interop"
)

if [ "${1:-}" = --run ]; then # how the runner below starts one check
    open_work
    "$2"
    exit
fi

only='' setup=yes
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=${2:?--only wants a pattern}; shift 2 ;;
        --list) printf '%s\n' "${CHECKS[@]}" | cut -d'|' -f1; exit 0 ;;
        --no-setup) setup=; shift ;;
        -h | --help) sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "run.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
    esac
done

mkdir -p "$LOGS"
if [ -n "$setup" ]; then
    bash "$TESTS/setup.sh" || true
    hash -r
fi

passed=0 failed=0 left_out=()
begin=$SECONDS

lacks() { # TOOL…: the first that is missing
    local tool
    for tool in "$@"; do
        case " ${SETUP_ASSUME_MISSING:-} " in *" $tool "*) echo "$tool"; return ;; esac
        case $tool in
            @*) [ -d "$SHARED/${tool#@}" ] || { echo "$SHARED/${tool#@}"; return; } ;;
            /*) compgen -G "$tool" > /dev/null || { echo "$tool"; return; } ;;
            *) command -v "$tool" > /dev/null || { echo "$tool"; return; } ;;
        esac
    done
}

# What cargo's own test cases count for; a run that did not compile is one failure.
count_cargo() { # LOG STATUS
    local ok bad ignored
    read -r ok bad ignored < <(sed -n 's/^test result: [a-zA-Z]*\. \([0-9]*\) passed; \([0-9]*\) failed; \([0-9]*\) ignored.*/\1 \2 \3/p' "$1" |
        awk '{ p += $1; f += $2; i += $3 } END { print p + 0, f + 0, i + 0 }')
    [ "$2" = 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$ok" -gt 0 ] || [ "$bad" -gt 0 ] || bad=1
    if [ "$ignored" -gt 0 ]; then
        left_out+=("$ignored ignored test cases")
        bad=$((bad + ignored))
    fi
    passed=$((passed + ok)) failed=$((failed + bad))
    if [ "$bad" = 0 ]; then
        echo "ok      $name: $ok cases ($((SECONDS - from)) s)"
    else
        echo "FAILED  $name: $bad of $((ok + bad)) cases, log $1"
        grep -E '^(test .*FAILED|error)' "$1" | head -n 30
        # What the failing cases printed stands between two lines `failures:`.
        awk '/^failures:$/ { on = !on; next } on' "$1" | head -n 120
        [ "$ok" -gt 0 ] || tail -n 40 "$1"
    fi
    # A case that lacks its data says so and passes.
    grep -o 'NOT CHECKED: .*' "$1" | sort | uniq -c | sed 's/^/        /'
}

for entry in "${CHECKS[@]}"; do
    IFS='|' read -r name seconds function kind needs <<< "$entry"
    [ -z "$only" ] || [[ $name =~ $only ]] || continue
    # shellcheck disable=SC2086  # a list of tools
    lack=$(lacks $needs)
    if [ -n "$lack" ]; then
        left_out+=("$name: needs $lack")
        # Data that a clone of the project alone does not have is no fault of this machine.
        if { [ "$kind" = required ] && [[ $lack != "$SHARED"/* ]]; } || [ "${CI:-}" = true ]; then
            failed=$((failed + 1))
            echo "FAILED  $name: $lack is missing"
        else
            echo "LEFT OUT $name: $lack is missing"
        fi
        continue
    fi
    log=$LOGS/$function.log
    from=$SECONDS
    timeout -k 10 "$seconds" bash "$TESTS/run.sh" --run "$function" > "$log" 2>&1 < /dev/null
    status=$?
    if [ "$function" = cargo_tests ]; then
        count_cargo "$log" "$status"
    elif [ "$status" = 0 ]; then
        passed=$((passed + 1))
        echo "ok      $name ($((SECONDS - from)) s)"
    else
        failed=$((failed + 1))
        case $status in
            124 | 137 | 143) why="not done after $seconds s" ;;
            *) why="status $status" ;;
        esac
        echo "FAILED  $name: $why; the end of $log:"
        tail -n 40 "$log" | sed 's/^/        /'
    fi
done

if [ ${#left_out[@]} -gt 0 ]; then
    echo
    echo "left out:"
    printf '  %s\n' "${left_out[@]}"
fi
echo "all of it took $((SECONDS - begin)) s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
