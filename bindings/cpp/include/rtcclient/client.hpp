// client.hpp: a user agent: its life cycle, its events and what it creates.
//
// Events come one way or the other: pulled (next_event, events, wait_for) or delivered to a
// function on the library's event thread (on_event). No exception leaves that function: it is
// caught at the edge and given to the second function.
#pragma once
#include <rtcclient/event.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

namespace rtcclient {

/// What Client::initialize takes; the pointers may be null.
struct ClientOptions {
    std::string user_agent{};
    /// RTC_CLIENT_…
    std::uint32_t flags = 0;
    std::uint16_t sip_port_min = 0, sip_port_max = 0, rtp_port_min = 0, rtp_port_max = 0;
    std::int32_t claim_ms = 0, credentials_ms = 0, shutdown_ms = 0;
    std::optional<TlsOptions> tls{};
    const rtc_dns_options_t *dns = nullptr;
    const rtc_timers_t *timers = nullptr;
    const rtc_nat_options_t *nat = nullptr;
    const rtc_limits_t *limits = nullptr;
    const rtc_session_options_t *session_defaults = nullptr;

    /// The same as the C struct; valid while this object and `of_tls` are.
    rtc_client_options_t raw(rtc_tls_options_t &of_tls) const noexcept {
        rtc_client_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = flags;
        raw.user_agent = detail::option(user_agent);
        raw.sip_port_min = sip_port_min;
        raw.sip_port_max = sip_port_max;
        raw.rtp_port_min = rtp_port_min;
        raw.rtp_port_max = rtp_port_max;
        raw.claim_ms = claim_ms;
        raw.credentials_ms = credentials_ms;
        raw.shutdown_ms = shutdown_ms;
        if (tls) {
            of_tls = tls->raw();
            raw.tls = &of_tls;
        }
        raw.dns = dns;
        raw.timers = timers;
        raw.nat = nat;
        raw.limits = limits;
        raw.session_defaults = session_defaults;
        return raw;
    }
};

/// Names clients to Handle.
struct ClientTraits {
    using pointer = rtc_client_t *;
    static constexpr std::int32_t kind = RTC_KIND_CLIENT;
};

class EventRange;

/// A user agent.
class Client : public SipObject<ClientTraits> {
public:
    using SipObject::SipObject;
    /// Takes an event.
    using EventFunction = std::function<void(const Event &)>;
    /// Takes what an EventFunction threw.
    using ErrorFunction = std::function<void(std::exception_ptr)>;

    /// Creates, initializes and listens.
    explicit Client(ListenMode mode, const ClientOptions &options = {}) : Client(create()) {
        initialize(options);
        listen(mode);
    }

    /// A client that does nothing yet: set the filter, the sink and user data, then initialize().
    static Client create() {
        rtc_client_t *client = nullptr;
        check(rtc_client_create(&client));
        return Client(adopt_t{}, client);
    }
    /// Starts it.
    void initialize(const ClientOptions &options = {}) const {
        rtc_tls_options_t tls{};
        const rtc_client_options_t raw = options.raw(tls);
        check(rtc_client_initialize(get(), &raw));
    }
    /// Changes a running client: TLS, DNS, timers, defaults of sessions, times and name. What is not given stays.
    void set_options(const ClientOptions &options) const {
        rtc_tls_options_t tls{};
        const rtc_client_options_t raw = options.raw(tls);
        check(rtc_client_set_options(get(), &raw));
    }
    /// For every profile without credentials of its own.
    void set_credentials(const Credentials &credentials) const { detail::set_credentials(get(), credentials); }
    /// Where it is in its life.
    ClientState state() const { return static_cast<ClientState>(raw_state()); }
    /// Opens or closes the listening sockets.
    void listen(ListenMode mode) const { check(rtc_client_listen(get(), static_cast<std::int32_t>(mode))); }
    /// Which events to queue, RTC_EVENT_FILTER_…
    void set_event_filter(std::uint64_t mask) const { check(rtc_client_set_event_filter(get(), mask)); }
    /// What happens to incoming sessions of a type; before listen().
    void set_answer_mode(SessionType type, AnswerMode mode) const {
        set_int(RTC_PROPERTY_CLIENT_ANSWER_MODE, static_cast<std::int64_t>(mode), static_cast<std::int32_t>(type));
    }

