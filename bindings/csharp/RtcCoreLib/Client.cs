// RTCClientClass: what `new RTCClient()` makes. Life cycle, settings, and what hangs on it.

using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using RtcClient;

namespace RTCCORELib
{
    public delegate void IRTCEventNotification_EventEventHandler(RTC_EVENT RTCEvent, object pEvent);

    public delegate void IRTCDispatchEventNotification_EventEventHandler(RTC_EVENT RTCEvent, object pEvent);

    public interface IRTCEventNotification_Event
    {
        event IRTCEventNotification_EventEventHandler Event;
    }

    public interface IRTCDispatchEventNotification_Event
    {
        event IRTCDispatchEventNotification_EventEventHandler Event;
    }

    /// <summary>The class by its short name: `new RTCClient()`.</summary>
    [ComImport]
    [Guid("07829e45-9a34-408e-a011-bddf13487cd1")]
    [CoClass(typeof(RTCClientClass))]
    public interface RTCClient : IRTCClient, IRTCDispatchEventNotification_Event
    {
    }

    /// <summary>A SIP user agent behind the original's interfaces. Events are raised where the client was initialized
    /// if that thread has a SynchronizationContext (a window's), else on a thread of the library's, one at a time.
    /// Nothing is raised before EventFilter is set.</summary>
    public class RTCClientClass : ClientBase, RTCClient, IRTCEventNotification_Event
    {
        private readonly object _gate = new object();
        private Client _client;
        private bool _shut;
        private int _filter;
        private string _name;
        private string _version;

        /// <summary>For handlers with the dispatch interface's delegate.</summary>
        public event IRTCDispatchEventNotification_EventEventHandler Event;

        public event IRTCEventNotification_EventEventHandler IRTCEventNotification_Event_Event;

        event IRTCEventNotification_EventEventHandler IRTCEventNotification_Event.Event
        {
            add { IRTCEventNotification_Event_Event += value; }
            remove { IRTCEventNotification_Event_Event -= value; }
        }

        private Client Live
        {
            get
            {
                lock (_gate)
                {
                    if (_shut)
                        throw new COMException("The client has been shut down.", RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN);
                    if (_client == null)
                        throw new COMException("Initialize comes first.", RtcResult.RTC_E_CLIENT_NOT_INITIALIZED);
                    return _client;
                }
            }
        }

        // ------------------------------------------------------------ life cycle

        public override void Initialize()
        {
            InitializeEx(0);
        }

        public override void InitializeEx(int lFlags)
        {
            lock (_gate)
            {
                if (_shut)
                    throw new COMException("The client has been shut down.", RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN);
                if (_client != null)
                    throw new COMException("The client has been initialized.", RtcResult.RTC_E_CLIENT_ALREADY_INITIALIZED);
                ClientOptions options = new ClientOptions();
                options.Flags = (ClientFlags)lFlags;
                options.UserAgent = string.IsNullOrEmpty(_name) ? null : string.IsNullOrEmpty(_version) ? _name : _name + "/" + _version;
                options.SynchronizationContext = SynchronizationContext.Current;
                options.EventFilter = Mask(_filter);
                Client client = Com.Get(() => new Client(ListenMode.None, options));
                client.EventReceived += Deliver;
                _client = client;
            }
        }

        public override void PrepareForShutdown()
        {
            Com.Do(Live.PrepareForShutdown);
        }

        public override void Shutdown()
        {
            Client client = Live;
            lock (_gate)
                _shut = true;
            Com.Do(client.Shutdown);
        }

        // ------------------------------------------------------------ events

        public override int EventFilter
        {
            get { return _filter; }
            set
            {
                lock (_gate)
                {
                    if (_client != null)
                        Com.Do(() => _client.EventFilter = Mask(value));
                    _filter = value;
                }
            }
        }

        /// <summary>The bits of the original are the low ones of the library's; the CE edition's stand elsewhere there.</summary>
        private static EventFilter Mask(int filter)
        {
            ulong mask = (ulong)(filter & RTCConst.RTCEF_ALL);
            if ((filter & RTCConst.RTCEF_SUBSCRIPTION) != 0)
                mask |= (ulong)RtcClient.EventFilter.Subscription;
            if ((filter & RTCConst.RTCEF_SESSION_NOTIFICATION) != 0)
                mask |= (ulong)RtcClient.EventFilter.Notification;
            if ((filter & RTCConst.RTCEF_INVITE) != 0)
                mask |= (ulong)RtcClient.EventFilter.Prack;
            if ((filter & RTCConst.RTCEF_CONSULTANT_REFERRED) != 0)
                mask |= (ulong)RtcClient.EventFilter.Consultant;
            return (EventFilter)mask;
        }

