// unknown_test.cpp: the rules of IUnknown, on every class that an application can meet.
#include "support.hpp"

#include <vector>

using namespace test;

namespace {

constexpr GUID NOBODY = {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}};

/// Identity, symmetry, transitivity, refusal and counting for an object with these interfaces.
void rules(IUnknown *object, const std::vector<GUID> &interfaces) {
    NEED(object != nullptr);
    Ptr<IUnknown> identity;
    NEED(SUCCEEDED(object->QueryInterface(IID_IUnknown, identity.out())));
    for (const GUID &first : interfaces) {
        Ptr<IUnknown> one;
        NEED(SUCCEEDED(object->QueryInterface(first, one.out())));
        Ptr<IUnknown> same;
        EXPECT(SUCCEEDED(one->QueryInterface(IID_IUnknown, same.out())) && same.get() == identity.get());
        for (const GUID &second : interfaces) {
            Ptr<IUnknown> other, back, again;
            NEED(SUCCEEDED(one->QueryInterface(second, other.out())));
            EXPECT(SUCCEEDED(other->QueryInterface(first, back.out())) && back.get() == one.get());
            EXPECT(SUCCEEDED(object->QueryInterface(second, again.out())) && again.get() == other.get());
        }
        void *nothing = &nothing;
        EXPECT(one->QueryInterface(NOBODY, &nothing) == E_NOINTERFACE && nothing == nullptr);
        EXPECT(one->QueryInterface(first, nullptr) == E_POINTER);
        const ULONG count = one->AddRef();
        EXPECT(one->AddRef() == count + 1);
        EXPECT(one->Release() == count);
        EXPECT(one->Release() == count - 1);
    }
}

void client_and_its_parts() {
    Phone phone;
    rules(phone.client.get(), {IID_IRTCClient, IID_IRTCClient2, IID_IRTCClientProvisioning, IID_IRTCClientProvisioning2,
                               IID_IRTCClientSubscriber, IID_IRTCClientSubscriber2, IID_IConnectionPointContainer});
    rules(phone.point.get(), {IID_IConnectionPoint});
    Ptr<IUnknown> client, point;
    phone.client->QueryInterface(IID_IUnknown, client.out());
    phone.point->QueryInterface(IID_IUnknown, point.out());
    EXPECT(client.get() != point.get());
    Ptr<IUnknown> missing;
    EXPECT(phone.client->QueryInterface(IID_IRTCClientPresence, missing.out()) == E_NOINTERFACE);
}

void the_class_factory_creates_clients() {
    Ptr<IClassFactory> factory;
    NEED(SUCCEEDED(DllGetClassObject(CLSID_RTCClient, IID_IClassFactory, factory.out())));
    rules(factory.get(), {IID_IClassFactory});
    Ptr<IRTCClient> client;
    EXPECT(SUCCEEDED(factory->CreateInstance(nullptr, IID_IRTCClient, client.out())) && client);
    Ptr<IUnknown> refused;
    EXPECT(factory->CreateInstance(client.get(), IID_IUnknown, refused.out()) == CLASS_E_NOAGGREGATION && !refused);
    EXPECT(factory->CreateInstance(nullptr, IID_IRTCSession, refused.out()) == E_NOINTERFACE && !refused);
    EXPECT(DllGetClassObject(NOBODY, IID_IClassFactory, refused.out()) == CLASS_E_CLASSNOTAVAILABLE && !refused);
    EXPECT(DllCanUnloadNow() == S_FALSE);
    EXPECT(CoCreateInstance(CLSID_RTCClient, nullptr, CLSCTX_INPROC_SERVER, IID_IRTCClient2, refused.out()) == S_OK);
}

void nothing_is_left_alive() { EXPECT(DllCanUnloadNow() == S_OK); }

void sessions_and_profiles() {
    Phone phone;
    Ptr<IRTCSession> session;
    NEED(SUCCEEDED(phone.client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put())));
    rules(session.get(), {IID_IRTCSession, IID_IRTCSession2, IID_IRTCSession3, IID_IRTCSessionCallControl, IID_IRTCSIPObject});
    Ptr<IRTCClient> owner;
    EXPECT(SUCCEEDED(session->get_Client(owner.put())));
    EXPECT(owner.as<IRTCClient2>().get() == phone.client.get());

    Ptr<IRTCProfile> profile;
    const std::string xml = "<provision key='1' name='n'><user uri='sip:a@127.0.0.1' account='a' password='b'/>"
                            "<sipsrv addr='127.0.0.1' protocol='udp' role='registrar'>"
                            "<session party='first' type='pc2pc'/></sipsrv></provision>";
    NEED(SUCCEEDED(phone.client.as<IRTCClientProvisioning>()->CreateProfile(Text(xml), profile.put())));
    rules(profile.get(), {IID_IRTCProfile, IID_IRTCProfile2, IID_IRTCProfile3});

    Ptr<IRTCEnumProfiles> profiles;
    NEED(SUCCEEDED(phone.client.as<IRTCClientProvisioning>()->EnumerateProfiles(profiles.put())));
    rules(profiles.get(), {IID_IRTCEnumProfiles});
    Ptr<IRTCProfile> found, none;
    EXPECT(profiles->Next(1, found.put(), nullptr) == S_OK && found.get() == profile.get());
    EXPECT(profiles->Next(1, none.put(), nullptr) == S_FALSE && !none);
    Ptr<IRTCCollection> collection;
    NEED(SUCCEEDED(phone.client.as<IRTCClientProvisioning>()->get_Profiles(collection.put())));
    rules(collection.get(), {IID_IRTCCollection, IID_IDispatch});
    LONG count = 0;
    EXPECT(SUCCEEDED(collection->get_Count(&count)) && count == 1);

    Ptr<IRTCSubscription2> subscription;
    NEED(SUCCEEDED(phone.client.as<IRTCClientSubscriber2>()->CreateIdleSubscription(profile.get(), nullptr, Text("presence"),
                                                                                    subscription.put())));
    rules(subscription.get(), {IID_IRTCSubscription, IID_IRTCSubscription2, IID_IRTCSIPObject});
    Text package;
    EXPECT(SUCCEEDED(subscription->get_EventPackage(package.put())) && package.ascii() == "presence");
}

