# Sourced by tests/run.sh: real peers on the loopback. Each function runs in a folder and process of its own ($work).
# shellcheck shell=bash
# shellcheck disable=SC2154  # $work and $started are lib.sh's

INTEROP=$ROOT/tests/interop

# ---- SIPp ----

# Starts autoanswer; its address in $answering, its process in $answerer.
start_answering() { # udp|tcp
    start autoanswer "$SAMPLES/autoanswer" --bind "$1:127.0.0.1:0"
    answerer=$started
    answering=$(until_line "$work/autoanswer.out" '[0-9.]+:[0-9]+$' 10) || die "autoanswer does not listen"
}

# sipp_done FILE COUNT: SIPp's own account says that all went well.
sipp_done() {
    grep -aE 'Successful call|Failed call' "$1" | tail -n 2
    grep -aE 'Successful call' "$1" | tail -n 1 | grep -Eq "\| +$2 *$" || { tail -n 60 "$1"; die "not all of $2 calls succeeded"; }
    grep -aE 'Failed call' "$1" | tail -n 1 | grep -Eq '\| +0 *$' || { tail -n 60 "$1"; die "calls failed"; }
}

# sipp_to ADDRESS u1|t1 OPTION…: runs SIPp as caller, to its end.
sipp_to() {
    local address=$1 transport=$2 own media
    shift 2
    read -r own media < <(free_ports 2)
    sipp "$address" -t "$transport" -i 127.0.0.1 -p "$own" -mp "$media" -timeout 50 -timeout_error -nostdin -trace_err "$@" \
        > sipp.out 2>&1 || { tail -n 60 sipp.out; tail -n 30 ./*errors.log 2> /dev/null; die "SIPp ended with an error"; }
}

sipp_uac() { # udp|tcp u1|t1
    start_answering "$1"
    sipp_to "$answering" "$2" -sn uac -s bob -m 1000 -r 200 -l 500
    sipp_done sipp.out 1000
    stop "$answerer" || die "autoanswer ended with $?"
    show autoanswer.out
    has autoanswer.out 'answered 1000, refused 0'
    has autoanswer.out 'malformed 0,'
}
# B-439: another stack is called by us.
sipp_uac_udp() { sipp_uac udp u1; }
sipp_uac_tcp() { sipp_uac tcp t1; }

sipp_uas() { # udp|tcp u1|t1 URI-PARAMETERS
    local port media status=0
    compile calls calls.c
    read -r port media < <(free_ports 2)
    start sipp sipp -sn uas -t "$2" -i 127.0.0.1 -p "$port" -mp "$media" -m 1000 -timeout 50 -timeout_error -nostdin -trace_err
    for _ in {1..100}; do
        grep -qi ":$(printf '%04X' "$port") " /proc/net/udp /proc/net/tcp && break
        sleep 0.05
    done
    ./calls "sip:sipp@127.0.0.1:$port$3" 1000 200 "$1" || status=$?
    [ "$status" = 0 ] || { tail -n 60 sipp.out; die "calls ended with $status"; }
    wait "$started" || { tail -n 60 sipp.out; die "SIPp ended with $?"; }
    sipp_done sipp.out 1000
}
# B-439: the same stack calls us.
sipp_uas_udp() { sipp_uas udp u1 ''; }
sipp_uas_tcp() { sipp_uas tcp t1 ';transport=tcp'; }

sipp_options() {
    start_answering udp
    sipp_to "$answering" u1 -sf "$INTEROP/options.xml" -s bob -m 50 -r 50
    sipp_done sipp.out 50
}

sipp_garbage() {
    local folder=$SHARED/corpora/malformed
    start_answering udp
    [ -d "$folder" ] || folder=
    start garbage python3 "$INTEROP/garbage.py" 127.0.0.1 "${answering##*:}" 6 $folder
    sipp_to "$answering" u1 -sn uac -s bob -m 500 -r 100
    sipp_done sipp.out 500
    wait "$started" || { show garbage.out; die "garbage.py: a clean request was lost or a bad one not answered 400"; }
    stop "$answerer" || die "autoanswer ended with $?"
    show garbage.out autoanswer.out
}

# ---- SIPp: what races, with scenarios of our own ----

sipp_late() {
    start_answering udp
    sipp_to "$answering" u1 -sf "$INTEROP/lost-ack.xml" -s bob -m 5 -r 5
    sipp_done sipp.out 5
    sipp_to "$answering" u1 -sf "$INTEROP/bye-overtakes.xml" -s bob -m 5 -r 5
    sipp_done sipp.out 5
    stop "$answerer" || die "autoanswer ended with $?"
    show autoanswer.out
    # The late re-INVITE began no call; 25 answers, and each 200 whose ACK was late came twice more.
    has autoanswer.out 'answered 10, refused 0'
    has autoanswer.out 'responses out 3[5-9],'
}

sipp_lossy() {
    local relay
    start_answering udp
    start relay python3 "$INTEROP/relay.py" 7 10 10 "$answering"
    relay=$started
    sipp_to "$(until_line relay.out '[0-9.]+:[0-9]+$' 10)" u1 -sn uac -s bob -m 300 -r 50
    sipp_done sipp.out 300
    stop "$relay"
    stop "$answerer" || die "autoanswer ended with $?"
    show relay.out autoanswer.out
    # Doubled and repeated INVITEs began no second call.
    has autoanswer.out 'answered 300, refused 0'
}

# sipp_race SCENARIO SCRIPT: rtcphone calls a SIPp that plays the scenario once.
sipp_race() {
    local port media sipp
    read -r port media < <(free_ports 2)
    start "$1" sipp -t u1 -i 127.0.0.1 -p "$port" -mp "$media" -sf "$INTEROP/$1.xml" -m 1 -timeout 20 -timeout_error -nostdin -trace_err
    sipp=$started
    for _ in {1..100}; do
        grep -qi ":$(printf '%04X' "$port") " /proc/net/udp && break
        sleep 0.05
    done
    timeout 30 "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --trace "$1.ladder" \
        --exec "call sip:sipp@127.0.0.1:$port; wait connected 5; $2" > "$1.phone" 2>&1 || { show "$1.phone" "$1.ladder"; die "the script did not hold"; }
    wait "$sipp" || { show "$1.phone" "$1.ladder" "$1.out"; tail -n 30 ./*errors.log; die "SIPp's scenario $1 did not hold"; }
    show "$1.ladder"
}
sipp_races() {
    sipp_race glare 'hold; wait hold 10; hangup; wait disconnected 5'
    sipp_race bye-crosses-reinvite 'hold; wait disconnected 5; sleep 500'
    sipp_race crossing-bye 'hangup; wait disconnected 5; sleep 500'
    sipp_race strict-route 'hangup; wait disconnected 5; sleep 300'
}

# 100rel both ways: SIPp demands it, and rings reliably itself.
sipp_prack() {
    local bob
    start bob "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:bob@127.0.0.1 --answer 200 --answer-delay 400 --trace bob.ladder \
        --exec 'wait incoming 20; wait connected 10; wait disconnected 10'
    bob=$started
    sipp_to "$(until_line bob.out '[0-9.]+:[0-9]+$' 10)" u1 -sf "$INTEROP/prack-uac.xml" -s bob -m 1
    sipp_done sipp.out 1
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show bob.ladder
    sipp_race prack-uas 'hangup; wait disconnected 5; sleep 300'
    has prack-uas.ladder 'PRACK'
}

# ---- Kamailio ----

# certificate FOLDER NAMES [DAYS]: an authority in FOLDER/ca.pem, and what it signs for these names (as openssl writes them) in
# cert.pem and key.pem; both together, as baresip wants them, in both.pem.
certificate() {
    local folder=$1
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=an authority' -keyout "$folder/ca.key" -out "$folder/ca.pem" 2> "$folder/openssl.out" &&
        openssl req -newkey rsa:2048 -nodes -subj '/CN=a server' -keyout "$folder/key.pem" -out "$folder/cert.csr" 2>> "$folder/openssl.out" &&
        openssl x509 -req -in "$folder/cert.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 30 -out "$folder/cert.pem" \
            -extfile <(echo "subjectAltName=$2") 2>> "$folder/openssl.out" || { cat "$folder/openssl.out"; die "no certificate"; }
    cat "$folder/cert.pem" "$folder/key.pem" > "$folder/both.pem"
}

# kamailio_start SWITCH…: its port in $port, for UDP and TCP; with WITH_TLS that for TLS in $tls, its authority in kamailio/ca.pem.
kamailio_start() {
    local switch switches=()
    for switch in "$@"; do switches+=(-A "$switch=1"); done
    read -r port tls < <(free_ports 2)
    mkdir kamailio
    sed "s#RUNDIR#$work/kamailio#g" "$SHARED/interop/kamailio/tls.cfg" > kamailio/tls.cfg
    [[ " $* " != *" WITH_TLS "* ]] || certificate kamailio 'DNS:test.local,IP:127.0.0.1'
    cp -r /usr/share/kamailio/dbtext/kamailio kamailio/dbtext
    # Kamailio puts no definition into a text: the port of a Contact is written here.
    sed "s#RUNDIR#$work/kamailio#g; s#:SIPPORT>#:$port>#g" "$SHARED/interop/kamailio/registrar.cfg" > kamailio/registrar.cfg
    start kamailio kamailio -DD -E -f kamailio/registrar.cfg -Y "$work/kamailio" -P "$work/kamailio/pid" -m 64 -M 8 \
        -A "SIPPORT=$port" -A "TLSPORT=$tls" "${switches[@]}"
    python3 - "$port" << 'PYTHON' || { show kamailio.out; die "Kamailio does not answer"; }
import socket, sys, time
port = int(sys.argv[1])
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(('127.0.0.1', 0))
peer.settimeout(0.2)
for turn in range(100):
    peer.sendto(('OPTIONS sip:127.0.0.1:%d SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%d\r\nFrom: <sip:a@test.local>;tag=1\r\n'
                 'To: <sip:test.local>\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n'
                 % (port, peer.getsockname()[1], turn, turn)).encode(), ('127.0.0.1', port))
    try:
        if peer.recv(4096).startswith(b'SIP/2.0 200'):
            sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit(1)
PYTHON
}

# phone NAME udp|tcp SCRIPT OPTION…: rtcphone behind Kamailio, to its end; its ladder and capture beside it. The script
# `-` comes on standard input. By TLS it does not listen, but uses the connection that it opened.
phone() {
    local name=$1 transport=$2 script=(--exec "$3") parameter='' port=$port bind=$2
    [ "$3" != - ] || script=()
    shift 3
    [ "$transport" = udp ] || parameter=";transport=$transport"
    [ "$transport" != tls ] || { port=$tls; bind=udp; }
    exec timeout 45 "$SAMPLES/rtcphone" --bind "$bind:127.0.0.1:0" --aor "sip:$name@test.local" --user "$name" \
        --password "${password:-secret}" --proxy "sip:127.0.0.1:$port$parameter;lr" --trace "$work/$name.ladder" \
        --pcap "$work/$name.pcap" "${script[@]}" "$@"
}

kamailio_register() { # SWITCH udp|tcp ALGORITHM
    # shellcheck disable=SC2086  # no switch is no argument
    kamailio_start $1
    (phone alice "$2" 'register; wait registered 5; register; wait registered 5; unregister; wait unregistered 5') > alice.out 2>&1 ||
        { show alice.out alice.ladder; die "the script did not hold"; }
    show alice.out alice.ladder
    has alice.ladder '401 Unauthorized cseq [0-9]+ REGISTER'
    # Captures hide credentials; the challenge that was met is readable.
    if [ "$3" = MD5 ]; then
        ! grep -Eaq 'WWW-Authenticate: Digest.*SHA-256' alice.pcap || die "the challenge was not for MD5"
    else
        has alice.pcap "WWW-Authenticate: Digest.*algorithm=\"?$3"
    fi
    has alice.ladder '200 OK cseq [0-9]+ REGISTER'
}
# B-433: registration.
kamailio_md5_udp() { kamailio_register '' udp MD5; }
kamailio_md5_tcp() { kamailio_register '' tcp MD5; }
kamailio_sha256_udp() { kamailio_register WITH_SHA256 udp SHA-256; }
kamailio_sha256_tcp() { kamailio_register WITH_SHA256 tcp SHA-256; }

kamailio_wrong_password() {
    kamailio_start
    password=wrong
    (phone alice udp 'register; wait rejected 5') > alice.out 2>&1 || { show alice.out alice.ladder; die "it was not rejected"; }
    show alice.out alice.ladder
    # One answer to one challenge: a second refusal ends it, it is not tried again and again.
    [ "$(grep -c ' REGISTER cseq ' alice.ladder)" = 2 ] || die "the wrong password was tried again and again"
}

# B-433, B-439: calls through another stack, with its challenge.
kamailio_call() {
    local alice
    kamailio_start WITH_INVITE_AUTH
    start bob phone bob tcp 'register; wait registered 5; wait incoming 20; wait connected 5; wait disconnected 10; unregister; wait unregistered 5' \
        --answer 180,200
    bob=$started
    until_line bob.out '^registration registered' 10 || die "bob is not registered"
    (phone alice udp 'call sip:bob@test.local; wait alerting 5; wait connected 5; hold; wait hold 5; unhold; wait connected 5; hangup; wait disconnected 5' \
        --header 'Subject: through Kamailio') > alice.out 2>&1 || { show alice.out alice.ladder bob.out kamailio.out; die "alice's script did not hold"; }
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show alice.out alice.ladder bob.out
    has alice.ladder '407'
    has bob.out '^  Subject: through Kamailio'
    kill "${pids[0]}" && wait "${pids[0]}"

    # SIPp calls through it, with the route set kept; no digest on its side.
    rm -rf kamailio
    kamailio_start
    start carol phone carol udp 'register; wait registered 5; wait incoming 20; wait disconnected 20' --answer 180,200
    alice=$started
    until_line carol.out '^registration registered' 10 || die "carol is not registered"
    sipp_to "127.0.0.1:$port" u1 -sf "$SHARED/interop/sipp/uac-rr.xml" -s carol -m 1 -d 200
    sipp_done sipp.out 1
    wait "$alice" || { show carol.out carol.ladder; die "carol's script did not hold"; }
}

# B-328: a real server by TLS, its certificate checked; who does not trust it is told so and sends nothing.
kamailio_tls() {
    local bob
    kamailio_start WITH_TLS WITH_INVITE_AUTH
    start bob phone bob tls 'register; wait registered 5; wait incoming 20; wait connected 5; wait disconnected 20; unregister; wait unregistered 5' \
        --answer 180,200 --ca kamailio/ca.pem
    bob=$started
    until_line bob.out '^registration registered' 10 || { show bob.out kamailio.out; die "bob is not registered"; }
    (phone alice tls 'register; wait registered 5; call sip:bob@test.local; wait alerting 5; wait connected 5; hold; wait hold 5; unhold;
        wait connected 5; hangup; wait disconnected 5; unregister; wait unregistered 5' --ca kamailio/ca.pem) > alice.out 2>&1 ||
        { show alice.out alice.ladder bob.out kamailio.out; die "alice's script did not hold"; }
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show alice.out alice.ladder bob.out
    has alice.ladder '407'
    # The captures are of what went inside TLS.
    has alice.pcap 'Via: SIP/2.0/TLS 127.0.0.1:'
    has bob.pcap 'Contact: <sip:bob@127.0.0.1:[0-9]+;transport=tls'
    mkdir other
    certificate other DNS:test.local
    ! (phone carol tls 'register; wait registered 5' --ca other/ca.pem) > carol.out 2>&1 || { show carol.out; die "carol trusts whom she should not"; }
    show carol.out
    has carol.out 'RTC_E_TLS_UNKNOWN_AUTHORITY'
    ! grep -q REGISTER carol.ladder || die "carol has sent something"
}

# B-433: busy, redirected, nobody there.
kamailio_refusals() {
    kamailio_start
    (phone alice udp 'call sip:busy@test.local; wait disconnected 5; call sip:nobody@test.local; wait disconnected 5;
        call sip:moved@test.local; wait disconnected 5') > alice.out 2>&1 || { show alice.out alice.ladder; die "the script did not hold"; }
    show alice.out alice.ladder
    has alice.ladder '486'
    has alice.ladder '404'
    has alice.ladder '302'
}

# 407 on INVITE, and a nonce that grew old meanwhile: both are met without asking anybody.
kamailio_stale() {
    local bob
    kamailio_start WITH_INVITE_AUTH
    start bob phone bob udp 'register; wait registered 5; wait incoming 40; wait connected 5; wait disconnected 10; wait incoming 40; wait connected 5; wait disconnected 10' \
        --answer 200
    bob=$started
    until_line bob.out '^registration registered' 10 || die "bob is not registered"
    # Its nonces live for 20 seconds.
    (phone alice udp 'call sip:bob@test.local; wait connected 5; hangup; wait disconnected 5; sleep 22000;
        call sip:bob@test.local; wait connected 5; hangup; wait disconnected 5') > alice.out 2>&1 ||
        { show alice.out alice.ladder bob.out kamailio.out; die "alice's script did not hold"; }
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show alice.ladder
    # Each call was challenged once: the first for want of credentials, the second because the kept nonce was too old, which
    # this server does not even say.
    [ "$(grep -c '407 ' alice.ladder)" = 2 ] || die "not one challenge for each call"
}

# 300 with two contacts, of which the better one is busy; 302; 503 with Retry-After.
kamailio_redirects() {
    local bob
    kamailio_start
    start bob phone bob udp 'register; wait registered 5; wait incoming 20; wait connected 5; wait disconnected 10; wait incoming 20; wait connected 5; wait disconnected 10' \
        --answer 200
    bob=$started
    until_line bob.out '^registration registered' 10 || die "bob is not registered"
    (phone alice udp 'call sip:choices@test.local; wait connected 5; hangup; wait disconnected 5;
        call sip:moved@test.local; wait connected 5; hangup; wait disconnected 5;
        call sip:later@test.local; wait disconnected 5' --json) > alice.out 2>&1 ||
        { show alice.out alice.ladder bob.out kamailio.out; die "alice's script did not hold"; }
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show alice.ladder
    grep -aE '300 |486 |302 |503 ' alice.ladder | grep -aoE '\b(300|486|302|503)\b' | uniq | tr '\n' ' ' | grep -q '^300 486 302 503' ||
        die "the order of refusals is not what the contacts say"
    has alice.out '"status":503.*"value":\[0,2,0\]'
}

kamailio_presence() {
    local bob alice
    kamailio_start WITH_PRESENCE
    start bob phone bob udp 'subscribe presence sip:alice@test.local; wait subscribed 5; wait notify 5; wait notify 15; wait notify 15; wait notify 15; wait notify 15; unsubscribe; wait unsubscribed 5'
    bob=$started
    until_line bob.out '^subscription 1 subscribed' 10 || die "bob does not watch"
    # Each step waits until bob has seen the one before: the server tells him the newest state only.
    mkfifo commands
    (phone alice udp - < commands) > alice.out 2>&1 &
    alice=$!
    pids+=("$alice")
    exec 6> commands
    echo 'publish presence open; wait 200 5' >&6
    until_line bob.out '<basic>open</basic>' 10 || { show alice.out bob.out kamailio.out; die "bob does not see alice open"; }
    echo 'publish presence meal; wait 200 5' >&6
    until_line bob.out '<rpid:meal/>' 10 || { show alice.out bob.out kamailio.out; die "bob does not see alice out to lunch"; }
    echo 'publish presence closed; wait 200 5' >&6
    until_line bob.out '<basic>closed</basic>' 10 || { show alice.out bob.out kamailio.out; die "bob does not see alice closed"; }
    echo 'publish presence; wait 200 5' >&6
    exec 6>&-
    wait "$alice" || { show alice.out alice.ladder; die "alice's script did not hold"; }
    wait "$bob" || { show bob.out bob.ladder; die "bob's script did not hold"; }
    show alice.out bob.out
}

kamailio_demo() {
    kamailio_start WITH_PRESENCE
    bash "$ROOT/samples/demo.sh" --no-build --server "127.0.0.1:$port" --keep "$LOGS/demo-kamailio" || { show kamailio.out; die "the demo failed"; }
}

# Both of bob's phones ring; the one that answers has the call, the other is cancelled.
kamailio_forks() {
    local first second
    kamailio_start
    start first phone bob udp 'register; wait registered 5; wait incoming 20; wait connected 10; wait disconnected 10; unregister; wait unregistered 5' \
        --answer 180,200 --answer-delay 300
    first=$started
    start second phone bob tcp 'register; wait registered 5; wait incoming 20; wait disconnected 10; unregister; wait unregistered 5' --answer 180
    second=$started
    until_line first.out '^registration registered' 10 && until_line second.out '^registration registered' 10 || die "bob is not registered twice"
    mkdir alice
    (phone alice udp 'call sip:bob@test.local; wait alerting 5; wait connected 5; sleep 200; hangup; wait disconnected 5') > alice.out 2>&1 ||
        { show alice.out alice.ladder first.out second.out kamailio.out; die "alice's script did not hold"; }
    wait "$first" || { show first.out bob.ladder; die "the phone that answered did not have the call"; }
    wait "$second" || { show second.out bob.ladder; die "the other phone rang on"; }
    show alice.ladder first.out second.out
    [ "$(grep -c '180 Ringing' alice.ladder)" -ge 1 ] || die "nobody rang"
    has second.out 'disconnected'
}

# ---- baresip ----

# baresip_start [LINE]: listens on $baresip_port, takes commands on $control; no registrar.
baresip_start() {
    read -r baresip_port control rtp < <(free_ports 3)
    mkdir baresip
    cp "$SHARED"/interop/baresip/bob/* baresip/
    sed -i "s/127.0.0.1:25070/127.0.0.1:$baresip_port/; s/127.0.0.1:25444/127.0.0.1:$control/; s/^rtp_ports.*/rtp_ports $((rtp & ~1))-$(((rtp & ~1) + 40))/" baresip/config
    sed -i 's/regint=[0-9]*/regint=0/; s/outbound="[^"]*";\{0,1\}//' baresip/accounts
    echo "${1:-}" >> baresip/config
    mkfifo stdin # it spins when its standard input ends
    exec 5<> stdin
    baresip -f "$work/baresip" < stdin > baresip.out 2>&1 &
    pids+=($!)
    for _ in {1..100}; do
        grep -qi ":$(printf '%04X' "$control") .* 0A " /proc/net/tcp && return
        sleep 0.1
    done
    show baresip.out
    die "baresip does not listen"
}

baresip_command() { # COMMAND PARAMETERS
    python3 - "$control" "$1" "$2" << 'PYTHON'
import json, socket, sys
text = json.dumps({'command': sys.argv[2], 'params': sys.argv[3], 'token': 't'})
with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5) as peer:
    peer.sendall(('%d:%s,' % (len(text), text)).encode())
    print(peer.recv(4096).decode(errors='replace'))
PYTHON
}