        private void Deliver(object sender, RtcEventArgs args)
        {
            // The library tells of the client itself in any case; who did not ask does not hear it.
            if (args.Type == EventType.Client && (_filter & RTCConst.RTCEF_CLIENT) == 0)
                return;
            IRTCDispatchEventNotification_EventEventHandler first = Event;
            IRTCEventNotification_EventEventHandler second = IRTCEventNotification_Event_Event;
            if (first == null && second == null)
                return;
            EventRoot made = EventRoot.Make(this, args);
            if (made == null)
                return;
            try
            {
                if (first != null)
                    first((RTC_EVENT)(int)args.Type, made);
            }
            finally
            {
                if (second != null)
                    second((RTC_EVENT)(int)args.Type, made);
            }
        }

        // ------------------------------------------------------------ settings

        public override RTC_LISTEN_MODE ListenForIncomingSessions
        {
            get { return Com.Get(() => (RTC_LISTEN_MODE)(int)Live.ListenMode); }
            set { Com.Do(() => Live.Listen((ListenMode)(int)value)); }
        }

        /// <summary>"192.0.2.1:5060" for each address of the transport; outside addresses are not known.</summary>
        public override object get_NetworkAddresses(bool fTCP, bool fExternal)
        {
            if (fExternal)
                return new string[0];
            string transport = fTCP ? "tcp:" : "udp:";
            return Com.Get(() => Live.NetworkAddresses.Where(a => a.StartsWith(transport)).Select(a => a.Substring(4)).ToArray());
        }

        public override string LocalUserURI
        {
            get { return Com.Get(() => Live.LocalUserUri); }
            set { Com.Do(() => Live.LocalUserUri = value); }
        }

        public override string LocalUserName
        {
            get { return Com.Get(() => Live.LocalUserName); }
            set { Com.Do(() => Live.LocalUserName = value); }
        }

        public override RTC_ANSWER_MODE get_AnswerMode(RTC_SESSION_TYPE enType)
        {
            return Com.Get(() => (RTC_ANSWER_MODE)(int)Live.GetAnswerMode((SessionType)(int)enType));
        }

        public override void set_AnswerMode(RTC_SESSION_TYPE enType, RTC_ANSWER_MODE enMode)
        {
            Com.Do(() => Live.SetAnswerMode((SessionType)(int)enType, (AnswerMode)(int)enMode));
        }

        public override RTC_LISTEN_MODE get_AllowedPorts(int lTransport)
        {
            return Com.Get(() => (RTC_LISTEN_MODE)(int)Live.GetAllowedPorts((Transports)lTransport));
        }

        public override void set_AllowedPorts(int lTransport, RTC_LISTEN_MODE enListenMode)
        {
            Com.Do(() => Live.SetAllowedPorts((Transports)lTransport, (ListenMode)(int)enListenMode));
        }

        /// <summary>There is nothing to tune.</summary>
        public override bool IsTuned
        {
            get { return true; }
        }

        /// <summary>Major version in the high word, minor in the low one.</summary>
        public override int Version
        {
            get
            {
                string[] parts = Library.Version.Split('.');
                return int.Parse(parts[0]) * 0x10000 + int.Parse(parts[1]);
            }
        }

        /// <summary>With the version the User-Agent, which Initialize fixes.</summary>
        public override string ClientName
        {
            set { _name = value; }
        }

        public override string ClientCurVer
        {
            set { _version = value; }
        }

        // ------------------------------------------------------------ sessions

        public override IRTCSession CreateSession(RTC_SESSION_TYPE enType, string bstrLocalPhoneURI, IRTCProfile pProfile, int lFlags)
        {
            SessionOptions options = Options(pProfile, lFlags);
            options.LocalPhoneUri = string.IsNullOrEmpty(bstrLocalPhoneURI) ? null : bstrLocalPhoneURI;
            return Com.Get(() => Of(Live.CreateSession((SessionType)(int)enType, options)));
        }

