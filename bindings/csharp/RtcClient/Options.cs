// What is given when something is made or sent. Everything left alone has the library's default.

using System;
using System.Text;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>What rides on the one message that a verb sends.</summary>
    public sealed class SendOptions
    {
        public SendFlags Flags { get; set; }
        /// <summary>Comes back with the event that ends the operation; 0 for none.</summary>
        public long Cookie { get; set; }
        /// <summary>"Name: value" lines for this message only.</summary>
        public string Headers { get; set; }
        public string ContentType { get; set; }
        public byte[] Body { get; set; }
        /// <summary>Reason phrase of a response; Reason header of BYE and CANCEL.</summary>
        public string Reason { get; set; }
        public int ExpiresSeconds { get; set; }
        public MediaTypes Media { get; set; }

        /// <summary>The body as UTF-8 text.</summary>
        public string BodyText
        {
            get { return Utf8.Text(Body); }
            set { Body = Utf8.Bytes(value); }
        }

        /// <summary>Just a body.</summary>
        public static SendOptions Content(string type, string body)
        {
            SendOptions options = new SendOptions();
            options.ContentType = type;
            options.BodyText = body;
            return options;
        }

        internal static rtc_send_t ToNative(SendOptions options, Arena arena, long cookie = 0)
        {
            rtc_send_t native = new rtc_send_t();
            native.size = SizeOf<rtc_send_t>.Value;
            native.cookie = cookie;
            if (options == null)
                return native;
            native.flags = (uint)options.Flags;
            if (options.Cookie != 0)
                native.cookie = options.Cookie;
            native.headers = arena.Str(options.Headers);
            native.content_type = arena.Str(options.ContentType);
            native.body = arena.Str(options.Body);
            native.reason = arena.Str(options.Reason);
            native.expires_secs = options.ExpiresSeconds;
            native.media = (uint)options.Media;
            return native;
        }
    }

    /// <summary>Certificates, as PEM text.</summary>
    public sealed class TlsOptions
    {
        public TlsFlags Flags { get; set; }
        public string CaPem { get; set; }
        public string CertificatePem { get; set; }
        public string KeyPem { get; set; }

        internal static IntPtr ToNative(TlsOptions options, Arena arena)
        {
            if (options == null)
                return IntPtr.Zero;
            rtc_tls_options_t native = new rtc_tls_options_t();
            native.size = SizeOf<rtc_tls_options_t>.Value;
            native.flags = (uint)options.Flags;
            native.ca_pem = arena.Str(options.CaPem);
            native.certificate_pem = arena.Str(options.CertificatePem);
            native.key_pem = arena.Str(options.KeyPem);
            return arena.Struct(native);
        }
    }

    /// <summary>How names are looked up.</summary>
    public sealed class DnsOptions
    {
        /// <summary>"192.0.2.53:53, …"; none: the system's.</summary>
        public string Servers { get; set; }
        /// <summary>Zone-file lines that are answered before any server is asked.</summary>
        public string Records { get; set; }
        public int TimeoutMs { get; set; }
        public int Attempts { get; set; }
        public int PenaltySeconds { get; set; }
    }

    /// <summary>RFC 3261's timers and the keep-alives; 0 for the default.</summary>
    public sealed class TimerOptions
    {
        public int T1Ms { get; set; }
        public int T2Ms { get; set; }
        public int T4Ms { get; set; }
        public int KeepAliveSeconds { get; set; }
        public int TcpIdleSeconds { get; set; }
        public int OutboundBaseSeconds { get; set; }
        /// <summary>How long an incoming call may ring; 0: 300.</summary>
        public int RingSeconds { get; set; }
        /// <summary>How long an outgoing call may go unanswered; 0: as long as the peer likes.</summary>
        public int NoAnswerSeconds { get; set; }
    }

    /// <summary>What a peer may grow; 0 for the default.</summary>
    public sealed class LimitOptions
    {
        public uint MessageBytes { get; set; }
        public uint Headers { get; set; }
        public uint HeaderBytes { get; set; }
        public uint BodyParts { get; set; }
        public uint Transactions { get; set; }
        public uint Dialogs { get; set; }
        public uint Sessions { get; set; }
        public uint Subscriptions { get; set; }
        public uint Connections { get; set; }
        public uint QueuedEvents { get; set; }
        public uint Redirects { get; set; }
        public uint Forks { get; set; }
        public uint XmlDepth { get; set; }
        public uint HeldMessages { get; set; }
        /// <summary>Calls at once above which an incoming one gets 486.</summary>
        public uint Calls { get; set; }
    }

    /// <summary>How a client is set up.</summary>
    public sealed class ClientOptions
    {
        public ClientFlags Flags { get; set; }
        public string UserAgent { get; set; }
        public int SipPortMin { get; set; }
        public int SipPortMax { get; set; }
        public int RtpPortMin { get; set; }
        public int RtpPortMax { get; set; }
        /// <summary>How long an event may wait for its answer; 0: 400 ms.</summary>
        public int ClaimMs { get; set; }
        public int CredentialsMs { get; set; }
        /// <summary>How long peers have to say good-bye; 0: 5 s.</summary>
        public int ShutdownMs { get; set; }
        public TlsOptions Tls { get; set; }
        public DnsOptions Dns { get; set; }
        public TimerOptions Timers { get; set; }
        public LimitOptions Limits { get; set; }
        /// <summary>Defaults of new sessions, incoming ones too.</summary>
        public SessionOptions SessionDefaults { get; set; }
        /// <summary>Which events are asked for; none: the library's default.</summary>
        public EventFilter? EventFilter { get; set; }
        /// <summary>Where the .NET events are raised; none: on the event thread.</summary>
        public System.Threading.SynchronizationContext SynchronizationContext { get; set; }

        internal static rtc_client_options_t ToNative(ClientOptions options, Arena arena)
        {
            rtc_client_options_t native = new rtc_client_options_t();
            native.size = SizeOf<rtc_client_options_t>.Value;
            if (options == null)
                return native;
            native.flags = (uint)options.Flags;
            native.user_agent = arena.Str(options.UserAgent);
            native.sip_port_min = Port(options.SipPortMin);
            native.sip_port_max = Port(options.SipPortMax);
            native.rtp_port_min = Port(options.RtpPortMin);
            native.rtp_port_max = Port(options.RtpPortMax);
            native.claim_ms = options.ClaimMs;
            native.credentials_ms = options.CredentialsMs;
            native.shutdown_ms = options.ShutdownMs;
            native.tls = TlsOptions.ToNative(options.Tls, arena);
            if (options.Dns != null)
            {
                rtc_dns_options_t dns = new rtc_dns_options_t();
                dns.size = SizeOf<rtc_dns_options_t>.Value;
                dns.servers = arena.Str(options.Dns.Servers);
                dns.records = arena.Str(options.Dns.Records);
                dns.timeout_ms = options.Dns.TimeoutMs;
                dns.attempts = options.Dns.Attempts;
                dns.penalty_secs = options.Dns.PenaltySeconds;
                native.dns = arena.Struct(dns);
            }
            if (options.Timers != null)
            {
                rtc_timers_t timers = new rtc_timers_t();
                timers.size = SizeOf<rtc_timers_t>.Value;
                timers.t1_ms = options.Timers.T1Ms;
                timers.t2_ms = options.Timers.T2Ms;
                timers.t4_ms = options.Timers.T4Ms;
                timers.keepalive_secs = options.Timers.KeepAliveSeconds;
                timers.tcp_idle_secs = options.Timers.TcpIdleSeconds;
                timers.outbound_base_secs = options.Timers.OutboundBaseSeconds;
                timers.ring_secs = options.Timers.RingSeconds;
                timers.no_answer_secs = options.Timers.NoAnswerSeconds;
                native.timers = arena.Struct(timers);
            }
            if (options.Limits != null)
                native.limits = arena.Struct(NativeLimits(options.Limits));
            if (options.SessionDefaults != null)
                native.session_defaults = arena.Struct(SessionOptions.ToNative(options.SessionDefaults, arena));
            return native;
        }

        private static rtc_limits_t NativeLimits(LimitOptions limits)
        {
            rtc_limits_t native = new rtc_limits_t();
            native.size = SizeOf<rtc_limits_t>.Value;
            native.message_bytes = limits.MessageBytes;
            native.headers = limits.Headers;
            native.header_bytes = limits.HeaderBytes;
            native.body_parts = limits.BodyParts;
            native.transactions = limits.Transactions;
            native.dialogs = limits.Dialogs;
            native.sessions = limits.Sessions;
            native.subscriptions = limits.Subscriptions;
            native.connections = limits.Connections;
            native.queued_events = limits.QueuedEvents;
            native.redirects = limits.Redirects;
            native.forks = limits.Forks;
            native.xml_depth = limits.XmlDepth;
            native.held_messages = limits.HeldMessages;
            native.calls = limits.Calls;
            return native;
        }

        internal static ushort Port(int port)
        {
            if (port < 0 || port > 65535)
                throw new ArgumentOutOfRangeException("port", "A port is a number from 0 to 65535, not " + port + ".");
            return (ushort)port;
        }
    }

    /// <summary>An account.</summary>
    public sealed class ProfileOptions
    {
        public ProfileFlags Flags { get; set; }
        /// <summary>The address of record.</summary>
        public string Uri { get; set; }
        public string DisplayName { get; set; }
        /// <summary>None: the domain of the URI.</summary>
        public string Registrar { get; set; }
        /// <summary>A preloaded route, a comma list.</summary>
        public string Proxy { get; set; }
        public string User { get; set; }
        public string Password { get; set; }
        public string Realm { get; set; }
        public string ContactParameters { get; set; }
        public string InstanceId { get; set; }
        public Transports Transports { get; set; }
        public AuthenticationMethods AllowedAuthentication { get; set; }
        public int ExpiresSeconds { get; set; }
        public SessionTypes SessionTypes { get; set; }

        internal rtc_profile_options_t ToNative(Arena arena)
        {
            rtc_profile_options_t native = new rtc_profile_options_t();
            native.size = SizeOf<rtc_profile_options_t>.Value;
            native.flags = (uint)Flags;
            native.uri = arena.Str(Uri);
            native.display_name = arena.Str(DisplayName);
            native.registrar = arena.Str(Registrar);
            native.proxy = arena.Str(Proxy);
            native.user = arena.Str(User);
            native.password = arena.Str(Password);
            native.realm = arena.Str(Realm);
            native.contact_params = arena.Str(ContactParameters);
            native.instance_id = arena.Str(InstanceId);
            native.transports = (uint)Transports;
            native.allowed_auth = (uint)AllowedAuthentication;
            native.expires_secs = ExpiresSeconds;
            native.session_types = (uint)SessionTypes;
            return native;
        }
    }

    /// <summary>Who we are to a realm.</summary>
    public sealed class Credentials
    {
        public CredentialsFlags Flags { get; set; }
        /// <summary>None: any realm.</summary>
        public string Realm { get; set; }
        /// <summary>None: forget.</summary>
        public string User { get; set; }
        public string Secret { get; set; }

        internal rtc_credentials_t ToNative(Arena arena)
        {
            rtc_credentials_t native = new rtc_credentials_t();
            native.size = SizeOf<rtc_credentials_t>.Value;
            native.flags = (uint)Flags;
            native.realm = arena.Str(Realm);
            native.user = arena.Str(User);
            native.secret = arena.Str(Secret);
            return native;
        }
    }

    /// <summary>How a session is set up.</summary>
    public sealed class SessionOptions
    {
        public SessionFlags Flags { get; set; }
        /// <summary>None: chosen by the URI among the enabled ones.</summary>
        public Profile Profile { get; set; }
        public string LocalPhoneUri { get; set; }
        /// <summary>With a description the media is the application's own.</summary>
        public string ContentType { get; set; }
        public string Description { get; set; }
        public MediaTypes Media { get; set; }
        /// <summary>Reliable provisional responses: 0 supported, 1 required, 2 off.</summary>
        public int Reliable { get; set; }
        public int SessionExpiresSeconds { get; set; }
        public int MinSeSeconds { get; set; }
        /// <summary>What the library shall not do by itself.</summary>
        public Automation Manual { get; set; }
        /// <summary>The accepted SessionReferred event that this call is made for; kept until the session is created.</summary>
        public RtcEventArgs Referral { get; set; }

        internal static rtc_session_options_t ToNative(SessionOptions options, Arena arena)
        {
            rtc_session_options_t native = new rtc_session_options_t();
            native.size = SizeOf<rtc_session_options_t>.Value;
            if (options == null)
                return native;
            native.flags = (uint)options.Flags;
            native.profile = arena.Handle(options.Profile == null ? null : options.Profile.Any);
            native.local_phone_uri = arena.Str(options.LocalPhoneUri);
            native.content_type = arena.Str(options.ContentType);
            native.description = arena.Str(options.Description);
            native.media = (uint)options.Media;
            native.reliable = options.Reliable;
            native.session_expires_secs = options.SessionExpiresSeconds;
            native.min_se_secs = options.MinSeSeconds;
            native.manual = (uint)options.Manual;
            native.referral = arena.Handle(options.Referral == null ? null : options.Referral.HeldForReferral());
            return native;
        }
    }

    /// <summary>What is subscribed to.</summary>
    public sealed class SubscriptionOptions
    {
        public SubscriptionFlags Flags { get; set; }
        public Profile Profile { get; set; }
        /// <summary>None: the profile's own.</summary>
        public string Uri { get; set; }
        /// <summary>The package, with its parameters.</summary>
        public string Event { get; set; }
        /// <summary>Body types, a comma list.</summary>
        public string Accept { get; set; }
        public int ExpiresSeconds { get; set; }

        internal rtc_subscription_options_t ToNative(Arena arena)
        {
            rtc_subscription_options_t native = new rtc_subscription_options_t();
            native.size = SizeOf<rtc_subscription_options_t>.Value;
            native.flags = (uint)Flags;
            native.profile = arena.Handle(Profile == null ? null : Profile.Any);
            native.uri = arena.Str(Uri);
            native.@event = arena.Str(Event);
            native.accept = arena.Str(Accept);
            native.expires_secs = ExpiresSeconds;
            return native;
        }
    }

    /// <summary>An address to listen on.</summary>
    public sealed class ConnectionOptions
    {
        /// <summary>None: any.</summary>
        public string Address { get; set; }
        public string InterfaceName { get; set; }
        public Transports Transports { get; set; }
        public int Port { get; set; }
        public int Dscp { get; set; }
        public int KeepAliveSeconds { get; set; }
        public int ReceiveBufferBytes { get; set; }
        public string PublicAddress { get; set; }

        internal rtc_connection_options_t ToNative(Arena arena)
        {
            rtc_connection_options_t native = new rtc_connection_options_t();
            native.size = SizeOf<rtc_connection_options_t>.Value;
            native.address = arena.Str(Address);
            native.interface_name = arena.Str(InterfaceName);
            native.transports = (uint)Transports;
            native.port = ClientOptions.Port(Port);
            native.dscp = Dscp;
            native.keepalive_secs = KeepAliveSeconds;
            native.receive_buffer_bytes = ReceiveBufferBytes;
            native.public_address = arena.Str(PublicAddress);
            return native;
        }
    }

    /// <summary>Counters and live objects of a client.</summary>
    public sealed class Statistics
    {
        internal Statistics(rtc_statistics_t native)
        {
            RequestsIn = native.requests_in;
            RequestsOut = native.requests_out;
            ResponsesIn = native.responses_in;
            ResponsesOut = native.responses_out;
            RetransmissionsIn = native.retransmissions_in;
            RetransmissionsOut = native.retransmissions_out;
            MalformedIn = native.malformed_in;
            RefusedByLimit = native.refused_by_limit;
            EventsQueued = native.events_queued;
            EventsDropped = native.events_dropped;
            Transactions = native.transactions;
            Dialogs = native.dialogs;
            Sessions = native.sessions;
            Subscriptions = native.subscriptions;
            Registrations = native.registrations;
            Connections = native.connections;
            Handles = native.handles;
            QueueLength = native.queue_length;
        }

        public ulong RequestsIn { get; private set; }
        public ulong RequestsOut { get; private set; }
        public ulong ResponsesIn { get; private set; }
        public ulong ResponsesOut { get; private set; }
        public ulong RetransmissionsIn { get; private set; }
        public ulong RetransmissionsOut { get; private set; }
        public ulong MalformedIn { get; private set; }
        public ulong RefusedByLimit { get; private set; }
        public ulong EventsQueued { get; private set; }
        public ulong EventsDropped { get; private set; }
        public ulong Transactions { get; private set; }
        public ulong Dialogs { get; private set; }
        public ulong Sessions { get; private set; }
        public ulong Subscriptions { get; private set; }
        public ulong Registrations { get; private set; }
        public ulong Connections { get; private set; }
        public ulong Handles { get; private set; }
        public ulong QueueLength { get; private set; }
    }
}
