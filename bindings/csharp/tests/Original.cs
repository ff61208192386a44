// Original.cs: a program as it was written for the RTC Client API in C#, against RTCCORELib.dll. Two clients call each
// other, inject and read headers, hold, send an INFO and a message, subscribe; prints a line for each step; the exit
// status is the number of failures.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using RTCCORELib;

static class Original
{
    private const int Limit = 20000;
    private const int All = 0x01FFFFFF; // imports carry no constants, programs write their own
    private static int _failures;
    private static int _done;

    private static int Main()
    {
        Run("life cycle and its errors", LifeCycle);
        Run("registration by XML", Registration);
        Run("a call with headers of its own, hold, INFO", Call);
        Run("an instant message", Message);
        Run("refusals, redirections", Refusals);
        Run("an application session with its own description", Application);
        Run("notifications inside a call and outside of any", Notifications);
        Run("a blind transfer", BlindTransfer);
        Run("an attended transfer", AttendedTransfer);
        Run("what is missing says so", MissingMembers);
        Console.WriteLine(_failures == 0 ? "ok: " + _done + " steps" : _failures + " of " + (_done + _failures) + " steps FAILED");
        return Math.Min(_failures, 100);
    }

    private static void Run(string name, Action step)
    {
        try
        {
            step();
            _done++;
            Console.WriteLine("ok      " + name);
        }
        catch (Exception fault)
        {
            _failures++;
            Console.WriteLine("FAILED  " + name + "\n" + fault);
        }
    }

