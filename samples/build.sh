#!/usr/bin/env bash
# Builds the samples into target/samples, against include/rtcclient.h and the library in target/release.
# `samples/build.sh` builds the library first; `samples/build.sh --samples-only` takes it as it is.
#
# CC chooses the C compiler, CFLAGS is added. Samples in other languages come in by samples/NAME/build.sh, which is
# run with ROOT, LIBRARY (folder of the shared library) and OUT set, and ends with 77 when its compiler is missing.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
LIBRARY=$TARGET/release
OUT=$TARGET/samples
CC=${CC:-cc}
export ROOT LIBRARY OUT

only_samples=
for argument in "$@"; do
    case $argument in
        --samples-only) only_samples=yes ;;
        *) echo "build.sh: unknown argument $argument" >&2; exit 2 ;;
    esac
done

if ! command -v "$CC" > /dev/null; then
    echo "build.sh: there is no C compiler ($CC); on Debian: apt-get install gcc libc6-dev" >&2
    exit 1
fi
if [ -z "$only_samples" ]; then
    if ! command -v cargo > /dev/null; then
        echo "build.sh: there is no cargo; on Debian: apt-get install cargo, or see https://rustup.rs" >&2
        exit 1
    fi
    (cd "$ROOT" && cargo build --release --lib --locked)
fi
if [ ! -f "$LIBRARY/librtcclient.so" ]; then
    echo "build.sh: $LIBRARY/librtcclient.so is not there; run samples/build.sh without --samples-only" >&2
    exit 1
fi

# The loader looks for the soname, which cargo does not lay beside the library.
soname=$(LC_ALL=C readelf -d "$LIBRARY/librtcclient.so" | sed -n 's/.*Library soname: \[\(.*\)\].*/\1/p')
if [ -n "$soname" ] && [ "$soname" != librtcclient.so ]; then
    ln -sf librtcclient.so "$LIBRARY/$soname"
fi

mkdir -p "$OUT"
flags=(-std=c11 -O2 -g -Wall -Wextra -pedantic -Werror -I "$ROOT/include")
link=(-L "$LIBRARY" -lrtcclient '-Wl,-rpath,$ORIGIN/../release')

compile() { # OUTPUT SOURCE...
    local output=$1
    shift
    # shellcheck disable=SC2086  # CFLAGS is a list
    "$CC" "${flags[@]}" ${CFLAGS:-} -o "$OUT/$output" "$@" "${link[@]}"
    echo "built ${OUT#"$ROOT"/}/$output"
}

compile call "$ROOT/samples/c/call.c"
compile register "$ROOT/samples/c/register.c"
compile subscribe "$ROOT/samples/c/subscribe.c"
compile autoanswer "$ROOT/samples/c/autoanswer.c"
compile rtcserver "$ROOT/samples/c/server.c"
compile rtcphone "$ROOT"/samples/c/rtcphone/*.c

for hook in "$ROOT"/samples/*/build.sh; do
    [ -e "$hook" ] || continue
    status=0
    bash "$hook" || status=$?
    case $status in
        0) ;;
        77) echo "left out: ${hook#"$ROOT"/} (its compiler is missing)" ;;
        *) echo "build.sh: ${hook#"$ROOT"/} failed" >&2; exit 1 ;;
    esac
done
