/* One function for each event that rtcphone has something to say about: show it, remember it, answer it. */
#define _POSIX_C_SOURCE 200809L
#include "phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT(view) (int)(view).len, (view).ptr ? (view).ptr : "" /* for %.*s */

static const struct {
    int type;
    const char *name;
} names[] = {
    { RTC_EVENT_CLIENT, "client" },
    { RTC_EVENT_REGISTRATION_STATE_CHANGE, "registration_state_change" },
    { RTC_EVENT_SESSION_STATE_CHANGE, "session_state_change" },
    { RTC_EVENT_SESSION_OPERATION_COMPLETE, "session_operation_complete" },
    { RTC_EVENT_PARTICIPANT_STATE_CHANGE, "participant_state_change" },
    { RTC_EVENT_MEDIA, "media" },
    { RTC_EVENT_MESSAGING, "messaging" },
    { RTC_EVENT_WATCHER, "watcher" },
    { RTC_EVENT_INFO, "info" },
    { RTC_EVENT_MEDIA_REQUEST, "media_request" },
    { RTC_EVENT_SESSION_REFER_STATUS, "session_refer_status" },
    { RTC_EVENT_SESSION_REFERRED, "session_referred" },
    { RTC_EVENT_SESSION_CONSULTANT_REFERRED, "session_consultant_referred" },
    { RTC_EVENT_REINVITE, "reinvite" },
    { RTC_EVENT_SUBSCRIPTION_STATE_CHANGE, "subscription_state_change" },
    { RTC_EVENT_SUBSCRIPTION_NOTIFY, "subscription_notify" },
    { RTC_EVENT_PRACK, "prack" },
    { RTC_EVENT_SESSION_NOTIFICATION, "session_notification" },
    { RTC_EVENT_UNSOLICITED_NOTIFY, "unsolicited_notify" },
    { RTC_EVENT_REQUEST, "request" },
    { RTC_EVENT_TRANSACTION_FAILED, "transaction_failed" },
    { RTC_EVENT_PUBLICATION, "publication" },
};

int event_number(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (same_text(name, names[i].name))
            return names[i].type;
    return -1;
}

static const char *event_name(int type)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type)
            return names[i].name;
    return "event";
}

static bool shown(const struct phone *phone)
{
    return !phone->options.quiet && !phone->options.json;
}