    /// A profile from its parts.
    Profile create_profile(const ProfileOptions &options) const {
        rtc_profile_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = options.flags;
        raw.uri = detail::option(options.uri);
        raw.display_name = detail::option(options.display_name);
        raw.registrar = detail::option(options.registrar);
        raw.proxy = detail::option(options.proxy);
        raw.user = detail::option(options.user);
        raw.password = detail::option(options.password);
        raw.realm = detail::option(options.realm);
        raw.contact_params = detail::option(options.contact_params);
        raw.instance_id = detail::option(options.instance_id);
        raw.transports = options.transports;
        raw.allowed_auth = options.allowed_auth;
        raw.expires_secs = options.expires_secs;
        raw.session_types = options.session_types;
        raw.user_data = options.user_data;
        rtc_profile_t *profile = nullptr;
        check(rtc_profile_create(get(), &raw, &profile));
        return Profile(adopt_t{}, profile);
    }
    /// A profile from provisioning XML.
    Profile create_profile_from_xml(std::string_view xml) const {
        const rtc_str_t text = detail::given(xml);
        rtc_profile_t *profile = nullptr;
        check(rtc_profile_create_from_xml(get(), text.ptr, text.len, &profile));
        return Profile(adopt_t{}, profile);
    }
    /// An idle session; Session::add_participant calls.
    Session create_session(SessionType type, const SessionOptions &options = {}) const {
        const rtc_session_options_t raw = options.raw();
        rtc_session_t *session = nullptr;
        check(rtc_session_create(get(), static_cast<std::int32_t>(type), &raw, &session));
        return Session(adopt_t{}, session);
    }
    /// A subscription that has sent nothing; Subscription::subscribe does.
    Subscription create_subscription(const SubscriptionOptions &options) const {
        rtc_subscription_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = options.flags;
        raw.profile = options.profile.get();
        raw.uri = detail::option(options.uri);
        raw.event = detail::option(options.event);
        raw.accept = detail::option(options.accept);
        raw.expires_secs = options.expires_secs;
        raw.user_data = options.user_data;
        rtc_subscription_t *subscription = nullptr;
        check(rtc_subscription_create(get(), &raw, &subscription));
        return Subscription(adopt_t{}, subscription);
    }
    /// One more listening address.
    Connection create_connection(const ConnectionOptions &options) const {
        rtc_connection_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = options.flags;
        raw.address = detail::option(options.address);
        raw.interface_name = detail::option(options.interface_name);
        raw.transports = options.transports;
        raw.port = options.port;
        raw.dscp = options.dscp;
        raw.keepalive_secs = options.keepalive_secs;
        raw.receive_buffer_bytes = options.receive_buffer_bytes;
        raw.public_address = detail::option(options.public_address);
        raw.user_data = options.user_data;
        rtc_connection_t *connection = nullptr;
        check(rtc_connection_create(get(), &raw, &connection));
        return Connection(adopt_t{}, connection);
    }

    /// Lets NOTIFYs of a package come inside INVITE dialogs; without a session: inside all to come.
    void allow_dialog_notifications(std::string_view package, const Session &session = Session(), bool allow = true) const {
        const rtc_str_t name = detail::given(package);
        check(rtc_client_allow_dialog_notifications(get(), session.get(), name.ptr, name.len, allow ? 1 : 0));
    }
    /// Is notifier for a package; `types` are the content types that its notifications have.
    void serve_package(std::string_view package, std::string_view types, ServeMode mode = ServeMode::offer) const {
        const rtc_str_t name = detail::given(package), list = detail::option(types);
        check(rtc_client_serve_package(get(), name.ptr, name.len, list.ptr, list.len, static_cast<std::int32_t>(mode)));
    }
    /// Sends a stand-alone request: OPTIONS, MESSAGE, any; the answer comes as an event with the cookie.
    void send_request(std::string_view method, std::string_view uri, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        const rtc_str_t name = detail::given(method), target = detail::given(uri);
        check(rtc_request_send(get(), name.ptr, name.len, target.ptr, target.len, &raw, nullptr));
    }

    /// Lets the application see requests outside dialogs first: those come as REQUEST events with this cookie.
    void set_request_filter(std::int64_t cookie, std::string_view method = {}, std::string_view event = {},
                            std::string_view accept_contact = {}, std::string_view content_type = {}) const {
        rtc_request_filter_t raw{};
        raw.size = sizeof raw;
        raw.method = detail::option(method);
        raw.event = detail::option(event);
        raw.accept_contact = detail::option(accept_contact);
        raw.content_type = detail::option(content_type);
        check(rtc_client_set_request_filter(get(), cookie, &raw));
    }
    /// Takes that filter away.
    void remove_request_filter(std::int64_t cookie) const { check(rtc_client_set_request_filter(get(), cookie, nullptr)); }

    /// Says what the application knows of the network; without a connection: of all of them. False if that was known.
    bool notify_network(NetworkChange change, const Connection &connection = Connection()) const {
        return check(rtc_client_notify_network(get(), connection.get(), static_cast<std::int32_t>(change))) != RTC_FALSE;
    }
    /// Names of security mechanisms (RFC 3329), a comma list: those in use with a next hop (an IP address with or without
    /// port), or all that are supported.
    std::string security_mechanisms(std::string_view next_hop = {}) const {
        return detail::read_text([&](char *buf, std::size_t cap, std::size_t *needed) {
            return rtc_client_get_security_mechanisms(get(), detail::pointer(next_hop), next_hop.size(), buf, cap, needed);
        });
    }

