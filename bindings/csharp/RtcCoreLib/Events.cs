// The objects that handlers receive: snapshots, readable for ever. While one is held, Accept and Reject still decide
// for as long as the library waits for an answer.

using System;
using System.Runtime.InteropServices;
using RtcClient;

namespace RTCCORELib
{
    /// <summary>What all events have.</summary>
    public abstract class EventRoot
    {
        private readonly RtcEventArgs _args;
        private IDisposable _kept;

        internal EventRoot(RtcEventArgs args)
        {
            _args = args;
            if (args.AnswerWithinMs > 0)
                _kept = args.Keep();
        }

        internal RTCClientClass Owner { get; private set; }

        internal RtcEventArgs Args
        {
            get { return _args; }
        }

        /// <summary>E_FAIL without a text, as the original.</summary>
        internal string Phrase
        {
            get
            {
                if (string.IsNullOrEmpty(_args.StatusText))
                    throw new COMException("The event has no status text.", RtcResult.RTC_E_FAIL);
                return _args.StatusText;
            }
        }

        internal void Body(out string type, out string body)
        {
            if (string.IsNullOrEmpty(_args.BodyText))
                throw new COMException("The message has no body.", RtcResult.RTC_E_NOT_EXIST);
            type = _args.ContentType ?? "";
            body = _args.BodyText;
        }

        internal void Decide(int status, SendOptions send)
        {
            Com.Do(() => _args.Answer(status, send));
            IDisposable kept = System.Threading.Interlocked.Exchange(ref _kept, null);
            if (kept != null)
                kept.Dispose();
        }

        internal void Refuse(uint code, string text)
        {
            if (code < 300 || code > 699)
                throw new ArgumentException("A refusal is a status from 300 to 699, not " + code + ".");
            SendOptions send = new SendOptions();
            send.Reason = string.IsNullOrEmpty(text) ? null : text;
            Decide((int)code, send);
        }

        /// <summary>The message that caused the event; RTC_E_NO_SIP_MESSAGE if none did.</summary>
        public IRTCSIPMessage GetSIPMessage()
        {
            SipMessage message = Com.Get(() => _args.GetSipMessage());
            if (message == null)
                throw new COMException("No SIP message caused this event.", RtcResult.RTC_E_NO_SIP_MESSAGE);
            return new MessageObject(message);
        }

        internal static EventRoot Make(RTCClientClass owner, RtcEventArgs args)
        {
            EventRoot made = New(args);
            if (made != null)
                made.Owner = owner;
            return made;
        }

        private static EventRoot New(RtcEventArgs args)
        {
            switch (args.Type)
            {
                case EventType.Client: return args.Kind < 100 ? new ClientEvent(args) : null;
                case EventType.RegistrationStateChange: return new RegistrationEvent(args);
                case EventType.SessionStateChange: return new SessionEvent(args);
                case EventType.SessionOperationComplete: return new OperationEvent(args);
                case EventType.ParticipantStateChange: return new ParticipantEvent(args);
                case EventType.Media: return new MediaEvent(args);
                case EventType.Messaging: return new MessagingEvent(args);
                case EventType.Info: return new InfoEvent(args);
                case EventType.ReInvite: return new ReInviteEvent(args);
                case EventType.SessionReferStatus: return new ReferStatusEvent(args);
                case EventType.SessionReferred: return new ReferredEvent(args);
                case EventType.SessionConsultantReferred: return new ConsultantReferredEvent(args);
                case EventType.SubscriptionStateChange: return new SubscriptionEvent(args);
                case EventType.SubscriptionNotify: return new NotificationEvent(args);
                case EventType.SessionNotification: return new SessionNotificationEvent(args);
                case EventType.UnsolicitedNotify: return new UnsolicitedEvent(args);
                default: return null;
            }
        }
    }

    internal sealed class ClientEvent : ClientEventBase
    {
        internal ClientEvent(RtcEventArgs args) : base(args)
        {
        }

        public override RTC_CLIENT_EVENT_TYPE EventType
        {
            get { return (RTC_CLIENT_EVENT_TYPE)Args.Kind; }
        }

        public override IRTCClient Client
        {
            get { return Owner; }
        }
    }

    internal sealed class RegistrationEvent : RegistrationEventBase
    {
        internal RegistrationEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCProfile Profile
        {
            get { return Owner.Of(Args.Profile); }
        }

        public override RTC_REGISTRATION_STATE State
        {
            get { return (RTC_REGISTRATION_STATE)Args.RawState; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }

        public override string StatusText
        {
            get { return Phrase; }
        }
    }

