// profile.hpp: an account: its registration, credentials and published state.
#pragma once
#include <rtcclient/credentials.hpp>
#include <rtcclient/enums.hpp>
#include <rtcclient/send.hpp>
#include <rtcclient/sip_object.hpp>

namespace rtcclient {

/// What Client::create_profile takes; the first three are what most accounts need.
struct ProfileOptions {
    std::string uri, user, password;
    std::string display_name{};
    /// None: the domain of the URI.
    std::string registrar{};
    /// Preloaded Route, a comma list.
    std::string proxy{};
    /// None: any.
    std::string realm{};
    std::string contact_params{}, instance_id{};
    /// RTC_TRANSPORT_… mask, 0: any.
    std::uint32_t transports = 0;
    std::uint32_t allowed_auth = 0;
    /// 0: 3600.
    std::int32_t expires_secs = 0;
    std::uint32_t session_types = 0;
    /// RTC_PROFILE_…
    std::uint32_t flags = 0;
    void *user_data = nullptr;
};

/// Names profiles to Handle.
struct ProfileTraits {
    using pointer = rtc_profile_t *;
    static constexpr std::int32_t kind = RTC_KIND_PROFILE;
};

/// An account. Its additional headers go into its REGISTER requests and what is sent in its context.
class Profile : public SipObject<ProfileTraits> {
public:
    using SipObject::SipObject;

    /// Registers (REGISTER, RFC 3261 §10); RTC_REGISTER_… 0: enables it for selection only.
    void enable(std::uint32_t register_flags = RTC_REGISTER_ALL) const {
        check(rtc_profile_enable(get(), register_flags, 0));
    }
    /// Unregisters.
    void disable() const { check(rtc_profile_disable(get())); }

    /// State of the registration.
    RegistrationState state() const { return static_cast<RegistrationState>(raw_state()); }

    /// New credentials; enable() again uses them.
    void set_credentials(std::string_view user, std::string_view password, std::string_view realm = {}) const {
        set_credentials(Credentials{std::string(user), std::string(password), std::string(realm)});
    }
    void set_credentials(const Credentials &credentials) const { detail::set_credentials(get(), credentials); }

    /// Publishes event state (RFC 3903) and keeps it alive; RTC_SEND_END removes it.
    void publish(std::string_view package, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        const rtc_str_t name = detail::given(package);
        check(rtc_profile_publish(get(), name.ptr, name.len, &raw));
    }

    /// Address of record.
    std::string uri() const { return get_text(RTC_PROPERTY_PROFILE_USER_URI); }
    /// One of the registered contacts.
    std::string registered_contact(std::int32_t index = 0) const {
        return get_text(RTC_PROPERTY_PROFILE_REGISTERED_CONTACT, index);
    }
    /// Preloaded Route, a comma list; new requests take it.
    std::string proxy() const { return get_text(RTC_PROPERTY_PROFILE_PROXY); }
    void set_proxy(std::string_view route) const { set_text(RTC_PROPERTY_PROFILE_PROXY, route); }
    /// Service-Route that the registrar gave (RFC 3608).
    std::string service_route() const { return get_text(RTC_PROPERTY_PROFILE_SERVICE_ROUTE); }
    /// P-Associated-URI (RFC 7315), the default identity first; throws RTC_E_NOT_EXIST past the last.
    std::string associated_uri(std::int32_t index = 0) const { return get_text(RTC_PROPERTY_PROFILE_ASSOCIATED_URI, index); }
    /// Public GRUU and the newest temporary one (RFC 5627).
    std::string gruu() const { return get_text(RTC_PROPERTY_PROFILE_GRUU); }
    std::string temp_gruu() const { return get_text(RTC_PROPERTY_PROFILE_TEMP_GRUU); }
};

} // namespace rtcclient
