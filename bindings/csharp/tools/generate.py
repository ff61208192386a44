#!/usr/bin/env python3
"""Write the raw C# layer (and the public enums) from include/rtcclient.h.

    generate.py [--header FILE] [--check] [--cc COMPILER]

Without --check the files under Interop/ and RtcClient/ that end in .g.cs are written anew.
With --check nothing is written: the declarations are built in memory and compared with what is
committed, and the struct layouts that C# will use are put before the C compiler as static
assertions. Any difference is named on standard error and the exit status is 1; a header that
cannot be read or holds something this script does not understand is exit status 2.

Only a subset of C is understood, the one that the header is written in: comments, #define of a
value, enum, struct, typedef and function prototypes.
"""

import argparse
import ast
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROJECT = os.path.dirname(os.path.dirname(ROOT))
HEADER = os.path.join(PROJECT, "include", "rtcclient.h")


class Drift(Exception):
    """Something in the header that this script cannot turn into C#."""


# ---------------------------------------------------------------- what is a matter of choice

# The file a function goes to: the first prefix that fits. What fits none is an error, so that
# a new kind of object is noticed.
FILES = [
    ("Library", ("rtc_library_", "rtc_last_error_message", "rtc_result_name")),
    ("Object", ("rtc_object_",)),
    ("Client", ("rtc_client_",)),
    ("Profile", ("rtc_profile_", "rtc_credentials_")),
    ("Session", ("rtc_session_",)),
    ("Participant", ("rtc_participant_",)),
    ("Subscription", ("rtc_subscription_",)),
    ("Watcher", ("rtc_watcher_",)),
    ("Presence", ("rtc_presence_", "rtc_buddy_", "rtc_group_")),
    ("Event", ("rtc_event_",)),
    ("SipMessage", ("rtc_sip_message_", "rtc_header_", "rtc_params_", "rtc_uri_")),
    ("SipObject", ("rtc_sip_object_",)),
    ("Connection", ("rtc_connection_",)),
    ("Registration", ("rtc_registration_", "rtc_refresh_")),
    ("Usage", ("rtc_usage_", "rtc_dialog_")),
    ("Request", ("rtc_request_", "rtc_transaction_")),
    ("Server", ("rtc_server_",)),
    ("Simulation", ("rtc_simulation_",)),
    ("Media", ("rtc_audio_", "rtc_bridge_")),
]

# Pointers to structs that may be NULL and mean something else then than a struct of zeros:
# these functions get a second declaration that takes an IntPtr there.
NULLABLE = {("rtc_library_set_log", "sink"), ("rtc_client_set_event_sink", "sink"),
            ("rtc_client_set_request_filter", "filter")}

# Functions whose results are views into their input: the input must stay where it is after
# the call, so it is an IntPtr and not an array that is pinned for the call alone.
VIEWS = {"rtc_uri_parse", "rtc_header_parse", "rtc_params_get"}

# Functions that are wanted with a bare handle too: SafeHandle.ReleaseHandle and lent handles.
RAW_HANDLE = {"rtc_object_release", "rtc_object_add_ref", "rtc_object_get_kind",
              "rtc_event_get_info"}