    internal sealed class SessionEvent : SessionEventBase
    {
        internal SessionEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override RTC_SESSION_STATE State
        {
            get { return (RTC_SESSION_STATE)Args.RawState; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }

        public override string StatusText
        {
            get { return Phrase; }
        }

        public override int MediaTypes
        {
            get { return (int)Args.Values[0]; }
        }

        public override IRTCSession ReplacedSession
        {
            get
            {
                // Kind 1: the session that a Replaces header names; Join has no place here.
                if (Args.OtherSession == null || Args.Kind != 1)
                    throw new COMException("The call replaces no session.", RtcResult.RTC_E_NOT_EXIST);
                return Owner.Of(Args.OtherSession);
            }
        }

        public override bool IsForked
        {
            get { return (Args.Flags & EventFlags.Forked) != 0; }
        }

        public override void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            Body(out pbstrContentType, out pbstrSessionDescription);
        }
    }

    internal sealed class OperationEvent : OperationEventBase
    {
        internal OperationEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override int Cookie
        {
            get { return (int)Args.Cookie; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }

        public override string StatusText
        {
            get { return Phrase; }
        }

        public override IRTCParticipant Participant
        {
            get { return Owner.Of(Args.Participant); }
        }

        public override void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            Body(out pbstrContentType, out pbstrSessionDescription);
        }
    }

    internal sealed class ParticipantEvent : ParticipantEventBase
    {
        internal ParticipantEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCParticipant Participant
        {
            get { return Owner.Of(Args.Participant); }
        }

        public override RTC_PARTICIPANT_STATE State
        {
            get { return (RTC_PARTICIPANT_STATE)Args.RawState; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }
    }

    internal sealed class MediaEvent : MediaEventBase
    {
        internal MediaEvent(RtcEventArgs args) : base(args)
        {
        }

        public override int MediaType
        {
            get { return (int)Args.Values[0]; }
        }

        public override RTC_MEDIA_EVENT_TYPE EventType
        {
            get { return (RTC_MEDIA_EVENT_TYPE)Args.Kind; }
        }

        public override RTC_MEDIA_EVENT_REASON EventReason
        {
            get { return (RTC_MEDIA_EVENT_REASON)Args.Reason; }
        }
    }

    internal sealed class MessagingEvent : MessagingEventBase
    {
        internal MessagingEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override IRTCParticipant Participant
        {
            get { return Owner.Of(Args.Participant); }
        }

        public override RTC_MESSAGING_EVENT_TYPE EventType
        {
            get { return (RTC_MESSAGING_EVENT_TYPE)Args.Kind; }
        }

        public override string Message
        {
            get { return Args.BodyText ?? ""; }
        }

        public override string MessageHeader
        {
            get { return Args.ContentType ?? ""; }
        }

        public override RTC_MESSAGING_USER_STATUS UserStatus
        {
            get { return (RTC_MESSAGING_USER_STATUS)Args.RawState; }
        }
    }

    internal sealed class InfoEvent : InfoEventBase
    {
        internal InfoEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession2 Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override IRTCParticipant Participant
        {
            get { return Owner.Of(Args.Participant); }
        }

        public override string Info
        {
            get { return Args.BodyText ?? ""; }
        }

        public override string InfoHeader
        {
            get { return Args.ContentType ?? ""; }
        }
    }

    internal sealed class ReInviteEvent : ReInviteEventBase
    {
        internal ReInviteEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession2 Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override RTC_REINVITE_STATE State
        {
            get { return (RTC_REINVITE_STATE)Args.RawState; }
        }

        public override void Accept(string bstrContentType, string bstrSessionDescription)
        {
            Decide(0, Com.Content(bstrContentType, bstrSessionDescription));
        }

        public override void Reject()
        {
            Refuse(488, null);
        }

        public override void GetRemoteSessionDescription(out string pbstrContentType, out string pbstrSessionDescription)
        {
            Body(out pbstrContentType, out pbstrSessionDescription);
        }
    }

    internal sealed class ReferStatusEvent : ReferStatusEventBase
    {
        internal ReferStatusEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession2 Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override RTC_SESSION_REFER_STATUS ReferStatus
        {
            get { return (RTC_SESSION_REFER_STATUS)Args.RawState; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }

        public override string StatusText
        {
            get { return Phrase; }
        }
    }

    /// <summary>Keeps the event of a referral for its reports, until the last one or as long as the object is in use.</summary>
    internal sealed class Referral : IDisposable
    {
        private readonly RtcEventArgs _args;
        private IDisposable _kept;

        internal Referral(RtcEventArgs args)
        {
            _args = args;
            _kept = args.Keep();
        }

