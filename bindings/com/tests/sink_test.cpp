// sink_test.cpp: sinks that act inside their callback, connection points, enumerators, and who keeps whom alive.
#include "support.hpp"

#include <thread>
#include <vector>

using namespace test;

namespace {

/// A sink that does something in its callback; it tells when it has been let go.
class Active final : public IRTCEventNotification {
public:
    using Function = std::function<void(RTC_EVENT, IDispatch *)>;
    explicit Active(Function function) : function_(std::move(function)) {}

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override {
        if (out == nullptr) return E_POINTER;
        *out = iid == IID_IUnknown || iid == IID_IRTCEventNotification ? static_cast<IRTCEventNotification *>(this) : nullptr;
        if (*out == nullptr) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override {
        const std::lock_guard<std::mutex> hold(lock_);
        return ++count_;
    }
    ULONG STDMETHODCALLTYPE Release() override {
        const std::lock_guard<std::mutex> hold(lock_);
        --count_;
        changed_.notify_all();
        return count_;
    }
    HRESULT STDMETHODCALLTYPE Event(RTC_EVENT kind, IDispatch *event) override {
        function_(kind, event);
        const std::lock_guard<std::mutex> hold(lock_);
        ++events_;
        changed_.notify_all();
        return S_OK;
    }
    /// Waits, as long as something changes here, for anything.
    template <class Done> bool until(Done done) {
        std::unique_lock<std::mutex> hold(lock_);
        return changed_.wait_for(hold, std::chrono::seconds(10), done);
    }
    /// Waits until only its owner is left.
    bool alone() {
        return until([this] { return count_ == 1; });
    }
    bool events(unsigned least) {
        return until([&] { return events_ >= least; });
    }
    unsigned seen() {
        const std::lock_guard<std::mutex> hold(lock_);
        return events_;
    }
    ULONG count() {
        const std::lock_guard<std::mutex> hold(lock_);
        return count_;
    }

private:
    const Function function_;
    std::mutex lock_;
    std::condition_variable changed_;
    ULONG count_ = 1;
    unsigned events_ = 0;
};

struct Quiet {
    Ptr<IRTCClient2> client;
    Ptr<IConnectionPoint> point;

