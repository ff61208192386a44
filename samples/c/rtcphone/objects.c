/*
 * The objects that the phone knows, each with the states it has gone through.
 *
 * The rule of `wait` for states lives here: an event that came before the `wait` still satisfies it. Each object
 * keeps a log of the marks it reached and a cursor; `track_take` looks for the mark from the cursor on, moves the
 * cursor behind it, and otherwise accepts the mark the object stands at. A command that asks for a change restarts
 * the log, so that `hold; wait hold; unhold; wait connected` means what it says.
 */
#include "phone.h"

#include <stdlib.h>
#include <string.h>

void track_push(struct track *track, int mark)
{
    if (track->length == TRACK_LENGTH) {
        memmove(track->log, track->log + 1, TRACK_LENGTH - 1);
        track->length--;
        if (track->cursor)
            track->cursor--;
    }
    track->log[track->length++] = (unsigned char)mark;
    track->now = mark;
}

void track_restart(struct track *track)
{
    track->length = track->cursor = 0;
}

bool track_take(struct track *track, int mark)
{
    for (size_t i = track->cursor; i < track->length; i++) {
        if (track->log[i] == mark) {
            track->cursor = i + 1;
            return true;
        }
    }
    return track->now == mark;
}

bool track_spent(const struct track *track)
{
    return track->cursor == track->length;
}

bool session_ended(const struct session *session)
{
    return session->track.now == MARK_DISCONNECTED;
}

static void session_free(struct session *session)
{
    rtc_object_release(session->handle);
    free(session);
}

/* Finished calls are kept for a while, so that `session N; wait disconnected` works, but not without end. */
static void sessions_trim(struct objects *objects)
{
    size_t ended = 0;
    for (size_t i = 0; i < objects->session_count; i++)
        ended += session_ended(objects->sessions[i]);
    if (ended < MAX_ENDED * 2)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < objects->session_count; i++) {
        struct session *session = objects->sessions[i];
        if (session_ended(session) && ended > MAX_ENDED && session != objects->current) {
            session_free(session);
            ended--;
        } else {
            objects->sessions[kept++] = session;
        }
    }
    objects->session_count = kept;
}

struct session *session_of(struct objects *objects, rtc_session_t *handle)
{
    /* From the end: events nearly always speak of young sessions. */
    for (size_t i = objects->session_count; i > 0; i--)
        if (objects->sessions[i - 1]->handle == handle)
            return objects->sessions[i - 1];
    sessions_trim(objects);
    objects->sessions = must_allocate(objects->sessions, (objects->session_count + 1) * sizeof *objects->sessions);
    struct session *session = must_allocate(NULL, sizeof *session);
    *session = (struct session){ .handle = handle, .number = ++objects->last_session };
    rtc_object_add_ref(handle);
    objects->sessions[objects->session_count++] = session;
    return session;
}

struct session *session_numbered(struct objects *objects, unsigned number)
{
    for (size_t i = 0; i < objects->session_count; i++)
        if (objects->sessions[i]->number == number)
            return objects->sessions[i];
    return NULL;
}

struct session *session_current(struct objects *objects)
{
    if (objects->current && !(session_ended(objects->current) && track_spent(&objects->current->track)))
        return objects->current;
    unsigned after = objects->current ? objects->current->number : 0;
    for (size_t i = 0; i < objects->session_count; i++) {
        struct session *session = objects->sessions[i];
        if (session->number > after && !(session_ended(session) && track_spent(&session->track)))
            return objects->current = session;
    }
    return objects->current;
}

struct session *session_incoming(struct objects *objects)
{
    struct session *session = session_current(objects);
    if (session && session->incoming && session->track.now == MARK_INCOMING)
        return session;
    for (size_t i = 0; i < objects->session_count; i++)
        if (objects->sessions[i]->incoming && objects->sessions[i]->track.now == MARK_INCOMING)
            return objects->sessions[i];
    return NULL;
}

struct subscription *subscription_of(struct objects *objects, rtc_subscription_t *handle)
{
    for (size_t i = 0; i < objects->subscription_count; i++)
        if (objects->subscriptions[i]->handle == handle)
            return objects->subscriptions[i];
    objects->subscriptions =
        must_allocate(objects->subscriptions, (objects->subscription_count + 1) * sizeof *objects->subscriptions);
    struct subscription *subscription = must_allocate(NULL, sizeof *subscription);
    *subscription = (struct subscription){ .handle = handle, .number = ++objects->last_subscription };
    rtc_object_add_ref(handle);
    objects->subscriptions[objects->subscription_count++] = subscription;
    return subscription;
}

struct subscription *subscription_current(struct objects *objects)
{
    return objects->subscription_count ? objects->subscriptions[objects->subscription_count - 1] : NULL;
}

struct watcher *watcher_of(struct objects *objects, rtc_watcher_t *handle)
{
    for (size_t i = 0; i < objects->watcher_count; i++)
        if (objects->watchers[i]->handle == handle)
            return objects->watchers[i];
    objects->watchers = must_allocate(objects->watchers, (objects->watcher_count + 1) * sizeof *objects->watchers);
    struct watcher *watcher = must_allocate(NULL, sizeof *watcher);
    *watcher = (struct watcher){ .handle = handle, .number = ++objects->last_watcher };
    rtc_object_add_ref(handle);
    objects->watchers[objects->watcher_count++] = watcher;
    return watcher;
}

struct watcher *watcher_current(struct objects *objects)
{
    return objects->watcher_count ? objects->watchers[objects->watcher_count - 1] : NULL;
}

static void watcher_free(struct watcher *watcher)
{
    rtc_object_release(watcher->handle);
    free(watcher->package);
    free(watcher);
}

void watcher_forget(struct objects *objects, struct watcher *watcher)
{
    size_t kept = 0;
    for (size_t i = 0; i < objects->watcher_count; i++)
        if (objects->watchers[i] != watcher)
            objects->watchers[kept++] = objects->watchers[i];
    objects->watcher_count = kept;
    watcher_free(watcher);
}

void objects_free(struct objects *objects)
{
    for (size_t i = 0; i < objects->session_count; i++)
        session_free(objects->sessions[i]);
    for (size_t i = 0; i < objects->subscription_count; i++) {
        rtc_object_release(objects->subscriptions[i]->handle);
        free(objects->subscriptions[i]->package);
        free(objects->subscriptions[i]);
    }
    for (size_t i = 0; i < objects->watcher_count; i++)
        watcher_free(objects->watchers[i]);
    free(objects->sessions);
    free(objects->subscriptions);
    free(objects->watchers);
    *objects = (struct objects){ 0 };
}
