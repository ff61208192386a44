#!/usr/bin/env python3
"""Compares rtccore.h with the published facts: every vtable slot, signature, identifier and number.

Writes a C++ program out of interfaces.json and enums.json as they are at the time of the test,
compiles it against bindings/com/include and runs it. For each method the program checks the type
of the member, calls it through an object whose vtable is a row of functions that note their own
slot, and compares. Members whose signature was never published are compared by slot alone.

Usage: vtable_test.py [--cxx g++] [--std c++17] [--facts FOLDER]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
import choices  # noqa: E402
import generate  # noqa: E402

PROGRAM = r"""
#include <rtccore.h>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

static int called = -1, checks = 0, failures = 0;

template <int Slot> static HRESULT STDMETHODCALLTYPE note() { called = Slot; return Slot; }
template <int... Slot> static void **row(std::integer_sequence<int, Slot...>) {
    static void *functions[] = {reinterpret_cast<void *>(&note<Slot>)...};
    return functions;
}
struct Fake { void **vtable; } static fake = {row(std::make_integer_sequence<int, 80>())};

static void expect(bool right, const std::string &what) {
    ++checks;
    if (right) return;
    ++failures;
    std::printf("FAIL %s\n", what.c_str());
}

template <class Interface, class Class, class... Arguments>
static void slot(const char *name, int wanted, HRESULT (STDMETHODCALLTYPE Class::*member)(Arguments...)) {
    Interface *object = reinterpret_cast<Interface *>(&fake);
    called = -1;
    (object->*member)(std::remove_cv_t<std::remove_reference_t<Arguments>>()...);
    expect(called == wanted, std::string(name) + ": slot " + std::to_string(called) + ", published " + std::to_string(wanted));
}

static std::string text(const GUID &id) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                  static_cast<unsigned>(id.Data1), static_cast<unsigned>(id.Data2), static_cast<unsigned>(id.Data3), id.Data4[0],
                  id.Data4[1], id.Data4[2], id.Data4[3], id.Data4[4], id.Data4[5], id.Data4[6], id.Data4[7]);
    return buffer;
}

template <class Interface> static void identifier(const char *name, const GUID &id, const char *published) {
    static std::set<std::string> seen;
    expect(text(id) == text(RtcInterface<Interface>::iid()), std::string(name) + ": the trait names another identifier");
    expect(seen.insert(text(id)).second, std::string(name) + ": identifier used twice");
    if (published != nullptr) expect(text(id) == published, std::string(name) + ": identifier " + text(id) + ", published " + published);
}

int main() {
    // AddRef and the like, by hand: their results differ from HRESULT.
    reinterpret_cast<IUnknown *>(&fake)->Release();
    expect(called == 2, "IUnknown::Release");
    reinterpret_cast<IDispatch *>(&fake)->Invoke(0, IID_NULL, 0, 0, nullptr, nullptr, nullptr, nullptr);
    expect(called == 6, "IDispatch::Invoke");
@BODY@
    std::printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
"""


def body(folder):
    raw = json.loads((folder / "interfaces.json").read_text(encoding="utf-8"))["interfaces"]
    facts = json.loads((folder / "enums.json").read_text(encoding="utf-8"))
    by_name = {i["name"]: i for i in raw}

    def base_of(interface):
        return choices.BASES.get(interface["name"], interface["base"])

    def first_slot(interface):
        base = base_of(interface)
        if base in ("IUnknown", "IDispatch"):
            return {"IUnknown": 3, "IDispatch": 7}[base]
        return first_slot(by_name[base]) + len(by_name[base]["methods"])

    lines, slots = [], 0
    for interface in raw:
        name, start = interface["name"], first_slot(interface)
        published = f'"{interface["iid"]}"' if interface["iid"] else "nullptr"
        lines.append(f'    identifier<{name}>("{name}", IID_{name}, {published});')
        lines.append(f"    static_assert(std::is_base_of<{base_of(interface)}, {name}>::value, \"base of {name}\");")
        for at, method in enumerate(interface["methods"]):
            known = not method.get("placeholder")
            member = method["name"] if known else choices.MEMBERS[(name, method["name"])][0]
            if known:
                kinds = ", ".join(generate.ctype(p["type"]).strip() for p in method["params"])
                lines.append(f"    static_assert(std::is_same<decltype(&{name}::{member}), "
                             f"HRESULT (STDMETHODCALLTYPE {name}::*)({kinds})>::value, \"{name}::{member}\");")
            lines.append(f'    slot<{name}>("{name}::{member}", {start + at}, &{name}::{member});')
            slots += 1
    lines.append(f'    expect(IID_IRTCClient != IID_NULL && text(CLSID_RTCClient) == "{facts["guids"]["CLSID_RTCClient"]}", "CLSID_RTCClient");')
    lines.append(f'    expect(text(LIBID_RTCCORELib) == "{facts["guids"]["LIBID_RTCCORELib"]}", "LIBID_RTCCORELib");')

    def number(name, value):
        lines.append(f'    expect(static_cast<unsigned long long>({name}) == {value}ULL, "{name}");')

    for enum in facts["enums"] + facts["ce_enums"]:
        for member, value in enum["members"].items():
            lines.append(f"    static_assert(std::is_same<decltype({member}), {enum['name']}>::value, \"{member}\");")
            number(member, value)
    groups = facts["flags"] + [g for g in facts["ce_flags"] if g["prefix"] != "RTCEF_"]
    for members in [g["members"] for g in groups] + list(facts["flags_13"].values()):
        for member, value in members.items():
            if member != "source" and value is not None:
                number(member, int(value, 16))
    ce_filter = next(g["members"] for g in facts["ce_flags"] if g["prefix"] == "RTCEF_")
    number("RTCEF_INVITE", int(ce_filter["RTCEF_INVITE"], 16))
    number("RTCEF_ALL_CE", int(ce_filter["RTCEF_ALL"], 16))
    for codes in (facts["hresults"], facts["hresults_13"]):
        for code, value in codes.items():
            if isinstance(value, str) and value.startswith("0x"):
                lines.append(f'    expect({code} == static_cast<HRESULT>({value}), "{code}");')
    return lines, slots


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cxx", default="g++")
    parser.add_argument("--std", default="c++17")
    parser.add_argument("--facts")
    options = parser.parse_args()
    folder = generate.facts_folder(options.facts)
    if not (folder / "interfaces.json").is_file():
        sys.exit(f"vtable_test.py: no interfaces.json in {folder}")
    lines, slots = body(folder)
    if slots < 400:
        sys.exit(f"vtable_test.py: interfaces.json holds only {slots} methods")
    with tempfile.TemporaryDirectory() as scratch:
        source, program = pathlib.Path(scratch) / "vtable.cpp", pathlib.Path(scratch) / "vtable"
        source.write_text(PROGRAM.replace("@BODY@", "\n".join(lines)), encoding="utf-8")
        subprocess.run([options.cxx, f"-std={options.std}", "-Wall", "-Wextra", "-pedantic", "-Werror",
                        f"-I{HERE.parent / 'include'}", str(source), "-o", str(program)], check=True)
        done = subprocess.run([str(program)], check=False)
    print(f"vtable_test.py: {slots} slots compared with {options.cxx}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
