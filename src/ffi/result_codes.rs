//! The numbers of results: HRESULTs of COM, of the RTC Client API's desktop edition, and our own from `0x80EE8000`.
//!
//! A SIP status n is `0x80EF0000 + n` from 300 up and `0x00EF0000 + n` below. What the names print as is `result_names`'
//! business; which refusal has which number is `result`'s.

use super::types::rtc_result_t;

/// Success.
pub const RTC_OK: rtc_result_t = 0;
/// Success, and the answer is no or nothing.
pub const RTC_FALSE: rtc_result_t = 1;
/// `0x00EE8000`: no event will come any more.
pub const RTC_S_END: rtc_result_t = 15_630_336;
/// `0x00EE8001`: done when this callback has returned.
pub const RTC_S_PENDING: rtc_result_t = 15_630_337;

/// `0x80004001`: documented, and not in this build.
pub const RTC_E_NOT_IMPLEMENTED: rtc_result_t = -2_147_467_263;

/// `0x80004003`: NULL where something is needed.
pub const RTC_E_POINTER: rtc_result_t = -2_147_467_261;

/// `0x80004005`: failed for a reason that has no code of its own; the sentence says which.
pub const RTC_E_FAIL: rtc_result_t = -2_147_467_259;

/// `0x8000FFFF`: the library met its own bug and contained it.
pub const RTC_E_UNEXPECTED: rtc_result_t = -2_147_418_113;

/// `0x80070006`: stale, released, made-up or wrong-kind handle.
pub const RTC_E_HANDLE: rtc_result_t = -2_147_024_890;

/// `0x8007000E`: no memory.
pub const RTC_E_OUTOFMEMORY: rtc_result_t = -2_147_024_882;

/// `0x80070057`: an argument has no meaning here; the sentence names it.
pub const RTC_E_INVALIDARG: rtc_result_t = -2_147_024_809;

/// `0x8007007A`: the buffer is too small; `needed` says how much.
pub const RTC_E_INSUFFICIENT_BUFFER: rtc_result_t = -2_147_024_774;

/// `0x80072740`: the address and port are taken.
pub const RTC_E_ADDRESS_IN_USE: rtc_result_t = -2_147_014_848;

/// `0x80EE0000`: SIP codecs do not match.
pub const RTC_E_SIP_CODECS_DO_NOT_MATCH: rtc_result_t = -2_131_886_080;

/// `0x80EE0001`: SIP stream present.
pub const RTC_E_SIP_STREAM_PRESENT: rtc_result_t = -2_131_886_079;

/// `0x80EE0002`: SIP stream not present.
pub const RTC_E_SIP_STREAM_NOT_PRESENT: rtc_result_t = -2_131_886_078;

/// `0x80EE0003`: SIP no stream.
pub const RTC_E_SIP_NO_STREAM: rtc_result_t = -2_131_886_077;

/// `0x80EE0004`: SIP parse failed.
pub const RTC_E_SIP_PARSE_FAILED: rtc_result_t = -2_131_886_076;

/// `0x80EE0005`: SIP header not present.
pub const RTC_E_SIP_HEADER_NOT_PRESENT: rtc_result_t = -2_131_886_075;

/// `0x80EE0006`: SDP not present.
pub const RTC_E_SDP_NOT_PRESENT: rtc_result_t = -2_131_886_074;

/// `0x80EE0007`: SDP parse failed.
pub const RTC_E_SDP_PARSE_FAILED: rtc_result_t = -2_131_886_073;

/// `0x80EE0008`: SDP update failed.
pub const RTC_E_SDP_UPDATE_FAILED: rtc_result_t = -2_131_886_072;

/// `0x80EE0009`: SDP multicast.
pub const RTC_E_SDP_MULTICAST: rtc_result_t = -2_131_886_071;

/// `0x80EE000A`: SDP connection addr.
pub const RTC_E_SDP_CONNECTION_ADDR: rtc_result_t = -2_131_886_070;

/// `0x80EE000B`: SDP no media.
pub const RTC_E_SDP_NO_MEDIA: rtc_result_t = -2_131_886_069;

/// `0x80EE000C`: SIP timeout.
pub const RTC_E_SIP_TIMEOUT: rtc_result_t = -2_131_886_068;

/// `0x80EE000D`: SDP failed to build.
pub const RTC_E_SDP_FAILED_TO_BUILD: rtc_result_t = -2_131_886_067;

/// `0x80EE000E`: SIP invite transaction pending.
pub const RTC_E_SIP_INVITE_TRANSACTION_PENDING: rtc_result_t = -2_131_886_066;

/// `0x80EE000F`: SIP auth header sent.
pub const RTC_E_SIP_AUTH_HEADER_SENT: rtc_result_t = -2_131_886_065;

