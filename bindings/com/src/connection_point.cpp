// connection_point.cpp: where applications attach their sinks; see connection_point.hpp.
#include "connection_point.hpp"

namespace rtccom {

HRESULT ConnectionPoint::QueryInterface(REFIID iid, void **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    if (iid != IID_IUnknown && iid != IID_IConnectionPoint) return E_NOINTERFACE;
    *out = static_cast<IConnectionPoint *>(this);
    AddRef();
    return S_OK;
}

HRESULT ConnectionPoint::GetConnectionInterface(IID *iid) {
    if (iid == nullptr) return E_POINTER;
    *iid = sink_iid_;
    return S_OK;
}

HRESULT ConnectionPoint::GetConnectionPointContainer(IConnectionPointContainer **out) {
    if (out == nullptr) return E_POINTER;
    *out = &owner_;
    owner_.AddRef();
    return S_OK;
}

HRESULT ConnectionPoint::Advise(IUnknown *sink, DWORD *cookie) {
    if (sink == nullptr || cookie == nullptr) return E_POINTER;
    *cookie = 0;
    void *found = nullptr;
    if (FAILED(sink->QueryInterface(sink_iid_, &found))) return CONNECT_E_CANNOTCONNECT;
    return guard([&] {
        // A sink interface derives from IUnknown alone, so its pointer is one to an IUnknown too.
        ComPtr<IUnknown> object = ComPtr<IUnknown>::adopt(static_cast<IUnknown *>(found));
        const std::lock_guard<std::mutex> hold(lock_);
        sinks_.push_back(Sink{next_cookie_, std::move(object)});
        *cookie = next_cookie_++;
        return S_OK;
    });
}

HRESULT ConnectionPoint::Unadvise(DWORD cookie) {
    ComPtr<IUnknown> gone; // released after the lock: the sink may call back
    const std::lock_guard<std::mutex> hold(lock_);
    for (auto sink = sinks_.begin(); sink != sinks_.end(); ++sink) {
        if (sink->cookie != cookie) continue;
        gone = std::move(sink->object);
        sinks_.erase(sink);
        return S_OK;
    }
    return CONNECT_E_NOCONNECTION;
}

HRESULT ConnectionPoint::EnumConnections(IEnumConnections **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return E_NOTIMPL;
}

std::vector<ComPtr<IUnknown>> ConnectionPoint::sinks() const {
    std::vector<ComPtr<IUnknown>> result;
    const std::lock_guard<std::mutex> hold(lock_);
    result.reserve(sinks_.size());
    for (const Sink &sink : sinks_) result.push_back(sink.object);
    return result;
}

void ConnectionPoint::clear() {
    std::vector<Sink> gone;
    const std::lock_guard<std::mutex> hold(lock_);
    gone.swap(sinks_);
}

} // namespace rtccom
