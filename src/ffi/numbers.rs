//! Event types, the filter's bits, and the properties: numbers of the header that are appended to, never changed.

#![expect(
    missing_docs,
    reason = "a value's name says what it is; the tables in the README say what it holds"
)]

/// == rtc_event_info_t.type: 0 to 27 are the original's, ours begin at 100. ==
pub const RTC_EVENT_CLIENT: i32 = 0;
pub const RTC_EVENT_REGISTRATION_STATE_CHANGE: i32 = 1;
pub const RTC_EVENT_SESSION_STATE_CHANGE: i32 = 2;
pub const RTC_EVENT_SESSION_OPERATION_COMPLETE: i32 = 3;
pub const RTC_EVENT_PARTICIPANT_STATE_CHANGE: i32 = 4;
pub const RTC_EVENT_MEDIA: i32 = 5;
pub const RTC_EVENT_INTENSITY: i32 = 6;
pub const RTC_EVENT_MESSAGING: i32 = 7;
pub const RTC_EVENT_BUDDY: i32 = 8;
pub const RTC_EVENT_WATCHER: i32 = 9;
pub const RTC_EVENT_PROFILE: i32 = 10;
pub const RTC_EVENT_USERSEARCH: i32 = 11;
pub const RTC_EVENT_INFO: i32 = 12;
pub const RTC_EVENT_GROUP: i32 = 13;
pub const RTC_EVENT_MEDIA_REQUEST: i32 = 14;
pub const RTC_EVENT_ROAMING: i32 = 15;
pub const RTC_EVENT_PRESENCE_PROPERTY: i32 = 16;
pub const RTC_EVENT_PRESENCE_DATA: i32 = 17;
pub const RTC_EVENT_PRESENCE_STATUS: i32 = 18;
pub const RTC_EVENT_SESSION_REFER_STATUS: i32 = 19;
pub const RTC_EVENT_SESSION_REFERRED: i32 = 20;
pub const RTC_EVENT_REINVITE: i32 = 21;
pub const RTC_EVENT_SUBSCRIPTION_STATE_CHANGE: i32 = 22;
pub const RTC_EVENT_SUBSCRIPTION_NOTIFY: i32 = 23;
pub const RTC_EVENT_PRACK: i32 = 24;
pub const RTC_EVENT_SESSION_CONSULTANT_REFERRED: i32 = 25;
pub const RTC_EVENT_SESSION_NOTIFICATION: i32 = 26;
pub const RTC_EVENT_UNSOLICITED_NOTIFY: i32 = 27;
pub const RTC_EVENT_REQUEST: i32 = 100;
pub const RTC_EVENT_RESPONSE: i32 = 101;
pub const RTC_EVENT_TRANSACTION_FAILED: i32 = 102;
pub const RTC_EVENT_TRANSACTION_EXPIRED: i32 = 103;
pub const RTC_EVENT_FORKED: i32 = 104;
pub const RTC_EVENT_INVITE_COMPLETED: i32 = 105;
pub const RTC_EVENT_CANCELLED: i32 = 106;
pub const RTC_EVENT_CONNECTION_STATE: i32 = 107;
pub const RTC_EVENT_REGISTRATION: i32 = 108;
pub const RTC_EVENT_DIALOG_STATE: i32 = 109;
pub const RTC_EVENT_USAGE_STATE: i32 = 110;
pub const RTC_EVENT_REFRESH_STATE: i32 = 111;
pub const RTC_EVENT_CHALLENGE: i32 = 112;
pub const RTC_EVENT_FLOW: i32 = 113;
pub const RTC_EVENT_PUBLICATION: i32 = 114;
pub const RTC_EVENT_DTMF: i32 = 120;
pub const RTC_EVENT_AUDIO: i32 = 121;
pub const RTC_EVENT_MEDIA_STATISTICS: i32 = 122;

