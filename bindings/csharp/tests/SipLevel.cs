// SipLevel.cs: the SIP level from C#: transactions answered by hand, a call as two bare usages, a registration of one's
// own, a refreshed request, a blind transfer. Prints a line for each step; the exit status is the number of failures.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using RtcClient;
using RtcClient.Sip;

static class SipLevel
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
    private static int _failures;

    private static int Main()
    {
        Run("a request is answered by its transaction", Answered);
        Run("a call is two usages", TwoUsages);
        Run("a registration of one's own", OwnRegistration);
        Run("a refreshed request ends when it is told to", Refreshed);
        Run("a blind transfer ends the first call", BlindTransfer);
        Console.WriteLine(_failures == 0 ? "ok" : _failures + " FAILED");
        return _failures;
    }

    private static void Run(string name, Action step)
    {
        try
        {
            step();
            Console.WriteLine("ok      " + name);
        }
        catch (Exception fault)
        {
            _failures++;
            Console.WriteLine("FAILED  " + name + "\n" + fault);
        }
    }

    private static void That(bool right, string what)
    {
        if (!right)
            throw new Exception("expected: " + what);
    }

    /// <summary>A client whose events wait in a queue; requests are claimed and referrals kept, so that the steps answer them.</summary>
    private sealed class Party : IDisposable
    {
        private readonly BlockingCollection<RtcEventArgs> _events = new BlockingCollection<RtcEventArgs>();
        private readonly List<IDisposable> _kept = new List<IDisposable>();
        public readonly Client Client = new Client(ListenMode.None, new ClientOptions { EventFilter = (EventFilter)ulong.MaxValue, ClaimMs = 5000 });
        public readonly string Address;

        public Party(string name)
        {
            Client.EventReceived += delegate(object sender, RtcEventArgs e)
            {
                if (e.Type == EventType.Request && e.Transaction != null && e.Transaction.CanRespond)
                    e.Transaction.Claim(TimeSpan.FromSeconds(20));
                if (e.Type == EventType.SessionReferred)
                    _kept.Add(e.Keep());
                _events.Add(e);
            };
            Connection connection = Client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Udp });
            Address = "sip:" + name + "@" + connection.GetLocalAddress(Transports.Udp);
        }

        public RtcEventArgs Next(string what, Predicate<RtcEventArgs> wanted)
        {
            DateTime end = DateTime.UtcNow.AddSeconds(20);
            RtcEventArgs one;
            while (DateTime.UtcNow < end)
                if (_events.TryTake(out one, 200) && wanted(one))
                    return one;
            throw new Exception("no event: " + what);
        }

        public RtcEventArgs Request(string method)
        {
            return Next("request " + method, e => e.Type == EventType.Request && e.Text == method);
        }

        public RtcEventArgs Response(string method, int status)
        {
            return Next(status + " to " + method, e => e.Type == EventType.Response && e.SipStatus == status && e.Transaction.Method == method);
        }

        public void Dispose()
        {
            foreach (IDisposable one in _kept)
                one.Dispose();
            Client.Dispose();
        }
    }

    private static SendOptions Description()
    {
        return SendOptions.Content("application/sdp", Sdp);
    }

    private static void Answered()
    {
        using (Party alice = new Party("alice"))
        using (Party bob = new Party("bob"))
        {
            bob.Client.SetRequestFilter(11, "FOO");
            Transaction asked = Transaction.Send(alice.Client, "FOO", bob.Address);
            That(asked.IsClient && asked.Method == "FOO" && asked.GetMessage(0).Method == "FOO", "a transaction of ours");
            RtcEventArgs came = bob.Request("FOO");
            That(came.Cookie == 11 && came.Transaction.CanRespond, "the filter's request");
            came.Transaction.Respond(299, new SendOptions { Headers = "X-Answer: by hand" });
            That(alice.Response("FOO", 299).Transaction.Equals(asked), "the same transaction");
            That(asked.GetMessage(-1)["X-Answer"] == "by hand", "the header of the answer");
            try
            {
                came.Transaction.Respond(200);
                That(false, "a second answer to be refused");
            }
            catch (RtcException)
            {
            }
            bob.Client.RemoveRequestFilter(11);
        }
    }

    private static void TwoUsages()
    {
        using (Party alice = new Party("alice"))
        using (Party bob = new Party("bob"))
        {
            bob.Client.SetRequestFilter(1, "INVITE");
            Usage call = Usage.Create(alice.Client, UsageKind.Invite, new UsageOptions { Uri = bob.Address, From = "<sip:alice@127.0.0.1>" });
            That(call.State == UsageState.Init && call.Kind == UsageKind.Invite, "an idle usage");
            call.Send("INVITE", Description());
            Transaction incoming = bob.Request("INVITE").Transaction;
            Usage answering = Usage.Create(incoming, UsageKind.Invite);
            incoming.Respond(180);
            alice.Response("INVITE", 180);
            incoming.Respond(200, Description());
            alice.Response("INVITE", 200);
            That(call.Send("ACK") == null, "no transaction of an ACK");
            bob.Request("ACK");
            Dialog dialog = call.Dialog;
            That(dialog.CallId.Length > 0 && dialog.CallId == answering.Dialog.CallId, "one dialog");
            That(dialog.LocalTag == answering.Dialog.RemoteTag && dialog.State == DialogState.Confirmed, "its tags and state");
            call.Close(UsageClose.TellPeer);
            bob.Request("BYE");
            That(dialog.CallId.Length > 0, "a dialog to be readable after its end");
        }
    }

    private static void OwnRegistration()
    {
        using (Server server = Server.Start("udp:127.0.0.1:0", null, "example.test"))
        using (Party alice = new Party("alice"))
        {
            server.SetUser("alice", "wonderland");
            string host = server.Uris[0].Substring(4).Split(';')[0];
            alice.Client.SetCredentials(new Credentials { User = "alice", Secret = "wonderland" });
            Registration registration = Registration.Create(alice.Client, new RegistrationOptions
            {
                Aor = "sip:alice@" + host,
                Automation = Automation.Authentication | Automation.Refresh
            });
            registration.Register();
            alice.Next("registered", e => e.Type == EventType.Registration && registration.Equals(e.Registration) && e.RawState == (int)RegistrationState.Registered);
            That(registration.RegisteredContact.Contains("sip:"), "a registered contact");
            registration.Unregister();
            alice.Next("unregistered", e => e.Type == EventType.Registration && e.RawState == (int)RegistrationState.NotRegistered);
        }
    }

    private static void Refreshed()
    {
        using (Party alice = new Party("alice"))
        using (Party bob = new Party("bob"))
        {
            bob.Client.SetRequestFilter(2, "PUBLISH");
            SendOptions state = SendOptions.Content("text/plain", "rain");
            state.Headers = "Event: x-weather";
            state.ExpiresSeconds = 600;
            state.Flags = SendFlags.Refresh;
            Transaction published = Transaction.Send(alice.Client, "PUBLISH", bob.Address, state);
            SendOptions granted = new SendOptions { Headers = "SIP-ETag: one", ExpiresSeconds = 600, Flags = SendFlags.Expert };
            bob.Request("PUBLISH").Transaction.Respond(200, granted);
            alice.Response("PUBLISH", 200);
            That(published.Refresh.State == RefreshState.Active, "an active refresh");
            published.Refresh.Terminate();
            RtcEventArgs last = bob.Request("PUBLISH");
            That(last.GetSipMessage()["Expires"] == "0", "Expires 0");
            last.Transaction.Respond(200, granted);
        }
    }

    private static void BlindTransfer()
    {
        using (Party alice = new Party("alice"))
        using (Party bob = new Party("bob"))
        using (Party carol = new Party("carol"))
        {
            Session call = alice.Client.CreateSession(SessionType.PcToPc);
            call.AddParticipant(bob.Address);
            Predicate<RtcEventArgs> rings = e => e.Type == EventType.SessionStateChange && e.RawState == (int)SessionState.Incoming;
            Predicate<RtcEventArgs> connected = e => e.Type == EventType.SessionStateChange && e.RawState == (int)SessionState.Connected;
            bob.Next("incoming", rings).Session.Answer();
            alice.Next("connected", connected);
            bob.Next("connected", connected);
            That(Usage.Of(call).Session == call, "a session and its usage to name each other");
            call.Refer(carol.Address, new SendOptions { Cookie = 5 });
            RtcEventArgs referred = bob.Next("referred", e => e.Type == EventType.SessionReferred);
            referred.Answer();
            Session second = bob.Client.CreateSession(SessionType.PcToPc, new SessionOptions { Referral = referred });
            second.AddParticipant(referred.Uri);
            carol.Next("incoming", rings).Session.Answer();
            bob.Next("connected", connected);
            alice.Next("the transfer to be over", e => e.Type == EventType.SessionOperationComplete && e.Cookie == 5 && e.StatusCode >= 0);
            alice.Next("the end", e => e.Type == EventType.SessionStateChange && e.RawState == (int)SessionState.Disconnected);
        }
    }
}
