// sip.hpp: the SIP level: transactions, dialogs and their usages, registrations and refreshes.
//
// The same handles as the classes beside it, one step lower: a session is one INVITE usage, a profile has one
// registration. usage_of() and session_of() go from one to the other. Nothing happens by itself here but what the
// automation bits (RTC_AUTO_…) say. Leaves the rules of each verb to rtcclient.h.
#pragma once
#include <rtcclient/credentials.hpp>
#include <rtcclient/session.hpp>
#include <rtcclient/sip_message.hpp>
#include <rtcclient/subscription.hpp>

namespace rtcclient::sip {

/// State of a transaction (RFC 3261 §17).
enum class TransactionState : std::int32_t {
    trying = RTC_TRANSACTION_STATE_TRYING,
    calling = RTC_TRANSACTION_STATE_CALLING,
    proceeding = RTC_TRANSACTION_STATE_PROCEEDING,
    completed = RTC_TRANSACTION_STATE_COMPLETED,
    confirmed = RTC_TRANSACTION_STATE_CONFIRMED,
    terminated = RTC_TRANSACTION_STATE_TERMINATED
};

/// State of a dialog (RFC 3261 §12).
enum class DialogState : std::int32_t {
    init = RTC_DIALOG_STATE_INIT,
    early = RTC_DIALOG_STATE_EARLY,
    confirmed = RTC_DIALOG_STATE_CONFIRMED,
    terminated = RTC_DIALOG_STATE_TERMINATED
};

/// State of a usage (RFC 5057).
enum class UsageState : std::int32_t {
    init = RTC_USAGE_STATE_INIT,
    early = RTC_USAGE_STATE_EARLY,
    confirmed = RTC_USAGE_STATE_CONFIRMED,
    terminated = RTC_USAGE_STATE_TERMINATED
};

/// What a usage is for.
enum class UsageKind : std::int32_t {
    invite = RTC_USAGE_INVITE,
    subscribe = RTC_USAGE_SUBSCRIBE,
    refer = RTC_USAGE_REFER,
    notify = RTC_USAGE_NOTIFY
};

/// How Usage::close leaves.
enum class Close : std::int32_t { local = RTC_USAGE_CLOSE_LOCAL, tell_peer = RTC_USAGE_CLOSE_TELL_PEER };

/// State of a refresh.
enum class RefreshState : std::int32_t {
    inactive = RTC_REFRESH_STATE_INACTIVE,
    active = RTC_REFRESH_STATE_ACTIVE,
    terminated = RTC_REFRESH_STATE_TERMINATED
};

/// Names refreshes to Handle.
struct RefreshTraits {
    using pointer = rtc_refresh_t *;
    static constexpr std::int32_t kind = RTC_KIND_REFRESH;
};

/// A request that is repeated before it expires.
class Refresh : public Handle<RefreshTraits> {
public:
    using Handle::Handle;

    RefreshState state() const { return static_cast<RefreshState>(raw_state()); }
    /// Repeats it now, with other headers or another body.
    void update(const Send &send = {}) const { act(RTC_REFRESH_UPDATE, send); }
    /// Answers its challenge (RTC_EVENT_CHALLENGE), or declines it.
    void set_credentials(const Credentials &credentials) const { detail::set_credentials(get(), credentials); }
    /// Ends it: Expires 0.
    void terminate(const Send &send = {}) const { act(RTC_REFRESH_TERMINATE, send); }

private:
    void act(std::int32_t operation, const Send &send) const {
        const rtc_send_t raw = send.raw();
        check(rtc_refresh_send(get(), operation, &raw));
    }
};

/// Names transactions to Handle.
struct TransactionTraits {
    using pointer = rtc_transaction_t *;
    static constexpr std::int32_t kind = RTC_KIND_TRANSACTION;
};

/// One request with its responses, ours or a peer's.
class Transaction : public Handle<TransactionTraits> {
public:
    using Handle::Handle;

    TransactionState state() const { return static_cast<TransactionState>(raw_state()); }
    std::string method() const { return get_text(RTC_PROPERTY_TRANSACTION_METHOD); }
    /// True for a request of ours.
    bool is_client() const { return get_int(RTC_PROPERTY_TRANSACTION_IS_CLIENT) != 0; }
    bool can_respond() const { return get_int(RTC_PROPERTY_TRANSACTION_CAN_RESPOND) != 0; }
    bool can_cancel() const { return get_int(RTC_PROPERTY_TRANSACTION_CAN_CANCEL) != 0; }

