/*
 * server.c: rtcserver [--listen LIST] [--realm REALM] [--domain DOMAIN] [--no-auth] USER:PASSWORD ...
 *
 * The embedded server (registrar with digest, forking proxy, presence agent) as a program. Prints its addresses as
 * SIP URIs, one a line, then an empty line, and runs until standard input ends or a signal comes.
 * LIST is "udp:127.0.0.1:0, tcp:127.0.0.1:0" when it is not given; port 0 is chosen by the system.
 */
#define _POSIX_C_SOURCE 200809L
#include <rtcclient.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int fail(rtc_server_t *server, const char *what)
{
    fprintf(stderr, "rtcserver: %s: %s\n", what, rtc_last_error_message());
    if (server)
        rtc_server_stop(server);
    rtc_object_release(server);
    return 1;
}

int main(int argc, char **argv)
{
    rtc_server_options_t options = { .size = sizeof options, .listen = { RTC_STR("udp:127.0.0.1:0, tcp:127.0.0.1:0") } };
    rtc_server_t *server = NULL;
    int first = 1;
    for (; first < argc && !strncmp(argv[first], "--", 2); first++) {
        const char *option = argv[first];
        rtc_str_t *place = !strcmp(option, "--listen") ? &options.listen
                           : !strcmp(option, "--realm") ? &options.realm
                           : !strcmp(option, "--domain") ? &options.domain
                                                         : NULL;
        if (!strcmp(option, "--no-auth"))
            options.flags |= RTC_SERVER_NO_AUTHENTICATION;
        else if (place && first + 1 < argc)
            *place = (rtc_str_t){ RTC_STR(argv[++first]) };
        else
            return fprintf(stderr, "usage: rtcserver [--listen LIST] [--realm REALM] [--domain DOMAIN] [--no-auth] USER:PASSWORD ...\n"), 2;
    }

    /* The two signals are let in only while pselect waits, so that none is missed. */
    struct sigaction action = { .sa_handler = on_signal };
    sigset_t held, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, &before);

    if (rtc_server_start(&options, &server) < 0)
        return fail(server, "start");
    for (int i = first; i < argc; i++) {
        const char *colon = strchr(argv[i], ':');
        if (!colon || colon == argv[i]) {
            fprintf(stderr, "rtcserver: %s: a user is USER:PASSWORD\n", argv[i]);
            rtc_server_stop(server);
            rtc_object_release(server);
            return 2;
        }
        rtc_server_user_t user = { .size = sizeof user, .user = { argv[i], (size_t)(colon - argv[i]) }, .password = { RTC_STR(colon + 1) } };
        if (rtc_server_set_user(server, &user) < 0)
            return fail(server, argv[i]);
    }
    char uri[256];
    for (int32_t i = 0; rtc_object_get_text(server, RTC_PROPERTY_SERVER_URI, i, uri, sizeof uri, NULL) == RTC_OK; i++)
        puts(uri);
    puts("");
    fflush(stdout);

    char block[256];
    ssize_t got = 1;
    while (!stop && got > 0) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(STDIN_FILENO, &readable);
        if (pselect(STDIN_FILENO + 1, &readable, NULL, NULL, NULL, &before) > 0)
            got = read(STDIN_FILENO, block, sizeof block);
        else if (errno != EINTR)
            break;
    }
    rtc_server_stop(server);
    rtc_object_release(server);
    return 0;
}
