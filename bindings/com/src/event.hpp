// event.hpp: the objects that sinks receive.
#pragma once
#include "base.hpp"

namespace rtccom {

class Client;

/// The object for an event and its RTC_EVENT number; empty for kinds that this layer does not show.
/// The object is a snapshot: it stays readable for as long as it is held.
ComPtr<IDispatch> make_event(Client &client, rtc_event_t *event, int32_t &type);

} // namespace rtccom
