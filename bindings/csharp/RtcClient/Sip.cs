// The SIP level: transactions, dialogs and their usages, registrations, refreshes. The same handles as the classes of
// RtcClient, one step lower; Usage.Of and Usage.Session go from one to the other.
//
// These objects are plain names: their events come by Client.EventReceived, whose arguments hold them.

using System;
using RtcClient.Interop;

namespace RtcClient.Sip
{
    /// <summary>What all objects of this level share: equal when they name the same thing.</summary>
    public abstract class SipLevelObject : RtcObject
    {
        internal SipLevelObject(Client client, RtcHandle handle) : base(client, handle)
        {
        }

        public Client Client
        {
            get { return Owner; }
        }

        public override bool Equals(object other)
        {
            SipLevelObject one = other as SipLevelObject;
            return one != null && one.Key == Key;
        }

        public override int GetHashCode()
        {
            return Key.GetHashCode();
        }

        /// <summary>A further name of a lent handle; null for none.</summary>
        internal static H Lent<H>(H handle, IntPtr lent) where H : RtcHandle
        {
            return handle.Share(lent) ? handle : null;
        }

        /// <summary>The one object of a kind that another hangs on; null if there is none.</summary>
        internal static H Find<H>(H handle, RtcObject from, ObjectKind kind) where H : RtcHandle
        {
            IntPtr key;
            int result = RtcException.Check(Native.rtc_object_get(from.Any, (int)kind, out key));
            if (result == RtcResult.RTC_FALSE || key == IntPtr.Zero)
                return null;
            handle.Own(key);
            return handle;
        }

        internal static Client ClientOf(RtcObject one)
        {
            return one.Owner ?? (Client)one;
        }
    }

    /// <summary>One request with its responses, ours or a peer's.</summary>
    public sealed class Transaction : SipLevelObject
    {
        private Transaction(Client client, TransactionHandle handle) : base(client, handle)
        {
        }

        internal static Transaction Of(Client client, TransactionHandle handle)
        {
            return handle == null || handle.IsInvalid ? null : new Transaction(client, handle);
        }

