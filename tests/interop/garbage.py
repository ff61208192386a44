#!/usr/bin/env python3
"""garbage.py HOST PORT SECONDS [FOLDER]: datagrams that are no SIP, or nearly, thrown at a user agent.

Ends with 0 when a request that is malformed behind a readable Via was answered with 400, before and after.
"""
import os
import random
import socket
import sys
import time

host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
folder = sys.argv[4] if len(sys.argv) > 4 else None
noise = random.Random(7)
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind((host, 0))
own = '%s:%d' % peer.getsockname()


def request(cseq, branch):
    return ('OPTIONS sip:x@{0}:{1} SIP/2.0\r\nVia: SIP/2.0/UDP {2};branch=z9hG4bK{3}\r\nFrom: <sip:a@{2}>;tag=1\r\n'
            'To: <sip:x@{0}>\r\nCall-ID: {3}\r\nCSeq: {4}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n').format(
                host, port, own, branch, cseq).encode()


def status_of(message, branch):
    """The final status that comes back for `branch`, None within two seconds without one."""
    peer.sendto(message, (host, port))
    peer.settimeout(0.2)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            answer = peer.recv(65536)
        except socket.timeout:
            continue
        if answer.startswith(b'SIP/2.0 ') and branch.encode() in answer and answer[8:9] != b'1':
            return answer[8:11].decode()
    return None


def pieces():
    whole = request('1 OPTIONS', 'whole')
    found = [b'', b'\x00', b'\r\n\r\n', b'SIP/2.0', b'\xff' * 1400, b'A' * 65000, whole[:40], whole.replace(b'\r\n', b'\r')]
    if folder:
        for place, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(place, name)
                if os.path.getsize(path) < 65000 and not name.endswith(('.xz', '.json', '.dict')):
                    with open(path, 'rb') as file:
                        found.append(file.read())
    return found


good, bad = status_of(request('1 OPTIONS', 'first'), 'first'), status_of(request('none OPTIONS', 'bad1'), 'bad1')
thrown, known, end = 0, pieces(), time.monotonic() + seconds
while time.monotonic() < end:
    piece = bytearray(noise.choice(known))
    for _ in range(noise.randrange(3)):
        if piece:
            piece[noise.randrange(len(piece))] = noise.randrange(256)
    try:
        peer.sendto(bytes(piece[:65000]), (host, port))
    except OSError as error:
        sys.exit('cannot send: %s' % error)
    thrown += 1
    time.sleep(0.002)
later, worse = status_of(request('1 OPTIONS', 'last'), 'last'), status_of(request('none OPTIONS', 'bad2'), 'bad2')
print('%d pieces thrown; OPTIONS %s and %s, a bad CSeq %s and %s' % (thrown, good, later, bad, worse))
sys.exit(0 if (good, later, bad, worse) == ('200', '200', '400', '400') else 1)