    /// Privacy (RFC 3323) of every session without its own, RTC_PRIVACY_… bits.
    std::uint32_t sip_privacy() const { return static_cast<std::uint32_t>(get_int(RTC_PROPERTY_CLIENT_SIP_PRIVACY)); }
    void set_sip_privacy(std::uint32_t privacy) const { set_int(RTC_PROPERTY_CLIENT_SIP_PRIVACY, privacy); }
    /// Hops whose P-Asserted-Identity is believed: a comma list of IP addresses and networks, or *.
    std::string trusted_hops() const { return get_text(RTC_PROPERTY_CLIENT_TRUSTED_HOPS); }
    void set_trusted_hops(std::string_view hops) const { set_text(RTC_PROPERTY_CLIENT_TRUSTED_HOPS, hops); }
    /// The body of answers to OPTIONS; empty: a description of what is spoken here.
    void set_options_body(std::string_view body, std::string_view type = "application/sdp") const {
        set_text(RTC_PROPERTY_CLIENT_OPTIONS_TYPE, type);
        set_text(RTC_PROPERTY_CLIENT_OPTIONS_BODY, body);
    }

    /// Something to wait on, never to read, and how long it may sleep at most although that is not ready (-1: any time).
    std::pair<std::intptr_t, std::int32_t> event_fd() const {
        std::intptr_t fd = -1;
        std::int32_t next_ms = -1;
        check(rtc_client_get_event_fd(get(), &fd, &next_ms));
        return {fd, next_ms};
    }
    /// Application-driven (RTC_CLIENT_APPLICATION_DRIVEN): does what is to be done; false if there was nothing in time.
    bool run_once(std::chrono::milliseconds timeout) const {
        return check(rtc_client_run_once(get(), static_cast<std::int32_t>(timeout.count()))) != RTC_FALSE;
    }

    /// The next event; empty when the time is up or the client has shut down.
    Event next_event(std::chrono::milliseconds timeout) const {
        return pull(static_cast<std::int32_t>(timeout.count())).first;
    }
    /// The next event, without a time-out; empty when the client has shut down.
    Event next_event() const { return pull(-1).first; }

    /// Pulls events until one fulfils `wanted`; those before it are gone. Empty when time is up.
    template <class Wanted> Event wait_for(std::chrono::milliseconds timeout, Wanted wanted) const {
        const auto end = std::chrono::steady_clock::now() + timeout;
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            Event event = next_event(left.count() > 0 ? left : std::chrono::milliseconds(0));
            if (!event || wanted(event)) return event;
        }
    }
    /// The same for a state or a type of event.
    Event wait_for(std::chrono::milliseconds timeout, SessionState state) const { return wait_is(timeout, state); }
    Event wait_for(std::chrono::milliseconds timeout, RegistrationState state) const { return wait_is(timeout, state); }
    Event wait_for(std::chrono::milliseconds timeout, SubscriptionState state) const { return wait_is(timeout, state); }
    Event wait_for(std::chrono::milliseconds timeout, ClientEvent kind) const { return wait_is(timeout, kind); }
    Event wait_for(std::chrono::milliseconds timeout, WatcherEvent kind) const { return wait_is(timeout, kind); }
    Event wait_for(std::chrono::milliseconds timeout, MessagingEvent kind) const { return wait_is(timeout, kind); }
    Event wait_for(std::chrono::milliseconds timeout, EventType type) const { return wait_is(timeout, type); }

    /// All events until the client has shut down, for a range-based loop.
    EventRange events() const;

    /// Has events delivered to a function on the event thread; an empty function ends that.
    void on_event(EventFunction function, ErrorFunction failed = {}) const {
        if (!function) {
            const rtc_result_t result = rtc_client_set_event_sink(get(), nullptr);
            if (result != RTC_E_CLIENT_ALREADY_SHUT_DOWN) check(result); // none runs any more then either
            return;
        }
        auto box = std::make_unique<Sink>(Sink{std::move(function), std::move(failed), get()});
        rtc_event_sink_t sink{};
        sink.size = sizeof sink;
        sink.on_event = &Sink::deliver;
        sink.user_data = box.get();
        sink.drop_user_data = [](void *data) { delete static_cast<Sink *>(data); };
        check(rtc_client_set_event_sink(get(), &sink));
        box.release(); // the library drops it
    }