    /// Answers the peer's request: 101 to 199 as often as wanted, then one of 200 to 699.
    void respond(int status, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_transaction_respond(get(), status, &raw));
    }
    /// Takes the answer over for so long; then the library answers.
    void claim(std::int32_t deadline_ms) const { check(rtc_transaction_claim(get(), deadline_ms)); }
    /// Cancels our INVITE.
    void cancel(const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_transaction_cancel(get(), &raw));
    }
    /// Answers the challenge of an event (RTC_EVENT_CHALLENGE): the request goes on when no realm is open any more.
    void set_credentials(const Credentials &credentials) const { detail::set_credentials(get(), credentials); }
    /// Lets the challenge stand: the 401 or 407 is the final response.
    void decline_challenge() const { set_credentials(Credentials{{}, {}, {}, RTC_CREDENTIALS_DECLINE}); }
    /// 0 the request, 1 and up its responses, -1 the newest; empty if there is none.
    SipMessage message(std::int32_t which) const {
        rtc_sip_message_t *found = nullptr;
        check(rtc_transaction_get_message(get(), which, &found));
        return SipMessage(adopt_t{}, found);
    }
    SipMessage request() const { return message(0); }
    SipMessage response() const { return message(-1); }
    /// What repeats it, after RTC_SEND_REFRESH; else empty.
    Refresh refresh() const { return related<Refresh>(); }
};

class Usage;

/// Names dialogs to Handle.
struct DialogTraits {
    using pointer = rtc_dialog_t *;
    static constexpr std::int32_t kind = RTC_KIND_DIALOG;
};

/// A dialog; readable after its end too.
class Dialog : public Handle<DialogTraits> {
public:
    using Handle::Handle;

    DialogState state() const { return static_cast<DialogState>(raw_state()); }
    std::string call_id() const { return get_text(RTC_PROPERTY_DIALOG_CALL_ID); }
    std::string local_tag() const { return get_text(RTC_PROPERTY_DIALOG_LOCAL_TAG); }
    std::string remote_tag() const { return get_text(RTC_PROPERTY_DIALOG_REMOTE_TAG); }
    std::string local_uri() const { return get_text(RTC_PROPERTY_DIALOG_LOCAL_URI); }
    std::string remote_uri() const { return get_text(RTC_PROPERTY_DIALOG_REMOTE_URI); }
    std::string remote_target() const { return get_text(RTC_PROPERTY_DIALOG_REMOTE_TARGET); }
    std::string route_set() const { return get_text(RTC_PROPERTY_DIALOG_ROUTE_SET); }
    /// Every hop by TLS.
    bool is_secure() const { return get_int(RTC_PROPERTY_DIALOG_SECURE) != 0; }
    /// Its usages, those of the RTC level too.
    std::vector<Usage> usages() const;
};

/// Names registrations to Handle.
struct RegistrationTraits {
    using pointer = rtc_registration_t *;
    static constexpr std::int32_t kind = RTC_KIND_REGISTRATION;
};

/// What Registration::create takes.
struct RegistrationOptions {
    std::string aor;
    /// Our Contact; none: the library's.
    std::string contact{};
    /// None: the domain of `aor`.
    std::string registrar{};
    /// Who registers for somebody else.
    std::string from{};
    std::string outbound_proxy{};
    /// At least 60; 0: 3600.
    std::int32_t expires_secs = 0;
    /// RTC_AUTO_AUTHENTICATION, RTC_AUTO_REFRESH.
    std::uint32_t automation = 0;
    /// RTC_PROFILE_…
    std::uint32_t flags = 0;
    void *user_data = nullptr;
};

/// One binding of an address of record.
class Registration : public SipObject<RegistrationTraits> {
public:
    using SipObject::SipObject;

    /// Of a client or a connection; sends nothing.
    template <class Traits> static Registration create(const Handle<Traits> &parent, const RegistrationOptions &options) {
        rtc_registration_options_t raw{};
        raw.size = sizeof raw;
        raw.flags = options.flags;
        raw.aor = detail::option(options.aor);
        raw.contact = detail::option(options.contact);
        raw.registrar = detail::option(options.registrar);
        raw.from = detail::option(options.from);
        raw.outbound_proxy = detail::option(options.outbound_proxy);
        raw.expires_secs = options.expires_secs;
        raw.automation = options.automation;
        raw.user_data = options.user_data;
        rtc_registration_t *made = nullptr;
        check(rtc_registration_create(parent.get(), &raw, &made));
        return Registration(adopt_t{}, made);
    }
    RegistrationState state() const { return static_cast<RegistrationState>(raw_state()); }
    /// Each sends a REGISTER; the transaction is empty where the profile keeps it to itself.
    Transaction enroll(const Send &send = {}) const { return act(RTC_REGISTRATION_REGISTER, send); }
    Transaction update(const Send &send = {}) const { return act(RTC_REGISTRATION_UPDATE, send); }
    Transaction unregister(const Send &send = {}) const { return act(RTC_REGISTRATION_UNREGISTER, send); }
    Transaction unregister_all(const Send &send = {}) const { return act(RTC_REGISTRATION_UNREGISTER_ALL, send); }
    /// Asks which bindings there are; the event RTC_EVENT_REGISTRATION has the list as text.
    Transaction fetch(const Send &send = {}) const { return act(RTC_REGISTRATION_FETCH, send); }

    /// For this registration and what is sent in its context.
    void set_credentials(const Credentials &credentials) const { detail::set_credentials(get(), credentials); }

