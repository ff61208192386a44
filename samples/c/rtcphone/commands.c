/* One function for each command of rtcphone; `wait`, `sleep` are in script.c. */
#define _POSIX_C_SOURCE 200809L
#include "phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Says what the library said; true when the call went well. */
static bool good(rtc_result_t result, const char *verb)
{
    if (result < 0)
        complain("%s: %s: %s", verb, rtc_result_name(result), rtc_last_error_message());
    return result >= 0;
}

static rtc_send_t send_of(struct phone *phone, enum request_kind kind)
{
    phone->request = (struct request){ .kind = kind, .cookie = ++phone->last_cookie };
    return (rtc_send_t){ .size = sizeof(rtc_send_t), .cookie = phone->last_cookie };
}

const char *package_type(const char *package)
{
    static const char *const types[][2] = {
        { "presence", "application/pidf+xml" },           { "presence.winfo", "application/watcherinfo+xml" },
        { "dialog", "application/dialog-info+xml" },      { "message-summary", "application/simple-message-summary" },
        { "conference", "application/conference-info+xml" }, { "reg", "application/reginfo+xml" },
        { "refer", "message/sipfrag" },                   { "kpml", "application/kpml-response+xml" },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcasecmp(package, types[i][0]))
            return types[i][1];
    return "text/plain";
}

char *presence_document(const char *aor, const char *word)
{
    /* Rich states (RFC 4480): reachable, and busy with something. */
    static const char *const activities[] = { "away", "busy", "meal", "meeting", "on-the-phone", "sleeping", "travel", "vacation", "working" };
    const char *activity = NULL;
    for (size_t i = 0; i < sizeof activities / sizeof *activities; i++)
        if (!strcmp(word, activities[i]))
            activity = word;
    if (!activity && strcmp(word, "open") && strcmp(word, "closed"))
        return NULL;
    const char *entity = aor && !strpbrk(aor, "<>&\"'") ? aor : "sip:anonymous@anonymous.invalid";
    if (!strncmp(entity, "sip:", 4))
        entity += 4;
    const char *format = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\""
                         " xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\" entity=\"pres:%s\">"
                         "<tuple id=\"phone\"><status><basic>%s</basic></status></tuple>%s%s%s</presence>";
    static const char before[] = "<dm:person id=\"me\"><rpid:activities><rpid:", after[] = "/></rpid:activities></dm:person>";
    size_t size = strlen(format) + strlen(entity) + strlen(word) + sizeof before + sizeof after;
    char *document = must_allocate(NULL, size);
    snprintf(document, size, format, entity, activity ? "open" : word, activity ? before : "", activity ? activity : "", activity ? after : "");
    return document;
}

/* A body as the user may give it: text, @FILE, or a short word for a presence document. */
static bool body_of(struct phone *phone, const char *package, const char *word, struct buffer *body)
{
    if (word[0] == '@') {
        if (read_file(word + 1, body))
            return true;
        complain("%s: cannot be read", word + 1);
        return false;
    }
    char *document = package && !strcasecmp(package, "presence") ? presence_document(phone->options.aor, word) : NULL;
    buffer_add_text(body, document ? document : word);
    free(document);
    return true;
}

bool headers_apply(struct phone *phone, struct session *session)
{
    const struct buffer *lines = &phone->headers;
    return good(rtc_session_set_additional_header_values(session->handle, lines->length ? lines->text : NULL, lines->length, 0), "header");
}

/* Packages that an Allow-Events line promises must also be taken when they come, inside the calls. */
static bool allow_packages(struct phone *phone, const char *line)
{
    const char *colon = strchr(line, ':');
    size_t name = colon ? (size_t)(colon - line) : 0;
    while (name && (line[name - 1] == ' ' || line[name - 1] == '\t'))
        name--;
    if (!((name == 12 && !strncasecmp(line, "Allow-Events", 12)) || (name == 1 && (line[0] == 'u' || line[0] == 'U'))))
        return true;
    for (const char *at = colon + 1; *at;) {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, " \t,");
        if (length && !good(rtc_client_allow_dialog_notifications(phone->client, NULL, at, length, 1), "header"))
            return false;
        at += length;
    }
    return true;
}

