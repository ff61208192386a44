# Sourced by tests/run.sh: rtcphone from the command line, as a person and as a script uses it.
# shellcheck shell=bash
# shellcheck disable=SC2154  # $work and $started are lib.sh's

PHONE=$SAMPLES/rtcphone

# phone_says STATUS PATTERN ARGUMENT…: it ends with that status within 10 s and says the pattern on standard error.
phone_says() {
    local wanted=$1 pattern=$2 status=0
    shift 2
    timeout 10 "$PHONE" "$@" > says.out 2> says.err < /dev/null || status=$?
    echo "$status $(head -n 1 says.err) <- $*"
    [ "$status" = "$wanted" ] || { show says.out says.err; die "status $status, not $wanted"; }
    [ -z "$pattern" ] || grep -Eq -- "$pattern" says.err || { show says.err; die "it does not say: $pattern"; }
}

phone_command_line() {
    local udp='--bind udp:127.0.0.1:0' command
    phone_says 0 '' --version
    phone_says 0 '' --help
    phone_says 2 'unknown option: --nope' --nope
    phone_says 2 'without its value' --exec
    phone_says 2 '--bind wants' --bind nothing
    phone_says 2 '--answer wants' --answer 99
    phone_says 2 'only the last code' --answer 200,180
    phone_says 2 'not a number' --duration soon
    phone_says 2 '--password needs' --password secret
    # What this version does not have says so and ends with 1.
    phone_says 2 '--bind tls needs' --bind tls:127.0.0.1:0
    phone_says 2 'belong together' --cert cert.pem
    phone_says 1 'cannot be read' --ca nowhere.pem
    phone_says 1 'voice' --play tone.wav
    phone_says 1 'voice' --record call.wav
    # shellcheck disable=SC2086  # $udp is two words
    {
        phone_says 1 'voice' $udp --exec 'dtmf 1'
        for command in answer hold 'refer sip:a@b' 'transfer 2' update info unsubscribe 'notify active' 'session 4' 'call bob' 'wait noon' 'reject 200' call dance register; do
            phone_says 1 "${command%% *}" $udp --exec "$command"
        done
        phone_says 1 'quote is not closed' $udp --exec "call 'sip:a"
        phone_says 1 'did not come in time' $udp --exec 'wait incoming 1'
        phone_says 1 'interrupted' $udp --duration 1 --exec 'wait incoming 9'
        phone_says 1 'HEADER_RESERVED' $udp --header 'Via: x'
        phone_says 1 'HEADER_MALFORMED' $udp --exec "header none"
        phone_says 1 'nobody listens' $udp --exec 'call sip:a@127.0.0.1:9; wait connected 9'
        phone_says 1 'host name was not found' $udp --exec 'call sip:a@host.invalid; wait connected 9'
        phone_says 1 'no socket of that transport' $udp --exec 'call sips:a@127.0.0.1;transport=udp; wait connected 9'
    }
    phone_says 1 'no IP address' --bind udp:localhost:0
    phone_says 1 'INVALID_ADDRESS_LOCAL' --bind udp:192.0.2.222:0
    phone_says 1 'INVALID_SIP_URL' --aor :::
    phone_says 1 'No such file' --pcap "$work/none/x.pcap"
}

# listening OPTION…: a phone that answers; its addresses in $at_udp, $at_tcp, $at_six.
listening() {
    start bob "$PHONE" --bind udp:127.0.0.1:0 --bind tcp:127.0.0.1:0 --bind 'udp:[::1]:0' --aor sip:bob@127.0.0.1 --duration 60 "$@"
    until_line bob.out '^listening udp \[' 10 || die "it does not listen"
    at_udp=$(sed -n 's/^listening udp 127/127/p' bob.out)
    at_tcp=$(sed -n 's/^listening tcp //p' bob.out)
    at_six=$(sed -n 's/^listening udp \[/[/p' bob.out)
}

# script STATUS SCRIPT OPTION…: a phone runs it to its end, which comes within 20 s.
script() {
    local wanted=$1 commands=$2 status=0
    shift 2
    timeout 20 "$PHONE" --exec "$commands" "$@" > alice.out 2> alice.err < /dev/null || status=$?
    [ "$status" = "$wanted" ] || { show alice.out alice.err bob.out; die "status $status: $commands"; }
}

