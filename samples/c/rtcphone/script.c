/*
 * Text into commands, and the two commands that make a script stand still.
 *
 * Grammar: words are separated by blanks; '...' is literal; "..." knows \" \\ \n \r \t; outside quotes a backslash
 * takes the next character as it is. A line end separates commands, and so does ';' when a blank, the end of the
 * input or the name of a command follows it, so that URI parameters (sip:bob@host;transport=tcp) need no quotes.
 * '#' at the start of a word makes the rest of its line a comment.
 *
 * The rule of `wait`: an event that came before it still satisfies it. States are looked up in the log of their
 * object (objects.c); named events are counted as they come, and each `wait NAME` uses one up. A wait whose object
 * can no longer get there (the call has ended, the registration was refused) fails at once with that reason.
 */
#define _POSIX_C_SOURCE 200809L
#include "phone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WAIT_SECONDS 30

static void command_free(struct command *command)
{
    for (int i = 0; i < command->argc; i++)
        free(command->argv[i]);
    free(command->argv);
    *command = (struct command){ 0 };
}

static void command_add_word(struct command *command, struct buffer *word)
{
    command->argv = must_allocate(command->argv, (size_t)(command->argc + 2) * sizeof *command->argv);
    command->argv[command->argc++] = must_copy(word->text ? word->text : "");
    command->argv[command->argc] = NULL;
    buffer_clear(word);
}

/* Does this ';' (at text[at]) end a command, or belong to a URI? */
static bool separates(const char *text, size_t length, size_t at)
{
    if (at + 1 >= length || isspace((unsigned char)text[at + 1]) || text[at + 1] == ';')
        return true;
    size_t end = at + 1;
    while (end < length && (isalpha((unsigned char)text[end])))
        end++;
    return (end == length || isspace((unsigned char)text[end]) || text[end] == ';') && is_command(text + at + 1, end - at - 1);
}

enum cut { CUT_COMMAND, CUT_NOTHING, CUT_BROKEN };