/// `0x80EE0010`: SIP auth type not supported.
pub const RTC_E_SIP_AUTH_TYPE_NOT_SUPPORTED: rtc_result_t = -2_131_886_064;

/// `0x80EE0011`: SIP auth failed.
pub const RTC_E_SIP_AUTH_FAILED: rtc_result_t = -2_131_886_063;

/// `0x80EE0012`: invalid SIP URL.
pub const RTC_E_INVALID_SIP_URL: rtc_result_t = -2_131_886_062;

/// `0x80EE0013`: destination address local.
pub const RTC_E_DESTINATION_ADDRESS_LOCAL: rtc_result_t = -2_131_886_061;

/// `0x80EE0014`: invalid address local.
pub const RTC_E_INVALID_ADDRESS_LOCAL: rtc_result_t = -2_131_886_060;

/// `0x80EE0015`: destination address multicast.
pub const RTC_E_DESTINATION_ADDRESS_MULTICAST: rtc_result_t = -2_131_886_059;

/// `0x80EE0016`: invalid proxy address.
pub const RTC_E_INVALID_PROXY_ADDRESS: rtc_result_t = -2_131_886_058;

/// `0x80EE0017`: SIP transport not supported.
pub const RTC_E_SIP_TRANSPORT_NOT_SUPPORTED: rtc_result_t = -2_131_886_057;

/// `0x80EE0018`: SIP need more data.
pub const RTC_E_SIP_NEED_MORE_DATA: rtc_result_t = -2_131_886_056;

/// `0x80EE0019`: SIP call disconnected.
pub const RTC_E_SIP_CALL_DISCONNECTED: rtc_result_t = -2_131_886_055;

/// `0x80EE001A`: SIP request destination addr not present.
pub const RTC_E_SIP_REQUEST_DESTINATION_ADDR_NOT_PRESENT: rtc_result_t = -2_131_886_054;

/// `0x80EE001B`: SIP UDP size exceeded.
pub const RTC_E_SIP_UDP_SIZE_EXCEEDED: rtc_result_t = -2_131_886_053;

/// `0x80EE001C`: SIP SSL tunnel failed.
pub const RTC_E_SIP_SSL_TUNNEL_FAILED: rtc_result_t = -2_131_886_052;

/// `0x80EE001D`: SIP SSL negotiation timeout.
pub const RTC_E_SIP_SSL_NEGOTIATION_TIMEOUT: rtc_result_t = -2_131_886_051;

/// `0x80EE001E`: SIP stack shutdown.
pub const RTC_E_SIP_STACK_SHUTDOWN: rtc_result_t = -2_131_886_050;

/// `0x80EE001F`: media controller state.
pub const RTC_E_MEDIA_CONTROLLER_STATE: rtc_result_t = -2_131_886_049;

/// `0x80EE0020`: media need terminal.
pub const RTC_E_MEDIA_NEED_TERMINAL: rtc_result_t = -2_131_886_048;

/// `0x80EE0021`: media audio device not available.
pub const RTC_E_MEDIA_AUDIO_DEVICE_NOT_AVAILABLE: rtc_result_t = -2_131_886_047;

/// `0x80EE0022`: media video device not available.
pub const RTC_E_MEDIA_VIDEO_DEVICE_NOT_AVAILABLE: rtc_result_t = -2_131_886_046;

/// `0x80EE0023`: start stream.
pub const RTC_E_START_STREAM: rtc_result_t = -2_131_886_045;

/// `0x80EE0024`: media AEC.
pub const RTC_E_MEDIA_AEC: rtc_result_t = -2_131_886_044;

/// `0x80EE0025`: client not initialized.
pub const RTC_E_CLIENT_NOT_INITIALIZED: rtc_result_t = -2_131_886_043;

/// `0x80EE0026`: client already initialized.
pub const RTC_E_CLIENT_ALREADY_INITIALIZED: rtc_result_t = -2_131_886_042;

/// `0x80EE0027`: client already shut down.
pub const RTC_E_CLIENT_ALREADY_SHUT_DOWN: rtc_result_t = -2_131_886_041;

/// `0x80EE0028`: presence not enabled.
pub const RTC_E_PRESENCE_NOT_ENABLED: rtc_result_t = -2_131_886_040;

/// `0x80EE0029`: invalid session type.
pub const RTC_E_INVALID_SESSION_TYPE: rtc_result_t = -2_131_886_039;

/// `0x80EE002A`: invalid session state.
pub const RTC_E_INVALID_SESSION_STATE: rtc_result_t = -2_131_886_038;

/// `0x80EE002B`: no profile.
pub const RTC_E_NO_PROFILE: rtc_result_t = -2_131_886_037;

/// `0x80EE002C`: local phone needed.
pub const RTC_E_LOCAL_PHONE_NEEDED: rtc_result_t = -2_131_886_036;

