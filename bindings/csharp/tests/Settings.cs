// Settings.cs: what a running client is told, asked and allowed, from C#: options, the network, TLS, challenges, privacy,
// accounts. Prints a line for each step; the exit status is the number of failures.

using System;
using System.Collections.Concurrent;
using RtcClient;

static class Settings
{
    // For tls.example.test, signed by itself, good from 2020 to 2119.
    private const string Certificate =
        "-----BEGIN CERTIFICATE-----\n" +
        "MIIBhzCCASygAwIBAgIUF0ZAD6BP+d/J9Oq2qZYvvcjyS0MwCgYIKoZIzj0EAwIw\n" +
        "GzEZMBcGA1UEAwwQdGxzLmV4YW1wbGUudGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8y\n" +
        "MTE5MDEwMTAwMDAwMFowGzEZMBcGA1UEAwwQdGxzLmV4YW1wbGUudGVzdDBZMBMG\n" +
        "ByqGSM49AgEGCCqGSM49AwEHA0IABCVizHqKoZSEBvKQ5830crzTeVQRlRv/TrRO\n" +
        "s7BtV1P7jYNDqKqd6m4Yb56xVotSHm+QYBzQaTR4O73VQiDv/QOjTDBKMBsGA1Ud\n" +
        "EQQUMBKCEHRscy5leGFtcGxlLnRlc3QwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQU\n" +
        "u9+mpJc0yOCgelW6wkrjX9yDz3YwCgYIKoZIzj0EAwIDSQAwRgIhAMKS2W3BrJ1t\n" +
        "bgFshvcT9bBuCc4BP7rdngkpzppw+WpLAiEArdu+AOM+toaRfteJvNJ0EmnfzkHL\n" +
        "jrhWzf0MxT04GJY=\n" +
        "-----END CERTIFICATE-----\n";
    private const string Key =
        "-----BEGIN PRIVATE KEY-----\n" +
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNFPM8dadLND8pq/z\n" +
        "y7d4KTEAUhTbPMoE++7Q4lSDepqhRANCAAQlYsx6iqGUhAbykOfN9HK803lUEZUb\n" +
        "/060TrOwbVdT+42DQ6iqnepuGG+esVaLUh5vkGAc0Gk0eDu91UIg7/0D\n" +
        "-----END PRIVATE KEY-----\n";
    private static int _failures;

    private static int Main()
    {
        Run("options and network change while it runs", Changes);
        Run("TLS takes certificates of both sides", Certificates);
        Run("a challenge is answered on its transaction", Challenged);
        Run("a session hides its caller", Hidden);
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

    private static int CodeOf(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (RtcException fault)
        {
            return fault.HResult;
        }
    }

    /// <summary>A client whose events wait in a queue.</summary>
    private sealed class Party : IDisposable
    {
        private readonly BlockingCollection<RtcEventArgs> _events = new BlockingCollection<RtcEventArgs>();
        public readonly Client Client;
        public readonly Connection Connection;
        public readonly string Host;

        public Party(ClientOptions options = null)
        {
            options = options ?? new ClientOptions();
            options.EventFilter = (EventFilter)ulong.MaxValue;
            Client = new Client(ListenMode.None, options);
            Client.EventReceived += (sender, e) => _events.Add(e);
            Connection = Client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Udp });
            Host = Connection.GetLocalAddress(Transports.Udp);
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

        public void Dispose()
        {
            Client.Dispose();
        }
    }

    private static void Changes()
    {
        using (Party alice = new Party(), bob = new Party())
        {
            alice.Client.SetOptions(new ClientOptions { UserAgent = "renamed/2", Timers = new TimerOptions { RingSeconds = 30 } });
            That(CodeOf(() => alice.Client.SetOptions(new ClientOptions { SipPortMin = 5060 })) == RtcResult.RTC_E_NOT_ALLOWED, "no other ports");
            alice.Client.SendRequest("OPTIONS", "sip:bob@" + bob.Host);
            That(alice.Next("the answer", e => e.Type == EventType.Response).SipStatus == 200, "200");
            bob.Client.SetRequestFilter(3, "FOO");
            alice.Client.SendRequest("FOO", "sip:bob@" + bob.Host);
            RtcEventArgs came = bob.Next("FOO", e => e.Type == EventType.Request);
            That(came.GetSipMessage()["User-Agent"] == "renamed/2", "the new name");
            That(alice.Client.GetSecurityMechanisms().Contains("digest"), "digest is supported");
            That(string.IsNullOrEmpty(alice.Client.GetSecurityMechanisms("127.0.0.1")), "nothing was agreed");
            That(alice.Connection.LiveKind == ObjectKind.Connection && alice.Connection.LastError == 0, "a connection");
            That(alice.Client.NotifyNetwork(NetworkChange.Suspended, alice.Connection), "suspended");
            That(alice.Connection.State == ConnectionState.Suspended, "state suspended");
            That(!alice.Client.NotifyNetwork(NetworkChange.Suspended, alice.Connection), "suspended already");
            That(alice.Client.NotifyNetwork(NetworkChange.Resumed) && alice.Connection.State == ConnectionState.Active, "resumed");
            int next;
            That(alice.Client.GetEventDescriptor(out next) != new IntPtr(-1), "a descriptor");
        }
    }