/* Takes the next command off the pending input. CUT_NOTHING: none, or not whole yet. */
static enum cut cut_command(struct phone *phone, struct command *command)
{
    const char *text = phone->pending.text;
    size_t length = phone->pending.length, at = phone->pending_at;
    struct buffer word = { 0 };
    bool in_word = false, ended = false;
    char quote = 0;
    *command = (struct command){ 0 };
    for (; at < length && !ended; at++) {
        char c = text[at];
        if (quote) {
            if (c == quote) {
                quote = 0;
            } else if (quote == '"' && c == '\\' && at + 1 < length) {
                char next = text[++at];
                char meant = next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
                buffer_add(&word, &meant, 1);
            } else {
                buffer_add(&word, &c, 1);
            }
        } else if (c == '\n' || (c == ';' && separates(text, length, at))) {
            if (in_word)
                command_add_word(command, &word);
            in_word = false;
            ended = command->argc > 0;
        } else if (isspace((unsigned char)c)) {
            if (in_word)
                command_add_word(command, &word);
            in_word = false;
        } else if (c == '#' && !in_word) {
            while (at + 1 < length && text[at + 1] != '\n')
                at++;
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else {
            if (c == '\\' && at + 1 < length)
                c = text[++at];
            buffer_add(&word, &c, 1);
            in_word = true;
        }
    }
    if (!ended && phone->input_ended && !quote) {
        if (in_word)
            command_add_word(command, &word);
        ended = command->argc > 0;
        phone->pending_at = length;
    }
    buffer_free(&word);
    if (ended) {
        phone->pending_at = at;
        return CUT_COMMAND;
    }
    command_free(command);
    return quote && phone->input_ended ? CUT_BROKEN : CUT_NOTHING;
}

bool script_blocked(const struct phone *phone)
{
    return phone->waiting.argc > 0;
}

void script_fail(struct phone *phone)
{
    phone->failed = true;
    if (!phone->interactive) /* a person goes on after a mistake, a script does not */
        phone->quit = true;
}

enum verdict { PENDING, HELD, FAILED };

static const char *reason_of(rtc_result_t status)
{
    return status == RTC_OK ? "normally" : result_words(status);
}

static int session_mark(const char *word)
{
    static const struct {
        const char *word;
        int mark;
    } marks[] = { { "incoming", MARK_INCOMING },   { "answering", MARK_ANSWERING }, { "inprogress", MARK_INPROGRESS }, { "alerting", MARK_ALERTING },
                  { "connected", MARK_CONNECTED }, { "hold", MARK_HOLD },           { "refer", MARK_REFER },           { "disconnected", MARK_DISCONNECTED } };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (same_text(word, marks[i].word))
            return marks[i].mark;
    return MARK_NONE;
}

static enum verdict wait_session(struct phone *phone, int mark, const char *word)
{
    struct objects *objects = &phone->objects;
    if (mark == MARK_INCOMING) {
        for (size_t i = 0; i < objects->session_count; i++) {
            struct session *session = objects->sessions[i];
            if (session->incoming && track_take(&session->track, mark)) {
                objects->current = session;
                return HELD;
            }
        }
        return PENDING;
    }
    struct session *session = session_current(objects);
    if (!session)
        return PENDING;
    if (track_take(&session->track, mark))
        return HELD;
    if (session_ended(session)) {
        complain("wait %s: session %u ended: %s", word, session->number, reason_of(session->end_status));
        return FAILED;
    }
    if (session->operation_status < 0 && (mark == MARK_HOLD || mark == MARK_CONNECTED)) {
        complain("wait %s: session %u: %s", word, session->number, result_words(session->operation_status));
        return FAILED;
    }
    return PENDING;
}

static int registration_mark(const char *word)
{
    static const struct {
        const char *word;
        int state;
    } states[] = {
        { "unregistered", RTC_REGISTRATION_STATE_NOT_REGISTERED }, { "not-registered", RTC_REGISTRATION_STATE_NOT_REGISTERED },
        { "registering", RTC_REGISTRATION_STATE_REGISTERING },     { "registered", RTC_REGISTRATION_STATE_REGISTERED },
        { "rejected", RTC_REGISTRATION_STATE_REJECTED },           { "unregistering", RTC_REGISTRATION_STATE_UNREGISTERING },
        { "error", RTC_REGISTRATION_STATE_ERROR },                 { "logged-off", RTC_REGISTRATION_STATE_LOGGED_OFF },
    };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (same_text(word, states[i].word))
            return states[i].state;
    return -1;
}

static enum verdict wait_registration(struct phone *phone, int state, const char *word)
{
    if (track_take(&phone->registration, state))
        return HELD;
    int now = phone->registration.now;
    if (state != now && (now == RTC_REGISTRATION_STATE_REJECTED || now == RTC_REGISTRATION_STATE_ERROR)) {
        complain("wait %s: registration failed: %s", word, reason_of(phone->registration_status));
        return FAILED;
    }
    return PENDING;
}

static int subscription_mark(const char *word)
{
    static const struct {
        const char *word;
        int state;
    } states[] = {
        { "unsubscribed", RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED }, { "subscribing", RTC_SUBSCRIPTION_STATE_SUBSCRIBING },
        { "subscribed", RTC_SUBSCRIPTION_STATE_SUBSCRIBED },       { "unsubscribing", RTC_SUBSCRIPTION_STATE_UNSUBSCRIBING },
        { "subscription-error", RTC_SUBSCRIPTION_STATE_ERROR },
    };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (same_text(word, states[i].word))
            return states[i].state;
    return -1;
}

static enum verdict wait_subscription(struct phone *phone, int state, const char *word)
{
    struct subscription *subscription = subscription_current(&phone->objects);
    if (!subscription) {
        complain("wait %s: there is no subscription", word);
        return FAILED;
    }
    if (track_take(&subscription->track, state))
        return HELD;
    /* "Logged off" is the same end, told by the other side. */
    if (state == RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED && track_take(&subscription->track, RTC_SUBSCRIPTION_STATE_LOGGED_OFF))
        return HELD;
    int now = subscription->track.now;
    bool over = now == RTC_SUBSCRIPTION_STATE_ERROR || now == RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED || now == RTC_SUBSCRIPTION_STATE_LOGGED_OFF;
    if (over && state != now) {
        complain("wait %s: subscription %u ended: %s", word, subscription->number, reason_of(subscription->status));
        return FAILED;
    }
    return PENDING;
}

/* "response", "200", "4xx" */
static bool response_word(const char *word, int *status, int *class)
{
    *status = *class = 0;
    if (same_text(word, "response"))
        return true;
    if (strlen(word) != 3 || word[0] < '2' || word[0] > '6')
        return false;
    if (isdigit((unsigned char)word[1]) && isdigit((unsigned char)word[2])) {
        *status = atoi(word);
        return true;
    }
    *class = word[0] - '0';
    return tolower((unsigned char)word[1]) == 'x' && tolower((unsigned char)word[2]) == 'x';
}

static enum verdict wait_response(struct phone *phone, const char *word, int wanted, int class)
{
    const struct request *request = &phone->request;
    if (request->kind == REQUEST_NONE) {
        complain("wait %s: no request was sent", word);
        return FAILED;
    }
    if (!request->answered)
        return PENDING;
    int status = request->status == RTC_OK ? 200 : sip_status(request->status);
    if (request->lost || !status || (wanted && status != wanted) || (class && status / 100 != class)) {
        complain("wait %s: %s", word, request->status == RTC_OK ? "200 OK" : result_words(request->status));
        return FAILED;
    }
    return HELD;
}

/* Short names of events, beside the full ones. */
static const struct {
    const char *word;
    int types[3];
} short_names[] = {
    { "notify", { RTC_EVENT_SUBSCRIPTION_NOTIFY, RTC_EVENT_UNSOLICITED_NOTIFY, -1 } },
    { "notification", { RTC_EVENT_SESSION_NOTIFICATION, -1, -1 } },
    { "message", { RTC_EVENT_MESSAGING, -1, -1 } },
};

static enum verdict use_up(struct phone *phone, int type)
{
    if (type < 0 || type >= EVENT_NAMES || !phone->seen[type])
        return PENDING;
    phone->seen[type]--;
    return HELD;
}

static enum verdict wait_event(struct phone *phone, const char *word)
{
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++) {
        if (!same_text(word, short_names[i].word))
            continue;
        for (size_t k = 0; k < 3; k++)
            if (use_up(phone, short_names[i].types[k]) == HELD)
                return HELD;
        return PENDING;
    }
    return use_up(phone, event_number(word));
}