        /// <summary>Sends a stand-alone request in the context of a client, profile, registration or connection.</summary>
        public static Transaction Send(RtcObject context, string method, string uri, SendOptions send = null)
        {
            byte[] name = Utf8.Bytes(method), target = Utf8.Bytes(uri);
            TransactionHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_request_send(context.Any, name, Utf8.Length(name), target, Utf8.Length(target), ref native, out handle));
            }
            return Of(ClientOf(context), handle);
        }

        private TransactionHandle Handle
        {
            get { return (TransactionHandle)Any; }
        }

        public TransactionState State
        {
            get { return (TransactionState)RawState; }
        }

        public string Method
        {
            get { return GetText(Constants.RTC_PROPERTY_TRANSACTION_METHOD); }
        }

        /// <summary>True for a request of ours.</summary>
        public bool IsClient
        {
            get { return GetInt(Constants.RTC_PROPERTY_TRANSACTION_IS_CLIENT) != 0; }
        }

        public bool CanRespond
        {
            get { return GetInt(Constants.RTC_PROPERTY_TRANSACTION_CAN_RESPOND) != 0; }
        }

        public bool CanCancel
        {
            get { return GetInt(Constants.RTC_PROPERTY_TRANSACTION_CAN_CANCEL) != 0; }
        }

        /// <summary>Answers the peer's request: 101 to 199 as often as wanted, then one of 200 to 699.</summary>
        public void Respond(int status, SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_transaction_respond(Handle, status, ref native));
            }
        }

        /// <summary>Takes the answer over for so long; then the library answers.</summary>
        public void Claim(TimeSpan deadline)
        {
            RtcException.Check(Native.rtc_transaction_claim(Handle, checked((int)deadline.TotalMilliseconds)));
        }

        /// <summary>Answers its challenge (of a Challenge event), or by flag declines: the request goes on when no realm is open any more.</summary>
        public void SetCredentials(Credentials credentials)
        {
            SetCredentialsOf(credentials);
        }

        /// <summary>Cancels our INVITE.</summary>
        public void Cancel(SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_transaction_cancel(Handle, ref native));
            }
        }

        /// <summary>0 the request, 1 and up its responses, -1 the newest; null if there is none.</summary>
        public SipMessage GetMessage(int which)
        {
            SipMessageHandle message;
            int result = RtcException.Check(Native.rtc_transaction_get_message(Handle, which, out message));
            return result == RtcResult.RTC_FALSE ? null : new SipMessage(message);
        }

        /// <summary>What repeats it, after SendFlags.Refresh; else null.</summary>
        public Refresh Refresh
        {
            get
            {
                RefreshHandle found = Find(new RefreshHandle(), this, ObjectKind.Refresh);
                return found == null ? null : new Refresh(Owner, found);
            }
        }
    }

    /// <summary>A request that is repeated before it expires.</summary>
    public sealed class Refresh : SipLevelObject
    {
        internal Refresh(Client client, RefreshHandle handle) : base(client, handle)
        {
        }

        public RefreshState State
        {
            get { return (RefreshState)RawState; }
        }

        /// <summary>Repeats it now, with other headers or another body.</summary>
        public void Update(SendOptions send = null)
        {
            Act(Constants.RTC_REFRESH_UPDATE, send);
        }

        /// <summary>Answers its challenge, or by flag declines.</summary>
        public void SetCredentials(Credentials credentials)
        {
            SetCredentialsOf(credentials);
        }

        /// <summary>Ends it: Expires 0.</summary>
        public void Terminate(SendOptions send = null)
        {
            Act(Constants.RTC_REFRESH_TERMINATE, send);
        }

        private void Act(int operation, SendOptions send)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_refresh_send((RefreshHandle)Any, operation, ref native));
            }
        }
    }

    /// <summary>A dialog; readable after its end too.</summary>
    public sealed class Dialog : SipLevelObject
    {
        internal Dialog(Client client, DialogHandle handle) : base(client, handle)
        {
        }

        public DialogState State
        {
            get { return (DialogState)RawState; }
        }

        public string CallId
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_CALL_ID); }
        }

        public string LocalTag
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_LOCAL_TAG); }
        }

        public string RemoteTag
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_REMOTE_TAG); }
        }

        public string LocalUri
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_LOCAL_URI); }
        }

        public string RemoteUri
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_REMOTE_URI); }
        }

        public string RemoteTarget
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_REMOTE_TARGET); }
        }

        public string RouteSet
        {
            get { return GetText(Constants.RTC_PROPERTY_DIALOG_ROUTE_SET); }
        }

        /// <summary>Every hop by TLS.</summary>
        public bool IsSecure
        {
            get { return GetInt(Constants.RTC_PROPERTY_DIALOG_SECURE) != 0; }
        }
    }

    /// <summary>What a registration is made of.</summary>
    public sealed class RegistrationOptions
    {
        public string Aor { get; set; }
        /// <summary>None: the library's.</summary>
        public string Contact { get; set; }
        /// <summary>None: the domain of the address of record.</summary>
        public string Registrar { get; set; }
        /// <summary>Who registers for somebody else.</summary>
        public string From { get; set; }
        public string OutboundProxy { get; set; }
        /// <summary>At least 60; 0: 3600.</summary>
        public int ExpiresSeconds { get; set; }
        /// <summary>Authentication and Refresh are of use here.</summary>
        public Automation Automation { get; set; }
        public ProfileFlags Flags { get; set; }
    }

    /// <summary>One binding of an address of record.</summary>
    public sealed class Registration : SipLevelObject
    {
        internal Registration(Client client, RegistrationHandle handle) : base(client, handle)
        {
        }

        /// <summary>Of a client or one of its connections; sends nothing.</summary>
        public static Registration Create(RtcObject parent, RegistrationOptions options)
        {
            RegistrationHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_registration_options_t native = new rtc_registration_options_t();
                native.size = SizeOf<rtc_registration_options_t>.Value;
                native.flags = (uint)options.Flags;
                native.aor = arena.Str(options.Aor);
                native.contact = arena.Str(options.Contact);
                native.registrar = arena.Str(options.Registrar);
                native.from = arena.Str(options.From);
                native.outbound_proxy = arena.Str(options.OutboundProxy);
                native.expires_secs = options.ExpiresSeconds;
                native.automation = (uint)options.Automation;
                RtcException.Check(Native.rtc_registration_create(parent.Any, ref native, out handle));
            }
            return new Registration(ClientOf(parent), handle);
        }

        internal RegistrationHandle Handle
        {
            get { return (RegistrationHandle)Any; }
        }

        public RegistrationState State
        {
            get { return (RegistrationState)RawState; }
        }

        public string Aor
        {
            get { return GetText(Constants.RTC_PROPERTY_REGISTRATION_AOR); }
        }

        public string RegisteredContact
        {
            get { return GetText(Constants.RTC_PROPERTY_REGISTRATION_REGISTERED_CONTACT); }
        }

        /// <summary>For this registration and all that is sent in its context, from the next request on.</summary>
        public string OutboundProxy
        {
            get { return GetText(Constants.RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY); }
            set { SetText(Constants.RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY, value); }
        }

        /// <summary>Who we are to a realm, for it and what is sent in its context.</summary>
        public void SetCredentials(Credentials credentials)
        {
            SetCredentialsOf(credentials);
        }

        /// <summary>What the registrar gave (RFC 3608).</summary>
        public string ServiceRoute
        {
            get { return GetText(Constants.RTC_PROPERTY_REGISTRATION_SERVICE_ROUTE); }
        }

        /// <summary>P-Associated-URI (RFC 7315), the default identity first.</summary>
        public string[] AssociatedUris
        {
            get { return GetTexts(Constants.RTC_PROPERTY_REGISTRATION_ASSOCIATED_URI); }
        }

        /// <summary>The public GRUU (RFC 5627).</summary>
        public string Gruu
        {
            get { return GetText(Constants.RTC_PROPERTY_REGISTRATION_GRUU); }
        }

        /// <summary>Each verb sends a REGISTER; the transaction is null where a profile keeps it to itself.</summary>
        public Transaction Register(SendOptions send = null)
        {
            return Act(Constants.RTC_REGISTRATION_REGISTER, send);
        }

        public Transaction Update(SendOptions send = null)
        {
            return Act(Constants.RTC_REGISTRATION_UPDATE, send);
        }

        public Transaction Unregister(SendOptions send = null)
        {
            return Act(Constants.RTC_REGISTRATION_UNREGISTER, send);
        }

        /// <summary>Removes every binding of the address of record.</summary>
        public Transaction UnregisterAll(SendOptions send = null)
        {
            return Act(Constants.RTC_REGISTRATION_UNREGISTER_ALL, send);
        }

        /// <summary>Asks which bindings there are; an event of the type Registration has the list as text.</summary>
        public Transaction Fetch(SendOptions send = null)
        {
            return Act(Constants.RTC_REGISTRATION_FETCH, send);
        }

        private Transaction Act(int operation, SendOptions send)
        {
            TransactionHandle transaction;
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_registration_send(Handle, operation, ref native, out transaction));
            }
            return Transaction.Of(Owner, transaction);
        }
    }

    /// <summary>What a usage is made of.</summary>
    public sealed class UsageOptions
    {
        /// <summary>Request-URI of the first request; not in a dialog that stands.</summary>
        public string Uri { get; set; }
        public string From { get; set; }
        public string To { get; set; }
        public string Contact { get; set; }
        public string Event { get; set; }
        public string ReferTo { get; set; }
        public string SubscriptionState { get; set; }
        /// <summary>Whose proxy, identity and Contact it has.</summary>
        public Registration Registration { get; set; }
        public Automation Automation { get; set; }
    }

    /// <summary>A usage of a dialog: an INVITE session, a subscription, either end.</summary>
    public sealed class Usage : SipLevelObject
    {
        internal Usage(Client client, UsageHandle handle) : base(client, handle)
        {
        }

        /// <summary>Of a client or connection (a new dialog), a dialog (one more usage), a peer's transaction (be its UAS).</summary>
        public static Usage Create(RtcObject parent, UsageKind kind, UsageOptions options = null)
        {
            options = options ?? new UsageOptions();
            UsageHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_usage_options_t native = new rtc_usage_options_t();
                native.size = SizeOf<rtc_usage_options_t>.Value;
                native.registration = arena.Handle(options.Registration == null ? null : options.Registration.Any);
                native.uri = arena.Str(options.Uri);
                native.from = arena.Str(options.From);
                native.to = arena.Str(options.To);
                native.contact = arena.Str(options.Contact);
                native.@event = arena.Str(options.Event);
                native.refer_to = arena.Str(options.ReferTo);
                native.subscription_state = arena.Str(options.SubscriptionState);
                native.automation = (uint)options.Automation;
                RtcException.Check(Native.rtc_usage_create(parent.Any, (int)kind, ref native, out handle));
            }
            return new Usage(ClientOf(parent), handle);
        }

        /// <summary>The usage that a session or subscription is; null before there is one.</summary>
        public static Usage Of(RtcObject one)
        {
            UsageHandle found = Find(new UsageHandle(), one, ObjectKind.Usage);
            return found == null ? null : new Usage(ClientOf(one), found);
        }

        private UsageHandle Handle
        {
            get { return (UsageHandle)Any; }
        }

        public UsageState State
        {
            get { return (UsageState)RawState; }
        }

        public UsageKind Kind
        {
            get { return (UsageKind)GetInt(Constants.RTC_PROPERTY_USAGE_KIND); }
        }

        /// <summary>What the library does in it by itself.</summary>
        public Automation Automation
        {
            get { return (Automation)GetInt(Constants.RTC_PROPERTY_USAGE_AUTOMATION); }
            set { SetInt(Constants.RTC_PROPERTY_USAGE_AUTOMATION, (long)value); }
        }

        /// <summary>Its dialog; null before there is one.</summary>
        public Dialog Dialog
        {
            get
            {
                DialogHandle found = Find(new DialogHandle(), this, ObjectKind.Dialog);
                return found == null ? null : new Dialog(Owner, found);
            }
        }

        /// <summary>The session whose INVITE usage it is; null if there is none.</summary>
        public Session Session
        {
            get { return Related<Session>(ObjectKind.Session); }
        }

        /// <summary>Sends a request in it; null for an ACK, which has no transaction.</summary>
        public Transaction Send(string method, SendOptions send = null)
        {
            byte[] name = Utf8.Bytes(method);
            TransactionHandle transaction;
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_usage_send(Handle, name, Utf8.Length(name), ref native, out transaction));
            }
            return Transaction.Of(Owner, transaction);
        }

        /// <summary>Leaves it, with or without a word to the peer.</summary>
        public void Close(UsageClose how = UsageClose.TellPeer)
        {
            RtcException.Check(Native.rtc_usage_close(Handle, (int)how));
        }
    }
}
