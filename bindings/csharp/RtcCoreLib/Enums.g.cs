// Enumerations and flags, by their original names.
// Written by bindings/csharp/tools/rtccorelib.py; change that, not this.

namespace RTCCORELib
{
    public enum RTC_AUDIO_DEVICE
    {
        RTCAD_SPEAKER = 0,
        RTCAD_MICROPHONE = 1,
    }

    public enum RTC_VIDEO_DEVICE
    {
        RTCVD_RECEIVE = 0,
        RTCVD_PREVIEW = 1,
    }

    public enum RTC_EVENT
    {
        RTCE_CLIENT = 0,
        RTCE_REGISTRATION_STATE_CHANGE = 1,
        RTCE_SESSION_STATE_CHANGE = 2,
        RTCE_SESSION_OPERATION_COMPLETE = 3,
        RTCE_PARTICIPANT_STATE_CHANGE = 4,
        RTCE_MEDIA = 5,
        RTCE_INTENSITY = 6,
        RTCE_MESSAGING = 7,
        RTCE_BUDDY = 8,
        RTCE_WATCHER = 9,
        RTCE_PROFILE = 10,
        RTCE_USERSEARCH = 11,
        RTCE_INFO = 12,
        RTCE_GROUP = 13,
        RTCE_MEDIA_REQUEST = 14,
        RTCE_ROAMING = 15,
        RTCE_PRESENCE_PROPERTY = 16,
        RTCE_PRESENCE_DATA = 17,
        RTCE_PRESENCE_STATUS = 18,
        RTCE_SESSION_REFER_STATUS = 19,
        RTCE_SESSION_REFERRED = 20,
        RTCE_REINVITE = 21,
        RTCE_SUBSCRIPTION_STATE_CHANGE_EVENT = 22,
        RTCE_SUBSCRIPTION_NOTIFY_EVENT = 23,
        RTCE_PRACK = 24,
        RTCE_SESSION_CONSULTANT_REFERRED = 25,
        RTCE_SESSION_NOTIFICATION = 26,
        RTCE_UNSOLICITED_NOTIFY_EVENT = 27,
    }

    public enum RTC_LISTEN_MODE
    {
        RTCLM_NONE = 0,
        RTCLM_DYNAMIC = 1,
        RTCLM_BOTH = 2,
    }

    public enum RTC_CLIENT_EVENT_TYPE
    {
        RTCCET_VOLUME_CHANGE = 0,
        RTCCET_DEVICE_CHANGE = 1,
        RTCCET_NETWORK_QUALITY_CHANGE = 2,
        RTCCET_ASYNC_CLEANUP_DONE = 3,
    }

    public enum RTC_BUDDY_EVENT_TYPE
    {
        RTCBET_BUDDY_ADD = 0,
        RTCBET_BUDDY_REMOVE = 1,
        RTCBET_BUDDY_UPDATE = 2,
        RTCBET_BUDDY_STATE_CHANGE = 3,
        RTCBET_BUDDY_ROAMED = 4,
        RTCBET_BUDDY_SUBSCRIBED = 5,
    }

    public enum RTC_WATCHER_EVENT_TYPE
    {
        RTCWET_WATCHER_ADD = 0,
        RTCWET_WATCHER_REMOVE = 1,
        RTCWET_WATCHER_UPDATE = 2,
        RTCWET_WATCHER_OFFERING = 3,
        RTCWET_WATCHER_ROAMED = 4,
    }

    public enum RTC_GROUP_EVENT_TYPE
    {
        RTCGET_GROUP_ADD = 0,
        RTCGET_GROUP_REMOVE = 1,
        RTCGET_GROUP_UPDATE = 2,
        RTCGET_GROUP_BUDDY_ADD = 3,
        RTCGET_GROUP_BUDDY_REMOVE = 4,
        RTCGET_GROUP_ROAMED = 5,
    }