# Public enums: prefix of the constants, name, [Flags], underlying type.
ENUMS = [
    ("RTC_KIND_", "ObjectKind", False, "int"),
    ("RTC_SEND_", "SendFlags", True, "uint"),
    ("RTC_CLIENT_EVENT_", "ClientEventKind", False, "int"),
    ("RTC_CLIENT_", "ClientFlags", True, "uint"),
    ("RTC_TLS_", "TlsFlags", True, "uint"),
    ("RTC_LISTEN_MODE_", "ListenMode", False, "int"),
    ("RTC_ANSWER_MODE_", "AnswerMode", False, "int"),
    ("RTC_TRANSPORT_", "Transports", True, "uint"),
    ("RTC_TRACE_", "TraceKind", False, "int"),
    ("RTC_PROFILE_", "ProfileFlags", True, "uint"),
    ("RTC_REGISTER_", "RegisterFlags", True, "uint"),
    ("RTC_REGISTRATION_STATE_", "RegistrationState", False, "int"),
    ("RTC_AUTH_", "AuthenticationMethods", True, "uint"),
    ("RTC_CREDENTIALS_", "CredentialsFlags", True, "uint"),
    ("RTC_SESSION_TYPES_", "SessionTypes", True, "uint"),
    ("RTC_SESSION_TYPE_", "SessionType", False, "int"),
    ("RTC_SESSION_STATE_", "SessionState", False, "int"),
    ("RTC_TERMINATE_REASON_", "TerminateReason", False, "int"),
    ("RTC_MEDIA_EVENT_REASON_", "MediaEventReason", False, "int"),
    ("RTC_MEDIA_EVENT_", "MediaEventKind", False, "int"),
    ("RTC_MEDIA_", "MediaTypes", True, "uint"),
    ("RTC_SESSION_", "SessionFlags", True, "uint"),
    ("RTC_REINVITE_STATE_", "ReInviteState", False, "int"),
    ("RTC_REINVITE_", "ReInviteFlags", True, "uint"),
    ("RTC_PARTICIPANT_STATE_", "ParticipantState", False, "int"),
    ("RTC_SUBSCRIPTION_STATE_", "SubscriptionState", False, "int"),
    ("RTC_SUBSCRIPTION_", "SubscriptionFlags", True, "uint"),
    ("RTC_WATCHER_STATE_", "WatcherState", False, "int"),
    ("RTC_WATCHER_EVENT_", "WatcherEventKind", False, "int"),
    ("RTC_SERVE_", "ServeMode", False, "int"),
    ("RTC_MESSAGING_EVENT_", "MessagingEventKind", False, "int"),
    ("RTC_MESSAGING_USER_STATUS_", "MessagingUserStatus", False, "int"),
    ("RTC_EVENT_FILTER_", "EventFilter", True, "ulong"),
    ("RTC_EVENT_FLAG_", "EventFlags", True, "uint"),
    ("RTC_EVENT_", "EventType", False, "int"),
    ("RTC_HEADER_FORM_", "HeaderForm", False, "int"),
    ("RTC_HEADERS_", "HeadersFlags", True, "uint"),
    ("RTC_PARSE_", "ParseFlags", True, "uint"),
    ("RTC_AUTO_", "Automation", True, "uint"),
    ("RTC_CONNECTION_STATE_", "ConnectionState", False, "int"),
    ("RTC_NETWORK_", "NetworkChange", False, "int"),
    ("RTC_PRIVACY_", "Privacy", True, "uint"),
    ("RTC_REFER_STATUS_", "ReferStatus", False, "int"),
    ("RTC_TRANSACTION_STATE_", "TransactionState", False, "int"),
    ("RTC_DIALOG_STATE_", "DialogState", False, "int"),
    ("RTC_DIALOG_ID_", "DialogIdFlags", True, "uint"),
    ("RTC_USAGE_STATE_", "UsageState", False, "int"),
    ("RTC_USAGE_CLOSE_", "UsageClose", False, "int"),
    ("RTC_USAGE_", "UsageKind", False, "int"),
    ("RTC_REFRESH_STATE_", "RefreshState", False, "int"),
    ("RTC_SERVER_", "ServerFlags", True, "uint"),
]
# Prefixes that no public enum takes, but which keep their constants out of a shorter one.
APART = ["RTC_EVENT_TEXT_", "RTC_CLIENT_STATE_", "RTC_SERVER_STATE_"]
# Single constants that look like a member of an enum and are none.
NOT_MEMBERS = {"RTC_TRACE_SECRETS", "RTC_HEADER_LINES"}
# Words that the header writes together.
WORDS = {"INPROGRESS": "InProgress", "REINVITE": "ReInvite"}
# No value for C#: pointers' and lengths' own marks, and the include guard.
NO_CONSTANT = {"RTC_NUL_TERMINATED", "RTCCLIENT_H"}

SCALARS = {"int8_t": ("sbyte", 1), "uint8_t": ("byte", 1), "char": ("byte", 1), "bool": ("byte", 1),
           "int16_t": ("short", 2), "uint16_t": ("ushort", 2), "int32_t": ("int", 4),
           "uint32_t": ("uint", 4), "int64_t": ("long", 8), "uint64_t": ("ulong", 8),
           "int": ("int", 4), "size_t": ("UIntPtr", 0), "uintptr_t": ("UIntPtr", 0),
           "intptr_t": ("IntPtr", 0), "ptrdiff_t": ("IntPtr", 0)}
KEYWORDS = {"object", "event", "params", "base", "string", "in", "out", "ref", "lock", "fixed",
            "checked", "operator", "internal", "public", "is", "as", "new", "this", "delegate"}