/* " (486 Busy Here)" for the status an event carries, or nothing. */
static const char *status_note(const rtc_event_info_t *info)
{
    static char note[160];
    int status = sip_status(info->status_code);
    note[0] = '\0';
    if (status && info->status_text.len)
        snprintf(note, sizeof note, " (%d %.*s)", status, TEXT(info->status_text));
    else if (status || info->status_code < 0)
        snprintf(note, sizeof note, " (%s)", result_words(info->status_code));
    for (char *at = note; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = '.';
    return note;
}

static const char *word_of(const char *const *words, size_t count, int32_t state)
{
    return state >= 0 && (size_t)state < count ? words[state] : "in an unknown state";
}
#define WORD(words, state) word_of(words, sizeof words / sizeof *words, state)

/* The whole head of the message behind an event: what a script looks for. */
static void show_message(rtc_event_t *event)
{
    rtc_sip_message_t *message = NULL;
    if (rtc_event_get_sip_message(event, &message) < 0)
        return;
    rtc_sip_head_t head = { .size = sizeof head };
    if (rtc_sip_message_get_head(message, &head) >= 0)
        say_text("  ", head.start_line);
    rtc_header_t header = { .size = sizeof header };
    for (size_t i = 0; rtc_sip_message_get_header(message, NULL, 0, i, RTC_HEADER_LINES, &header) >= 0; i++) {
        printf("  %.*s: ", TEXT(header.name));
        if (header.value.len)
            say_text("", header.value);
        else
            putchar('\n');
    }
    rtc_object_release(message);
}

static void show_body(const rtc_event_info_t *info)
{
    if (!info->body.len)
        return;
    say("  %.*s", TEXT(info->content_type));
    say_text("  | ", info->body);
}

static void answered(struct phone *phone, enum request_kind kind, int64_t cookie, rtc_result_t status, bool lost)
{
    struct request *request = &phone->request;
    if (request->kind != kind || (cookie && cookie != request->cookie) || request->answered)
        return;
    request->answered = true;
    request->lost = lost;
    request->status = status;
}

static void on_client(struct phone *phone, const rtc_event_info_t *info)
{
    if (info->kind == RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE)
        phone->cleaned_up = true;
    else if (info->kind == RTC_CLIENT_EVENT_QUEUE_OVERFLOW)
        complain("%lld events were lost", (long long)info->value[0]);
    else if (info->kind == RTC_CLIENT_EVENT_FAULTED) {
        complain("the client has failed");
        phone->failed = phone->quit = phone->cleaned_up = true;
    }
}

static void on_registration(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "unregistered", "registering", "registered", "rejected", "unregistering", "error", "logged off", "logged off", "logged off" };
    track_push(&phone->registration, info->state);
    phone->registration_status = info->status_code;
    switch (info->state) {
    case RTC_REGISTRATION_STATE_REGISTERED:
    case RTC_REGISTRATION_STATE_NOT_REGISTERED:
        answered(phone, REQUEST_REGISTER, 0, info->status_code, false);
        break;
    case RTC_REGISTRATION_STATE_REJECTED:
    case RTC_REGISTRATION_STATE_ERROR:
        answered(phone, REQUEST_REGISTER, 0, info->status_code, !(info->flags & RTC_EVENT_FLAG_SIP_MESSAGE));
        break;
    default:
        break;
    }
    if (shown(phone))
        say("registration %s%s%s%.*s", WORD(words, info->state), status_note(info), info->uri.len ? " as " : "", TEXT(info->uri));
}

/* The next code of --answer for a session; `delay` from now. */
static void plan_answer(struct phone *phone, struct session *session)
{
    session->answer_at = session->answer_step < phone->options.answer_count ? now_ms() + phone->options.answer_delay_ms : 0;
}

static void on_session(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    static const int marks[] = { MARK_NONE, MARK_INCOMING, MARK_ANSWERING, MARK_INPROGRESS, MARK_CONNECTED, MARK_DISCONNECTED, MARK_HOLD, MARK_REFER };
    static const char *const words[] = { "idle", "incoming", "answering", "in progress", "connected", "disconnected", "hold", "refer" };
    struct session *session = session_of(&phone->objects, info->session);
    int status = sip_status(info->status_code);
    int mark = info->state >= 0 && (size_t)info->state < sizeof marks / sizeof *marks ? marks[info->state] : MARK_NONE;
    if (mark == MARK_INCOMING) {
        session->incoming = true;
        plan_answer(phone, session);
    }
    if (mark == MARK_INPROGRESS && status > 100 && status < 200)
        mark = MARK_ALERTING;
    if (mark == MARK_INPROGRESS && session->track.now == MARK_ALERTING)
        mark = MARK_NONE; /* not a step back */
    if (session->operation_cookie && (mark == MARK_CONNECTED || mark == MARK_DISCONNECTED))
        answered(phone, REQUEST_SESSION, session->operation_cookie, info->status_code, info->status_code < 0 && !status);
    if (mark == MARK_DISCONNECTED) {
        session->end_status = info->status_code;
        session->answer_at = 0;
    }
    if (mark != MARK_NONE)
        track_push(&session->track, mark);
    if (!shown(phone))
        return;
    if (mark == MARK_INCOMING) {
        const char *instead = info->kind == 1 ? " in the place of another call" : info->kind == 2 ? " to join another call" : "";
        say("session %u incoming from %.*s%s", session->number, TEXT(info->uri), info->other ? instead : "");
        show_message(event);
    } else {
        say("session %u %s%s", session->number, mark == MARK_ALERTING ? "alerting" : WORD(words, info->state), status_note(info));
    }
}

