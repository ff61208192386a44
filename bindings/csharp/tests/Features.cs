// Features.cs: each part of the API once, against the embedded server or a second client in this process. Prints a
// line for each step; the exit status is the number of failures.
//
//   Features.exe [WORDS]   all, or the steps whose names hold these words

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RtcClient;

static class Features
{
    private const int Limit = 20000;
    private const string Domain = "example.test";
    private static int _failures;
    private static int _done;
    private static string _only;

    private static int Main(string[] arguments)
    {
        _only = arguments.Length == 0 ? "" : arguments[0];
        Run("profiles by XML and by properties", Profiles);
        Run("credentials of the client", ClientCredentials);
        Run("published presence arrives at a subscriber", Presence);
        Run("watchers are allowed, put off, refused and told", Watchers);
        Run("an instant message session", Messages);
        Run("redirections, followed and by hand", Redirect);
        Run("requests of one's own are answered by the application", OwnRequests);
        Run("NOTIFY inside a call", DialogNotification);
        Run("re-INVITE with a description of one's own", ReInvite);
        Run("header lines by flags, of the client and of one message", HeaderLines);
        Run("progress, refusal and reasons", Reasons);
        Run("answer modes", AnswerModes);
        Run("TCP, a large body, traces to files", TcpAndTraces);
        Run("more objects than fit into one list", ManyObjects);
        Run("users of the embedded server", ServerUsers);
        Run("options that are refused", BadOptions);
        Console.WriteLine(_failures == 0 ? "ok: " + _done + " steps" : _failures + " of " + (_done + _failures) + " steps FAILED");
        return Math.Min(_failures, 100);
    }

    private static void Run(string name, Action step)
    {
        if (!name.Contains(_only))
            return;
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

    private static RtcException Throws(int code, Action action)
    {
        try
        {
            action();
        }
        catch (RtcException fault)
        {
            Equal(Library.ResultName(code), Library.ResultName(fault.HResult), fault.Message);
            return fault;
        }
        throw new Exception("expected " + Library.ResultName(code) + ", nothing was thrown");
    }

    private static int Status(int status)
    {
        return unchecked((int)0x80EF0000) + status;
    }

    private static T Soon<T>(Task<T> task, string what)
    {
        Soon((Task)task, what);
        return task.Result;
    }

    private static void Soon(Task task, string what)
    {
        if (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit))
            throw new TimeoutException("no " + what);
        task.GetAwaiter().GetResult();
    }

    /// <summary>A handler that keeps the first of what it is given that fits.</summary>
    private sealed class First<T> where T : EventArgs
    {
        private readonly TaskCompletionSource<T> _source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Func<T, bool> _fits;

        internal First(Func<T, bool> fits = null)
        {
            _fits = fits;
        }

        internal void Take(object sender, T args)
        {
            if (_fits == null || _fits(args))
                _source.TrySetResult(args);
        }

        internal T Wait(string what)
        {
            return Soon(_source.Task, what);
        }
    }

