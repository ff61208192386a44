#!/bin/sh
# Compiles the C++ and COM-style interfaces, their samples and tests with every compiler, and runs
# them against the library.
#
# Environment: CXX_LIST (default "g++ clang++"), RTC_LIB_DIR (default target/release; without a
# library there the run stops after compiling and fails), RTC_SHARED (default ../shared).
# The samples are left in target/samples.
set -eu
cd "$(dirname "$0")/../../.."
compilers=${CXX_LIST:-"g++ clang++"}
library=${RTC_LIB_DIR:-${CARGO_TARGET_DIR:-target}/release}
samples=${CARGO_TARGET_DIR:-target}/samples
flags="-Wall -Wextra -pedantic -Werror -pthread"
includes="-I${RTC_INCLUDE_DIR:-include} -Ibindings/cpp/include -Ibindings/com/include"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$samples"

# Blank lines and comments do not count, lone braces do.
lines=$(grep -vcE '^[[:space:]]*(//.*)?$' samples/cpp/call.cpp)
if [ "$lines" -gt 20 ]; then
    echo "samples/cpp/call.cpp has $lines lines, 20 are promised" >&2
    exit 1
fi

python3 bindings/com/tools/generate.py --check

for cxx in $compilers; do
    command -v "$cxx" >/dev/null || { echo "no $cxx here: install it or set CXX_LIST" >&2; exit 1; }
    # Each header has to stand alone.
    for std in c++17; do
        for header in bindings/cpp/include/rtcclient/*.hpp bindings/com/include/rtccore.h bindings/com/include/rtccore/*.h; do
            printf '#include "%s/%s"\n' "$PWD" "$header" > "$work/alone.cpp"
            "$cxx" -std=$std $flags $includes -fsyntax-only "$work/alone.cpp"
        done
    done
    for std in c++17 c++20; do
        for source in samples/cpp/*.cpp bindings/cpp/tests/*.cpp bindings/com/tests/*.cpp bindings/com/src/*.cpp; do
            "$cxx" -std=$std $flags $includes -fsyntax-only "$source"
        done
    done
    python3 bindings/com/tests/vtable_test.py --cxx "$cxx"
done

if [ ! -e "$library/librtcclient.so" ]; then
    echo "no librtcclient.so in $library: compiled, not run" >&2
    exit 1
fi
libdir=$(cd "$library" && pwd)
link="-L$libdir -lrtcclient -Wl,-rpath,$libdir"
for cxx in $compilers; do
    for source in bindings/com/src/*.cpp; do
        "$cxx" -std=c++17 -O1 -g $flags $includes -c "$source" -o "$work/$(basename "$source" .cpp).o"
    done
    classes=
    for source in bindings/com/src/*.cpp; do classes="$classes $work/$(basename "$source" .cpp).o"; done
    "$cxx" -std=c++17 -O1 -g $flags $includes bindings/cpp/tests/roundtrip.cpp -o "$work/roundtrip" $link
    "$cxx" -std=c++17 -O1 -g $flags $includes bindings/cpp/tests/answering_host.cpp -o "$work/answering_host" $link
    "$cxx" -std=c++17 -O1 -g $flags $includes samples/cpp/call.cpp -o "$samples/cpp-call" $link
    for test in unknown call; do
        "$cxx" -std=c++17 -O1 -g $flags $includes "bindings/com/tests/${test}_test.cpp" $classes -o "$work/${test}_test" $link
    done
    "$cxx" -std=c++17 -O1 -g $flags $includes samples/cpp/com_call.cpp $classes -o "$samples/com-call" $link

    timeout 120 "$work/roundtrip"
    timeout 60 "$work/unknown_test"
    timeout 120 "$work/call_test"
    for sample in cpp-call com-call; do
        timeout 60 "$work/answering_host" "$samples/$sample" > "$work/out" || { cat "$work/out"; exit 1; }
        cat "$work/out"
        # The peer's header, read through the event's message.
        grep -q 'sent by answering-host' "$work/out" || { echo "$sample did not read the User-Agent" >&2; exit 1; }
    done
    echo "C++ and COM: passed with $cxx"
done