    private static void Equal<T>(T wanted, T found, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, found))
            throw new Exception(what + ": expected <" + wanted + ">, found <" + found + ">");
    }

    private static void Throws(uint code, Action action)
    {
        try
        {
            action();
        }
        catch (COMException fault)
        {
            Equal(code.ToString("X8"), fault.ErrorCode.ToString("X8"), fault.Message);
            return;
        }
        throw new Exception("expected 0x" + code.ToString("X8") + ", nothing was thrown");
    }

    /// <summary>One user: a client whose events wait in a queue, as a window's would.</summary>
    private sealed class User : IDisposable
    {
        internal readonly RTCClientClass Client = new RTCClientClass();
        private readonly Queue<KeyValuePair<RTC_EVENT, object>> _queue = new Queue<KeyValuePair<RTC_EVENT, object>>();
        internal readonly string Address;

        internal User(string name)
        {
            Client.ClientName = name;
            Client.ClientCurVer = "1.0";
            Client.Initialize();
            Client.EventFilter = All | RTCConst.RTCEF_SUBSCRIPTION | RTCConst.RTCEF_SESSION_NOTIFICATION
                | RTCConst.RTCEF_CONSULTANT_REFERRED;
            Client.IRTCEventNotification_Event_Event += delegate(RTC_EVENT kind, object e)
            {
                lock (_queue)
                {
                    _queue.Enqueue(new KeyValuePair<RTC_EVENT, object>(kind, e));
                    Monitor.PulseAll(_queue);
                }
            };
            Client.set_AllowedPorts(1, RTC_LISTEN_MODE.RTCLM_DYNAMIC);
            Client.ListenForIncomingSessions = RTC_LISTEN_MODE.RTCLM_DYNAMIC;
            string[] addresses = (string[])Client.get_NetworkAddresses(false, false);
            Address = "sip:" + name + "@127.0.0.1" + addresses[0].Substring(addresses[0].LastIndexOf(':'));
        }

        /// <summary>The next event of a type that fits; those before it are passed over.</summary>
        internal T Next<T>(Func<T, bool> fits, string what) where T : class
        {
            DateTime end = DateTime.UtcNow.AddMilliseconds(Limit);
            lock (_queue)
            {
                for (;;)
                {
                    while (_queue.Count > 0)
                    {
                        T found = _queue.Dequeue().Value as T;
                        if (found != null && fits(found))
                            return found;
                    }
                    int left = (int)(end - DateTime.UtcNow).TotalMilliseconds;
                    if (left <= 0 || !Monitor.Wait(_queue, left))
                        throw new TimeoutException("no " + what);
                }
            }
        }

        internal IRTCSessionStateChangeEvent Until(RTC_SESSION_STATE state)
        {
            return Next<IRTCSessionStateChangeEvent>(e => e.State == state, state.ToString());
        }

        internal int Completed(int cookie)
        {
            return Next<IRTCSessionOperationCompleteEvent>(e => e.Cookie == cookie, "end of operation " + cookie).StatusCode;
        }

        public void Dispose()
        {
            Client.PrepareForShutdown();
            Next<IRTCClientEvent>(e => e.EventType == RTC_CLIENT_EVENT_TYPE.RTCCET_ASYNC_CLEANUP_DONE, "clean-up");
            Client.Shutdown();
        }
    }

    private static void LifeCycle()
    {
        RTCClient client = new RTCClient();
        Throws(0x80EE0025, delegate { client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0); });
        client.Initialize();
        Throws(0x80EE0026, client.Initialize);
        Equal(0, client.EventFilter, "filter at first");
        client.EventFilter = All;
        Equal(All, client.EventFilter, "filter");
        Equal(true, client.IsTuned, "tuned");
        IRTCClient2 second = (IRTCClient2)client;
        Equal(RTC_ANSWER_MODE.RTCAM_OFFER_SESSION_EVENT, second.get_AnswerMode(RTC_SESSION_TYPE.RTCST_PC_TO_PC), "answer mode");
        client.LocalUserURI = "sip:me@example.com";
        Equal("sip:me@example.com", client.LocalUserURI, "own URI");
        IRTCSession session = client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
        Equal(RTC_SESSION_STATE.RTCSS_IDLE, session.State, "state");
        Equal(true, ReferenceEquals(client, session.Client), "the client of the session");
        Throws(0x80EE002A, session.Answer);
        Throws(0x80EE0012, delegate { session.AddParticipant("no address at all", null); });
        client.Shutdown();
        Throws(0x80EE0027, client.PrepareForShutdown);
    }

    private static void Registration()
    {
        using (RtcClient.Server server = RtcClient.Server.Start("udp:127.0.0.1:0", "example.test", "example.test"))
        using (User alice = new User("alice"))
        {
            server.SetUser("alice", "secret");
            string host = server.Uris[0].Substring("sip:".Length).Split(';')[0];
            IRTCProfile2 profile = (IRTCProfile2)alice.Client.CreateProfile("<provision key='k1' name='account'>"
                + "<user account='alice' password='wrong' uri='sip:alice@" + host + "'/>"
                + "<sipsrv addr='" + host + "' protocol='udp' auth='digest' role='registrar'>"
                + "<session party='first' type='pc2pc'/></sipsrv></provision>");
            Equal("k1 account alice", profile.Key + " " + profile.Name + " " + profile.UserAccount, "profile");
            alice.Client.EnableProfile(profile, 15);
            IRTCRegistrationStateChangeEvent refused = alice.Next<IRTCRegistrationStateChangeEvent>(
                e => e.State == RTC_REGISTRATION_STATE.RTCRS_REJECTED || e.State == RTC_REGISTRATION_STATE.RTCRS_ERROR, "refusal");
            Equal(true, refused.StatusCode < 0, "status of the refusal");
            Equal(true, ReferenceEquals(profile, refused.Profile), "one object for each profile");
            profile.SetCredentials("sip:alice@" + host, "alice", "secret");
            alice.Client.EnableProfile(profile, 15);
            alice.Next<IRTCRegistrationStateChangeEvent>(e => e.State == RTC_REGISTRATION_STATE.RTCRS_REGISTERED, "registration");
            Equal(RTC_REGISTRATION_STATE.RTCRS_REGISTERED, profile.State, "state");
            Equal(1, alice.Client.Profiles.Count, "profiles");
            Equal(true, ReferenceEquals(profile, alice.Client.Profiles[1]), "profile in the collection");
            IRTCProfile one;
            uint fetched;
            IRTCEnumProfiles walk = alice.Client.EnumerateProfiles();
            walk.Next(1, out one, out fetched);
            Equal(1u, fetched, "profiles fetched");
            walk.Next(1, out one, out fetched);
            Equal(0u, fetched, "profiles fetched at the end");
            alice.Client.DisableProfile(profile);
            alice.Next<IRTCRegistrationStateChangeEvent>(e => e.State == RTC_REGISTRATION_STATE.RTCRS_NOT_REGISTERED, "unregistration");
        }
    }

    private static void Call()
    {
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        {
            IRTCSession session = alice.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
            ((IRTCSIPObject)session).SetAdditionalHeaderValues("Call-Info: <http://example.com/me>;purpose=info\r\nX-Thing: 1");
            IRTCParticipant called = session.AddParticipant(bob.Address, "Bob");
            Equal("Bob", called.Name, "name");
            IRTCSessionStateChangeEvent incoming = bob.Until(RTC_SESSION_STATE.RTCSS_INCOMING);
            IRTCSIPMessage invite = ((IRTCSIPEvent)incoming).GetSIPMessage();
            Equal("<http://example.com/me>;purpose=info", invite.GetFirstHeader("Call-Info"), "injected header");
            Equal(true, invite.GetFirstHeader("User-Agent").StartsWith("alice/1.0"), "User-Agent");
            Equal(true, invite.GetRequestLine().StartsWith("INVITE sip:bob@"), "request line");
            string type, body;
            invite.GetMessageBody(out type, out body);
            Equal("application/sdp", type, "type of the body");
            Throws(0x80EE0005, delegate { invite.GetFirstHeader("X-Absent"); });
            IRTCSession answered = incoming.Session;
            IRTCEnumParticipants walk = answered.EnumerateParticipants();
            IRTCParticipant caller;
            uint fetched;
            walk.Next(1, out caller, out fetched);
            Equal(1u, fetched, "callers");
            Equal(true, caller.UserURI.StartsWith("sip:"), caller.UserURI);
            Equal(true, ReferenceEquals(answered, caller.Session), "one object for each session");
            answered.Answer();
            IRTCSessionStateChangeEvent2 connected = (IRTCSessionStateChangeEvent2)alice.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
            Equal(false, connected.IsForked, "forked");
            Equal(200, connected.StatusCode & 0xFFFF, "status");
            bob.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);

            IRTCSessionCallControl control = (IRTCSessionCallControl)session;
            control.Hold(41);
            Equal(0, alice.Completed(41) >> 31, "hold");
            Equal(RTC_SESSION_STATE.RTCSS_HOLD, session.State, "state on hold");
            control.UnHold(42);
            Equal(0, alice.Completed(42) >> 31, "unhold");
            ((IRTCSession2)session).SendInfo("application/x-test", "Signal=5", 43);
            Equal(0, alice.Completed(43) >> 31, "INFO");
            IRTCInfoEvent info = bob.Next<IRTCInfoEvent>(e => true, "INFO at bob");
            Equal("application/x-test Signal=5", info.InfoHeader + " " + info.Info, "INFO");
            Equal("1", ((IRTCSIPEvent)info).GetSIPMessage().GetFirstHeader("X-Thing"), "header of every message");
            session.Terminate(RTC_TERMINATE_REASON.RTCTR_NORMAL);
            alice.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
            IRTCSIPEvent bye = (IRTCSIPEvent)bob.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
            Equal(true, bye.GetSIPMessage().GetMessageText().StartsWith("BYE "), "what ended the session");
        }
    }

    private static void Message()
    {
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        {
            IRTCSession session = alice.Client.CreateSession(RTC_SESSION_TYPE.RTCST_IM, null, null, 0);
            session.AddParticipant(bob.Address, null);
            session.SendMessage(null, "gr\u00fc\u00dfe", 7);
            Equal(0, alice.Completed(7) >> 31, "MESSAGE");
            IRTCMessagingEvent e = bob.Next<IRTCMessagingEvent>(m => true, "MESSAGE at bob");
            Equal(RTC_MESSAGING_EVENT_TYPE.RTCMSET_MESSAGE, e.EventType, "kind");
            Equal("gr\u00fc\u00dfe", e.Message, "text");
        }
    }

    private static void Refusals()
    {
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        using (User carol = new User("carol"))
        {
            IRTCSession session = alice.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
            session.AddParticipant(bob.Address, null);
            bob.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session.Terminate(RTC_TERMINATE_REASON.RTCTR_BUSY);
            IRTCSessionStateChangeEvent over = alice.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
            Equal("80EF01E6", over.StatusCode.ToString("X8"), "busy");
            Equal(true, over.StatusText.Length > 0, "status text");

            session = alice.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, RTCConst.RTCCS_FAIL_ON_REDIRECT);
            session.AddParticipant(bob.Address, null);
            ((IRTCSessionCallControl)bob.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session).Forward(carol.Address);
            alice.Next<IRTCSessionStateChangeEvent>(e => (e.StatusCode & 0xFFFF) == 302, "redirection");
            Equal(carol.Address, session.RedirectedUserURI, "where to");
            Throws(0x80EE0058, session.NextRedirectedUser);
            session.Redirect(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
            carol.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session.Answer();
            alice.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
            session.Terminate(RTC_TERMINATE_REASON.RTCTR_NORMAL);
            carol.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
        }
    }

    private static void Application()
    {
        const string sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        {
            IRTCSession2 session = alice.Client.CreateSessionWithDescription("application/sdp", sdp, null, 0);
            session.AddParticipant(bob.Address, null);
            IRTCSessionStateChangeEvent2 incoming = (IRTCSessionStateChangeEvent2)bob.Until(RTC_SESSION_STATE.RTCSS_INCOMING);
            string type, body;
            incoming.GetRemoteSessionDescription(out type, out body);
            Equal("application/sdp " + sdp, type + " " + body, "offer");
            ((IRTCSession2)incoming.Session).AnswerWithSessionDescription("application/sdp", sdp.Replace("40000", "40002"));
            alice.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
            session.ReInviteWithSessionDescription("application/sdp", sdp.Replace("- 1 1", "- 1 2").Replace("40000", "40004"), 9);
            IRTCReInviteEvent again = bob.Next<IRTCReInviteEvent>(e => e.State == RTC_REINVITE_STATE.RTCRIN_INCOMING, "re-INVITE");
            again.GetRemoteSessionDescription(out type, out body);
            Equal(true, body.Contains("40004"), "new offer");
            // Long after the event came: the object keeps the decision.
            again.Accept("application/sdp", sdp.Replace("- 1 1", "- 1 2").Replace("40000", "40006"));
            Equal(0, alice.Completed(9) >> 31, "re-INVITE");
            session.Terminate(RTC_TERMINATE_REASON.RTCTR_NORMAL);
            bob.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
        }
    }

    private static void Notifications()
    {
        using (User bob = new User("bob"))
        using (RtcClient.Client alice = new RtcClient.Client(RtcClient.ListenMode.Dynamic))
        {
            IRTCUnsolicitedSubscription unsolicited = bob.Client.RegisterUnsolicitedNotification("text/plain", "x-lamp");
            Equal("x-lamp text/plain True", unsolicited.EventPackage + " " + unsolicited.AcceptedContentType + " " + unsolicited.IsEnabled(), "registered");
            unsolicited.Disable();
            Equal(false, unsolicited.IsEnabled(), "switched off");
            unsolicited.Enable();
            bob.Client.AllowDialogNotifications("x-lamp");
            RtcClient.Session session = alice.CreateSession(RtcClient.SessionType.PcToPc);
            session.AddParticipant(bob.Address);
            bob.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session.Answer();
            session.WaitFor(RtcClient.SessionState.Connected, Limit);
            RtcClient.SendOptions notify = RtcClient.SendOptions.Content("text/plain", "flash");
            notify.Headers = "Event: x-lamp\r\nSubscription-State: active";
            notify.Flags = RtcClient.SendFlags.Expert;
            System.Threading.Tasks.Task<RtcClient.RtcEventArgs> answer = session.SendAsync("NOTIFY", notify);
            IRTCSessionNotificationEvent arrived = bob.Next<IRTCSessionNotificationEvent>(e => true, "NOTIFY");
            string type, body;
            ((IRTCSIPEvent)arrived).GetSIPMessage().GetMessageBody(out type, out body);
            Equal("flash", body, "body");
            arrived.Accept(null, null);
            Equal(true, answer.Wait(Limit), "answer to NOTIFY");
            session.Terminate();
            bob.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);
        }
    }

    /// <summary>A call of one user to another, answered.</summary>
    private static IRTCSession Connected(User caller, User called, out IRTCSession answered)
    {
        IRTCSession session = caller.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
        session.AddParticipant(called.Address, null);
        answered = called.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session;
        answered.Answer();
        caller.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
        called.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
        return session;
    }

    private static void BlindTransfer()
    {
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        using (User carol = new User("carol"))
        {
            IRTCSession answered;
            IRTCSession session = Connected(alice, bob, out answered);
            IRTCSessionCallControl control = (IRTCSessionCallControl)session;
            control.Refer(carol.Address, "ticket 7");
            Equal("ticket 7", control.ReferCookie, "cookie");
            IRTCSessionReferredEvent referred = bob.Next<IRTCSessionReferredEvent>(e => true, "referral");
            Equal(carol.Address, referred.ReferToURI, "where to");
            Equal("", referred.ReferredByURI, "by whom, of a caller without an account");
            Equal("", referred.ReferCookie, "cookie of the peer");
            Equal(true, ReferenceEquals(answered, referred.Session), "the session that is passed on");
            referred.Accept();
            IRTCSession second = bob.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
            ((IRTCSessionCallControl)second).ReferredByURI = "sip:alice@example.com";
            second.AddParticipant(referred.ReferToURI, null);
            referred.SetReferredSessionState(RTC_SESSION_STATE.RTCSS_INPROGRESS);
            IRTCSession third = carol.Until(RTC_SESSION_STATE.RTCSS_INCOMING).Session;
            Equal(true, ((IRTCSessionCallControl)third).IsReferred, "referred");
            Equal(true, ((IRTCSessionCallControl)third).ReferredByURI.Contains("sip:alice@example.com"), "by whom");
            Equal(false, ((IRTCSessionCallControl)answered).IsReferred, "the first call was not");
            third.Answer();
            bob.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
            referred.SetReferredSessionState(RTC_SESSION_STATE.RTCSS_CONNECTED);
            IRTCSessionReferStatusEvent done = alice.Next<IRTCSessionReferStatusEvent>(
                e => e.ReferStatus == RTC_SESSION_REFER_STATUS.RTCSRS_DONE, "end of the transfer");
            Equal(true, ReferenceEquals(session, done.Session), "whose transfer");
            alice.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED);

            // And refused.
            session = Connected(alice, bob, out answered);
            ((IRTCSessionCallControl)session).Refer(carol.Address, null);
            bob.Next<IRTCSessionReferredEvent>(e => true, "second referral").Reject();
            IRTCSessionReferStatusEvent refused = alice.Next<IRTCSessionReferStatusEvent>(
                e => e.ReferStatus == RTC_SESSION_REFER_STATUS.RTCSRS_REJECTED, "refusal");
            Equal(603, refused.StatusCode & 0xFFFF, "status of the refusal");
            Equal(RTC_SESSION_STATE.RTCSS_CONNECTED, session.State, "state after it");
        }
    }

    private static void AttendedTransfer()
    {
        using (User alice = new User("alice"))
        using (User bob = new User("bob"))
        using (User carol = new User("carol"))
        {
            IRTCSession bobs, carols;
            IRTCSession session = Connected(alice, bob, out bobs);
            IRTCSession consultation = Connected(alice, carol, out carols);
            Throws(0x80004003, delegate { ((IRTCSessionCallControl2)session).ReplaceSession(null); });
            ((IRTCSessionCallControl2)session).ReplaceSession(consultation);
            IRTCSessionConsultantReferredEvent referred = bob.Next<IRTCSessionConsultantReferredEvent>(e => true, "referral");
            string call, from, to;
            referred.ReferToSessionInfo(out call, out from, out to);
            referred.Accept();
            IRTCSession second = bob.Client.CreateSession(RTC_SESSION_TYPE.RTCST_PC_TO_PC, null, null, 0);
            ((IRTCSessionCallControl2)second).Retrieve(referred.ReferToURI, null, referred.ReferredByURI, call, from, to, false);
            IRTCSessionStateChangeEvent3 incoming = (IRTCSessionStateChangeEvent3)carol.Until(RTC_SESSION_STATE.RTCSS_INCOMING);
            Equal(true, ReferenceEquals(carols, incoming.ReplacedSession), "what it replaces");
            incoming.Session.Answer();
            bob.Until(RTC_SESSION_STATE.RTCSS_CONNECTED);
            referred.SetReferredSessionState(RTC_SESSION_STATE.RTCSS_CONNECTED);
            alice.Next<IRTCSessionReferStatusEvent>(e => e.ReferStatus == RTC_SESSION_REFER_STATUS.RTCSRS_DONE, "end of the transfer");
            Equal(true, ReferenceEquals(carols, carol.Until(RTC_SESSION_STATE.RTCSS_DISCONNECTED).Session), "what has ended");
            ((IRTCSessionSIPPrivacy)second).SIPPrivacyType = 1;
            Equal(1, ((IRTCSessionSIPPrivacy)second).SIPPrivacyType, "privacy");
        }
    }

    private static void MissingMembers()
    {
        using (User alice = new User("alice"))
        {
            Throws(0x80EE0080, delegate { alice.Client.get_IVideoWindow(RTC_VIDEO_DEVICE.RTCVD_RECEIVE); });
            try
            {
                alice.Client.SendDTMF(RTC_DTMF.RTC_DTMF_1);
                throw new Exception("a tone was sent");
            }
            catch (NotImplementedException)
            {
            }
            try
            {
                alice.Client.EnableProfile(new Stranger(), 15);
                throw new Exception("a stranger's profile was taken");
            }
            catch (ArgumentException)
            {
            }
        }
    }

    private sealed class Stranger : ProfileBase
    {
    }
}