    public enum RTC_TERMINATE_REASON
    {
        RTCTR_NORMAL = 0,
        RTCTR_DND = 1,
        RTCTR_BUSY = 2,
        RTCTR_REJECT = 3,
        RTCTR_TIMEOUT = 4,
        RTCTR_SHUTDOWN = 5,
        RTCTR_INSUFFICIENT_SECURITY_LEVEL = 6,
        RTCTR_NOT_SUPPORTED = 7,
    }

    public enum RTC_REGISTRATION_STATE
    {
        RTCRS_NOT_REGISTERED = 0,
        RTCRS_REGISTERING = 1,
        RTCRS_REGISTERED = 2,
        RTCRS_REJECTED = 3,
        RTCRS_UNREGISTERING = 4,
        RTCRS_ERROR = 5,
        RTCRS_LOGGED_OFF = 6,
        RTCRS_LOCAL_PA_LOGGED_OFF = 7,
        RTCRS_REMOTE_PA_LOGGED_OFF = 8,
    }

    public enum RTC_SESSION_STATE
    {
        RTCSS_IDLE = 0,
        RTCSS_INCOMING = 1,
        RTCSS_ANSWERING = 2,
        RTCSS_INPROGRESS = 3,
        RTCSS_CONNECTED = 4,
        RTCSS_DISCONNECTED = 5,
        RTCSS_HOLD = 6,
        RTCSS_REFER = 7,
    }

    public enum RTC_PARTICIPANT_STATE
    {
        RTCPS_IDLE = 0,
        RTCPS_PENDING = 1,
        RTCPS_INCOMING = 2,
        RTCPS_ANSWERING = 3,
        RTCPS_INPROGRESS = 4,
        RTCPS_ALERTING = 5,
        RTCPS_CONNECTED = 6,
        RTCPS_DISCONNECTING = 7,
        RTCPS_DISCONNECTED = 8,
    }

    public enum RTC_WATCHER_STATE
    {
        RTCWS_UNKNOWN = 0,
        RTCWS_OFFERING = 1,
        RTCWS_ALLOWED = 2,
        RTCWS_BLOCKED = 3,
        RTCWS_DENIED = 4,
        RTCWS_PROMPT = 5,
    }

    public enum RTC_ACE_SCOPE
    {
        RTCAS_SCOPE_USER = 0,
        RTCAS_SCOPE_DOMAIN = 1,
        RTCAS_SCOPE_ALL = 2,
    }

    public enum RTC_OFFER_WATCHER_MODE
    {
        RTCOWM_OFFER_WATCHER_EVENT = 0,
        RTCOWM_AUTOMATICALLY_ADD_WATCHER = 1,
    }

    public enum RTC_WATCHER_MATCH_MODE
    {
        RTCWMM_EXACT_MATCH = 0,
        RTCWMM_BEST_ACE_MATCH = 1,
    }

    public enum RTC_PRIVACY_MODE
    {
        RTCPM_BLOCK_LIST_EXCLUDED = 0,
        RTCPM_ALLOW_LIST_ONLY = 1,
    }

    public enum RTC_SESSION_TYPE
    {
        RTCST_PC_TO_PC = 0,
        RTCST_PC_TO_PHONE = 1,
        RTCST_PHONE_TO_PHONE = 2,
        RTCST_IM = 3,
        RTCST_MULTIPARTY_IM = 4,
        RTCST_APPLICATION = 5,
    }

    public enum RTC_PRESENCE_STATUS
    {
        RTCXS_PRESENCE_OFFLINE = 0,
        RTCXS_PRESENCE_ONLINE = 1,
        RTCXS_PRESENCE_AWAY = 2,
        RTCXS_PRESENCE_IDLE = 3,
        RTCXS_PRESENCE_BUSY = 4,
        RTCXS_PRESENCE_BE_RIGHT_BACK = 5,
        RTCXS_PRESENCE_ON_THE_PHONE = 6,
        RTCXS_PRESENCE_OUT_TO_LUNCH = 7,
    }

