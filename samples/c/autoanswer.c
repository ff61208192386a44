/*
 * autoanswer.c: autoanswer [--bind udp:IP:PORT] [--duration SECONDS]
 *
 * Answers every INVITE at once with 200; the library answers BYE. Application-driven mode: there is no library
 * thread, one loop turns the client and takes its events. This is how a server-like program uses the library, and
 * what a load generator is pointed at. Prints the address it listens on, and its statistics at the end.
 */
#define _POSIX_C_SOURCE 200809L
#include <rtcclient.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int fail(const char *what)
{
    fprintf(stderr, "autoanswer: %s: %s\n", what, rtc_last_error_message());
    return 1;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Everything that is queued. Only INCOMING asks for anything; the handles in the record are lent, nothing is kept. */
static uint64_t serve(rtc_client_t *client, uint64_t *refused)
{
    uint64_t answered = 0;
    rtc_event_t *event = NULL;
    while (rtc_client_next_event(client, 0, &event) == RTC_OK) {
        rtc_event_info_t info = { .size = sizeof info };
        if (rtc_event_get_info(event, &info) >= 0 && info.type == RTC_EVENT_SESSION_STATE_CHANGE && info.state == RTC_SESSION_STATE_INCOMING) {
            if (rtc_session_answer(info.session, 0, NULL) >= 0)
                answered++;
            else
                ++*refused;
        }
        rtc_object_release(event);
    }
    return answered;
}

int main(int argc, char **argv)
{
    char address[64] = "127.0.0.1";
    long port = 0, duration = 0;
    uint32_t transport = RTC_TRANSPORT_UDP;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        char *end = NULL;
        if (!strcmp(argv[i], "--bind") && (!strncmp(value, "udp:", 4) || !strncmp(value, "tcp:", 4)) && strrchr(value, ':') > value + 4) {
            const char *host = value + 4, *colon = strrchr(value, ':');
            size_t length = (size_t)(colon - host);
            if (host[0] == '[' && host[length - 1] == ']')
                host++, length -= 2;
            port = strtol(colon + 1, &end, 10);
            if (length >= sizeof address || end == colon + 1 || *end || port < 0 || port > 65535)
                return fprintf(stderr, "autoanswer: --bind wants udp:IP:PORT or tcp:IP:PORT\n"), 2;
            memcpy(address, host, length);
            address[length] = '\0';
            transport = value[0] == 'u' ? RTC_TRANSPORT_UDP : RTC_TRANSPORT_TCP;
        } else if (!strcmp(argv[i], "--duration") && (duration = strtol(value, &end, 10)) > 0 && !*end) {
            continue;
        } else {
            return fprintf(stderr, "usage: autoanswer [--bind udp|tcp:IP:PORT] [--duration SECONDS]\n"), 2;
        }
    }

    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    /* Nothing rings here, so the 180 that would go out before the 200 is left away. */
    rtc_session_options_t sessions = { .size = sizeof sessions, .manual = RTC_AUTO_PROVISIONAL };
    rtc_client_options_t options = { .size = sizeof options, .flags = RTC_CLIENT_APPLICATION_DRIVEN | RTC_CLIENT_DISABLE_MEDIA,
                                     .user_agent = { RTC_STR("autoanswer") }, .session_defaults = &sessions };
    rtc_connection_options_t where = { .size = sizeof where, .address = { RTC_STR(address) }, .transports = transport, .port = (uint16_t)port };
    rtc_client_t *client = NULL;
    rtc_connection_t *connection = NULL;
    char local[64];
    if (rtc_client_create(&client) < 0 || rtc_client_set_event_filter(client, RTC_EVENT_FILTER_CLIENT | RTC_EVENT_FILTER_SESSION_STATE_CHANGE) < 0 ||
        rtc_client_initialize(client, &options) < 0)
        return fail("start");
    if (rtc_connection_create(client, &where, &connection) < 0 ||
        rtc_object_get_text(connection, RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS, (int32_t)transport, local, sizeof local, NULL) < 0)
        return fail("--bind");
    printf("listening %s %s\n", transport == RTC_TRANSPORT_UDP ? "udp" : "tcp", local);
    fflush(stdout);

    uint64_t answered = 0, refused = 0;
    double begin = seconds_now(), until = duration ? begin + (double)duration : 0;
    rtc_result_t result = RTC_OK;
    while (!stop && result >= 0 && (!until || seconds_now() < until)) {
        result = rtc_client_run_once(client, 200);
        answered += serve(client, &refused);
    }
    double took = seconds_now() - begin;
    if (result < 0)
        fail("run");

    rtc_statistics_t statistics = { .size = sizeof statistics };
    if (rtc_client_get_statistics(client, &statistics) >= 0)
        printf("answered %" PRIu64 ", refused %" PRIu64 ", in %.1f s\n"
               "requests in %" PRIu64 ", responses out %" PRIu64 ", retransmissions in %" PRIu64 ", out %" PRIu64 "\n"
               "malformed %" PRIu64 ", refused by a limit %" PRIu64 ", events dropped %" PRIu64 "\n"
               "still there: transactions %" PRIu64 ", dialogs %" PRIu64 ", sessions %" PRIu64 ", handles %" PRIu64 "\n",
               answered, refused, took, statistics.requests_in, statistics.responses_out, statistics.retransmissions_in, statistics.retransmissions_out,
               statistics.malformed_in, statistics.refused_by_limit, statistics.events_dropped, statistics.transactions, statistics.dialogs,
               statistics.sessions, statistics.handles);
    rtc_object_release(connection);
    rtc_client_shutdown(client);
    rtc_object_release(client);
    return result < 0;
}