    Quiet() {
        NEED(SUCCEEDED(RtcCreateClient(IID_IRTCClient2, client.out())));
        NEED(SUCCEEDED(client.as<IConnectionPointContainer>()->FindConnectionPoint(IID_IRTCEventNotification, point.put())));
        NEED(SUCCEEDED(client->put_EventFilter(RTCEF_ALL_CE)));
        NEED(SUCCEEDED(client->Initialize()));
    }
    DWORD advise(Active &sink) {
        DWORD cookie = 0;
        NEED(SUCCEEDED(point->Advise(&sink, &cookie)) && cookie != 0);
        return cookie;
    }
    /// Makes an event: a call to nobody fails.
    Ptr<IRTCSession> cause() {
        Ptr<IRTCSession> session;
        NEED(SUCCEEDED(client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put())));
        NEED(SUCCEEDED(client->put_ListenForIncomingSessions(RTCLM_DYNAMIC)));
        NEED(SUCCEEDED(session->AddParticipant(Text("sip:nobody@127.0.0.1:1;transport=tcp"), nullptr, nullptr)));
        return session;
    }
};

void a_sink_leaves_inside_its_callback() {
    Quiet phone;
    DWORD cookie = 0;
    std::atomic<HRESULT> left{E_FAIL};
    std::mutex ready;
    Active sink([&](RTC_EVENT, IDispatch *) {
        const std::lock_guard<std::mutex> hold(ready); // Advise has returned
        left = phone.point->Unadvise(cookie);
    });
    Active other([](RTC_EVENT, IDispatch *) {});
    {
        const std::lock_guard<std::mutex> hold(ready);
        cookie = phone.advise(sink);
        phone.advise(other);
        phone.cause();
    }
    EXPECT(other.events(2));
    EXPECT(left == S_OK && sink.alone());
    EXPECT(sink.seen() == 1);
    EXPECT(phone.point->Unadvise(cookie) == CONNECT_E_NOCONNECTION);
    EXPECT(SUCCEEDED(phone.client->Shutdown()) && other.alone());
}

void a_sink_brings_another_inside_its_callback() {
    Quiet phone;
    Active second([](RTC_EVENT, IDispatch *) {});
    std::atomic<bool> brought{false};
    Active first([&](RTC_EVENT, IDispatch *) {
        DWORD cookie = 0;
        if (!brought.exchange(true)) EXPECT(phone.point->Advise(&second, &cookie) == S_OK && cookie != 0);
    });
    phone.advise(first);
    phone.cause();
    EXPECT(second.events(1));
    EXPECT(SUCCEEDED(phone.client->Shutdown()) && first.alone() && second.alone());
}

void a_sink_may_call_everything() {
    const Server server;
    Phone bob;
    bob.enroll(server, "bob");
    Quiet alice;
    Ptr<IRTCProfile> profile;
    NEED(SUCCEEDED(alice.client->put_ListenForIncomingSessions(RTCLM_DYNAMIC)));
    const auto provisioning = alice.client.as<IRTCClientProvisioning>();
    NEED(SUCCEEDED(provisioning->CreateProfile(Text(server.profile("alice")), profile.put())));
    std::atomic<bool> called{false}, over{false}, cleaned{false};
    // The whole call is made inside callbacks.
    Active sink([&](RTC_EVENT kind, IDispatch *object) {
        if (kind == RTCE_CLIENT) cleaned = true; // the clean-up: nothing else is told of the client here
        Ptr<IRTCRegistrationStateChangeEvent> registration;
        Ptr<IRTCSessionStateChangeEvent> change;
        object->QueryInterface(IID_IRTCRegistrationStateChangeEvent, registration.out());
        object->QueryInterface(IID_IRTCSessionStateChangeEvent, change.out());
        RTC_REGISTRATION_STATE registered = RTCRS_ERROR;
        if (registration && SUCCEEDED(registration->get_State(&registered)) && registered == RTCRS_REGISTERED && !called.exchange(true)) {
            Ptr<IRTCSession> session;
            Ptr<IRTCEnumProfiles> profiles;
            EXPECT(SUCCEEDED(alice.client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put())));
            EXPECT(SUCCEEDED(session.as<IRTCSIPObject>()->SetAdditionalHeaderValues(Text("X-Inside: yes"))));
            EXPECT(SUCCEEDED(session->AddParticipant(Text("sip:bob@" + server.host), nullptr, nullptr)));
            EXPECT(SUCCEEDED(provisioning->EnumerateProfiles(profiles.put())));
        }
        RTC_SESSION_STATE state = RTCSS_IDLE;
        if (!change || FAILED(change->get_State(&state))) return;
        Ptr<IRTCSession> session;
        EXPECT(SUCCEEDED(change->get_Session(session.put())));
        if (state == RTCSS_CONNECTED) EXPECT(SUCCEEDED(session->Terminate(RTCTR_NORMAL)));
        if (state == RTCSS_DISCONNECTED) over = true;
    });
    alice.advise(sink);
    NEED(SUCCEEDED(provisioning->EnableProfile(profile.get(), RTCRF_REGISTER_ALL)));
    const Posted incoming = bob.sink.wait(RTCSS_INCOMING);
    NEED(incoming.event);
    Ptr<IRTCSession> session;
    NEED(SUCCEEDED(incoming.event.as<IRTCSessionStateChangeEvent>()->get_Session(session.put())));
    EXPECT(SUCCEEDED(session->Answer()));
    EXPECT(bob.sink.wait(RTCSS_DISCONNECTED).event);
    EXPECT(SUCCEEDED(alice.client->PrepareForShutdown()));
    EXPECT(sink.until([&] { return cleaned.load(); }));
    // Shutting down waits for the callback that runs.
    EXPECT(SUCCEEDED(alice.client->Shutdown()) && sink.alone() && over);
}

void a_client_is_shut_down_inside_a_callback() {
    Quiet phone;
    std::atomic<HRESULT> result{E_FAIL};
    Active sink([&](RTC_EVENT, IDispatch *) { result = phone.client->Shutdown(); });
    phone.advise(sink);
    phone.cause();
    EXPECT(sink.events(1) && SUCCEEDED(result.load()));
    EXPECT(sink.alone()); // Shutdown let it go
    const HRESULT again = phone.client->Shutdown();
    EXPECT(again == RTC_E_CLIENT_ALREADY_SHUT_DOWN || SUCCEEDED(again));
    EXPECT(sink.seen() == 1);
}

void the_last_reference_goes_inside_a_callback() {
    Active *bound = nullptr;
    IRTCClient2 *kept = nullptr;
    std::atomic<bool> gone{false};
    Active sink([&](RTC_EVENT, IDispatch *) {
        if (gone.exchange(true)) return;
        kept->Release(); // the connection point and the session have been released before
    });
    bound = &sink;
    {
        Quiet phone;
        phone.advise(*bound);
        kept = phone.client.get();
        kept->AddRef();
        phone.cause();
    }
    EXPECT(sink.events(1));
    EXPECT(sink.alone());
}