    public enum RTC_BUDDY_SUBSCRIPTION_TYPE
    {
        RTCBT_SUBSCRIBED = 0,
        RTCBT_ALWAYS_OFFLINE = 1,
        RTCBT_ALWAYS_ONLINE = 2,
        RTCBT_POLL = 3,
    }

    public enum RTC_MEDIA_EVENT_TYPE
    {
        RTCMET_STOPPED = 0,
        RTCMET_STARTED = 1,
        RTCMET_FAILED = 2,
    }

    public enum RTC_MEDIA_EVENT_REASON
    {
        RTCMER_NORMAL = 0,
        RTCMER_HOLD = 1,
        RTCMER_TIMEOUT = 2,
        RTCMER_BAD_DEVICE = 3,
        RTCMER_NO_PORT = 4,
        RTCMER_PORT_MAPPING_FAILED = 5,
        RTCMER_REMOTE_REQUEST = 6,
    }

    public enum RTC_MESSAGING_EVENT_TYPE
    {
        RTCMSET_MESSAGE = 0,
        RTCMSET_STATUS = 1,
    }

    public enum RTC_MESSAGING_USER_STATUS
    {
        RTCMUS_IDLE = 0,
        RTCMUS_TYPING = 1,
    }

    public enum RTC_DTMF
    {
        RTC_DTMF_0 = 0,
        RTC_DTMF_1 = 1,
        RTC_DTMF_2 = 2,
        RTC_DTMF_3 = 3,
        RTC_DTMF_4 = 4,
        RTC_DTMF_5 = 5,
        RTC_DTMF_6 = 6,
        RTC_DTMF_7 = 7,
        RTC_DTMF_8 = 8,
        RTC_DTMF_9 = 9,
        RTC_DTMF_STAR = 10,
        RTC_DTMF_POUND = 11,
        RTC_DTMF_A = 12,
        RTC_DTMF_B = 13,
        RTC_DTMF_C = 14,
        RTC_DTMF_D = 15,
        RTC_DTMF_FLASH = 16,
    }

    public enum RTC_PROVIDER_URI
    {
        RTCPU_URIHOMEPAGE = 0,
        RTCPU_URIHELPDESK = 1,
        RTCPU_URIPERSONALACCOUNT = 2,
        RTCPU_URIDISPLAYDURINGCALL = 3,
        RTCPU_URIDISPLAYDURINGIDLE = 4,
    }

    public enum RTC_RING_TYPE
    {
        RTCRT_PHONE = 0,
        RTCRT_MESSAGE = 1,
        RTCRT_RINGBACK = 2,
    }

    public enum RTC_T120_APPLET
    {
        RTCTA_WHITEBOARD = 0,
        RTCTA_APPSHARING = 1,
    }

    public enum RTC_PORT_TYPE
    {
        RTCPT_AUDIO_RTP = 0,
        RTCPT_AUDIO_RTCP = 1,
        RTCPT_VIDEO_RTP = 2,
        RTCPT_VIDEO_RTCP = 3,
        RTCPT_SIP = 4,
    }

    public enum RTC_USER_SEARCH_COLUMN
    {
        RTCUSC_URI = 0,
        RTCUSC_DISPLAYNAME = 1,
        RTCUSC_TITLE = 2,
        RTCUSC_OFFICE = 3,
        RTCUSC_PHONE = 4,
        RTCUSC_COMPANY = 5,
        RTCUSC_CITY = 6,
        RTCUSC_STATE = 7,
        RTCUSC_COUNTRY = 8,
        RTCUSC_EMAIL = 9,
    }

    public enum RTC_USER_SEARCH_PREFERENCE
    {
        RTCUSP_MAX_MATCHES = 0,
        RTCUSP_TIME_LIMIT = 1,
    }

