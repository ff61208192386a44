/* rtcphone: a SIP phone for the terminal and for scripts. Start, the one loop, the way out. */
#define _XOPEN_SOURCE 700 /* setitimer */
#include "phone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define CLEAN_UP_MS 4000 /* for peers to answer BYE, unsubscribe, unregister */
#define LAST_RESORT_MS 4800 /* after that the process ends whatever happens */
#define MAX_LINE (4u << 20) /* of unfinished input */

static int signal_pipe[2] = { -1, -1 };
static volatile sig_atomic_t exit_status = 1;

static void on_signal(int number)
{
    (void)number;
    int saved = errno;
    ssize_t ignored = write(signal_pipe[1], "x", 1);
    (void)ignored;
    errno = saved;
}

static void on_alarm(int number)
{
    (void)number;
    _exit(exit_status);
}

static bool watch_signals(void)
{
    if (pipe(signal_pipe) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a reader of our output that goes away must not keep us from saying BYE */
    sigaction(SIGPIPE, &action, NULL);
    return true;
}

static void set_last_resort(void)
{
    struct itimerval timer = { .it_value = { LAST_RESORT_MS / 1000, LAST_RESORT_MS % 1000 * 1000 } };
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* A program may be started without the three streams; their numbers must not go to a pipe or a socket of ours. */
static void fill_streams(void)
{
    int opened;
    do
        opened = open("/dev/null", O_RDWR);
    while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0)
        close(opened);
}

static bool good(rtc_result_t result, const char *what)
{
    if (result < 0)
        complain("%s: %s: %s", what, rtc_result_name(result), rtc_last_error_message());
    return result >= 0;
}

/* The address as the user may give it to others; the port may have been chosen by the system. */
static void show_address(struct phone *phone, const char *transport, const char *address)
{
    if (phone->options.json)
        say("{\"event\":\"listening\",\"transport\":\"%s\",\"address\":\"%s\"}", transport, address);
    else if (!phone->options.quiet)
        say("listening %s %s", transport, address);
}

/* Listens, and writes the first address into `own`. */
static bool start_listening(struct phone *phone, char *own, size_t size)
{
    const struct options *options = &phone->options;
    own[0] = '\0';
    for (size_t i = 0; i < options->bind_count; i++) {
        const struct bind *bind = &options->binds[i];
        const char *transport = bind->transport == RTC_TRANSPORT_TLS ? "tls" : bind->transport == RTC_TRANSPORT_TCP ? "tcp" : "udp";
        char what[128], address[128] = "";
        snprintf(what, sizeof what, "--bind %s:%s:%u", transport, bind->address, (unsigned)bind->port);
        rtc_connection_options_t wanted = { .size = sizeof wanted, .address = str_of(bind->address), .transports = bind->transport, .port = bind->port };
        rtc_connection_t *connection = NULL;
        if (!good(rtc_connection_create(phone->client, &wanted, &connection), what))
            return false;
        rtc_result_t result =
            rtc_object_get_text(connection, RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS, (int32_t)bind->transport, address, sizeof address, NULL);
        rtc_object_release(connection);
        if (!good(result, what))
            return false;
        show_address(phone, transport, address);
        if (!own[0])
            snprintf(own, size, "%s", address);
    }
    if (options->bind_count)
        return true;
    if (!good(rtc_client_listen(phone->client, RTC_LISTEN_MODE_DYNAMIC), "listen"))
        return false;
    for (int32_t i = 0;; i++) {
        char text[128], *address; /* "udp:192.0.2.1:5060" */
        if (rtc_object_get_text(phone->client, RTC_PROPERTY_CLIENT_NETWORK_ADDRESS, i, text, sizeof text, NULL) != RTC_OK || !(address = strchr(text, ':')))
            break;
        *address++ = '\0';
        show_address(phone, text, address);
        if (!own[0])
            snprintf(own, size, "%s", address);
    }
    return true;
}

/* Without --aor the phone is --user at the registrar's host; without a registrar it is somebody at its own address,
   who can call and be called but not register. */
static bool make_profile(struct phone *phone, const char *own)
{
    const struct options *options = &phone->options;
    struct buffer proxies = { 0 };
    char made[192];
    for (size_t i = 0; i < options->proxy_count; i++) {
        if (i)
            buffer_add_text(&proxies, ", ");
        bool bare = options->proxies[i][0] != '<';
        buffer_add_text(&proxies, bare ? "<" : "");
        buffer_add_text(&proxies, options->proxies[i]);
        buffer_add_text(&proxies, bare ? ">" : "");
    }
    rtc_uri_t registrar = { .size = sizeof registrar };
    const char *user = options->user ? options->user : "rtcphone";
    if (options->registrar && rtc_uri_parse(options->registrar, RTC_NUL_TERMINATED, &registrar) >= 0)
        snprintf(made, sizeof made, "sip:%s@%.*s", user, (int)registrar.host.len, registrar.host.ptr);
    else
        snprintf(made, sizeof made, "sip:%s@%s", user, own[0] ? own : "localhost");
    rtc_profile_options_t account = {
        .size = sizeof account,
        .flags = options->profile_flags,
        .uri = str_of(options->aor ? options->aor : made),
        .registrar = str_of(options->registrar),
        .proxy = str_of(proxies.length ? proxies.text : NULL),
        .user = str_of(options->user),
        .password = str_of(options->password),
        .instance_id = str_of(options->instance),
        .expires_secs = (int32_t)options->expires,
    };
    for (size_t i = 0; i < options->bind_count; i++)
        account.transports |= options->binds[i].transport;
    bool held = good(rtc_profile_create(phone->client, &account, &phone->profile), "account") &&
                good(rtc_profile_enable(phone->profile, 0, 0), "account"); /* for selection; `register` registers */
    buffer_free(&proxies);
    return held;
}

static bool start_trace(struct phone *phone, int32_t kind, const char *path, const char *option)
{
    rtc_trace_options_t trace = { .size = sizeof trace, .kind = kind, .path = str_of(path) };
    return !path || good(rtc_client_trace(phone->client, &trace), option);
}

/* A file whose text goes into the options; none named: empty. */
static bool read_pem(const char *path, struct buffer *into)
{
    if (!path || read_file(path, into))
        return true;
    complain("%s cannot be read", path);
    return false;
}

static bool initialize(struct phone *phone, rtc_client_options_t *wanted)
{
    const struct options *options = &phone->options;
    struct buffer ca = { 0 }, cert = { 0 }, key = { 0 };
    bool held = read_pem(options->ca, &ca) && read_pem(options->cert, &cert) && read_pem(options->key, &key);
    rtc_tls_options_t tls = {
        .size = sizeof tls,
        .ca_pem = { ca.text, ca.length },
        .certificate_pem = { cert.text, cert.length },
        .key_pem = { key.text, key.length },
    };
    wanted->tls = &tls; /* copied */
    held = held && good(rtc_client_create(&phone->client), "start") && good(rtc_client_initialize(phone->client, wanted), "start");
    wanted->tls = NULL;
    buffer_free(&ca);
    buffer_free(&cert);
    buffer_free(&key);
    return held;
}

static bool start(struct phone *phone)
{
    static const char *const packages[] = { "presence", "presence.winfo", "dialog", "message-summary", "conference", "reg", "kpml" };
    const struct options *options = &phone->options;
    rtc_session_options_t sessions = { .size = sizeof sessions,
                                       .reliable = options->reliable,
                                       .session_expires_secs = (int32_t)options->session_expires,
                                       .min_se_secs = (int32_t)options->min_se };
    rtc_client_options_t wanted = {
        .size = sizeof wanted, .user_agent = { RTC_STR("rtcphone") }, .shutdown_ms = CLEAN_UP_MS, .session_defaults = &sessions
    };
    char own[128];
    if (!initialize(phone, &wanted) ||
        !start_trace(phone, RTC_TRACE_LADDER, options->trace, "--trace") || !start_trace(phone, RTC_TRACE_PCAP, options->pcap, "--pcap"))
        return false;
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (!good(rtc_client_serve_package(phone->client, packages[i], RTC_NUL_TERMINATED, package_type(packages[i]), RTC_NUL_TERMINATED, 0), "start"))
            return false;
    for (size_t i = 0; i < options->header_count; i++)
        if (!header_add(phone, options->headers[i]))
            return false;
    return start_listening(phone, own, sizeof own) && make_profile(phone, own);
}

/* Reads what is there; never more than once a turn, so that events keep their place. */
static void read_input(struct phone *phone)
{
    char block[4096];
    ssize_t got = read(STDIN_FILENO, block, sizeof block);
    if (got > 0)
        buffer_add(&phone->pending, block, (size_t)got);
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
        phone->input_ended = true;
    if (phone->pending.length - phone->pending_at > MAX_LINE) {
        complain("the input has a line without end");
        phone->failed = phone->quit = true;
    }
}

/* How long poll may sleep: until the next thing that only time brings. */
static int patience(const struct phone *phone, int64_t also)
{
    int64_t next = answers_next(phone);
    const int64_t others[] = { phone->quit_at, script_blocked(phone) ? phone->waiting_until : 0, also };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] && (!next || others[i] < next))
            next = others[i];
    if (!next)
        return -1;
    int64_t left = next - now_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* Sleeps until an event, input, a signal or the time. */