static void on_operation(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    struct session *session = session_of(&phone->objects, info->session);
    (void)event;
    answered(phone, REQUEST_SESSION, info->cookie, info->status_code, info->status_code < 0 && !sip_status(info->status_code));
    if (info->cookie && info->cookie == session->operation_cookie)
        session->operation_status = info->status_code;
    if (shown(phone))
        say("session %u operation complete%s", session->number, status_note(info));
}

static void on_refer_status(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "under way", "accepted", "failed", "rejected", "dropped", "done" };
    if (shown(phone))
        say("session %u refer %s%s", session_of(&phone->objects, info->session)->number, WORD(words, info->state), status_note(info));
}

/* The peer wants us to call another. Under --answer we do, else the library refuses after a while. */
static void on_referred(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    if (shown(phone)) {
        say("referred to %.*s%s%.*s", TEXT(info->uri), info->text.len ? " by " : "", TEXT(info->text));
        show_message(event);
    }
    if (!phone->options.answer_count || info->answer_within_ms <= 0)
        return;
    int32_t code = phone->options.answers[phone->options.answer_count - 1];
    if (code >= 300 || rtc_event_answer(event, 0, NULL) < 0) {
        rtc_event_answer(event, 603, NULL);
        return;
    }
    rtc_session_options_t options = { .size = sizeof options, .profile = phone->profile, .referral = event };
    rtc_session_t *handle = NULL;
    if (rtc_session_create(phone->client, RTC_SESSION_TYPE_PC_TO_PC, &options, &handle) < 0 ||
        rtc_session_add_participant(handle, info->uri.ptr, info->uri.len, NULL, 0, NULL, NULL) < 0) {
        complain("referred: %s", rtc_last_error_message());
        rtc_event_report_referral(event, 503);
    } else if (shown(phone)) {
        say("session %u calling %.*s", session_of(&phone->objects, handle)->number, TEXT(info->uri));
    } else {
        session_of(&phone->objects, handle);
    }
    rtc_object_release(handle);
}

static void on_participant(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "idle", "pending", "incoming", "answering", "in progress", "alerting", "connected", "disconnecting", "disconnected" };
    struct session *session = session_of(&phone->objects, info->session);
    if (info->state == RTC_PARTICIPANT_STATE_ALERTING && session->track.now < MARK_ALERTING)
        track_push(&session->track, MARK_ALERTING);
    if (shown(phone))
        say("session %u participant %s%s", session->number, WORD(words, info->state), status_note(info));
}

static void on_media(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "stopped", "started", "failed" };
    if (!shown(phone))
        return;
    say("session %u media %s%s%s%s%s", session_of(&phone->objects, info->session)->number, WORD(words, info->kind),
        info->value[0] & RTC_MEDIA_AUDIO_SEND ? " send" : "", info->value[0] & RTC_MEDIA_AUDIO_RECEIVE ? " receive" : "",
        info->reason == RTC_MEDIA_EVENT_REASON_HOLD ? " (hold)" : "", status_note(info));
}

static void on_subscription(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "unsubscribed", "subscribing", "subscribed", "logged off", "error", "unsubscribing" };
    struct subscription *subscription = subscription_of(&phone->objects, info->subscription);
    track_push(&subscription->track, info->state);
    subscription->status = info->status_code;
    if (info->state == RTC_SUBSCRIPTION_STATE_SUBSCRIBED || info->state == RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED ||
        info->state == RTC_SUBSCRIPTION_STATE_LOGGED_OFF)
        answered(phone, REQUEST_SUBSCRIBE, 0, info->status_code, false);
    else if (info->state == RTC_SUBSCRIPTION_STATE_ERROR)
        answered(phone, REQUEST_SUBSCRIBE, 0, info->status_code, !sip_status(info->status_code));
    if (shown(phone))
        say("subscription %u %s%s%s%.*s", subscription->number, WORD(words, info->state), status_note(info), info->text.len ? " " : "", TEXT(info->text));
}