    public enum RTC_ROAMING_EVENT_TYPE
    {
        RTCRET_BUDDY_ROAMING = 0,
        RTCRET_WATCHER_ROAMING = 1,
        RTCRET_PRESENCE_ROAMING = 2,
        RTCRET_PROFILE_ROAMING = 3,
        RTCRET_WPENDING_ROAMING = 4,
    }

    public enum RTC_PROFILE_EVENT_TYPE
    {
        RTCPFET_PROFILE_GET = 0,
        RTCPFET_PROFILE_UPDATE = 1,
    }

    public enum RTC_ANSWER_MODE
    {
        RTCAM_OFFER_SESSION_EVENT = 0,
        RTCAM_AUTOMATICALLY_ACCEPT = 1,
        RTCAM_AUTOMATICALLY_REJECT = 2,
        RTCAM_NOT_SUPPORTED = 3,
    }

    public enum RTC_SESSION_REFER_STATUS
    {
        RTCSRS_REFERRING = 0,
        RTCSRS_ACCEPTED = 1,
        RTCSRS_ERROR = 2,
        RTCSRS_REJECTED = 3,
        RTCSRS_DROPPED = 4,
        RTCSRS_DONE = 5,
    }

    public enum RTC_PRESENCE_PROPERTY
    {
        RTCPP_PHONENUMBER = 0,
        RTCPP_DISPLAYNAME = 1,
        RTCPP_EMAIL = 2,
        RTCPP_DEVICE_NAME = 3,
        RTCPP_MULTIPLE = 4,
    }

    public enum RTC_SECURITY_TYPE
    {
        RTCSECT_AUDIO_VIDEO_MEDIA_ENCRYPTION = 0,
        RTCSECT_T120_MEDIA_ENCRYPTION = 1,
    }

    public enum RTC_SECURITY_LEVEL
    {
        RTCSECL_UNSUPPORTED = 1,
        RTCSECL_SUPPORTED = 2,
        RTCSECL_REQUIRED = 3,
    }

    public enum RTC_REINVITE_STATE
    {
        RTCRIN_INCOMING = 0,
        RTCRIN_SUCCEEDED = 1,
        RTCRIN_FAIL = 2,
    }

    public enum RTC_SUBSCRIPTION_STATE
    {
        RTCSUBC_NOT_SUBSCRIBED = 0,
        RTCSUBC_SUBSCRIBING = 1,
        RTCSUBC_SUBSCRIBED = 2,
        RTCSUBC_LOGGED_OFF = 3,
        RTCSUBC_ERROR = 4,
        RTCSUBC_UNSUBSCRIBING = 5,
    }