static void turn(struct phone *phone, int event_fd, bool listen_to_user, int64_t also)
{
    struct pollfd fds[3] = { { .fd = event_fd, .events = POLLIN },
                             { .fd = listen_to_user ? signal_pipe[0] : -1, .events = POLLIN },
                             { .fd = listen_to_user && !phone->input_ended && !script_blocked(phone) ? STDIN_FILENO : -1, .events = POLLIN } };
    fflush(stdout);
    if (poll(fds, 3, patience(phone, also)) < 0 && errno != EINTR) {
        complain("poll: %s", strerror(errno));
        phone->failed = phone->quit = phone->cleaned_up = true;
        return;
    }
    if (fds[1].revents)
        phone->quit = true;
    if (fds[2].revents)
        read_input(phone);
    events_drain(phone);
    answers_due(phone);
}

static void work(struct phone *phone, int event_fd)
{
    while (!phone->quit && !phone->client_ended) {
        script_step(phone);
        if (phone->quit)
            break;
        bool at_end = phone->input_ended && !script_blocked(phone) && phone->pending_at == phone->pending.length;
        if (at_end && !phone->quit_at)
            break;
        turn(phone, event_fd, true, 0);
        if (phone->quit_at && now_ms() >= phone->quit_at)
            phone->quit = true;
    }
    phone->quit = true;
    script_step(phone); /* says so when a wait is cut off */
}

