/* Strings, time and output of rtcphone. */
#define _POSIX_C_SOURCE 200809L
#include "phone.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void *must_allocate(void *old, size_t size)
{
    void *made = realloc(old, size ? size : 1);
    if (!made) {
        fputs("rtcphone: out of memory\n", stderr);
        abort();
    }
    return made;
}

char *must_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(must_allocate(NULL, size), text, size);
}

void buffer_add(struct buffer *buffer, const char *text, size_t length)
{
    if (buffer->length + length + 1 > buffer->capacity) {
        buffer->capacity = (buffer->length + length + 1) * 2;
        buffer->text = must_allocate(buffer->text, buffer->capacity);
    }
    if (length)
        memcpy(buffer->text + buffer->length, text, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    if (buffer->text)
        buffer->text[0] = '\0';
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct buffer){ 0 };
}

bool same_text(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        int x = *a == '-' ? '_' : tolower((unsigned char)*a);
        int y = *b == '-' ? '_' : tolower((unsigned char)*b);
        if (x != y)
            return false;
    }
    return *a == *b;
}

bool parse_number(const char *text, long least, long most, long *value)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < least || number > most)
        return false;
    *value = number;
    return true;
}

bool read_file(const char *path, struct buffer *into)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buffer_add(into, block, got);
    bool good = !ferror(file);
    fclose(file);
    return good;
}

rtc_str_t str_of(const char *text)
{
    return (rtc_str_t){ text, text ? strlen(text) : 0 };
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int sip_status(rtc_result_t result)
{
    return ((uint32_t)result & 0x7FFF0000u) == 0x00EF0000u ? (int)RTC_SIP_STATUS(result) : 0;
}

const char *result_words(rtc_result_t result)
{
    static const struct {
        rtc_result_t result;
        const char *words;
    } known[] = {
        { RTC_E_TRANSPORT, "nobody listens there, or the connection broke" },
        { RTC_E_SIP_TIMEOUT, "no answer in time" },
        { RTC_E_SIP_TCP_FAIL, "no connection could be made" },
        { RTC_E_SIP_DNS_FAIL, "no name server answered" },
        { RTC_E_NO_RECORDS, "the host name was not found" },
        { RTC_E_SIP_TRANSPORT_NOT_SUPPORTED, "no socket of that transport" },
        { RTC_E_TLS_CERTIFICATE_EXPIRED, "the server's certificate is over, or not yet valid" },
        { RTC_E_TLS_WRONG_NAME, "the server's certificate names another domain" },
        { RTC_E_TLS_UNKNOWN_AUTHORITY, "nobody trusted stands behind the server's certificate (--ca)" },
        { RTC_E_TLS_CLIENT_CERTIFICATE, "the server wants a certificate (--cert, --key)" },
        { RTC_E_SIP_INVALID_CERTIFICATE, "the server's certificate is bad" },
        { RTC_E_SIP_TLS_FAIL, "there is no TLS between the two" },
    };
    static char text[160];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].result == result) {
            snprintf(text, sizeof text, "%s, %s", known[i].words, rtc_result_name(result));
            return text;
        }
    }
    return rtc_result_name(result);
}

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout); /* keeps the two streams in order when they go to one place */
    fputs("rtcphone: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
}

void say_text(const char *indent, rtc_str_t text)
{
    size_t at = 0;
    while (at < text.len) {
        fputs(indent, stdout);
        for (; at < text.len && text.ptr[at] != '\n'; at++) {
            unsigned char byte = (unsigned char)text.ptr[at];
            if (byte == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n')
                continue;
            /* A peer must not be able to move the cursor of the terminal. */
            putchar((byte < 0x20 && byte != '\t') || byte == 0x7F ? '.' : byte);
        }
        at++;
        putchar('\n');
    }
}