/// == rtc_client_set_event_filter: the low half is the original's. ==
pub const RTC_EVENT_FILTER_CLIENT: u64 = 0x1_u64;
pub const RTC_EVENT_FILTER_REGISTRATION_STATE_CHANGE: u64 = 0x2_u64;
pub const RTC_EVENT_FILTER_SESSION_STATE_CHANGE: u64 = 0x4_u64;
pub const RTC_EVENT_FILTER_SESSION_OPERATION_COMPLETE: u64 = 0x8_u64;
pub const RTC_EVENT_FILTER_PARTICIPANT_STATE_CHANGE: u64 = 0x10_u64;
pub const RTC_EVENT_FILTER_MEDIA: u64 = 0x20_u64;
pub const RTC_EVENT_FILTER_INTENSITY: u64 = 0x40_u64;
pub const RTC_EVENT_FILTER_MESSAGING: u64 = 0x80_u64;
pub const RTC_EVENT_FILTER_BUDDY: u64 = 0x100_u64;
pub const RTC_EVENT_FILTER_WATCHER: u64 = 0x200_u64;
pub const RTC_EVENT_FILTER_PROFILE: u64 = 0x400_u64;
pub const RTC_EVENT_FILTER_USERSEARCH: u64 = 0x800_u64;
pub const RTC_EVENT_FILTER_INFO: u64 = 0x1000_u64;
pub const RTC_EVENT_FILTER_GROUP: u64 = 0x2000_u64;
pub const RTC_EVENT_FILTER_MEDIA_REQUEST: u64 = 0x4000_u64;
pub const RTC_EVENT_FILTER_ROAMING: u64 = 0x10000_u64;
pub const RTC_EVENT_FILTER_PRESENCE_PROPERTY: u64 = 0x20000_u64;
pub const RTC_EVENT_FILTER_BUDDY2: u64 = 0x40000_u64;
pub const RTC_EVENT_FILTER_WATCHER2: u64 = 0x80000_u64;
pub const RTC_EVENT_FILTER_SESSION_REFER_STATUS: u64 = 0x100000_u64;
pub const RTC_EVENT_FILTER_SESSION_REFERRED: u64 = 0x200000_u64;
pub const RTC_EVENT_FILTER_REINVITE: u64 = 0x400000_u64;
pub const RTC_EVENT_FILTER_PRESENCE_DATA: u64 = 0x800000_u64;
pub const RTC_EVENT_FILTER_PRESENCE_STATUS: u64 = 0x1000000_u64;
pub const RTC_EVENT_FILTER_SUBSCRIPTION: u64 = 0x100000000_u64;
pub const RTC_EVENT_FILTER_NOTIFICATION: u64 = 0x200000000_u64;
pub const RTC_EVENT_FILTER_PRACK: u64 = 0x400000000_u64;
pub const RTC_EVENT_FILTER_CONSULTANT: u64 = 0x800000000_u64;
pub const RTC_EVENT_FILTER_REQUEST: u64 = 0x1000000000_u64;
pub const RTC_EVENT_FILTER_RESPONSE: u64 = 0x2000000000_u64;
pub const RTC_EVENT_FILTER_SIP_STATE: u64 = 0x4000000000_u64;
pub const RTC_EVENT_FILTER_CHALLENGE: u64 = 0x8000000000_u64;
pub const RTC_EVENT_FILTER_PUBLICATION: u64 = 0x10000000000_u64;
pub const RTC_EVENT_FILTER_MEDIA_EXTRA: u64 = 0x20000000000_u64;
pub const RTC_EVENT_FILTER_STATISTICS: u64 = 0x40000000000_u64;
pub const RTC_EVENT_FILTER_SIP_ALL: u64 = 0x80000000000_u64;
/// All but intensity, states of SIP-level objects, challenges and statistics.
pub const RTC_EVENT_FILTER_DEFAULT: u64 = 0x033F_01FF_FFBF_u64;
/// All but what SIP_ALL adds.
pub const RTC_EVENT_FILTER_ALL: u64 = 0x07FF_01FF_FFFF_u64;