/* Ends calls, subscriptions, publications and the registration; the library puts its own limit on the time. */
static void end_everything(struct phone *phone, int event_fd)
{
    int64_t until = now_ms() + CLEAN_UP_MS;
    for (size_t i = 0; i < phone->objects.session_count; i++)
        phone->objects.sessions[i]->answer_at = 0;
    phone->quit_at = 0;
    if (rtc_client_prepare_for_shutdown(phone->client) < 0)
        return;
    while (!phone->cleaned_up && !phone->client_ended && now_ms() < until)
        turn(phone, event_fd, false, until);
}

int main(int argc, char **argv)
{
    static struct phone phone;
    fill_streams();
    int status = options_parse(&phone.options, argc, argv);
    if (status >= 0)
        return status;
    if (!watch_signals()) {
        complain("pipe: %s", strerror(errno));
        return 1;
    }
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (phone.options.exec) {
        buffer_add_text(&phone.pending, phone.options.exec);
        phone.input_ended = true;
    } else {
        phone.interactive = isatty(STDIN_FILENO);
    }
    if (phone.options.duration)
        phone.quit_at = now_ms() + (int64_t)phone.options.duration * 1000;

    bool started = start(&phone);
    intptr_t event_fd = -1;
    if (started && good(rtc_client_get_event_fd(phone.client, &event_fd, NULL), "start")) {
        work(&phone, (int)event_fd);
        exit_status = phone.failed;
        set_last_resort();
        end_everything(&phone, (int)event_fd);
    } else {
        phone.failed = true;
    }
    if (phone.client)
        rtc_client_shutdown(phone.client);
    objects_free(&phone.objects);
    rtc_object_release(phone.profile);
    rtc_object_release(phone.client);
    buffer_free(&phone.headers);
    buffer_free(&phone.pending);
    fflush(stdout);
    return phone.failed;
}
