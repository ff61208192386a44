#!/usr/bin/env python3
"""Writes the generated part of bindings/csharp/RtcCoreLib: names that a type-library import has.

    rtccorelib.py [--facts FOLDER] [--check]

Reads the same facts and choices as bindings/com/tools/generate.py: interfaces.json and enums.json
(folder given by --facts, by RTC_SHARED/rtc-api, or ../shared/rtc-api beside the project). An
interface becomes one of C# as an importer would shape it: get_ and put_ without arguments are
properties, with arguments methods get_X and set_X; a last and only out-parameter is the result;
LONG_PTR is int. Besides, for each class of the compatibility layer, a base whose members all
refuse: what a class really does, it overrides.

With --check nothing is written: the run fails when a committed file differs from what would be
written. Without the facts nothing can be compared; that is said, and fails only with CI=true.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROJECT = ROOT.parents[1]
OUT = ROOT / "RtcCoreLib"

# The classes of the layer and their interfaces; events are what a handler gets.
CLASSES = {
    "ClientBase": ["IRTCClient2", "IRTCClientProvisioning2", "IRTCClientSubscriber2"],
    "ProfileBase": ["IRTCProfile3"],
    "SessionBase": ["IRTCSession3", "IRTCSessionCallControl2", "IRTCSessionSIPPrivacy", "IRTCSIPObject"],
    "ParticipantBase": ["IRTCParticipant2"],
    "SubscriptionBase": ["IRTCSubscription2", "IRTCSIPObject"],
    "UnsolicitedSubscriptionBase": ["IRTCUnsolicitedSubscription"],
    "SipMessageBase": ["IRTCSIPMessage"],
    "ClientEventBase": ["IRTCClientEvent"],
    "RegistrationEventBase": ["IRTCRegistrationStateChangeEvent", "IRTCSIPEvent"],
    "SessionEventBase": ["IRTCSessionStateChangeEvent3", "IRTCSIPEvent"],
    "OperationEventBase": ["IRTCSessionOperationCompleteEvent2", "IRTCSIPEvent"],
    "ParticipantEventBase": ["IRTCParticipantStateChangeEvent", "IRTCSIPEvent"],
    "MediaEventBase": ["IRTCMediaEvent"],
    "MessagingEventBase": ["IRTCMessagingEvent", "IRTCSIPEvent"],
    "InfoEventBase": ["IRTCInfoEvent", "IRTCSIPEvent"],
    "ReInviteEventBase": ["IRTCReInviteEvent", "IRTCSIPEvent"],
    "ReferStatusEventBase": ["IRTCSessionReferStatusEvent", "IRTCSIPEvent"],
    "ReferredEventBase": ["IRTCSessionReferredEvent", "IRTCSIPEvent"],
    "ConsultantReferredEventBase": ["IRTCSessionConsultantReferredEvent", "IRTCSIPEvent"],
    "SubscriptionEventBase": ["IRTCSubscriptionStateChangeEvent", "IRTCSIPEvent"],
    "NotificationEventBase": ["IRTCSubscriptionNotificationEvent", "IRTCSIPEvent"],
    "SessionNotificationEventBase": ["IRTCSessionNotificationEvent", "IRTCSIPEvent"],
    "UnsolicitedEventBase": ["IRTCUnsolicitedNotificationEvent", "IRTCSIPEvent"],
}
# The same base for all events.
EVENT_ROOT = "EventRoot"
# Written by hand: they are collections in C#.
BY_HAND = {"IRTCCollection"}
# Others that are declared, without a class in the table above.
DECLARED = ["IRTCEnumProfiles", "IRTCEnumParticipants", "IRTCSessionDescriptionManager"]
# What is not offered at all; the rest of what is missing may come.
NEVER = ("IVideoWindow", "PreferredVideoDevice", "TemporalSpatialTradeOff", "T120", "TuningWizard", "EncryptionKey")
TYPES = {"long": "int", "LONG_PTR": "int", "ULONG": "uint", "UINT": "uint", "DWORD": "uint", "BSTR": "string",
         "VARIANT_BOOL": "bool", "VARIANT": "object", "IDispatch*": "object", "IUnknown*": "object", "OAHWND": "int",
         "IVideoWindow*": "object"}


def com_tool():
    """bindings/com/tools/generate.py, which knows how to read the facts."""
    path = PROJECT / "bindings" / "com" / "tools" / "generate.py"
    spec = importlib.util.spec_from_file_location("com_generate", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kind(name):
    name = name.strip()
    if name in TYPES:
        return TYPES[name]
    return name[:-1] if name.startswith("IRTC") and name.endswith("*") else name


def pointed(param):
    """The type behind an out-parameter."""
    if param["type"] == "BSTR**":
        return "string[]"
    return kind(param["type"][:-1])


class Member:
    """A property (getter, setter) or a method."""

    def __init__(self, name, result, params, meaning, prop=False):
        self.name, self.result, self.params, self.meaning = name, result, params, meaning
        self.prop, self.get, self.set = prop, False, False

    def __eq__(self, other):
        return (self.name, self.result, self.params) == (other.name, other.result, other.params)

    def declared(self):
        if self.prop:
            return f"{self.result} {self.name} {{ {'get; ' if self.get else ''}{'set; ' if self.set else ''}}}"
        return f"{self.result} {self.name}({', '.join(self.params)});"

    def refusing(self):
        verb = "Offered" if any(word in self.name for word in NEVER) else "Built"
        fault = f'throw Missing.{verb}("{self.name}");'
        if self.prop:
            parts = [p for p, wanted in (("get { %s }" % fault, self.get), ("set { %s }" % fault, self.set)) if wanted]
            return [f"public virtual {self.result} {self.name}", "{"] + ["    " + p for p in parts] + ["}"]
        return [f"public virtual {self.result} {self.name}({', '.join(self.params)})", "{", "    " + fault, "}"]


def members(interface):
    found = []
    for method in interface["methods"]:
        name, params = method["name"], method["params"]
        inputs = [p for p in params if p["dir"] == "in"]
        outs = [p for p in params if p["dir"] == "out"]
        meaning = method.get("meaning") or ""
        getter, setter = name.startswith("get_"), name.startswith("put_")
        if (getter and not inputs) or (setter and len(inputs) == 1):
            plain = name[4:]
            what = pointed(outs[0]) if getter else kind(inputs[0]["type"])
            known = next((m for m in found if m.prop and m.name == plain), None)
            if known is None:
                known = Member(plain, what, [], meaning, True)
                found.append(known)
            known.get |= getter
            known.set |= setter
            continue
        if setter:
            name = "set_" + name[4:]
        result = "void"
        if len(outs) == 1 and params[-1] is outs[0]:
            result, params = pointed(outs[0]), params[:-1]
        written = [f"out {pointed(p)} {p['name']}" if p["dir"] == "out" else f"{kind(p['type'])} {p['name']}" for p in params]
        found.append(Member(name, result, written, meaning))
    return found


def head(about, uses=()):
    lines = [f"// {about}", "// Written by bindings/csharp/tools/rtccorelib.py; change that, not this.", ""]
    lines += [f"using {use};" for use in uses]
    return lines + ([""] if uses else []) + ["namespace RTCCORELib", "{"]


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def summary(text, indent):
    if not text:
        return []
    lines = textwrap.wrap(escaped(" ".join(text.split())), 104 - len(indent))
    lines[0] = "<summary>" + lines[0]
    lines[-1] += "</summary>"
    return [f"{indent}/// {line}" for line in lines]


def write_interfaces(interfaces, wanted):
    lines = head("The interfaces, by their original names.", ["System.Runtime.InteropServices"])
    for interface in interfaces:
        name = interface["name"]
        if name not in wanted:
            continue
        base = interface["base"]
        base = f" : {base}" if base.startswith("IRTC") else ""
        lines += summary(interface.get("edition") or "", "    ")
        lines += [f'    [Guid("{interface["iid"]}")]', f"    public interface {name}{base}", "    {"]
        for member in members(interface):
            lines += summary(member.meaning, "        ")
            lines.append("        " + member.declared())
        lines += ["    }", ""]
    lines[-1] = "}"
    return "\n".join(lines) + "\n"


def write_bases(by_name):
    lines = head("Bases of the classes: every member refuses, and the class overrides what it does.")
    for name, roots in CLASSES.items():
        chain = []
        for root in roots:
            part = []
            while root.startswith("IRTC"):
                part.insert(0, root)
                root = by_name[root]["base"]
            chain += [one for one in part if one not in chain]
        event = name.endswith("EventBase")
        lines += [f"    public abstract class {name} : {EVENT_ROOT + ', ' if event else ''}{', '.join(roots)}", "    {"]
        if event:
            lines += [f"        internal {name}(RtcClient.RtcEventArgs args) : base(args)", "        {", "        }", ""]
        done = []
        for interface in chain:
            for member in members(by_name[interface]):
                if event and interface == "IRTCSIPEvent":
                    continue  # the root has it
                clash = next((m for m in done if m.name == member.name), None)
                if clash is not None:
                    raise SystemExit(f"{name}: two members {member.name}")
                done.append(member)
                lines += ["        " + line for line in member.refusing()] + [""]
        if lines[-1] == "":
            lines.pop()
        lines += ["    }", ""]
    lines[-1] = "}"
    return "\n".join(lines) + "\n"


def write_enums(facts, choices):
    raw = json.loads((facts / "enums.json").read_text(encoding="utf-8"))
    enums = {}
    for group in ("enums", "ce_enums"):
        for enum in raw[group]:
            enums.setdefault(enum["name"], {}).update(enum["members"])
    lines = head("Enumerations and flags, by their original names.")
    for name, values in enums.items():
        lines += [f"    public enum {name}", "    {"]
        lines += [f"        {member} = {value}," for member, value in values.items()]
        lines += ["    }", ""]
    lines += ["    /// <summary>The flags, which a type-library import leaves out.</summary>",
              "    public static class RTCConst", "    {"]
    flags = {}
    for group in ("flags", "ce_flags"):
        for one in raw[group]:
            for member, value in one["members"].items():
                if value is not None:
                    flags.setdefault(member, int(str(value), 0))
    flags.update({name: value for name, (value, _) in choices.CE_FILTER.items()})
    flags.update(choices.FLAGS_13)
    lines += [f"        public const int {name} = {'unchecked((int)0x%X)' % value if value > 0x7FFFFFFF else '0x%X' % value};"
              for name, value in flags.items()]
    lines += ["    }", "}"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--facts")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    tool = com_tool()
    facts = tool.facts_folder(given.facts)
    if not (facts / "interfaces.json").is_file():
        print(f"rtccorelib.py: {facts} is not there; the names of RTCCORELib are taken as they stand", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" or not given.check else 0
    interfaces = tool.load(facts)
    by_name = {i["name"]: i for i in interfaces}
    wanted = set(DECLARED)
    for roots in CLASSES.values():
        for root in roots:
            while root.startswith("IRTC"):
                wanted.add(root)
                root = by_name[root]["base"]
    files = {
        "Interfaces.g.cs": write_interfaces(interfaces, wanted - BY_HAND),
        "Bases.g.cs": write_bases(by_name),
        "Enums.g.cs": write_enums(facts, tool.choices),
    }
    faults = 0
    for name, text in files.items():
        path = OUT / name
        if not given.check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"bindings/csharp/RtcCoreLib/{name} is not what the facts ask for", file=sys.stderr)
            faults += 1
    if not faults:
        print(f"{'RTCCORELib agrees with' if given.check else 'wrote RTCCORELib from'} {len(wanted)} interfaces")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