void a_handle_keeps_its_object() {
    // The same profile met twice is one object while it is held, and may be a new one after.
    Phone phone;
    Ptr<IRTCProfile> profile, again;
    const std::string xml = "<provision key='k' name='n'><user uri='sip:a@127.0.0.1' account='a' password='b'/>"
                            "<sipsrv addr='127.0.0.1' protocol='udp' role='registrar'>"
                            "<session party='first' type='pc2pc'/></sipsrv></provision>";
    const auto provisioning = phone.client.as<IRTCClientProvisioning>();
    NEED(SUCCEEDED(provisioning->CreateProfile(Text(xml), profile.put())));
    for (int i = 0; i < 3; ++i) {
        Ptr<IRTCEnumProfiles> profiles;
        Ptr<IRTCProfile> found;
        NEED(SUCCEEDED(provisioning->EnumerateProfiles(profiles.put())));
        EXPECT(profiles->Next(1, found.put(), nullptr) == S_OK && found.get() == profile.get());
    }
    EXPECT(provisioning->EnableProfile(nullptr, 0) == E_POINTER);
}

void sinks_are_counted() {
    Phone phone;
    const ULONG held = phone.sink.count;
    EXPECT(held == 2);
    DWORD second = 0;
    EXPECT(SUCCEEDED(phone.point->Advise(&phone.sink, &second)) && second != phone.cookie);
    EXPECT(phone.sink.count == held + 1);
    EXPECT(phone.point->Unadvise(second) == S_OK && phone.sink.count == held);
    EXPECT(phone.point->Unadvise(second) == CONNECT_E_NOCONNECTION);
    EXPECT(phone.point->Advise(phone.client.get(), &second) == CONNECT_E_CANNOTCONNECT);
    IID iid = IID_NULL;
    EXPECT(SUCCEEDED(phone.point->GetConnectionInterface(&iid)) && iid == IID_IRTCEventNotification);
    Ptr<IConnectionPointContainer> container;
    EXPECT(SUCCEEDED(phone.point->GetConnectionPointContainer(container.put())));
    EXPECT(container.get() == phone.client.as<IConnectionPointContainer>().get());
    Ptr<IEnumConnectionPoints> points;
    NEED(SUCCEEDED(container->EnumConnectionPoints(points.put())));
    Ptr<IConnectionPoint> one, two, three;
    EXPECT(points->Next(1, one.put(), nullptr) == S_OK && points->Next(1, two.put(), nullptr) == S_OK);
    EXPECT(points->Next(1, three.put(), nullptr) == S_FALSE);
    EXPECT(SUCCEEDED(phone.client->Shutdown()) && phone.sink.count == held - 1);
}

void texts_cross_unharmed() {
    Phone phone;
    Ptr<IRTCSession> session;
    NEED(SUCCEEDED(phone.client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put())));
    const auto headers = session.as<IRTCSIPObject>();
    // Latin, Cyrillic, a character outside the basic plane.
    const OLECHAR *const line = OLESTR("X-Name: caf\u00e9 \u0416 \U0001F600\r\n");
    BSTR given = SysAllocString(line);
    EXPECT(SUCCEEDED(headers->SetAdditionalHeaderValues(given)));
    Text back;
    EXPECT(SUCCEEDED(headers->GetAdditionalHeaderValues(back.put())));
    EXPECT(std::basic_string<OLECHAR>(back, SysStringLen(back)) == line);
    given[9] = static_cast<OLECHAR>(0xD800); // half a pair
    EXPECT(headers->SetAdditionalHeaderValues(given) == E_INVALIDARG);
    SysFreeString(given);
    EXPECT(headers->SetAdditionalHeaderValues(Text("Call-ID: mine")) == RTC_E_HEADER_RESERVED);
    EXPECT(SUCCEEDED(headers->SetAdditionalHeaderValues(nullptr)));
    Text none;
    EXPECT(SUCCEEDED(headers->GetAdditionalHeaderValues(none.put())) && SysStringLen(none) == 0);
    EXPECT(headers->GetAdditionalHeaderValues(nullptr) == E_POINTER);
}

} // namespace

int main() {
    return run_tests({{"client and its parts", client_and_its_parts},
                      {"the class factory creates clients", the_class_factory_creates_clients},
                      {"sessions and profiles", sessions_and_profiles},
                      {"a handle keeps its object", a_handle_keeps_its_object},
                      {"sinks are counted", sinks_are_counted},
                      {"texts cross unharmed", texts_cross_unharmed},
                      {"nothing is left alive", nothing_is_left_alive}});
}
