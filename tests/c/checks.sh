# Sourced by tests/run.sh: the C ABI as a host program meets it, and the samples in C and C#.
# shellcheck shell=bash
# shellcheck disable=SC2154  # $work and $started are lib.sh's

# compile OUTPUT SOURCE [FLAG…]: against the release library.
compile() {
    local output=$1 source=$2
    shift 2
    "${CC:-cc}" -std=gnu11 -O1 -g -Wall -Wextra -pedantic -Werror -pthread -I "$ROOT/include" -o "$work/$output" "$ROOT/tests/c/$source" \
        -L "$LIBRARY" -lrtcclient -Wl,-rpath,"$LIBRARY" "$@" || die "$source does not compile"
}

signal_masks() { compile signals signals.c && ./signals mask; }
midwrite() { compile signals signals.c && ./signals midwrite; }
under_valgrind() {
    compile threads threads.c
    valgrind -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 ./threads 1 2
}
reload() {
    # Not linked with the library: dlopen must bring everything.
    "${CC:-cc}" -std=gnu11 -O1 -g -Wall -Wextra -pedantic -Werror -I "$ROOT/include" -o reload "$ROOT/tests/c/reload.c" -ldl ||
        die "reload.c does not compile"
    ./reload "$LIBRARY/librtcclient.so"
}

# The library with AddressSanitizer in its own code, in a target folder of its own; gcc's run-time part serves both.
address_sanitizer() {
    local triple=x86_64-unknown-linux-gnu out
    triple=$(rustc -vV | sed -n 's/^host: //p')
    out=$TARGET/asan/$triple/debug
    (cd "$ROOT" && RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=$TARGET/asan \
        cargo build --locked --lib --target "$triple") || die "the library does not build with AddressSanitizer"
    ln -sf librtcclient.so "$out/librtcclient.so.0"
    gcc -std=gnu11 -O1 -g -fsanitize=address -fno-omit-frame-pointer -Wall -Wextra -pedantic -Werror -pthread -I "$ROOT/include" \
        -o threads "$ROOT/tests/c/threads.c" -L "$out" -lrtcclient -Wl,-rpath,"$out" || die "threads.c does not compile"
    LD_LIBRARY_PATH=$out ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:exitcode=9 \
        LSAN_OPTIONS=suppressions= ./threads 8 3
}

# A host that answers the call of the sample: see bindings/cpp/tests/answering_host.cpp.
answered() { # COMMAND…
    g++ -std=c++17 -O1 -Wall -Wextra -pthread -I "$ROOT/include" -I "$ROOT/bindings/cpp/include" \
        "$ROOT/bindings/cpp/tests/answering_host.cpp" -o host -L "$LIBRARY" -lrtcclient -Wl,-rpath,"$LIBRARY" || die "no host"
    ./host "$@" > out || { cat out; die "$* failed"; }
    cat out
}
sample_c() { answered "$SAMPLES/call" && has out 'sent by'; }
sample_csharp() { answered mono "$TARGET/csharp/Call.exe" && has out '[Cc]onnected'; }
sample_csharp_async() { answered mono "$TARGET/csharp/CallAsync.exe" && has out '[Cc]onnected'; }