static void on_notify(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    if (info->answer_within_ms > 0)
        rtc_event_answer(event, 0, NULL); /* now, not when the claim time is over */
    if (!shown(phone))
        return;
    if (info->subscription)
        say("subscription %u notify %.*s", subscription_of(&phone->objects, info->subscription)->number, TEXT(info->text));
    else if (info->session)
        say("session %u notification %.*s", session_of(&phone->objects, info->session)->number, TEXT(info->text));
    else
        say("unsolicited notify %.*s", TEXT(info->text));
    show_message(event);
    show_body(info);
}

static void on_watcher(struct phone *phone, const rtc_event_info_t *info)
{
    static const char *const words[] = { "unknown", "offering", "allowed", "blocked", "denied", "prompted" };
    if (!info->watcher)
        return;
    struct watcher *watcher = watcher_of(&phone->objects, info->watcher);
    if (!watcher->package && info->text.len) {
        struct buffer package = { 0 };
        size_t length = 0;
        while (length < info->text.len && info->text.ptr[length] != ';' && info->text.ptr[length] != ' ')
            length++;
        buffer_add(&package, info->text.ptr, length);
        watcher->package = package.text;
    }
    if (shown(phone))
        say("watcher %u %s %.*s for %.*s%s", watcher->number, info->kind == RTC_WATCHER_EVENT_REMOVE ? "gone" : WORD(words, info->state),
            TEXT(info->uri), TEXT(info->text), status_note(info));
    if (info->kind == RTC_WATCHER_EVENT_OFFERING && phone->options.answer_count) {
        char *document = watcher->package && !strcasecmp(watcher->package, "presence") ? presence_document(phone->options.aor, "open") : NULL;
        rtc_send_t send = { .size = sizeof send };
        if (document) {
            send.content_type = str_of(package_type("presence"));
            send.body = str_of(document);
        }
        if (rtc_watcher_answer(watcher->handle, RTC_WATCHER_STATE_ALLOWED, &send) < 0)
            complain("watcher %u: %s", watcher->number, rtc_last_error_message());
        free(document);
    }
    if (info->flags & RTC_EVENT_FLAG_LAST)
        watcher_forget(&phone->objects, watcher);
}

static void on_message(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    if (info->answer_within_ms > 0)
        rtc_event_answer(event, 0, NULL);
    if (!shown(phone))
        return;
    say("%s from %.*s", info->type == RTC_EVENT_INFO ? "info" : "message", TEXT(info->uri));
    show_body(info);
}

/* A request that neither we nor the library know what to do with: the library answers it. */
static void on_request(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    if (!shown(phone))
        return;
    say("request %.*s from %.*s", TEXT(info->text), TEXT(info->uri));
    show_message(event);
    show_body(info);
}

static void on_response(struct phone *phone, rtc_event_t *event, const rtc_event_info_t *info)
{
    bool lost = info->type == RTC_EVENT_TRANSACTION_FAILED;
    int status = sip_status(info->status_code);
    if (status < 100 || status >= 200)
        answered(phone, REQUEST_TRANSACTION, info->cookie, info->status_code, lost);
    if (!shown(phone))
        return;
    say("%s%s", lost ? "request failed" : "response", status_note(info));
    show_message(event);
    show_body(info);
}

static void on_publication(struct phone *phone, const rtc_event_info_t *info)
{
    answered(phone, REQUEST_PUBLISH, 0, info->status_code, info->status_code < 0 && !sip_status(info->status_code));
    if (shown(phone))
        say("publication %.*s%s", TEXT(info->text), status_note(info));
}