/// `0x80EE002D`: no device.
pub const RTC_E_NO_DEVICE: rtc_result_t = -2_131_886_035;

/// `0x80EE002E`: invalid profile.
pub const RTC_E_INVALID_PROFILE: rtc_result_t = -2_131_886_034;

/// `0x80EE002F`: profile no provision.
pub const RTC_E_PROFILE_NO_PROVISION: rtc_result_t = -2_131_886_033;

/// `0x80EE0030`: profile no key.
pub const RTC_E_PROFILE_NO_KEY: rtc_result_t = -2_131_886_032;

/// `0x80EE0031`: profile no name.
pub const RTC_E_PROFILE_NO_NAME: rtc_result_t = -2_131_886_031;

/// `0x80EE0032`: profile no user.
pub const RTC_E_PROFILE_NO_USER: rtc_result_t = -2_131_886_030;

/// `0x80EE0033`: profile no user URI.
pub const RTC_E_PROFILE_NO_USER_URI: rtc_result_t = -2_131_886_029;

/// `0x80EE0034`: profile no server.
pub const RTC_E_PROFILE_NO_SERVER: rtc_result_t = -2_131_886_028;

/// `0x80EE0035`: profile no server address.
pub const RTC_E_PROFILE_NO_SERVER_ADDRESS: rtc_result_t = -2_131_886_027;

/// `0x80EE0036`: profile no server protocol.
pub const RTC_E_PROFILE_NO_SERVER_PROTOCOL: rtc_result_t = -2_131_886_026;

/// `0x80EE0037`: profile invalid server protocol.
pub const RTC_E_PROFILE_INVALID_SERVER_PROTOCOL: rtc_result_t = -2_131_886_025;

/// `0x80EE0038`: profile invalid server authmethod.
pub const RTC_E_PROFILE_INVALID_SERVER_AUTHMETHOD: rtc_result_t = -2_131_886_024;

/// `0x80EE0039`: profile invalid server role.
pub const RTC_E_PROFILE_INVALID_SERVER_ROLE: rtc_result_t = -2_131_886_023;

/// `0x80EE003A`: profile multiple registrars.
pub const RTC_E_PROFILE_MULTIPLE_REGISTRARS: rtc_result_t = -2_131_886_022;

/// `0x80EE003B`: profile invalid session.
pub const RTC_E_PROFILE_INVALID_SESSION: rtc_result_t = -2_131_886_021;

/// `0x80EE003C`: profile invalid session party.
pub const RTC_E_PROFILE_INVALID_SESSION_PARTY: rtc_result_t = -2_131_886_020;

/// `0x80EE003D`: profile invalid session type.
pub const RTC_E_PROFILE_INVALID_SESSION_TYPE: rtc_result_t = -2_131_886_019;

/// `0x80EE003E`: operation with too many participants.
pub const RTC_E_OPERATION_WITH_TOO_MANY_PARTICIPANTS: rtc_result_t = -2_131_886_018;

/// `0x80EE003F`: basic auth set TLS.
pub const RTC_E_BASIC_AUTH_SET_TLS: rtc_result_t = -2_131_886_017;

/// `0x80EE0040`: SIP high security set TLS.
pub const RTC_E_SIP_HIGH_SECURITY_SET_TLS: rtc_result_t = -2_131_886_016;

/// `0x00EE0041`: roaming not supported.
pub const RTC_S_ROAMING_NOT_SUPPORTED: rtc_result_t = 15_597_633;

/// `0x80EE0042`: profile server unauthorized.
pub const RTC_E_PROFILE_SERVER_UNAUTHORIZED: rtc_result_t = -2_131_886_014;

/// `0x80EE0043`: duplicate realm.
pub const RTC_E_DUPLICATE_REALM: rtc_result_t = -2_131_886_013;

/// `0x80EE0044`: policy not allow.
pub const RTC_E_POLICY_NOT_ALLOW: rtc_result_t = -2_131_886_012;

/// `0x80EE0045`: port mapping unavailable.
pub const RTC_E_PORT_MAPPING_UNAVAILABLE: rtc_result_t = -2_131_886_011;

/// `0x80EE0046`: port mapping failed.
pub const RTC_E_PORT_MAPPING_FAILED: rtc_result_t = -2_131_886_010;

/// `0x80EE0047`: security level not compatible.
pub const RTC_E_SECURITY_LEVEL_NOT_COMPATIBLE: rtc_result_t = -2_131_886_009;

/// `0x80EE0048`: security level not defined.
pub const RTC_E_SECURITY_LEVEL_NOT_DEFINED: rtc_result_t = -2_131_886_008;

/// `0x80EE0049`: security level not supported by participant.
pub const RTC_E_SECURITY_LEVEL_NOT_SUPPORTED_BY_PARTICIPANT: rtc_result_t = -2_131_886_007;

