/*
 * calls.c: calls URI COUNT RATE [tcp]
 *
 * Makes COUNT calls at RATE a second, each hung up as soon as it is connected, in application-driven mode: one loop, no
 * library thread. Ends with 1 when a call failed. Stays five seconds longer than the last call, as the callee may want
 * to hear repetitions before it calls one done.
 */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

struct call {
    rtc_session_t *session;
    int connected, over;
};

static long started, connected, ended, failed;

static void serve(rtc_client_t *client)
{
    rtc_event_info_t info;
    for (rtc_event_t *event; (event = next_event(client, 0, &info)); rtc_object_release(event)) {
        struct call *call = info.user_data;
        if (info.type != RTC_EVENT_SESSION_STATE_CHANGE || !call)
            continue;
        if (info.state == RTC_SESSION_STATE_CONNECTED && !call->connected) {
            call->connected = 1;
            connected++;
            MUST(rtc_session_terminate(info.session, RTC_TERMINATE_REASON_NORMAL, NULL) >= 0);
        } else if (info.state == RTC_SESSION_STATE_DISCONNECTED && !call->over) {
            call->over = 1;
            ended++;
            if (!call->connected) {
                failed++;
                fprintf(stderr, "a call ended with %d before it was connected\n", (int)RTC_SIP_STATUS(info.status_code));
            }
            rtc_object_release(call->session);
        }
    }
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[2]) : 0, rate = argc > 3 ? atol(argv[3]) : 0;
    uint32_t transport = argc > 4 && !strcmp(argv[4], "tcp") ? RTC_TRANSPORT_TCP : RTC_TRANSPORT_UDP;
    if (argc < 4 || count < 1 || rate < 1)
        return fprintf(stderr, "usage: calls URI COUNT RATE [tcp]\n"), 2;
    rtc_client_options_t options = { .size = sizeof options, .flags = RTC_CLIENT_APPLICATION_DRIVEN };
    rtc_connection_options_t where = { .size = sizeof where, .address = { RTC_STR("127.0.0.1") }, .transports = transport };
    rtc_client_t *client = NULL;
    rtc_connection_t *connection = NULL;
    struct call *calls = calloc((size_t)count, sizeof *calls);
    MUST(calls && rtc_client_create(&client) >= 0 && rtc_client_initialize(client, &options) >= 0);
    MUST(rtc_connection_create(client, &where, &connection) >= 0);

    double begin = seconds_now(), until = begin + (double)count / (double)rate + 45;
    while (ended < count && seconds_now() < until) {
        while (started < count && seconds_now() >= begin + (double)started / (double)rate) {
            struct call *call = &calls[started++];
            MUST(rtc_session_create(client, RTC_SESSION_TYPE_PC_TO_PC, NULL, &call->session) >= 0);
            MUST(rtc_object_set_user_data(call->session, call) >= 0);
            MUST(rtc_session_add_participant(call->session, RTC_STR(argv[1]), NULL, 0, NULL, NULL) >= 0);
        }
        MUST(rtc_client_run_once(client, started < count ? 1 : 100) >= 0);
        serve(client);
    }
    printf("%ld calls in %.1f s: %ld connected, %ld ended, %ld failed\n", started, seconds_now() - begin, connected, ended, failed);
    fflush(stdout);
    for (until = seconds_now() + 5; seconds_now() < until; serve(client))
        MUST(rtc_client_run_once(client, 100) >= 0);
    rtc_object_release(connection);
    rtc_client_shutdown(client);
    rtc_object_release(client);
    free(calls);
    return ended != count || connected != count || failed;
}
