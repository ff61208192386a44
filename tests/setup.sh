#!/usr/bin/env bash
# Installs what tests/run.sh needs, in one go: Debian packages, as root. Otherwise says what is missing.
#
#   tests/setup.sh            install
#   tests/setup.sh --check    only say what is missing
#   tests/setup.sh --bench    also what the benches in tests/bench link or run
#
# Ends with 0 when everything is there. SETUP_ASSUME_MISSING="TOOL …" treats tools as missing and installs nothing.
set -u

# TOOL PACKAGE…: a command, or a file, and where it comes from.
tools=(
    "cargo cargo-web rustc-web"
    "cc gcc libc6-dev"
    "g++ g++"
    "clang clang"
    "clang++ clang"
    "readelf binutils"
    "nm binutils"
    "python3 python3-minimal"
    "valgrind valgrind"
    "mcs mono-mcs"
    "mono mono-runtime"
    "sipp sip-tester"
    "kamailio kamailio"
    "/usr/lib/*/kamailio/modules/presence_xml.so kamailio-presence-modules"
    "/usr/lib/*/kamailio/modules/tls.so kamailio-tls-modules"
    "openssl openssl"
    "baresip baresip-core"
    "tshark tshark"
)
bench_tools=(
    "taskset util-linux"
    "pkg-config pkg-config"
    "/usr/include/sofia-sip-1.12/sofia-sip/sip.h libsofia-sip-ua-dev"
    "/usr/include/osipparser2/osip_parser.h libosip2-dev"
)

there() { # TOOL
    case " ${SETUP_ASSUME_MISSING:-} " in *" $1 "*) return 1 ;; esac
    case $1 in
        /*) compgen -G "$1" > /dev/null ;;
        *) command -v "$1" > /dev/null ;;
    esac
}

missing() { # fills `packages` and `absent`
    local entry tool rest
    packages=() absent=()
    for entry in "${tools[@]}"; do
        tool=${entry%% *} rest=${entry#* }
        if ! there "$tool"; then
            absent+=("$tool")
            # shellcheck disable=SC2206  # a list of packages
            packages+=($rest)
        fi
    done
}

install=yes
for argument in "$@"; do
    case $argument in
        --check) install= ;;
        --bench) tools+=("${bench_tools[@]}") ;;
        *) echo "setup.sh: unknown argument $argument" >&2; exit 2 ;;
    esac
done
[ -z "${SETUP_ASSUME_MISSING:-}" ] || install=

missing
[ ${#absent[@]} -gt 0 ] || exit 0
if [ -n "$install" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "setup.sh: installing ${packages[*]}"
    # No service may start by itself, on all addresses, because its package came in.
    guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        trap 'rm -f "$guard"' EXIT
        printf '#!/bin/sh\nexit 101\n' > "$guard"
        chmod +x "$guard"
    fi
    export DEBIAN_FRONTEND=noninteractive
    get() { apt-get install -q -y --no-install-recommends "${packages[@]}" > /dev/null; }
    apt-get update -q > /dev/null || echo "setup.sh: apt-get update failed; trying with the lists that are there" >&2
    get || { apt-get -q -y -f install > /dev/null; get; } || echo "setup.sh: apt-get install failed" >&2
    hash -r
    missing
fi
if [ ${#absent[@]} -gt 0 ]; then
    echo "setup.sh: missing: ${absent[*]}" >&2
    echo "setup.sh: on Debian: apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
fi
