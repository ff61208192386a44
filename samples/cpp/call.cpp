// call.cpp: registers, calls TARGET with a header of its own, shows every event and the peer's
// Server header, hangs up, unregisters. Arguments: SIP-URI USER PASSWORD TARGET.
#include <rtcclient/rtcclient.hpp>
#include <iostream>
int main(int argc, char **argv) try {
    using namespace rtcclient;
    if (argc != 5) return 2;
    Client client(ListenMode::dynamic);
    Profile profile = client.create_profile({argv[1], argv[2], argv[3]});
    Session session = client.create_session(SessionType::pc_to_pc);
    session.set_additional_header_values("Call-Info: <http://example.com/me>;purpose=info");
    profile.enable();
    for (const Event &event : client.events()) {              // ends when the client has shut down
        std::cout << event.json() << '\n';
        if (auto agent = event.header("Server")) std::cout << "  sent by " << *agent << '\n';
        if (event.is(RegistrationState::registered)) session.add_participant(argv[4]);
        if (event.is(SessionState::connected)) session.terminate();
        if (event.failed() || event.is(SessionState::disconnected)) client.close();   // prepare; shutdown follows by itself
    }
} catch (const rtcclient::Error &error) {
    return std::cerr << error.what() << '\n', 1;
}
