// server.hpp: the embedded registrar, proxy, redirect server and presence agent.
#pragma once
#include <rtcclient/credentials.hpp>

#include <optional>

namespace rtcclient {

/// What Server::start takes.
struct ServerOptions {
    /// "udp:127.0.0.1:0, tcp:127.0.0.1:0"; also tls:, ws: and wss:.
    std::string listen{};
    std::string realm{}, domain{};
    std::int32_t min_expires_secs = 0, max_expires_secs = 0;
    /// RTC_SERVER_…
    std::uint32_t flags = 0;
    /// Certificate and key for tls: and wss:.
    std::optional<TlsOptions> tls{};
};

/// Names servers to Handle.
struct ServerTraits {
    using pointer = rtc_server_t *;
    static constexpr std::int32_t kind = RTC_KIND_SERVER;
};

/// A server in this process, on a thread of its own.
class Server : public Handle<ServerTraits> {
public:
    using Handle::Handle;

    /// Starts one.
    static Server start(const ServerOptions &options = {}) {
        rtc_server_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = options.flags;
        raw.listen = detail::option(options.listen);
        raw.realm = detail::option(options.realm);
        raw.domain = detail::option(options.domain);
        raw.min_expires_secs = options.min_expires_secs;
        raw.max_expires_secs = options.max_expires_secs;
        rtc_tls_options_t tls{};
        if (options.tls) {
            tls = options.tls->raw();
            raw.tls = &tls;
        }
        rtc_server_t *server = nullptr;
        check(rtc_server_start(&raw, &server));
        return Server(adopt_t{}, server);
    }

    /// Adds or changes an account with a password.
    void set_user(std::string_view user, std::string_view password) const { configure(user, password, {}, 0); }
    /// An address that is always redirected to `contacts`, or always answered with `status`.
    void set_answer(std::string_view user, std::string_view contacts, int status) const {
        configure(user, {}, contacts, status);
    }
    /// Takes an account away.
    void remove_user(std::string_view user) const { configure(user, {}, {}, 0); }

    /// One of the addresses it listens on, as a SIP URI.
    std::string uri(std::int32_t index = 0) const { return get_text(RTC_PROPERTY_SERVER_URI, index); }

    /// Stops it and joins its thread.
    void stop() const { check(rtc_server_stop(get())); }

private:
    void configure(std::string_view user, std::string_view password, std::string_view contacts, int status) const {
        rtc_server_user_t raw{};
        raw.size = sizeof raw;
        raw.user = detail::given(user);
        raw.password = detail::option(password);
        raw.contacts = detail::option(contacts);
        raw.status = status;
        check(rtc_server_set_user(get(), &raw));
    }
};

} // namespace rtcclient
