// answering_host.cpp: gives a sample program somebody to call.
//
// Starts the embedded server with the accounts alice and bob, lets bob answer, then runs
//     PROGRAM [ARGUMENTS…] sip:alice@HOST alice secret sip:bob@HOST
// and waits for it. Ends with the program's status, or with 1 when bob did not see the call come
// with its Call-Info header and go again.
#include <rtcclient/rtcclient.hpp>

#include <atomic>
#include <iostream>

#include <cerrno>
#include <system_error>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

using namespace rtcclient;

namespace {

struct Seen {
    std::atomic<bool> registered{false}, header{false}, connected{false}, over{false};
};

void serve(const Event &event, Seen &seen) {
    if (event.is(RegistrationState::registered)) seen.registered = true;
    if (event.is(SessionState::incoming)) {
        if (const auto info = event.header("Call-Info")) {
            std::cout << "bob: Call-Info: " << *info << std::endl;
            seen.header = true;
        }
        event.session().answer();
    }
    if (event.is(SessionState::connected)) seen.connected = true;
    if (event.is(SessionState::disconnected)) seen.over = true;
}

/// Runs the program; its exit status, or 1 when it did not end by itself.
int run(std::vector<std::string> command) {
    std::vector<char *> arguments;
    for (std::string &argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (const int error = posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ)) {
        std::cerr << command[0] << ": " << std::generic_category().message(error) << '\n';
        return 1;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace

int main(int argc, char **argv) try {
    if (argc < 2) return std::cerr << "usage: answering_host PROGRAM [ARGUMENTS]\n", 2;
    const Server server = Server::start({"udp:127.0.0.1:0, tcp:127.0.0.1:0", "example.test"});
    server.set_user("alice", "secret");
    server.set_user("bob", "secret");
    const Uri uri = Uri::parse(server.uri());
    const std::string host = uri.host + ":" + std::to_string(uri.port);

    ClientOptions options;
    options.user_agent = "answering-host";
    const Client bob(ListenMode::dynamic, options);
    const Profile profile = bob.create_profile({"sip:bob@" + host, "bob", "secret"});
    profile.enable();
    Seen seen;
    while (!seen.registered) {
        const Event event = bob.next_event(std::chrono::seconds(10));
        if (!event || event.is(RegistrationState::rejected)) return std::cerr << "bob was not registered\n", 1;
        serve(event, seen);
    }
    std::atomic<bool> done{false};
    std::thread answering([&] {
        while (!done || !seen.over) {
            const Event event = bob.next_event(std::chrono::seconds(5));
            if (event) serve(event, seen);
            else if (done) return;
        }
    });
    std::vector<std::string> command(argv + 1, argv + argc);
    command.insert(command.end(), {"sip:alice@" + host, "alice", "secret", "sip:bob@" + host});
    const int status = run(std::move(command));
    done = true;
    answering.join();
    bob.shutdown();
    server.stop();
    if (!seen.header || !seen.connected || !seen.over) {
        std::cerr << "bob: header " << seen.header << ", connected " << seen.connected << ", over " << seen.over << '\n';
        return 1;
    }
    return status;
} catch (const std::exception &error) {
    return std::cerr << "answering_host: " << error.what() << '\n', 1;
}
