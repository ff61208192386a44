// factory.cpp: how a client comes into being: RtcCreateClient and the class factory of a COM server.
#include "client.hpp"

namespace rtccom {

std::atomic<long> live_objects{0};

namespace {

std::atomic<long> server_locks{0};

HRESULT create_client(REFIID iid, void **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        ComPtr<Client> client;
        const HRESULT result = Client::create(client);
        return FAILED(result) ? result : client->QueryInterface(iid, out);
    });
}

class ClassFactory final : public Object<IClassFactory> {
public:
    HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown *outer, REFIID iid, void **out) override {
        if (out != nullptr) *out = nullptr;
        if (outer != nullptr) return CLASS_E_NOAGGREGATION;
        return create_client(iid, out);
    }
    HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) override {
        server_locks.fetch_add(lock ? 1 : -1);
        return S_OK;
    }
};

} // namespace
} // namespace rtccom

STDAPI RtcCreateClient(REFIID riid, void **ppv) { return rtccom::create_client(riid, ppv); }

STDAPI DllGetClassObject(REFCLSID rclsid, REFIID riid, void **ppv) {
    if (ppv == nullptr) return E_POINTER;
    *ppv = nullptr;
    if (rclsid != CLSID_RTCClient) return CLASS_E_CLASSNOTAVAILABLE;
    return rtccom::guard([&] {
        const auto factory = rtccom::ComPtr<rtccom::ClassFactory>::adopt(new rtccom::ClassFactory);
        return factory->QueryInterface(riid, ppv);
    });
}

STDAPI DllCanUnloadNow() {
    return rtccom::live_objects.load() == 0 && rtccom::server_locks.load() == 0 ? S_OK : S_FALSE;
}
