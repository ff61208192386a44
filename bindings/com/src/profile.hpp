// profile.hpp: the class behind IRTCProfile.
#pragma once
#include "client.hpp"

namespace rtccom {

/// IRTCProfile2. Names, banners and addresses of a provider are not kept: E_NOTIMPL.
class Profile final : public WrappedObject<rtc_profile_t, IRTCProfile3> {
public:
    Profile(ComPtr<Client> client, HandleRef<rtc_profile_t> handle) : WrappedObject(std::move(client), std::move(handle)) {}

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_PROFILE ? get() : nullptr; }

    HRESULT STDMETHODCALLTYPE get_Key(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_Name(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_XML(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ProviderName(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ProviderURI(RTC_PROVIDER_URI which, BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ProviderData(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientName(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientBanner(VARIANT_BOOL *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientMinVer(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientCurVer(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientUpdateURI(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_ClientData(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_UserURI(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_UserName(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_UserAccount(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE SetCredentials(BSTR uri, BSTR account, BSTR password) override;
    HRESULT STDMETHODCALLTYPE get_SessionCapabilities(LONG *types) override;
    HRESULT STDMETHODCALLTYPE get_State(RTC_REGISTRATION_STATE *state) override;
    HRESULT STDMETHODCALLTYPE get_Realm(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE put_Realm(BSTR realm) override;
    HRESULT STDMETHODCALLTYPE get_AllowedAuth(LONG *mask) override;
    HRESULT STDMETHODCALLTYPE put_AllowedAuth(LONG mask) override;
    HRESULT STDMETHODCALLTYPE GetServer(BSTR *server, LONG *transport) override;
};

} // namespace rtccom