bool header_add(struct phone *phone, const char *line)
{
    struct buffer *lines = &phone->headers;
    size_t before = lines->length;
    buffer_add_text(lines, line);
    buffer_add_text(lines, "\r\n");
    bool held = true;
    for (size_t i = 0; held && i < phone->objects.session_count; i++)
        if (!session_ended(phone->objects.sessions[i]))
            held = headers_apply(phone, phone->objects.sessions[i]);
    /* The client's own lines go on every session that is still to come, incoming ones from their first answer on. */
    held = held && good(rtc_sip_object_set_additional_header_values(phone->client, lines->text, lines->length, 0), "header");
    held = held && allow_packages(phone, line);
    if (!held) {
        lines->length = before;
        lines->text[before] = '\0';
    }
    return held;
}

static bool header_clear(struct phone *phone)
{
    buffer_clear(&phone->headers);
    bool held = good(rtc_sip_object_set_additional_header_values(phone->client, NULL, 0, 0), "header");
    for (size_t i = 0; i < phone->objects.session_count; i++)
        if (!session_ended(phone->objects.sessions[i]))
            held = headers_apply(phone, phone->objects.sessions[i]) && held;
    return held;
}

static struct session *live_session(struct phone *phone, const char *verb)
{
    struct session *session = session_current(&phone->objects);
    if (session && !session_ended(session))
        return session;
    complain("%s: %s", verb, session ? "the call has ended" : "there is no call");
    return NULL;
}

static bool do_call(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    rtc_session_options_t options = { .size = sizeof options, .profile = phone->profile };
    rtc_session_t *handle = NULL;
    if (!good(rtc_session_create(phone->client, RTC_SESSION_TYPE_PC_TO_PC, &options, &handle), "call"))
        return false;
    struct session *session = session_of(&phone->objects, handle);
    rtc_object_release(handle); /* the table holds its own reference */
    rtc_send_t send = send_of(phone, REQUEST_SESSION);
    session->operation_cookie = send.cookie;
    phone->objects.current = session;
    bool held = (!phone->headers.length || headers_apply(phone, session)) &&
                good(rtc_session_add_participant(session->handle, argv[1], RTC_NUL_TERMINATED, NULL, 0, &send, NULL), "call");
    if (!held)
        track_push(&session->track, MARK_DISCONNECTED);
    else if (!phone->options.quiet && !phone->options.json)
        say("session %u calling %s", session->number, argv[1]);
    return held;
}

static bool answer_with(struct phone *phone, const char *verb, long code)
{
    struct session *session = session_incoming(&phone->objects);
    if (!session) {
        complain("%s: no call is waiting for an answer", verb);
        return false;
    }
    session->answer_at = 0; /* the user was faster than --answer */
    phone->objects.current = session;
    return good(rtc_session_answer(session->handle, (int32_t)code, NULL), verb);
}

static bool do_answer(struct phone *phone, int argc, char **argv)
{
    long code = 200;
    if (argc > 1 && !parse_number(argv[1], 101, 699, &code)) {
        complain("answer: %s is no status code", argv[1]);
        return false;
    }
    return answer_with(phone, "answer", code);
}

static bool do_reject(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    long code;
    if (!parse_number(argv[1], 300, 699, &code)) {
        complain("reject: %s is no status code from 300 to 699", argv[1]);
        return false;
    }
    return answer_with(phone, "reject", code);
}

static bool do_hangup(struct phone *phone, int argc, char **argv)
{
    (void)argc, (void)argv;
    struct session *session = live_session(phone, "hangup");
    if (!session)
        return false;
    session->answer_at = 0;
    return good(rtc_session_terminate(session->handle, RTC_TERMINATE_REASON_NORMAL, NULL), "hangup");
}

