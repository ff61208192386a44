#!/usr/bin/env python3
"""Writes the generated headers of bindings/com/include/rtccore.

Reads interfaces.json and enums.json (folder given by --facts, by RTC_SHARED/rtc-api, or
../shared/rtc-api beside the project) and choices.py. With --check nothing is written: the run
fails when a committed header differs from what would be written.
"""
import argparse
import json
import os
import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import choices  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
OUT = ROOT / "bindings" / "com" / "include" / "rtccore"
TYPES = {"long": "LONG", "long*": "LONG *"}


def facts_folder(given):
    if given:
        return pathlib.Path(given)
    if os.environ.get("RTC_SHARED"):
        return pathlib.Path(os.environ["RTC_SHARED"]) / "rtc-api"
    return ROOT.parent / "shared" / "rtc-api"


def ctype(name):
    if name in TYPES:
        return TYPES[name]
    stars = len(name) - len(name.rstrip("*"))
    base = name.rstrip("*")
    return f"{base} {'*' * stars}" if stars else f"{base} "


def parameter(param):
    kind = ctype(param["type"])
    return f"{kind}{'' if kind.endswith(('*', ' ')) else ' '}{param['name']}"


def load(folder):
    """The interfaces with every choice applied, in an order in which bases come first."""
    raw = json.loads((folder / "interfaces.json").read_text(encoding="utf-8"))["interfaces"]
    done, result = set(), []
    for interface in raw:
        interface = dict(interface)
        interface["published"] = interface["iid"] is not None
        interface["iid"] = interface["iid"] or choices.NEW_IIDS[interface["name"]]
        interface["base"] = choices.BASES.get(interface["name"], interface["base"])
        members = []
        for method in interface["methods"]:
            method = dict(method)
            chosen = choices.MEMBERS.get((interface["name"], method["name"]))
            if chosen:
                method["name"], method["params"] = chosen
                method["chosen"] = True
            members.append(method)
        interface["methods"] = members
        result.append(interface)
    ordered = []
    while result:
        ready = [i for i in result if not i["base"].startswith("IRTC") or i["base"] in done]
        if not ready:
            sys.exit("interfaces.json: bases form a circle: " + ", ".join(i["name"] for i in result))
        ordered += ready
        done |= {i["name"] for i in ready}
        result = [i for i in result if i["name"] not in done]
    return ordered


def opening(name, subject, note):
    guard = f"RTCCORE_{name.upper()}_H"
    lines = [f"// rtccore/{name}.h: {subject}.", "//"]
    lines += ["// " + line for line in textwrap.wrap(note, 96)]
    lines += ["// Written by bindings/com/tools/generate.py; change that, not this.",
              f"#ifndef {guard}", f"#define {guard}", ""]
    return lines


def comment(text, indent):
    return [indent + "/// " + line for line in textwrap.wrap(text, 96 - len(indent))]


def iid_value(text):
    a, b, c, d, e = text.split("-")
    tail = [d[0:2], d[2:4]] + [e[i:i + 2] for i in range(0, 12, 2)]
    return f"{{0x{a}, 0x{b}, 0x{c}, {{{', '.join('0x' + t for t in tail)}}}}}"


def iid_header(name, subject, note, rows):
    lines = opening(name, subject, note) + ['#include "com.h"', ""]
    for what, value in rows:
        lines.append(f"inline constexpr GUID {what} = {iid_value(value)};")
    return lines + ["", "#endif", ""]


def enum_header(facts):
    lines = opening("enums", "enumerations and flags",
                    "Names and numbers of the desktop edition; those of the CE edition stand behind them.")
    lines += ['#include "com.h"', ""]
    extra = {e["name"]: e["members"] for e in facts["ce_enums"]}
    for enum in facts["enums"]:
        members = dict(enum["members"])
        members.update(extra.pop(enum["name"], {}))
        lines += [f"enum {enum['name']} {{"] + [f"    {k} = {v}," for k, v in members.items()] + ["};", ""]
    for name, members in extra.items():
        lines += [f"enum {name} {{"] + [f"    {k} = {v}," for k, v in members.items()] + ["};", ""]
    groups = [(g["prefix"], {k: int(v, 16) for k, v in g["members"].items()}) for g in facts["flags"]]
    groups += [(p, {k: int(v, 16) for k, v in g.items() if k.startswith(p) and v})
               for p, g in facts["flags_13"].items()]
    groups += [(g["prefix"], {k: int(v, 16) for k, v in g["members"].items()})
               for g in facts["ce_flags"] if g["prefix"] != "RTCEF_"]
    for prefix, members in groups:
        if members:
            lines += [f"// {prefix}…"] + [f"#define {k} 0x{v:08X}" for k, v in members.items()] + [""]
    lines += ["// Published names whose values were not: the next free bits."]
    lines += [f"#define {k} 0x{v:08X}" for k, v in choices.FLAGS_13.items()] + [""]
    lines += ["// Event filter bits of the CE edition; of their names only RTCEF_INVITE was published."]
    lines += [f"#define {k} 0x{v:08X} // {why}" for k, (v, why) in choices.CE_FILTER.items()]
    return lines + ["", "#endif", ""]


