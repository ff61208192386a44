#!/usr/bin/env python3
"""Tells which functions of include/rtcclient.h the C++ and the C# layer leave out. Exit status 1 when there is one.

In C++ a function is reached when a header of bindings/cpp/include calls it; in C# when a source that is not generated calls
its import. What a layer does in another way stands below, with the way.
"""

import os
import re
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Second names of rtc_sip_object_set_ and _get_additional_header_values.
ALIASES = {"rtc_session_set_additional_header_values", "rtc_session_get_additional_header_values"}
LAYERS = {
    "C++": ("bindings/cpp/include", ".hpp", r"\b(rtc_\w+)\(", ALIASES),
    "C#": ("bindings/csharp", ".cs", r"\bNative\.(rtc_\w+)\(", ALIASES | {
        "rtc_client_next_event",  # events are raised, by rtc_client_set_event_sink
        "rtc_object_set_user_data", "rtc_object_get_user_data",  # RtcObject.Tag
    }),
}


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def without_comments(source):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.S)


def sources(folder, ending):
    for at, _, names in os.walk(os.path.join(PROJECT, folder)):
        if os.path.basename(at) == "tests":
            continue
        for name in names:
            if name.endswith(ending) and not name.endswith(".g.cs"):
                yield os.path.join(at, name)


def main():
    header = without_comments(text(os.path.join(PROJECT, "include", "rtcclient.h")))
    functions = set(re.findall(r"\b(rtc_\w+)\(", header))
    faults = 0 if functions else 1
    for layer, (folder, ending, call, exempt) in LAYERS.items():
        reached = set()
        for path in sources(folder, ending):
            reached.update(re.findall(call, without_comments(text(path))))
        for name in sorted(functions - reached - exempt):
            print("%s cannot be reached in %s" % (name, layer), file=sys.stderr)
            faults += 1
        for name in sorted((exempt & reached) | (exempt - functions)):
            print("%s needs no exemption in %s any more" % (name, layer), file=sys.stderr)
            faults += 1
    if not faults:
        print("C++ and C# reach all of %d functions" % len(functions))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