/* hold, unhold, reinvite and update: an offer of our own in the call. */
static bool offer_again(struct phone *phone, const char *verb)
{
    struct session *session = live_session(phone, verb);
    if (!session)
        return false;
    rtc_send_t send = send_of(phone, REQUEST_SESSION);
    session->operation_cookie = send.cookie;
    session->operation_status = RTC_OK;
    track_restart(&session->track);
    rtc_result_t result;
    if (!strcmp(verb, "reinvite") || !strcmp(verb, "update"))
        result = rtc_session_reinvite(session->handle, *verb == 'u' ? RTC_REINVITE_UPDATE : 0, &send);
    else
        result = rtc_session_hold(session->handle, !strcmp(verb, "hold"), &send);
    if (result == RTC_FALSE) { /* held already, or not held: nothing was sent */
        phone->request.answered = true;
        phone->request.status = RTC_OK;
    }
    return good(result, verb);
}

static bool do_offer(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    return offer_again(phone, argv[0]);
}

/* refer URI sends the peer there; transfer N sends it to the peer of session N, in that call's place. */
static bool do_refer(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    struct session *session = live_session(phone, argv[0]), *consult = NULL;
    if (!session)
        return false;
    if (*argv[0] == 't') {
        long number;
        if (parse_number(argv[1], 1, INT32_MAX, &number))
            consult = session_numbered(&phone->objects, (unsigned)number);
        if (!consult || consult == session) {
            complain("transfer: there is no other session %s", argv[1]);
            return false;
        }
    }
    rtc_send_t send = send_of(phone, REQUEST_SESSION);
    session->operation_cookie = send.cookie;
    session->operation_status = RTC_OK;
    track_restart(&session->track);
    return good(rtc_session_refer(session->handle, consult ? NULL : argv[1], consult ? 0 : RTC_NUL_TERMINATED, consult ? consult->handle : NULL, &send), argv[0]);
}

static bool do_info(struct phone *phone, int argc, char **argv)
{
    struct session *session = live_session(phone, "info");
    struct buffer body = { 0 };
    if (session && argc == 2) {
        complain("info: a body needs both its type and its text");
        return false;
    }
    if (!session || (argc > 2 && !body_of(phone, NULL, argv[2], &body)))
        return false;
    rtc_send_t send = send_of(phone, REQUEST_SESSION);
    if (argc > 2) {
        send.content_type = str_of(argv[1]);
        send.body = (rtc_str_t){ body.text, body.length };
    }
    bool held = good(rtc_session_send(session->handle, RTC_STR("INFO"), &send), "info");
    buffer_free(&body);
    return held;
}

static bool do_typing(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    struct session *session = live_session(phone, "typing");
    if (!session)
        return false;
    int32_t status = strcmp(argv[1], "off") ? RTC_MESSAGING_USER_STATUS_TYPING : RTC_MESSAGING_USER_STATUS_IDLE;
    rtc_send_t send = send_of(phone, REQUEST_SESSION);
    return good(rtc_session_send_status(session->handle, status, &send), "typing");
}

static bool request(struct phone *phone, const char *method, const char *uri, const char *type, const char *text, bool raw)
{
    struct buffer body = { 0 };
    if (text && raw)
        buffer_add_text(&body, text);
    else if (text && !body_of(phone, NULL, text, &body))
        return false;
    rtc_send_t send = send_of(phone, REQUEST_TRANSACTION);
    if (text) {
        send.content_type = str_of(type);
        send.body = (rtc_str_t){ body.text, body.length };
    }
    bool held = good(rtc_request_send(phone->profile, method, RTC_NUL_TERMINATED, uri, RTC_NUL_TERMINATED, &send, NULL), method);
    buffer_free(&body);
    return held;
}

static bool do_message(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    return request(phone, "MESSAGE", argv[1], "text/plain", argv[2], true);
}

