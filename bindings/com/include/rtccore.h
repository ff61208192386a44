// rtccore.h: the RTC Client API with its original names.
//
// Interfaces, identifiers, enumerations and codes of the RTC Client API (desktop editions 1.0 to
// 1.3 and the additions of Windows CE 6.0 R2), for use on Windows and, with the small COM layer of
// rtccore/com.h, everywhere else. The classes behind them stand in bindings/com/src.
//
// What is not built yet answers E_NOTIMPL; an object that lacks an interface answers E_NOINTERFACE.
#ifndef RTCCORE_H
#define RTCCORE_H

#include "rtccore/com.h"

#include "rtccore/enums.h"
#include "rtccore/errors.h"
#include "rtccore/iids.h"
#include "rtccore/new_iids.h"

#include "rtccore/client.h"
#include "rtccore/enumerators.h"
#include "rtccore/event.h"
#include "rtccore/presence.h"
#include "rtccore/search.h"
#include "rtccore/session.h"
#include "rtccore/sip.h"
#include "rtccore/subscription.h"

/// Creates a client without any registration: what CoCreateInstance(CLSID_RTCClient, …) does.
STDAPI RtcCreateClient(REFIID riid, void **ppv);

#endif