# ---------------------------------------------------------------- reading the header

class Header:
    """Everything of the header that matters: values, structs, opaque types, functions."""

    def __init__(self, text):
        self.constants = {}   # name -> int
        self.aliases = {}     # typedef int32_t rtc_result_t
        self.opaque = set()   # struct names without a body
        self.structs = {}     # name -> [(type, pointers, const, name, count)]
        self.functions = []   # (name, return type, pointers, [(type, pointers, const, name)])
        self.callbacks = set()
        self.any_handle = set()
        # Whichever begins first: a line comment may hold what would open the other kind.
        text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)
        text = re.sub(r"\\\n", " ", text)
        plain = []
        for line in text.split("\n"):
            if line.lstrip().startswith("#"):
                self._directive(line.strip())
            else:
                plain.append(line)
        body = " ".join(plain)
        body = re.sub(r'extern\s+"C"\s*\{', " ", body)
        self._pending = []
        for item in self._items(body):
            self._item(item)
        known = set(self.structs)
        self.opaque -= known

    def _directive(self, line):
        match = re.match(r"#\s*define\s+([A-Za-z_]\w*)(\(?)\s*(.*)$", line)
        if not match or match[2] == "(" and re.match(r"[\w\s,.]*\)\s*\S", match[3]) \
                and re.match(r"#\s*define\s+" + match[1] + r"\(", line):
            return
        name, value = match[1], line.split(match[1], 1)[1].strip()
        if not name.startswith("RTC_") or name in NO_CONSTANT or not value:
            return
        if value.startswith('"'):
            return
        number = self.value(value)
        if number is not None:
            self.constants[name] = number

    def _items(self, body):
        """The file cut at the ';' and the '}' that stand outside all braces."""
        depth = start = 0
        for at, char in enumerate(body):
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth < 0:               # the end of extern "C"
                    depth, start = 0, at + 1
            elif char == ";" and depth == 0:
                yield body[start:at].strip()
                start = at + 1
        rest = body[start:].strip()
        if rest:
            raise Drift("text after the last declaration: " + rest[:60])

    def value(self, text):
        """The number an expression stands for; None for what is not a number."""
        text = re.sub(r"\bU?INT(?:8|16|32|64)_C\s*\(([^()]*)\)", r"(\1)", text)
        text = re.sub(r"\(\s*(?:unsigned |signed )?(?:[a-z]\w*_t|int|long|unsigned|char|short)(?: long| int)*\s*\)", " ", text)
        text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except SyntaxError:
            return None
        try:
            return self._fold(tree.body)
        except KeyError as missing:
            raise Drift("unknown name %s in the value %s" % (missing, text))

    def _fold(self, node):
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):
            return self.constants[node.id]
        if isinstance(node, ast.UnaryOp):
            inner = self._fold(node.operand)
            return {ast.USub: -inner, ast.UAdd: inner, ast.Invert: ~inner}[type(node.op)]
        if isinstance(node, ast.BinOp):
            a, b = self._fold(node.left), self._fold(node.right)
            table = {ast.Add: lambda: a + b, ast.Sub: lambda: a - b, ast.Mult: lambda: a * b,
                     ast.LShift: lambda: a << b, ast.RShift: lambda: a >> b,
                     ast.BitOr: lambda: a | b, ast.BitAnd: lambda: a & b, ast.BitXor: lambda: a ^ b}
            if type(node.op) in table:
                return table[type(node.op)]()
        raise Drift("cannot compute " + ast.dump(node))

    def _item(self, item):
        if not item:
            return
        match = re.match(r"(?:typedef\s+)?enum\b[^{]*\{(.*)\}\s*(\w*)$", item, re.S)
        if match:
            self._enum(match[1])
            name = match[2] or (re.match(r"(?:typedef\s+)?enum\s+(\w+)", item) or [None, ""])[1]
            if name:
                self.aliases[name] = "int32_t"
            return
        match = re.match(r"(?:typedef\s+)?struct\s*(\w*)\s*\{(.*)\}\s*(\w*)$", item, re.S)
        if match:
            self.structs[match[3] or match[1]] = self._fields(match[3] or match[1], match[2])
            return
        match = re.match(r"(?:typedef\s+)?struct\s+(\w+)\s*(\w*)$", item)
        if match:
            self.opaque.add(match[2] or match[1])
            return
        match = re.match(r"typedef\s+void\s+(\w+)$", item)
        if match:
            self.any_handle.add(match[1])
            return
        match = re.match(r"typedef\s+.*\(\s*\*\s*(\w+)\s*\)\s*\(.*\)$", item, re.S)
        if match:
            self.callbacks.add(match[1])
            return
        match = re.match(r"typedef\s+(?:enum\s+)?(\w+)\s+(\w+)$", item)
        if match:
            if match[1] != match[2]:
                self.aliases[match[2]] = match[1]
            return
        match = re.match(r"(?:static\s+|extern\s+)*const\s+\w+\s+(RTC_\w+)\s*=\s*(.*)$", item, re.S)
        if match:
            number = self.value(match[2])
            if number is not None:
                self.constants[match[1]] = number
            return
        match = re.match(r"(?:extern\s+|RTC_API\s+|RTC_EXPORT\s+)*(.*?)\b(rtc_\w+)\s*\((.*)\)$", item, re.S)
        if match:
            returns, pointers, _ = self._type(match[1].strip(), item)
            params = [] if match[3].strip() in ("void", "") else [
                self._param(p) for p in match[3].split(",")]
            self.functions.append((match[2], returns, pointers, params))
            return
        raise Drift("cannot read this declaration: " + item[:120])

    def _enum(self, body):
        number = -1
        for member in body.split(","):
            member = member.strip()
            if not member:
                continue
            name, _, text = member.partition("=")
            name = name.strip()
            if text.strip():
                number = self.value(text)
                if number is None:
                    raise Drift("cannot compute %s = %s" % (name, text))
            else:
                number += 1
            self.constants[name] = number

    def _type(self, text, where):
        const = bool(re.search(r"\bconst\b", text))
        pointers = text.count("*")
        words = [w for w in re.sub(r"\bconst\b|\bstruct\b|\benum\b|\*", " ", text).split()]
        if len(words) != 1:
            raise Drift("cannot read the type '%s' in: %s" % (text, where[:120]))
        return words[0], pointers, const

    def _param(self, text):
        text = text.strip()
        match = re.match(r"^(.*?)(\w+)\s*(\[\s*\d*\s*\])?$", text, re.S)
        if not match or not match[1].strip():
            raise Drift("a parameter without a name: " + text)
        kind, pointers, const = self._type(match[1], text)
        return kind, pointers + (1 if match[3] else 0), const, match[2]

    def _fields(self, struct, body):
        fields = []
        for field in body.split(";"):
            field = field.strip()
            if not field:
                continue
            match = re.match(r".*\(\s*\*\s*(\w+)\s*\)\s*\(.*\)$", field, re.S)
            if match:
                fields.append(("callback", 1, False, match[1], 1))
                continue
            match = re.match(r"^((?:const\s+|struct\s+|enum\s+)*\w+(?:\s+const)?)\s*(.*)$", field, re.S)
            if not match:
                raise Drift("cannot read a field of %s: %s" % (struct, field))
            const = "const" in match[1].split()
            kind = self._type(match[1], field)[0]
            for part in match[2].split(","):
                one = re.match(r"^\s*((?:\*|const|\s)*)(\w+)\s*(?:\[\s*(\w+)\s*\])?\s*$", part)
                if not one:
                    raise Drift("cannot read a field of %s: %s" % (struct, field))
                count = self.value(one[3]) if one[3] else 1
                fields.append((kind, one[1].count("*"), const, one[2], count))
        return fields

    # -- what the types mean

    def scalar(self, kind):
        seen = 0
        while kind in self.aliases and seen < 8:
            kind, seen = self.aliases[kind], seen + 1
        return SCALARS.get(kind)

    def is_callback(self, kind):
        return kind == "callback" or kind in self.callbacks

    def reachable(self):
        """The structs that a function needs, those before others that hold them by value."""
        order, wanted = [], set()

        def visit(name):
            if name in wanted or name not in self.structs:
                return
            wanted.add(name)
            for kind, _, _, _, _ in self.structs[name]:
                visit(kind)
            order.append(name)

        for _, returns, _, params in self.functions:
            visit(returns)
            for kind, _, _, _ in params:
                visit(kind)
        return sorted(order)

    def handles(self):
        """The opaque types that a function takes or gives."""
        found = set()
        for _, _, _, params in self.functions:
            for kind, pointers, _, _ in params:
                if kind in self.opaque and pointers:
                    found.add(kind)
        return sorted(found)


