// From the library's callback to .NET events: one wrapper per handle, waits, handlers.

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    public sealed partial class Client : IEventTarget
    {
        private readonly object _gate = new object();
        // One wrapper for each handle, so that handlers attached to one see all its events. It
        // stays until its last event, its Dispose or the client's end; after the last event it is
        // only remembered for as long as the application holds it.
        private readonly Dictionary<IntPtr, RtcObject> _objects = new Dictionary<IntPtr, RtcObject>();
        private readonly Dictionary<IntPtr, WeakReference> _ended = new Dictionary<IntPtr, WeakReference>();
        private int _sweepAt = 64;
        private readonly TaskCompletionSource<bool> _cleanup =
            new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        private IntPtr _token;
        private int _eventThread;

        /// <summary>Every event, before the special ones.</summary>
        public event EventHandler<RtcEventArgs> EventReceived;
        /// <summary>Somebody calls: answer, refuse or redirect the session.</summary>
        public event EventHandler<SessionStateEventArgs> IncomingSession;
        public event EventHandler<RegistrationStateEventArgs> RegistrationStateChanged;
        public event EventHandler<SessionStateEventArgs> SessionStateChanged;
        /// <summary>A MESSAGE, inside a session or outside any.</summary>
        public event EventHandler<RtcEventArgs> MessageReceived;
        /// <summary>Somebody wants to watch, or a watcher changed.</summary>
        public event EventHandler<WatcherEventArgs> WatcherChanged;
        /// <summary>A NOTIFY that belongs to no subscription dialog.</summary>
        public event EventHandler<RtcEventArgs> UnsolicitedNotifyReceived;
        public event EventHandler<RtcEventArgs> RequestReceived;
        /// <summary>The answer to a request of one's own, or its failure.</summary>
        public event EventHandler<RtcEventArgs> ResponseReceived;
        public event EventHandler<RtcEventArgs> PublicationChanged;
        /// <summary>A realm (Text) asks who we are; Transaction.SetCredentials answers. EventFilter.Challenge asks for it.</summary>
        public event EventHandler<RtcEventArgs> ChallengeReceived;
        /// <summary>Queue overflow, network change, a fault, the end of the clean-up.</summary>
        public event EventHandler<RtcEventArgs> ClientChanged;
        /// <summary>A handler threw; without a listener it is written to standard error.</summary>
        public event EventHandler<HandlerExceptionEventArgs> HandlerException;

        /// <summary>Where handlers run; null: on the event thread.</summary>
        public SynchronizationContext SynchronizationContext { get; set; }

        /// <summary>Done when PrepareForShutdown has said good-bye to all.</summary>
        internal Task CleanupDone
        {
            get { return _cleanup.Task; }
        }

        internal bool OnEventThread
        {
            get { return Volatile.Read(ref _eventThread) == Thread.CurrentThread.ManagedThreadId; }
        }

        private void OpenSink()
        {
            rtc_event_sink_t sink = new rtc_event_sink_t();
            sink.size = SizeOf<rtc_event_sink_t>.Value;
            sink.on_event = Callbacks.EventPointer;
            sink.drop_user_data = Callbacks.DropPointer;
            sink.user_data = _token = Callbacks.Remember(this);
            RtcException.Check(Native.rtc_client_set_event_sink(_client, ref sink));
        }

        /// <summary>No callback comes any more (pending: once this one has returned).</summary>
        private void CloseSink(bool pending)
        {
            if (!pending && _token != IntPtr.Zero)
                Callbacks.Forget(_token);
            _cleanup.TrySetResult(false);
            RtcObject[] all;
            lock (_gate)
            {
                all = new RtcObject[_objects.Count];
                _objects.Values.CopyTo(all, 0);
                _objects.Clear();
                _ended.Clear();
            }
            RtcException end = new RtcException(RtcResult.RTC_E_CLIENT_ALREADY_SHUT_DOWN, "The client was shut down while this was awaited.");
            Waits.Close(end);
            foreach (RtcObject one in all)
                one.Waits.Close(end);
        }

        // ------------------------------------------------------------ one wrapper per handle

        /// <summary>The wrapper of a reference that is given to us.</summary>
        internal RtcObject OwnObject(ObjectKind kind, IntPtr key)
        {
            RtcHandle handle = NewHandle(kind);
            handle.Own(key);
            return OwnObject(kind, handle);
        }

        internal RtcObject OwnObject(ObjectKind kind, RtcHandle handle)
        {
            RtcObject known;
            lock (_gate)
            {
                known = Known(handle.Key);
                if (known == null)
                {
                    known = NewObject(kind, handle);
                    if (_ended.ContainsKey(handle.Key))
                        _ended[handle.Key] = new WeakReference(known);
                    else if (Volatile.Read(ref _closed) == 0)
                        _objects.Add(handle.Key, known);
                    return known;
                }
            }
            handle.Dispose();
            return known;
        }

        /// <summary>The wrapper of a lent handle; null for none.</summary>
        internal RtcObject ShareObject(ObjectKind kind, IntPtr lent)
        {
            if (lent == IntPtr.Zero)
                return null;
            lock (_gate)
            {
                RtcObject known = Known(lent);
                if (known != null)
                    return known;
            }
            RtcHandle handle = NewHandle(kind);
            return handle.Share(lent) ? OwnObject(kind, handle) : null;
        }

        private RtcObject Known(IntPtr key)
        {
            RtcObject known;
            if (_objects.TryGetValue(key, out known))
                return known;
            WeakReference ended;
            known = _ended.TryGetValue(key, out ended) ? (RtcObject)ended.Target : null;
            return known == null || known.IsDisposed ? null : known;
        }

        /// <summary>The application gave the wrapper up: the next event makes another.</summary>
        internal void Drop(RtcObject one)
        {
            lock (_gate)
            {
                if (ReferenceEquals(Known(one.Key), one))
                    _objects.Remove(one.Key);
            }
        }

        /// <summary>No event of it follows: from here on the wrapper lives as long as it is held.</summary>
        private void End(RtcObject one)
        {
            if (one == null)
                return;
            lock (_gate)
            {
                _objects.Remove(one.Key);
                _ended[one.Key] = new WeakReference(one);
                if (_ended.Count < _sweepAt)
                    return;
                List<IntPtr> gone = new List<IntPtr>();
                foreach (KeyValuePair<IntPtr, WeakReference> entry in _ended)
                    if (!entry.Value.IsAlive)
                        gone.Add(entry.Key);
                foreach (IntPtr key in gone)
                    _ended.Remove(key);
                _sweepAt = 64 + 2 * _ended.Count;
            }
        }

        private static RtcHandle NewHandle(ObjectKind kind)
        {
            switch (kind)
            {
                case ObjectKind.Profile: return new ProfileHandle();
                case ObjectKind.Session: return new SessionHandle();
                case ObjectKind.Participant: return new ParticipantHandle();
                case ObjectKind.Subscription: return new SubscriptionHandle();
                case ObjectKind.Watcher: return new WatcherHandle();
                case ObjectKind.Connection: return new ConnectionHandle();
                default: throw new ArgumentException("No wrapper for the kind " + kind + ".", "kind");
            }
        }

        private RtcObject NewObject(ObjectKind kind, RtcHandle handle)
        {
            switch (kind)
            {
                case ObjectKind.Profile: return new Profile(this, (ProfileHandle)handle);
                case ObjectKind.Session: return new Session(this, (SessionHandle)handle);
                case ObjectKind.Participant: return new Participant(this, (ParticipantHandle)handle);
                case ObjectKind.Subscription: return new Subscription(this, (SubscriptionHandle)handle);
                case ObjectKind.Watcher: return new Watcher(this, (WatcherHandle)handle);
                case ObjectKind.Connection: return new Connection(this, (ConnectionHandle)handle);
                default: throw new ArgumentException("No wrapper for the kind " + kind + ".", "kind");
            }
        }

        // ------------------------------------------------------------ delivery

        void IEventTarget.Leave()
        {
            Native.rtc_client_shutdown(_client);
        }

        void IEventTarget.OnEvent(IntPtr lentEvent)
        {
            int before = Interlocked.Exchange(ref _eventThread, Thread.CurrentThread.ManagedThreadId);
            try
            {
                Deliver(lentEvent);
            }
            finally
            {
                Volatile.Write(ref _eventThread, before);
            }
        }

        private void Deliver(IntPtr lentEvent)
        {
            EventHandle handle = new EventHandle();
            if (!handle.Share(lentEvent))
                return;
            rtc_event_info_t info = new rtc_event_info_t();
            info.size = SizeOf<rtc_event_info_t>.Value;
            RtcEventArgs args;
            using (handle.Hold())
            {
                if (Native.rtc_event_get_info(handle, ref info) < 0)
                {
                    handle.Dispose();
                    return;
                }
                args = RtcEventArgs.Make(this, handle, ref info);
            }
            RtcObject about = About(args);
            if (about != null)
                about.Note(args);
            if (args.Type == EventType.Client && args.Kind == (int)ClientEventKind.AsyncCleanupDone)
                _cleanup.TrySetResult(true);
            SynchronizationContext context = SynchronizationContext;
            try
            {
                if (context == null)
                    RaiseAll(args, about);
                else
                    context.Post(delegate { RaiseAll(args, about); }, null);
            }
            finally
            {
                Waits.Offer(args);
                if (about != null)
                    about.Waits.Offer(args);
                if ((args.Flags & EventFlags.Last) != 0)
                {
                    End(args.Participant);
                    if (args.Type != EventType.ParticipantStateChange)
                        End(about);
                }
            }
        }

        /// <summary>The object whose events these are.</summary>
        private static RtcObject About(RtcEventArgs args)
        {
            switch (args.Type)
            {
                case EventType.RegistrationStateChange:
                case EventType.Publication:
                    return args.Profile;
                case EventType.SubscriptionStateChange:
                case EventType.SubscriptionNotify:
                    return args.Subscription;
                case EventType.Watcher:
                    return args.Watcher;
                case EventType.ConnectionState:
                    return args.Connection;
                case EventType.UnsolicitedNotify:
                    return args.Subscription;
                default:
                    return args.Session;
            }
        }

        private void RaiseAll(RtcEventArgs args, RtcObject about)
        {
            try
            {
                Fire(EventReceived, args);
                RaiseOwn(args);
                if (about != null)
                    about.Raise(args);
            }
            finally
            {
                args.LetGo();
            }
        }

        private void RaiseOwn(RtcEventArgs args)
        {
            switch (args.Type)
            {
                case EventType.Client:
                    Fire(ClientChanged, args);
                    break;
                case EventType.RegistrationStateChange:
                    Fire(RegistrationStateChanged, (RegistrationStateEventArgs)args);
                    break;
                case EventType.SessionStateChange:
                    SessionStateEventArgs state = (SessionStateEventArgs)args;
                    if (state.State == SessionState.Incoming)
                        Fire(IncomingSession, state);
                    Fire(SessionStateChanged, state);
                    break;
                case EventType.Messaging:
                    Fire(MessageReceived, args);
                    break;
                case EventType.Watcher:
                    Fire(WatcherChanged, (WatcherEventArgs)args);
                    break;
                case EventType.UnsolicitedNotify:
                    Fire(UnsolicitedNotifyReceived, args);
                    break;
                case EventType.Request:
                    Fire(RequestReceived, args);
                    break;
                case EventType.Response:
                case EventType.TransactionFailed:
                    Fire(ResponseReceived, args);
                    break;
                case EventType.Publication:
                    Fire(PublicationChanged, args);
                    break;
                case EventType.Challenge:
                    Fire(ChallengeReceived, args);
                    break;
            }
        }

        /// <summary>Calls every handler; one that throws does not keep the others from it.</summary>
        internal void Fire<T>(EventHandler<T> handlers, T args, object sender = null) where T : EventArgs
        {
            if (handlers == null)
                return;
            foreach (Delegate one in handlers.GetInvocationList())
            {
                try
                {
                    ((EventHandler<T>)one)(sender ?? this, args);
                }
                catch (Exception fault)
                {
                    Complain(fault);
                }
            }
        }

        private void Complain(Exception fault)
        {
            EventHandler<HandlerExceptionEventArgs> listeners = HandlerException;
            if (listeners == null)
            {
                Callbacks.Report(fault);
                return;
            }
            try
            {
                listeners(this, new HandlerExceptionEventArgs(fault));
            }
            catch (Exception second)
            {
                Callbacks.Report(second);
            }
        }
    }
}
