/*
 * threads.c: threads THREADS [ROUNDS]
 *
 * Every thread makes calls between two clients of its own, and all of them work on two shared clients at once:
 * sessions, headers, requests, events, parsing, handles that are stale, of the wrong kind or made up. While they do,
 * the shared clients are shut down under their hands; from then on the documented codes come back. Meant to run under
 * AddressSanitizer (eight threads) and valgrind (one).
 */
#define _POSIX_C_SOURCE 200809L
#include "host.h"
#include <pthread.h>
#include <stdatomic.h>

static struct phone alice, bob;
static int rounds = 3;
static atomic_int closing, events_read, refused;

static const char message_text[] = "OPTIONS sip:b@example.com SIP/2.0\r\n"
                                   "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                                   "f: \"A \\\" B\" <sip:a@example.com>;tag=1\r\n"
                                   "t: <sip:b@example.com>\r\n"
                                   "i: 1@192.0.2.1\r\n"
                                   "CSeq: 7 OPTIONS\r\n"
                                   "Max-Forwards: 70\r\n"
                                   "l: 4\r\n"
                                   "\r\n"
                                   "body";

/* What may come back on a shared client: success, or one of the codes of a client that was shut down. */
static int fine(rtc_result_t result)
{
    if (result >= 0)
        return 1;
    refused++;
    if (atomic_load(&closing) &&
        (result == RTC_E_CLIENT_ALREADY_SHUT_DOWN || result == RTC_E_ORPHANED || result == RTC_E_INVALID_SESSION_STATE))
        return 1;
    fprintf(stderr, "%s\n", rtc_result_name(result));
    return 0;
}

static void parse(void)
{
    rtc_sip_message_t *message = NULL;
    rtc_sip_head_t head = { .size = sizeof head };
    rtc_header_t header = { .size = sizeof header };
    rtc_body_t body = { .size = sizeof body };
    rtc_str_t text;
    MUST(rtc_sip_message_parse(message_text, sizeof message_text - 1, 0, NULL, &message) == RTC_OK);
    MUST(rtc_sip_message_get_head(message, &head) == RTC_OK && head.cseq == 7 && head.from_tag.len == 1);
    MUST(rtc_sip_message_get_header(message, RTC_STR("from"), 0, 0, &header) == RTC_OK && header.form == RTC_HEADER_FORM_ADDRESS);
    MUST(rtc_sip_message_get_body(message, -1, &body) == RTC_OK && body.bytes.len == 4);
    MUST(rtc_object_add_ref(message) == 2 && rtc_object_release(message) == 1 && rtc_object_release(message) == 0);
    MUST(rtc_sip_message_get_text(message, &text) == RTC_E_HANDLE);
    MUST(rtc_object_release(message) == 0);
}

static void misuse(unsigned *noise)
{
    int32_t state;
    *noise = *noise * 1664525u + 1013904223u;
    void *made_up = (void *)(uintptr_t)(*noise | 1u);
    MUST(rtc_session_answer((rtc_session_t *)alice.connection, 0, NULL) == RTC_E_HANDLE);
    MUST(rtc_session_terminate(NULL, 0, NULL) < 0);
    if (rtc_object_get_kind(made_up) == 0)
        MUST(rtc_object_get_state(made_up, &state) == RTC_E_HANDLE);
    MUST(strlen(rtc_last_error_message()) > 0);
}

static void use_shared_session(void)
{
    rtc_session_t *session = NULL;
    char lines[128];
    size_t needed = 0;
    rtc_result_t result = rtc_session_create(alice.client, RTC_SESSION_TYPE_PC_TO_PC, NULL, &session);
    MUST(fine(result));
    if (result < 0)
        return;
    rtc_result_t set = rtc_session_set_additional_header_values(session, RTC_STR("Subject: shared\r\nX-One: 1"), 0);
    result = rtc_session_get_additional_header_values(session, lines, sizeof lines, &needed);
    MUST(fine(set) && fine(result));
    MUST(set < 0 || result < 0 || strstr(lines, "X-One: 1"));
    MUST(fine(rtc_session_add_participant(session, RTC_STR(bob.uri), NULL, 0, NULL, NULL)));
    result = rtc_session_terminate(session, RTC_TERMINATE_REASON_NORMAL, NULL);
    MUST(result == RTC_E_INVALID_SESSION_STATE || fine(result)); /* another thread may have refused it on the other side */
    rtc_object_release(session);
}

