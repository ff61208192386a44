/* The command line of rtcphone. */
#define _POSIX_C_SOURCE 200809L
#include "phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USAGE = 2, REFUSED = 1 };

static const char help[] =
    "rtcphone: a SIP phone for the terminal and for scripts\n"
    "\n"
    "  --bind udp|tcp|tls:IP:PORT listen here (repeatable; port 0: any free one; none given: any address, UDP and TCP)\n"
    "  --ca FILE                  trust these certificates (PEM) beside the system's\n"
    "  --cert FILE --key FILE     own certificate and key (PEM), for --bind tls and servers that ask\n"
    "  --aor URI                  own address, such as sip:alice@example.com\n"
    "  --registrar URI            where `register` goes (default: the domain of the address)\n"
    "  --user NAME --password PW  credentials for every challenge\n"
    "  --expires S                life of the registration (default 3600)\n"
    "  --proxy URI                every request outside a dialog goes through it (repeatable, in order)\n"
    "  --outbound                 flows by RFC 5626: one through each --proxy, kept alive and brought back\n"
    "  --gruu                     ask for GRUUs (RFC 5627) and use them as Contact\n"
    "  --instance URN             +sip.instance, such as urn:uuid:...: the same at every start\n"
    "  --answer CODE[,CODE...]    answer calls by itself, also accept and notify subscriptions (default: ask)\n"
    "  --answer-delay MS          wait before each of these codes\n"
    "  --reliable HOW             provisional responses by RFC 3262: off, supported (default) or required\n"
    "  --session-expires S        session timer (RFC 4028): interval asked for, at least 90 (default 1800); 0: none\n"
    "  --min-se S                 the shortest interval taken, at least 90\n"
    "  --header 'Name: value'     on every session, requests and responses (repeatable)\n"
    "  --exec 'cmd; cmd; ...'     commands (default: standard input, a line or more at a time)\n"
    "  --json                     events as JSON, one a line\n"
    "  --trace FILE               call ladder as text; - is standard error\n"
    "  --pcap FILE                messages as a capture file\n"
    "  --no-media                 descriptions are negotiated, no sound\n"
    "  --quiet                    no event lines\n"
    "  --duration S               end after S seconds, and not before\n"
    "\n"
    "Commands: call URI; answer [CODE]; reject CODE; hangup; hold; unhold; reinvite; update; info TYPE BODY;\n"
    "  message URI TEXT; typing on|off; subscribe EVENT URI [ACCEPT]; unsubscribe; notify STATE [BODY]; publish EVENT [BODY];\n"
    "  options URI; request METHOD URI [TYPE BODY]; register; unregister; header 'Name: value'; header clear;\n"
    "  session N; wait WHAT [SECONDS]; sleep MS; quit\n"
    "  A BODY that starts with @ names a file; for presence, `open`, `closed`, `away`, `meal` … stand for whole documents.\n"
    "  WHAT: incoming alerting connected hold disconnected; registered unregistered rejected; subscribed\n"
    "  unsubscribed; response, 200, 4xx (the final response to the last request); notify message info watcher\n"
    "  publication or any other event name.\n"
    "Exit status: 0 when every command and every wait held, 1 when not, 2 for a wrong command line.\n";

static int usage(const char *sentence, const char *what)
{
    complain("%s%s%s (see --help)", sentence, what ? ": " : "", what ? what : "");
    return USAGE;
}

static int not_yet(const char *option, const char *needs)
{
    complain("%s needs %s, which this version does not have", option, needs);
    return REFUSED;
}

