// connection_point.hpp: where applications attach their sinks.
//
// A client has two points, for IRTCEventNotification and for the dispinterface
// IRTCDispatchEventNotification. A point is a part of its client: it has an identity of its own
// and shares the client's count.
#pragma once
#include "base.hpp"

#include <mutex>
#include <vector>

namespace rtccom {

/// One point and its sinks.
class ConnectionPoint final : public IConnectionPoint {
public:
    /// `owner` holds the point as a member.
    ConnectionPoint(IConnectionPointContainer &owner, REFIID sinks) : owner_(owner), sink_iid_(sinks) {}
    ~ConnectionPoint() = default;

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override;
    ULONG STDMETHODCALLTYPE AddRef() override { return owner_.AddRef(); }
    ULONG STDMETHODCALLTYPE Release() override { return owner_.Release(); }

    HRESULT STDMETHODCALLTYPE GetConnectionInterface(IID *iid) override;
    HRESULT STDMETHODCALLTYPE GetConnectionPointContainer(IConnectionPointContainer **out) override;
    HRESULT STDMETHODCALLTYPE Advise(IUnknown *sink, DWORD *cookie) override;
    HRESULT STDMETHODCALLTYPE Unadvise(DWORD cookie) override;
    /// Not built: nobody needs to see the sinks of others.
    HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections **out) override;

    /// The sinks of this moment.
    std::vector<ComPtr<IUnknown>> sinks() const;
    /// Lets all sinks go.
    void clear();
    /// Interface of the sinks.
    REFIID sink_iid() const { return sink_iid_; }

private:
    struct Sink {
        DWORD cookie;
        ComPtr<IUnknown> object; // the pointer is of the sink interface
    };

    IConnectionPointContainer &owner_;
    const IID sink_iid_;
    mutable std::mutex lock_;
    std::vector<Sink> sinks_;
    DWORD next_cookie_ = 1;
};

} // namespace rtccom
