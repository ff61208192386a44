// An account: registration and the publication of its event state.

using System;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>An address of record with what is needed to register it.</summary>
    public sealed class Profile : RtcObject
    {
        private RegistrationStateEventArgs _last;

        internal Profile(Client client, ProfileHandle handle) : base(client, handle)
        {
        }

        public event EventHandler<RegistrationStateEventArgs> StateChanged;
        public event EventHandler<RtcEventArgs> PublicationChanged;

        public Client Client
        {
            get { return Owner; }
        }

        public RegistrationState State
        {
            get { return (RegistrationState)RawState; }
        }

        public string ProfileKey
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_KEY); }
        }

        public string Name
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_NAME); }
        }

        public string Xml
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_XML); }
        }

        public string UserUri
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_USER_URI); }
            set { SetText(Constants.RTC_PROPERTY_PROFILE_USER_URI, value); }
        }

        public string UserName
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_USER_NAME); }
            set { SetText(Constants.RTC_PROPERTY_PROFILE_USER_NAME, value); }
        }

        public string UserAccount
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_USER_ACCOUNT); }
        }

        public string Realm
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_REALM); }
            set { SetText(Constants.RTC_PROPERTY_PROFILE_REALM, value); }
        }

        public string Server
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_SERVER); }
        }

        public Transports Transport
        {
            get { return (Transports)GetInt(Constants.RTC_PROPERTY_PROFILE_TRANSPORT); }
        }

        /// <summary>Which schemes of authentication may be used.</summary>
        public AuthenticationMethods AllowedAuthentication
        {
            get { return (AuthenticationMethods)GetInt(Constants.RTC_PROPERTY_PROFILE_ALLOWED_AUTH); }
            set { SetInt(Constants.RTC_PROPERTY_PROFILE_ALLOWED_AUTH, (long)value); }
        }

        public SessionTypes SessionCapabilities
        {
            get { return (SessionTypes)GetInt(Constants.RTC_PROPERTY_PROFILE_SESSION_CAPABILITIES); }
        }

        /// <summary>What the registrar granted.</summary>
        public int ExpiresSeconds
        {
            get { return (int)GetInt(Constants.RTC_PROPERTY_PROFILE_EXPIRES); }
        }

        public string[] RegisteredContacts
        {
            get { return GetTexts(Constants.RTC_PROPERTY_PROFILE_REGISTERED_CONTACT); }
        }

        /// <summary>Preloaded Route, a comma list; new requests take it.</summary>
        public string Proxy
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_PROXY); }
            set { SetText(Constants.RTC_PROPERTY_PROFILE_PROXY, value); }
        }

        /// <summary>What the registrar gave (RFC 3608).</summary>
        public string ServiceRoute
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_SERVICE_ROUTE); }
        }

        /// <summary>P-Associated-URI (RFC 7315), the default identity first.</summary>
        public string[] AssociatedUris
        {
            get { return GetTexts(Constants.RTC_PROPERTY_PROFILE_ASSOCIATED_URI); }
        }

        /// <summary>The public GRUU (RFC 5627).</summary>
        public string Gruu
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_GRUU); }
        }

        /// <summary>The newest temporary GRUU.</summary>
        public string TemporaryGruu
        {
            get { return GetText(Constants.RTC_PROPERTY_PROFILE_TEMP_GRUU); }
        }

        /// <summary>"Name: value" lines for its REGISTERs and what is sent in its context; null: none any more.</summary>
        public string AdditionalHeaderValues
        {
            get { return GetHeaderLines(); }
            set { SetHeaderLines(value, HeadersFlags.None); }
        }

        public void SetAdditionalHeaderValues(string lines, HeadersFlags flags)
        {
            SetHeaderLines(lines, flags);
        }

        public void SetCredentials(Credentials credentials)
        {
            SetCredentialsOf(credentials);
        }

        private ProfileHandle Handle
        {
            get { return (ProfileHandle)Any; }
        }

        /// <summary>Registers; again after new credentials. None: the profile may be chosen, nothing is sent.</summary>
        public Profile Enable(RegisterFlags flags = RegisterFlags.All)
        {
            Volatile.Write(ref _last, null);
            RtcException.Check(Native.rtc_profile_enable(Handle, (uint)flags, 0));
            return this;
        }

        /// <summary>Registers and waits for the registrar.</summary>
        public async Task EnableAsync(CancellationToken token = default(CancellationToken))
        {
            Enable();
            await WaitForAsync(RegistrationState.Registered, token);
        }

        /// <summary>Unregisters; false if it was not enabled.</summary>
        public bool Disable()
        {
            Volatile.Write(ref _last, null);
            return RtcException.Check(Native.rtc_profile_disable(Handle)) != RtcResult.RTC_FALSE;
        }

        /// <summary>Unregisters and waits for the registrar.</summary>
        public async Task DisableAsync(CancellationToken token = default(CancellationToken))
        {
            if (Disable())
                await WaitForAsync(RegistrationState.NotRegistered, token);
        }

        /// <summary>Publishes own event state and keeps it alive; SendFlags.End removes it.</summary>
        public void Publish(string package, SendOptions send)
        {
            byte[] name = Utf8.Bytes(package);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_profile_publish(Handle, name, Utf8.Length(name), ref native));
            }
        }

        /// <summary>Publishes and waits for the compositor's answer.</summary>
        public async Task<RtcEventArgs> PublishAsync(string package, SendOptions send, CancellationToken token = default(CancellationToken))
        {
            Wait wait = Waits.Add("PUBLISH of " + package, delegate(RtcEventArgs args)
            {
                if (args.Type != EventType.Publication || args.Text != package)
                    return Verdict.Pending;
                return args.Failed ? Verdict.Failed : Verdict.Done;
            }, token);
            try
            {
                Publish(package, send);
            }
            catch (Exception fault)
            {
                wait.Fail(fault);
            }
            return await wait.Task;
        }

        /// <summary>Blocks until a state is reached; throws when the registration fails instead.</summary>
        public Profile WaitFor(RegistrationState state, int timeoutMs = Waiting.DefaultMs)
        {
            using (CancellationTokenSource stop = new CancellationTokenSource())
            {
                try
                {
                    Owner.Await(WaitForAsync(state, stop.Token), timeoutMs, "registration state " + state);
                }
                finally
                {
                    stop.Cancel();
                }
            }
            return this;
        }

        public Task WaitForAsync(RegistrationState state, CancellationToken token = default(CancellationToken))
        {
            Wait wait = Waits.Add("The registration of " + UserUri + " did not become " + state, args => Judge(args, state), token);
            RegistrationStateEventArgs last = Volatile.Read(ref _last);
            if (last != null)
                wait.Judge(last);
            else if (State == state)
                wait.Succeed(null);
            return wait.Task;
        }

        private static Verdict Judge(RtcEventArgs args, RegistrationState wanted)
        {
            RegistrationStateEventArgs change = args as RegistrationStateEventArgs;
            if (change == null)
                return Verdict.Pending;
            if (change.State == wanted)
                return Verdict.Done;
            switch (change.State)
            {
                case RegistrationState.Rejected:
                case RegistrationState.Error:
                case RegistrationState.LoggedOff:
                    return Verdict.Failed;
                default:
                    return Verdict.Pending;
            }
        }

        internal override void Note(RtcEventArgs args)
        {
            RegistrationStateEventArgs change = args as RegistrationStateEventArgs;
            if (change != null)
                Volatile.Write(ref _last, change);
        }

        internal override void Raise(RtcEventArgs args)
        {
            if (args.Type == EventType.RegistrationStateChange)
                Owner.Fire(StateChanged, (RegistrationStateEventArgs)args, this);
            else if (args.Type == EventType.Publication)
                Owner.Fire(PublicationChanged, args, this);
        }
    }

    /// <summary>How long the waiting calls wait when nothing is said.</summary>
    public static class Waiting
    {
        /// <summary>Longer than the three minutes that a call may ring.</summary>
        public const int DefaultMs = 200000;
    }
}