    /// Writes a trace to a file ("-": standard error); no path stops that kind.
    void trace(TraceKind kind, std::string_view path) const {
        rtc_trace_options_t raw{};
        raw.size = sizeof raw;
        raw.kind = static_cast<std::int32_t>(kind);
        raw.path = detail::option(path);
        check(rtc_client_trace(get(), &raw));
    }
    /// Gives a trace to a function, on the event thread.
    void trace(TraceKind kind, std::function<void(std::string_view)> function) const {
        auto box = std::make_unique<std::function<void(std::string_view)>>(std::move(function));
        rtc_trace_options_t raw{};
        raw.size = sizeof raw;
        raw.kind = static_cast<std::int32_t>(kind);
        raw.on_bytes = [](void *data, const void *bytes, std::size_t len) {
            try {
                (*static_cast<std::function<void(std::string_view)> *>(data))(
                    std::string_view(static_cast<const char *>(bytes), len));
            } catch (...) { // a trace that cannot be written must not end the calls it shows
            }
        };
        raw.user_data = box.get();
        raw.drop_user_data = [](void *data) { delete static_cast<std::function<void(std::string_view)> *>(data); };
        check(rtc_client_trace(get(), &raw));
        box.release();
    }
    /// Counters and live objects.
    rtc_statistics_t statistics() const {
        rtc_statistics_t statistics{};
        statistics.size = sizeof statistics;
        check(rtc_client_get_statistics(get(), &statistics));
        return statistics;
    }

    /// Ends calls, subscriptions and registrations; when that is done, events() and on_event() shut
    /// the client down by themselves. May be called again.
    void close() const {
        const rtc_result_t result = rtc_client_prepare_for_shutdown(get());
        if (result != RTC_E_SIP_STACK_SHUTDOWN && result != RTC_E_CLIENT_ALREADY_SHUT_DOWN) check(result);
    }
    /// Stops now: sockets close, peers are told nothing.
    void shutdown() const {
        const rtc_result_t result = rtc_client_shutdown(get());
        if (result != RTC_E_CLIENT_ALREADY_SHUT_DOWN) check(result);
    }

private:
    friend class EventRange;

    struct Sink {
        EventFunction function;
        ErrorFunction failed;
        rtc_client_t *client; // lent: the client outlives its sink

        static void deliver(void *data, rtc_event_t *raw) noexcept {
            Sink &sink = *static_cast<Sink *>(data);
            try {
                const Event event(borrow_t{}, raw);
                sink.call(event);
                if (event.is(ClientEvent::async_cleanup_done)) rtc_client_shutdown(sink.client);
            } catch (...) {
                sink.report(std::current_exception());
            }
        }
        void call(const Event &event) noexcept {
            try {
                function(event);
            } catch (...) {
                report(std::current_exception());
            }
        }
        void report(std::exception_ptr thrown) noexcept {
            try {
                if (failed) failed(std::move(thrown));
            } catch (...) { // nobody is left to tell
            }
        }
    };

    std::pair<Event, rtc_result_t> pull(std::int32_t timeout_ms) const {
        rtc_event_t *event = nullptr;
        const rtc_result_t result = check(rtc_client_next_event(get(), timeout_ms, &event));
        return {event == nullptr ? Event() : Event(adopt_t{}, event), result};
    }

    template <class What> Event wait_is(std::chrono::milliseconds timeout, What what) const {
        return wait_for(timeout, [what](const Event &event) { return event.is(what); });
    }
};

/// The events of a client as a range that is walked once.
class EventRange {
public:
    /// Takes a client to pull from.
    explicit EventRange(Client client) : client_(std::move(client)) {}

    /// Walks the range.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Event;
        using difference_type = std::ptrdiff_t;
        using pointer = const Event *;
        using reference = const Event &;

        iterator() = default;
        explicit iterator(const Client *client) : client_(client) { advance(); }
        reference operator*() const noexcept { return event_; }
        pointer operator->() const noexcept { return &event_; }
        iterator &operator++() {
            advance();
            return *this;
        }
        void operator++(int) { advance(); }
        friend bool operator==(const iterator &a, const iterator &b) noexcept { return a.client_ == b.client_; }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return !(a == b); }

    private:
        void advance() {
            // The clean-up is done when the loop has seen its event: nothing more is to be said to
            // peers, so the client can stop and the range can end.
            if (event_.is(ClientEvent::async_cleanup_done)) client_->shutdown();
            event_ = client_->next_event();
            if (!event_) client_ = nullptr;
        }

        const Client *client_ = nullptr;
        Event event_{};
    };

    /// First event, waiting for it.
    iterator begin() const { return iterator(&client_); }
    /// After the last event.
    iterator end() const noexcept { return iterator(); }

private:
    Client client_;
};

inline EventRange Client::events() const { return EventRange(*this); }

} // namespace rtcclient