        /// <summary>What a referrer is told when the session made for it is in this state (RFC 3515 §2.4.4).</summary>
        private static int StatusOf(RTC_SESSION_STATE state)
        {
            switch (state)
            {
                case RTC_SESSION_STATE.RTCSS_ANSWERING: return 100;
                case RTC_SESSION_STATE.RTCSS_INPROGRESS: return 180;
                case RTC_SESSION_STATE.RTCSS_CONNECTED: return 200;
                case RTC_SESSION_STATE.RTCSS_DISCONNECTED: return 503;
                default: throw new ArgumentException("A referrer is not told of the state " + state + ".");
            }
        }

        internal void Report(RTC_SESSION_STATE state)
        {
            int status = StatusOf(state);
            Com.Do(() => _args.ReportReferral(status));
            if (status >= 200)
                Dispose();
        }

        public void Dispose()
        {
            IDisposable kept = System.Threading.Interlocked.Exchange(ref _kept, null);
            if (kept != null)
                kept.Dispose();
        }
    }

    internal sealed class ReferredEvent : ReferredEventBase
    {
        private readonly Referral _referral;

        internal ReferredEvent(RtcEventArgs args) : base(args)
        {
            _referral = new Referral(args);
        }

        public override IRTCSession2 Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override string ReferredByURI
        {
            get { return Args.Text ?? ""; }
        }

        public override string ReferToURI
        {
            get { return Args.Uri ?? ""; }
        }

        /// <summary>A REFER carries none.</summary>
        public override string ReferCookie
        {
            get { return ""; }
        }

        public override void Accept()
        {
            Decide(0, null);
        }

        public override void Reject()
        {
            Refuse(603, null);
            _referral.Dispose();
        }

        public override void SetReferredSessionState(RTC_SESSION_STATE enState)
        {
            _referral.Report(enState);
        }
    }

    internal sealed class ConsultantReferredEvent : ConsultantReferredEventBase
    {
        private readonly Referral _referral;

        internal ConsultantReferredEvent(RtcEventArgs args) : base(args)
        {
            _referral = new Referral(args);
        }

        public override IRTCSession2 Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override string ReferredByURI
        {
            get { return Args.Text ?? ""; }
        }

        public override string ReferToURI
        {
            get { return Args.Uri ?? ""; }
        }

        /// <summary>RFC 3891 §3: the to-tag is that of who is called, the from-tag that of its peer.</summary>
        public override void ReferToSessionInfo(out string pbstrReferToCallID, out string pbstrReferToFromTag, out string pbstrReferToToTag)
        {
            pbstrReferToCallID = Args.DialogToReplace.CallId;
            pbstrReferToFromTag = Args.DialogToReplace.RemoteTag;
            pbstrReferToToTag = Args.DialogToReplace.LocalTag;
        }

        public override void Accept()
        {
            Decide(0, null);
        }

        public override void Reject()
        {
            Refuse(603, null);
            _referral.Dispose();
        }

        public override void SetReferredSessionState(RTC_SESSION_STATE enState)
        {
            _referral.Report(enState);
        }
    }

    internal sealed class SubscriptionEvent : SubscriptionEventBase
    {
        internal SubscriptionEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSubscription Subscription
        {
            get { return Owner.Of(Args.Subscription); }
        }

        public override RTC_SUBSCRIPTION_STATE SubscriptionState
        {
            get { return (RTC_SUBSCRIPTION_STATE)Args.RawState; }
        }

        public override int StatusCode
        {
            get { return Args.StatusCode; }
        }

        public override string StatusText
        {
            get { return Phrase; }
        }
    }

    internal sealed class NotificationEvent : NotificationEventBase
    {
        internal NotificationEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSubscription Subscription
        {
            get { return Owner.Of(Args.Subscription); }
        }

        public override void Accept(string bstrContentType, string bstrData)
        {
            Decide(0, Com.Content(bstrContentType, bstrData));
        }

        public override void Reject(uint dwSIPFailureCode, string bstrFailureText)
        {
            Refuse(dwSIPFailureCode, bstrFailureText);
        }

        public override void GetNotificationData(out string pbstrContentType, out string pbstrMessageData)
        {
            Body(out pbstrContentType, out pbstrMessageData);
        }
    }

    internal sealed class SessionNotificationEvent : SessionNotificationEventBase
    {
        internal SessionNotificationEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCSession Session
        {
            get { return Owner.Of(Args.Session); }
        }

        public override void Accept(string bstrContentType, string bstrBody)
        {
            Decide(0, Com.Content(bstrContentType, bstrBody));
        }

        public override void Reject(uint dwSIPFailureCode, string bstrFailureText)
        {
            Refuse(dwSIPFailureCode, bstrFailureText);
        }
    }

    internal sealed class UnsolicitedEvent : UnsolicitedEventBase
    {
        internal UnsolicitedEvent(RtcEventArgs args) : base(args)
        {
        }

        public override IRTCUnsolicitedSubscription Subscription
        {
            get { return Owner.OfUnsolicited(Args.Subscription); }
        }
    }
}