def error_header(facts):
    lines = opening("errors", "result codes",
                    "Numbers of the desktop edition. A SIP status n is 0x80EF0000 + n from 300 up, else "
                    "0x00EF0000 + n. When rtcclient.h is wanted too, include it first: its names are the "
                    "same and are left as they are.")
    lines += ['#include "com.h"', ""]
    codes = {k: int(v, 16) for k, v in facts["hresults"].items() if isinstance(v, str) and v.startswith("0x")}
    codes.update({k: int(v, 16) for k, v in facts["hresults_13"].items()})
    codes.update(choices.HRESULTS)
    for name, value in codes.items():
        lines += [f"#ifndef {name}", f"#define {name} ((HRESULT)0x{value:08X})", "#endif"]
    return lines + ["", "#endif", ""]


def forward_header(interfaces):
    lines = opening("forward", "names of all interfaces", "So that the headers may stand in any order.")
    lines += ['#include "enums.h"', '#include "iids.h"', '#include "new_iids.h"', "",
              "struct IVideoWindow;", "typedef LONG_PTR OAHWND;", ""]
    lines += [f"struct {i['name']};" for i in interfaces]
    lines += ["",
              "/// Identifier and base of an interface, for templates.",
              "template <class Interface> struct RtcInterface;",
              "template <> struct RtcInterface<IDispatch> {",
              "    static constexpr const GUID &iid() { return IID_IDispatch; }",
              "    using base = IUnknown;", "};"]
    for i in interfaces:
        lines += [f"template <> struct RtcInterface<{i['name']}> {{",
                  f"    static constexpr const GUID &iid() {{ return IID_{i['name']}; }}",
                  f"    using base = {i['base']};", "};"]
    return lines + ["", "#endif", ""]


def interface_header(name, subject, interfaces, before):
    lines = opening(name, subject, "Members stand in vtable order.")
    lines += ['#include "forward.h"']
    lines += [f'#include "{other}.h"' for other in before] + [""]
    for i in interfaces:
        about = i["edition"] + ("." if i["published"] else "; identifier of our own (new_iids.h).")
        lines += comment(about, "")
        lines += [f'struct RTC_UUID("{i["iid"]}") {i["name"]} : public {i["base"]} {{']
        for m in i["methods"]:
            if m.get("meaning"):
                lines += comment(m["meaning"], "    ")
            if m.get("chosen"):
                lines += comment("Name and parameters are ours: they were not published.", "    ")
            # "~" keeps a type and its name, and the end of the declaration, on one line.
            listed = ", ".join(parameter(p).replace(" ", "~") for p in m["params"])
            text = f"virtual~HRESULT~STDMETHODCALLTYPE~{m['name']}({listed})~=~0;"
            lines += [line.replace("~", " ") for line in
                      textwrap.wrap(text, 100, initial_indent="    ", subsequent_indent="        ",
                                    break_long_words=False, break_on_hyphens=False)]
        lines += ["", "protected:", f"    ~{i['name']}() = default;", "};", ""]
    return lines + ["#endif", ""]


def build(folder):
    interfaces = load(folder)
    facts = json.loads((folder / "enums.json").read_text(encoding="utf-8"))
    guids = facts["guids"]
    files = {
        "enums": enum_header(facts),
        "errors": error_header(facts),
        "iids": iid_header("iids", "published identifiers", "Class, type library and interfaces of the original.",
                           [("CLSID_RTCClient", guids["CLSID_RTCClient"]),
                            ("LIBID_RTCCORELib", guids["LIBID_RTCCORELib"]),
                            ("DIID_IRTCDispatchEventNotification", guids["DIID_IRTCDispatchEventNotification"])]
                           + [(f"IID_{i['name']}", i["iid"]) for i in interfaces if i["published"]]),
        "new_iids": iid_header("new_iids", "identifiers of our own",
                               "The CE edition had these interfaces; their identifiers were never published, so "
                               "these were made for this project. They do not change.",
                               [(f"IID_{i['name']}", i["iid"]) for i in interfaces if not i["published"]]),
        "forward": forward_header(interfaces),
    }
    left, owner = list(interfaces), {}
    for name, subject, takes in choices.HEADERS:
        mine = [i for i in left if takes(i["name"])]
        left = [i for i in left if not takes(i["name"])]
        owner.update({i["name"]: name for i in mine})
        before = sorted({owner[i["base"]] for i in mine if i["base"] in owner} - {name})
        files[name] = interface_header(name, subject, mine, before)
    return {OUT / f"{name}.h": "\n".join(lines) for name, lines in files.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", help="folder of interfaces.json and enums.json")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    folder = facts_folder(options.facts)
    if not (folder / "interfaces.json").is_file():
        sys.exit(f"generate.py: no interfaces.json in {folder}")
    stale = []
    for path, text in build(folder).items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not options.check:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(("stale: " if options.check else "written: ") + str(path.relative_to(ROOT)))
    if options.check and stale:
        sys.exit("generate.py: run bindings/com/tools/generate.py and commit the result")


if __name__ == "__main__":
    main()
