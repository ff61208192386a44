//! Numbers of the readable values of objects: kind × 256 + position, appended only (C API, `RTC_PROPERTY_…`).

#![expect(
    missing_docs,
    reason = "the table of properties in the C header documents each"
)]

pub const CLIENT_EVENT_FILTER: i32 = 256;
pub const CLIENT_LISTEN_MODE: i32 = 257;
pub const CLIENT_ANSWER_MODE: i32 = 258;
pub const CLIENT_ALLOWED_PORTS: i32 = 259;
pub const CLIENT_LOCAL_USER_URI: i32 = 260;
pub const CLIENT_LOCAL_USER_NAME: i32 = 261;
pub const CLIENT_NETWORK_ADDRESS: i32 = 262;

pub const PROFILE_KEY: i32 = 512;
pub const PROFILE_NAME: i32 = 513;
pub const PROFILE_XML: i32 = 514;
pub const PROFILE_USER_URI: i32 = 515;
pub const PROFILE_USER_NAME: i32 = 516;
pub const PROFILE_USER_ACCOUNT: i32 = 517;
pub const PROFILE_REALM: i32 = 518;
pub const PROFILE_ALLOWED_AUTH: i32 = 519;
pub const PROFILE_SERVER: i32 = 520;
pub const PROFILE_TRANSPORT: i32 = 521;
pub const PROFILE_SESSION_CAPABILITIES: i32 = 522;
pub const PROFILE_EXPIRES: i32 = 523;
pub const PROFILE_REGISTERED_CONTACT: i32 = 524;
pub const PROFILE_PROXY: i32 = 525;
pub const PROFILE_SERVICE_ROUTE: i32 = 526;
pub const PROFILE_ASSOCIATED_URI: i32 = 527;
pub const PROFILE_GRUU: i32 = 528;
pub const PROFILE_TEMP_GRUU: i32 = 529;
/// The registrar's clock, in seconds since 1970.
pub const PROFILE_SERVER_TIME: i32 = 539;

pub const SESSION_TYPE: i32 = 768;
pub const SESSION_CALL_ID: i32 = 769;
pub const SESSION_REMOTE_URI: i32 = 770;
pub const SESSION_REMOTE_NAME: i32 = 771;
pub const SESSION_REMOTE_TYPE: i32 = 772;
pub const SESSION_REMOTE_DESCRIPTION: i32 = 773;
pub const SESSION_LOCAL_DESCRIPTION: i32 = 774;
pub const SESSION_REDIRECT_URI: i32 = 775;
pub const SESSION_REDIRECT_NAME: i32 = 776;
pub const SESSION_CAN_ADD_PARTICIPANTS: i32 = 777;
pub const SESSION_DURATION_MS: i32 = 778;
/// 1 held by us, 2 by the peer, 3 by both.
pub const SESSION_HOLD: i32 = 779;
pub const SESSION_AUTOMATION: i32 = 780;
/// Referred-By: of an incoming call as received, of a call to be what it will say.
pub const SESSION_REFERRED_BY: i32 = 781;
/// The application's own name for the referral.
pub const SESSION_REFER_COOKIE: i32 = 782;
/// 1: the call came about by a referral.
pub const SESSION_IS_REFERRED: i32 = 783;
pub const SESSION_SIP_PRIVACY: i32 = 784;
pub const SESSION_LOCAL_IDENTITY: i32 = 785;
pub const SESSION_ASSERTED_IDENTITY: i32 = 786;

pub const PARTICIPANT_URI: i32 = 1024;
pub const PARTICIPANT_NAME: i32 = 1025;
pub const PARTICIPANT_REMOVABLE: i32 = 1026;

pub const SUBSCRIPTION_EVENT: i32 = 1280;
pub const SUBSCRIPTION_ACCEPT: i32 = 1281;
pub const SUBSCRIPTION_URI: i32 = 1282;
pub const SUBSCRIPTION_EXPIRES: i32 = 1283;
pub const SUBSCRIPTION_ENABLED: i32 = 1284;

pub const REGISTRATION_AOR: i32 = 2816;
pub const REGISTRATION_CONTACT: i32 = 2817;
pub const REGISTRATION_REGISTERED_CONTACT: i32 = 2818;
pub const REGISTRATION_OUTBOUND_PROXY: i32 = 2819;
pub const REGISTRATION_EXPIRES: i32 = 2820;
pub const REGISTRATION_NO_EXPIRES: i32 = 2821;
pub const REGISTRATION_PIN_NEXT_HOP: i32 = 2822;
pub const REGISTRATION_AUTOMATION: i32 = 2823;
pub const REGISTRATION_SERVICE_ROUTE: i32 = 2824;
pub const REGISTRATION_ASSOCIATED_URI: i32 = 2825;
pub const REGISTRATION_GRUU: i32 = 2826;

pub const REFRESH_INTERVAL_SECS: i32 = 3840;
pub const REFRESH_STANDALONE: i32 = 3841;

pub const TRANSACTION_METHOD: i32 = 3584;
pub const TRANSACTION_IS_CLIENT: i32 = 3585;
pub const TRANSACTION_CAN_RESPOND: i32 = 3586;
pub const TRANSACTION_CAN_CANCEL: i32 = 3587;
pub const TRANSACTION_DEADLINE_MS: i32 = 3588;

pub const WATCHER_URI: i32 = 2048;
pub const WATCHER_NAME: i32 = 2049;
pub const WATCHER_PACKAGE: i32 = 2050;
pub const WATCHER_ACCEPT: i32 = 2051;
pub const WATCHER_EXPIRES: i32 = 2052;

pub const DIALOG_CALL_ID: i32 = 3072;
pub const DIALOG_LOCAL_TAG: i32 = 3073;
pub const DIALOG_REMOTE_TAG: i32 = 3074;
pub const DIALOG_LOCAL_URI: i32 = 3075;
pub const DIALOG_REMOTE_URI: i32 = 3076;
pub const DIALOG_REMOTE_TARGET: i32 = 3077;
pub const DIALOG_LOCAL_CSEQ: i32 = 3078;
pub const DIALOG_REMOTE_CSEQ: i32 = 3079;
pub const DIALOG_ROUTE_SET: i32 = 3080;
pub const DIALOG_SECURE: i32 = 3081;
pub const DIALOG_INITIATOR: i32 = 3082;

pub const USAGE_KIND: i32 = 3328;
pub const USAGE_EVENT: i32 = 3329;
pub const USAGE_REFER_TO: i32 = 3330;
pub const USAGE_SUBSCRIPTION_STATE: i32 = 3331;
pub const USAGE_AUTOMATION: i32 = 3332;
