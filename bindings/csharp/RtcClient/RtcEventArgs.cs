// One event: a snapshot, copied when it arrives and readable for ever. The event itself is held
// for as long as handlers run (or Keep is in force); afterwards only its SIP message is.

using System;
using System.Threading;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>What an event tells. Everything but <see cref="Answer"/> works for ever.</summary>
    public class RtcEventArgs : EventArgs
    {
        private readonly object _gate = new object();
        private EventHandle _event;
        private SipMessage _message;
        private byte[] _body;
        private int _keeps = 1;

        internal RtcEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
        {
            Client = client;
            _event = handle;
            Type = (EventType)info.type;
            Sequence = info.sequence;
            Time = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(info.time_us * 10);
            Profile = (Profile)client.ShareObject(ObjectKind.Profile, info.profile);
            Session = (Session)client.ShareObject(ObjectKind.Session, info.session);
            Participant = (Participant)client.ShareObject(ObjectKind.Participant, info.participant);
            Subscription = (Subscription)client.ShareObject(ObjectKind.Subscription, info.subscription);
            Watcher = (Watcher)client.ShareObject(ObjectKind.Watcher, info.watcher);
            Connection = (Connection)client.ShareObject(ObjectKind.Connection, info.connection);
            if (info.transaction != IntPtr.Zero)
                Transaction = Sip.Transaction.Of(client, Sip.SipLevelObject.Lent(new TransactionHandle(), info.transaction));
            UsageHandle usage = info.usage == IntPtr.Zero ? null : Sip.SipLevelObject.Lent(new UsageHandle(), info.usage);
            Usage = usage == null ? null : new Sip.Usage(client, usage);
            DialogHandle dialog = info.dialog == IntPtr.Zero ? null : Sip.SipLevelObject.Lent(new DialogHandle(), info.dialog);
            Dialog = dialog == null ? null : new Sip.Dialog(client, dialog);
            RegistrationHandle registration = info.registration == IntPtr.Zero
                ? null : Sip.SipLevelObject.Lent(new RegistrationHandle(), info.registration);
            Registration = registration == null ? null : new Sip.Registration(client, registration);
            if (Type == EventType.SessionStateChange)
                OtherSession = (Session)client.ShareObject(ObjectKind.Session, info.other);
            if (Type == EventType.SessionConsultantReferred)
                DialogToReplace = new DialogId(TextOf(Constants.RTC_EVENT_TEXT_CALL_ID),
                    TextOf(Constants.RTC_EVENT_TEXT_LOCAL_TAG), TextOf(Constants.RTC_EVENT_TEXT_REMOTE_TAG));
            Cookie = info.cookie;
            RawState = info.state;
            Kind = info.kind;
            Reason = info.reason;
            StatusCode = info.status_code;
            StatusText = Utf8.Text(info.status_text);
            Uri = Utf8.Text(info.uri);
            Text = Utf8.Text(info.text);
            ContentType = Utf8.Text(info.content_type);
            _body = Utf8.Copy(info.body);
            Values = new long[] { info.value0, info.value1, info.value2 };
            AnswerWithinMs = info.answer_within_ms;
            Flags = (EventFlags)info.flags;
        }

        public Client Client { get; private set; }
        public EventType Type { get; private set; }
        /// <summary>Counts what was queued, from 1 for each client.</summary>
        public ulong Sequence { get; private set; }
        /// <summary>UTC</summary>
        public DateTime Time { get; private set; }
        public Profile Profile { get; private set; }
        public Session Session { get; private set; }
        public Participant Participant { get; private set; }
        public Subscription Subscription { get; private set; }
        public Watcher Watcher { get; private set; }
        public Connection Connection { get; private set; }
        public Sip.Transaction Transaction { get; private set; }
        public Sip.Usage Usage { get; private set; }
        public Sip.Dialog Dialog { get; private set; }
        public Sip.Registration Registration { get; private set; }
        /// <summary>SessionStateChange of an incoming call: the session that it replaces (Kind 1) or joins (Kind 2).</summary>
        public Session OtherSession { get; private set; }
        /// <summary>SessionConsultantReferred: what the new call is to replace.</summary>
        public DialogId DialogToReplace { get; private set; }
        /// <summary>The cookie of the operation this belongs to.</summary>
        public long Cookie { get; private set; }
        /// <summary>The state as a number of the enum that goes with <see cref="Type"/>.</summary>
        public int RawState { get; private set; }
        public int Kind { get; private set; }
        public int Reason { get; private set; }
        /// <summary>A result number; negative for a failure.</summary>
        public int StatusCode { get; private set; }
        public string StatusText { get; private set; }
        public string Uri { get; private set; }
        public string Text { get; private set; }
        public string ContentType { get; private set; }
        public long[] Values { get; private set; }
        /// <summary>Above 0: <see cref="Answer"/> decides.</summary>
        public int AnswerWithinMs { get; private set; }
        public EventFlags Flags { get; private set; }

        /// <summary>The status of the SIP response; 0 if there is none.</summary>
        public int SipStatus
        {
            get { return RtcException.StatusOf(StatusCode); }
        }

        /// <summary>Whether the event tells of a failure.</summary>
        public bool Failed
        {
            get { return StatusCode < 0; }
        }

        /// <summary>The body as received; a copy. null if there was none.</summary>
        public byte[] Body
        {
            get { return _body == null ? null : (byte[])_body.Clone(); }
        }

        /// <summary>The body read as UTF-8.</summary>
        public string BodyText
        {
            get { return Utf8.Text(_body); }
        }

        /// <summary>The SIP message that caused the event; null if none did.</summary>
        public SipMessage GetSipMessage()
        {
            lock (_gate)
            {
                if (_message != null || _event == null || (Flags & EventFlags.SipMessage) == 0)
                    return _message;
                SipMessageHandle handle;
                int result = Native.rtc_event_get_sip_message(_event, out handle);
                if (result == RtcResult.RTC_E_NO_SIP_MESSAGE)
                    return null;
                RtcException.Check(result);
                _message = new SipMessage(handle);
                return _message;
            }
        }

        private string TextOf(int what)
        {
            using (_event.Hold())
            {
                rtc_str_t text;
                RtcException.Check(Native.rtc_event_get_text(_event, what, 0, out text));
                return Utf8.Text(text) ?? "";
            }
        }

        /// <summary>The event as one JSON line; while it is held.</summary>
        public string ToJson()
        {
            EventHandle handle = Held();
            using (handle.Hold())
            {
                rtc_str_t text;
                RtcException.Check(Native.rtc_event_get_text(handle, Constants.RTC_EVENT_TEXT_JSON, 0, out text));
                return Utf8.Text(text);
            }
        }

        /// <summary>Accepts (0 stands for 200 or 202) or refuses the request in the event.</summary>
        public void Answer(int status = 0, SendOptions send = null)
        {
            EventHandle handle = Held();
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_event_answer(handle, status, ref native));
            }
        }

        /// <summary>Tells whoever referred us how the new call goes, 100 to 699 (of an accepted SessionReferred event).</summary>
        public void ReportReferral(int status)
        {
            RtcException.Check(Native.rtc_event_report_referral(Held(), status));
        }

        /// <summary>For SessionOptions.Referral.</summary>
        internal EventHandle HeldForReferral()
        {
            return Held();
        }

        /// <summary>Holds the event after the handler has returned, until the result is disposed of:
        /// the library then waits for an answer as long as its options say.</summary>
        public IDisposable Keep()
        {
            lock (_gate)
            {
                if (_event == null)
                    throw RtcException.Stale("event");
                _keeps++;
            }
            return new Keeper(this);
        }

        /// <summary>The handlers have returned. What the message is needed for may come later.</summary>
        internal void LetGo()
        {
            EventHandle handle;
            lock (_gate)
            {
                if (--_keeps > 0 || _event == null)
                    return;
                handle = _event;
            }
            try
            {
                GetSipMessage();
            }
            catch (RtcException)
            {
                // The client is gone: there is no message to keep.
            }
            lock (_gate)
                _event = null;
            handle.Dispose();
        }

        private EventHandle Held()
        {
            lock (_gate)
            {
                if (_event == null)
                    throw RtcException.Stale("event");
                return _event;
            }
        }

        private sealed class Keeper : IDisposable
        {
            private RtcEventArgs _args;

            internal Keeper(RtcEventArgs args)
            {
                _args = args;
            }

            public void Dispose()
            {
                RtcEventArgs args = Interlocked.Exchange(ref _args, null);
                if (args != null)
                    args.LetGo();
            }
        }

        /// <summary>The class of arguments that goes with an event.</summary>
        internal static RtcEventArgs Make(Client client, EventHandle handle, ref rtc_event_info_t info)
        {
            switch ((EventType)info.type)
            {
                case EventType.RegistrationStateChange:
                    return new RegistrationStateEventArgs(client, handle, ref info);
                case EventType.SessionStateChange:
                    return new SessionStateEventArgs(client, handle, ref info);
                case EventType.ParticipantStateChange:
                    return new ParticipantStateEventArgs(client, handle, ref info);
                case EventType.SubscriptionStateChange:
                    return new SubscriptionStateEventArgs(client, handle, ref info);
                case EventType.Watcher:
                    return new WatcherEventArgs(client, handle, ref info);
                case EventType.ConnectionState:
                    return new ConnectionStateEventArgs(client, handle, ref info);
                default:
                    return new RtcEventArgs(client, handle, ref info);
            }
        }
    }

    /// <summary>The ids of a dialog as its target, who is to be called, sees them.</summary>
    public sealed class DialogId
    {
        internal DialogId(string callId, string localTag, string remoteTag)
        {
            CallId = callId;
            LocalTag = localTag;
            RemoteTag = remoteTag;
        }

        public string CallId { get; private set; }
        public string LocalTag { get; private set; }
        public string RemoteTag { get; private set; }
    }

    /// <summary>A registration changed.</summary>
    public sealed class RegistrationStateEventArgs : RtcEventArgs
    {
        internal RegistrationStateEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public RegistrationState State
        {
            get { return (RegistrationState)RawState; }
        }
    }

    /// <summary>A session changed.</summary>
    public sealed class SessionStateEventArgs : RtcEventArgs
    {
        internal SessionStateEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public SessionState State
        {
            get { return (SessionState)RawState; }
        }
    }

    /// <summary>A participant changed.</summary>
    public sealed class ParticipantStateEventArgs : RtcEventArgs
    {
        internal ParticipantStateEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public ParticipantState State
        {
            get { return (ParticipantState)RawState; }
        }
    }

    /// <summary>A subscription changed.</summary>
    public sealed class SubscriptionStateEventArgs : RtcEventArgs
    {
        internal SubscriptionStateEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public SubscriptionState State
        {
            get { return (SubscriptionState)RawState; }
        }
    }

    /// <summary>Somebody watches, or wants to.</summary>
    public sealed class WatcherEventArgs : RtcEventArgs
    {
        internal WatcherEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public WatcherState State
        {
            get { return (WatcherState)RawState; }
        }
    }

    /// <summary>A listening address changed.</summary>
    public sealed class ConnectionStateEventArgs : RtcEventArgs
    {
        internal ConnectionStateEventArgs(Client client, EventHandle handle, ref rtc_event_info_t info)
            : base(client, handle, ref info)
        {
        }

        public ConnectionState State
        {
            get { return (ConnectionState)RawState; }
        }
    }

    /// <summary>A handler of the application threw.</summary>
    public sealed class HandlerExceptionEventArgs : EventArgs
    {
        internal HandlerExceptionEventArgs(Exception exception)
        {
            Exception = exception;
        }

        public Exception Exception { get; private set; }
    }
}
