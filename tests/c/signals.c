/*
 * signals.c: what a host program may expect of signals.
 *
 *   signals mask       every thread of the library blocks every signal that can be blocked
 *   signals midwrite   a host that leaves all signals at their default survives a peer that closes in mid-write, each
 *                      request is reported as failed, and the client still works afterwards
 */
#define _DEFAULT_SOURCE
#include "host.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS = 20, BODY = 48 * 1024 };

static void on_event(void *user_data, rtc_event_t *event)
{
    (void)user_data;
    (void)event;
}

/* The mask of blocked signals of one task of this process. */
static uint64_t blocked(const char *task)
{
    char path[300], line[256];
    uint64_t mask = 0;
    int found = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task);
    FILE *status = fopen(path, "r");
    if (!status)
        return ~UINT64_C(0); /* it ended meanwhile */
    while (fgets(line, sizeof line, status))
        found |= sscanf(line, "SigBlk: %" SCNx64, &mask) == 1;
    fclose(status);
    MUST(found);
    return mask;
}

static int check_masks(void)
{
    struct phone phone;
    rtc_server_t *server = NULL;
    rtc_event_sink_t sink = { .size = sizeof sink, .on_event = on_event };
    rtc_server_options_t options = { .size = sizeof options, .listen = { RTC_STR("udp:127.0.0.1:0, tcp:127.0.0.1:0") },
                                     .realm = { RTC_STR("example.com") }, .domain = { RTC_STR("example.com") } };
    rtc_trace_options_t trace = { .size = sizeof trace, .kind = RTC_TRACE_LADDER, .path = { RTC_STR("/dev/null") } };
    phone_open(&phone, "phone", RTC_TRANSPORT_UDP);
    MUST(rtc_client_set_event_sink(phone.client, &sink) >= 0);
    MUST(rtc_client_trace(phone.client, &trace) >= 0);
    /* A name makes the resolver work. */
    MUST(rtc_request_send(phone.client, RTC_STR("OPTIONS"), RTC_STR("sip:localhost:9"), NULL, NULL) >= 0);
    MUST(rtc_server_start(&options, &server) >= 0);

    char own[32];
    snprintf(own, sizeof own, "%ld", (long)getpid());
    uint64_t wanted = 0;
    for (int number = 1; number <= 64; number++) /* KILL and STOP cannot be blocked; 32 and 33 are the C library's own */
        if (number != SIGKILL && number != SIGSTOP && number != 32 && number != 33)
            wanted |= UINT64_C(1) << (number - 1);
    MUST((blocked(own) & wanted) == 0);
    int threads = 0;
    DIR *tasks = opendir("/proc/self/task");
    MUST(tasks != NULL);
    for (struct dirent *task; (task = readdir(tasks));) {
        if (task->d_name[0] == '.' || !strcmp(task->d_name, own))
            continue;
        uint64_t missing = wanted & ~blocked(task->d_name);
        if (missing) {
            fprintf(stderr, "task %s does not block the signals %#" PRIx64 "\n", task->d_name, missing);
            exit(1);
        }
        threads++;
    }
    closedir(tasks);
    MUST(threads >= 2); /* the network's and the one that calls the sink */
    MUST((blocked(own) & wanted) == 0);
    rtc_server_stop(server);
    rtc_object_release(server);
    phone_close(&phone);
    printf("%d threads of the library block every signal\n", threads);
    return 0;
}

/* Reads a little of each connection, then resets it; answers 200 on the last. */
static void *unkind_peer(void *argument)
{
    int listener = *(int *)argument;
    static char buffer[BODY * 2];
    for (int round = 0; round < ROUNDS; round++) {
        int peer = accept(listener, NULL, NULL);
        MUST(peer >= 0);
        MUST(recv(peer, buffer, 1024, 0) > 0);
        struct linger reset = { .l_onoff = 1, .l_linger = 0 };
        if (round % 2)
            setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(peer);
    }
    int peer = accept(listener, NULL, NULL);
    size_t have = 0;
    rtc_sip_message_t *request = NULL, *response = NULL;
    MUST(peer >= 0);
    for (rtc_result_t result = RTC_E_SIP_NEED_MORE_DATA; result == RTC_E_SIP_NEED_MORE_DATA;) {
        ssize_t more = recv(peer, buffer + have, sizeof buffer - have, 0);
        MUST(more > 0);
        have += (size_t)more;
        result = rtc_sip_message_parse(buffer, have, RTC_PARSE_STREAM, NULL, &request);
    }
    MUST(request != NULL);
    rtc_sip_message_options_t ok = { .size = sizeof ok, .status = 200, .base = request };
    rtc_str_t text;
    MUST(rtc_sip_message_create(&ok, &response) >= 0 && rtc_sip_message_get_text(response, &text) >= 0);
    MUST(send(peer, text.ptr, text.len, MSG_NOSIGNAL) == (ssize_t)text.len);
    rtc_object_release(request);
    rtc_object_release(response);
    recv(peer, buffer, sizeof buffer, 0); /* until the client goes */
    close(peer);
    return NULL;
}

/* Sends a MESSAGE and waits for what became of it. */
static rtc_result_t outcome(rtc_client_t *client, const char *uri, const char *body, int64_t cookie)
{
    rtc_send_t send = { .size = sizeof send, .cookie = cookie, .content_type = { RTC_STR("text/plain") }, .body = { body, BODY } };
    double until = seconds_now() + 60;
    MUST(rtc_request_send(client, RTC_STR("MESSAGE"), RTC_STR(uri), &send, NULL) >= 0);
    while (seconds_now() < until) {
        rtc_event_info_t info;
        rtc_event_t *event = next_event(client, 1000, &info);
        if (!event)
            continue;
        int mine = (info.type == RTC_EVENT_RESPONSE || info.type == RTC_EVENT_TRANSACTION_FAILED) && info.cookie == cookie;
        rtc_result_t status = info.type == RTC_EVENT_RESPONSE ? RTC_SIP_STATUS(info.status_code) : info.status_code;
        rtc_object_release(event);
        if (mine)
            return status;
    }
    fprintf(stderr, "no word of request %" PRId64 "\n", cookie);
    exit(1);
}

static int survive_midwrite(void)
{
    for (int number = 1; number < 32; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) == 0)
            signal(number, SIG_DFL);
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0), small = 2048;
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    pthread_t peer;
    struct phone phone;
    char uri[96], *body = malloc(BODY);
    MUST(body != NULL);
    memset(body, 'x', BODY);
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    MUST(bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 8) == 0);
    MUST(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
    snprintf(uri, sizeof uri, "sip:peer@127.0.0.1:%d;transport=tcp", ntohs(address.sin_port));
    phone_open(&phone, "phone", RTC_TRANSPORT_TCP);
    MUST(pthread_create(&peer, NULL, unkind_peer, &listener) == 0);
    int failed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        rtc_result_t status = outcome(phone.client, uri, body, round + 1);
        failed += status < 0 || status >= 300;
    }
    MUST(failed == ROUNDS);
    MUST(outcome(phone.client, uri, body, ROUNDS + 1) == 200);
    phone_close(&phone);
    MUST(pthread_join(peer, NULL) == 0);
    close(listener);
    free(body);
    printf("%d connections closed in mid-write, %d requests failed, the next one was answered\n", ROUNDS, failed);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "mask"))
        return check_masks();
    if (argc == 2 && !strcmp(argv[1], "midwrite"))
        return survive_midwrite();
    return fprintf(stderr, "usage: signals mask|midwrite\n"), 2;
}