# B-433, B-439: a third stack, in both directions.
baresip_calls() {
    local own alice
    baresip_start
    "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --trace out.ladder --exec "call sip:bob@127.0.0.1:$baresip_port;
        wait connected 10; hold; wait hold 5; unhold; wait connected 5; hangup; wait disconnected 5" > out.out 2>&1 ||
        { show out.out out.ladder baresip.out; die "the call to baresip failed"; }
    show out.out out.ladder
    read -r own < <(free_ports 1)
    start alice "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$own" --aor sip:alice@127.0.0.1 --trace in.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; sleep 300; hangup; wait disconnected 5'
    alice=$started
    for _ in {1..100}; do
        grep -qi ":$(printf '%04X' "$own") " /proc/net/udp && break
        sleep 0.05
    done
    baresip_command dial "sip:alice@127.0.0.1:$own"
    wait "$alice" || { show alice.out in.ladder baresip.out; die "the call from baresip failed"; }
    show alice.out in.ladder
}

# B-328: baresip by TLS as callee and as caller.
baresip_tls() {
    local own alice secure
    mkdir peer
    certificate peer IP:127.0.0.1
    baresip_start "sip_certificate $work/peer/both.pem"
    secure=$((baresip_port + 1)) # TLS is on the port after that of UDP and TCP
    "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --ca peer/ca.pem --trace out.ladder --pcap out.pcap \
        --exec "call sip:bob@127.0.0.1:$secure;transport=tls; wait connected 10; hold; wait hold 5; unhold; wait connected 5; hangup; wait disconnected 5" \
        > out.out 2>&1 || { show out.out out.ladder baresip.out; die "the call to baresip failed"; }
    show out.out out.ladder
    has out.pcap 'Via: SIP/2.0/TLS '
    read -r own < <(free_ports 1)
    start alice "$SAMPLES/rtcphone" --bind "tls:127.0.0.1:$own" --ca peer/ca.pem --cert peer/cert.pem --key peer/key.pem --aor sip:alice@127.0.0.1 \
        --trace in.ladder --pcap in.pcap --answer 180,200 --exec 'wait incoming 20; wait connected 10; sleep 300; hangup; wait disconnected 5'
    alice=$started
    until_line alice.out '^listening tls' 10 || { show alice.out; die "alice does not listen"; }
    baresip_command dial "sip:alice@127.0.0.1:$own;transport=tls"
    wait "$alice" || { show alice.out in.ladder baresip.out; die "the call from baresip failed"; }
    show alice.out in.ladder
    has in.pcap 'Via: SIP/2.0/TLS '
}