/* "udp:127.0.0.1:5060", "tcp:[::1]:0", "tls:192.0.2.1:5061" */
static int parse_bind(struct options *options, const char *text)
{
    if (options->bind_count == MAX_LIST)
        return usage("too many --bind", NULL);
    struct bind *bind = &options->binds[options->bind_count];
    if (!strncmp(text, "udp:", 4))
        bind->transport = RTC_TRANSPORT_UDP;
    else if (!strncmp(text, "tcp:", 4))
        bind->transport = RTC_TRANSPORT_TCP;
    else if (!strncmp(text, "tls:", 4))
        bind->transport = RTC_TRANSPORT_TLS;
    else
        return usage("--bind wants udp:IP:PORT, tcp:IP:PORT or tls:IP:PORT", text);
    const char *address = text + 4, *colon = strrchr(address, ':');
    long port;
    if (!colon || colon == address || !parse_number(colon + 1, 0, 65535, &port))
        return usage("--bind wants udp:IP:PORT, tcp:IP:PORT or tls:IP:PORT", text);
    size_t length = (size_t)(colon - address);
    if (address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    if (!length || length >= sizeof bind->address)
        return usage("--bind wants udp:IP:PORT, tcp:IP:PORT or tls:IP:PORT", text);
    memcpy(bind->address, address, length);
    bind->address[length] = '\0';
    bind->port = (uint16_t)port;
    options->bind_count++;
    return -1;
}

static int parse_answers(struct options *options, const char *text)
{
    options->answer_count = 0;
    while (*text) {
        char *end = NULL;
        long code = strtol(text, &end, 10);
        if (end == text || (*end && *end != ',') || code < 101 || code > 699)
            return usage("--answer wants status codes from 101 to 699, separated by commas", text);
        if (options->answer_count == MAX_LIST)
            return usage("too many codes in --answer", NULL);
        options->answers[options->answer_count++] = (int)code;
        text = *end ? end + 1 : end;
    }
    for (size_t i = 0; i + 1 < options->answer_count; i++)
        if (options->answers[i] >= 200)
            return usage("--answer: only the last code may be final", NULL);
    return options->answer_count ? -1 : usage("--answer wants at least one status code", NULL);
}

static int parse_reliable(struct options *options, const char *text)
{
    static const char *const modes[] = { "supported", "required", "off" }; /* as `reliable` counts them */
    for (int32_t i = 0; i < 3; i++) {
        if (!strcmp(text, modes[i])) {
            options->reliable = i;
            return -1;
        }
    }
    return usage("--reliable wants off, supported or required", text);
}

static int add_to(const char **list, size_t *count, const char *option, const char *value)
{
    if (*count == MAX_LIST)
        return usage("too many of one option", option);
    list[(*count)++] = value;
    return -1;
}

static int number_into(long *place, const char *option, const char *value, long least, long most)
{
    return parse_number(value, least, most, place) ? -1 : usage("not a number in range", option);
}

/* Options with a value; the caller has made sure that there is one. */
static int parse_valued(struct options *o, const char *option, const char *value)
{
    if (!strcmp(option, "--bind"))
        return parse_bind(o, value);
    if (!strcmp(option, "--proxy"))
        return add_to(o->proxies, &o->proxy_count, option, value);
    if (!strcmp(option, "--header"))
        return add_to(o->headers, &o->header_count, option, value);
    if (!strcmp(option, "--answer"))
        return parse_answers(o, value);
    if (!strcmp(option, "--answer-delay"))
        return number_into(&o->answer_delay_ms, option, value, 0, 3600000);
    if (!strcmp(option, "--expires"))
        return number_into(&o->expires, option, value, 1, INT32_MAX);
    if (!strcmp(option, "--duration"))
        return number_into(&o->duration, option, value, 1, 86400 * 365L);
    if (!strcmp(option, "--reliable"))
        return parse_reliable(o, value);
    if (!strcmp(option, "--session-expires") && !strcmp(value, "0")) {
        o->session_expires = -1;
        return -1;
    }
    if (!strcmp(option, "--session-expires"))
        return number_into(&o->session_expires, option, value, 90, INT32_MAX);
    if (!strcmp(option, "--min-se"))
        return number_into(&o->min_se, option, value, 90, INT32_MAX);
    if (!strcmp(option, "--play") || !strcmp(option, "--record"))
        return not_yet(option, "voice");
    const struct {
        const char *name, **place;
    } texts[] = {
        { "--aor", &o->aor },           { "--registrar", &o->registrar }, { "--user", &o->user }, { "--password", &o->password },
        { "--exec", &o->exec },         { "--trace", &o->trace },         { "--pcap", &o->pcap }, { "--instance", &o->instance },
        { "--ca", &o->ca },             { "--cert", &o->cert },           { "--key", &o->key },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!strcmp(option, texts[i].name)) {
            *texts[i].place = value;
            return -1;
        }
    }
    return usage("unknown option", option);
}

static bool takes_value(const char *option)
{
    static const char *const names[] = { "--bind",     "--proxy",    "--header",          "--answer", "--answer-delay", "--expires",
                                         "--duration", "--reliable", "--session-expires", "--min-se", "--play",         "--record",
                                         "--aor",      "--registrar", "--user",           "--password", "--exec",       "--trace",
                                         "--pcap",     "--instance", "--ca",              "--cert",   "--key" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(option, names[i]))
            return true;
    return false;
}

int options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){ 0 };
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        int status = -1;
        if (!strcmp(option, "--help") || !strcmp(option, "-h")) {
            fputs(help, stdout);
            return 0;
        } else if (!strcmp(option, "--version")) {
            printf("rtcphone, library %s\n", rtc_library_version());
            return 0;
        } else if (!strcmp(option, "--json")) {
            options->json = true;
        } else if (!strcmp(option, "--quiet")) {
            options->quiet = true;
        } else if (!strcmp(option, "--outbound")) {
            options->profile_flags |= RTC_PROFILE_OUTBOUND;
        } else if (!strcmp(option, "--gruu")) {
            options->profile_flags |= RTC_PROFILE_GRUU;
        } else if (!strcmp(option, "--no-media")) {
            options->no_media = true;
        } else if (takes_value(option)) {
            status = i + 1 < argc ? parse_valued(options, option, argv[i + 1]) : usage("option without its value", option);
            i++;
        } else {
            status = usage("unknown option", option);
        }
        if (status >= 0)
            return status;
    }
    if (!options->cert != !options->key)
        return usage("--cert and --key belong together", NULL);
    for (size_t i = 0; i < options->bind_count; i++)
        if (options->binds[i].transport == RTC_TRANSPORT_TLS && !options->cert)
            return usage("--bind tls needs --cert and --key", NULL);
    if (options->password && !options->user && !options->aor)
        return usage("--password needs --user or --aor", NULL);
    return -1;
}