# ---------------------------------------------------------------- writing C#

BANNER = """// {about}
// Generated by tools/generate.py from include/rtcclient.h. Change the header, not this file.
"""


def ident(name):
    return "@" + name if name in KEYWORDS else name


def pascal(text):
    return "".join(WORDS.get(w, w[:1] + w[1:].lower()) for w in text.split("_"))


def handle_class(kind):
    return pascal(re.sub(r"^rtc_|_t$", "", kind).upper()) + "Handle"


def wrap32(value):
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def is_result(name):
    return re.match(r"RTC_(E|S)_|RTC_(OK|FALSE)$", name) is not None


def field_type(header, struct, kind, pointers):
    if pointers or header.is_callback(kind):
        return "IntPtr"
    scalar = header.scalar(kind)
    if scalar:
        return scalar[0]
    if kind in header.structs:
        return kind
    raise Drift("struct %s has a field of the unknown type %s" % (struct, kind))


def struct_fields(header, struct):
    out = []
    for kind, pointers, _, name, count in header.structs[struct]:
        cs = field_type(header, struct, kind, pointers)
        if count == 1:
            out.append((cs, name, name))
        else:
            if not 1 < count <= 16:
                raise Drift("struct %s: the array %s is too long to spell out" % (struct, name))
            out += [(cs, "%s%d" % (name, i), "%s[%d]" % (name, i)) for i in range(count)]
    return out