static void take(struct phone *phone, rtc_event_t *event)
{
    rtc_event_info_t info = { .size = sizeof info };
    if (rtc_event_get_info(event, &info) < 0)
        return;
    rtc_str_t json;
    if (phone->options.json && rtc_event_get_text(event, RTC_EVENT_TEXT_JSON, 0, &json) >= 0)
        say("%.*s", TEXT(json));
    if (info.type >= 0 && info.type < EVENT_NAMES)
        phone->seen[info.type]++;
    switch (info.type) {
    case RTC_EVENT_CLIENT:
        on_client(phone, &info);
        break;
    case RTC_EVENT_REGISTRATION_STATE_CHANGE:
        on_registration(phone, &info);
        break;
    case RTC_EVENT_SESSION_STATE_CHANGE:
        on_session(phone, event, &info);
        break;
    case RTC_EVENT_SESSION_OPERATION_COMPLETE:
        on_operation(phone, event, &info);
        break;
    case RTC_EVENT_SESSION_REFER_STATUS:
        on_refer_status(phone, &info);
        break;
    case RTC_EVENT_SESSION_REFERRED:
    case RTC_EVENT_SESSION_CONSULTANT_REFERRED:
        on_referred(phone, event, &info);
        break;
    case RTC_EVENT_PARTICIPANT_STATE_CHANGE:
        on_participant(phone, &info);
        break;
    case RTC_EVENT_MEDIA:
        on_media(phone, &info);
        break;
    case RTC_EVENT_SUBSCRIPTION_STATE_CHANGE:
        on_subscription(phone, &info);
        break;
    case RTC_EVENT_SUBSCRIPTION_NOTIFY:
    case RTC_EVENT_SESSION_NOTIFICATION:
    case RTC_EVENT_UNSOLICITED_NOTIFY:
        on_notify(phone, event, &info);
        break;
    case RTC_EVENT_WATCHER:
        on_watcher(phone, &info);
        break;
    case RTC_EVENT_MESSAGING:
    case RTC_EVENT_INFO:
        on_message(phone, event, &info);
        break;
    case RTC_EVENT_REQUEST:
        on_request(phone, event, &info);
        break;
    case RTC_EVENT_RESPONSE:
    case RTC_EVENT_TRANSACTION_FAILED:
        on_response(phone, event, &info);
        break;
    case RTC_EVENT_PUBLICATION:
        on_publication(phone, &info);
        break;
    default:
        if (shown(phone))
            say("%s %d kind %d state %d%s", event_name(info.type), (int)info.type, (int)info.kind, (int)info.state, status_note(&info));
    }
}

void events_drain(struct phone *phone)
{
    rtc_event_t *event = NULL;
    rtc_result_t result;
    while ((result = rtc_client_next_event(phone->client, 0, &event)) == RTC_OK) {
        take(phone, event);
        rtc_object_release(event);
    }
    if (result == RTC_S_END || result < 0)
        phone->client_ended = true;
}

void answers_due(struct phone *phone)
{
    int64_t now = now_ms();
    for (size_t i = 0; i < phone->objects.session_count; i++) {
        struct session *session = phone->objects.sessions[i];
        if (!session->answer_at || session->answer_at > now)
            continue;
        int code = phone->options.answers[session->answer_step++];
        if (code >= 200)
            session->answer_at = 0;
        else
            plan_answer(phone, session);
        /* The caller may have given up in this very moment; that is no mistake of the script. */
        if (rtc_session_answer(session->handle, code, NULL) < 0) {
            session->answer_at = 0;
            if (shown(phone))
                say("session %u could not be answered with %d: %s", session->number, code, rtc_last_error_message());
        }
    }
}

int64_t answers_next(const struct phone *phone)
{
    int64_t next = 0;
    for (size_t i = 0; i < phone->objects.session_count; i++) {
        int64_t at = phone->objects.sessions[i]->answer_at;
        if (at && (!next || at < next))
            next = at;
    }
    return next;
}
