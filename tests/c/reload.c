/*
 * reload.c: reload LIBRARY
 *
 * dlopen, a call between two clients, shutdown, dlclose: ten times. Afterwards no thread and no descriptor is left.
 */
#define _DEFAULT_SOURCE
#include <rtcclient.h>
#include <dirent.h>
#include <dlfcn.h>

#define USED(X)                                                                                                        \
    X(rtc_last_error_message) X(rtc_client_create) X(rtc_client_initialize) X(rtc_client_shutdown) X(rtc_client_next_event)             \
    X(rtc_connection_create) X(rtc_object_get_text) X(rtc_object_release) X(rtc_event_get_info) X(rtc_event_get_sip_message)            \
    X(rtc_sip_message_get_header) X(rtc_sip_message_get_text) X(rtc_session_create) X(rtc_session_set_additional_header_values)         \
    X(rtc_session_add_participant) X(rtc_session_answer) X(rtc_session_terminate)
#define DECLARE(name) static __typeof__(name) *loaded_##name;
USED(DECLARE)
#define rtc_last_error_message loaded_rtc_last_error_message
#define rtc_client_create loaded_rtc_client_create
#define rtc_client_initialize loaded_rtc_client_initialize
#define rtc_client_shutdown loaded_rtc_client_shutdown
#define rtc_client_next_event loaded_rtc_client_next_event
#define rtc_connection_create loaded_rtc_connection_create
#define rtc_object_get_text loaded_rtc_object_get_text
#define rtc_object_release loaded_rtc_object_release
#define rtc_event_get_info loaded_rtc_event_get_info
#define rtc_event_get_sip_message loaded_rtc_event_get_sip_message
#define rtc_sip_message_get_header loaded_rtc_sip_message_get_header
#define rtc_sip_message_get_text loaded_rtc_sip_message_get_text
#define rtc_session_create loaded_rtc_session_create
#define rtc_session_set_additional_header_values loaded_rtc_session_set_additional_header_values
#define rtc_session_add_participant loaded_rtc_session_add_participant
#define rtc_session_answer loaded_rtc_session_answer
#define rtc_session_terminate loaded_rtc_session_terminate
#include "host.h"

static int entries(const char *folder)
{
    int count = 0;
    DIR *all = opendir(folder);
    if (!all)
        exit(1);
    while (readdir(all))
        count++;
    closedir(all);
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return fprintf(stderr, "usage: reload LIBRARY\n"), 2;
    int threads = entries("/proc/self/task"), descriptors = 0;
    for (int round = 0; round < 10; round++) {
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        if (!library)
            return fprintf(stderr, "%s\n", dlerror()), 1;
#define LOAD(name)                                                  \
    {                                                               \
        void *found = dlsym(library, "rtc_" #name);                 \
        if (!found)                                                 \
            return fprintf(stderr, "no rtc_%s\n", #name), 1;        \
        memcpy(&loaded_rtc_##name, &found, sizeof found);           \
    }
        LOAD(last_error_message) LOAD(client_create) LOAD(client_initialize) LOAD(client_shutdown) LOAD(client_next_event)
        LOAD(connection_create) LOAD(object_get_text) LOAD(object_release) LOAD(event_get_info) LOAD(event_get_sip_message)
        LOAD(sip_message_get_header) LOAD(sip_message_get_text) LOAD(session_create) LOAD(session_set_additional_header_values)
        LOAD(session_add_participant) LOAD(session_answer) LOAD(session_terminate)

        struct phone alice, bob;
        phone_open(&alice, "alice", RTC_TRANSPORT_UDP);
        phone_open(&bob, "bob", RTC_TRANSPORT_UDP);
        one_call(&alice, &bob);
        phone_close(&alice);
        phone_close(&bob);
        if (dlclose(library) != 0)
            return fprintf(stderr, "%s\n", dlerror()), 1;
        /* The first round may leave what stays for good. */
        if (!round)
            descriptors = entries("/proc/self/fd");
        if (entries("/proc/self/fd") != descriptors)
            return fprintf(stderr, "round %d: %d descriptors, %d after the first\n", round, entries("/proc/self/fd"), descriptors), 1;
        /* The system shows a thread for a moment after it was joined. */
        double until = seconds_now() + 5;
        while (entries("/proc/self/task") != threads && seconds_now() < until)
            continue;
        if (entries("/proc/self/task") != threads)
            return fprintf(stderr, "round %d: a thread is left\n", round), 1;
    }
    printf("loaded, called and closed ten times: no thread and no descriptor is left\n");
    return 0;
}
