// credentials.hpp: who we are to a realm (RFC 8760), and the certificates of TLS.
//
// Credentials are set on a client, a profile or a registration before they are needed, or on a transaction or refresh
// that waits in a CHALLENGE event. Leaves what they serve to rtc_credentials_set.
#pragma once
#include <rtcclient/handle.hpp>

namespace rtcclient {

/// Name and password for one realm or any.
struct Credentials {
    /// None: forget those of the realm.
    std::string user{};
    /// Password, or HA1 in hex with RTC_CREDENTIALS_HA1.
    std::string secret{};
    /// None: any.
    std::string realm{};
    /// RTC_CREDENTIALS_…
    std::uint32_t flags = 0;
};

namespace detail {

/// rtc_credentials_set for any handle that takes them.
inline void set_credentials(rtc_object_t *scope, const Credentials &credentials) {
    rtc_credentials_t raw{};
    raw.size = sizeof raw;
    raw.flags = credentials.flags;
    raw.realm = option(credentials.realm);
    raw.user = option(credentials.user);
    raw.secret = given(credentials.secret);
    check(rtc_credentials_set(scope, &raw));
}

} // namespace detail

/// Certificates, as PEM text, of a client or an embedded server.
struct TlsOptions {
    /// Authorities to trust beside those of the system.
    std::string ca_pem{};
    /// Our certificate with those that lead to its authority, and its key.
    std::string certificate_pem{}, key_pem{};
    /// RTC_TLS_…
    std::uint32_t flags = 0;

    /// The same as the C struct; valid while this object is.
    rtc_tls_options_t raw() const noexcept {
        rtc_tls_options_t tls{};
        tls.size = sizeof tls;
        tls.flags = flags;
        tls.ca_pem = detail::option(ca_pem);
        tls.certificate_pem = detail::option(certificate_pem);
        tls.key_pem = detail::option(key_pem);
        return tls;
    }
};

} // namespace rtcclient