# baresip is transferred by us; the target is a phone of ours. (Replaces in a Refer-To is beyond this baresip.)
# baresip 1.0 has no 100rel: what is demanded of it comes back with 420 and goes out again without, and its own call
# gets 421 from a phone that insists (RFC 3262 §3, §4).
baresip_reliable() {
    local own
    baresip_start
    "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --reliable required --trace out.ladder \
        --exec "call sip:bob@127.0.0.1:$baresip_port; wait connected 10; hangup; wait disconnected 5" > out.out 2>&1 ||
        { show out.out out.ladder baresip.out; die "the call to baresip failed"; }
    show out.ladder
    if grep -q PRACK out.ladder; then
        has out.ladder '200 .* PRACK'
        return # one that knows it
    fi
    has out.ladder '420 '
    read -r own < <(free_ports 1)
    start alice "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$own" --aor sip:alice@127.0.0.1 --reliable required --trace in.ladder --answer 180,200 \
        --exec 'sleep 3000'
    ports_taken "$own"
    baresip_command dial "sip:alice@127.0.0.1:$own"
    until_line in.ladder '421 Extension Required' 3
}
baresip_transferred() {
    local carol target
    baresip_start
    read -r target < <(free_ports 1)
    start carol "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$target" --aor sip:carol@127.0.0.1 --trace carol.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; sleep 500; hangup; wait disconnected 5'
    carol=$started
    ports_taken "$target"
    "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --trace alice.ladder --exec "call sip:bob@127.0.0.1:$baresip_port;
        wait connected 10; hold; wait hold 5; refer sip:carol@127.0.0.1:$target; wait disconnected 15" > alice.out 2>&1 ||
        { show alice.out alice.ladder carol.out carol.ladder baresip.out; die "the transfer of baresip failed"; }
    wait "$carol" || { show carol.out carol.ladder baresip.out; die "the target of the transfer has no call"; }
    show alice.out alice.ladder carol.ladder
    has alice.ladder 'REFER'
    has alice.out '^session 1 refer done'
}