    std::string aor() const { return get_text(RTC_PROPERTY_REGISTRATION_AOR); }
    std::string registered_contact() const { return get_text(RTC_PROPERTY_REGISTRATION_REGISTERED_CONTACT); }
    std::string service_route() const { return get_text(RTC_PROPERTY_REGISTRATION_SERVICE_ROUTE); }
    /// P-Associated-URI (RFC 7315); throws RTC_E_NOT_EXIST past the last.
    std::string associated_uri(std::int32_t index = 0) const {
        return get_text(RTC_PROPERTY_REGISTRATION_ASSOCIATED_URI, index);
    }
    /// Public GRUU (RFC 5627).
    std::string gruu() const { return get_text(RTC_PROPERTY_REGISTRATION_GRUU); }
    /// From the next request on; empty: none.
    void set_outbound_proxy(std::string_view route) const { set_text(RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY, route); }

private:
    Transaction act(std::int32_t operation, const Send &send) const {
        const rtc_send_t raw = send.raw();
        rtc_transaction_t *transaction = nullptr;
        check(rtc_registration_send(get(), operation, &raw, &transaction));
        return Transaction(adopt_t{}, transaction);
    }
};

/// Names usages to Handle.
struct UsageTraits {
    using pointer = rtc_usage_t *;
    static constexpr std::int32_t kind = RTC_KIND_USAGE;
};

/// What Usage::create takes.
struct UsageOptions {
    /// Request-URI of the first request; not in a dialog that stands.
    std::string uri{};
    std::string from{}, to{}, contact{};
    std::string event{}, refer_to{}, subscription_state{};
    /// Whose proxy, identity and Contact it has.
    Registration registration{};
    /// RTC_AUTO_…
    std::uint32_t automation = 0;
    void *user_data = nullptr;
};

/// A usage of a dialog: an INVITE session, a subscription, either end.
class Usage : public SipObject<UsageTraits> {
public:
    using SipObject::SipObject;

    /// Of a client or connection (a new dialog), a dialog (one more usage), a peer's transaction (be its UAS).
    template <class Traits> static Usage create(const Handle<Traits> &parent, UsageKind kind, const UsageOptions &options = {}) {
        rtc_usage_options_t raw{};
        raw.size = sizeof raw;
        raw.registration = options.registration.get();
        raw.uri = detail::option(options.uri);
        raw.from = detail::option(options.from);
        raw.to = detail::option(options.to);
        raw.contact = detail::option(options.contact);
        raw.event = detail::option(options.event);
        raw.refer_to = detail::option(options.refer_to);
        raw.subscription_state = detail::option(options.subscription_state);
        raw.automation = options.automation;
        raw.user_data = options.user_data;
        rtc_usage_t *made = nullptr;
        check(rtc_usage_create(parent.get(), static_cast<std::int32_t>(kind), &raw, &made));
        return Usage(adopt_t{}, made);
    }
    UsageState state() const { return static_cast<UsageState>(raw_state()); }
    UsageKind usage_kind() const { return static_cast<UsageKind>(get_int(RTC_PROPERTY_USAGE_KIND)); }
    /// RTC_AUTO_… bits that are on.
    std::uint32_t automation() const { return static_cast<std::uint32_t>(get_int(RTC_PROPERTY_USAGE_AUTOMATION)); }

    /// Sends a request in it; ACK has no transaction.
    Transaction send(std::string_view method, const Send &what = {}) const {
        const rtc_send_t raw = what.raw();
        const rtc_str_t name = detail::given(method);
        rtc_transaction_t *transaction = nullptr;
        check(rtc_usage_send(get(), name.ptr, name.len, &raw, &transaction));
        return Transaction(adopt_t{}, transaction);
    }
    /// Leaves it, with or without a word to the peer.
    void close(Close how = Close::tell_peer) const { check(rtc_usage_close(get(), static_cast<std::int32_t>(how))); }
    /// Its dialog; empty before there is one.
    Dialog dialog() const { return related<Dialog>(); }
};

inline std::vector<Usage> Dialog::usages() const { return list<Usage>(); }

/// The INVITE usage that a session is, the SUBSCRIBE usage of a subscription.
template <class Traits> Usage usage_of(const Handle<Traits> &object) { return object.template related<Usage>(); }
/// The session whose INVITE usage it is; empty if there is none.
inline Session session_of(const Usage &usage) { return usage.related<Session>(); }

/// Sends a stand-alone request in the context of a client, profile, registration or connection.
template <class Traits>
Transaction send_request(const Handle<Traits> &context, std::string_view method, std::string_view uri, const Send &send = {}) {
    const rtc_send_t raw = send.raw();
    const rtc_str_t name = detail::given(method), target = detail::given(uri);
    rtc_transaction_t *transaction = nullptr;
    check(rtc_request_send(context.get(), name.ptr, name.len, target.ptr, target.len, &raw, &transaction));
    return Transaction(adopt_t{}, transaction);
}

} // namespace rtcclient::sip
