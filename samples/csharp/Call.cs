// Call.cs SIP-URI USER PASSWORD TARGET: registers, calls, injects and reads a header, hangs up (C# 7.2, Mono and .NET)
using RtcClient;
static class Program {
    static void Main(string[] a) {
        using (var client = new Client(ListenMode.Dynamic)) {             // Dispose: prepare, shut down, release
            client.CreateProfile(a[0], a[1], a[2]).Enable().WaitFor(RegistrationState.Registered);
            var session = client.CreateSession(SessionType.PcToPc);
            session.AdditionalHeaderValues = "Call-Info: <http://example.com/me>;purpose=info";
            session.StateChanged += (s, e) => System.Console.WriteLine(e.State + " " + e.GetSipMessage()?["Server"]);
            session.AddParticipant(a[3]);
            session.WaitFor(SessionState.Connected).Terminate();          // WaitFor throws RtcException with the SIP status
        }
    }}