# Built with the compiler's own checks of memory and arithmetic.
checked_phone() {
    "${CC:-cc}" -std=c11 -g -fsanitize=address,undefined -fno-sanitize-recover=all -I "$ROOT/include" -o checked "$ROOT"/samples/c/rtcphone/*.c \
        -L "$LIBRARY" -lrtcclient -Wl,-rpath,"$LIBRARY" || die "rtcphone does not compile with its checks"
    PHONE=$work/checked
}

phone_commands() {
    local udp='--bind udp:127.0.0.1:0' file
    checked_phone
    listening --answer 180,183,200 --answer-delay 50 --header 'X-Phone: bob' --pcap "$work/bob.pcap"
    # shellcheck disable=SC2086
    {
        script 0 "call sip:b@$at_udp; wait alerting 5; wait connected 5; wait 200; reinvite; wait 200 5; hold; wait hold 5; unhold; wait connected 5
            header 'X-Later: 1'; info text/plain 'in the call'; wait 200 5; update; wait 200 5; header clear; hangup; wait disconnected 5" $udp --header 'X-First: 1' --trace alice.ladder --pcap alice.pcap
        for file in alice.ladder alice.out bob.out; do show "$file"; done
        has bob.out '^  X-First: 1'
        has bob.out '^  \| in the call'
        grep -a -A14 'INFO sip:' alice.pcap > info.txt || true
        has info.txt 'X-Later: 1'
        grep -a -A14 'BYE sip:' alice.pcap > bye.txt || true
        has bye.txt 'BYE sip:'
        ! grep -aq 'X-First\|X-Later' bye.txt || die "header clear left lines behind"
        has alice.pcap '^X-Phone: bob'

        script 0 "message sip:b@$at_udp 'good day'; wait 200 5; options sip:b@$at_udp; wait 200 5; request DANCE sip:b@$at_udp text/plain slowly; wait 501 5
            subscribe presence sip:b@$at_udp; wait subscribed 5; wait notify 5; unsubscribe; wait unsubscribed 5
            subscribe weather sip:b@$at_udp; wait subscription_error 5; wait 489" $udp
        has bob.out '^  \| good day'
        has bob.out '^request DANCE'
        has bob.out '^watcher 1 gone'
        has alice.out '<basic>open</basic>'

        script 0 "call 'sip:b@$at_tcp;transport=tcp'; wait connected 5; hangup; wait disconnected 5" --bind tcp:127.0.0.1:0
        script 0 "call sip:b@$at_six; wait connected 5; hangup; wait disconnected 5" --bind 'udp:[::1]:0'
        script 0 "call sip:b@$at_udp; wait connected 5; call sip:b@$at_udp; wait connected 5; session 1; hangup; wait disconnected 5; session 2; hangup; wait disconnected 5" --quiet
        script 1 "call sip:b@$at_udp; wait disconnected 1" $udp
        script 0 "call sip:b@$at_udp; wait connected 5; typing on; wait 200 5; typing off; wait 200 5; hangup; wait disconnected 5" $udp
        script 0 "subscribe dialog sip:b@$at_udp; wait notify 5; unsubscribe; wait unsubscribed 5" $udp --json
        has alice.out '"document":{"version":0,"full":true'
        script 0 "call sip:b@$at_udp; wait connected 5; hangup; wait disconnected 5" $udp --json
    }
    python3 -c 'import json, sys; print(len([json.loads(line) for line in open("alice.out")]), "events")' || die "an event is no JSON"

    printf 'call sip:b@%s # a comment; quit\nwait connected 5\n\nhangup; wait disconnected 5' "$at_udp" |
        timeout 20 "$PHONE" --bind udp:127.0.0.1:0 > alice.out 2>&1 || { show alice.out; die "commands from standard input do not hold"; }
    stop "$started" || { show bob.out; die "it ended with $?"; }

    # Asked, not answering by itself: each decision by a command.
    rm bob.out
    start bob "$PHONE" --bind udp:127.0.0.1:0 --exec 'wait watcher 9; notify pending; notify active open; notify terminated;reason=noresource
        wait incoming 9; reject 603; wait disconnected 5; wait incoming 9; answer 183; answer; wait connected 5; wait disconnected 5'
    until_line bob.out '^listening udp' 10 || die "it does not listen"
    at_udp=$(sed -n 's/^listening udp //p' bob.out)
    script 0 "subscribe presence sip:b@$at_udp; wait 202 5; wait notify 5; wait notify 5; wait unsubscribed 5
        call sip:b@$at_udp; wait disconnected 5; wait 603; call sip:b@$at_udp; wait connected 5; hangup; wait disconnected 5" --bind udp:127.0.0.1:0
    wait "$started" || { show bob.out; die "its commands did not hold"; }
}

# ends_within MILLISECONDS PID STATUS
ends_within() {
    local from to status=0
    from=$(date +%s%3N)
    wait "$2" || status=$?
    to=$(date +%s%3N)
    echo "ended with $status after $((to - from)) ms"
    [ "$status" = "$3" ] || die "status $status, not $3"
    [ $((to - from)) -le "$1" ] || die "it took longer than $1 ms"
}

phone_ends() {
    local silent peer turn=0
    for silent in STOP KILL; do
        start "bob$silent" "$PHONE" --bind udp:127.0.0.1:0 --bind tcp:127.0.0.1:0 --answer 200 --exec 'sleep 60000'
        peer=$started
        until_line "bob$silent.out" '^listening tcp' 10 || die "it does not listen"
        for uri in "sip:b@$(sed -n 's/^listening udp //p' "bob$silent.out")" "sip:b@$(sed -n 's/^listening tcp //p' "bob$silent.out");transport=tcp"; do
            turn=$((turn + 1)) # names of their own, so that nobody reads the one before
            start "alice$turn" "$PHONE" --trace "$work/alice.ladder" --exec "subscribe presence '$uri'; wait subscribed 5; call '$uri'; wait connected 5; sleep 60000"
            until_line "alice$turn.out" '^session 1 connected' 10 || die "no call"
            kill -"$silent" "$peer"
            kill -TERM "$started"
            ends_within 5000 "$started" 0
            has alice.ladder 'BYE'
            [ "$silent" = KILL ] && break
            kill -CONT "$peer"
        done
        kill -KILL "$peer" 2> /dev/null || true
        wait "$peer"
    done

    # A registration that nobody answers, and streams that are closed or lead nowhere.
    start mute python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
while True: s.recv(65536)'
    until_line mute.out '[0-9]+' 10 || die "no port"
    start alice "$PHONE" --bind udp:127.0.0.1:0 --aor sip:alice@test.local --proxy "sip:127.0.0.1:$(cat mute.out);lr" --exec 'register; wait registered 30'
    until_line alice.out '^registration registering' 10 || die "it does not register"
    kill -TERM "$started"
    ends_within 5000 "$started" 1
    timeout 10 "$PHONE" --bind udp:127.0.0.1:0 <&- >&- || die "without standard streams: $?"
    timeout 10 "$PHONE" --bind udp:127.0.0.1:0 --exec 'sleep 200; options sip:127.0.0.1:9; sleep 200' | head -c 1 > /dev/null
    [ "${PIPESTATUS[0]}" = 0 ] || die "a reader that went away ended it"
}

phone_trouble() {
    local server
    mkfifo server.in
    exec 8<> server.in
    "$SAMPLES/rtcserver" --realm test.local --domain test.local alice:secret < server.in > server.out 2>&1 &
    server=$!
    pids+=("$server")
    until_line server.out 'sip:.*transport=tcp' 10 || die "no server"
    server_port=$(sed -n 's/^sip:127.0.0.1:\([0-9]*\).*/\1/p' server.out | head -n 1)
    alice=(--bind udp:127.0.0.1:0 --aor sip:alice@test.local --user alice --proxy "sip:127.0.0.1:$server_port;lr")
    phone_says 1 'port is in use' --bind "udp:127.0.0.1:$server_port"
    phone_says 1 '401 Unauthorized' "${alice[@]}" --password wrong --exec 'register; wait registered 5'
    phone_says 1 '401 Unauthorized' --bind udp:127.0.0.1:0 --aor sip:carol@test.local --password secret --proxy "sip:127.0.0.1:$server_port;lr" --exec 'register; wait registered 5'
    phone_says 1 '404 Not Found' "${alice[@]}" --password secret --exec 'call sip:nobody@test.local; wait connected 5'
    phone_says 1 '480 ' "${alice[@]}" --password secret --exec 'call sip:alice@test.local; wait connected 5'

    # The server starts anew between two registrations, on the same port and with nothing in mind.
    start phone "$PHONE" "${alice[@]}" --password secret --exec 'register; wait registered 5; wait message 15; register; wait registered 5; unregister; wait unregistered 5'
    until_line phone.out '^registration registered' 10 || die "not registered"
    kill -KILL "$server"
    wait "$server"
    rm server.out
    "$SAMPLES/rtcserver" --listen "udp:127.0.0.1:$server_port" --realm test.local --domain test.local alice:secret < server.in > server.out 2>&1 &
    server=$!
    pids+=("$server")
    until_line server.out 'sip:' 10 || die "no server"
    own=$(sed -n 's/^listening udp //p' phone.out)
    timeout 10 "$PHONE" --bind udp:127.0.0.1:0 --exec "message sip:alice@$own 'the server is back'; wait 200 5" || die "no message"
    wait "$started" || { show phone.out; die "the registration did not come back"; }

    # It goes away for good.
    kill -KILL "$server"
    wait "$server"
    phone_says 1 'nobody listens' "${alice[@]}" --password secret --exec 'register; wait registered 9'
}