def write_structs(header):
    lines = [BANNER.format(about="The C structs, field by field. All blittable: no marshaller touches them."),
             "using System;", "using System.Runtime.InteropServices;", "",
             "namespace RtcClient.Interop", "{"]
    names = header.reachable()
    for name in names:
        lines += ["    [StructLayout(LayoutKind.Sequential)]", "    internal struct %s" % name, "    {"]
        for cs, field, _ in struct_fields(header, name):
            lines.append("        public %s %s;" % (cs, ident(field)))
        lines += ["    }", ""]
    lines += ["    internal static partial class Layout", "    {",
              "        /// <summary>Size of each struct where pointers have 8 bytes.</summary>",
              "        internal static readonly LayoutRow[] Rows =", "        {"]
    for name in names:
        lines.append("            new LayoutRow(typeof(%s), %d)," % (name, size_of(header, name)[0]))
    lines += ["        };", "    }", "}", ""]
    return "\n".join(lines)


def size_of(header, name, word=8):
    """Size and alignment where pointers have 8 bytes; every such platform aligns naturally."""
    offset, align = 0, 1
    for kind, pointers, _, _, count in header.structs[name]:
        if pointers or header.is_callback(kind):
            size = need = word
        elif header.scalar(kind):
            size = need = header.scalar(kind)[1] or word
        elif kind in header.structs:
            size, need = size_of(header, kind, word)
        else:
            raise Drift("struct %s has a field of the unknown type %s" % (name, kind))
        offset = (offset + need - 1) // need * need + size * count
        align = max(align, need)
    return (offset + align - 1) // align * align, align


def parameter(header, function, params, index, raw=False, null=False):
    """One parameter in C#."""
    kind, pointers, const, name = params[index]
    after = params[index + 1] if index + 1 < len(params) else None
    counted = after is not None and after[1] == 0 and after[0] in ("size_t", "uintptr_t")
    cs = ident(name)
    scalar = header.scalar(kind)
    if header.is_callback(kind):
        return "IntPtr " + cs
    if kind in header.any_handle:
        if pointers == 1:
            return ("IntPtr " if raw else "RtcHandle ") + cs
        return ("[Out] IntPtr[] " if counted else "out IntPtr ") + cs
    if kind in header.opaque:
        if pointers == 1:
            return ("IntPtr " if raw else handle_class(kind) + " ") + cs
        if pointers == 2:
            return "out %s %s" % (handle_class(kind), cs)
    if kind in header.structs and pointers == 1:
        if const:
            return "IntPtr " + cs if null else "[In] ref %s %s" % (kind, cs)
        return ("out %s %s" if header.structs[kind][0][3] != "size" else "ref %s %s") % (kind, cs)
    if kind == "void" and pointers == 1:
        return ("byte[] " if const and counted else "IntPtr ") + cs
    if kind == "char" and pointers == 1:
        if not counted:
            raise Drift("%s: the text %s comes without a length" % (function, name))
        if const:
            return ("IntPtr " if function in VIEWS else "byte[] ") + cs
        return "[Out] byte[] " + cs
    if scalar and pointers == 0:
        return "%s %s" % (scalar[0], cs)
    if scalar and pointers == 1 and not const:
        return "out %s %s" % (scalar[0], cs)
    raise Drift("%s: no C# form for the parameter %s (%s, %d pointers)" % (function, name, kind, pointers))