static bool do_options(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    return request(phone, "OPTIONS", argv[1], NULL, NULL, false);
}

static bool do_request(struct phone *phone, int argc, char **argv)
{
    if (argc == 4) {
        complain("request: a body needs both its type and its text");
        return false;
    }
    return request(phone, argv[1], argv[2], argc > 4 ? argv[3] : NULL, argc > 4 ? argv[4] : NULL, false);
}

static bool do_subscribe(struct phone *phone, int argc, char **argv)
{
    rtc_subscription_options_t options = { .size = sizeof options, .profile = phone->profile, .uri = str_of(argv[2]), .event = str_of(argv[1]),
                                           .accept = str_of(argc > 3 ? argv[3] : NULL) };
    rtc_subscription_t *handle = NULL;
    if (!good(rtc_subscription_create(phone->client, &options, &handle), "subscribe"))
        return false;
    struct subscription *subscription = subscription_of(&phone->objects, handle);
    rtc_object_release(handle);
    subscription->package = must_copy(argv[1]);
    subscription->track.now = RTC_SUBSCRIPTION_STATE_SUBSCRIBING;
    rtc_send_t send = send_of(phone, REQUEST_SUBSCRIBE);
    return good(rtc_subscription_subscribe(subscription->handle, &send), "subscribe");
}

static bool do_unsubscribe(struct phone *phone, int argc, char **argv)
{
    (void)argc, (void)argv;
    struct subscription *subscription = subscription_current(&phone->objects);
    if (!subscription) {
        complain("unsubscribe: there is no subscription");
        return false;
    }
    track_restart(&subscription->track);
    rtc_send_t send = send_of(phone, REQUEST_SUBSCRIBE);
    return good(rtc_subscription_unsubscribe(subscription->handle, &send), "unsubscribe");
}

static bool do_notify(struct phone *phone, int argc, char **argv)
{
    struct watcher *watcher = watcher_current(&phone->objects);
    if (!watcher) {
        complain("notify: nobody has subscribed");
        return false;
    }
    const char *package = watcher->package ? watcher->package : "";
    struct buffer body = { 0 };
    if (argc > 2 && !body_of(phone, package, argv[2], &body))
        return false;
    rtc_send_t send = { .size = sizeof send };
    if (argc > 2) {
        send.content_type = str_of(package_type(package));
        send.body = (rtc_str_t){ body.text, body.length };
    }
    /* The first one also answers the SUBSCRIBE: active and pending accept it, terminated refuses. */
    bool held = good(rtc_watcher_notify(watcher->handle, argv[1], RTC_NUL_TERMINATED, &send), "notify");
    buffer_free(&body);
    return held;
}

static bool do_publish(struct phone *phone, int argc, char **argv)
{
    struct buffer body = { 0 };
    if (argc > 2 && !body_of(phone, argv[1], argv[2], &body))
        return false;
    rtc_send_t send = send_of(phone, REQUEST_PUBLISH);
    if (argc > 2) {
        send.content_type = str_of(package_type(argv[1]));
        send.body = (rtc_str_t){ body.text, body.length };
    } else {
        send.flags = RTC_SEND_END;
    }
    bool held = good(rtc_profile_publish(phone->profile, argv[1], RTC_NUL_TERMINATED, &send), "publish");
    buffer_free(&body);
    return held;
}

static bool do_register(struct phone *phone, int argc, char **argv)
{
    (void)argc, (void)argv;
    if (!phone->options.aor && !phone->options.registrar) {
        complain("register: --aor or --registrar is missing");
        return false;
    }
    phone->request = (struct request){ .kind = REQUEST_REGISTER };
    track_restart(&phone->registration);
    phone->registration.now = RTC_REGISTRATION_STATE_REGISTERING;
    return good(rtc_profile_enable(phone->profile, RTC_REGISTER_ALL, 0), "register");
}