        public override IRTCSession2 CreateSessionWithDescription(string bstrContentType, string bstrSessionDescription, IRTCProfile pProfile, int lFlags)
        {
            SessionOptions options = Options(pProfile, lFlags);
            options.ContentType = Com.Given(bstrContentType);
            options.Description = Com.Given(bstrSessionDescription);
            return Com.Get(() => Of(Live.CreateSession(SessionType.Application, options)));
        }

        private static SessionOptions Options(IRTCProfile profile, int flags)
        {
            SessionOptions options = new SessionOptions();
            options.Profile = Com.Behind<Profile>(profile);
            options.Flags = (SessionFlags)flags;
            return options;
        }

        // ------------------------------------------------------------ profiles

        public override IRTCProfile CreateProfile(string bstrProfileXML)
        {
            return Com.Get(() => Of(Live.CreateProfileFromXml(Com.Given(bstrProfileXML))));
        }

        public override void EnableProfile(IRTCProfile pProfile, int lRegisterFlags)
        {
            EnableProfileEx(pProfile, lRegisterFlags, 0);
        }

        public override void EnableProfileEx(IRTCProfile pProfile, int lRegisterFlags, int lRoamingFlags)
        {
            if (lRoamingFlags != 0)
                throw Missing.Built("Roaming");
            Profile profile = Given(pProfile);
            Com.Do(() => profile.Enable((RegisterFlags)lRegisterFlags));
        }

        public override void DisableProfile(IRTCProfile pProfile)
        {
            Profile profile = Given(pProfile);
            Com.Do(() => profile.Disable());
        }

        private static Profile Given(IRTCProfile profile)
        {
            if (profile == null)
                throw new COMException("A profile is missing.", RtcResult.RTC_E_POINTER);
            return Com.Behind<Profile>(profile);
        }

        private IRTCProfile[] AllProfiles()
        {
            return Com.Get(() => Live.GetProfiles().Select(p => (IRTCProfile)Of(p)).ToArray());
        }

        public override IRTCEnumProfiles EnumerateProfiles()
        {
            return new EnumProfiles(AllProfiles());
        }

        public override IRTCCollection Profiles
        {
            get { return new Collection(AllProfiles()); }
        }

        // ------------------------------------------------------------ subscriptions

        public override IRTCSubscription2 CreateIdleSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage)
        {
            SubscriptionOptions options = new SubscriptionOptions();
            options.Profile = Given(pServerProfile);
            options.Accept = bstrAcceptedContent;
            options.Event = Com.Given(bstrEventPackage);
            return Com.Get(() => Of(Live.CreateSubscription(options)));
        }

        public override IRTCSubscription CreateSubscription(IRTCProfile pServerProfile, string bstrAcceptedContent, string bstrEventPackage,
            string bstrContentType, string bstrMessageBody)
        {
            IRTCSubscription2 made = CreateIdleSubscription(pServerProfile, bstrAcceptedContent, bstrEventPackage);
            made.Send(bstrContentType, bstrMessageBody);
            return made;
        }

        public override IRTCUnsolicitedSubscription RegisterUnsolicitedNotification(string bstrAcceptedContent, string bstrEventPackage)
        {
            SubscriptionOptions options = new SubscriptionOptions();
            options.Flags = SubscriptionFlags.Unsolicited;
            options.Accept = bstrAcceptedContent;
            options.Event = Com.Given(bstrEventPackage);
            return Com.Get(() => OfUnsolicited(Live.CreateSubscription(options).Subscribe()));
        }

        public override void AllowDialogNotifications(string bstrEventPackage)
        {
            Com.Do(() => Live.AllowDialogNotifications(Com.Given(bstrEventPackage)));
        }

        // ------------------------------------------------------------ one object for each

        internal SessionObject Of(Session behind)
        {
            return Com.Over(behind, () => new SessionObject(this, behind));
        }

        internal ParticipantObject Of(Participant behind)
        {
            return Com.Over(behind, () => new ParticipantObject(this, behind));
        }

        internal ProfileObject Of(Profile behind)
        {
            return Com.Over(behind, () => new ProfileObject(behind));
        }

        internal SubscriptionObject Of(Subscription behind)
        {
            return Com.Over(behind, () => new SubscriptionObject(this, behind));
        }

        internal UnsolicitedObject OfUnsolicited(Subscription behind)
        {
            return Com.Over(behind, () => new UnsolicitedObject(behind));
        }
    }
}
