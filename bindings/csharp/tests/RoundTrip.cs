// RoundTrip.cs: the whole way in one process. An embedded server, two clients: register,
// subscribe, call with an injected header, read it on the other side, hold, INFO, BYE,
// unregister; then misuse. Prints a line for each step; the exit status is the number of failures.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RtcClient;

static class RoundTrip
{
    private const int Limit = 20000;
    private static int _failures;
    private static int _done;

    private static int Main()
    {
        Run("the structs have the sizes that the library expects", Library.CheckLayout);
        Run("the library tells its version", delegate
        {
            Equal(true, Library.Version.Length > 0, "version");
            Equal("RTC_E_HANDLE", Library.ResultName(RtcResult.RTC_E_HANDLE), "name of a result");
            Equal(false, Library.HasFeature("no such feature"), "unknown feature");
        });
        Run("a message is parsed, read and built", Messages);
        Run("a URI compares by RFC 3261", Uris);
        Run("bad input is refused with a number and a sentence", BadInput);
        Run("a released handle is RTC_E_HANDLE, not a crash", StaleHandles);
        Run("a client that was shut down says so", AfterShutdown);
        Run("clients without a listener and without Dispose are collected", Abandoned);
        using (World world = new World())
        {
            Run("register, wrong password first", world.Register);
            Run("subscribe to an event package and be notified", world.Subscribe);
            Run("call with an injected header and read it on the other side", world.Call);
            Run("hold and unhold", world.Hold);
            Run("INFO inside the call", world.Info);
            Run("a handler that throws harms nobody", world.ThrowingHandler);
            Run("waiting inside a handler is refused", world.WaitInsideHandler);
            Run("hang up", world.HangUp);
            Run("a refused call throws with its SIP status", world.Refused);
            Run("a cancelled token cancels the call", world.Cancelled);
            Run("MESSAGE and OPTIONS outside calls", world.StandAlone);
            Run("collections during callbacks move nothing", world.CollectDuringCallbacks);
            Run("unregister and shut down", world.End);
        }
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

    internal static void Equal<T>(T wanted, T found, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, found))
            throw new Exception(what + ": expected <" + wanted + ">, found <" + found + ">");
    }

    internal static RtcException Throws(int code, Action action)
    {
        try
        {
            action();
        }
        catch (RtcException fault)
        {
            if (fault.HResult != code)
                throw new Exception("expected " + Library.ResultName(code) + ", found " + Library.ResultName(fault.HResult) + ": " + fault.Message);
            Equal(true, fault.Message.Length > 0, "a sentence");
            return fault;
        }
        throw new Exception("expected " + Library.ResultName(code) + ", nothing was thrown");
    }

    internal static T Soon<T>(Task<T> task, string what)
    {
        if (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit))
            throw new TimeoutException("no " + what);
        return task.GetAwaiter().GetResult();
    }

    internal static void Soon(Task task, string what)
    {
        if (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit))
            throw new TimeoutException("no " + what);
        task.GetAwaiter().GetResult();
    }

    // ---------------------------------------------------------------- without a network

    private const string Invite = "INVITE sip:bob@example.com SIP/2.0\r\n"
        + "Via: SIP/2.0/UDP client.example.com:5060;branch=z9hG4bK74bf9\r\n"
        + "Max-Forwards: 70\r\n"
        + "From: \"J\u00fcrgen\" <sip:alice@example.com>;tag=9fxced76sl\r\n"
        + "To: Bob <sip:bob@example.com>\r\n"
        + "i: 3848276298220188511@example.com\r\n"
        + "CSeq: 1 INVITE\r\n"
        + "Contact: <sip:alice@client.example.com>\r\n"
        + "Call-Info: <http://a.example/1>;purpose=icon, <http://a.example/2>;purpose=info\r\n"
        + "c: text/plain\r\n"
        + "Content-Length: 5\r\n"
        + "\r\n"
        + "hello";

    private static void Messages()
    {
        using (SipMessage message = SipMessage.Parse(Invite))
        {
            Equal(true, message.IsRequest, "request");
            Equal("INVITE sip:bob@example.com SIP/2.0", message.StartLine, "start line");
            Equal("INVITE", message.Method, "method");
            Equal("3848276298220188511@example.com", message["Call-ID"], "Call-ID by its long name");
            Equal(message["i"], message.CallId, "Call-ID by its compact name");
            Equal((string)null, message["Subject"], "absent header");
            Header from = message.GetHeader("From");
            Equal("J\u00fcrgen", from.DisplayName.Trim('"'), "UTF-8 display name");
            Equal("9fxced76sl", from.GetParameter("tag"), "tag");
            Equal((string)null, from.GetParameter("no"), "absent parameter");
            Equal(2, message.GetHeaders("Call-Info").Count(), "list elements");
            Equal(1, message.GetHeaders("Call-Info", true).Count(), "lines");
            Equal("hello", message.GetBody().Text, "body");
            Equal(1L, message.CSeq, "CSeq");
            Equal(Invite, message.ToString(), "every byte");
            SipMessageOptions options = new SipMessageOptions();
            options.Status = 200;
            options.Base = message;
            options.Headers = "X-Note: \u00e4";
            using (SipMessage answer = SipMessage.Create(options))
            {
                Equal(200, answer.Status, "status");
                Equal(message["Via"], answer["Via"], "Via of the answer");
                Equal("\u00e4", answer["X-Note"], "own header");
                Equal("0", answer["Content-Length"], "Content-Length");
            }
        }
        Header number = Header.Parse("Expires", "3600");
        Equal(3600L, number.Number, "number of a header from text");
    }

    private static void Uris()
    {
        RtcClient.Uri uri = RtcClient.Uri.Parse("sip:alice@Example.COM:5070;transport=tcp");
        Equal("alice", uri.User, "user");
        Equal(5070, uri.Port, "port");
        Equal("tcp", uri.GetParameter("transport"), "parameter");
        Equal(true, uri.Equals(RtcClient.Uri.Parse("SIP:alice@example.com:5070;transport=TCP")), "equal URIs");
        Equal(false, uri.Equals(RtcClient.Uri.Parse("sip:ALICE@example.com:5070;transport=tcp")), "user is case-sensitive");
    }

    private static void BadInput()
    {
        try
        {
            SipMessage.Parse("no SIP at all\r\n\r\n");
            throw new Exception("garbage was parsed");
        }
        catch (RtcException fault)
        {
            Equal(true, fault.HResult < 0, "a failing number");
        }
        using (Client client = new Client())
        {
            Throws(RtcResult.RTC_E_INVALIDARG, delegate { client.CreateProfile("not a uri at all", "u\r\nX: y", "p"); });
            using (Session session = client.CreateSession(SessionType.PcToPc))
            {
                Throws(RtcResult.RTC_E_HEADER_MALFORMED, delegate { session.AdditionalHeaderValues = "no colon here"; });
                Throws(RtcResult.RTC_E_HEADER_RESERVED, delegate { session.AdditionalHeaderValues = "Via: SIP/2.0/UDP x"; });
                session.AdditionalHeaderValues = "X-One: 1\nX-Two: 2";
                Equal("X-One: 1\r\nX-Two: 2\r\n", session.AdditionalHeaderValues, "normalised lines");
                session.AdditionalHeaderValues = null;
                Equal("", session.AdditionalHeaderValues ?? "", "no lines any more");
                Throws(RtcResult.RTC_E_INVALID_SESSION_STATE, delegate { session.Hold(); });
            }
            try
            {
                client.CreateSession(SessionType.PcToPc).AdditionalHeaderValues = "X: \ud800";
                throw new Exception("a lone surrogate was sent");
            }
            catch (ArgumentException)
            {
            }
        }
    }

    private static void StaleHandles()
    {
        using (Client client = new Client())
        {
            Session session = client.CreateSession(SessionType.PcToPc);
            session.Dispose();
            session.Dispose();
            Throws(RtcResult.RTC_E_HANDLE, delegate { session.Terminate(); });
            Throws(RtcResult.RTC_E_HANDLE, delegate { GC.KeepAlive(session.State); });
            Throws(RtcResult.RTC_E_HANDLE, delegate { session.AdditionalHeaderValues = "A: b"; });
            SipMessage message = SipMessage.Parse(Invite);
            message.Dispose();
            Throws(RtcResult.RTC_E_HANDLE, delegate { message.ToString(); });
        }
    }

    private static void AfterShutdown()
    {
        Client client = new Client();
        Session session = client.CreateSession(SessionType.PcToPc);
        client.Shutdown();
        Throws(RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN, delegate { client.CreateSession(SessionType.PcToPc); });
        client.Dispose();
        client.Dispose();
        Throws(RtcResult.RTC_E_HANDLE, delegate { client.Listen(ListenMode.Dynamic); });
        GC.KeepAlive(session.Type);
        session.Dispose();
    }

    private static void Abandoned()
    {
        for (int i = 0; i < 20; i++)
        {
            Client client = new Client();
            client.CreateSession(SessionType.PcToPc);
            client.CreateProfile("sip:a@example.com");
            client.Shutdown();
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}

/// <summary>A server and two registered clients.</summary>
sealed class World : IDisposable
{
    private const string Domain = "example.test";
    private readonly Server _server;
    private readonly string _route;
    private readonly Client _alice;
    private readonly Client _bob;
    private Profile _aliceProfile;
    private Profile _bobProfile;
    private Session _call;
    private Session _answered;

    internal World()
    {
        _server = Server.Start("udp:127.0.0.1:0", Domain, Domain);
        _server.SetUser("alice", "wonder land");
        _server.SetUser("bob", "b\u00fcilder");
        _route = _server.Uris[0];
        _alice = Open("roundtrip alice");
        _bob = Open("roundtrip bob");
    }

    private static Client Open(string agent)
    {
        ClientOptions options = new ClientOptions();
        options.UserAgent = agent;
        Client client = new Client(ListenMode.None, options);
        ConnectionOptions address = new ConnectionOptions();
        address.Address = "127.0.0.1";
        address.Transports = Transports.Udp;
        client.CreateConnection(address);
        return client;
    }

    private Profile Account(Client client, string user, string password)
    {
        ProfileOptions options = new ProfileOptions();
        options.Uri = "sip:" + user + "@" + Domain;
        options.User = user;
        options.Password = password;
        options.Registrar = _route;
        options.Proxy = _route.Contains(";lr") ? _route : "<" + _route.Trim('<', '>') + ";lr>";
        return client.CreateProfile(options);
    }

    internal void Register()
    {
        Profile wrong = Account(_alice, "alice", "wrong");
        try
        {
            wrong.Enable().WaitFor(RegistrationState.Registered, 20000);
            throw new Exception("registered with a wrong password");
        }
        catch (RtcException fault)
        {
            RoundTrip.Equal(true, fault.SipStatus == 401 || fault.SipStatus == 403, "SIP status " + fault.SipStatus + " of " + fault.Message);
        }
        wrong.Dispose();
        _aliceProfile = Account(_alice, "alice", "wonder land").Enable().WaitFor(RegistrationState.Registered, 20000);
        _bobProfile = Account(_bob, "bob", "b\u00fcilder");
        RoundTrip.Soon(_bobProfile.EnableAsync(), "registration of bob");
        RoundTrip.Equal(RegistrationState.Registered, _bobProfile.State, "state of bob");
        RoundTrip.Equal("sip:bob@" + Domain, _bobProfile.UserUri, "address of bob");
        RoundTrip.Equal(2L, _server.Bindings, "bindings at the server");
    }

    internal void Subscribe()
    {
        _bob.ServePackage("x-lamp", "text/plain", ServeMode.Offer);
        TaskCompletionSource<string> offered = new TaskCompletionSource<string>();
        EventHandler<WatcherEventArgs> offer = delegate(object sender, WatcherEventArgs e)
        {
            try
            {
                if (e.Watcher == null || e.Watcher.State != WatcherState.Offering)
                    return;
                SipMessage request = e.GetSipMessage();
                e.Watcher.Answer(WatcherState.Allowed, SendOptions.Content("text/plain", "on"));
                offered.TrySetResult(request["X-Colour"]);
            }
            catch (Exception fault)
            {
                offered.TrySetException(fault);
            }
        };
        _bob.WatcherChanged += offer;
        Subscription subscription = _alice.CreateSubscription("sip:bob@" + Domain, "x-lamp", "text/plain", _aliceProfile);
        TaskCompletionSource<RtcEventArgs> notified = new TaskCompletionSource<RtcEventArgs>();
        subscription.NotifyReceived += delegate(object sender, RtcEventArgs e)
        {
            if (e.BodyText == "on")
                notified.TrySetResult(e);
        };
        subscription.AdditionalHeaderValues = "X-Colour: gr\u00fcn";
        subscription.Subscribe();
        RoundTrip.Equal("gr\u00fcn", RoundTrip.Soon(offered.Task, "SUBSCRIBE at bob"), "header injected into SUBSCRIBE");
        RtcEventArgs notify = RoundTrip.Soon(notified.Task, "NOTIFY at alice");
        // Read long after the handler has returned.
        RoundTrip.Equal("NOTIFY", notify.GetSipMessage().Method, "method of the message behind the event");
        RoundTrip.Equal("x-lamp", notify.GetSipMessage()["Event"], "package");
        subscription.WaitFor(SubscriptionState.Subscribed, 20000);
        RoundTrip.Soon(subscription.UnsubscribeAsync(), "end of the subscription");
        _bob.WatcherChanged -= offer;
    }

    internal void Call()
    {
        TaskCompletionSource<RtcEventArgs> rings = new TaskCompletionSource<RtcEventArgs>();
        EventHandler<SessionStateEventArgs> incoming = delegate(object sender, SessionStateEventArgs e)
        {
            rings.TrySetResult(e);
        };
        _bob.IncomingSession += incoming;
        const string info = "<http://example.com/me>;purpose=info";
        _call = _alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = _aliceProfile }, "Call-Info: " + info + "\r\nX-Text: \u00e9\u4e16");
        List<SessionState> seen = new List<SessionState>();
        string agent = null;
        _call.StateChanged += delegate(object sender, SessionStateEventArgs e)
        {
            lock (seen)
                seen.Add(e.State);
            SipMessage message = e.GetSipMessage();
            if (e.State == SessionState.Connected && message != null)
                agent = message["X-From-Bob"];
        };
        Task call = _call.CallAsync("sip:bob@" + Domain);
        RtcEventArgs invite = RoundTrip.Soon(rings.Task, "INVITE at bob");
        _bob.IncomingSession -= incoming;
        SipMessage received = invite.GetSipMessage();
        RoundTrip.Equal("INVITE", received.Method, "method at bob");
        RoundTrip.Equal(info, received["Call-Info"], "injected header at bob");
        RoundTrip.Equal("\u00e9\u4e16", received["X-Text"], "injected UTF-8 at bob");
        _answered = invite.Session;
        RoundTrip.Equal(SessionState.Incoming, _answered.State, "state at bob");
        _answered.AdditionalHeaderValues = "X-From-Bob: yes";
        _answered.Answer();
        RoundTrip.Soon(call, "answer at alice");
        _answered.WaitFor(SessionState.Connected, 20000);
        RoundTrip.Equal("yes", agent, "header injected into the 200");
        lock (seen)
            RoundTrip.Equal(SessionState.Connected, seen[seen.Count - 1], "last state at alice");
        RoundTrip.Equal(_call.CallId, _answered.CallId, "Call-ID on both sides");
        RoundTrip.Equal(1, _call.GetParticipants().Length, "participants");
        RoundTrip.Equal(true, ReferenceEquals(_call, _call.GetParticipants()[0].Session), "one wrapper for each handle");
    }

    internal void Hold()
    {
        RtcEventArgs held = RoundTrip.Soon(_call.HoldAsync(), "hold");
        RoundTrip.Equal(false, held.Failed, "hold failed");
        RoundTrip.Equal(true, _call.IsHeldLocally, "held here");
        RoundTrip.Equal(false, _call.Hold(), "holding twice");
        RoundTrip.Soon(_call.UnholdAsync(), "unhold");
        RoundTrip.Equal(false, _call.IsHeldLocally, "not held any more");
    }

    internal void Info()
    {
        TaskCompletionSource<RtcEventArgs> arrived = new TaskCompletionSource<RtcEventArgs>();
        EventHandler<RtcEventArgs> handler = delegate(object sender, RtcEventArgs e) { arrived.TrySetResult(e); };
        _answered.InfoReceived += handler;
        SendOptions info = SendOptions.Content("application/x-test", "Signal=5");
        info.Headers = "X-Once: 1";
        RoundTrip.Soon(_call.SendAsync("INFO", info), "answer to INFO");
        RtcEventArgs e2 = RoundTrip.Soon(arrived.Task, "INFO at bob");
        _answered.InfoReceived -= handler;
        RoundTrip.Equal("Signal=5", e2.BodyText, "body of the INFO");
        RoundTrip.Equal("application/x-test", e2.ContentType, "type of the INFO");
        RoundTrip.Equal("1", e2.GetSipMessage()["X-Once"], "header of this message alone");
        RoundTrip.Equal(true, e2.GetSipMessage()["Call-Info"] != null, "header of every message");
    }

    internal void ThrowingHandler()
    {
        TaskCompletionSource<Exception> complained = new TaskCompletionSource<Exception>();
        TaskCompletionSource<bool> second = new TaskCompletionSource<bool>();
        EventHandler<HandlerExceptionEventArgs> listener = delegate(object s, HandlerExceptionEventArgs e) { complained.TrySetResult(e.Exception); };
        EventHandler<RtcEventArgs> bad = delegate { throw new InvalidTimeZoneException("on purpose"); };
        EventHandler<RtcEventArgs> good = delegate { second.TrySetResult(true); };
        _bob.HandlerException += listener;
        _answered.InfoReceived += bad;
        _answered.InfoReceived += good;
        RoundTrip.Soon(_call.SendAsync("INFO", SendOptions.Content("text/plain", "x")), "answer to INFO");
        RoundTrip.Equal("on purpose", RoundTrip.Soon(complained.Task, "complaint").Message, "what was thrown");
        RoundTrip.Soon(second.Task, "second handler");
        _answered.InfoReceived -= bad;
        _answered.InfoReceived -= good;
        _bob.HandlerException -= listener;
    }

    internal void WaitInsideHandler()
    {
        TaskCompletionSource<Exception> caught = new TaskCompletionSource<Exception>();
        EventHandler<RtcEventArgs> handler = delegate
        {
            try
            {
                _answered.WaitFor(SessionState.Disconnected);
                caught.TrySetResult(null);
            }
            catch (Exception fault)
            {
                caught.TrySetResult(fault);
            }
        };
        _answered.InfoReceived += handler;
        RoundTrip.Soon(_call.SendAsync("INFO", SendOptions.Content("text/plain", "x")), "answer to INFO");
        RoundTrip.Equal(true, RoundTrip.Soon(caught.Task, "handler") is InvalidOperationException, "refused");
        _answered.InfoReceived -= handler;
    }

    internal void HangUp()
    {
        RoundTrip.Soon(_call.TerminateAsync(), "BYE");
        _answered.WaitFor(SessionState.Disconnected, 20000);
        RoundTrip.Equal(SessionState.Disconnected, _call.State, "state after the end");
        RoundTrip.Throws(RtcResult.RTC_E_INVALID_SESSION_STATE, delegate { _call.Terminate(); });
        RoundTrip.Throws(RtcResult.RTC_E_INVALID_SESSION_STATE, delegate { _call.Hold(); });
    }

    internal void Refused()
    {
        EventHandler<SessionStateEventArgs> busy = delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(486); };
        _bob.IncomingSession += busy;
        Session session = _alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = _aliceProfile });
        try
        {
            RoundTrip.Soon(session.CallAsync("sip:bob@" + Domain), "refusal");
            throw new Exception("the call was accepted");
        }
        catch (RtcException fault)
        {
            RoundTrip.Equal(486, fault.SipStatus, "SIP status");
            RoundTrip.Equal(486, fault.Event.GetSipMessage().Status, "message behind the exception");
        }
        finally
        {
            _bob.IncomingSession -= busy;
        }
    }

    internal void Cancelled()
    {
        TaskCompletionSource<Session> rings = new TaskCompletionSource<Session>();
        EventHandler<SessionStateEventArgs> incoming = delegate(object sender, SessionStateEventArgs e) { rings.TrySetResult(e.Session); };
        _bob.IncomingSession += incoming;
        using (CancellationTokenSource source = new CancellationTokenSource())
        {
            Session session = _alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = _aliceProfile });
            Task call = session.CallAsync("sip:bob@" + Domain, source.Token);
            Session ringing = RoundTrip.Soon(rings.Task, "INVITE at bob");
            source.Cancel();
            try
            {
                RoundTrip.Soon(call, "cancellation");
                throw new Exception("the call was not cancelled");
            }
            catch (OperationCanceledException)
            {
            }
            session.WaitFor(SessionState.Disconnected, 20000);
            ringing.WaitFor(SessionState.Disconnected, 20000);
        }
        _bob.IncomingSession -= incoming;
    }

    internal void StandAlone()
    {
        TaskCompletionSource<RtcEventArgs> arrived = new TaskCompletionSource<RtcEventArgs>();
        EventHandler<RtcEventArgs> handler = delegate(object sender, RtcEventArgs e) { arrived.TrySetResult(e); };
        _bob.MessageReceived += handler;
        RtcEventArgs answer = RoundTrip.Soon(_alice.SendRequestAsync("MESSAGE", "sip:bob@" + Domain,
            SendOptions.Content("text/plain", "gr\u00fc\u00dfe"), _aliceProfile), "answer to MESSAGE");
        RoundTrip.Equal(200, answer.SipStatus, "status of MESSAGE");
        RoundTrip.Equal("gr\u00fc\u00dfe", RoundTrip.Soon(arrived.Task, "MESSAGE at bob").BodyText, "text at bob");
        _bob.MessageReceived -= handler;
        answer = RoundTrip.Soon(_alice.SendRequestAsync("OPTIONS", "sip:bob@" + Domain, null, _aliceProfile), "answer to OPTIONS");
        RoundTrip.Equal(200, answer.SipStatus, "status of OPTIONS");
        answer = RoundTrip.Soon(_alice.SendRequestAsync("OPTIONS", "sip:nobody@" + Domain, null, _aliceProfile), "answer to OPTIONS");
        RoundTrip.Equal(404, answer.SipStatus, "status of OPTIONS to nobody");
    }

    internal void CollectDuringCallbacks()
    {
        int count = 0;
        EventHandler<RtcEventArgs> collect = delegate
        {
            // One at a time: in Mono one of two threads that wait for finalizers may never be woken.
            lock (_alice)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            Interlocked.Increment(ref count);
        };
        EventHandler<SessionStateEventArgs> accept = delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(); };
        _alice.EventReceived += collect;
        _bob.EventReceived += collect;
        _bob.IncomingSession += accept;
        for (int i = 0; i < 5; i++)
        {
            Session session = _alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = _aliceProfile });
            RoundTrip.Soon(session.CallAsync("sip:bob@" + Domain), "answer");
            RoundTrip.Soon(session.TerminateAsync(), "end");
            session.Dispose();
        }
        _alice.EventReceived -= collect;
        _bob.EventReceived -= collect;
        _bob.IncomingSession -= accept;
        RoundTrip.Equal(true, count >= 10, "events during collections: " + count);
    }

    internal void End()
    {
        RoundTrip.Soon(_aliceProfile.DisableAsync(), "unregistration of alice");
        RoundTrip.Equal(RegistrationState.NotRegistered, _aliceProfile.State, "state of alice");
        RoundTrip.Soon(_alice.ShutdownAsync(), "shutdown of alice");
        RoundTrip.Equal(true, _alice.IsDisposed, "alice is released");
        _bob.Dispose();
        RoundTrip.Equal(0L, _server.Bindings, "bindings after the end");
        _server.Stop();
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _server.Dispose();
    }
}