static bool known_wait(const char *word)
{
    int status, class;
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        if (same_text(word, short_names[i].word))
            return true;
    return session_mark(word) != MARK_NONE || registration_mark(word) >= 0 || subscription_mark(word) >= 0 ||
           response_word(word, &status, &class) || event_number(word) >= 0;
}

static enum verdict wait_verdict(struct phone *phone, const char *word)
{
    int mark, status, class;
    if ((mark = session_mark(word)) != MARK_NONE)
        return wait_session(phone, mark, word);
    if ((mark = registration_mark(word)) >= 0)
        return wait_registration(phone, mark, word);
    if ((mark = subscription_mark(word)) >= 0)
        return wait_subscription(phone, mark, word);
    if (response_word(word, &status, &class))
        return wait_response(phone, word, status, class);
    return wait_event(phone, word);
}

/* Begins a wait or sleep. False: it is not well formed. */
static bool stand_still(struct phone *phone, struct command *command)
{
    long number = DEFAULT_WAIT_SECONDS;
    if (!strcmp(command->argv[0], "sleep")) {
        if (command->argc != 2 || !parse_number(command->argv[1], 0, INT32_MAX, &number)) {
            complain("sleep wants milliseconds");
            return false;
        }
        phone->waiting_until = now_ms() + number;
    } else {
        if (command->argc < 2 || command->argc > 3 || !known_wait(command->argv[1])) {
            complain("wait: %s is no state and no event (see --help)", command->argc > 1 ? command->argv[1] : "nothing");
            return false;
        }
        if (command->argc == 3 && !parse_number(command->argv[2], 0, 86400 * 365L, &number)) {
            complain("wait %s: %s is not a number of seconds", command->argv[1], command->argv[2]);
            return false;
        }
        phone->waiting_until = now_ms() + (int64_t)number * 1000;
    }
    phone->waiting = *command;
    *command = (struct command){ 0 };
    return true;
}

/* Is the wait or sleep over? */
static void look_up(struct phone *phone)
{
    bool late = now_ms() >= phone->waiting_until;
    enum verdict verdict;
    if (!strcmp(phone->waiting.argv[0], "sleep")) {
        verdict = late ? HELD : PENDING;
    } else {
        verdict = wait_verdict(phone, phone->waiting.argv[1]);
        if (verdict == PENDING && late) {
            complain("wait %s: it did not come in time", phone->waiting.argv[1]);
            verdict = FAILED;
        }
    }
    if (verdict == PENDING)
        return;
    command_free(&phone->waiting);
    if (verdict == FAILED)
        script_fail(phone);
}

void script_step(struct phone *phone)
{
    while (!phone->quit) {
        if (script_blocked(phone)) {
            look_up(phone);
            if (script_blocked(phone))
                break;
            continue;
        }
        struct command command;
        enum cut cut = cut_command(phone, &command);
        if (cut == CUT_BROKEN) {
            complain("a quote is not closed");
            phone->failed = phone->quit = true;
        }
        if (cut != CUT_COMMAND)
            break;
        const char *verb = command.argv[0];
        bool good = !strcmp(verb, "wait") || !strcmp(verb, "sleep") ? stand_still(phone, &command) : command_run(phone, &command);
        command_free(&command);
        if (!good)
            script_fail(phone);
    }
    if (phone->quit && script_blocked(phone)) {
        /* A signal or --duration came first: a sleep was only time, a wait has not held. */
        if (!strcmp(phone->waiting.argv[0], "wait") && !phone->failed) {
            complain("wait %s: interrupted", phone->waiting.argv[1]);
            phone->failed = true;
        }
        command_free(&phone->waiting);
    }
    /* What was read is forgotten, so that a long session does not grow. */
    if (phone->pending_at == phone->pending.length) {
        buffer_clear(&phone->pending);
        phone->pending_at = 0;
    } else if (phone->pending_at > 4096) {
        memmove(phone->pending.text, phone->pending.text + phone->pending_at, phone->pending.length - phone->pending_at + 1);
        phone->pending.length -= phone->pending_at;
        phone->pending_at = 0;
    }
}
