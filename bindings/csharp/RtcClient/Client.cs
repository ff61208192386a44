// The client: life cycle, properties, and what hangs on it. Events are in Client.Events.cs.

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>A SIP user agent. Lives until it is shut down or disposed of; every method may be
    /// called on every thread and inside every handler, but those that wait (WaitFor, Dispose)
    /// not inside a handler of the same client.</summary>
    public sealed partial class Client : RtcObject
    {
        private readonly ClientHandle _client;
        private readonly bool _driven;
        private readonly int _shutdownMs;
        private long _lastCookie = 0x4000000000000000;
        private int _closed;

        /// <summary>Creates, initializes and (unless the mode is None) listens.</summary>
        public Client(ListenMode mode = ListenMode.None, ClientOptions options = null) : this(Create(), options)
        {
            try
            {
                Start(mode, options);
            }
            catch (Exception)
            {
                Abandon();
                throw;
            }
        }

        private Client(ClientHandle handle, ClientOptions options) : base(null, handle)
        {
            _client = handle;
            _driven = options != null && (options.Flags & ClientFlags.ApplicationDriven) != 0;
            _shutdownMs = options != null && options.ShutdownMs > 0 ? options.ShutdownMs : 5000;
            SynchronizationContext = options == null ? null : options.SynchronizationContext;
        }

        private static ClientHandle Create()
        {
            ClientHandle handle;
            RtcException.Check(Native.rtc_client_create(out handle));
            return handle;
        }

        private void Start(ListenMode mode, ClientOptions options)
        {
            if (options != null && options.EventFilter.HasValue)
                EventFilter = options.EventFilter.Value;
            OpenSink();
            using (Arena arena = new Arena())
            {
                rtc_client_options_t native = ClientOptions.ToNative(options, arena);
                RtcException.Check(Native.rtc_client_initialize(_client, ref native));
            }
            if (mode != ListenMode.None)
                Listen(mode);
        }

        internal ClientHandle Handle
        {
            get
            {
                if (_client.IsClosed)
                    throw RtcException.Stale("Client");
                return _client;
            }
        }

        // ------------------------------------------------------------ settings

        /// <summary>Opens or closes the listening sockets.</summary>
        public void Listen(ListenMode mode)
        {
            RtcException.Check(Native.rtc_client_listen(Handle, (int)mode));
        }

        /// <summary>Which events are raised. The wrappers' own waits need those they wait for;
        /// where the last event of an object is not raised, Dispose is what lets its wrapper go.</summary>
        public EventFilter EventFilter
        {
            get { return (EventFilter)unchecked((ulong)GetInt(Constants.RTC_PROPERTY_CLIENT_EVENT_FILTER)); }
            // Without CLIENT nobody would hear that the clean-up is done, and Dispose would wait in vain.
            set { RtcException.Check(Native.rtc_client_set_event_filter(Handle, (ulong)(value | EventFilter.Client))); }
        }

        /// <summary>Changes a running client: TLS, DNS, timers, defaults of sessions, times and name. What is not given
        /// stays. EventFilter and SynchronizationContext are properties of the client.</summary>
        public void SetOptions(ClientOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            using (Arena arena = new Arena())
            {
                rtc_client_options_t native = ClientOptions.ToNative(options, arena);
                RtcException.Check(Native.rtc_client_set_options(Handle, ref native));
            }
        }

        /// <summary>Says what the application knows of the network, of one connection or (null) of all. False if that was known.</summary>
        public bool NotifyNetwork(NetworkChange change, Connection connection = null)
        {
            ConnectionHandle handle = connection == null ? new ConnectionHandle() : (ConnectionHandle)connection.Any;
            return RtcException.Check(Native.rtc_client_notify_network(Handle, handle, (int)change)) != RtcResult.RTC_FALSE;
        }

        /// <summary>Names of security mechanisms (RFC 3329), a comma list: those in use with a next hop (an IP address with or
        /// without port), or (null) all that are supported.</summary>
        public string GetSecurityMechanisms(string nextHop = null)
        {
            byte[] hop = Utf8.Bytes(nextHop);
            ClientHandle handle = Handle;
            return ReadText((byte[] buffer, out UIntPtr needed) =>
                Native.rtc_client_get_security_mechanisms(handle, hop, Utf8.Length(hop), buffer, Utf8.Length(buffer), out needed));
        }

        /// <summary>Application-driven clients: a file descriptor (Windows: an event handle) to wait on, never to read, and how
        /// many milliseconds to wait at most although it is not ready (-1: any time).</summary>
        public IntPtr GetEventDescriptor(out int nextMs)
        {
            IntPtr descriptor;
            RtcException.Check(Native.rtc_client_get_event_fd(Handle, out descriptor, out nextMs));
            return descriptor;
        }

        /// <summary>Privacy (RFC 3323) of every session without its own.</summary>
        public Privacy SipPrivacy
        {
            get { return (Privacy)GetInt(Constants.RTC_PROPERTY_CLIENT_SIP_PRIVACY); }
            set { SetInt(Constants.RTC_PROPERTY_CLIENT_SIP_PRIVACY, (long)value); }
        }

        /// <summary>Hops whose P-Asserted-Identity is believed: a comma list of IP addresses and networks, or *.</summary>
        public string TrustedHops
        {
            get { return GetText(Constants.RTC_PROPERTY_CLIENT_TRUSTED_HOPS); }
            set { SetText(Constants.RTC_PROPERTY_CLIENT_TRUSTED_HOPS, value); }
        }

        /// <summary>The body of answers to OPTIONS; empty: a description of what is spoken here.</summary>
        public string OptionsBody
        {
            get { return GetText(Constants.RTC_PROPERTY_CLIENT_OPTIONS_BODY); }
            set { SetText(Constants.RTC_PROPERTY_CLIENT_OPTIONS_BODY, value); }
        }

        public string OptionsBodyType
        {
            get { return GetText(Constants.RTC_PROPERTY_CLIENT_OPTIONS_TYPE); }
            set { SetText(Constants.RTC_PROPERTY_CLIENT_OPTIONS_TYPE, value); }
        }

        public ListenMode ListenMode
        {
            get { return (ListenMode)GetInt(Constants.RTC_PROPERTY_CLIENT_LISTEN_MODE); }
        }

        public string LocalUserUri
        {
            get { return GetText(Constants.RTC_PROPERTY_CLIENT_LOCAL_USER_URI); }
            set { SetText(Constants.RTC_PROPERTY_CLIENT_LOCAL_USER_URI, value); }
        }

        public string LocalUserName
        {
            get { return GetText(Constants.RTC_PROPERTY_CLIENT_LOCAL_USER_NAME); }
            set { SetText(Constants.RTC_PROPERTY_CLIENT_LOCAL_USER_NAME, value); }
        }

        /// <summary>"udp:192.0.2.1:5060" for each address it listens on.</summary>
        public string[] NetworkAddresses
        {
            get { return GetTexts(Constants.RTC_PROPERTY_CLIENT_NETWORK_ADDRESS); }
        }

        public AnswerMode GetAnswerMode(SessionType type)
        {
            return (AnswerMode)GetInt(Constants.RTC_PROPERTY_CLIENT_ANSWER_MODE, (int)type);
        }

        /// <summary>What happens to incoming sessions of a type; before <see cref="Listen"/>.</summary>
        public void SetAnswerMode(SessionType type, AnswerMode mode)
        {
            SetInt(Constants.RTC_PROPERTY_CLIENT_ANSWER_MODE, (long)mode, (int)type);
        }

        public ListenMode GetAllowedPorts(Transports transport)
        {
            return (ListenMode)GetInt(Constants.RTC_PROPERTY_CLIENT_ALLOWED_PORTS, (int)transport);
        }

        /// <summary>Which ports a transport may listen on; before <see cref="Listen"/>.</summary>
        public void SetAllowedPorts(Transports transport, ListenMode mode)
        {
            SetInt(Constants.RTC_PROPERTY_CLIENT_ALLOWED_PORTS, (long)mode, (int)transport);
        }

        /// <summary>"Name: value" lines for every new session; null: none any more.</summary>
        public string AdditionalHeaderValues
        {
            get { return GetHeaderLines(); }
            set { SetHeaderLines(value, HeadersFlags.None); }
        }

        public void SetAdditionalHeaderValues(string lines, HeadersFlags flags)
        {
            SetHeaderLines(lines, flags);
        }

        /// <summary>Who we are to a realm, for every profile without credentials of its own.</summary>
        public void SetCredentials(Credentials credentials)
        {
            SetCredentialsOf(credentials);
        }

        public Statistics GetStatistics()
        {
            rtc_statistics_t native = new rtc_statistics_t();
            native.size = SizeOf<rtc_statistics_t>.Value;
            RtcException.Check(Native.rtc_client_get_statistics(Handle, ref native));
            return new Statistics(native);
        }

        // ------------------------------------------------------------ what hangs on it

        /// <summary>An account; sends nothing before it is enabled.</summary>
        public Profile CreateProfile(ProfileOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            ProfileHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_profile_options_t native = options.ToNative(arena);
                RtcException.Check(Native.rtc_profile_create(Handle, ref native, out handle));
            }
            return (Profile)OwnObject(ObjectKind.Profile, handle);
        }

        public Profile CreateProfile(string uri, string user = null, string password = null)
        {
            ProfileOptions options = new ProfileOptions();
            options.Uri = uri;
            options.User = user;
            options.Password = password;
            return CreateProfile(options);
        }

        /// <summary>From the XML that IRTCClientProvisioning::CreateProfile took.</summary>
        public Profile CreateProfileFromXml(string xml)
        {
            byte[] bytes = Utf8.Bytes(xml);
            ProfileHandle handle;
            RtcException.Check(Native.rtc_profile_create_from_xml(Handle, bytes, Utf8.Length(bytes), out handle));
            return (Profile)OwnObject(ObjectKind.Profile, handle);
        }

        /// <summary>A session that has sent nothing yet.</summary>
        public Session CreateSession(SessionType type, SessionOptions options = null, string additionalHeaderValues = null)
        {
            SessionHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_session_options_t native = SessionOptions.ToNative(options, arena);
                RtcException.Check(Native.rtc_session_create(Handle, (int)type, ref native, out handle));
            }
            Session session = (Session)OwnObject(ObjectKind.Session, handle);
            if (additionalHeaderValues == null)
                return session;
            bool done = false;
            try
            {
                session.AdditionalHeaderValues = additionalHeaderValues;
                done = true;
            }
            finally
            {
                if (!done)
                    session.Dispose();
            }
            return session;
        }

        /// <summary>A subscription that has sent nothing yet.</summary>
        public Subscription CreateSubscription(SubscriptionOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            SubscriptionHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_subscription_options_t native = options.ToNative(arena);
                RtcException.Check(Native.rtc_subscription_create(Handle, ref native, out handle));
            }
            return (Subscription)OwnObject(ObjectKind.Subscription, handle);
        }

        public Subscription CreateSubscription(string uri, string package, string accept = null, Profile profile = null)
        {
            SubscriptionOptions options = new SubscriptionOptions();
            options.Uri = uri;
            options.Event = package;
            options.Accept = accept;
            options.Profile = profile;
            return CreateSubscription(options);
        }

        /// <summary>Listens on one more address.</summary>
        public Connection CreateConnection(ConnectionOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            ConnectionHandle handle;
            using (Arena arena = new Arena())
            {
                rtc_connection_options_t native = options.ToNative(arena);
                RtcException.Check(Native.rtc_connection_create(Handle, ref native, out handle));
            }
            return (Connection)OwnObject(ObjectKind.Connection, handle);
        }

        public Profile[] GetProfiles()
        {
            return List<Profile>(ObjectKind.Profile);
        }

        public Session[] GetSessions()
        {
            return List<Session>(ObjectKind.Session);
        }

        /// <summary>Be the notifier of a package.</summary>
        /// <param name="package">Its name.</param>
        /// <param name="types">The body types of notifications, a comma list.</param>
        /// <param name="mode">Whether each watcher is offered, all are accepted, or it ends.</param>
        public void ServePackage(string package, string types, ServeMode mode = ServeMode.Offer)
        {
            byte[] name = Utf8.Bytes(package);
            byte[] list = Utf8.Bytes(types);
            RtcException.Check(Native.rtc_client_serve_package(Handle, name, Utf8.Length(name), list, Utf8.Length(list), (int)mode));
        }

        /// <summary>Takes NOTIFYs of a package inside calls: one call, or (null) all to come.</summary>
        public void AllowDialogNotifications(string package, bool allow = true, Session session = null)
        {
            byte[] name = Utf8.Bytes(package);
            SessionHandle handle = session == null ? new SessionHandle() : session.Handle;
            RtcException.Check(Native.rtc_client_allow_dialog_notifications(Handle, handle, name, Utf8.Length(name), allow ? 1 : 0));
        }

        /// <summary>Lets the application see requests outside dialogs first: they come as RequestReceived with this cookie.</summary>
        public void SetRequestFilter(long cookie, string method = null, string package = null, string acceptContact = null, string contentType = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_request_filter_t native = new rtc_request_filter_t();
                native.size = SizeOf<rtc_request_filter_t>.Value;
                native.method = arena.Str(method);
                native.@event = arena.Str(package);
                native.accept_contact = arena.Str(acceptContact);
                native.content_type = arena.Str(contentType);
                RtcException.Check(Native.rtc_client_set_request_filter(Handle, cookie, ref native));
            }
        }

        public void RemoveRequestFilter(long cookie)
        {
            RtcException.Check(Native.rtc_client_set_request_filter(Handle, cookie, IntPtr.Zero));
        }

        /// <summary>Sends a request outside dialogs; the response comes as <see cref="ResponseReceived"/>.</summary>
        public void SendRequest(string method, string uri, SendOptions send = null, Profile profile = null)
        {
            SendStandAlone(profile, method, uri, send, 0);
        }

        /// <summary>Sends a request outside dialogs and gives its final response, whatever its status.
        /// Throws when none came.</summary>
        public async Task<RtcEventArgs> SendRequestAsync(string method, string uri, SendOptions send = null,
            Profile profile = null, CancellationToken token = default(CancellationToken))
        {
            long cookie = send != null && send.Cookie != 0 ? send.Cookie : NextCookie();
            Wait wait = Waits.Add(method + " to " + uri, args => JudgeResponse(args, cookie), token);
            try
            {
                SendStandAlone(profile, method, uri, send, cookie);
            }
            catch (Exception fault)
            {
                wait.Fail(fault);
            }
            return await wait.Task;
        }

        private static Verdict JudgeResponse(RtcEventArgs args, long cookie)
        {
            if (args.Cookie != cookie)
                return Verdict.Pending;
            if (args.Type == EventType.TransactionFailed)
                return Verdict.Failed;
            if (args.Type != EventType.Response || args.SipStatus >= 100 && args.SipStatus < 200)
                return Verdict.Pending;
            return Verdict.Done;
        }

        private void SendStandAlone(Profile profile, string method, string uri, SendOptions send, long cookie)
        {
            RtcHandle context = profile == null ? Any : profile.Any;
            byte[] name = Utf8.Bytes(method);
            byte[] target = Utf8.Bytes(uri);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena, cookie);
                TransactionHandle transaction;
                RtcException.Check(Native.rtc_request_send(context, name, Utf8.Length(name), target, Utf8.Length(target), ref native, out transaction));
                transaction.Dispose();
            }
        }

        internal long NextCookie()
        {
            return Interlocked.Increment(ref _lastCookie);
        }

        // ------------------------------------------------------------ trace

        /// <summary>Writes the call ladder, a pcap or JSON lines to a file ("-" standard error); null stops.</summary>
        public void Trace(TraceKind kind, string path, bool secrets = false, string callId = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_trace_options_t native = TraceOptions(kind, secrets, callId, arena);
                native.path = arena.Str(path);
                RtcException.Check(Native.rtc_client_trace(Handle, ref native));
            }
        }

        /// <summary>The same to a writer, called on the event thread.</summary>
        public void Trace(TraceKind kind, Action<byte[]> writer, bool secrets = false, string callId = null)
        {
            if (writer == null)
                throw new ArgumentNullException("writer");
            using (Arena arena = new Arena())
            {
                rtc_trace_options_t native = TraceOptions(kind, secrets, callId, arena);
                native.on_bytes = Callbacks.BytesPointer;
                native.drop_user_data = Callbacks.DropPointer;
                native.user_data = Callbacks.Remember(writer);
                int result = Native.rtc_client_trace(Handle, ref native);
                if (result < 0)
                {
                    RtcException fault = RtcException.Last(result);
                    Callbacks.Forget(native.user_data);
                    throw fault;
                }
            }
        }

        private static rtc_trace_options_t TraceOptions(TraceKind kind, bool secrets, string callId, Arena arena)
        {
            rtc_trace_options_t native = new rtc_trace_options_t();
            native.size = SizeOf<rtc_trace_options_t>.Value;
            native.kind = (int)kind;
            native.call_id = arena.Str(callId);
            native.flags = secrets ? (uint)Constants.RTC_TRACE_SECRETS : 0;
            return native;
        }

        // ------------------------------------------------------------ the end

        /// <summary>Ends calls, subscriptions and registrations; <see cref="ShutdownAsync"/> waits for it.</summary>
        public void PrepareForShutdown()
        {
            RtcException.Check(Native.rtc_client_prepare_for_shutdown(Handle));
        }

        /// <summary>Stops at once; peers are told nothing unless <see cref="PrepareForShutdown"/> was called before.</summary>
        public void Shutdown()
        {
            Close();
        }

        /// <summary>Says good-bye to all peers, waits for them, and stops.</summary>
        public async Task ShutdownAsync()
        {
            if (Volatile.Read(ref _closed) != 0)
                return;
            PrepareForShutdown();
            if (_driven)
                await Task.Run(new Action(AwaitCleanup));
            else
                await Task.WhenAny(CleanupDone, Task.Delay(_shutdownMs + 2000));
            // Shutting down joins the library's threads: not on the caller's context.
            await Task.Run(new Action(Close));
            Release();
        }

        /// <summary>Application-driven clients: waits, serves what is due and raises its events here.
        /// False if nothing was due.</summary>
        public bool RunOnce(int timeoutMs)
        {
            return RtcException.Check(Native.rtc_client_run_once(Handle, timeoutMs)) != RtcResult.RTC_FALSE;
        }

        /// <summary>Dispose: prepare, shut down, release. Inside a handler it cannot wait and only stops.</summary>
        internal override void Release()
        {
            try
            {
                if (Volatile.Read(ref _closed) == 0 && Native.rtc_client_prepare_for_shutdown(Handle) >= 0 && !OnEventThread)
                    AwaitCleanup();
            }
            finally
            {
                try
                {
                    Close();
                }
                finally
                {
                    _client.Dispose();
                }
            }
        }

        private void AwaitCleanup()
        {
            if (!_driven)
            {
                CleanupDone.Wait(_shutdownMs + 2000);
                return;
            }
            System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
            while (!CleanupDone.IsCompleted && watch.ElapsedMilliseconds < _shutdownMs + 2000)
                RunOnce(20);
        }

        private void Close()
        {
            if (Interlocked.Exchange(ref _closed, 1) != 0)
                return;
            int result = Native.rtc_client_shutdown(_client);
            RtcException fault = result < 0 && result != RtcResult.RTC_E_CLIENT_NOT_INITIALIZED ? RtcException.Last(result) : null;
            CloseSink(result == RtcResult.RTC_S_PENDING);
            if (fault != null && fault.HResult != RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN)
                throw fault;
        }

        /// <summary>What could not be started is stopped without a word, so that its reason is not hidden.</summary>
        private void Abandon()
        {
            try
            {
                Close();
            }
            catch (RtcException)
            {
                // The exception that is on its way says why.
            }
            _client.Dispose();
        }

        /// <summary>Blocks until a task is done; turns an application-driven client meanwhile.</summary>
        internal void Await(Task task, int timeoutMs, string what)
        {
            if (task.IsCompleted)
            {
                task.GetAwaiter().GetResult();
                return;
            }
            if (OnEventThread)
                throw new InvalidOperationException("Inside an event handler the wait for " + what + " would wait for itself; use the async form.");
            bool done;
            if (_driven)
            {
                System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
                while (!task.IsCompleted && (timeoutMs < 0 || watch.ElapsedMilliseconds < timeoutMs))
                    RunOnce(20);
                done = task.IsCompleted;
            }
            else
            {
                // Not task.Wait: it would wrap what it throws.
                done = ((IAsyncResult)task).AsyncWaitHandle.WaitOne(timeoutMs);
            }
            if (!done)
                throw new TimeoutException("No " + what + " within " + timeoutMs + " ms.");
            task.GetAwaiter().GetResult();
        }
    }
}
