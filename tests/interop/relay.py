#!/usr/bin/env python3
"""A UDP relay that loses and doubles datagrams: relay.py SEED LOSS DOUBLE HOST:PORT; both chances in percent.

Prints its own address. What comes from anybody else goes to HOST:PORT, what comes from there goes back to whoever sent
last. Runs until it is stopped, then says what it did.
"""
import random
import signal
import socket
import sys

dice = random.Random(int(sys.argv[1]))
loss, double = int(sys.argv[2]), int(sys.argv[3])
host, _, port = sys.argv[4].rpartition(':')
target = (host, int(port))
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(('127.0.0.1', 0))
print('relay on 127.0.0.1:%d' % peer.getsockname()[1], flush=True)
asker, lost, doubled, passed = None, 0, 0, 0
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('passed %d, lost %d, doubled %d' % (passed, lost, doubled), flush=True)))
while True:
    data, source = peer.recvfrom(65536)
    if source != target:
        asker = source
    to = asker if source == target else target
    chance = dice.randrange(100)
    if to is None or chance < loss:
        lost += 1
        continue
    copies = 2 if chance < loss + double else 1
    doubled += copies - 1
    passed += 1
    for _ in range(copies):
        peer.sendto(data, to)