/// `0x80EE004A`: duplicate buddy.
pub const RTC_E_DUPLICATE_BUDDY: rtc_result_t = -2_131_886_006;

/// `0x80EE004B`: duplicate watcher.
pub const RTC_E_DUPLICATE_WATCHER: rtc_result_t = -2_131_886_005;

/// `0x80EE004C`: malformed XML.
pub const RTC_E_MALFORMED_XML: rtc_result_t = -2_131_886_004;

/// `0x80EE004D`: roaming operation interrupted.
pub const RTC_E_ROAMING_OPERATION_INTERRUPTED: rtc_result_t = -2_131_886_003;

/// `0x80EE004E`: roaming failed.
pub const RTC_E_ROAMING_FAILED: rtc_result_t = -2_131_886_002;

/// `0x80EE004F`: invalid buddy list.
pub const RTC_E_INVALID_BUDDY_LIST: rtc_result_t = -2_131_886_001;

/// `0x80EE0050`: invalid ACL list.
pub const RTC_E_INVALID_ACL_LIST: rtc_result_t = -2_131_886_000;

/// `0x80EE0051`: no group.
pub const RTC_E_NO_GROUP: rtc_result_t = -2_131_885_999;

/// `0x80EE0052`: duplicate group.
pub const RTC_E_DUPLICATE_GROUP: rtc_result_t = -2_131_885_998;

/// `0x80EE0053`: too many groups.
pub const RTC_E_TOO_MANY_GROUPS: rtc_result_t = -2_131_885_997;

/// `0x80EE0054`: no buddy.
pub const RTC_E_NO_BUDDY: rtc_result_t = -2_131_885_996;

/// `0x80EE0055`: no watcher.
pub const RTC_E_NO_WATCHER: rtc_result_t = -2_131_885_995;

/// `0x80EE0056`: no realm.
pub const RTC_E_NO_REALM: rtc_result_t = -2_131_885_994;

/// `0x80EE0057`: no transport.
pub const RTC_E_NO_TRANSPORT: rtc_result_t = -2_131_885_993;

/// `0x80EE0058`: not exist.
pub const RTC_E_NOT_EXIST: rtc_result_t = -2_131_885_992;

/// `0x80EE0059`: invalid preference list.
pub const RTC_E_INVALID_PREFERENCE_LIST: rtc_result_t = -2_131_885_991;

/// `0x80EE005A`: max pending operations.
pub const RTC_E_MAX_PENDING_OPERATIONS: rtc_result_t = -2_131_885_990;

/// `0x80EE005B`: too many retries.
pub const RTC_E_TOO_MANY_RETRIES: rtc_result_t = -2_131_885_989;

/// `0x80EE005C`: invalid portrange.
pub const RTC_E_INVALID_PORTRANGE: rtc_result_t = -2_131_885_988;

/// `0x80EE005D`: SIP call connection not established.
pub const RTC_E_SIP_CALL_CONNECTION_NOT_ESTABLISHED: rtc_result_t = -2_131_885_987;

/// `0x80EE005E`: SIP additional party in two party session.
pub const RTC_E_SIP_ADDITIONAL_PARTY_IN_TWO_PARTY_SESSION: rtc_result_t = -2_131_885_986;

/// `0x80EE005F`: SIP party already in session.
pub const RTC_E_SIP_PARTY_ALREADY_IN_SESSION: rtc_result_t = -2_131_885_985;

/// `0x80EE0060`: SIP other party join in progress.
pub const RTC_E_SIP_OTHER_PARTY_JOIN_IN_PROGRESS: rtc_result_t = -2_131_885_984;

/// `0x80EE0061`: invalid object state.
pub const RTC_E_INVALID_OBJECT_STATE: rtc_result_t = -2_131_885_983;

/// `0x80EE0062`: presence enabled.
pub const RTC_E_PRESENCE_ENABLED: rtc_result_t = -2_131_885_982;

/// `0x80EE0063`: roaming enabled.
pub const RTC_E_ROAMING_ENABLED: rtc_result_t = -2_131_885_981;

/// `0x80EE0064`: SIP TLS incompatible encryption.
pub const RTC_E_SIP_TLS_INCOMPATIBLE_ENCRYPTION: rtc_result_t = -2_131_885_980;

/// `0x80EE0065`: SIP invalid certificate.
pub const RTC_E_SIP_INVALID_CERTIFICATE: rtc_result_t = -2_131_885_979;

/// `0x80EE0066`: no name server answered about the name (a name without records: RTC_E_NO_RECORDS).
pub const RTC_E_SIP_DNS_FAIL: rtc_result_t = -2_131_885_978;

/// `0x80EE0067`: no connection could be made in its time (TCP, TLS or WebSocket: refused, or silent).
pub const RTC_E_SIP_TCP_FAIL: rtc_result_t = -2_131_885_977;