# ports_taken PORT…: waits until somebody has each of these UDP ports.
ports_taken() {
    local one
    for one in "$@"; do
        for _ in {1..100}; do
            grep -qi ":$(printf '%04X' "$one") " /proc/net/udp && continue 2
            sleep 0.05
        done
        die "nobody listens on $one"
    done
}

# baresip transfers us: we take the REFER under --answer and call there. (It has no attended transfer.)
baresip_transfers() {
    local own target carol alice
    baresip_start
    read -r own target < <(free_ports 2)
    start carol "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$target" --aor sip:carol@127.0.0.1 --trace carol.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; sleep 500; hangup; wait disconnected 10'
    carol=$started
    start alice "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$own" --aor sip:alice@127.0.0.1 --trace alice.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; wait disconnected 20; wait connected 10; wait disconnected 10'
    alice=$started
    ports_taken "$own" "$target"
    baresip_command dial "sip:alice@127.0.0.1:$own"
    until_line alice.out '^session 1 connected' 10 || { show alice.out baresip.out; die "baresip has no call"; }
    baresip_command transfer "sip:carol@127.0.0.1:$target"
    wait "$alice" || { show alice.out alice.ladder carol.out carol.ladder baresip.out; die "baresip's transfer failed"; }
    wait "$carol" || { show carol.out carol.ladder; die "the target of the transfer has no call"; }
    show alice.out alice.ladder carol.ladder
    has alice.ladder 'NOTIFY'
}

