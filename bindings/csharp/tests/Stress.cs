// Stress.cs: what a program in C# may do at the wrong time: collect garbage, dispose, throw, wait and leave inside
// handlers, drop objects without Dispose, keep them too long, call from many threads. Nothing may crash, hang or
// stay behind. Prints a line for each step; the exit status is the number of failures.
//
//   Stress.exe            all
//   Stress.exe WORDS      the steps whose names hold these words
//   Stress.exe leave HOW  (used by a step) ends the process in the middle: return, exit, throw

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using RtcClient;

static class Stress
{
    private const int Limit = 30000;
    private const string Domain = "example.test";
    private static int _failures;
    private static int _done;
    private static string _only;

    private static int Main(string[] arguments)
    {
        if (arguments.Length == 2 && arguments[0] == "leave")
            return Leave(arguments[1]);
        // The thread pool's overseer has the name of the thread that first needs the pool.
        Task.Run(delegate { }).Wait();
        _only = arguments.Length == 1 ? arguments[0] : "";
        Run("fifty calls in a row leave nothing behind", FiftyCalls);
        Run("objects that are only dropped are released by the finalizer", Dropped);
        Run("a collection in every callback", CollectEverywhere);
        Run("a null dereference in a handler is an exception", NullInHandler);
        Run("every handler throws", EverybodyThrows);
        Run("disposing of sessions inside their handlers", DisposeSessionInside);
        Run("disposing of the client inside its handler", DisposeClientInside);
        Run("shutting down by await inside a handler", ShutdownInside);
        Run("calls in both directions from eight threads", Crossfire);
        Run("stale handles are RTC_E_HANDLE", Stale);
        Run("handlers on a synchronization context", OnContext);
        Run("a client without threads of the library", Driven);
        Run("log and trace writers that collect and throw", Writers);
        Run("leaving the process in the middle of a call", LeaveAll);
        Run("no thread of the library is left", NoThreads);
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

    private static void Throws(int code, Action action)
    {
        try
        {
            action();
        }
        catch (RtcException fault)
        {
            Equal(Library.ResultName(code), Library.ResultName(fault.HResult), fault.Message);
            return;
        }
        throw new Exception("expected " + Library.ResultName(code) + ", nothing was thrown");
    }

    private static void Soon(Task task, string what)
    {
        if (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(Limit))
            throw new TimeoutException("no " + what);
        task.GetAwaiter().GetResult();
    }

    /// <summary>Waits for something that another thread brings about.</summary>
    private static void Until(Func<bool> reached, Func<string> what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!reached())
        {
            if (watch.ElapsedMilliseconds > Limit)
                throw new TimeoutException(what());
            Collect();
            Thread.Yield();
        }
    }

    private static readonly object Collecting = new object();

    private static void Collect()
    {
        // One at a time: in Mono one of two threads that wait for finalizers may never be woken.
        lock (Collecting)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static Client Open(ClientOptions options = null)
    {
        Client client = new Client(ListenMode.None, options);
        client.CreateConnection(new ConnectionOptions { Address = "127.0.0.1", Transports = Transports.Udp });
        return client;
    }

    private static string Address(Client client)
    {
        return "sip:bob@" + client.NetworkAddresses[0].Substring("udp:".Length);
    }

    private static Client Answering()
    {
        Client bob = Open();
        bob.IncomingSession += delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(); };
        return bob;
    }

    /// <summary>How many threads of this process the library has.</summary>
    private static int LibraryThreads()
    {
        return ThreadNames().Count;
    }