def returned(header, function, kind, pointers):
    if pointers:
        return "IntPtr"
    if kind == "void":
        return "void"
    scalar = header.scalar(kind)
    if scalar is None:
        raise Drift("%s returns the unknown type %s" % (function, kind))
    return scalar[0]


def write_functions(header):
    files = {}
    for name, kind, pointers, params in header.functions:
        for file, prefixes in FILES:
            if name.startswith(prefixes):
                files.setdefault(file, []).append((name, kind, pointers, params))
                break
        else:
            raise Drift("%s belongs to no file: add its object to FILES" % name)
    out = {}
    for file, functions in files.items():
        lines = [BANNER.format(about="The C functions of one object: " + file + "."),
                 "using System;", "using System.Runtime.InteropServices;", "",
                 "namespace RtcClient.Interop", "{", "    internal static partial class Native", "    {"]
        for name, kind, pointers, params in functions:
            forms = [(False, False)]
            if name in RAW_HANDLE:
                forms.append((True, False))
            if any((name, p[3]) in NULLABLE for p in params):
                forms.append((False, True))
            for raw, null in forms:
                args = ", ".join(parameter(header, name, params, i, raw, null and (name, params[i][3]) in NULLABLE)
                                 for i in range(len(params)))
                lines += ["        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]",
                          "        internal static extern %s %s(%s);" % (returned(header, name, kind, pointers), name, args), ""]
        lines[-1:] = ["    }", "}", ""]
        out["Interop/Native.%s.g.cs" % file] = "\n".join(lines)
    return out


def write_handles(header):
    lines = [BANNER.format(about="One sealed SafeHandle for each kind of C handle: the wrong one does not compile."),
             "namespace RtcClient.Interop", "{"]
    for kind in header.handles():
        name = handle_class(kind)
        lines += ["    /// <summary>Owns one reference to a <c>%s</c>.</summary>" % kind,
                  "    internal sealed class %s : RtcHandle" % name, "    {",
                  "        public %s()" % name, "        {", "        }", "    }", ""]
    lines[-1:] = ["}", ""]
    return "\n".join(lines)


def write_constants(header):
    lines = [BANNER.format(about="Every constant of the header by its C name."),
             "namespace RtcClient.Interop", "{", "    internal static class Constants", "    {"]
    for name, value in header.constants.items():
        if name in NO_CONSTANT or is_result(name):
            continue
        lines.append("        internal const %s %s = %s;" % constant(name, value))
    lines += ["    }", "}", ""]
    return "\n".join(lines)


def constant(name, value):
    if name.startswith("RTC_EVENT_FILTER_"):
        return "ulong", name, "0x%XUL" % value
    if -(1 << 31) <= value < 1 << 31:
        return "int", name, str(value)
    if 0 <= value < 1 << 32:
        return "uint", name, "0x%XU" % value
    return ("long", name, "%dL" % value) if value < 1 << 63 else ("ulong", name, "0x%XUL" % value)


def write_results(header):
    lines = [BANNER.format(about="The result codes, with the names they have in C."),
             "namespace RtcClient", "{",
             "    /// <summary>HRESULT numbers that <see cref=\"RtcException\"/> carries in <c>HResult</c>.</summary>",
             "    public static class RtcResult", "    {"]
    for name, value in header.constants.items():
        if is_result(name):
            lines.append("        public const int %s = unchecked((int)0x%08X);" % (name, value & 0xFFFFFFFF))
    lines += ["    }", "}", ""]
    return "\n".join(lines)


