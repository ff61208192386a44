"""Choices where the published facts about the RTC Client API end.

The tables in ../shared/rtc-api name members whose signature, and interfaces whose identifier, was
never published. What this project chose for them stands here and nowhere else. A number in this
file never changes once it is released.
"""

# Identifiers of the interfaces that only the Windows CE edition had.
NEW_IIDS = {
    "IRTCClientSIPPrivacy": "531a4f7c-e981-41f5-9798-961c882127ff",
    "IRTCSessionSIPPrivacy": "47b7b3de-3245-499b-8727-3b10e8ac7989",
    "IRTCClientSubscriber": "764a8061-6b5b-42f5-8c96-e8a9b98e863b",
    "IRTCClientSubscriber2": "97e8eb28-f932-4c9d-9ba1-fdc1bd1baeb0",
    "IRTCSubscription": "9d6286c8-24d7-46f3-af73-1467f26e9ca8",
    "IRTCSubscription2": "9288a2f0-428c-4457-9606-5b44372773af",
    "IRTCSubscriptionStateChangeEvent": "4935df0d-9e68-42ba-b809-fbb5bdc4dc14",
    "IRTCSubscriptionNotificationEvent": "c8dea8fa-afa6-4049-b3b1-f1a9492ba47b",
    "IRTCUnsolicitedSubscription": "0074b4c7-600e-441c-a219-0755d0d82a96",
    "IRTCUnsolicitedNotificationEvent": "6f4e159b-0aaf-44a3-81c7-3f0d61b2cd8d",
    "IRTCSessionNotificationEvent": "4b95f925-1682-4881-8c2b-ba8ec8c164b1",
    "IRTCSIPObject": "a4499449-51b1-4eab-ab4a-eef3c60ce3d0",
    "IRTCSIPEvent": "d0e9590e-cd3d-41ea-bf36-bc99aaa8d835",
    "IRTCSIPMessage": "d5b69298-172b-4bdf-a207-13962d8b0bc4",
    "IRTCSessionCallControl2": "83b780a2-b77a-4989-83f1-4b94ed8dc6e2",
    "IRTCSessionStateChangeEvent3": "c1c247ae-6806-4dfd-8893-4eb14a1df91f",
    "IRTCSessionConsultantReferredEvent": "ade84edc-82b8-44b3-b772-21529f2c5b81",
    "IRTCPortManager3": "bf1485f6-be76-4011-a9d4-c0fb17f18588",
    "IRTCParticipant3": "0036fd2a-3867-4bec-899e-0b8e435fd5b7",
}

# Bases that are only probable.
BASES = {"IRTCClientSubscriber2": "IRTCClientSubscriber", "IRTCSubscription2": "IRTCSubscription"}


def _in(kind, name):
    return {"type": kind, "name": name, "dir": "in"}


def _out(kind, name):
    return {"type": kind, "name": name, "dir": "out"}


# Names and parameters of members that are known to exist, and no more than that.
MEMBERS = {
    ("IRTCClientSubscriber2", "(create without sending)"): (
        "CreateIdleSubscription",
        [
            _in("IRTCProfile*", "pServerProfile"),
            _in("BSTR", "bstrAcceptedContent"),
            _in("BSTR", "bstrEventPackage"),
            _out("IRTCSubscription2**", "ppSubscription"),
        ],
    ),
    ("IRTCSubscription2", "(send)"): ("Send", [_in("BSTR", "bstrContentType"), _in("BSTR", "bstrMessageBody")]),
    ("IRTCSessionCallControl2", "ParkSession"): ("ParkSession", [_in("BSTR", "bstrParkURI")]),
    ("IRTCPortManager3", "ReleaseMappingEx"): (
        "ReleaseMappingEx",
        [
            _in("long", "lTransport"),
            _in("BSTR", "bstrInternalLocalAddress"),
            _in("long", "lInternalLocalPort"),
            _in("BSTR", "bstrExternalLocalAddress"),
            _in("long", "lExternalLocalPort"),
        ],
    ),
    ("IRTCParticipant3", "(active media getter)"): ("get_ActiveMedia", [_out("long*", "plMediaType")]),
    ("IRTCParticipant3", "(video window getter)"): (
        "get_IVideoWindow",
        [_in("RTC_VIDEO_DEVICE", "enDevice"), _out("IVideoWindow**", "ppIVideoWindow")],
    ),
    ("IRTCParticipant3", "(video stopped getter)"): ("get_VideoStopped", [_out("VARIANT_BOOL*", "pfStopped")]),
    ("IRTCParticipant3", "(volume getter)"): (
        "get_Volume",
        [_in("RTC_AUDIO_DEVICE", "enDevice"), _out("long*", "plVolume")],
    ),
}

# Event filter bits of the CE edition: the mask of all of them was published (0x73FFFFFF), of the
# names only RTCEF_INVITE.
CE_FILTER = {
    "RTCEF_INVITE": (0x02000000, "early media of an INVITE: RTCE_PRACK"),
    "RTCEF_SUBSCRIPTION": (0x10000000, "RTCE_SUBSCRIPTION_…, RTCE_UNSOLICITED_NOTIFY_EVENT"),
    "RTCEF_SESSION_NOTIFICATION": (0x20000000, "RTCE_SESSION_NOTIFICATION"),
    "RTCEF_CONSULTANT_REFERRED": (0x40000000, "RTCE_SESSION_CONSULTANT_REFERRED"),
    "RTCEF_ALL_CE": (0x73FFFFFF, "everything; RTCEF_ALL keeps the desktop value"),
}

# Flags of edition 1.3 whose names were published, and not their values: the next free bits.
FLAGS_13 = {
    "RTCIF_DISABLE_UNAUTH_WATCHERS_AND_ROAMING": 0x10,
    "RTCIF_DISABLE_UNAUTH_SESSIONS": 0x20,
}

# Codes whose names were published, and not their values: the numbers of rtcclient.h.
HRESULTS = {
    "RTC_E_NO_SIP_MESSAGE": 0x80EE8002,
    "RTC_E_REPLACES_NOT_SUPPORTED": 0x80EE8003,
    "RTC_E_MAPPING_INVALID": 0x80EE8004,
}

# Which header declares which interfaces, in order; the rest of a row is the header's subject.
HEADERS = [
    ("enumerators", "enumerators and the collection", lambda n: n.startswith("IRTCEnum") or n == "IRTCCollection"),
    ("client", "the client, its profiles and its ports",
     lambda n: n in ("IRTCClient", "IRTCClient2", "IRTCClientSIPPrivacy") or "Provisioning" in n
     or (n.startswith("IRTCProfile") and "Event" not in n)
     or n in ("IRTCClientPortManagement", "IRTCSessionDescriptionManager") or n.startswith("IRTCPortManager")),
    ("session", "sessions and participants",
     lambda n: "Event" not in n and (n.startswith("IRTCSession") or n.startswith("IRTCParticipant"))),
    ("subscription", "subscriptions",
     lambda n: "Event" not in n and ("Subscri" in n)),
    ("sip", "headers and messages", lambda n: n.startswith("IRTCSIP")),
    ("presence", "presence: buddies, watchers, groups",
     lambda n: "Event" not in n and any(w in n for w in ("Presence", "Buddy", "Watcher"))),
    ("search", "the directory", lambda n: "UserSearch" in n and "Event" not in n),
    ("event", "events and sinks", lambda n: True),
]