void sinks_come_and_go_while_events_arrive() {
    Quiet phone;
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    Active steady([](RTC_EVENT, IDispatch *) {});
    phone.advise(steady);
    std::vector<std::unique_ptr<Active>> sinks;
    for (int i = 0; i < 4; ++i) sinks.push_back(std::make_unique<Active>([](RTC_EVENT, IDispatch *) {}));
    for (const auto &sink : sinks)
        threads.emplace_back([&] {
            while (!stop) {
                DWORD cookie = 0;
                EXPECT(phone.point->Advise(sink.get(), &cookie) == S_OK);
                EXPECT(phone.point->Unadvise(cookie) == S_OK);
            }
        });
    for (int i = 0; i < 50; ++i) phone.cause();
    EXPECT(steady.events(100));
    stop = true;
    for (std::thread &thread : threads) thread.join();
    EXPECT(SUCCEEDED(phone.client->Shutdown()) && steady.alone());
    for (const auto &sink : sinks) EXPECT(sink->alone());
}

/// A sink of the dispinterface.
class Dispatched final : public IDispatch {
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override {
        *out = iid == IID_IUnknown || iid == IID_IDispatch || iid == DIID_IRTCDispatchEventNotification ? this : nullptr;
        if (*out == nullptr) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++count; }
    ULONG STDMETHODCALLTYPE Release() override { return --count; }
    HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo **) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR *, UINT, LCID, DISPID *) override { return E_NOTIMPL; }
    HRESULT STDMETHODCALLTYPE Invoke(DISPID id, REFIID, LCID, WORD flags, DISPPARAMS *arguments, VARIANT *, EXCEPINFO *,
                                     UINT *) override {
        EXPECT(id == 1 && flags == DISPATCH_METHOD && arguments->cArgs == 2 && arguments->cNamedArgs == 0);
        EXPECT(arguments->rgvarg[1].vt == VT_I4 && arguments->rgvarg[0].vt == VT_DISPATCH);
        Ptr<IRTCSessionStateChangeEvent> event;
        if (arguments->rgvarg[1].lVal == RTCE_SESSION_STATE_CHANGE) {
            EXPECT(SUCCEEDED(arguments->rgvarg[0].pdispVal->QueryInterface(IID_IRTCSessionStateChangeEvent, event.out())));
            ++sessions;
        }
        return S_OK;
    }
    std::atomic<ULONG> count{1};
    std::atomic<int> sessions{0};
};

void a_dispatch_sink_is_invoked() {
    Quiet phone;
    Ptr<IConnectionPoint> point;
    NEED(SUCCEEDED(phone.client.as<IConnectionPointContainer>()->FindConnectionPoint(DIID_IRTCDispatchEventNotification, point.put())));
    Ptr<IConnectionPoint> none;
    EXPECT(phone.client.as<IConnectionPointContainer>()->FindConnectionPoint(IID_IRTCClient, none.put()) == CONNECT_E_NOCONNECTION);
    Dispatched sink;
    DWORD cookie = 0;
    NEED(point->Advise(&sink, &cookie) == S_OK && sink.count == 2);
    Active plain([](RTC_EVENT, IDispatch *) {});
    phone.advise(plain);
    phone.cause();
    EXPECT(plain.events(2));
    EXPECT(point->Unadvise(cookie) == S_OK);
    EXPECT(SUCCEEDED(phone.client->Shutdown()) && sink.sessions > 0 && sink.count == 1 && plain.alone());
}

