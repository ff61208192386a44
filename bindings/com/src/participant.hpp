// participant.hpp: the class behind IRTCParticipant.
#pragma once
#include "client.hpp"

namespace rtccom {

/// IRTCParticipant2; device identifier and federation are not built: E_NOTIMPL.
class Participant final : public WrappedObject<rtc_participant_t, IRTCParticipant2> {
public:
    Participant(ComPtr<Client> client, HandleRef<rtc_participant_t> handle)
        : WrappedObject(std::move(client), std::move(handle)) {}

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_PARTICIPANT ? get() : nullptr; }

    HRESULT STDMETHODCALLTYPE get_UserURI(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_Name(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_Removable(VARIANT_BOOL *out) override;
    HRESULT STDMETHODCALLTYPE get_State(RTC_PARTICIPANT_STATE *out) override;
    HRESULT STDMETHODCALLTYPE get_Session(IRTCSession **out) override;
    HRESULT STDMETHODCALLTYPE get_DeviceID(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_FederationFlag(LONG *out) override;
};

} // namespace rtccom
