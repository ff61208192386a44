// rtcclient.hpp: all of the C++ interface.
//
// A thin, header-only layer over rtcclient.h for C++17 and later: objects that own handles,
// exceptions for results, ranges and functions for events. Link with librtcclient.
#pragma once
#include <rtcclient/client.hpp>
#include <rtcclient/library.hpp>
#include <rtcclient/server.hpp>
#include <rtcclient/sip.hpp>
#include <rtcclient/uri.hpp>
