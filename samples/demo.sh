#!/usr/bin/env bash
# The main job, end to end: two phones register with digest (alice on UDP, bob on TCP), bob watches alice's presence,
# alice calls bob with Call-Info and Allow-Events injected on the session, bob prints those headers, hold, unhold, an
# INFO in the call, BYE, unregister. Every step is checked; the call ladder is shown at the end.
#
#   samples/demo.sh                       against the embedded server, started here
#   samples/demo.sh --server HOST:PORT    against a real one that knows alice and bob, with a presence server
#     --domain D      domain of the addresses        (DEMO_DOMAIN, default test.local)
#     --password P    of both users                  (DEMO_PASSWORD, default secret)
#     --host IP       own address to listen on       (DEMO_HOST, default 127.0.0.1)
#   --no-build        takes target/samples as it is
#   --keep DIR        leaves logs, ladders and captures in DIR
# No ports are fixed: every socket of the phones and of the embedded server is chosen by the system.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HERE")
BIN=${CARGO_TARGET_DIR:-$ROOT/target}/samples

server='' domain=${DEMO_DOMAIN:-test.local} password=${DEMO_PASSWORD:-secret} host=${DEMO_HOST:-127.0.0.1} keep='' build=yes
value_of() { [ $# -ge 2 ] || { echo "demo.sh: $1 wants a value" >&2; exit 2; }; }
while [ $# -gt 0 ]; do
    case $1 in
        --server) value_of "$@"; server=$2; shift 2 ;;
        --domain | --realm) value_of "$@"; domain=$2; shift 2 ;;
        --password) value_of "$@"; password=$2; shift 2 ;;
        --host) value_of "$@"; host=$2; shift 2 ;;
        --keep) value_of "$@"; keep=$2; shift 2 ;;
        --no-build) build=; shift ;;
        -h | --help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "demo.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
    esac
done

# ---- what it needs ----
if [ -n "$build" ]; then
    missing=()
    command -v "${CC:-cc}" > /dev/null || missing+=(gcc libc6-dev)
    command -v readelf > /dev/null || missing+=(binutils)
    command -v cargo > /dev/null || missing+=(cargo)
    if [ ${#missing[@]} -gt 0 ]; then
        if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
            echo "installing: ${missing[*]}"
            apt-get update -q > /dev/null && apt-get install -q -y --no-install-recommends "${missing[@]}" > /dev/null || {
                echo "demo.sh: could not install: ${missing[*]}" >&2
                exit 1
            }
        else
            echo "demo.sh: missing Debian packages: ${missing[*]}" >&2
            exit 1
        fi
    fi
    bash "$HERE/build.sh"
fi

# ---- clean-up of what was started here, by process id ----
work=${keep:-$(mktemp -d)}
mkdir -p "$work"
rm -f "$work"/{server.in,server.out,alice.out}
alice_pid='' bob_pid='' server_pid='' failed=0
finish() {
    local pid
    for pid in $alice_pid $bob_pid $server_pid; do
        kill "$pid" 2> /dev/null || true
    done
    [ -n "$keep" ] || rm -rf "$work"
}
trap finish EXIT
SECONDS=0

# ---- the server ----
if [ -n "$server" ]; then
    udp="sip:$server" tcp="sip:$server"
else
    mkfifo "$work/server.in" "$work/server.out"
    "$BIN/rtcserver" --listen "udp:$host:0, tcp:$host:0" --realm "$domain" --domain "$domain" \
        "alice:$password" "bob:$password" < "$work/server.in" > "$work/server.out" &
    server_pid=$!
    exec 8> "$work/server.in" 9< "$work/server.out"
    udp='' tcp=''
    while read -r -t 10 -u 9 uri && [ -n "$uri" ]; do
        case $uri in
            *transport=tcp*) tcp=$uri ;;
            *) udp=$uri ;;
        esac
    done
    if [ -z "$udp" ] || [ -z "$tcp" ]; then
        echo "demo.sh: the embedded server did not start" >&2
        exit 1
    fi
fi
udp_port_uri=${udp%%;*} tcp_port_uri=${tcp%%;*}
echo "server: $udp_port_uri (UDP), $tcp_port_uri (TCP), domain $domain"

# ---- the two scripts: they find each other by SIP alone ----
call_info='<http://example.com/alice>;purpose=info'
alice_script="
    register; wait registered 5
    wait message 10                      # bob watches
    publish presence open; wait response 5
    wait message 10                      # bob has seen it
    call sip:bob@$domain; wait alerting 5; wait connected 5
    hold; wait hold 5
    unhold; wait connected 5
    info text/plain 'said inside the call'; wait response 5
    hangup; wait disconnected 5
    publish presence; wait response 5
    unregister; wait unregistered 5"
