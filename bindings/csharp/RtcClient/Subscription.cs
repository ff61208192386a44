// Subscriber and notifier of event packages, RFC 6665.

using System;
using System.Threading;
using System.Threading.Tasks;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>We watch somebody's event state.</summary>
    public sealed class Subscription : RtcObject
    {
        private SubscriptionStateEventArgs _last;

        internal Subscription(Client client, SubscriptionHandle handle) : base(client, handle)
        {
        }

        public event EventHandler<SubscriptionStateEventArgs> StateChanged;
        /// <summary>A NOTIFY; answered with 200 unless the handler answers otherwise.</summary>
        public event EventHandler<RtcEventArgs> NotifyReceived;

        public Client Client
        {
            get { return Owner; }
        }

        public Profile Profile
        {
            get { return Related<Profile>(ObjectKind.Profile); }
        }

        public SubscriptionState State
        {
            get { return (SubscriptionState)RawState; }
        }

        public string Event
        {
            get { return GetText(Constants.RTC_PROPERTY_SUBSCRIPTION_EVENT); }
        }

        public string Accept
        {
            get { return GetText(Constants.RTC_PROPERTY_SUBSCRIPTION_ACCEPT); }
        }

        public string Uri
        {
            get { return GetText(Constants.RTC_PROPERTY_SUBSCRIPTION_URI); }
        }

        public int ExpiresSeconds
        {
            get { return (int)GetInt(Constants.RTC_PROPERTY_SUBSCRIPTION_EXPIRES); }
        }

        /// <summary>Whether an unsolicited one is switched on.</summary>
        public bool IsEnabled
        {
            get { return GetInt(Constants.RTC_PROPERTY_SUBSCRIPTION_ENABLED) != 0; }
        }

        /// <summary>"Name: value" lines for every message of the subscription; null: none any more.</summary>
        public string AdditionalHeaderValues
        {
            get { return GetHeaderLines(); }
            set { SetHeaderLines(value, HeadersFlags.None); }
        }

        public void SetAdditionalHeaderValues(string lines, HeadersFlags flags)
        {
            SetHeaderLines(lines, flags);
        }

        private SubscriptionHandle Handle
        {
            get { return (SubscriptionHandle)Any; }
        }

        /// <summary>Subscribes, or anew when active; an unsolicited one: switches it on.</summary>
        public Subscription Subscribe(SendOptions send = null)
        {
            Volatile.Write(ref _last, null);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_subscription_subscribe(Handle, ref native));
            }
            return this;
        }

        public async Task SubscribeAsync(SendOptions send = null, CancellationToken token = default(CancellationToken))
        {
            Subscribe(send);
            await WaitForAsync(SubscriptionState.Subscribed, token);
        }

        /// <summary>Ends it; false if it was not active.</summary>
        public bool Unsubscribe(SendOptions send = null)
        {
            Volatile.Write(ref _last, null);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                return RtcException.Check(Native.rtc_subscription_unsubscribe(Handle, ref native)) != RtcResult.RTC_FALSE;
            }
        }

        public async Task UnsubscribeAsync(SendOptions send = null, CancellationToken token = default(CancellationToken))
        {
            if (Unsubscribe(send))
                await WaitForAsync(SubscriptionState.NotSubscribed, token);
        }

        /// <summary>Blocks until a state is reached; throws when the subscription fails instead.</summary>
        public Subscription WaitFor(SubscriptionState state, int timeoutMs = Waiting.DefaultMs)
        {
            using (CancellationTokenSource stop = new CancellationTokenSource())
            {
                try
                {
                    Owner.Await(WaitForAsync(state, stop.Token), timeoutMs, "subscription state " + state);
                }
                finally
                {
                    stop.Cancel();
                }
            }
            return this;
        }

        public Task WaitForAsync(SubscriptionState state, CancellationToken token = default(CancellationToken))
        {
            Wait wait = Waits.Add("The subscription did not become " + state, args => Judge(args, state), token);
            SubscriptionStateEventArgs last = Volatile.Read(ref _last);
            if (last != null)
                wait.Judge(last);
            else if (State == state)
                wait.Succeed(null);
            return wait.Task;
        }

        private static Verdict Judge(RtcEventArgs args, SubscriptionState wanted)
        {
            SubscriptionStateEventArgs change = args as SubscriptionStateEventArgs;
            if (change == null)
                return Verdict.Pending;
            if (change.State == wanted)
                return Verdict.Done;
            return change.State == SubscriptionState.Error || change.State == SubscriptionState.LoggedOff
                ? Verdict.Failed
                : Verdict.Pending;
        }

        internal override void Note(RtcEventArgs args)
        {
            SubscriptionStateEventArgs change = args as SubscriptionStateEventArgs;
            if (change != null)
                Volatile.Write(ref _last, change);
        }

        internal override void Raise(RtcEventArgs args)
        {
            if (args.Type == EventType.SubscriptionStateChange)
                Owner.Fire(StateChanged, (SubscriptionStateEventArgs)args, this);
            else if (args.Type == EventType.SubscriptionNotify || args.Type == EventType.UnsolicitedNotify)
                Owner.Fire(NotifyReceived, args, this);
        }
    }

    /// <summary>Somebody watches our event state.</summary>
    public sealed class Watcher : RtcObject
    {
        internal Watcher(Client client, WatcherHandle handle) : base(client, handle)
        {
        }

        public event EventHandler<WatcherEventArgs> Changed;

        public Client Client
        {
            get { return Owner; }
        }

        public WatcherState State
        {
            get { return (WatcherState)RawState; }
        }

        public string Uri
        {
            get { return GetText(Constants.RTC_PROPERTY_WATCHER_URI); }
        }

        public string Name
        {
            get { return GetText(Constants.RTC_PROPERTY_WATCHER_NAME); }
            set { SetText(Constants.RTC_PROPERTY_WATCHER_NAME, value); }
        }

        public string Package
        {
            get { return GetText(Constants.RTC_PROPERTY_WATCHER_PACKAGE); }
        }

        public string Accept
        {
            get { return GetText(Constants.RTC_PROPERTY_WATCHER_ACCEPT); }
        }

        public int ExpiresSeconds
        {
            get { return (int)GetInt(Constants.RTC_PROPERTY_WATCHER_EXPIRES); }
        }

        private WatcherHandle Handle
        {
            get { return (WatcherHandle)Any; }
        }

        /// <summary>Allowed: 200, active. Prompt: 202, pending. Blocked: polite. Denied: 403. Later: changes it.</summary>
        public void Answer(WatcherState state, SendOptions send = null)
        {
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_watcher_answer(Handle, (int)state, ref native));
            }
        }

        /// <summary>Sends a NOTIFY: "active", "terminated;reason=noresource"; null keeps the state.</summary>
        public void Notify(string state, SendOptions send = null)
        {
            byte[] bytes = Utf8.Bytes(state);
            using (Arena arena = new Arena())
            {
                rtc_send_t native = SendOptions.ToNative(send, arena);
                RtcException.Check(Native.rtc_watcher_notify(Handle, bytes, Utf8.Length(bytes), ref native));
            }
        }

        internal override void Raise(RtcEventArgs args)
        {
            if (args.Type == EventType.Watcher)
                Owner.Fire(Changed, (WatcherEventArgs)args, this);
        }
    }
}
