// client_settings.cpp: the passive settings of IRTCClient and IRTCClient2.
//
// Sound devices, volumes, ringing, DTMF and media encryption come with voice and answer E_NOTIMPL
// until then; video windows, T.120 and the tuning wizard are not offered at all and answer
// RTC_E_PLATFORM_NOT_SUPPORTED.
#include "client.hpp"

namespace rtccom {
namespace {

template <class T> HRESULT not_built(T *out) {
    if (out == nullptr) return E_POINTER;
    *out = T();
    return E_NOTIMPL;
}

template <class T> HRESULT not_offered(T *out) {
    if (out == nullptr) return E_POINTER;
    *out = T();
    return RTC_E_PLATFORM_NOT_SUPPORTED;
}

HRESULT set_text(rtc_client_t *client, int32_t property, BSTR value) {
    return guard([&]() -> HRESULT {
        const Utf8 text(value);
        if (!text.valid()) return E_INVALIDARG;
        return rtc_object_set_text(client, property, 0, text.text().data(), text.len());
    });
}

} // namespace

HRESULT Client::SetPreferredMediaTypes(LONG, VARIANT_BOOL) { return E_NOTIMPL; }
HRESULT Client::get_PreferredMediaTypes(LONG *out) { return not_built(out); }
HRESULT Client::get_MediaCapabilities(LONG *out) { return not_built(out); }
HRESULT Client::get_NetworkAddresses(VARIANT_BOOL, VARIANT_BOOL, VARIANT *out) {
    if (out == nullptr) return E_POINTER;
    VariantInit(out);
    return E_NOTIMPL;
}
HRESULT Client::put_Volume(RTC_AUDIO_DEVICE, LONG) { return E_NOTIMPL; }
HRESULT Client::get_Volume(RTC_AUDIO_DEVICE, LONG *out) { return not_built(out); }
HRESULT Client::put_AudioMuted(RTC_AUDIO_DEVICE, VARIANT_BOOL) { return E_NOTIMPL; }
HRESULT Client::get_AudioMuted(RTC_AUDIO_DEVICE, VARIANT_BOOL *out) { return not_built(out); }
HRESULT Client::get_IVideoWindow(RTC_VIDEO_DEVICE, IVideoWindow **out) { return not_offered(out); }
HRESULT Client::put_PreferredAudioDevice(RTC_AUDIO_DEVICE, BSTR) { return E_NOTIMPL; }
HRESULT Client::get_PreferredAudioDevice(RTC_AUDIO_DEVICE, BSTR *out) { return not_built(out); }
HRESULT Client::put_PreferredVolume(RTC_AUDIO_DEVICE, LONG) { return E_NOTIMPL; }
HRESULT Client::get_PreferredVolume(RTC_AUDIO_DEVICE, LONG *out) { return not_built(out); }
HRESULT Client::put_PreferredAEC(VARIANT_BOOL) { return E_NOTIMPL; }
HRESULT Client::get_PreferredAEC(VARIANT_BOOL *out) { return not_built(out); }
HRESULT Client::put_PreferredVideoDevice(BSTR) { return RTC_E_PLATFORM_NOT_SUPPORTED; }
HRESULT Client::get_PreferredVideoDevice(BSTR *out) { return not_offered(out); }
HRESULT Client::get_ActiveMedia(LONG *out) { return not_built(out); }
HRESULT Client::put_MaxBitrate(LONG) { return E_NOTIMPL; }
HRESULT Client::get_MaxBitrate(LONG *out) { return not_built(out); }
HRESULT Client::put_TemporalSpatialTradeOff(LONG) { return RTC_E_PLATFORM_NOT_SUPPORTED; }
HRESULT Client::get_TemporalSpatialTradeOff(LONG *out) { return not_offered(out); }
HRESULT Client::get_NetworkQuality(LONG *out) { return not_built(out); }
HRESULT Client::StartT120Applet(RTC_T120_APPLET) { return RTC_E_PLATFORM_NOT_SUPPORTED; }
HRESULT Client::StopT120Applets() { return RTC_E_PLATFORM_NOT_SUPPORTED; }
HRESULT Client::get_IsT120AppletRunning(RTC_T120_APPLET, VARIANT_BOOL *out) { return not_offered(out); }
HRESULT Client::PlayRing(RTC_RING_TYPE, VARIANT_BOOL) { return E_NOTIMPL; }
HRESULT Client::SendDTMF(RTC_DTMF) { return E_NOTIMPL; }
HRESULT Client::InvokeTuningWizard(OAHWND) { return RTC_E_PLATFORM_NOT_SUPPORTED; }
HRESULT Client::InvokeTuningWizardEx(OAHWND, VARIANT_BOOL, VARIANT_BOOL) { return RTC_E_PLATFORM_NOT_SUPPORTED; }

HRESULT Client::get_IsTuned(VARIANT_BOOL *out) {
    if (out == nullptr) return E_POINTER;
    *out = VARIANT_TRUE; // there is nothing to tune
    return S_OK;
}

HRESULT Client::get_LocalUserURI(BSTR *out) {
    return guard([&] { return give_property(client_.get(), RTC_PROPERTY_CLIENT_LOCAL_USER_URI, 0, out); });
}
HRESULT Client::put_LocalUserURI(BSTR uri) { return set_text(client_.get(), RTC_PROPERTY_CLIENT_LOCAL_USER_URI, uri); }
HRESULT Client::get_LocalUserName(BSTR *out) {
    return guard([&] { return give_property(client_.get(), RTC_PROPERTY_CLIENT_LOCAL_USER_NAME, 0, out); });
}
HRESULT Client::put_LocalUserName(BSTR name) { return set_text(client_.get(), RTC_PROPERTY_CLIENT_LOCAL_USER_NAME, name); }

HRESULT Client::put_AnswerMode(RTC_SESSION_TYPE type, RTC_ANSWER_MODE mode) {
    return rtc_object_set_int(client_.get(), RTC_PROPERTY_CLIENT_ANSWER_MODE, static_cast<int32_t>(type), mode);
}
HRESULT Client::get_AnswerMode(RTC_SESSION_TYPE type, RTC_ANSWER_MODE *mode) {
    LONG value = 0;
    if (mode == nullptr) return E_POINTER;
    const HRESULT result = give_int(client_.get(), RTC_PROPERTY_CLIENT_ANSWER_MODE, static_cast<int32_t>(type), &value);
    if (SUCCEEDED(result)) *mode = static_cast<RTC_ANSWER_MODE>(value);
    return result;
}
HRESULT Client::put_AllowedPorts(LONG transport, RTC_LISTEN_MODE mode) {
    return rtc_object_set_int(client_.get(), RTC_PROPERTY_CLIENT_ALLOWED_PORTS, transport, mode);
}
HRESULT Client::get_AllowedPorts(LONG transport, RTC_LISTEN_MODE *mode) {
    LONG value = 0;
    if (mode == nullptr) return E_POINTER;
    const HRESULT result = give_int(client_.get(), RTC_PROPERTY_CLIENT_ALLOWED_PORTS, transport, &value);
    if (SUCCEEDED(result)) *mode = static_cast<RTC_LISTEN_MODE>(value);
    return result;
}

/// Major version in the high word, minor in the low one.
HRESULT Client::get_Version(LONG *out) {
    if (out == nullptr) return E_POINTER;
    LONG part[2] = {0, 0};
    int at = 0;
    for (const char *text = rtc_library_version(); *text != '\0' && at < 2; ++text) {
        if (*text == '.') ++at;
        else if (*text >= '0' && *text <= '9') part[at] = part[at] * 10 + (*text - '0');
        else break;
    }
    *out = part[0] * 0x10000 + part[1];
    return S_OK;
}

/// Name and version make the User-Agent, which is fixed by Initialize.
HRESULT Client::put_ClientName(BSTR name) {
    return guard([&]() -> HRESULT {
        const Utf8 text(name);
        if (!text.valid()) return E_INVALIDARG;
        const std::lock_guard<std::mutex> hold(state_lock_);
        client_name_ = text.text();
        return S_OK;
    });
}
HRESULT Client::put_ClientCurVer(BSTR version) {
    return guard([&]() -> HRESULT {
        const Utf8 text(version);
        if (!text.valid()) return E_INVALIDARG;
        const std::lock_guard<std::mutex> hold(state_lock_);
        client_version_ = text.text();
        return S_OK;
    });
}

HRESULT Client::SetSessionDescriptionManager(IRTCSessionDescriptionManager *) { return E_NOTIMPL; }
HRESULT Client::put_PreferredSecurityLevel(RTC_SECURITY_TYPE, RTC_SECURITY_LEVEL) { return E_NOTIMPL; }
HRESULT Client::get_PreferredSecurityLevel(RTC_SECURITY_TYPE, RTC_SECURITY_LEVEL *out) { return not_built(out); }

HRESULT Client::GetProfile(BSTR, BSTR, BSTR, BSTR, LONG, LONG_PTR) { return E_NOTIMPL; }
HRESULT Client::get_SessionCapabilities(LONG *out) { return not_built(out); }

} // namespace rtccom