/// == Properties: kind * 256 + position. w: can be set. (index): what the index says. ==
/// Number.
pub const RTC_PROPERTY_CLIENT_EVENT_FILTER: i32 = 256;
/// Number.
pub const RTC_PROPERTY_CLIENT_LISTEN_MODE: i32 = 257;
/// Number, can be set; index: session type.
pub const RTC_PROPERTY_CLIENT_ANSWER_MODE: i32 = 258;
/// Number, can be set; index: transport.
pub const RTC_PROPERTY_CLIENT_ALLOWED_PORTS: i32 = 259;
/// Text, can be set.
pub const RTC_PROPERTY_CLIENT_LOCAL_USER_URI: i32 = 260;
/// Text, can be set.
pub const RTC_PROPERTY_CLIENT_LOCAL_USER_NAME: i32 = 261;
/// Text; index: 0, 1, ….
pub const RTC_PROPERTY_CLIENT_NETWORK_ADDRESS: i32 = 262;
/// Number, can be set: RTC_AUTO_… bits of what belongs to no session, and of every new session.
pub const RTC_PROPERTY_CLIENT_AUTOMATION: i32 = 265;
/// Number, can be set: RTC_PRIVACY_… bits of every session without its own.
pub const RTC_PROPERTY_CLIENT_SIP_PRIVACY: i32 = 266;
/// Text, can be set: the body of answers to OPTIONS; empty: a description of what is spoken here.
pub const RTC_PROPERTY_CLIENT_OPTIONS_BODY: i32 = 267;
/// Text, can be set: the type of that body, application/sdp unless set.
pub const RTC_PROPERTY_CLIENT_OPTIONS_TYPE: i32 = 268;
/// Text, can be set: hops whose P-Asserted-Identity is believed, a comma list of IP addresses and networks, or *; empty: none.
pub const RTC_PROPERTY_CLIENT_TRUSTED_HOPS: i32 = 291;
/// Text.
pub const RTC_PROPERTY_PROFILE_KEY: i32 = 512;
/// Text.
pub const RTC_PROPERTY_PROFILE_NAME: i32 = 513;
/// Text.
pub const RTC_PROPERTY_PROFILE_XML: i32 = 514;
/// Text, can be set.
pub const RTC_PROPERTY_PROFILE_USER_URI: i32 = 515;
/// Text, can be set.
pub const RTC_PROPERTY_PROFILE_USER_NAME: i32 = 516;
/// Text.
pub const RTC_PROPERTY_PROFILE_USER_ACCOUNT: i32 = 517;
/// Text, can be set.
pub const RTC_PROPERTY_PROFILE_REALM: i32 = 518;
/// Number, can be set.
pub const RTC_PROPERTY_PROFILE_ALLOWED_AUTH: i32 = 519;
/// Text.
pub const RTC_PROPERTY_PROFILE_SERVER: i32 = 520;
/// Number.
pub const RTC_PROPERTY_PROFILE_TRANSPORT: i32 = 521;
/// Number.
pub const RTC_PROPERTY_PROFILE_SESSION_CAPABILITIES: i32 = 522;
/// Number.
pub const RTC_PROPERTY_PROFILE_EXPIRES: i32 = 523;
/// Text; index: 0, 1, ….
/// Index 0: our own, as the registrar has it; then the other bindings with their parameters.
pub const RTC_PROPERTY_PROFILE_REGISTERED_CONTACT: i32 = 524;
/// Text, can be set: the preloaded Route, a comma list; new requests take it.
pub const RTC_PROPERTY_PROFILE_PROXY: i32 = 525;
/// Text: Service-Route of the registration, RFC 3608.
pub const RTC_PROPERTY_PROFILE_SERVICE_ROUTE: i32 = 526;
/// Text; index: 0, 1, …. P-Associated-URI, RFC 7315; the first is the default identity.
pub const RTC_PROPERTY_PROFILE_ASSOCIATED_URI: i32 = 527;
/// Text: the public GRUU, RFC 5627.
pub const RTC_PROPERTY_PROFILE_GRUU: i32 = 528;
/// Text: the newest temporary GRUU.
pub const RTC_PROPERTY_PROFILE_TEMP_GRUU: i32 = 529;
/// Number: the registrar's clock, in seconds since 1970, as its Date told; shown, not used.
pub const RTC_PROPERTY_PROFILE_SERVER_TIME: i32 = 539;
/// Number.
pub const RTC_PROPERTY_SESSION_TYPE: i32 = 768;
/// Text.
pub const RTC_PROPERTY_SESSION_CALL_ID: i32 = 769;
/// Text.
pub const RTC_PROPERTY_SESSION_REMOTE_URI: i32 = 770;
/// Text.
pub const RTC_PROPERTY_SESSION_REMOTE_NAME: i32 = 771;
/// Text.
pub const RTC_PROPERTY_SESSION_REMOTE_TYPE: i32 = 772;
/// Text.
pub const RTC_PROPERTY_SESSION_REMOTE_DESCRIPTION: i32 = 773;
/// Text.
pub const RTC_PROPERTY_SESSION_LOCAL_DESCRIPTION: i32 = 774;
/// Text; index: 0, 1, ….
pub const RTC_PROPERTY_SESSION_REDIRECT_URI: i32 = 775;
/// Text; index: 0, 1, ….
pub const RTC_PROPERTY_SESSION_REDIRECT_NAME: i32 = 776;
/// Number.
pub const RTC_PROPERTY_SESSION_CAN_ADD_PARTICIPANTS: i32 = 777;
/// Number.
pub const RTC_PROPERTY_SESSION_DURATION_MS: i32 = 778;
/// Number.
pub const RTC_PROPERTY_SESSION_HOLD: i32 = 779;
/// Number, can be set: RTC_AUTO_… bits.
pub const RTC_PROPERTY_SESSION_AUTOMATION: i32 = 780;
/// Referred-By: of an incoming call as received, of an idle one what its INVITE will say.
pub const RTC_PROPERTY_SESSION_REFERRED_BY: i32 = 781;
/// The application's own name for the referral.
pub const RTC_PROPERTY_SESSION_REFER_COOKIE: i32 = 782;
/// 1: the call came about by a referral.
pub const RTC_PROPERTY_SESSION_IS_REFERRED: i32 = 783;
/// Number, can be set: RTC_PRIVACY_… bits, over those of the client; absent until set.
pub const RTC_PROPERTY_SESSION_SIP_PRIVACY: i32 = 784;
/// Text, can be set before the call: whom we prefer to be (P-Preferred-Identity).
pub const RTC_PROPERTY_SESSION_LOCAL_IDENTITY: i32 = 785;
/// Text; index: 0, 1, …: P-Asserted-Identity of the peer, from a trusted hop.
pub const RTC_PROPERTY_SESSION_ASSERTED_IDENTITY: i32 = 786;
/// Text.
pub const RTC_PROPERTY_PARTICIPANT_URI: i32 = 1024;
/// Text.
pub const RTC_PROPERTY_PARTICIPANT_NAME: i32 = 1025;
/// Number.
pub const RTC_PROPERTY_PARTICIPANT_REMOVABLE: i32 = 1026;
/// Text.
pub const RTC_PROPERTY_SUBSCRIPTION_EVENT: i32 = 1280;
/// Text.
pub const RTC_PROPERTY_SUBSCRIPTION_ACCEPT: i32 = 1281;
/// Text.
pub const RTC_PROPERTY_SUBSCRIPTION_URI: i32 = 1282;
/// Number.
pub const RTC_PROPERTY_SUBSCRIPTION_EXPIRES: i32 = 1283;
/// Number.
pub const RTC_PROPERTY_SUBSCRIPTION_ENABLED: i32 = 1284;
/// Text.
pub const RTC_PROPERTY_WATCHER_URI: i32 = 2048;
/// Text, can be set.
pub const RTC_PROPERTY_WATCHER_NAME: i32 = 2049;
/// Text.
pub const RTC_PROPERTY_WATCHER_PACKAGE: i32 = 2050;
/// Text.
pub const RTC_PROPERTY_WATCHER_ACCEPT: i32 = 2051;
/// Number.
pub const RTC_PROPERTY_WATCHER_EXPIRES: i32 = 2052;
/// Text; index: 0, 1, ….
pub const RTC_PROPERTY_SERVER_URI: i32 = 2304;
/// Text.
pub const RTC_PROPERTY_SERVER_REALM: i32 = 2305;
/// Number.
pub const RTC_PROPERTY_SERVER_BINDINGS: i32 = 2306;
/// Number.
pub const RTC_PROPERTY_SERVER_REQUESTS: i32 = 2307;
/// Text; index: transport.
pub const RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS: i32 = 2560;
/// Number: the RTC_E_… for which it was lost last; 0: none.
pub const RTC_PROPERTY_CONNECTION_LAST_ERROR: i32 = 2562;
/// Text.
pub const RTC_PROPERTY_DIALOG_CALL_ID: i32 = 3072;
/// Text.
pub const RTC_PROPERTY_DIALOG_LOCAL_TAG: i32 = 3073;
/// Text.
pub const RTC_PROPERTY_DIALOG_REMOTE_TAG: i32 = 3074;
/// Text.
pub const RTC_PROPERTY_DIALOG_LOCAL_URI: i32 = 3075;
/// Text.
pub const RTC_PROPERTY_DIALOG_REMOTE_URI: i32 = 3076;
/// Text.
pub const RTC_PROPERTY_DIALOG_REMOTE_TARGET: i32 = 3077;
/// Number.
pub const RTC_PROPERTY_DIALOG_LOCAL_CSEQ: i32 = 3078;
/// Number: 0 before the peer sent a request.
pub const RTC_PROPERTY_DIALOG_REMOTE_CSEQ: i32 = 3079;
/// Text: a comma list, the nearest first.
pub const RTC_PROPERTY_DIALOG_ROUTE_SET: i32 = 3080;
/// Number.
pub const RTC_PROPERTY_DIALOG_SECURE: i32 = 3081;
/// Number: 1 if our request began it.
pub const RTC_PROPERTY_DIALOG_INITIATOR: i32 = 3082;
/// Number: RTC_USAGE_….
pub const RTC_PROPERTY_USAGE_KIND: i32 = 3328;
/// Text.
pub const RTC_PROPERTY_USAGE_EVENT: i32 = 3329;
/// Text.
pub const RTC_PROPERTY_USAGE_REFER_TO: i32 = 3330;
/// Text, can be set: of the next NOTIFY.
pub const RTC_PROPERTY_USAGE_SUBSCRIPTION_STATE: i32 = 3331;
/// Number, can be set: RTC_AUTO_… bits.
pub const RTC_PROPERTY_USAGE_AUTOMATION: i32 = 3332;
/// Text.
pub const RTC_PROPERTY_REGISTRATION_AOR: i32 = 2816;
/// Text, as given.
pub const RTC_PROPERTY_REGISTRATION_CONTACT: i32 = 2817;
/// Text: as the registrar has it, with its parameters.
pub const RTC_PROPERTY_REGISTRATION_REGISTERED_CONTACT: i32 = 2818;
/// Text, can be set at any time; empty: none.
pub const RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY: i32 = 2819;
/// Number, can be set before it registers: seconds wanted; while it stands those that were granted.
pub const RTC_PROPERTY_REGISTRATION_EXPIRES: i32 = 2820;
/// Number, can be set before it registers.
pub const RTC_PROPERTY_REGISTRATION_NO_EXPIRES: i32 = 2821;
/// Number, can be set before it registers.
pub const RTC_PROPERTY_REGISTRATION_PIN_NEXT_HOP: i32 = 2822;
/// Number, can be set before it registers: RTC_AUTO_… bits.
pub const RTC_PROPERTY_REGISTRATION_AUTOMATION: i32 = 2823;
/// Text, a comma list (RFC 3608).
pub const RTC_PROPERTY_REGISTRATION_SERVICE_ROUTE: i32 = 2824;
/// Text; index: 0, 1, ….
pub const RTC_PROPERTY_REGISTRATION_ASSOCIATED_URI: i32 = 2825;
/// Text: the public GRUU (RFC 5627).
pub const RTC_PROPERTY_REGISTRATION_GRUU: i32 = 2826;
/// Number, can be set: seconds between repetitions; 0 while it does not stand.
pub const RTC_PROPERTY_REFRESH_INTERVAL_SECS: i32 = 3840;
/// Number: 1 it belongs to no registration or subscription.
pub const RTC_PROPERTY_REFRESH_STANDALONE: i32 = 3841;
/// Text.
pub const RTC_PROPERTY_TRANSACTION_METHOD: i32 = 3584;
/// Number: 1 a request of ours.
pub const RTC_PROPERTY_TRANSACTION_IS_CLIENT: i32 = 3585;
/// Number: 1 while rtc_transaction_respond may answer it.
pub const RTC_PROPERTY_TRANSACTION_CAN_RESPOND: i32 = 3586;
/// Number: 1 while rtc_transaction_cancel may cancel it.
pub const RTC_PROPERTY_TRANSACTION_CAN_CANCEL: i32 = 3587;
/// Number: the milliseconds that are left to answer it; 0: none.
pub const RTC_PROPERTY_TRANSACTION_DEADLINE_MS: i32 = 3588;
