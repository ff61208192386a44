// sip_message.hpp: received and built SIP messages, and single headers.
//
// A message is immutable; the views that its functions give stay valid while any SipMessage of it
// is held. Needs no client, so that the parser can be used alone (RFC 3261 §7, §20).
#pragma once
#include <rtcclient/enums.hpp>
#include <rtcclient/handle.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtcclient {

/// One header, taken apart as far as its form allows. Views into the message it came from.
struct Header {
    HeaderForm form = HeaderForm::raw;
    std::string_view name, value;
    /// Method, media type, package, scheme, state, transport or Call-ID.
    std::string_view token;
    std::string_view display_name, uri, params;
    std::int64_t number = 0, number2 = 0;

    /// Takes the C struct over.
    explicit Header(const rtc_header_t &header) noexcept
        : form(static_cast<HeaderForm>(header.form)), name(detail::view(header.name)), value(detail::view(header.value)),
          token(detail::view(header.token)), display_name(detail::view(header.display_name)),
          uri(detail::view(header.uri)), params(detail::view(header.params)), number(header.number),
          number2(header.number2) {}

    /// Takes one header apart that stands in `value`; the views point into the arguments.
    static Header parse(std::string_view name, std::string_view value) {
        rtc_header_t header{};
        header.size = sizeof header;
        const rtc_str_t n = detail::given(name), v = detail::given(value);
        check(rtc_header_parse(n.ptr, n.len, v.ptr, v.len, &header));
        return Header(header);
    }
};

/// The start line and the fields that nearly every reader asks for.
struct SipHead {
    /// Status of a response, 0 for a request.
    int status = 0;
    std::string_view start_line, method, request_uri, reason;
    std::string_view call_id, from_uri, from_tag, to_uri, to_tag, contact_uri, contact_host;
    std::string_view via_branch, via_sent_by, event, content_type;
    std::uint32_t cseq = 0;
    /// -1 when absent.
    std::int32_t max_forwards = -1;
    std::int64_t content_length = -1;
    /// RTC_TRANSPORT_… and addresses of a message that came over the network.
    std::int32_t transport = 0;
    std::string_view source, destination;
};

/// A body, or one part of a multipart body.
struct Body {
    /// Number of parts when this is a multipart, else 0.
    int parts = 0;
    std::string_view headers, content_type, content_id, disposition, bytes;
};

/// What SipMessage::create builds.
struct SipMessageOptions {
    /// A response with this status to the base; 0 a request.
    int status = 0;
    std::string method, uri, reason, to_tag;
    /// Lines that replace by name, and names to drop.
    std::string headers, remove;
    std::string content_type, body;
    std::uint32_t flags = 0;
};

/// Names SIP messages to Handle.
struct SipMessageTraits {
    using pointer = rtc_sip_message_t *;
    static constexpr std::int32_t kind = RTC_KIND_SIP_MESSAGE;
};

/// A SIP request or response.
class SipMessage : public Handle<SipMessageTraits> {
public:
    using Handle::Handle;

    /// Parses a datagram.
    static SipMessage parse(std::string_view bytes, std::uint32_t flags = 0) {
        rtc_sip_message_t *message = nullptr;
        check(rtc_sip_message_parse(bytes.data(), bytes.size(), flags, nullptr, &message));
        return SipMessage(adopt_t{}, message);
    }

    /// Takes one message off the front of a stream: `consumed` bytes; empty when more is needed.
    static std::optional<SipMessage> parse_stream(std::string_view bytes, std::size_t &consumed) {
        rtc_sip_message_t *message = nullptr;
        consumed = 0;
        const rtc_result_t result =
            rtc_sip_message_parse(bytes.data(), bytes.size(), RTC_PARSE_STREAM, &consumed, &message);
        if (result == RTC_E_SIP_NEED_MORE_DATA) return std::nullopt;
        check(result);
        return SipMessage(adopt_t{}, message);
    }