    private static void Certificates()
    {
        ServerOptions options = new ServerOptions { Listen = "tls:127.0.0.1:0", Domain = "tls.example.test" };
        That(CodeOf(() => Server.Start(options)) < 0, "no server without a certificate");
        options.Tls = new TlsOptions { CertificatePem = Certificate, KeyPem = Key };
        DnsOptions names = new DnsOptions { Records = "tls.example.test. A 127.0.0.1\n" };
        ClientOptions trusting = new ClientOptions { Dns = names, Tls = new TlsOptions { CaPem = Certificate } };
        using (Server server = Server.Start(options))
        using (Party trusts = new Party(trusting), doubts = new Party(new ClientOptions { Dns = names }))
        {
            string uri = server.Uris[0];
            string port = uri.Substring(uri.IndexOf("127.0.0.1:") + 10).Split(';')[0];
            string target = "sip:tls.example.test:" + port + ";transport=tls";
            trusts.Client.SendRequest("OPTIONS", target);
            That(trusts.Next("the answer", e => e.Type == EventType.Response).SipStatus == 200, "200");
            doubts.Client.SendRequest("OPTIONS", target);
            That(doubts.Next("the failure", e => e.Type == EventType.TransactionFailed).Failed, "an unknown authority");
        }
    }

    private static void Challenged()
    {
        using (Server server = Server.Start("udp:127.0.0.1:0", "example.test"))
        using (Party alice = new Party())
        {
            server.SetUser("alice", "wonderland");
            string aor = server.Uris[0].Replace("sip:", "sip:alice@").Split(';')[0];
            Profile profile = alice.Client.CreateProfile(aor);
            int heard = 0;
            alice.Client.ChallengeReceived += (sender, e) => heard++;
            profile.AdditionalHeaderValues = "X-Account: first";
            That(profile.AdditionalHeaderValues == "X-Account: first\r\n", "headers of an account");
            profile.Enable();
            RtcEventArgs asked = alice.Next("the challenge", e => e.Type == EventType.Challenge);
            That(asked.Text == "example.test", "the realm");
            That(asked.Transaction.GetMessage(0)["X-Account"] == "first", "the account's header");
            asked.Transaction.SetCredentials(new Credentials { User = "alice", Secret = "wonderland" });
            alice.Next("registered", e => e.Type == EventType.RegistrationStateChange && e.RawState == (int)RegistrationState.Registered);
            That(heard == 1, "one challenge");
            That(profile.ServiceRoute == "" && profile.Gruu == "" && profile.TemporaryGruu == "", "nothing was given");
            That(profile.AssociatedUris.Length == 0, "no associated URI");
            profile.Proxy = "<sip:127.0.0.1:5099;lr>";
            That(profile.Proxy.Contains("5099"), "a proxy");
        }
    }

    private static void Hidden()
    {
        using (Party alice = new Party(), bob = new Party())
        {
            alice.Client.SipPrivacy = Privacy.ProxyId;
            That(alice.Client.SipPrivacy == Privacy.ProxyId, "privacy of the client");
            bob.Client.TrustedHops = "127.0.0.1";
            That(bob.Client.TrustedHops == "127.0.0.1", "trusted hops");
            bob.Client.OptionsBodyType = "text/plain";
            bob.Client.OptionsBody = "here";
            That(bob.Client.OptionsBody == "here" && bob.Client.OptionsBodyType == "text/plain", "the body of answers to OPTIONS");
            Session call = alice.Client.CreateSession(SessionType.PcToPc);
            call.SipPrivacy = Privacy.Local;
            That(call.SipPrivacy == Privacy.Local, "privacy of the session");
            call.LocalIdentity = "<sip:alice@example.test>";
            That(call.LocalIdentity.Contains("alice@example.test"), "an identity");
            call.ReferredBy = "<sip:carol@example.test>";
            call.ReferCookie = "third";
            That(call.ReferCookie == "third", "a cookie");
            call.AddParticipant("sip:bob@" + bob.Host);
            RtcEventArgs rings = bob.Next("the call", e => e.Type == EventType.SessionStateChange);
            That(rings.GetSipMessage()["From"].Contains("anonymous"), "nobody calls");
            That(rings.Session.IsReferred && rings.Session.ReferredBy.Contains("carol@"), "referred by carol");
            That(rings.Session.AssertedIdentities.Length <= 1, "at most one identity");
        }
    }
}