    /// <summary>The flags, which a type-library import leaves out.</summary>
    public static class RTCConst
    {
        public const int RTCCS_FORCE_PROFILE = 0x1;
        public const int RTCCS_FAIL_ON_REDIRECT = 0x2;
        public const int RTCMT_AUDIO_SEND = 0x1;
        public const int RTCMT_AUDIO_RECEIVE = 0x2;
        public const int RTCMT_VIDEO_SEND = 0x4;
        public const int RTCMT_VIDEO_RECEIVE = 0x8;
        public const int RTCMT_T120_SENDRECV = 0x10;
        public const int RTCMT_ALL_RTP = 0xF;
        public const int RTCMT_ALL = 0x1F;
        public const int RTCSI_PC_TO_PC = 0x1;
        public const int RTCSI_PC_TO_PHONE = 0x2;
        public const int RTCSI_PHONE_TO_PHONE = 0x4;
        public const int RTCSI_IM = 0x8;
        public const int RTCSI_MULTIPARTY_IM = 0x10;
        public const int RTCSI_APPLICATION = 0x20;
        public const int RTCTR_UDP = 0x1;
        public const int RTCTR_TCP = 0x2;
        public const int RTCTR_TLS = 0x4;
        public const int RTCAU_BASIC = 0x1;
        public const int RTCAU_DIGEST = 0x2;
        public const int RTCAU_NTLM = 0x4;
        public const int RTCAU_KERBEROS = 0x8;
        public const int RTCAU_USE_LOGON_CRED = 0x10000;
        public const int RTCRF_REGISTER_INVITE_SESSIONS = 0x1;
        public const int RTCRF_REGISTER_MESSAGE_SESSIONS = 0x2;
        public const int RTCRF_REGISTER_PRESENCE = 0x4;
        public const int RTCRF_REGISTER_NOTIFY = 0x8;
        public const int RTCRF_REGISTER_ALL = 0xF;
        public const int RTCRMF_BUDDY_ROAMING = 0x1;
        public const int RTCRMF_WATCHER_ROAMING = 0x2;
        public const int RTCRMF_PRESENCE_ROAMING = 0x4;
        public const int RTCRMF_PROFILE_ROAMING = 0x8;
        public const int RTCRMF_ALL_ROAMING = 0xF;
        public const int RTCEF_CLIENT = 0x1;
        public const int RTCEF_REGISTRATION_STATE_CHANGE = 0x2;
        public const int RTCEF_SESSION_STATE_CHANGE = 0x4;
        public const int RTCEF_SESSION_OPERATION_COMPLETE = 0x8;
        public const int RTCEF_PARTICIPANT_STATE_CHANGE = 0x10;
        public const int RTCEF_MEDIA = 0x20;
        public const int RTCEF_INTENSITY = 0x40;
        public const int RTCEF_MESSAGING = 0x80;
        public const int RTCEF_BUDDY = 0x100;
        public const int RTCEF_WATCHER = 0x200;
        public const int RTCEF_PROFILE = 0x400;
        public const int RTCEF_USERSEARCH = 0x800;
        public const int RTCEF_INFO = 0x1000;
        public const int RTCEF_GROUP = 0x2000;
        public const int RTCEF_MEDIA_REQUEST = 0x4000;
        public const int RTCEF_ROAMING = 0x10000;
        public const int RTCEF_PRESENCE_PROPERTY = 0x20000;
        public const int RTCEF_BUDDY2 = 0x40000;
        public const int RTCEF_WATCHER2 = 0x80000;
        public const int RTCEF_SESSION_REFER_STATUS = 0x100000;
        public const int RTCEF_SESSION_REFERRED = 0x200000;
        public const int RTCEF_REINVITE = 0x400000;
        public const int RTCEF_PRESENCE_DATA = 0x800000;
        public const int RTCEF_PRESENCE_STATUS = 0x1000000;
        public const int RTCEF_ALL = 0x1FFFFFF;
        public const int RTCIF_DISABLE_MEDIA = 0x1;
        public const int RTCIF_DISABLE_UPNP = 0x2;
        public const int RTCIF_ENABLE_SERVER_CLASS = 0x4;
        public const int RTCIF_DISABLE_STRICT_DNS = 0x8;
        public const int RTCSP_PRIVACY_NONE = 0x0;
        public const int RTCSP_PRIVACY_LOCAL = 0x1;
        public const int RTCSP_PRIVACY_PROXY_HEADER = 0x2;
        public const int RTCSP_PRIVACY_PROXY_SESSION = 0x4;
        public const int RTCSP_PRIVACY_PROXY_ID = 0x8;
        public const int RTCSP_PRIVACY_ALL = 0xF;
        public const int RTCEF_INVITE = 0x2000000;
        public const int RTCEF_SUBSCRIPTION = 0x10000000;
        public const int RTCEF_SESSION_NOTIFICATION = 0x20000000;
        public const int RTCEF_CONSULTANT_REFERRED = 0x40000000;
        public const int RTCEF_ALL_CE = 0x73FFFFFF;
        public const int RTCIF_DISABLE_UNAUTH_WATCHERS_AND_ROAMING = 0x10;
        public const int RTCIF_DISABLE_UNAUTH_SESSIONS = 0x20;
    }
}
