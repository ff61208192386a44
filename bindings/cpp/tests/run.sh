#!/bin/sh
# Compiles the C++ and COM-style interfaces, their samples and tests, and runs them against the library.
#
# Four combinations are compiled: g++ with AddressSanitizer and UndefinedBehaviorSanitizer as C++17, and clang++ as
# C++20, are run; g++ as C++20 and clang++ as C++17 are only checked. The samples are left in target/samples.
#
# Environment: RTC_LIB_DIR (default target/release), RTC_INCLUDE_DIR (default include), RTC_SHARED (default ../shared),
# RTC_JOBS (compilers at a time, default: one a core).
set -eu
cd "$(dirname "$0")/../../.."
root=$PWD
library=${RTC_LIB_DIR:-${CARGO_TARGET_DIR:-target}/release}
samples=${CARGO_TARGET_DIR:-target}/samples
jobs=${RTC_JOBS:-$(nproc)}
for cxx in g++ clang++; do
    command -v "$cxx" > /dev/null || { echo "there is no $cxx: on Debian, apt-get install g++ clang" >&2; exit 1; }
done
if [ ! -e "$library/librtcclient.so" ]; then
    echo "no librtcclient.so in $library: cargo build --release" >&2
    exit 1
fi
library=$(cd "$library" && pwd)
mkdir -p "$samples"
samples=$(cd "$samples" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Blank lines and comments do not count, lone braces do.
lines=$(grep -vcE '^[[:space:]]*(//.*)?$' samples/cpp/call.cpp)
if [ "$lines" -gt 20 ]; then
    echo "samples/cpp/call.cpp has $lines lines, 20 are promised" >&2
    exit 1
fi
python3 bindings/com/tools/generate.py --check
python3 bindings/tools/reach.py

flags="-Wall -Wextra -pedantic -Werror -pthread -I${RTC_INCLUDE_DIR:-include} -Ibindings/cpp/include -Ibindings/com/include"
link="-L$library -lrtcclient -Wl,-rpath,$library"
sources=$(echo samples/cpp/*.cpp bindings/cpp/tests/*.cpp bindings/com/tests/*.cpp bindings/com/src/*.cpp)

# One command a line, a few at a time.
queue=$work/queue
: > "$queue"
later() { printf '%s\n' "$*" >> "$queue"; }
run_queue() {
    xargs -P "$jobs" -I{} sh -c '{} || { echo "failed: {}" >&2; exit 255; }' < "$queue"
    : > "$queue"
}
object() { echo "$work/$1/$(echo "$2" | tr / _).o"; } # COMBINATION SOURCE

# Each header has to stand alone.
for header in bindings/cpp/include/rtcclient/*.hpp bindings/com/include/rtccore.h bindings/com/include/rtccore/*.h; do
    alone=$work/$(echo "$header" | tr / _).cpp
    printf '#include "%s/%s"\n' "$root" "$header" > "$alone"
    later g++ -std=c++17 "$flags" -fsyntax-only "$alone"
done
mkdir "$work/g++" "$work/clang++"
for source in $sources; do
    later g++ -std=c++20 "$flags" -fsyntax-only "$source"
    later clang++ -std=c++17 "$flags" -fsyntax-only "$source"
    later g++ -std=c++17 -O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer "$flags" -c "$source" -o "$(object g++ "$source")"
    later clang++ -std=c++20 -O1 -g1 "$flags" -c "$source" -o "$(object clang++ "$source")"
done
run_queue
for cxx in g++ clang++; do
    later python3 bindings/com/tests/vtable_test.py --cxx "$cxx"
    switches=-pthread
    [ "$cxx" = clang++ ] || switches="-pthread -fsanitize=address,undefined"
    classes=
    for source in bindings/com/src/*.cpp; do classes="$classes $(object "$cxx" "$source")"; done
    for program in bindings/cpp/tests/*.cpp samples/cpp/call.cpp; do
        later "$cxx" "$switches" "$(object "$cxx" "$program")" -o "$work/$cxx/$(basename "$program" .cpp)" "$link"
    done
    for program in bindings/com/tests/*.cpp samples/cpp/com_call.cpp; do
        later "$cxx" "$switches" "$(object "$cxx" "$program")" "$classes" -o "$work/$cxx/$(basename "$program" .cpp)" "$link"
    done
done
run_queue
cp "$work/clang++/call" "$samples/cpp-call"
cp "$work/clang++/com_call" "$samples/com-call"

export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1 UBSAN_OPTIONS=print_stacktrace=1
for cxx in g++ clang++; do
    for test in bindings/cpp/tests/*.cpp bindings/com/tests/*_test.cpp; do
        name=$(basename "$test" .cpp)
        [ "$name" != answering_host ] || continue
        timeout 120 "$work/$cxx/$name" || { echo "$name failed with $cxx" >&2; exit 1; }
    done
    for sample in call com_call; do
        timeout 60 "$work/$cxx/answering_host" "$work/$cxx/$sample" > "$work/out" || { cat "$work/out"; echo "$sample failed with $cxx" >&2; exit 1; }
        cat "$work/out"
        # The peer's header, read through the event's message.
        grep -q 'sent by answering-host' "$work/out" || { echo "$sample did not read the Server header" >&2; exit 1; }
    done
    echo "C++ and COM: passed with $cxx"
done
