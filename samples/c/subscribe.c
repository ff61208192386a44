/* subscribe.c: subscribe SIP-URI USER PASSWORD TARGET PACKAGE [SECONDS]
   Subscribes to an event package of the target, prints each NOTIFY with its headers, and ends after the given time
   (default 60) or with the subscription. */
#include <rtcclient.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void show(rtc_event_t *event, const rtc_event_info_t *info)
{
    rtc_sip_message_t *message = NULL;
    rtc_header_t header = { .size = sizeof header };
    if (rtc_event_get_sip_message(event, &message) < 0)
        return;
    for (size_t i = 0; rtc_sip_message_get_header(message, NULL, 0, i, RTC_HEADER_LINES, &header) >= 0; i++)
        printf("  %.*s: %.*s\n", (int)header.name.len, header.name.ptr, (int)header.value.len, header.value.len ? header.value.ptr : "");
    printf("%.*s\n", (int)info->body.len, info->body.len ? info->body.ptr : "");
    rtc_object_release(message);
}

int main(int argc, char **argv)
{
    rtc_client_t *client = NULL;
    rtc_profile_t *profile = NULL;
    rtc_subscription_t *subscription = NULL;
    rtc_event_t *event = NULL;
    rtc_result_t result;
    if (argc < 6 || argc > 7)
        return fprintf(stderr, "usage: subscribe SIP-URI USER PASSWORD TARGET PACKAGE [SECONDS]\n"), 2;
    time_t until = time(NULL) + (argc > 6 ? atoi(argv[6]) : 60);
    int ending = 0, notified = 0;
    rtc_profile_options_t account = { .size = sizeof account, .uri = { RTC_STR(argv[1]) }, .user = { RTC_STR(argv[2]) }, .password = { RTC_STR(argv[3]) } };
    rtc_subscription_options_t options = { .size = sizeof options, .uri = { RTC_STR(argv[4]) }, .event = { RTC_STR(argv[5]) } };
    if (rtc_client_create(&client) < 0 || rtc_client_initialize(client, NULL) < 0 || rtc_client_listen(client, RTC_LISTEN_MODE_DYNAMIC) < 0
        || rtc_profile_create(client, &account, &profile) < 0 || rtc_profile_enable(profile, 0, 0) < 0
        || (options.profile = profile, rtc_subscription_create(client, &options, &subscription)) < 0
        || rtc_subscription_subscribe(subscription, NULL) < 0)
        return fprintf(stderr, "%s\n", rtc_last_error_message()), 1;
    while ((result = rtc_client_next_event(client, 1000, &event)) == RTC_OK || result == RTC_FALSE) {
        if (!ending && time(NULL) >= until)
            ending = 1, rtc_client_prepare_for_shutdown(client); /* unsubscribes */
        if (result == RTC_FALSE)
            continue;
        rtc_event_info_t info = { .size = sizeof info };
        rtc_event_get_info(event, &info);
        if (info.type == RTC_EVENT_SUBSCRIPTION_NOTIFY) {
            if (info.answer_within_ms > 0)
                rtc_event_answer(event, 0, NULL); /* 200 now; the library would send it a moment later */
            notified = 1;
            show(event, &info);
        } else if (info.type == RTC_EVENT_SUBSCRIPTION_STATE_CHANGE) {
            printf("subscription state %d, %s\n", (int)info.state, rtc_result_name(info.status_code));
            if (!ending && (info.state == RTC_SUBSCRIPTION_STATE_ERROR || info.state == RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED))
                ending = 1, rtc_client_prepare_for_shutdown(client);
        } else if (info.type == RTC_EVENT_CLIENT && info.kind == RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE) {
            rtc_client_shutdown(client);
        }
        rtc_object_release(event);
    }
    rtc_object_release(subscription);
    rtc_object_release(profile);
    rtc_object_release(client);
    return !notified;
}