    private static List<string> ThreadNames()
    {
        List<string> found = new List<string>();
        foreach (string task in Directory.Exists("/proc/self/task") ? Directory.GetDirectories("/proc/self/task") : new string[0])
        {
            try
            {
                string name = File.ReadAllText(task + "/comm").Trim();
                if (name.StartsWith("rtc"))
                    found.Add(name);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        return found;
    }

    // ---------------------------------------------------------------- steps

    private static void FiftyCalls()
    {
        using (Client bob = Answering())
        using (Client alice = Open())
        {
            string target = Address(bob);
            Action call = delegate
            {
                using (Session session = alice.CreateSession(SessionType.PcToPc))
                {
                    Soon(session.CallAsync(target), "answer");
                    Soon(session.TerminateAsync(), "end");
                }
            };
            call();
            Until(() => bob.GetStatistics().Sessions == 0, () => "sessions of bob: " + bob.GetStatistics().Sessions);
            Collect();
            for (int i = 0; i < 50; i++)
                call();
            Until(() => alice.GetStatistics().Sessions == 0 && bob.GetStatistics().Sessions == 0, () => "sessions are left");
            // The connection's own handle and the client's stay.
            Until(() => alice.GetStatistics().Handles <= 2, () => "handles of alice: " + alice.GetStatistics().Handles);
            Until(() => bob.GetStatistics().Handles <= 2, () => "handles of bob: " + bob.GetStatistics().Handles);
            Equal(0UL, alice.GetStatistics().EventsDropped + bob.GetStatistics().EventsDropped, "events lost");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallAndForget(Client alice, string target)
    {
        Session session = alice.CreateSession(SessionType.PcToPc, null, "X-Dropped: yes");
        session.StateChanged += delegate(object sender, SessionStateEventArgs e) { e.GetSipMessage(); };
        Soon(session.CallAsync(target), "answer");
        session.GetParticipants()[0].Tag = new byte[1000];
        Soon(session.TerminateAsync(), "end");
    }

    private static void Dropped()
    {
        using (Client bob = Answering())
        using (Client alice = Open())
        {
            string target = Address(bob);
            for (int i = 0; i < 20; i++)
            {
                CallAndForget(alice, target);
                SipMessage.Parse("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
                    + "To: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n");
            }
            Until(() => alice.GetStatistics().Handles <= 2, () => "handles of alice: " + alice.GetStatistics().Handles);
            Until(() => bob.GetStatistics().Handles <= 2, () => "handles of bob: " + bob.GetStatistics().Handles);
        }
    }

    private static void CollectEverywhere()
    {
        using (Client bob = Answering())
        using (Client alice = Open())
        {
            bob.EventReceived += delegate { Collect(); };
            alice.EventReceived += delegate { Collect(); };
            string target = Address(bob);
            for (int i = 0; i < 10; i++)
                CallAndForget(alice, target);
        }
    }

    private static void NullInHandler()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            TaskCompletionSource<Exception> complained = new TaskCompletionSource<Exception>();
            bob.HandlerException += delegate(object sender, HandlerExceptionEventArgs e) { complained.TrySetResult(e.Exception); };
            string nothing = null;
            bob.IncomingSession += delegate { nothing = nothing.Trim(); };
            bob.IncomingSession += delegate(object sender, SessionStateEventArgs e) { e.Session.Answer(480); };
            Session session = alice.CreateSession(SessionType.PcToPc);
            Task call = session.CallAsync(Address(bob));
            Soon(complained.Task, "exception");
            Equal(true, complained.Task.Result is NullReferenceException, complained.Task.Result.GetType().Name);
            try
            {
                Soon(call, "refusal");
                throw new Exception("the call was accepted");
            }
            catch (RtcException fault)
            {
                Equal(480, fault.SipStatus, "SIP status");
            }
        }
    }

    private static void EverybodyThrows()
    {
        int thrown = 0;
        using (Client bob = Answering())
        using (Client alice = Open())
        {
            foreach (Client one in new Client[] { alice, bob })
            {
                one.HandlerException += delegate
                {
                    Interlocked.Increment(ref thrown);
                    throw new InvalidOperationException("the handler of exceptions throws too");
                };
                one.EventReceived += delegate { throw new IOException("on purpose"); };
                one.SessionStateChanged += delegate { throw new DivideByZeroException("on purpose"); };
            }
            TextWriter before = Console.Error;
            Console.SetError(TextWriter.Null);
            try
            {
                CallAndForget(alice, Address(bob));
                alice.Dispose();
                bob.Dispose();
            }
            finally
            {
                Console.SetError(before);
            }
        }
        Equal(true, thrown > 10, "exceptions: " + thrown);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallAndDispose(Client alice, string target)
    {
        Session session = alice.CreateSession(SessionType.PcToPc);
        TaskCompletionSource<bool> over = new TaskCompletionSource<bool>();
        session.StateChanged += delegate(object sender, SessionStateEventArgs e)
        {
            if (e.State != SessionState.Disconnected)
                return;
            ((Session)sender).Dispose();
            over.TrySetResult(true);
        };
        session.AddParticipant(target);
        Soon(over.Task, "end of the call");
    }

    private static void DisposeSessionInside()
    {
        using (Client bob = Open())
        using (Client alice = Open())
        {
            bob.IncomingSession += delegate(object sender, SessionStateEventArgs e)
            {
                e.Session.Answer();
                e.Participant.Dispose();
                e.Session.Dispose();
                Throws(RtcResult.RTC_E_HANDLE, delegate { e.Session.Terminate(); });
            };
            bob.HandlerException += delegate(object sender, HandlerExceptionEventArgs e) { Console.WriteLine(e.Exception); _failures++; };
            // A new wrapper tells of the same session.
            bob.SessionStateChanged += delegate(object sender, SessionStateEventArgs e)
            {
                if (e.State == SessionState.Connected)
                    e.Session.Terminate();
                e.Session.Dispose();
            };
            for (int i = 0; i < 10; i++)
                CallAndDispose(alice, Address(bob));
            Until(() => alice.GetStatistics().Handles <= 2, () => "handles of alice: " + alice.GetStatistics().Handles);
            Until(() => bob.GetStatistics().Handles <= 2, () => "handles of bob: " + bob.GetStatistics().Handles);
        }
    }

    private static void DisposeClientInside()
    {
        for (int i = 0; i < 5; i++)
        {
            using (Client alice = Open())
            {
                Client bob = Open();
                TaskCompletionSource<Exception> disposed = new TaskCompletionSource<Exception>();
                int after = 0;
                bob.IncomingSession += delegate(object sender, SessionStateEventArgs e)
                {
                    try
                    {
                        e.Session.Answer();
                        bob.Dispose();
                        bob.Dispose();
                        Throws(RtcResult.RTC_E_HANDLE, delegate { bob.Listen(ListenMode.Dynamic); });
                        disposed.TrySetResult(null);
                    }
                    catch (Exception fault)
                    {
                        disposed.TrySetResult(fault);
                    }
                };
                bob.EventReceived += delegate { after += disposed.Task.IsCompleted ? 1 : 0; };
                Session session = alice.CreateSession(SessionType.PcToPc);
                session.AddParticipant(Address(bob));
                Soon(disposed.Task, "call at bob");
                Equal(null, disposed.Task.Result, "fault inside the handler");
                Until(() => LibraryThreads() <= 2, () => "threads: " + string.Join(", ", ThreadNames()));
                Equal(0, after, "events after Dispose");
            }
        }
    }

    private static void ShutdownInside()
    {
        using (Client bob = Answering())
        {
            Client alice = Open();
            TaskCompletionSource<bool> done = new TaskCompletionSource<bool>();
            Session session = alice.CreateSession(SessionType.PcToPc);
            session.StateChanged += async delegate(object sender, SessionStateEventArgs e)
            {
                if (e.State != SessionState.Connected)
                    return;
                try
                {
                    await alice.ShutdownAsync();
                    done.TrySetResult(true);
                }
                catch (Exception fault)
                {
                    done.TrySetException(fault);
                }
            };
            session.AddParticipant(Address(bob));
            Soon(done.Task, "end of the client");
            Equal(true, alice.IsDisposed, "disposed");
            Until(() => bob.GetStatistics().Sessions == 0, () => "bob was not told");
        }
    }

    private static void Crossfire()
    {
        using (Client bob = Answering())
        using (Client alice = Answering())
        {
            int failed = 0, good = 0;
            Thread[] threads = Enumerable.Range(0, 8).Select(number => new Thread(delegate()
            {
                Client from = number % 2 == 0 ? alice : bob;
                string target = Address(number % 2 == 0 ? bob : alice);
                for (int i = 0; i < 12; i++)
                {
                    try
                    {
                        using (Session session = from.CreateSession(SessionType.PcToPc))
                        {
                            Soon(session.CallAsync(target), "answer");
                            Soon(session.SendAsync("INFO", SendOptions.Content("text/plain", new string('x', i * 10))), "answer to INFO");
                            Soon(session.TerminateAsync(), "end");
                        }
                        Interlocked.Increment(ref good);
                    }
                    catch (Exception fault)
                    {
                        Interlocked.Increment(ref failed);
                        Console.WriteLine(fault);
                    }
                }
            })).ToArray();
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                if (!thread.Join(3 * Limit))
                    throw new TimeoutException("a thread does not end");
            Equal(0, failed, "calls that failed");
            Equal(96, good, "calls");
            Until(() => alice.GetStatistics().Sessions + bob.GetStatistics().Sessions == 0, () => "sessions are left");
        }
    }

    private static void Stale()
    {
        Client client = Open();
        Session session = client.CreateSession(SessionType.PcToPc);
        Profile profile = client.CreateProfile("sip:a@example.com");
        Subscription subscription = client.CreateSubscription("sip:b@example.com", "presence");
        profile.Dispose();
        Throws(RtcResult.RTC_E_HANDLE, delegate { profile.Enable(); });
        Throws(RtcResult.RTC_E_HANDLE, delegate { client.CreateSession(SessionType.PcToPc, new SessionOptions { Profile = profile }); });
        Throws(RtcResult.RTC_E_HANDLE, delegate { client.SendRequest("OPTIONS", "sip:b@example.com", null, profile); });
        client.Dispose();
        Throws(RtcResult.RTC_E_HANDLE, delegate { client.CreateSession(SessionType.PcToPc); });
        Throws(RtcResult.RTC_E_HANDLE, delegate { GC.KeepAlive(client.NetworkAddresses); });
        // What hung on it is named for as long as anybody holds it, and does nothing any more.
        Throws(RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN, delegate { session.AddParticipant("sip:b@example.com"); });
        Throws(RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN, delegate { subscription.Subscribe(); });
        Throws(RtcResult.RTC_E_SIP_CALL_DISCONNECTED, delegate { Soon(session.WaitForAsync(SessionState.Connected), "end of the wait"); });
        session.Dispose();
        subscription.Dispose();
        Throws(RtcResult.RTC_E_HANDLE, delegate { session.Terminate(); });
        Throws(RtcResult.RTC_E_HANDLE, delegate { subscription.Unsubscribe(); });
        Client hasty = Open();
        Session waiting = hasty.CreateSession(SessionType.PcToPc);
        Task wait = waiting.WaitForAsync(SessionState.Connected);
        hasty.Shutdown();
        Throws(RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN, delegate { Soon(wait, "end of the wait"); });
        hasty.Dispose();
        Server server = Server.Start("udp:127.0.0.1:0");
        server.Dispose();
        Throws(RtcResult.RTC_E_HANDLE, delegate { server.SetUser("a", "b"); });
    }

    /// <summary>One thread that works off what is posted to it, as a user interface does.</summary>
    private sealed class Loop : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<Action> _work = new BlockingCollection<Action>();
        private readonly Thread _thread;

        internal Loop()
        {
            _thread = new Thread(delegate()
            {
                SetSynchronizationContext(this);
                foreach (Action one in _work.GetConsumingEnumerable())
                    one();
            });
            _thread.Start();
        }

        internal int Id
        {
            get { return _thread.ManagedThreadId; }
        }

        public override void Post(SendOrPostCallback what, object state)
        {
            try
            {
                _work.Add(delegate { what(state); });
            }
            catch (InvalidOperationException)
            {
                // It has ended: nobody looks any more.
            }
        }

        public void Dispose()
        {
            _work.CompleteAdding();
            _thread.Join();
        }
    }

    private static void OnContext()
    {
        using (Loop loop = new Loop())
        using (Client bob = Answering())
        using (Client alice = Open(new ClientOptions { SynchronizationContext = loop }))
        {
            int elsewhere = 0;
            List<SessionState> seen = new List<SessionState>();
            TaskCompletionSource<bool> over = new TaskCompletionSource<bool>();
            loop.Post(async delegate
            {
                try
                {
                    Session session = alice.CreateSession(SessionType.PcToPc);
                    session.StateChanged += delegate(object sender, SessionStateEventArgs e)
                    {
                        elsewhere += Thread.CurrentThread.ManagedThreadId == loop.Id ? 0 : 1;
                        GC.KeepAlive(e.ToJson());
                        seen.Add(e.State);
                        if (e.State == SessionState.Disconnected)
                            over.TrySetResult(true);
                    };
                    await session.CallAsync(Address(bob));
                    elsewhere += Thread.CurrentThread.ManagedThreadId == loop.Id ? 0 : 1;
                    await session.TerminateAsync();
                }
                catch (Exception fault)
                {
                    over.TrySetException(fault);
                }
            }, null);
            Soon(over.Task, "end of the call");
            Equal(0, elsewhere, "handlers on other threads");
            Equal("InProgress, InProgress, Connected, Disconnected", string.Join(", ", seen), "states");
        }
    }

    private static void Driven()
    {
        int before = LibraryThreads();
        using (Client alice = Open(new ClientOptions { Flags = ClientFlags.ApplicationDriven }))
        {
            Equal(before, LibraryThreads(), "threads of the library");
            using (Client bob = Answering())
            {
                int own = Thread.CurrentThread.ManagedThreadId, elsewhere = 0;
                alice.EventReceived += delegate { elsewhere += Thread.CurrentThread.ManagedThreadId == own ? 0 : 1; };
                Session session = alice.CreateSession(SessionType.PcToPc);
                session.AddParticipant(Address(bob));
                session.WaitFor(SessionState.Connected, Limit).Terminate();
                session.WaitFor(SessionState.Disconnected, Limit);
                Equal(0, elsewhere, "handlers on other threads");
            }
        }
    }

    private static void Writers()
    {
        long traced = 0, logged = 0;
        TextWriter before = Console.Error;
        Console.SetError(TextWriter.Null);
        try
        {
            Library.SetLog(5, delegate(int level, string from, string text)
            {
                Interlocked.Increment(ref logged);
                GC.Collect();
                throw new IOException("on purpose");
            });
            using (Client bob = Answering())
            using (Client alice = Open())
            {
                alice.Trace(TraceKind.Ladder, delegate(byte[] bytes)
                {
                    Interlocked.Add(ref traced, bytes.Length);
                    GC.Collect();
                    throw new IOException("on purpose");
                });
                CallAndForget(alice, Address(bob));
            }
        }
        finally
        {
            Library.SetLog(0, null);
            Console.SetError(before);
        }
        Equal(true, traced > 300, "bytes of trace: " + traced);
        Equal(true, logged > 0, "lines of log: " + logged);
    }

    private static int Leave(string how)
    {
        Client bob = Answering();
        Client alice = Open();
        bob.EventReceived += delegate { GC.Collect(); };
        Session session = alice.CreateSession(SessionType.PcToPc);
        Soon(session.CallAsync(Address(bob)), "answer");
        for (int i = 0; i < 50; i++)
            session.SendInfo("text/plain", "on the way");
        if (how == "exit")
            Environment.Exit(7);
        if (how == "throw")
            throw new InvalidOperationException("on purpose");
        return 7;
    }

    private static void LeaveAll()
    {
        string program = Process.GetCurrentProcess().MainModule.FileName;
        string self = typeof(Stress).Assembly.Location;
        foreach (string how in new string[] { "return", "exit", "throw" })
        {
            for (int i = 0; i < 3; i++)
            {
                ProcessStartInfo start = new ProcessStartInfo(program, "\"" + self + "\" leave " + how);
                start.UseShellExecute = false;
                start.RedirectStandardError = true;
                using (Process process = Process.Start(start))
                {
                    string complaint = process.StandardError.ReadToEnd();
                    if (!process.WaitForExit(Limit))
                    {
                        process.Kill();
                        throw new TimeoutException("the process does not end by " + how);
                    }
                    // Mono: 1 after an exception that nobody caught.
                    Equal(how == "throw" ? 1 : 7, process.ExitCode, "exit status after " + how + ": " + complaint);
                }
            }
        }
    }

    private static void NoThreads()
    {
        Until(() => LibraryThreads() == 0, () => "threads that are left: " + string.Join(", ", ThreadNames()));
    }
}
