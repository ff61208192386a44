// profile.cpp: the class behind IRTCProfile; see profile.hpp.
#include "profile.hpp"

namespace rtccom {
namespace {

HRESULT not_kept(BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return E_NOTIMPL;
}

} // namespace

HRESULT Profile::get_Key(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_KEY, 0, out); });
}
HRESULT Profile::get_Name(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_NAME, 0, out); });
}
HRESULT Profile::get_XML(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_XML, 0, out); });
}
HRESULT Profile::get_ProviderName(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ProviderURI(RTC_PROVIDER_URI, BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ProviderData(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ClientName(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ClientBanner(VARIANT_BOOL *out) { return out == nullptr ? E_POINTER : E_NOTIMPL; }
HRESULT Profile::get_ClientMinVer(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ClientCurVer(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ClientUpdateURI(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_ClientData(BSTR *out) { return not_kept(out); }
HRESULT Profile::get_UserURI(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_USER_URI, 0, out); });
}
HRESULT Profile::get_UserName(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_USER_NAME, 0, out); });
}
HRESULT Profile::get_UserAccount(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_USER_ACCOUNT, 0, out); });
}

HRESULT Profile::SetCredentials(BSTR uri, BSTR account, BSTR password) {
    return guard([&]() -> HRESULT {
        const Utf8 address(uri), user(account), secret(password);
        if (!address.valid() || !user.valid() || !secret.valid()) return E_INVALIDARG;
        if (address.given()) {
            const HRESULT result =
                rtc_object_set_text(get(), RTC_PROPERTY_PROFILE_USER_URI, 0, address.ptr(), address.len());
            if (FAILED(result)) return result;
        }
        rtc_credentials_t credentials{};
        credentials.size = sizeof credentials;
        credentials.user = user.str();
        credentials.secret = secret.str();
        return rtc_credentials_set(get(), &credentials);
    });
}

HRESULT Profile::get_SessionCapabilities(LONG *types) {
    return give_int(get(), RTC_PROPERTY_PROFILE_SESSION_CAPABILITIES, 0, types);
}

HRESULT Profile::get_State(RTC_REGISTRATION_STATE *state) {
    if (state == nullptr) return E_POINTER;
    int32_t value = 0;
    const HRESULT result = rtc_object_get_state(get(), &value);
    if (SUCCEEDED(result)) *state = static_cast<RTC_REGISTRATION_STATE>(value);
    return result;
}

HRESULT Profile::get_Realm(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_PROFILE_REALM, 0, out); });
}
HRESULT Profile::put_Realm(BSTR realm) {
    return guard([&]() -> HRESULT {
        const Utf8 text(realm);
        if (!text.valid()) return E_INVALIDARG;
        return rtc_object_set_text(get(), RTC_PROPERTY_PROFILE_REALM, 0, text.text().data(), text.len());
    });
}
HRESULT Profile::get_AllowedAuth(LONG *mask) { return give_int(get(), RTC_PROPERTY_PROFILE_ALLOWED_AUTH, 0, mask); }
HRESULT Profile::put_AllowedAuth(LONG mask) {
    return rtc_object_set_int(get(), RTC_PROPERTY_PROFILE_ALLOWED_AUTH, 0, mask);
}
HRESULT Profile::GetServer(BSTR *server, LONG *transport) {
    if (server == nullptr || transport == nullptr) return E_POINTER;
    return guard([&] {
        *server = nullptr;
        const HRESULT result = give_int(get(), RTC_PROPERTY_PROFILE_TRANSPORT, 0, transport);
        return FAILED(result) ? result : give_property(get(), RTC_PROPERTY_PROFILE_SERVER, 0, server);
    });
}

} // namespace rtccom