/// `0x80EE0068`: too small expires value.
pub const RTC_E_TOO_SMALL_EXPIRES_VALUE: rtc_result_t = -2_131_885_976;

/// `0x80EE0069`: the TLS handshake failed, or the peer closed in it.
pub const RTC_E_SIP_TLS_FAIL: rtc_result_t = -2_131_885_975;

/// `0x80EE006A`: not presence profile.
pub const RTC_E_NOT_PRESENCE_PROFILE: rtc_result_t = -2_131_885_974;

/// `0x80EE006B`: SIP invitee party timeout.
pub const RTC_E_SIP_INVITEE_PARTY_TIMEOUT: rtc_result_t = -2_131_885_973;

/// `0x80EE006C`: SIP auth time skew.
pub const RTC_E_SIP_AUTH_TIME_SKEW: rtc_result_t = -2_131_885_972;

/// `0x80EE006D`: invalid registration state.
pub const RTC_E_INVALID_REGISTRATION_STATE: rtc_result_t = -2_131_885_971;

/// `0x80EE006E`: media disabled.
pub const RTC_E_MEDIA_DISABLED: rtc_result_t = -2_131_885_970;

/// `0x80EE006F`: media enabled.
pub const RTC_E_MEDIA_ENABLED: rtc_result_t = -2_131_885_969;

/// `0x80EE0070`: refer not accepted.
pub const RTC_E_REFER_NOT_ACCEPTED: rtc_result_t = -2_131_885_968;

/// `0x80EE0071`: refer not allowed.
pub const RTC_E_REFER_NOT_ALLOWED: rtc_result_t = -2_131_885_967;

/// `0x80EE0072`: refer not exist.
pub const RTC_E_REFER_NOT_EXIST: rtc_result_t = -2_131_885_966;

/// `0x80EE0073`: SIP hold operation pending.
pub const RTC_E_SIP_HOLD_OPERATION_PENDING: rtc_result_t = -2_131_885_965;

/// `0x80EE0074`: SIP unhold operation pending.
pub const RTC_E_SIP_UNHOLD_OPERATION_PENDING: rtc_result_t = -2_131_885_964;

/// `0x80EE0075`: media session not exist.
pub const RTC_E_MEDIA_SESSION_NOT_EXIST: rtc_result_t = -2_131_885_963;

/// `0x80EE0076`: media session in hold.
pub const RTC_E_MEDIA_SESSION_IN_HOLD: rtc_result_t = -2_131_885_962;

/// `0x80EE0077`: another media session active.
pub const RTC_E_ANOTHER_MEDIA_SESSION_ACTIVE: rtc_result_t = -2_131_885_961;

/// `0x80EE0078`: max redirects.
pub const RTC_E_MAX_REDIRECTS: rtc_result_t = -2_131_885_960;

/// `0x80EE0079`: redirect processing failed.
pub const RTC_E_REDIRECT_PROCESSING_FAILED: rtc_result_t = -2_131_885_959;

/// `0x80EE007A`: listening socket not exist.
pub const RTC_E_LISTENING_SOCKET_NOT_EXIST: rtc_result_t = -2_131_885_958;

/// `0x80EE007B`: invalid listen socket.
pub const RTC_E_INVALID_LISTEN_SOCKET: rtc_result_t = -2_131_885_957;

/// `0x80EE007C`: port manager already set.
pub const RTC_E_PORT_MANAGER_ALREADY_SET: rtc_result_t = -2_131_885_956;

/// `0x80EE007D`: security level already set.
pub const RTC_E_SECURITY_LEVEL_ALREADY_SET: rtc_result_t = -2_131_885_955;

/// `0x80EE007E`: UDP not supported.
pub const RTC_E_UDP_NOT_SUPPORTED: rtc_result_t = -2_131_885_954;

/// `0x80EE007F`: SIP refer operation pending.
pub const RTC_E_SIP_REFER_OPERATION_PENDING: rtc_result_t = -2_131_885_953;

/// `0x80EE0080`: platform not supported.
pub const RTC_E_PLATFORM_NOT_SUPPORTED: rtc_result_t = -2_131_885_952;

/// `0x80EE0081`: SIP peer participant in multiparty session.
pub const RTC_E_SIP_PEER_PARTICIPANT_IN_MULTIPARTY_SESSION: rtc_result_t = -2_131_885_951;

/// `0x80EE0082`: not allowed.
pub const RTC_E_NOT_ALLOWED: rtc_result_t = -2_131_885_950;

/// `0x80EE0083`: registration deactivated.
pub const RTC_E_REGISTRATION_DEACTIVATED: rtc_result_t = -2_131_885_949;

/// `0x80EE0084`: registration rejected.
pub const RTC_E_REGISTRATION_REJECTED: rtc_result_t = -2_131_885_948;