# Three phones: the first consults the third and gives its call with the second away.
phones_transfer() {
    local second third bob carol
    read -r second third < <(free_ports 2)
    start carol "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$third" --aor sip:carol@127.0.0.1 --trace carol.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; wait incoming 20; wait connected 10; sleep 300; hangup; wait disconnected 10'
    carol=$started
    start bob "$SAMPLES/rtcphone" --bind "udp:127.0.0.1:$second" --aor sip:bob@127.0.0.1 --trace bob.ladder --answer 180,200 \
        --exec 'wait incoming 20; wait connected 10; wait disconnected 20; session 2; wait disconnected 10'
    bob=$started
    ports_taken "$second" "$third"
    "$SAMPLES/rtcphone" --bind udp:127.0.0.1:0 --aor sip:alice@127.0.0.1 --trace alice.ladder --exec "call sip:bob@127.0.0.1:$second;
        wait connected 10; hold; wait hold 5; call sip:carol@127.0.0.1:$third; wait connected 10; hold; wait hold 5; session 1; transfer 2;
        wait disconnected 15; session 2; wait disconnected 5" > alice.out 2>&1 ||
        { show alice.out alice.ladder bob.out carol.out; die "the transfer failed"; }
    wait "$bob" || { show bob.out bob.ladder carol.out; die "the phone that was transferred did not end well"; }
    wait "$carol" || { show carol.out carol.ladder; die "the target of the transfer has no call"; }
    show alice.out alice.ladder bob.ladder carol.ladder
    has alice.out '^session 1 refer done'
    has carol.out 'in the place of another call'
}

