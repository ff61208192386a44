#!/usr/bin/env python3
"""Cuts the corpora's messages into first inputs for one fuzz target: seeds.py TARGET CORPORA FOLDER."""
import pathlib
import re
import sys

target, corpora, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
files = [f for f in sorted(corpora.rglob("*")) if f.is_file() and f.suffix in (".sip", ".dat", ".raw", ".bin") and f.stat().st_size < 65536]
inputs = {}


def add(data):
    if data and len(inputs) < 3000:
        inputs.setdefault(data, len(inputs))


for file in files:
    text = file.read_bytes()
    head, _, body = text.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")[1:]
    if target == "stream":
        add(b"\x07" + text)
    elif target == "sdp":
        add(body if body.startswith(b"v=") else b"")
    elif target == "documents":
        add(body if body.lstrip().startswith(b"<") else b"")
    elif target == "uri":
        for found in re.findall(rb"<?sips?:[^\r\n]{1,200}", text):
            add(found)
    elif target == "digest":
        for line in lines:
            if b"uthen" in line.split(b":")[0] or b"uthor" in line.split(b":")[0]:
                add(line.partition(b":")[2].strip())
    elif target == "header":
        for line in lines:
            add(bytes([len(inputs) % 33]) + line.partition(b":")[2].strip())
    elif target == "dns":
        add(b"\x00\x07\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01")
        add(b"example.com. 60 IN A 192.0.2.1\n_sip._udp.example.com. 60 IN SRV 1 2 5060 a.example.com.\n")
        break
for data, number in inputs.items():
    (folder / f"seed-{number}").write_bytes(data)