/// `0x80EE0085`: registration unregistered.
pub const RTC_E_REGISTRATION_UNREGISTERED: rtc_result_t = -2_131_885_947;

/// `0x00EF0064`: SIP status 100.
pub const RTC_E_STATUS_INFO_TRYING: rtc_result_t = 15_663_204;

/// `0x00EF00B4`: SIP status 180.
pub const RTC_E_STATUS_INFO_RINGING: rtc_result_t = 15_663_284;

/// `0x00EF00B5`: SIP status 181.
pub const RTC_E_STATUS_INFO_CALL_FORWARDING: rtc_result_t = 15_663_285;

/// `0x00EF00B6`: SIP status 182.
pub const RTC_E_STATUS_INFO_QUEUED: rtc_result_t = 15_663_286;

/// `0x00EF00B7`: SIP status 183.
pub const RTC_E_STATUS_SESSION_PROGRESS: rtc_result_t = 15_663_287;

/// `0x00EF00C8`: SIP status 200.
pub const RTC_E_STATUS_SUCCESS: rtc_result_t = 15_663_304;

/// `0x80EF012C`: SIP status 300.
pub const RTC_E_STATUS_REDIRECT_MULTIPLE_CHOICES: rtc_result_t = -2_131_820_244;

/// `0x80EF012D`: SIP status 301.
pub const RTC_E_STATUS_REDIRECT_MOVED_PERMANENTLY: rtc_result_t = -2_131_820_243;

/// `0x80EF012E`: SIP status 302.
pub const RTC_E_STATUS_REDIRECT_MOVED_TEMPORARILY: rtc_result_t = -2_131_820_242;

/// `0x80EF012F`: SIP status 303.
pub const RTC_E_STATUS_REDIRECT_SEE_OTHER: rtc_result_t = -2_131_820_241;

/// `0x80EF0131`: SIP status 305.
pub const RTC_E_STATUS_REDIRECT_USE_PROXY: rtc_result_t = -2_131_820_239;

/// `0x80EF017C`: SIP status 380.
pub const RTC_E_STATUS_REDIRECT_ALTERNATIVE_SERVICE: rtc_result_t = -2_131_820_164;

/// `0x80EF0190`: SIP status 400.
pub const RTC_E_STATUS_CLIENT_BAD_REQUEST: rtc_result_t = -2_131_820_144;

/// `0x80EF0191`: SIP status 401.
pub const RTC_E_STATUS_CLIENT_UNAUTHORIZED: rtc_result_t = -2_131_820_143;

/// `0x80EF0192`: SIP status 402.
pub const RTC_E_STATUS_CLIENT_PAYMENT_REQUIRED: rtc_result_t = -2_131_820_142;

/// `0x80EF0193`: SIP status 403.
pub const RTC_E_STATUS_CLIENT_FORBIDDEN: rtc_result_t = -2_131_820_141;

/// `0x80EF0194`: SIP status 404.
pub const RTC_E_STATUS_CLIENT_NOT_FOUND: rtc_result_t = -2_131_820_140;

/// `0x80EF0195`: SIP status 405.
pub const RTC_E_STATUS_CLIENT_METHOD_NOT_ALLOWED: rtc_result_t = -2_131_820_139;

/// `0x80EF0196`: SIP status 406.
pub const RTC_E_STATUS_CLIENT_NOT_ACCEPTABLE: rtc_result_t = -2_131_820_138;

/// `0x80EF0197`: SIP status 407.
pub const RTC_E_STATUS_CLIENT_PROXY_AUTHENTICATION_REQUIRED: rtc_result_t = -2_131_820_137;

/// `0x80EF0198`: SIP status 408.
pub const RTC_E_STATUS_CLIENT_REQUEST_TIMEOUT: rtc_result_t = -2_131_820_136;

/// `0x80EF0199`: SIP status 409.
pub const RTC_E_STATUS_CLIENT_CONFLICT: rtc_result_t = -2_131_820_135;

/// `0x80EF019A`: SIP status 410.
pub const RTC_E_STATUS_CLIENT_GONE: rtc_result_t = -2_131_820_134;

/// `0x80EF019B`: SIP status 411.
pub const RTC_E_STATUS_CLIENT_LENGTH_REQUIRED: rtc_result_t = -2_131_820_133;

/// `0x80EF019D`: SIP status 413.
pub const RTC_E_STATUS_CLIENT_REQUEST_ENTITY_TOO_LARGE: rtc_result_t = -2_131_820_131;

/// `0x80EF019E`: SIP status 414.
pub const RTC_E_STATUS_CLIENT_REQUEST_URI_TOO_LARGE: rtc_result_t = -2_131_820_130;

/// `0x80EF019F`: SIP status 415.
pub const RTC_E_STATUS_CLIENT_UNSUPPORTED_MEDIA_TYPE: rtc_result_t = -2_131_820_129;

