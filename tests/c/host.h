/*
 * host.h: what the C test programs share: two clients on loopback, a call between them, and checks that end the
 * program with the line that did not hold.
 */
#ifndef HOST_H
#define HOST_H
#include <rtcclient.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST(condition)                                                                             \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "%s:%d: does not hold: %s (%s)\n", __FILE__, __LINE__, #condition,      \
                    rtc_last_error_message());                                                      \
            exit(1);                                                                                \
        }                                                                                           \
    } while (0)

#define INJECTED "<http://example.com/me>;purpose=info"

struct phone {
    rtc_client_t *client;
    rtc_connection_t *connection;
    char uri[96];
};

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void phone_open(struct phone *phone, const char *name, uint32_t transport)
{
    char address[64];
    rtc_client_options_t options = { .size = sizeof options };
    rtc_connection_options_t where = { .size = sizeof where, .address = { RTC_STR("127.0.0.1") }, .transports = transport };
    phone->client = NULL;
    phone->connection = NULL;
    MUST(rtc_client_create(&phone->client) == RTC_OK);
    MUST(rtc_client_initialize(phone->client, &options) >= 0);
    MUST(rtc_connection_create(phone->client, &where, &phone->connection) >= 0);
    MUST(rtc_object_get_text(phone->connection, RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS, (int32_t)transport, address,
                             sizeof address, NULL) >= 0);
    snprintf(phone->uri, sizeof phone->uri, "sip:%s@%s%s", name, address, transport == RTC_TRANSPORT_TCP ? ";transport=tcp" : "");
}

static inline void phone_close(struct phone *phone)
{
    rtc_object_release(phone->connection);
    MUST(rtc_client_shutdown(phone->client) >= 0);
    MUST(rtc_object_release(phone->client) == 0);
    phone->client = NULL;
}

/* The next event within `ms`, with its record; NULL when none came. */
static inline rtc_event_t *next_event(rtc_client_t *client, int32_t ms, rtc_event_info_t *info)
{
    rtc_event_t *event = NULL;
    rtc_result_t result = rtc_client_next_event(client, ms, &event);
    MUST(result >= 0);
    if (result != RTC_OK)
        return NULL;
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
    MUST(rtc_event_get_info(event, info) >= 0);
    return event;
}

/* The message behind the event carries the injected header, read the way every application reads one. */
static inline void must_carry_the_header(rtc_event_t *event)
{
    rtc_sip_message_t *message = NULL;
    rtc_header_t header = { .size = sizeof header };
    rtc_str_t text = { NULL, 0 };
    MUST(rtc_event_get_sip_message(event, &message) >= 0);
    MUST(rtc_sip_message_get_header(message, RTC_STR("Call-Info"), 0, 0, &header) >= 0);
    MUST(header.value.len == strlen(INJECTED) && !memcmp(header.value.ptr, INJECTED, header.value.len));
    MUST(rtc_sip_message_get_text(message, &text) >= 0 && text.len > header.value.len);
    rtc_object_release(message);
}

/* `caller` calls `callee`, which reads the injected header and answers; then `caller` hangs up. Both pull. */
static inline void one_call(struct phone *caller, struct phone *callee)
{
    double until = seconds_now() + 60;
    int calling = 1, called = 1, connected = 0;
    rtc_session_t *session = NULL;
    rtc_event_info_t info;
    rtc_event_t *event;
    MUST(rtc_session_create(caller->client, RTC_SESSION_TYPE_PC_TO_PC, NULL, &session) >= 0);
    MUST(rtc_session_set_additional_header_values(session, RTC_STR("Call-Info: " INJECTED), 0) >= 0);
    MUST(rtc_session_add_participant(session, RTC_STR(callee->uri), NULL, 0, NULL, NULL) >= 0);
    while ((calling || called) && seconds_now() < until) {
        if ((event = next_event(caller->client, 5, &info))) {
            if (info.type == RTC_EVENT_SESSION_STATE_CHANGE) {
                if (info.state == RTC_SESSION_STATE_CONNECTED && !connected++)
                    MUST(rtc_session_terminate(session, RTC_TERMINATE_REASON_NORMAL, NULL) >= 0);
                calling = info.state != RTC_SESSION_STATE_DISCONNECTED;
            }
            rtc_object_release(event);
        }
        if ((event = next_event(callee->client, 5, &info))) {
            if (info.type == RTC_EVENT_SESSION_STATE_CHANGE) {
                if (info.state == RTC_SESSION_STATE_INCOMING) {
                    must_carry_the_header(event);
                    MUST(rtc_session_answer(info.session, 0, NULL) >= 0);
                }
                called = info.state != RTC_SESSION_STATE_DISCONNECTED;
            }
            rtc_object_release(event);
        }
    }
    MUST(!calling && !called && connected == 1);
    rtc_object_release(session);
}

#endif