    private static Client Open(Transports transports = Transports.Udp, ClientOptions options = null)
    {
        Client client = new Client(ListenMode.None, options);
        client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = transports });
        client.HandlerException += delegate(object sender, HandlerExceptionEventArgs e)
        {
            _failures++;
            Console.WriteLine("a handler threw " + e.Exception);
        };
        return client;
    }

    private static string Address(Client client, string user = "bob")
    {
        string[] parts = client.NetworkAddresses[0].Split(new char[] { ':' }, 2);
        return "sip:" + user + "@" + parts[1] + (parts[0] == "udp" ? "" : ";transport=" + parts[0]);
    }

    private static Server Start()
    {
        Server server = Server.Start("udp:127.0.0.1:0", Domain, Domain);
        server.SetUser("alice", "wonder");
        server.SetUser("bob", "builder");
        return server;
    }

    private static ProfileOptions Account(Server server, string user, string password)
    {
        return new ProfileOptions
        {
            Uri = "sip:" + user + "@" + Domain,
            DisplayName = user.ToUpperInvariant(),
            User = user,
            Password = password,
            Registrar = server.Uris[0],
            Proxy = server.Uris[0] + ";lr",
            ExpiresSeconds = 600
        };
    }

    // ---------------------------------------------------------------- steps

    private static void Profiles()
    {
        using (Client client = Open())
        {
            Profile plain = client.CreateProfile(new ProfileOptions
            {
                Uri = "sip:alice@example.com", DisplayName = "Alice \u0142", User = "al", Realm = "r", Transports = Transports.Tcp,
                AllowedAuthentication = AuthenticationMethods.Digest, SessionTypes = SessionTypes.PcToPc | SessionTypes.Im
            });
            Equal("sip:alice@example.com", plain.UserUri, "URI");
            Equal("Alice \u0142", plain.UserName, "name");
            Equal("al", plain.UserAccount, "account");
            Equal("r", plain.Realm, "realm");
            plain.UserName = "Other";
            plain.Realm = "s";
            Equal("Other s", plain.UserName + " " + plain.Realm, "properties that were set");
            Equal(0, plain.RegisteredContacts.Length, "contacts");
            Equal(RegistrationState.NotRegistered, plain.State, "state");
            Profile provisioned = client.CreateProfileFromXml("<provision key=\"the key\" name=\"the name\">"
                + "<user account=\"acc\" name=\"Carol\" uri=\"sip:carol@example.com\" password=\"p\" realm=\"example.com\"/>"
                + "<sipsrv addr=\"127.0.0.1:5060\" protocol=\"TCP\" auth=\"digest\" role=\"registrar\">"
                + "<session party=\"first\" type=\"pc2pc\"/></sipsrv></provision>");
            Equal("the key", provisioned.ProfileKey, "key");
            Equal("the name", provisioned.Name, "name of the profile");
            Equal("sip:carol@example.com", provisioned.UserUri, "URI from XML");
            Equal("acc", provisioned.UserAccount, "account from XML");
            Equal(true, provisioned.Xml.Contains("the key"), "XML");
            Throws(RtcResult.RTC_E_MALFORMED_XML, delegate { client.CreateProfileFromXml("<provision"); });
            Throws(RtcResult.RTC_E_PROFILE_NO_KEY, delegate { client.CreateProfileFromXml("<provision name=\"x\"/>"); });
            Throws(RtcResult.RTC_E_INVALID_SIP_URL, delegate { client.CreateProfile("http://example.com"); });
            Equal(2, client.GetProfiles().Length, "profiles");
            Equal(true, client.GetProfiles().Contains(plain), "the same wrapper in the list");
        }
    }

    private static void ClientCredentials()
    {
        using (Server server = Start())
        using (Client client = Open())
        {
            client.SetCredentials(new Credentials { Realm = Domain, User = "alice", Secret = "wonder" });
            ProfileOptions options = Account(server, "alice", null);
            Profile profile = client.CreateProfile(options);
            Soon(profile.EnableAsync(), "registration");
            Equal(1, profile.RegisteredContacts.Length, "contacts");
            Equal(true, profile.ExpiresSeconds > 500, "granted time " + profile.ExpiresSeconds);
            Equal(1L, server.Bindings, "bindings");
            Soon(profile.DisableAsync(), "unregistration");
            Equal(false, profile.Disable(), "disabling twice");
            client.SetCredentials(new Credentials { Realm = Domain });
            profile.Enable();
            RtcException fault = null;
            try
            {
                profile.WaitFor(RegistrationState.Registered, Limit);
            }
            catch (RtcException refused)
            {
                fault = refused;
            }
            Equal(true, fault != null, "registered without credentials");
        }
    }

    private static void Presence()
    {
        const string type = "application/pidf+xml";
        const string pidf = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:alice@example.test\">"
            + "<tuple id=\"t1\"><status><basic>open</basic></status><note>\u00fcber</note></tuple></presence>";
        using (Server server = Start())
        using (Client alice = Open())
        using (Client bob = Open())
        {
            Profile publisher = alice.CreateProfile(Account(server, "alice", "wonder"));
            Profile watching = bob.CreateProfile(Account(server, "bob", "builder"));
            publisher.Enable(RegisterFlags.None);
            watching.Enable(RegisterFlags.None);
            Subscription subscription = bob.CreateSubscription("sip:alice@" + Domain, "presence", type, watching);
            First<RtcEventArgs> open = new First<RtcEventArgs>(e => e.BodyText != null && e.BodyText.Contains("\u00fcber"));
            subscription.NotifyReceived += open.Take;
            Soon(subscription.SubscribeAsync(), "subscription");
            Soon(publisher.PublishAsync("presence", SendOptions.Content(type, pidf)), "answer to PUBLISH");
            Equal(type, open.Wait("NOTIFY").ContentType, "type of the NOTIFY");
            SendOptions end = new SendOptions { Flags = SendFlags.End };
            Soon(publisher.PublishAsync("presence", end), "answer to the last PUBLISH");
            Soon(subscription.UnsubscribeAsync(), "end of the subscription");
            Equal(false, subscription.Unsubscribe(), "unsubscribing twice");
        }
    }

    private static void Watchers()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            bob.ServePackage("x-lamp", "text/plain", ServeMode.Offer);
            First<WatcherEventArgs> offered = new First<WatcherEventArgs>(e => e.State == WatcherState.Offering);
            First<WatcherEventArgs> gone = new First<WatcherEventArgs>(e => e.Kind == (int)WatcherEventKind.Remove);
            bob.WatcherChanged += offered.Take;
            bob.WatcherChanged += gone.Take;
            Subscription subscription = alice.CreateSubscription(new SubscriptionOptions
            {
                Uri = Address(bob), Event = "x-lamp", Accept = "text/plain", ExpiresSeconds = 300
            });
            First<RtcEventArgs> on = new First<RtcEventArgs>(e => e.BodyText == "on");
            subscription.NotifyReceived += on.Take;
            subscription.Subscribe();
            Watcher watcher = offered.Wait("SUBSCRIBE at bob").Watcher;
            Equal("x-lamp", watcher.Package, "package");
            watcher.Answer(WatcherState.Prompt);
            watcher.Name = "somebody";
            Equal("somebody", watcher.Name, "name");
            watcher.Answer(WatcherState.Allowed);
            watcher.Notify(null, SendOptions.Content("text/plain", "on"));
            on.Wait("NOTIFY with the state");
            subscription.WaitFor(SubscriptionState.Subscribed, Limit);
            Equal(true, watcher.ExpiresSeconds > 200 && watcher.ExpiresSeconds <= 300, "time of the watcher: " + watcher.ExpiresSeconds);
            watcher.Notify("terminated;reason=noresource");
            gone.Wait("end of the watcher");
            Task end = subscription.WaitForAsync(SubscriptionState.NotSubscribed);
            try
            {
                Soon(end, "end of the subscription");
            }
            catch (RtcException fault)
            {
                Console.WriteLine("        ended by the notifier: " + fault.Message);
            }
            Throws(RtcResult.RTC_E_INVALID_OBJECT_STATE, delegate { watcher.Notify("active"); });

            bob.WatcherChanged += delegate(object sender, WatcherEventArgs e)
            {
                if (e.State == WatcherState.Offering)
                    e.Watcher.Answer(WatcherState.Denied);
            };
            Subscription refused = alice.CreateSubscription(Address(bob), "x-lamp");
            Throws(Status(403), delegate { Soon(refused.SubscribeAsync(), "refusal"); });
            Subscription unknown = alice.CreateSubscription(Address(bob), "x-nobody");
            Throws(Status(489), delegate { Soon(unknown.SubscribeAsync(), "refusal"); });
        }
    }

    private static void Messages()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            First<RtcEventArgs> first = new First<RtcEventArgs>(), reply = new First<RtcEventArgs>();
            bob.MessageReceived += first.Take;
            Session session = alice.CreateSession(SessionType.Im);
            session.AddParticipant(Address(bob), "Bob");
            session.MessageReceived += reply.Take;
            Soon(session.SendAsync("MESSAGE", SendOptions.Content("text/plain", "gr\u00fc\u00dfe")), "answer to MESSAGE");
            RtcEventArgs received = first.Wait("MESSAGE at bob");
            Equal("gr\u00fc\u00dfe", received.BodyText, "text");
            if (received.Session == null)
                return;
            received.Session.SendMessage("zur\u00fcck");
            Equal("zur\u00fcck", reply.Wait("reply").BodyText, "text of the reply");
            session.Terminate();
        }
    }

    private static void Redirect()
    {
        using (Client bob = Open())
        using (Client carol = Open())
        using (Client alice = Open())
        {
            bob.IncomingSession += delegate(object sender, SessionStateEventArgs e) { e.Session.Redirect(Address(carol, "carol")); };
            carol.IncomingSession += delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(); };
            Session session = alice.CreateSession(SessionType.PcToPc);
            Soon(session.CallAsync(Address(bob)), "answer of carol");
            Soon(session.TerminateAsync(), "end");

            Session manual = alice.CreateSession(SessionType.PcToPc, new SessionOptions { Flags = SessionFlags.FailOnRedirect });
            First<SessionStateEventArgs> asked = new First<SessionStateEventArgs>(e => e.State == SessionState.Refer || e.SipStatus == 302);
            manual.StateChanged += asked.Take;
            manual.AddParticipant(Address(bob));
            SessionStateEventArgs told = asked.Wait("redirection at alice");
            Equal(302, told.SipStatus, "status");
            Equal(1, manual.RedirectUris.Length, "targets");
            Equal(true, manual.RedirectUris[0].Contains("carol"), manual.RedirectUris[0]);
            manual.Redirect();
            manual.WaitFor(SessionState.Connected, Limit);
            Soon(manual.TerminateAsync(), "end");
        }
    }

    private static void OwnRequests()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            bob.RequestReceived += delegate(object sender, RtcEventArgs e)
            {
                if (e.AnswerWithinMs <= 0)
                    return;
                SipMessage request = e.GetSipMessage();
                e.Answer(request.Method == "X-PING" ? 0 : 403, new SendOptions { Headers = "X-Echo: " + request["X-Say"] });
            };
            SendOptions say = new SendOptions { Headers = "X-Say: hello" };
            RtcEventArgs answer = Soon(alice.SendRequestAsync("X-PING", Address(bob), say), "answer");
            Equal("200 hello", answer.SipStatus + " " + answer.GetSipMessage()["X-Echo"], "answer to X-PING");
            Throws(RtcResult.RTC_E_NOT_ALLOWED, delegate { alice.SendRequest("INVITE", Address(bob)); });
            Throws(RtcResult.RTC_E_INVALID_SIP_URL, delegate { alice.SendRequest("OPTIONS", "nobody at all"); });
        }
    }

    private static void DialogNotification()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            bob.AllowDialogNotifications("x-lamp");
            First<SessionStateEventArgs> rings = new First<SessionStateEventArgs>();
            bob.IncomingSession += rings.Take;
            Session session = alice.CreateSession(SessionType.PcToPc);
            Task call = session.CallAsync(Address(bob));
            Session answered = rings.Wait("INVITE at bob").Session;
            First<RtcEventArgs> noticed = new First<RtcEventArgs>();
            answered.NotificationReceived += noticed.Take;
            answered.Answer();
            Soon(call, "answer");
            SendOptions notify = SendOptions.Content("text/plain", "flash");
            notify.Headers = "Event: x-lamp\r\nSubscription-State: active";
            notify.Flags = SendFlags.Expert;
            Soon(session.SendAsync("NOTIFY", notify), "answer to NOTIFY");
            Equal("flash", noticed.Wait("NOTIFY at bob").BodyText, "body");
            Soon(session.TerminateAsync(), "end");
        }
    }

    private static void ReInvite()
    {
        const string sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=sendrecv\r\n";
        using (Client bob = Open())
        using (Client alice = Open())
        {
            First<SessionStateEventArgs> rings = new First<SessionStateEventArgs>();
            bob.IncomingSession += rings.Take;
            Session session = alice.CreateSession(SessionType.PcToPc, new SessionOptions { ContentType = "application/sdp", Description = sdp });
            Task call = session.CallAsync(Address(bob));
            SessionStateEventArgs invite = rings.Wait("INVITE at bob");
            Equal(sdp, invite.BodyText, "offer at bob");
            Equal(sdp, invite.Session.RemoteDescription, "remote description at bob");
            invite.Session.Answer(0, SendOptions.Content("application/sdp", sdp.Replace("40000", "40002")));
            Soon(call, "answer");
            Equal(true, session.RemoteDescription.Contains("40002"), "answer at alice");
            Equal(true, session.LocalDescription.Contains("40000"), "own description at alice");
            string changed = sdp.Replace("- 1 1", "- 1 2").Replace("40000", "40004");
            // The description is the application's, so is the answer.
            invite.Session.ReInviteReceived += delegate(object sender, RtcEventArgs e)
            {
                Equal(changed, e.BodyText, "offer of the re-INVITE");
                e.Answer(0, SendOptions.Content("application/sdp", changed.Replace("40004", "40006")));
            };
            Task<RtcEventArgs> again = session.ReInviteAsync(ReInviteFlags.None, SendOptions.Content("application/sdp", changed));
            Soon(again, "answer to the re-INVITE");
            Equal(true, invite.Session.RemoteDescription.Contains("40004"), "changed offer at bob");
            Equal(true, session.RemoteDescription.Contains("40006"), "changed answer at alice");
            Soon(session.TerminateAsync(), "end");
        }
    }

    private static void HeaderLines()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            alice.AdditionalHeaderValues = "X-Client: 1";
            bob.IncomingSession += delegate(object sender, SessionStateEventArgs e)
            {
                e.Session.SetAdditionalHeaderValues("X-Bob: requests", HeadersFlags.RequestsOnly);
                e.Session.Answer(0, new SendOptions { Headers = "X-Answer: 1" });
            };
            Session session = alice.CreateSession(SessionType.PcToPc);
            session.SetAdditionalHeaderValues("X-Session: 2", HeadersFlags.Add);
            First<SessionStateEventArgs> connected = new First<SessionStateEventArgs>(e => e.State == SessionState.Connected);
            session.StateChanged += connected.Take;
            First<RtcEventArgs> info = new First<RtcEventArgs>();
            bob.EventReceived += delegate(object sender, RtcEventArgs e)
            {
                if (e.Type == EventType.Info)
                    info.Take(sender, e);
            };
            Soon(session.CallAsync(Address(bob)), "answer");
            SipMessage ok = connected.Wait("200").GetSipMessage();
            Equal("1", ok["X-Answer"], "header of the one message");
            Equal(null, ok["X-Bob"], "header for requests in a response");
            Soon(session.SendAsync("INFO", new SendOptions { Headers = "X-Session: once" }), "answer to INFO");
            SipMessage request = info.Wait("INFO at bob").GetSipMessage();
            Equal("1", request["X-Client"], "header of the client");
            Equal("once", string.Join(",", request.GetHeaders("X-Session").Select(h => h.Value)), "header of the message in place of the session's");
            Throws(RtcResult.RTC_E_HEADER_RESERVED, delegate { session.AdditionalHeaderValues = "Call-ID: x"; });
            Throws(RtcResult.RTC_E_HEADER_MALFORMED, delegate { session.AdditionalHeaderValues = "A: b\r\n\r\nINVITE sip:x SIP/2.0"; });
            Equal(true, session.AdditionalHeaderValues.Contains("X-Session: 2\r\n"), "lines after refusals: " + session.AdditionalHeaderValues);
            Soon(session.TerminateAsync(), "end");
        }
    }

    private static void Reasons()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            bob.IncomingSession += delegate(object sender, SessionStateEventArgs e)
            {
                e.Session.Answer(183, new SendOptions { Reason = "Nearly there" });
                e.Session.Answer(603, new SendOptions { Reason = "Not for you", Headers = "Retry-After: 7" });
            };
            Session session = alice.CreateSession(SessionType.PcToPc);
            First<SessionStateEventArgs> progress = new First<SessionStateEventArgs>(e => e.SipStatus == 183);
            session.StateChanged += progress.Take;
            RtcException fault = Throws(Status(603), delegate { Soon(session.CallAsync(Address(bob)), "refusal"); });
            Equal("Not for you", fault.Event.StatusText, "reason phrase");
            Equal(7L, fault.Event.GetSipMessage().GetHeader("Retry-After").Number, "Retry-After");
            Equal(true, fault.Message.Contains("603"), fault.Message);
            Equal("Nearly there", progress.Wait("progress").StatusText, "reason phrase of the progress");
            Equal("603", Library.ResultName(fault.HResult).Split(' ')[0], "name of the result");
        }
    }

    private static void AnswerModes()
    {
        using (Client bob = new Client())
        using (Client alice = Open())
        {
            bob.SetAnswerMode(SessionType.PcToPc, AnswerMode.AutomaticallyAccept);
            Equal(AnswerMode.AutomaticallyAccept, bob.GetAnswerMode(SessionType.PcToPc), "mode");
            bob.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Udp });
            Session session = alice.CreateSession(SessionType.PcToPc);
            Soon(session.CallAsync(Address(bob)), "answer by itself");
            Soon(session.TerminateAsync(), "end");
            bob.SetAnswerMode(SessionType.PcToPc, AnswerMode.AutomaticallyReject);
            Session refused = alice.CreateSession(SessionType.PcToPc);
            try
            {
                Soon(refused.CallAsync(Address(bob)), "refusal by itself");
                throw new Exception("the call was accepted");
            }
            catch (RtcException fault)
            {
                Equal(true, fault.SipStatus >= 400, "status " + fault.SipStatus);
            }
        }
    }

    private static void TcpAndTraces()
    {
        string folder = Path.Combine(Path.GetTempPath(), "rtcclient-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            using (Client bob = Open(Transports.Tcp))
            using (Client alice = Open(Transports.Tcp))
            {
                foreach (TraceKind kind in new TraceKind[] { TraceKind.Ladder, TraceKind.Pcap, TraceKind.Json })
                    alice.Trace(kind, Path.Combine(folder, kind.ToString()));
                Throws(RtcResult.RTC_E_FAIL, delegate { alice.Trace(TraceKind.Json, Path.Combine(folder, "no such folder", "x")); });
                First<RtcEventArgs> large = new First<RtcEventArgs>();
                bob.MessageReceived += large.Take;
                string body = new string('\u00e4', 20000);
                RtcEventArgs answer = Soon(alice.SendRequestAsync("MESSAGE", Address(bob), SendOptions.Content("text/plain", body)), "answer to MESSAGE");
                Equal(200, answer.SipStatus, "status");
                Equal(body, large.Wait("MESSAGE at bob").BodyText, "large body");
                Equal("TCP", answer.GetSipMessage().GetHeader("Via").Token.ToUpperInvariant().Split('/').Last(), "transport in Via");
                Statistics counted = alice.GetStatistics();
                Equal(1UL, counted.RequestsOut, "requests sent");
                Equal(1UL, counted.ResponsesIn, "responses received");
            }
            foreach (string file in Directory.GetFiles(folder))
                Equal(true, new FileInfo(file).Length > 100, "length of " + file);
            Equal(3, Directory.GetFiles(folder).Length, "traces");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static void ManyObjects()
    {
        using (Client client = Open())
        {
            Session[] sessions = Enumerable.Range(0, 100).Select(i => client.CreateSession(SessionType.PcToPc)).ToArray();
            Equal(true, client.GetSessions().SequenceEqual(sessions), "the same sessions in their order");
            sessions[0].Tag = "first";
            Equal("first", (string)client.GetSessions()[0].Tag, "tag");
            foreach (Session session in sessions)
                session.Dispose();
        }
    }

    private static void ServerUsers()
    {
        using (Server server = Start())
        using (Client alice = Open())
        {
            Profile profile = alice.CreateProfile(Account(server, "alice", "wonder")).Enable(RegisterFlags.None);
            server.SetUser("busy", null, null, 486);
            Session session = alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = profile });
            Throws(Status(486), delegate { Soon(session.CallAsync("sip:busy@" + Domain), "refusal"); });
            Session nobody = alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = profile });
            Throws(Status(404), delegate { Soon(nobody.CallAsync("sip:nobody@" + Domain), "refusal"); });
            using (Client carol = Open())
            {
                carol.IncomingSession += delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(); };
                server.SetUser("moved", null, Address(carol, "carol"), 302);
                Session moved = alice.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = profile });
                Soon(moved.CallAsync("sip:moved@" + Domain), "answer of carol");
                Soon(moved.TerminateAsync(), "end");
            }
            Equal(Domain, server.Realm, "realm");
            Equal(true, server.Requests > 3, "requests " + server.Requests);
            server.Stop();
            Throws(RtcResult.RTC_E_INVALID_OBJECT_STATE, delegate { server.SetUser("late", "x"); });
        }
        Throws(RtcResult.RTC_E_NOT_ALLOWED, delegate { Server.Start("udp:192.0.2.1:0"); });
        Throws(RtcResult.RTC_E_INVALIDARG, delegate { Server.Start("no address"); });
    }

    private static void BadOptions()
    {
        Throws(RtcResult.RTC_E_SIP_INVALID_CERTIFICATE, delegate { new Client(ListenMode.None, new ClientOptions { Tls = new TlsOptions { CaPem = "x" } }); });
        Throws(RtcResult.RTC_E_INVALID_PORTRANGE, delegate { new Client(ListenMode.None, new ClientOptions { SipPortMin = 6000, SipPortMax = 5000 }); });
        Throws(RtcResult.RTC_E_INVALIDARG, delegate { new Client(ListenMode.None, new ClientOptions { UserAgent = "a\r\nVia: x" }); });
        using (Client client = Open())
        {
            Throws(RtcResult.RTC_E_NOT_IMPLEMENTED, delegate { client.CreateSession(SessionType.PhoneToPhone); });
            Throws(RtcResult.RTC_E_INVALIDARG, delegate { client.CreateSession((SessionType)77); });
            Throws(RtcResult.RTC_E_INVALIDARG, delegate { client.Listen((ListenMode)9); });
            Throws(RtcResult.RTC_E_SIP_TRANSPORT_NOT_SUPPORTED, delegate
            {
                client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Wss });
            });
            Throws(RtcResult.RTC_E_INVALIDARG, delegate { client.CreateConnection(new ConnectionOptions { Address = "not an address" }); });
            string taken = client.NetworkAddresses[0];
            int port = int.Parse(taken.Substring(taken.LastIndexOf(':') + 1));
            Throws(RtcResult.RTC_E_ADDRESS_IN_USE, delegate
            {
                client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Udp, Port = port });
            });
            try
            {
                client.CreateConnection(new ConnectionOptions { Port = 70000 });
                throw new Exception("port 70000 was taken");
            }
            catch (ArgumentOutOfRangeException)
            {
            }
            Session session = client.CreateSession(SessionType.PcToPc);
            Throws(RtcResult.RTC_E_INVALID_SIP_URL, delegate { session.AddParticipant("mailto:x@y"); });
            Throws(RtcResult.RTC_E_POINTER, delegate { session.AddParticipant(null); });
            Throws(RtcResult.RTC_E_INVALID_SESSION_STATE, delegate { session.Answer(); });
            Throws(RtcResult.RTC_E_INVALIDARG, delegate { session.AddParticipant("sip:a@b", "line\r\nbreak"); });
        }
    }
}