/// `0x80EF01A4`: SIP status 420.
pub const RTC_E_STATUS_CLIENT_BAD_EXTENSION: rtc_result_t = -2_131_820_124;

/// `0x80EF01E0`: SIP status 480.
pub const RTC_E_STATUS_CLIENT_TEMPORARILY_NOT_AVAILABLE: rtc_result_t = -2_131_820_064;

/// `0x80EF01E1`: SIP status 481.
pub const RTC_E_STATUS_CLIENT_TRANSACTION_DOES_NOT_EXIST: rtc_result_t = -2_131_820_063;

/// `0x80EF01E2`: SIP status 482.
pub const RTC_E_STATUS_CLIENT_LOOP_DETECTED: rtc_result_t = -2_131_820_062;

/// `0x80EF01E3`: SIP status 483.
pub const RTC_E_STATUS_CLIENT_TOO_MANY_HOPS: rtc_result_t = -2_131_820_061;

/// `0x80EF01E4`: SIP status 484.
pub const RTC_E_STATUS_CLIENT_ADDRESS_INCOMPLETE: rtc_result_t = -2_131_820_060;

/// `0x80EF01E5`: SIP status 485.
pub const RTC_E_STATUS_CLIENT_AMBIGUOUS: rtc_result_t = -2_131_820_059;

/// `0x80EF01E6`: SIP status 486.
pub const RTC_E_STATUS_CLIENT_BUSY_HERE: rtc_result_t = -2_131_820_058;

/// `0x80EF01E7`: SIP status 487.
pub const RTC_E_STATUS_REQUEST_TERMINATED: rtc_result_t = -2_131_820_057;

/// `0x80EF01E8`: SIP status 488.
pub const RTC_E_STATUS_NOT_ACCEPTABLE_HERE: rtc_result_t = -2_131_820_056;

/// `0x80EF01F4`: SIP status 500.
pub const RTC_E_STATUS_SERVER_INTERNAL_ERROR: rtc_result_t = -2_131_820_044;

/// `0x80EF01F5`: SIP status 501.
pub const RTC_E_STATUS_SERVER_NOT_IMPLEMENTED: rtc_result_t = -2_131_820_043;

/// `0x80EF01F6`: SIP status 502.
pub const RTC_E_STATUS_SERVER_BAD_GATEWAY: rtc_result_t = -2_131_820_042;

/// `0x80EF01F7`: SIP status 503.
pub const RTC_E_STATUS_SERVER_SERVICE_UNAVAILABLE: rtc_result_t = -2_131_820_041;

/// `0x80EF01F8`: SIP status 504.
pub const RTC_E_STATUS_SERVER_SERVER_TIMEOUT: rtc_result_t = -2_131_820_040;

/// `0x80EF01F9`: SIP status 505.
pub const RTC_E_STATUS_SERVER_VERSION_NOT_SUPPORTED: rtc_result_t = -2_131_820_039;

/// `0x80EF0258`: SIP status 600.
pub const RTC_E_STATUS_GLOBAL_BUSY_EVERYWHERE: rtc_result_t = -2_131_819_944;

/// `0x80EF025B`: SIP status 603.
pub const RTC_E_STATUS_GLOBAL_DECLINE: rtc_result_t = -2_131_819_941;

/// `0x80EF025C`: SIP status 604.
pub const RTC_E_STATUS_GLOBAL_DOES_NOT_EXIST_ANYWHERE: rtc_result_t = -2_131_819_940;

/// `0x80EF025E`: SIP status 606.
pub const RTC_E_STATUS_GLOBAL_NOT_ACCEPTABLE: rtc_result_t = -2_131_819_938;

/// `0x80F00005`: PINT status 5.
pub const RTC_E_PINT_STATUS_REJECTED_BUSY: rtc_result_t = -2_131_755_003;

/// `0x80F00006`: PINT status 6.
pub const RTC_E_PINT_STATUS_REJECTED_NO_ANSWER: rtc_result_t = -2_131_755_002;

/// `0x80F00007`: PINT status 7.
pub const RTC_E_PINT_STATUS_REJECTED_ALL_BUSY: rtc_result_t = -2_131_755_001;

/// `0x80F00008`: PINT status 8.
pub const RTC_E_PINT_STATUS_REJECTED_PL_FAILED: rtc_result_t = -2_131_755_000;

/// `0x80F00009`: PINT status 9.
pub const RTC_E_PINT_STATUS_REJECTED_SW_FAILED: rtc_result_t = -2_131_754_999;

/// `0x80F0000A`: PINT status 10.
pub const RTC_E_PINT_STATUS_REJECTED_CANCELLED: rtc_result_t = -2_131_754_998;

/// `0x80F0000B`: PINT status 11.
pub const RTC_E_PINT_STATUS_REJECTED_BADNUMBER: rtc_result_t = -2_131_754_997;