def write_enums(header):
    lines = [BANNER.format(about="The public enums, by the values of the header."),
             "using System;", "", "namespace RtcClient", "{"]
    prefixes = sorted([e[0] for e in ENUMS] + APART, key=len, reverse=True)
    for prefix, name, flags, under in ENUMS:
        members = [(c, v) for c, v in header.constants.items()
                   if c not in NOT_MEMBERS and not is_result(c)
                   and next((p for p in prefixes if c.startswith(p)), None) == prefix]
        if not members:
            raise Drift("the header has no constant %s… for the enum %s" % (prefix, name))
        if flags:
            lines.append("    [Flags]")
        lines += ["    public enum %s : %s" % (name, under), "    {"]
        if flags and not any(v == 0 for _, v in members):
            lines.append("        None = 0,")
        for c, v in members:
            word = pascal(c[len(prefix):])
            lines.append("        %s = %s," % ("_" + word if word[0].isdigit() else word,
                                               "0x%X" % v if flags else v))
        lines += ["    }", ""]
    lines[-1:] = ["}", ""]
    return "\n".join(lines)


def generate(header):
    out = write_functions(header)
    out["Interop/Structs.g.cs"] = write_structs(header)
    out["Interop/Handles.g.cs"] = write_handles(header)
    out["Interop/Constants.g.cs"] = write_constants(header)
    out["RtcClient/Results.g.cs"] = write_results(header)
    out["RtcClient/Enums.g.cs"] = write_enums(header)
    return out


# ---------------------------------------------------------------- main

def committed():
    found = {}
    for folder in ("Interop", "RtcClient"):
        where = os.path.join(ROOT, folder)
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            if name.endswith(".g.cs"):
                with open(os.path.join(where, name), encoding="utf-8") as file:
                    found[folder + "/" + name] = file.read()
    return found


def compare(wanted, found):
    faults = 0
    for name in sorted(set(wanted) | set(found)):
        if wanted.get(name) == found.get(name):
            continue
        faults += 1
        if name not in found:
            print("bindings/csharp/%s: missing, the header asks for it" % name, file=sys.stderr)
        elif name not in wanted:
            print("bindings/csharp/%s: the header has nothing for it any more" % name, file=sys.stderr)
        else:
            print("bindings/csharp/%s: differs from the header" % name, file=sys.stderr)
            diff = difflib.unified_diff(found[name].split("\n"), wanted[name].split("\n"), "committed", "header", lineterm="", n=0)
            for line in list(diff)[2:14]:
                print("    " + line, file=sys.stderr)
    return faults


def ask_compiler(header, path, cc):
    """Puts the computed sizes before a C compiler; returns the number of faults."""
    lines = ['#include "%s"' % os.path.basename(path)]
    for name in header.reachable():
        size = size_of(header, name)[0]
        lines.append('_Static_assert(sizeof(void *) != 8 || sizeof(%s) == %d, "size of %s");' % (name, size, name))
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "layout.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        done = subprocess.run([cc, "-std=c11", "-fsyntax-only", "-I", os.path.dirname(os.path.abspath(path)), source],
                              capture_output=True, text=True)
    if done.returncode:
        print("the C compiler does not agree with the struct layouts:\n" + done.stderr, file=sys.stderr)
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(description="Write or check the raw C# layer.")
    parser.add_argument("--header", default=HEADER, help="default: include/rtcclient.h")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    parser.add_argument("--cc", default="cc", help="C compiler that confirms the layouts; none: left out")
    options = parser.parse_args()
    try:
        with open(options.header, encoding="utf-8") as file:
            header = Header(file.read())
        if not header.functions:
            raise Drift("no function found")
        wanted = generate(header)
    except (OSError, Drift) as fault:
        print("%s: %s" % (options.header, fault), file=sys.stderr)
        return 2
    if options.check:
        faults = compare(wanted, committed())
        if shutil.which(options.cc):
            faults += ask_compiler(header, options.header, options.cc)
        elif options.cc:
            print("no C compiler %s: struct sizes were computed, not confirmed" % options.cc, file=sys.stderr)
        if faults:
            print("The C# layer and the header have drifted apart; run bindings/csharp/tools/generate.py.", file=sys.stderr)
            return 1
        print("C# layer agrees with the header: %d functions, %d structs, %d constants"
              % (len(header.functions), len(header.reachable()), len(header.constants)))
        return 0
    for name in committed():
        if name not in wanted:
            os.remove(os.path.join(ROOT, name))
    for name, text in wanted.items():
        os.makedirs(os.path.dirname(os.path.join(ROOT, name)), exist_ok=True)
        with open(os.path.join(ROOT, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    print("wrote %d files from %d functions" % (len(wanted), len(header.functions)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
