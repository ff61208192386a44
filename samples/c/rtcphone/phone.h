/*
 * rtcphone: what its files share.
 *
 *   main.c      start, the one loop, the way out
 *   options.c   the command line
 *   script.c    text into commands, quoting, `wait` and `sleep`
 *   commands.c  one function for each command
 *   events.c    one function for each event: show it, remember it, answer it
 *   objects.c   the sessions, subscriptions and watchers that the phone knows, by number
 *   text.c      strings, time, output
 *
 * The phone is one thread in pull mode: it sleeps in poll() on the client's event descriptor, standard input
 * and a pipe that the signal handler writes to. It uses nothing but <rtcclient.h>, libc and POSIX.
 */
#ifndef RTCPHONE_PHONE_H
#define RTCPHONE_PHONE_H

#include <rtcclient.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_LIST 32 /* of each repeatable option, and answer codes */
#define TRACK_LENGTH 32 /* states kept for a `wait` that comes later */
#define MAX_ENDED 64 /* finished sessions that stay choosable */

/* ---- text.c ---- */

/* A growing string; `text` is NULL until something is added and always ends with a NUL. */
struct buffer {
    char *text;
    size_t length, capacity;
};

void buffer_add(struct buffer *buffer, const char *text, size_t length);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);
void *must_allocate(void *old, size_t size); /* realloc that ends the program when memory is out */
char *must_copy(const char *text);
bool same_text(const char *a, const char *b); /* ASCII letters without case, '-' equal to '_' */
bool parse_number(const char *text, long least, long most, long *value);
bool read_file(const char *path, struct buffer *into);
rtc_str_t str_of(const char *text); /* NULL becomes "not given" */
int64_t now_ms(void);
const char *result_words(rtc_result_t result); /* for people; valid until the next call */
int sip_status(rtc_result_t result); /* 0 when the result is not a SIP status */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_text(const char *indent, rtc_str_t text); /* a peer's text: one line each, control characters as '.' */

/* ---- options.c ---- */

struct bind {
    uint32_t transport;
    char address[64];
    uint16_t port;
};

struct options {
    struct bind binds[MAX_LIST];
    size_t bind_count;
    const char *aor, *registrar, *user, *password;
    const char *proxies[MAX_LIST];
    size_t proxy_count;
    const char *headers[MAX_LIST];
    size_t header_count;
    int answers[MAX_LIST];
    size_t answer_count;
    long answer_delay_ms, expires, duration, session_expires, min_se;
    int32_t reliable;
    const char *exec, *trace, *pcap, *instance, *ca, *cert, *key;
    uint32_t profile_flags; /* RTC_PROFILE_... */
    bool json, quiet, no_media;
};

/* -1: go on; else the status to exit with. */
int options_parse(struct options *options, int argc, char **argv);

/* ---- objects.c ---- */

/* What a session, registration or subscription has gone through, as far as no `wait` has used it up. */
struct track {
    unsigned char log[TRACK_LENGTH];
    size_t length, cursor;
    int now; /* the mark it stands at */
};

void track_push(struct track *track, int mark);
void track_restart(struct track *track); /* a command was given: what is older is not its result */
bool track_take(struct track *track, int mark); /* `mark` was reached since the last taken one, or is the present one */
bool track_spent(const struct track *track);

enum { MARK_NONE, MARK_INCOMING, MARK_ANSWERING, MARK_INPROGRESS, MARK_ALERTING, MARK_CONNECTED, MARK_HOLD, MARK_REFER, MARK_DISCONNECTED };

struct session {
    rtc_session_t *handle;
    unsigned number;
    bool incoming;
    struct track track;
    rtc_result_t end_status; /* why it ended */
    rtc_result_t operation_status; /* of the last hold, unhold or reinvite; a failure fails the wait for it */
    int64_t operation_cookie;
    size_t answer_step; /* next of options.answers */
    int64_t answer_at; /* when to send it; 0: nothing to send */
};

struct subscription {
    rtc_subscription_t *handle;
    unsigned number;
    struct track track;
    rtc_result_t status;
    char *package;
};

struct watcher {
    rtc_watcher_t *handle;
    unsigned number;
    char *package;
};

struct objects {
    struct session **sessions;
    struct subscription **subscriptions;
    struct watcher **watchers;
    size_t session_count, subscription_count, watcher_count;
    unsigned last_session, last_subscription, last_watcher;
    struct session *current;
};

struct session *session_of(struct objects *objects, rtc_session_t *handle); /* makes one, with a reference, when it is new */
struct session *session_numbered(struct objects *objects, unsigned number);
struct session *session_current(struct objects *objects); /* moves on from one that is over and used up */
struct session *session_incoming(struct objects *objects); /* the current one if it rings, else the first that does */
bool session_ended(const struct session *session);
struct subscription *subscription_of(struct objects *objects, rtc_subscription_t *handle);
struct subscription *subscription_current(struct objects *objects); /* the newest */
struct watcher *watcher_of(struct objects *objects, rtc_watcher_t *handle);
struct watcher *watcher_current(struct objects *objects);
void watcher_forget(struct objects *objects, struct watcher *watcher);
void objects_free(struct objects *objects);

/* ---- the phone ---- */

/* The last request that a command sent; `wait response` waits for its final response. */
enum request_kind { REQUEST_NONE, REQUEST_TRANSACTION, REQUEST_SESSION, REQUEST_PUBLISH, REQUEST_SUBSCRIBE, REQUEST_REGISTER };

struct request {
    enum request_kind kind;
    int64_t cookie;
    bool answered, lost; /* lost: it failed without a response */
    rtc_result_t status;
};

#define EVENT_NAMES 128

struct command {
    int argc;
    char **argv;
};

struct phone {
    struct options options;
    rtc_client_t *client;
    rtc_profile_t *profile;
    struct objects objects;
    struct track registration;
    rtc_result_t registration_status;
    struct request request;
    int64_t last_cookie;
    unsigned seen[EVENT_NAMES]; /* events not yet used by a `wait`, by number */
    struct buffer headers; /* lines for every session */

    /* script */
    struct buffer pending; /* input not yet a command */
    size_t pending_at;
    bool input_ended, interactive;
    struct command waiting; /* the `wait` or `sleep` that stands; argc 0: none */
    int64_t waiting_until;

    bool quit, failed, cleaned_up, client_ended;
    int64_t quit_at; /* --duration; 0: never */
};

/* ---- commands.c ---- */

bool is_command(const char *word, size_t length);
bool command_run(struct phone *phone, const struct command *command); /* false: failed, the reason has been said */
bool headers_apply(struct phone *phone, struct session *session);
bool header_add(struct phone *phone, const char *line);
char *presence_document(const char *aor, const char *word); /* of "open" or "closed"; NULL for any other word */
const char *package_type(const char *package); /* the media type a package has by default */

/* ---- script.c ---- */

void script_step(struct phone *phone); /* runs what can be run now */
bool script_blocked(const struct phone *phone);
void script_fail(struct phone *phone);

/* ---- events.c ---- */

void events_drain(struct phone *phone);
void answers_due(struct phone *phone); /* the codes of --answer whose time has come */
int64_t answers_next(const struct phone *phone); /* when the next one is due; 0: never */
int event_number(const char *name); /* RTC_EVENT_… of a name; -1: none of that name */

#endif