void enumerators_walk_and_collections_count() {
    Quiet phone;
    const auto provisioning = phone.client.as<IRTCClientProvisioning>();
    std::vector<Ptr<IRTCProfile>> made;
    for (int i = 0; i < 20; ++i) {
        Ptr<IRTCProfile> profile;
        const std::string n = std::to_string(i);
        NEED(SUCCEEDED(provisioning->CreateProfile(
            Text("<provision key='" + n + "' name='" + n + "'><user uri='sip:" + n + "@127.0.0.1' account='a' password='b'/>"
                 "<sipsrv addr='127.0.0.1' protocol='udp' role='registrar'><session party='first' type='pc2pc'/></sipsrv></provision>"),
            profile.put())));
        made.push_back(profile);
    }
    Ptr<IRTCEnumProfiles> all, rest;
    NEED(SUCCEEDED(provisioning->EnumerateProfiles(all.put())));
    IRTCProfile *some[32] = {};
    ULONG got = 0;
    EXPECT(all->Next(3, some, nullptr) == E_POINTER && all->Next(1, nullptr, &got) == E_POINTER);
    EXPECT(all->Next(3, some, &got) == S_OK && got == 3);
    for (ULONG i = 0; i < got; ++i) {
        EXPECT(some[i] == made[i].get()); // in the order of creation
        some[i]->Release();
    }
    EXPECT(all->Skip(4) == S_OK);
    NEED(all->Clone(rest.put()) == S_OK);
    EXPECT(rest->Next(32, some, &got) == S_FALSE && got == 13 && some[0] == made[7].get() && some[13] == nullptr);
    for (ULONG i = 0; i < got; ++i) some[i]->Release();
    EXPECT(rest->Next(1, some, &got) == S_FALSE && got == 0 && some[0] == nullptr);
    EXPECT(rest->Skip(1) == S_FALSE && rest->Reset() == S_OK);
    EXPECT(rest->Next(1, some, nullptr) == S_OK && some[0] == made[0].get());
    some[0]->Release();
    EXPECT(all->Next(1, some, nullptr) == S_OK && some[0] == made[7].get()); // the clone walks alone
    some[0]->Release();

    Ptr<IRTCCollection> collection;
    NEED(SUCCEEDED(provisioning->get_Profiles(collection.put())));
    LONG count = 0;
    EXPECT(collection->get_Count(&count) == S_OK && count == 20);
    VARIANT item;
    for (const LONG index : {0, 21, -1}) EXPECT(collection->get_Item(index, &item) == DISP_E_BADINDEX && item.vt == VT_EMPTY);
    EXPECT(collection->get_Item(20, &item) == S_OK && item.vt == VT_UNKNOWN);
    Ptr<IRTCProfile> last;
    EXPECT(SUCCEEDED(item.punkVal->QueryInterface(IID_IRTCProfile, last.out())) && last.get() == made[19].get());
    EXPECT(VariantClear(&item) == S_OK && item.vt == VT_EMPTY);

    // What has been released is not there any more.
    made.clear();
    last = Ptr<IRTCProfile>();
    collection = Ptr<IRTCCollection>();
    all = Ptr<IRTCEnumProfiles>();
    rest = Ptr<IRTCEnumProfiles>();
    NEED(SUCCEEDED(provisioning->get_Profiles(collection.put())));
    EXPECT(collection->get_Count(&count) == S_OK && count == 0);

    const Ptr<IRTCSession> session = phone.cause();
    Ptr<IRTCCollection> parties;
    NEED(SUCCEEDED(session->get_Participants(parties.put())));
    EXPECT(parties->get_Count(&count) == S_OK && count == 1);
    Ptr<IRTCEnumParticipants> walk;
    NEED(SUCCEEDED(session->EnumerateParticipants(walk.put())));
    Ptr<IRTCParticipant> party;
    EXPECT(walk->Next(1, party.put(), nullptr) == S_OK);
    Text uri;
    EXPECT(party->get_UserURI(uri.put()) == S_OK && uri.ascii().rfind("sip:nobody@127.0.0.1:1", 0) == 0);
}

void objects_outlive_their_client() {
    Ptr<IRTCSession> session;
    Ptr<IConnectionPoint> point;
    {
        Quiet phone;
        session = phone.cause();
        point = phone.point;
        EXPECT(SUCCEEDED(phone.client->Shutdown()));
    }
    RTC_SESSION_STATE state = RTCSS_IDLE;
    EXPECT(SUCCEEDED(session->get_State(&state)));
    EXPECT(FAILED(session->Terminate(RTCTR_NORMAL)));
    Ptr<IRTCClient> client;
    EXPECT(SUCCEEDED(session->get_Client(client.put())) && client);
    IID iid = IID_NULL;
    EXPECT(SUCCEEDED(point->GetConnectionInterface(&iid)) && iid == IID_IRTCEventNotification);
}

void nothing_is_left_alive() {
    Ptr<IClassFactory> factory;
    NEED(SUCCEEDED(DllGetClassObject(CLSID_RTCClient, IID_IClassFactory, factory.out())));
    EXPECT(DllCanUnloadNow() == S_FALSE);
    EXPECT(factory->LockServer(1) == S_OK);
    factory = Ptr<IClassFactory>();
    EXPECT(DllCanUnloadNow() == S_FALSE);
    NEED(SUCCEEDED(DllGetClassObject(CLSID_RTCClient, IID_IClassFactory, factory.out())));
    EXPECT(factory->LockServer(0) == S_OK);
    factory = Ptr<IClassFactory>();
    EXPECT(DllCanUnloadNow() == S_OK);
}

} // namespace

int main() {
    return run_tests({{"a sink leaves inside its callback", a_sink_leaves_inside_its_callback},
                      {"a sink brings another inside its callback", a_sink_brings_another_inside_its_callback},
                      {"a sink may call everything", a_sink_may_call_everything},
                      {"a client is shut down inside a callback", a_client_is_shut_down_inside_a_callback},
                      {"the last reference goes inside a callback", the_last_reference_goes_inside_a_callback},
                      {"sinks come and go while events arrive", sinks_come_and_go_while_events_arrive},
                      {"a dispatch sink is invoked", a_dispatch_sink_is_invoked},
                      {"enumerators walk and collections count", enumerators_walk_and_collections_count},
                      {"objects outlive their client", objects_outlive_their_client},
                      {"nothing is left alive", nothing_is_left_alive}});
}
