// An address to listen on, and the server that lives in this process.

using System;
using RtcClient.Interop;

namespace RtcClient
{
    /// <summary>A listening address of a client.</summary>
    public sealed class Connection : RtcObject
    {
        internal Connection(Client client, ConnectionHandle handle) : base(client, handle)
        {
        }

        public event EventHandler<ConnectionStateEventArgs> StateChanged;

        public Client Client
        {
            get { return Owner; }
        }

        public ConnectionState State
        {
            get { return (ConnectionState)RawState; }
        }

        /// <summary>"192.0.2.1:5060"; the port is the real one when 0 was asked for.</summary>
        public string GetLocalAddress(Transports transport)
        {
            return GetText(Constants.RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS, (int)transport);
        }

        /// <summary>The result for which it was lost last; 0: never.</summary>
        public int LastError
        {
            get { return (int)GetInt(Constants.RTC_PROPERTY_CONNECTION_LAST_ERROR); }
        }

        /// <summary>Stops listening; what hangs on it ends.</summary>
        public void Close()
        {
            RtcException.Check(Native.rtc_connection_close((ConnectionHandle)Any));
        }

        internal override void Raise(RtcEventArgs args)
        {
            if (args.Type == EventType.ConnectionState)
                Owner.Fire(StateChanged, (ConnectionStateEventArgs)args, this);
        }
    }

    /// <summary>How the embedded server is set up.</summary>
    public sealed class ServerOptions
    {
        public ServerFlags Flags { get; set; }
        /// <summary>"udp:127.0.0.1:0, tcp:127.0.0.1:0"; also tls:, ws: and wss:.</summary>
        public string Listen { get; set; }
        public string Realm { get; set; }
        public string Domain { get; set; }
        public int MinExpiresSeconds { get; set; }
        public int MaxExpiresSeconds { get; set; }
        /// <summary>Certificate and key for tls: and wss: in <see cref="Listen"/>.</summary>
        public TlsOptions Tls { get; set; }
    }

    /// <summary>Registrar, forking proxy, redirect server and presence agent in this process, on a
    /// thread of its own. Disposing stops it.</summary>
    public sealed class Server : RtcObject
    {
        private Server(ServerHandle handle) : base(null, handle)
        {
        }

        public static Server Start(ServerOptions options)
        {
            if (options == null)
                throw new ArgumentNullException("options");
            using (Arena arena = new Arena())
            {
                rtc_server_options_t native = new rtc_server_options_t();
                native.size = SizeOf<rtc_server_options_t>.Value;
                native.flags = (uint)options.Flags;
                native.listen = arena.Str(options.Listen);
                native.realm = arena.Str(options.Realm);
                native.domain = arena.Str(options.Domain);
                native.min_expires_secs = options.MinExpiresSeconds;
                native.max_expires_secs = options.MaxExpiresSeconds;
                native.tls = TlsOptions.ToNative(options.Tls, arena);
                ServerHandle handle;
                RtcException.Check(Native.rtc_server_start(ref native, out handle));
                return new Server(handle);
            }
        }

        public static Server Start(string listen, string realm = null, string domain = null)
        {
            ServerOptions options = new ServerOptions();
            options.Listen = listen;
            options.Realm = realm;
            options.Domain = domain;
            return Start(options);
        }

        /// <summary>"sip:127.0.0.1:5060;transport=udp" for each address.</summary>
        public string[] Uris
        {
            get { return GetTexts(Constants.RTC_PROPERTY_SERVER_URI); }
        }

        public string Realm
        {
            get { return GetText(Constants.RTC_PROPERTY_SERVER_REALM); }
        }

        public long Bindings
        {
            get { return GetInt(Constants.RTC_PROPERTY_SERVER_BINDINGS); }
        }

        public long Requests
        {
            get { return GetInt(Constants.RTC_PROPERTY_SERVER_REQUESTS); }
        }

        /// <summary>Adds or changes a user. Contacts with 302 redirect; a status alone is always the
        /// answer; nothing at all removes.</summary>
        public void SetUser(string user, string password, string contacts = null, int status = 0)
        {
            using (Arena arena = new Arena())
            {
                rtc_server_user_t native = new rtc_server_user_t();
                native.size = SizeOf<rtc_server_user_t>.Value;
                native.user = arena.Str(user);
                native.password = arena.Str(password);
                native.contacts = arena.Str(contacts);
                native.status = status;
                RtcException.Check(Native.rtc_server_set_user((ServerHandle)Any, ref native));
            }
        }

        public void Stop()
        {
            RtcException.Check(Native.rtc_server_stop((ServerHandle)Any));
        }
    }
}
