/* register.c: register SIP-URI USER PASSWORD [REGISTRAR-URI]
   Registers, shows what the registrar said, unregisters. */
#include <rtcclient.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    rtc_client_t *client = NULL;
    rtc_profile_t *profile = NULL;
    rtc_event_t *event = NULL;
    int status = 1;
    if (argc < 4 || argc > 5)
        return fprintf(stderr, "usage: register SIP-URI USER PASSWORD [REGISTRAR-URI]\n"), 2;
    rtc_profile_options_t account = { .size = sizeof account, .uri = { RTC_STR(argv[1]) }, .user = { RTC_STR(argv[2]) }, .password = { RTC_STR(argv[3]) } };
    if (argc > 4)
        account.registrar = (rtc_str_t){ RTC_STR(argv[4]) };
    if (rtc_client_create(&client) < 0 || rtc_client_initialize(client, NULL) < 0 || rtc_client_listen(client, RTC_LISTEN_MODE_DYNAMIC) < 0
        || rtc_profile_create(client, &account, &profile) < 0 || rtc_profile_enable(profile, RTC_REGISTER_ALL, 0) < 0)
        return fprintf(stderr, "%s\n", rtc_last_error_message()), 1;
    while (rtc_client_next_event(client, -1, &event) == RTC_OK) {
        rtc_event_info_t info = { .size = sizeof info };
        rtc_event_get_info(event, &info);
        if (info.type == RTC_EVENT_REGISTRATION_STATE_CHANGE) {
            printf("state %d, %s, contact %.*s\n", (int)info.state, rtc_result_name(info.status_code), (int)info.uri.len, info.uri.len ? info.uri.ptr : "");
            if (info.state == RTC_REGISTRATION_STATE_REGISTERED)
                status = 0;
            if (info.state == RTC_REGISTRATION_STATE_REGISTERED || info.state == RTC_REGISTRATION_STATE_REJECTED || info.state == RTC_REGISTRATION_STATE_ERROR)
                rtc_client_prepare_for_shutdown(client); /* unregisters */
        }
        if (info.type == RTC_EVENT_CLIENT && info.kind == RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE)
            rtc_client_shutdown(client); /* next_event then says RTC_S_END */
        rtc_object_release(event);
    }
    rtc_object_release(profile);
    rtc_object_release(client);
    return status;
}