/// `0x80EE8000`: the client's core met its own bug and stopped; shutdown and release work.
pub const RTC_E_CLIENT_FAULTED: rtc_result_t = -2_131_853_312;

/// `0x80EE8001`: the client belongs to the parent process.
pub const RTC_E_FORKED: rtc_result_t = -2_131_853_311;

/// `0x80EE8002`: no SIP message caused this event.
pub const RTC_E_NO_SIP_MESSAGE: rtc_result_t = -2_131_853_310;

/// `0x80EE8003`: the peer does not support Replaces.
pub const RTC_E_REPLACES_NOT_SUPPORTED: rtc_result_t = -2_131_853_309;

/// `0x80EE8004`: the port mapping is not valid.
pub const RTC_E_MAPPING_INVALID: rtc_result_t = -2_131_853_308;

/// `0x80EE8005`: pull and sink mixed, or run_once on a threaded client or inside its own callback.
pub const RTC_E_WRONG_MODE: rtc_result_t = -2_131_853_307;

/// `0x80EE8006`: a documented limit was reached; the sentence names it.
pub const RTC_E_LIMIT: rtc_result_t = -2_131_853_306;

/// `0x80EE8007`: what this object hangs on is gone.
pub const RTC_E_ORPHANED: rtc_result_t = -2_131_853_305;

/// `0x80EE8008`: the header belongs to the stack or has a setter of its own.
pub const RTC_E_HEADER_RESERVED: rtc_result_t = -2_131_853_304;

/// `0x80EE8009`: the header lines are malformed.
pub const RTC_E_HEADER_MALFORMED: rtc_result_t = -2_131_853_303;

/// `0x80EE800A`: the request has been answered.
pub const RTC_E_ALREADY_ANSWERED: rtc_result_t = -2_131_853_302;

/// `0x80EE800B`: the time to answer has passed.
pub const RTC_E_DEADLINE_PASSED: rtc_result_t = -2_131_853_301;

/// `0x80EE800C`: a request of this kind is on its way.
pub const RTC_E_REQUEST_PENDING: rtc_result_t = -2_131_853_300;

/// `0x80EE800D`: the transaction's state does not allow this.
pub const RTC_E_INVALID_TRANSACTION_STATE: rtc_result_t = -2_131_853_299;

/// `0x80EE800E`: the dialog's state does not allow this.
pub const RTC_E_INVALID_DIALOG_STATE: rtc_result_t = -2_131_853_298;

/// `0x80EE800F`: the method has no place in this usage.
pub const RTC_E_INVALID_DIALOG_REQUEST: rtc_result_t = -2_131_853_297;

/// `0x80EE8010`: the peer refused the refresh.
pub const RTC_E_REFRESH_REJECTED: rtc_result_t = -2_131_853_296;

/// `0x80EE8011`: the ACK never came.
pub const RTC_E_NO_ACK: rtc_result_t = -2_131_853_295;

/// `0x80EE8012`: nothing could be sent there: the UDP send failed or came back unreachable, or the connection was lost before the answer.
pub const RTC_E_TRANSPORT: rtc_result_t = -2_131_853_294;

/// `0x80EE8013`: the outbound proxy does not respond.
pub const RTC_E_PROXY_NOT_RESPONDING: rtc_result_t = -2_131_853_293;

/// `0x80EE8014`: the registrar's response makes no sense.
pub const RTC_E_INVALID_REGISTRAR_RESPONSE: rtc_result_t = -2_131_853_292;

/// `0x80EE8015`: the URI's scheme has no meaning here.
pub const RTC_E_INVALID_URI_TYPE: rtc_result_t = -2_131_853_291;

/// `0x80EE8016`: the contact has no meaning here.
pub const RTC_E_INVALID_CONTACT: rtc_result_t = -2_131_853_290;

/// `0x80EE8017`: the peer's certificate is over, or not yet valid.
pub const RTC_E_TLS_CERTIFICATE_EXPIRED: rtc_result_t = -2_131_853_289;

/// `0x80EE8018`: the peer's certificate names another domain than the one asked for.
pub const RTC_E_TLS_WRONG_NAME: rtc_result_t = -2_131_853_288;

/// `0x80EE8019`: the peer's certificate leads to no authority that is trusted.
pub const RTC_E_TLS_UNKNOWN_AUTHORITY: rtc_result_t = -2_131_853_287;

/// `0x80EE801A`: the peer asks for a certificate of ours and got none, or one that it does not take.
pub const RTC_E_TLS_CLIENT_CERTIFICATE: rtc_result_t = -2_131_853_286;

/// `0x80EE801B`: the name has no record that leads to an address.
pub const RTC_E_NO_RECORDS: rtc_result_t = -2_131_853_285;
