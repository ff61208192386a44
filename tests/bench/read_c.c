/*
 * read_c.c: `read` in C: parse one datagram, get top Via branch, From tag, To tag, Call-ID, CSeq number and method,
 * Contact host, Content-Length, free. In librtcclient through its C ABI, and in libsofia-sip-ua and libosip2 when they
 * were there at compile time (-DWITH_SOFIA, -DWITH_OSIP); see peers_c.sh.
 *
 *   read_c                     names of the stacks
 *   read_c STACK FILE ROUNDS   "STACK NANOSECONDS SUM": CPU time of a round, best of ten batches
 */
#define _POSIX_C_SOURCE 200809L
#include <rtcclient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef WITH_SOFIA
#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#endif
#ifdef WITH_OSIP
#include <sys/time.h>
#include <osipparser2/osip_parser.h>
#endif

/* Every reader returns the sum of the lengths and numbers it saw, 0 when the message cannot be read. */
static size_t ours(const char *bytes, size_t len)
{
    rtc_sip_message_t *message = NULL;
    rtc_sip_head_t head = { .size = sizeof head };
    if (rtc_sip_message_parse(bytes, len, 0, NULL, &message) < 0)
        return 0;
    size_t sum = 0;
    if (rtc_sip_message_get_head(message, &head) >= 0)
        sum = head.via_branch.len + head.from_tag.len + head.to_tag.len + head.call_id.len + head.cseq + head.method.len + head.contact_host.len +
              (size_t)head.content_length;
    rtc_object_release(message);
    return sum;
}

#ifdef WITH_SOFIA
static size_t length(const char *text)
{
    return text ? strlen(text) : 0;
}

static size_t sofia(const char *bytes, size_t len)
{
    msg_t *message = msg_make(sip_default_mclass(), 0, bytes, (ssize_t)len);
    sip_t *sip = message ? sip_object(message) : NULL;
    size_t sum = 0;
    if (sip && sip->sip_via && sip->sip_from && sip->sip_to && sip->sip_call_id && sip->sip_cseq && sip->sip_contact && sip->sip_content_length)
        sum = length(sip->sip_via->v_branch) + length(sip->sip_from->a_tag) + length(sip->sip_to->a_tag) + length(sip->sip_call_id->i_id) +
              sip->sip_cseq->cs_seq + length(sip->sip_cseq->cs_method_name) + length(sip->sip_contact->m_url->url_host) + sip->sip_content_length->l_length;
    msg_destroy(message);
    return sum;
}
#endif

#ifdef WITH_OSIP
static size_t osip(const char *bytes, size_t len)
{
    osip_message_t *sip = NULL;
    osip_generic_param_t *branch = NULL, *from_tag = NULL, *to_tag = NULL;
    osip_contact_t *contact = NULL;
    size_t sum = 0;
    if (osip_message_init(&sip) != 0)
        return 0;
    if (osip_message_parse(sip, bytes, len) == 0 && sip->from && sip->to && sip->call_id && sip->cseq && sip->content_length &&
        osip_message_get_contact(sip, 0, &contact) >= 0 && contact && contact->url) {
        osip_via_t *via = osip_list_get(&sip->vias, 0);
        osip_via_param_get_byname(via, "branch", &branch);
        osip_from_get_tag(sip->from, &from_tag);
        osip_to_get_tag(sip->to, &to_tag);
        sum = (branch ? strlen(branch->gvalue) : 0) + (from_tag ? strlen(from_tag->gvalue) : 0) + (to_tag ? strlen(to_tag->gvalue) : 0) +
              strlen(sip->call_id->number) + (sip->call_id->host ? strlen(sip->call_id->host) + 1 : 0) + (size_t)atol(sip->cseq->number) +
              strlen(sip->cseq->method) + strlen(contact->url->host) + (size_t)atol(sip->content_length->value);
    }
    osip_message_free(sip);
    return sum;
}
#endif

static const struct {
    const char *name;
    size_t (*read)(const char *bytes, size_t len);
} stacks[] = {
    { "rtcclient", ours },
#ifdef WITH_SOFIA
    { "sofia", sofia },
#endif
#ifdef WITH_OSIP
    { "osip", osip },
#endif
};

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    size_t count = sizeof stacks / sizeof *stacks, which = 0;
    if (argc != 4) {
        while (which < count)
            puts(stacks[which++].name);
        return 0;
    }
    while (which < count && strcmp(stacks[which].name, argv[1]) != 0)
        which++;
    FILE *file = fopen(argv[2], "rb");
    static char bytes[65536];
    size_t len = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0;
    long rounds = atol(argv[3]);
    if (which == count || !len || rounds < 10)
        return fprintf(stderr, "usage: read_c STACK FILE ROUNDS\n"), 2;
    fclose(file);
#ifdef WITH_OSIP
    parser_init();
#endif
    size_t expected = ours(bytes, len), sum = stacks[which].read(bytes, len);
    double best = 1e18;
    for (int batch = 0; batch < 10; batch++) {
        double begin = cpu_ns();
        for (long i = 0; i < rounds / 10; i++)
            sum = stacks[which].read(bytes, len);
        double each = (cpu_ns() - begin) / (double)(rounds / 10);
        best = each < best ? each : best;
    }
    if (sum != expected)
        return fprintf(stderr, "%s reads %s otherwise: %zu, not %zu\n", argv[1], argv[2], sum, expected), 1;
    printf("%s %.0f %zu\n", argv[1], best, sum);
    return 0;
}