bob_script="
    register; wait registered 5
    subscribe presence sip:alice@$domain; wait subscribed 5; wait notify 5
    message sip:alice@$domain 'I am watching'; wait 200 5
    wait notify 10
    message sip:alice@$domain 'I have seen it'; wait 200 5
    wait incoming 10; answer 180; answer; wait connected 5
    wait info 10
    wait disconnected 10
    unsubscribe; wait unsubscribed 5
    unregister; wait unregistered 5"

phone() { # NAME TRANSPORT PROXY SCRIPT [OPTION...]
    local name=$1 transport=$2 proxy=$3 script=$4
    shift 4
    exec "$BIN/rtcphone" --bind "$transport:$host:0" --aor "sip:$name@$domain" --user "$name" --password "$password" \
        --proxy "$proxy" --trace "$work/$name.ladder" --pcap "$work/$name.pcap" --exec "$script" "$@"
}

# bob's first message must find alice registered: her output is read until it says so.
mkfifo "$work/alice.out"
phone alice udp "$udp_port_uri;lr" "$alice_script" --header "Call-Info: $call_info" --header 'Allow-Events: talk' \
    > "$work/alice.out" 2> "$work/alice.err" &
alice_pid=$!
exec 7< "$work/alice.out"
: > "$work/alice.log"
while read -r -t 10 -u 7 line; do
    printf '%s\n' "$line" >> "$work/alice.log"
    case $line in 'registration registered'*) break ;; esac
done
cat <&7 >> "$work/alice.log" &
copier=$!
phone bob tcp "$tcp_port_uri;transport=tcp;lr" "$bob_script" > "$work/bob.log" 2> "$work/bob.err" &
bob_pid=$!

alice_status=0 bob_status=0
wait "$alice_pid" || alice_status=$?
alice_pid=
wait "$bob_pid" || bob_status=$?
bob_pid=
wait "$copier"

# ---- every step ----
number=0
check() { # WHAT FILE PATTERN
    number=$((number + 1))
    if grep -Eq -- "$3" "$2"; then
        echo "ok $number $1"
    else
        echo "not ok $number $1"
        failed=1
    fi
}
exited() { # NAME STATUS
    number=$((number + 1))
    if [ "$2" = 0 ]; then
        echo "ok $number $1's script held from end to end"
    else
        echo "not ok $number $1's script held from end to end"
        sed "s/^/  /" "$work/$1.err"
        failed=1
    fi
}
exited alice "$alice_status"
exited bob "$bob_status"
check "alice registered over UDP" "$work/alice.log" '^registration registered'
check "bob registered over TCP" "$work/bob.log" '^registration registered'
check "both answered a digest challenge (alice)" "$work/alice.ladder" '401|407'
check "both answered a digest challenge (bob)" "$work/bob.ladder" '401|407'
check "bob watches alice" "$work/bob.log" '^subscription 1 subscribed'
check "alice published" "$work/alice.log" '^publication presence'
check "bob was notified that alice is open" "$work/bob.log" '<basic>open</basic>'
check "bob was called" "$work/bob.log" '^session 1 incoming'
check "bob reads the injected Call-Info from the INVITE" "$work/bob.log" "^  Call-Info: <http://example.com/alice>;purpose=info"
check "bob reads the injected Allow-Events from the INVITE" "$work/bob.log" '^  Allow-Events:.*talk'
check "alice saw the call connected" "$work/alice.log" '^session 1 connected'
check "alice held the call" "$work/alice.log" '^session 1 hold'
check "bob took the INFO in the call" "$work/bob.log" '^  \| said inside the call'
check "the call ended (alice)" "$work/alice.log" '^session 1 disconnected'
check "the call ended (bob)" "$work/bob.log" '^session 1 disconnected'
check "bob no longer watches" "$work/bob.log" '^subscription 1 unsubscribed'
check "alice unregistered" "$work/alice.log" '^registration unregistered'
check "bob unregistered" "$work/bob.log" '^registration unregistered'

for name in alice bob; do
    echo
    echo "---- ladder of $name ----"
    cat "$work/$name.ladder"
done
if [ "$failed" != 0 ]; then
    for name in alice bob; do
        echo
        echo "---- what $name printed ----"
        cat "$work/$name.log" "$work/$name.err"
    done
fi
echo
echo "$number steps, $([ "$failed" = 0 ] && echo "all held" || echo "NOT all held"), $SECONDS s"
exit "$failed"