static bool do_unregister(struct phone *phone, int argc, char **argv)
{
    (void)argc, (void)argv;
    phone->request = (struct request){ .kind = REQUEST_REGISTER };
    track_restart(&phone->registration);
    phone->registration.now = RTC_REGISTRATION_STATE_UNREGISTERING; /* an earlier failure is not the result of this */
    rtc_result_t result = rtc_profile_disable(phone->profile);
    if (result == RTC_FALSE) { /* it was not registered */
        phone->request.answered = true;
        phone->registration.now = RTC_REGISTRATION_STATE_NOT_REGISTERED;
    }
    return good(result, "unregister");
}

static bool do_header(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    return strcmp(argv[1], "clear") ? header_add(phone, argv[1]) : header_clear(phone);
}

static bool do_session(struct phone *phone, int argc, char **argv)
{
    (void)argc;
    long number;
    struct session *session = parse_number(argv[1], 1, INT32_MAX, &number) ? session_numbered(&phone->objects, (unsigned)number) : NULL;
    if (!session) {
        complain("session: there is no session %s", argv[1]);
        return false;
    }
    phone->objects.current = session;
    return true;
}

static bool do_quit(struct phone *phone, int argc, char **argv)
{
    (void)argc, (void)argv;
    phone->quit = true;
    return true;
}

static bool do_refuse(struct phone *phone, int argc, char **argv)
{
    (void)phone, (void)argc;
    complain("%s: this version does not have voice", argv[0]);
    return false;
}

static const struct {
    const char *name;
    int least, most; /* words after the name */
    bool (*run)(struct phone *phone, int argc, char **argv);
    const char *form;
} commands[] = {
    { "call", 1, 1, do_call, "URI" },
    { "answer", 0, 1, do_answer, "[CODE]" },
    { "reject", 1, 1, do_reject, "CODE" },
    { "hangup", 0, 0, do_hangup, "" },
    { "hold", 0, 0, do_offer, "" },
    { "unhold", 0, 0, do_offer, "" },
    { "reinvite", 0, 0, do_offer, "" },
    { "update", 0, 0, do_offer, "" },
    { "refer", 1, 1, do_refer, "URI" },
    { "transfer", 1, 1, do_refer, "N" },
    { "dtmf", 0, 9, do_refuse, "DIGITS" },
    { "info", 0, 2, do_info, "TYPE BODY" },
    { "message", 2, 2, do_message, "URI TEXT" },
    { "typing", 1, 1, do_typing, "on|off" },
    { "subscribe", 2, 3, do_subscribe, "EVENT URI [ACCEPT]" },
    { "unsubscribe", 0, 0, do_unsubscribe, "" },
    { "notify", 1, 2, do_notify, "STATE [BODY]" },
    { "publish", 1, 2, do_publish, "EVENT [BODY]" },
    { "options", 1, 1, do_options, "URI" },
    { "request", 2, 4, do_request, "METHOD URI [TYPE BODY]" },
    { "register", 0, 0, do_register, "" },
    { "unregister", 0, 0, do_unregister, "" },
    { "header", 1, 1, do_header, "'Name: value' | clear" },
    { "session", 1, 1, do_session, "N" },
    { "wait", 1, 2, NULL, "WHAT [SECONDS]" },
    { "sleep", 1, 1, NULL, "MS" },
    { "quit", 0, 0, do_quit, "" },
};

bool is_command(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strlen(commands[i].name) == length && !memcmp(commands[i].name, word, length))
            return true;
    return false;
}

bool command_run(struct phone *phone, const struct command *command)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(command->argv[0], commands[i].name) || !commands[i].run)
            continue;
        if (command->argc - 1 < commands[i].least || command->argc - 1 > commands[i].most) {
            complain("%s: the form is: %s %s", command->argv[0], command->argv[0], commands[i].form);
            return false;
        }
        return commands[i].run(phone, command->argc, command->argv);
    }
    complain("%s: there is no such command", command->argv[0]);
    return false;
}