    /// Builds a request, a response to `base`, or a variation of `base`.
    static SipMessage create(const SipMessageOptions &options, const SipMessage &base = SipMessage()) {
        rtc_sip_message_options_t raw{};
        raw.size = sizeof raw;
        raw.status = options.status;
        raw.base = base.get();
        raw.method = detail::option(options.method);
        raw.uri = detail::option(options.uri);
        raw.reason = detail::option(options.reason);
        raw.to_tag = detail::option(options.to_tag);
        raw.headers = detail::option(options.headers);
        raw.remove = detail::option(options.remove);
        raw.content_type = detail::option(options.content_type);
        raw.body = detail::option(options.body);
        raw.flags = options.flags;
        rtc_sip_message_t *message = nullptr;
        check(rtc_sip_message_create(&raw, &message));
        return SipMessage(adopt_t{}, message);
    }

    /// Start line and common fields.
    SipHead head() const {
        rtc_sip_head_t raw{};
        raw.size = sizeof raw;
        check(rtc_sip_message_get_head(get(), &raw));
        SipHead head;
        head.status = raw.status;
        head.start_line = detail::view(raw.start_line);
        head.method = detail::view(raw.method);
        head.request_uri = detail::view(raw.request_uri);
        head.reason = detail::view(raw.reason);
        head.call_id = detail::view(raw.call_id);
        head.from_uri = detail::view(raw.from_uri);
        head.from_tag = detail::view(raw.from_tag);
        head.to_uri = detail::view(raw.to_uri);
        head.to_tag = detail::view(raw.to_tag);
        head.contact_uri = detail::view(raw.contact_uri);
        head.contact_host = detail::view(raw.contact_host);
        head.via_branch = detail::view(raw.via_branch);
        head.via_sent_by = detail::view(raw.via_sent_by);
        head.event = detail::view(raw.event);
        head.content_type = detail::view(raw.content_type);
        head.cseq = raw.cseq;
        head.max_forwards = raw.max_forwards;
        head.content_length = raw.content_length;
        head.transport = raw.transport;
        head.source = detail::view(raw.source);
        head.destination = detail::view(raw.destination);
        return head;
    }

    /// The header of this name (long or compact; empty: any) at `index`, if there is one.
    std::optional<Header> header(std::string_view name, std::size_t index = 0, std::uint32_t flags = 0) const {
        rtc_header_t raw{};
        raw.size = sizeof raw;
        const rtc_result_t result =
            rtc_sip_message_get_header(get(), detail::pointer(name), name.size(), index, flags, &raw);
        if (result == RTC_E_SIP_HEADER_NOT_PRESENT) return std::nullopt;
        check(result);
        return Header(raw);
    }

    /// A copy of the value of the first such header.
    std::optional<std::string> value(std::string_view name) const {
        const std::optional<Header> found = header(name);
        if (!found) return std::nullopt;
        return std::string(found->value);
    }

    /// All headers of a name, all headers without one; RTC_HEADER_LINES keeps lists together.
    std::vector<Header> headers(std::string_view name = {}, std::uint32_t flags = 0) const {
        std::vector<Header> found;
        while (const std::optional<Header> next = header(name, found.size(), flags)) found.push_back(*next);
        return found;
    }

    /// The whole body (-1) or one part of a multipart.
    Body body(int part = -1) const {
        rtc_body_t raw{};
        raw.size = sizeof raw;
        check(rtc_sip_message_get_body(get(), part, &raw));
        Body body;
        body.parts = raw.parts;
        body.headers = detail::view(raw.headers);
        body.content_type = detail::view(raw.content_type);
        body.content_id = detail::view(raw.content_id);
        body.disposition = detail::view(raw.disposition);
        body.bytes = detail::view(raw.bytes);
        return body;
    }

    /// Every byte.
    std::string_view text() const {
        rtc_str_t raw{};
        check(rtc_sip_message_get_text(get(), &raw));
        return detail::view(raw);
    }
};

} // namespace rtcclient