# ---- captures ----

tshark_reads() {
    local name methods method
    # A port that the system chose may be another protocol's by chance.
    local sip=(-d tcp.port==1-65535,sip -d udp.port==1-65535,sip)
    for name in alice bob; do
        [ -s "$LOGS/demo/$name.pcap" ] || die "no capture of the demo"
        tshark "${sip[@]}" -r "$LOGS/demo/$name.pcap" -Y sip -T fields -e sip.Method -e sip.Status-Code > "$name.sip" 2> "$name.err" || { cat "$name.err"; die "tshark failed"; }
        tshark -r "$LOGS/demo/$name.pcap" -T fields -e frame.number > "$name.all" 2> /dev/null
        [ "$(wc -l < "$name.sip")" = "$(wc -l < "$name.all")" ] || die "tshark takes $(wc -l < "$name.sip") of $(wc -l < "$name.all") packets of $name for SIP"
        [ -z "$(tshark "${sip[@]}" -r "$LOGS/demo/$name.pcap" -Y _ws.malformed 2> /dev/null)" ] || die "malformed packets in the capture of $name"
    done
    methods='REGISTER INVITE ACK BYE INFO PUBLISH'
    for method in $methods; do has alice.sip "^$method"; done
    has alice.sip '200$'
    has bob.sip '^SUBSCRIBE'
    echo "$(wc -l < alice.sip) and $(wc -l < bob.sip) SIP packets"
}
