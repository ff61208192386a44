// A call, or a conversation of messages.

using System;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>One INVITE session with its media and policy, or one of instant messages.</summary>
    public sealed class Session : RtcObject
    {
        private SessionStateEventArgs _last;

        internal Session(Client client, SessionHandle handle) : base(client, handle)
        {
        }

        public event EventHandler<SessionStateEventArgs> StateChanged;
        public event EventHandler<RtcEventArgs> OperationCompleted;
        public event EventHandler<ParticipantStateEventArgs> ParticipantStateChanged;
        public event EventHandler<RtcEventArgs> MessageReceived;
        public event EventHandler<RtcEventArgs> InfoReceived;
        /// <summary>The peer offers a new description.</summary>
        public event EventHandler<RtcEventArgs> ReInviteReceived;
        /// <summary>A NOTIFY inside the call, of a package that was allowed.</summary>
        public event EventHandler<RtcEventArgs> NotificationReceived;
        /// <summary>How a referral of ours goes: RawState is a ReferStatus.</summary>
        public event EventHandler<RtcEventArgs> ReferStatusChanged;
        /// <summary>The peer refers us to Uri; accepted by Answer.</summary>
        public event EventHandler<RtcEventArgs> Referred;

        public Client Client
        {
            get { return Owner; }
        }

        public Profile Profile
        {
            get { return Related<Profile>(ObjectKind.Profile); }
        }

        public SessionState State
        {
            get { return (SessionState)RawState; }
        }

        public SessionType Type
        {
            get { return (SessionType)GetInt(Constants.RTC_PROPERTY_SESSION_TYPE); }
        }

        public string CallId
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_CALL_ID); }
        }

        public string RemoteUri
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REMOTE_URI); }
        }

        public string RemoteName
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REMOTE_NAME); }
        }

        public string RemoteDescription
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REMOTE_DESCRIPTION); }
        }

        public string RemoteDescriptionType
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REMOTE_TYPE); }
        }

        public string LocalDescription
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_LOCAL_DESCRIPTION); }
        }

        /// <summary>Where a 3xx points to.</summary>
        public string[] RedirectUris
        {
            get { return GetTexts(Constants.RTC_PROPERTY_SESSION_REDIRECT_URI); }
        }

        /// <summary>The display names that go with them.</summary>
        public string[] RedirectNames
        {
            get { return GetTexts(Constants.RTC_PROPERTY_SESSION_REDIRECT_NAME); }
        }

        /// <summary>Referred-By: of an incoming call as received; of an idle one what its INVITE will say.</summary>
        public string ReferredBy
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REFERRED_BY); }
            set { SetText(Constants.RTC_PROPERTY_SESSION_REFERRED_BY, value); }
        }

        /// <summary>The application's own name for the referral.</summary>
        public string ReferCookie
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_REFER_COOKIE); }
            set { SetText(Constants.RTC_PROPERTY_SESSION_REFER_COOKIE, value); }
        }

        /// <summary>Whether the call came about by a referral.</summary>
        public bool IsReferred
        {
            get { return GetInt(Constants.RTC_PROPERTY_SESSION_IS_REFERRED) != 0; }
        }

        /// <summary>Privacy of this session (RFC 3323), over that of the client.</summary>
        public Privacy SipPrivacy
        {
            get { return (Privacy)GetInt(Constants.RTC_PROPERTY_SESSION_SIP_PRIVACY); }
            set { SetInt(Constants.RTC_PROPERTY_SESSION_SIP_PRIVACY, (long)value); }
        }

        /// <summary>Whom we prefer to be (P-Preferred-Identity, RFC 3325); before the call.</summary>
        public string LocalIdentity
        {
            get { return GetText(Constants.RTC_PROPERTY_SESSION_LOCAL_IDENTITY); }
            set { SetText(Constants.RTC_PROPERTY_SESSION_LOCAL_IDENTITY, value); }
        }

        /// <summary>P-Asserted-Identity of the peer, from a trusted hop.</summary>
        public string[] AssertedIdentities
        {
            get { return GetTexts(Constants.RTC_PROPERTY_SESSION_ASSERTED_IDENTITY); }
        }

        public bool CanAddParticipants
        {
            get { return GetInt(Constants.RTC_PROPERTY_SESSION_CAN_ADD_PARTICIPANTS) != 0; }
        }

        public TimeSpan Duration
        {
            get { return TimeSpan.FromMilliseconds(GetInt(Constants.RTC_PROPERTY_SESSION_DURATION_MS)); }
        }

        public bool IsHeldLocally
        {
            get { return (GetInt(Constants.RTC_PROPERTY_SESSION_HOLD) & 1) != 0; }
        }

        public bool IsHeldRemotely
        {
            get { return (GetInt(Constants.RTC_PROPERTY_SESSION_HOLD) & 2) != 0; }
        }

        public Participant[] GetParticipants()
        {
            return List<Participant>(ObjectKind.Participant);
        }

        /// <summary>"Name: value" lines for every message of the session but 100; null: none any more.</summary>
        public string AdditionalHeaderValues
        {
            get { return GetHeaderLines(); }
            set { SetAdditionalHeaderValues(value, HeadersFlags.None); }
        }

        public void SetAdditionalHeaderValues(string lines, HeadersFlags flags)
        {
            SetHeaderLines(lines, flags);
        }

        internal SessionHandle Handle
        {
            get { return (SessionHandle)Any; }
        }

        // ------------------------------------------------------------ verbs

        /// <summary>Calls (a session of messages: sends nothing yet).</summary>
        public Participant AddParticipant(string uri, string name = null, SendOptions send = null)
        {
            byte[] target = Utf8.Bytes(uri);
            byte[] display = Utf8.Bytes(name);
            ParticipantHandle participant;
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_add_participant(Handle, target, Utf8.Length(target),
                    display, Utf8.Length(display), ref native, out participant));
            }
            return (Participant)Owner.OwnObject(ObjectKind.Participant, participant);
        }

        /// <summary>Refers the peer to a URI (blind), or to the peer of another session in that call's place (attended).</summary>
        public void Refer(string uri, SendOptions send = null)
        {
            Transfer(uri, new SessionHandle(), send);
        }

        public void Refer(Session consult, SendOptions send = null)
        {
            Transfer(null, consult.Handle, send);
        }

        private void Transfer(string uri, SessionHandle consult, SendOptions send)
        {
            byte[] target = Utf8.Bytes(uri);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_refer(Handle, target, Utf8.Length(target), consult, ref native));
            }
        }

        /// <summary>Its INVITE will take the place of another session (RFC 3891), or by flag join it.</summary>
        public void Replace(Session other, DialogIdFlags flags = DialogIdFlags.None)
        {
            using (Arena arena = new Arena())
            {
                rtc_dialog_id_t native = new rtc_dialog_id_t();
                native.size = SizeOf<rtc_dialog_id_t>.Value;
                native.flags = (uint)flags;
                native.session = arena.Handle(other.Any);
                RtcException.Check(Native.rtc_session_replace(Handle, ref native));
            }
        }

        /// <summary>The same by the ids of a dialog, as the target sees them.</summary>
        public void Replace(string callId, string localTag, string remoteTag, DialogIdFlags flags = DialogIdFlags.None)
        {
            using (Arena arena = new Arena())
            {
                rtc_dialog_id_t native = new rtc_dialog_id_t();
                native.size = SizeOf<rtc_dialog_id_t>.Value;
                native.flags = (uint)flags;
                native.call_id = arena.Str(callId);
                native.local_tag = arena.Str(localTag);
                native.remote_tag = arena.Str(remoteTag);
                RtcException.Check(Native.rtc_session_replace(Handle, ref native));
            }
        }

        /// <summary>Tells the peer that we type, or no longer do (RFC 3994).</summary>
        public void SendStatus(MessagingUserStatus status, SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_send_status(Handle, (int)status, ref native));
            }
        }

        /// <summary>0 accepts with 200; 101 to 199 tell of progress; 300 and above refuse.</summary>
        public void Answer(int status = 0, SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_answer(Handle, status, ref native));
            }
        }

        /// <summary>Refuses, cancels or hangs up, whatever the state asks for.</summary>
        public void Terminate(TerminateReason reason = TerminateReason.Normal, SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_terminate(Handle, (int)reason, ref native));
            }
        }

        /// <summary>Incoming: 302 to the URI. Redirected outgoing: goes on to it, null to the next.</summary>
        public void Redirect(string uri = null, SendOptions send = null)
        {
            byte[] target = Utf8.Bytes(uri);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_session_redirect(Handle, target, Utf8.Length(target), 0, ref native));
            }
        }

        /// <summary>False if it was held already.</summary>
        public bool Hold(SendOptions send = null)
        {
            return SetHold(true, send, 0);
        }

        /// <summary>False if it was not held.</summary>
        public bool Unhold(SendOptions send = null)
        {
            return SetHold(false, send, 0);
        }

        private bool SetHold(bool hold, SendOptions send, long cookie)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena, cookie);
                return RtcException.Check(Native.rtc_session_hold(Handle, hold ? 1 : 0, ref native)) != RtcResult.RTC_FALSE;
            }
        }

        /// <summary>Offers anew: the library's own description, or that in the body.</summary>
        public void ReInvite(ReInviteFlags flags = ReInviteFlags.None, SendOptions send = null)
        {
            ReInvite(flags, send, 0);
        }

        private void ReInvite(ReInviteFlags flags, SendOptions send, long cookie)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena, cookie);
                RtcException.Check(Native.rtc_session_reinvite(Handle, (uint)flags, ref native));
            }
        }

        /// <summary>Sends "INFO", "MESSAGE", "OPTIONS" or any other method inside the session.</summary>
        public void Send(string method, SendOptions send = null)
        {
            Send(method, send, 0);
        }

        public void SendInfo(string contentType, string body)
        {
            Send("INFO", SendOptions.Content(contentType, body), 0);
        }

        public void SendMessage(string text, string contentType = "text/plain")
        {
            Send("MESSAGE", SendOptions.Content(contentType, text), 0);
        }

        private void Send(string method, SendOptions send, long cookie)
        {
            byte[] name = Utf8.Bytes(method);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena, cookie);
                RtcException.Check(Native.rtc_session_send(Handle, name, Utf8.Length(name), ref native));
            }
        }

        // ------------------------------------------------------------ verbs that wait

        /// <summary>Calls and waits for the answer; a cancelled token sends CANCEL or BYE.</summary>
        public async Task CallAsync(string uri, CancellationToken token = default(CancellationToken), SendOptions send = null)
        {
            token.ThrowIfCancellationRequested();
            Wait wait = Waits.Add("The call to " + uri + " was not answered", args => Judge(args, SessionState.Connected),
                token, delegate { Terminate(); });
            try
            {
                AddParticipant(uri, null, send);
            }
            catch (Exception fault)
            {
                wait.Fail(fault);
            }
            // Cancelled between the two: what was to be cancelled did not exist yet.
            if (token.IsCancellationRequested && wait.Task.IsCanceled && State != SessionState.Disconnected)
                TryTerminate();
            await wait.Task;
        }

        private void TryTerminate()
        {
            try
            {
                Terminate();
            }
            catch (RtcException)
            {
                // Terminated by the token, or ended by the peer: it is over either way.
            }
        }

        /// <summary>Ends the session and waits for the end.</summary>
        public async Task TerminateAsync(TerminateReason reason = TerminateReason.Normal, CancellationToken token = default(CancellationToken))
        {
            Task end = WaitForAsync(SessionState.Disconnected, token);
            if (!end.IsCompleted)
            {
                try
                {
                    Terminate(reason);
                }
                catch (RtcException fault)
                {
                    // The peer was faster: its end is on the way to us.
                    if (fault.HResult != RtcResult.RTC_E_INVALID_SESSION_STATE || State != SessionState.Disconnected)
                        throw;
                }
            }
            await end;
        }

        public async Task<RtcEventArgs> HoldAsync(SendOptions send = null, CancellationToken token = default(CancellationToken))
        {
            return await Operation("Hold", send, token, cookie => SetHold(true, send, cookie));
        }

        public async Task<RtcEventArgs> UnholdAsync(SendOptions send = null, CancellationToken token = default(CancellationToken))
        {
            return await Operation("Unhold", send, token, cookie => SetHold(false, send, cookie));
        }

        public async Task<RtcEventArgs> ReInviteAsync(ReInviteFlags flags = ReInviteFlags.None, SendOptions send = null,
            CancellationToken token = default(CancellationToken))
        {
            return await Operation("The re-INVITE", send, token, delegate(long cookie)
            {
                ReInvite(flags, send, cookie);
                return true;
            });
        }

        /// <summary>Sends a request inside the session and waits for its answer; throws if it is a refusal.</summary>
        public async Task<RtcEventArgs> SendAsync(string method, SendOptions send = null, CancellationToken token = default(CancellationToken))
        {
            return await Operation("The " + method, send, token, delegate(long cookie)
            {
                Send(method, send, cookie);
                return true;
            });
        }

        /// <summary>Starts something with a cookie and waits for the event that brings it back; null
        /// when there was nothing to do.</summary>
        private async Task<RtcEventArgs> Operation(string what, SendOptions send, CancellationToken token, Func<long, bool> start)
        {
            long cookie = send != null && send.Cookie != 0 ? send.Cookie : Owner.NextCookie();
            Wait wait = Waits.Add(what + " failed", delegate(RtcEventArgs args)
            {
                SessionStateEventArgs change = args as SessionStateEventArgs;
                if (change != null && change.State == SessionState.Disconnected)
                    return Verdict.Failed;
                if (args.Type != EventType.SessionOperationComplete || args.Cookie != cookie)
                    return Verdict.Pending;
                return args.Failed ? Verdict.Failed : Verdict.Done;
            }, token);
            try
            {
                if (!start(cookie))
                    wait.Succeed(null);
            }
            catch (Exception fault)
            {
                wait.Fail(fault);
            }
            return await wait.Task;
        }

        /// <summary>Blocks until a state is reached; throws when the session ends instead.</summary>
        public Session WaitFor(SessionState state, int timeoutMs = Waiting.DefaultMs)
        {
            using (CancellationTokenSource stop = new CancellationTokenSource())
            {
                try
                {
                    Owner.Await(WaitForAsync(state, stop.Token), timeoutMs, "session state " + state);
                }
                finally
                {
                    stop.Cancel();
                }
            }
            return this;
        }

        public Task WaitForAsync(SessionState state, CancellationToken token = default(CancellationToken))
        {
            Wait wait = Waits.Add("The session did not become " + state, args => Judge(args, state), token);
            SessionStateEventArgs last = Volatile.Read(ref _last);
            if (last != null)
                wait.Judge(last);
            else if (State == state)
                wait.Succeed(null);
            return wait.Task;
        }

        private static Verdict Judge(RtcEventArgs args, SessionState wanted)
        {
            SessionStateEventArgs change = args as SessionStateEventArgs;
            if (change == null)
                return Verdict.Pending;
            if (change.State == wanted)
                return Verdict.Done;
            return change.State == SessionState.Disconnected ? Verdict.Failed : Verdict.Pending;
        }

        internal override void Note(RtcEventArgs args)
        {
            SessionStateEventArgs change = args as SessionStateEventArgs;
            if (change != null)
                Volatile.Write(ref _last, change);
        }

        internal override void Raise(RtcEventArgs args)
        {
            switch (args.Type)
            {
                case EventType.SessionStateChange:
                    Owner.Fire(StateChanged, (SessionStateEventArgs)args, this);
                    break;
                case EventType.SessionOperationComplete:
                    Owner.Fire(OperationCompleted, args, this);
                    break;
                case EventType.ParticipantStateChange:
                    Owner.Fire(ParticipantStateChanged, (ParticipantStateEventArgs)args, this);
                    break;
                case EventType.Messaging:
                    Owner.Fire(MessageReceived, args, this);
                    break;
                case EventType.Info:
                    Owner.Fire(InfoReceived, args, this);
                    break;
                case EventType.ReInvite:
                    Owner.Fire(ReInviteReceived, args, this);
                    break;
                case EventType.SessionNotification:
                    Owner.Fire(NotificationReceived, args, this);
                    break;
                case EventType.SessionReferStatus:
                    Owner.Fire(ReferStatusChanged, args, this);
                    break;
                case EventType.SessionReferred:
                case EventType.SessionConsultantReferred:
                    Owner.Fire(Referred, args, this);
                    break;
            }
        }
    }

    /// <summary>A party of a session.</summary>
    public sealed class Participant : RtcObject
    {
        internal Participant(Client client, ParticipantHandle handle) : base(client, handle)
        {
        }

        public Session Session
        {
            get { return Related<Session>(ObjectKind.Session); }
        }

        public ParticipantState State
        {
            get { return (ParticipantState)RawState; }
        }

        public string Uri
        {
            get { return GetText(Constants.RTC_PROPERTY_PARTICIPANT_URI); }
        }

        public string Name
        {
            get { return GetText(Constants.RTC_PROPERTY_PARTICIPANT_NAME); }
        }

        public bool IsRemovable
        {
            get { return GetInt(Constants.RTC_PROPERTY_PARTICIPANT_REMOVABLE) != 0; }
        }
    }
}