static void read_events(rtc_client_t *client, int most)
{
    rtc_event_t *event = NULL;
    while (most-- > 0 && rtc_client_next_event(client, 1, &event) == RTC_OK) {
        rtc_event_info_t info = { .size = sizeof info };
        rtc_str_t json;
        MUST(rtc_event_get_info(event, &info) == RTC_OK && info.sequence > 0);
        MUST(rtc_event_get_text(event, RTC_EVENT_TEXT_JSON, 0, &json) >= 0 && json.len > 2 && json.ptr[0] == '{');
        if (info.type == RTC_EVENT_SESSION_STATE_CHANGE && info.state == RTC_SESSION_STATE_INCOMING)
            (void)rtc_session_answer(info.session, 486, NULL); /* it may be cancelled already */
        rtc_object_release(event);
        events_read++;
    }
}

static void *work(void *argument)
{
    unsigned noise = (unsigned)(uintptr_t)argument * 2654435761u + 1;
    struct phone mine, yours;
    phone_open(&mine, "mine", noise & 2 ? RTC_TRANSPORT_TCP : RTC_TRANSPORT_UDP);
    phone_open(&yours, "yours", noise & 2 ? RTC_TRANSPORT_TCP : RTC_TRANSPORT_UDP);
    for (int round = 0; round < rounds; round++) {
        rtc_statistics_t statistics = { .size = sizeof statistics };
        rtc_send_t hello = { .size = sizeof hello, .content_type = { RTC_STR("text/plain") }, .body = { RTC_STR("hello") } };
        parse();
        misuse(&noise);
        use_shared_session();
        MUST(fine(rtc_request_send(alice.client, RTC_STR("MESSAGE"), RTC_STR(bob.uri), &hello, NULL)));
        MUST(fine(rtc_client_get_statistics(alice.client, &statistics)));
        read_events(alice.client, 10);
        read_events(bob.client, 10);
        one_call(&mine, &yours);
    }
    phone_close(&mine);
    phone_close(&yours);
    return NULL;
}

/* Calls the shared clients until they are gone, and a little longer. */
static void *outlive(void *argument)
{
    (void)argument;
    for (int after = 0; after < 20; after += atomic_load(&closing) > 1) {
        use_shared_session();
        read_events(bob.client, 5);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[64];
    int count = argc > 1 ? atoi(argv[1]) : 8;
    if (argc > 2)
        rounds = atoi(argv[2]);
    if (count < 1 || count > 64 || rounds < 1)
        return fprintf(stderr, "usage: threads THREADS [ROUNDS]\n"), 2;
    phone_open(&alice, "alice", RTC_TRANSPORT_UDP);
    phone_open(&bob, "bob", RTC_TRANSPORT_UDP);
    for (int i = 0; i < count; i++)
        MUST(pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i) == 0);
    for (int i = 0; i < count; i++)
        MUST(pthread_join(threads[i], NULL) == 0);
    MUST(refused == 0);
    for (int i = 0; i < count; i++)
        MUST(pthread_create(&threads[i], NULL, outlive, NULL) == 0);
    closing = 1;
    MUST(rtc_client_shutdown(alice.client) >= 0);
    MUST(rtc_client_shutdown(bob.client) >= 0);
    closing = 2;
    for (int i = 0; i < count; i++)
        MUST(pthread_join(threads[i], NULL) == 0);
    rtc_object_release(alice.connection);
    rtc_object_release(bob.connection);
    MUST(rtc_object_release(alice.client) == 0 && rtc_object_release(bob.client) == 0);
    MUST(rtc_client_initialize(alice.client, NULL) == RTC_E_HANDLE);
    printf("%d threads, %d rounds each, %d events read, %d calls refused after the shutdown\n", count, rounds, events_read, refused);
    return 0;
}
