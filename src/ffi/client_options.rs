//! What a client is given at its start, checked and turned into the agent's own configuration.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::agent::network::Reconfigured;
use crate::agent::{Config, SessionOptions};
use crate::base::Limits;
use crate::dns;
use crate::runtime::{Tls, TlsOptions};

use super::args::{duration_ms, session_options};
use super::constants::{
    RTC_CLIENT_APPLICATION_DRIVEN, RTC_CLIENT_DISABLE_MEDIA, RTC_CLIENT_DISABLE_STRICT_DNS,
    RTC_CLIENT_DISABLE_UNAUTH_SESSIONS, RTC_CLIENT_DISABLE_UNAUTH_WATCHERS,
    RTC_CLIENT_DISABLE_UPNP, RTC_CLIENT_ENABLE_SERVER_CLASS, RTC_CLIENT_KNOWN_USERS_ONLY,
    RTC_CLIENT_REPORT_EACH, RTC_NAT_STUN_KEEPALIVE, RTC_TLS_INSECURE_NO_VERIFY,
    RTC_TLS_NO_SYSTEM_ROOTS, RTC_TLS_REQUIRE_CLIENT_CERTIFICATE,
};
use super::fence::Fault;
use super::result_codes::{
    RTC_E_INVALID_PORTRANGE, RTC_E_INVALIDARG, RTC_E_NOT_ALLOWED, RTC_E_NOT_IMPLEMENTED,
    RTC_E_SIP_INVALID_CERTIFICATE,
};
use super::sip_message::check_flags;
use super::structs::{
    rtc_client_options_t, rtc_dns_options_t, rtc_limits_t, rtc_nat_options_t,
    rtc_session_options_t, rtc_timers_t, rtc_tls_options_t,
};
use super::{sized, text};

/// A client's configuration, the agent's and ours.
pub(super) struct Setup {
    /// For the agent.
    pub(super) config: Config,
    /// No threads.
    pub(super) application_driven: bool,
    /// Ports for listening on any; 0: the system's choice.
    pub(super) ports: (u16, u16),
    /// Connections at most.
    pub(super) connections: usize,
    /// Events outside the agent at most.
    pub(super) event_queue: usize,
    /// For name look-ups.
    pub(super) resolve_timeout: Duration,
    /// How long stopping may take.
    pub(super) shutdown: Duration,
    /// Certificates and authorities, where the application says something about them.
    pub(super) tls: Option<Arc<Tls>>,
}

const TLS_FLAGS: u32 =
    RTC_TLS_NO_SYSTEM_ROOTS | RTC_TLS_REQUIRE_CLIENT_CERTIFICATE | RTC_TLS_INSECURE_NO_VERIFY;

const FLAGS: u32 = RTC_CLIENT_DISABLE_MEDIA
    | RTC_CLIENT_DISABLE_UPNP
    | RTC_CLIENT_ENABLE_SERVER_CLASS
    | RTC_CLIENT_DISABLE_STRICT_DNS
    | RTC_CLIENT_DISABLE_UNAUTH_WATCHERS
    | RTC_CLIENT_DISABLE_UNAUTH_SESSIONS
    | RTC_CLIENT_APPLICATION_DRIVEN
    | RTC_CLIENT_REPORT_EACH
    | RTC_CLIENT_KNOWN_USERS_ONLY;

/// Events that wait outside the agent: what does not fit stays in it, where it is coalesced.
const EVENT_QUEUE: usize = 512;

#[cold]
fn not_here(what: &str) -> Fault {
    Fault::new(
        RTC_E_NOT_IMPLEMENTED,
        format!("{what} is not in this version"),
    )
}

/// Reads the options; all defaults when there are none.
pub(super) fn read(options: *const rtc_client_options_t) -> Result<Setup, Fault> {
    let given = sized::or_default(options, "options")?;
    check_flags(given.flags, FLAGS)?;
    let mut config = Config::default();
    let user_agent = text::line_field(given.user_agent, "options.user_agent")?;
    if !user_agent.is_empty() {
        config.user_agent = user_agent;
    }
    let ports = ports(given.sip_port_min, given.sip_port_max, "sip")?;
    let rtp = ports_or(given.rtp_port_min, given.rtp_port_max, config.rtp_ports)?;
    config.rtp_ports = rtp;
    if let Some(claim) = duration_ms(given.claim_ms, "options.claim_ms")? {
        config.claim = claim;
    }
    if let Some(wait) = duration_ms(given.credentials_ms, "options.credentials_ms")? {
        config.credentials = wait;
    }
    if let Some(shutdown) = duration_ms(given.shutdown_ms, "options.shutdown_ms")? {
        config.shutdown = shutdown;
    }
    config.known_users_only = given.flags & RTC_CLIENT_KNOWN_USERS_ONLY != 0;
    config.report_each = given.flags & RTC_CLIENT_REPORT_EACH != 0;
    config.disable_media = given.flags & RTC_CLIENT_DISABLE_MEDIA != 0;
    let tls: Option<rtc_tls_options_t> = sized::optional(given.tls, "options.tls")?;
    let dns: Option<rtc_dns_options_t> = sized::optional(given.dns, "options.dns")?;
    let timers: Option<rtc_timers_t> = sized::optional(given.timers, "options.timers")?;
    let nat: Option<rtc_nat_options_t> = sized::optional(given.nat, "options.nat")?;
    let limits: Option<rtc_limits_t> = sized::optional(given.limits, "options.limits")?;
    let defaults: Option<rtc_session_options_t> =
        sized::optional(given.session_defaults, "options.session_defaults")?;
    if !given.simulation.is_null() {
        return Err(not_here("`options.simulation`"));
    }
    if let Some(nat) = &nat {
        check_flags(nat.flags, RTC_NAT_STUN_KEEPALIVE)?;
        config.endpoint.stun_keepalive = nat.flags & RTC_NAT_STUN_KEEPALIVE != 0;
    }
    if let Some(nat) = nat
        && !(nat.stun_server.ptr.is_null() && nat.turn_server.ptr.is_null())
    {
        return Err(not_here("`options.nat`"));
    }
    let mut resolve_timeout = Duration::from_secs(10);
    if let Some(dns) = dns {
        config.dns = read_dns(&dns)?;
        if dns.timeout_ms != 0 {
            resolve_timeout = config.dns.timeout.saturating_mul(config.dns.attempts);
        }
    }
    if let Some(timers) = timers {
        read_timers(&timers, &mut config)?;
    }
    if let Some(limits) = limits {
        read_limits(&limits, &mut config.endpoint.limits);
    }
    if let Some(defaults) = defaults {
        config.session_defaults = read_defaults(&defaults)?;
    }
    let tls = tls.map(|tls| read_tls(&tls, "options.tls")).transpose()?;
    let bounds = config.endpoint.limits;
    Ok(Setup {
        application_driven: given.flags & RTC_CLIENT_APPLICATION_DRIVEN != 0,
        ports,
        connections: bounds.connections,
        event_queue: bounds.queued_events.clamp(1, EVENT_QUEUE),
        resolve_timeout,
        shutdown: config.shutdown,
        tls,
        config,
    })
}

/// Certificates and authorities.
pub(super) fn read_tls(given: &rtc_tls_options_t, what: &str) -> Result<Arc<Tls>, Fault> {
    check_flags(given.flags, TLS_FLAGS)?;
    let pem = |text, name: &'static str| -> Result<Vec<u8>, Fault> {
        Ok(text::field(text, name)?.unwrap_or_default().into())
    };
    let options = TlsOptions {
        ca_pem: pem(given.ca_pem, "tls.ca_pem")?,
        certificate_pem: pem(given.certificate_pem, "tls.certificate_pem")?,
        key_pem: pem(given.key_pem, "tls.key_pem")?,
        no_system_roots: given.flags & RTC_TLS_NO_SYSTEM_ROOTS != 0,
        require_client_certificate: given.flags & RTC_TLS_REQUIRE_CLIENT_CERTIFICATE != 0,
        insecure_no_verify: given.flags & RTC_TLS_INSECURE_NO_VERIFY != 0,
    };
    if options.insecure_no_verify {
        log::warn!("RTC_TLS_INSECURE_NO_VERIFY: certificates of servers are NOT checked");
    }
    Tls::new(&options)
        .map(Arc::new)
        .map_err(|error| Fault::new(RTC_E_SIP_INVALID_CERTIFICATE, format!("`{what}`, {error}")))
}

/// Reads what changes of a running client; what is not given stays.
pub(super) fn read_change(
    options: *const rtc_client_options_t,
) -> Result<(Reconfigured, Option<Arc<Tls>>), Fault> {
    let given = sized::required(options, "options")?;
    check_flags(given.flags, FLAGS)?;
    let fixed = given.flags != 0
        || [
            given.sip_port_min,
            given.sip_port_max,
            given.rtp_port_min,
            given.rtp_port_max,
        ] != [0; 4]
        || !given.limits.is_null()
        || !given.nat.is_null()
        || !given.simulation.is_null();
    if fixed {
        return Err(Fault::new(
            RTC_E_NOT_ALLOWED,
            "`options`: flags, ports, nat and limits are set by rtc_client_initialize alone",
        ));
    }
    let setup = read(options)?;
    let user_agent = text::line_field(given.user_agent, "options.user_agent")?;
    let change = Reconfigured {
        user_agent: (!user_agent.is_empty()).then_some(user_agent),
        dns: (!given.dns.is_null()).then_some(setup.config.dns),
        timers: (!given.timers.is_null()).then_some(setup.config.endpoint),
        session_defaults: (!given.session_defaults.is_null())
            .then_some(setup.config.session_defaults),
        claim: duration_ms(given.claim_ms, "options.claim_ms")?,
        credentials: duration_ms(given.credentials_ms, "options.credentials_ms")?,
        shutdown: duration_ms(given.shutdown_ms, "options.shutdown_ms")?,
    };
    Ok((change, setup.tls))
}

fn read_dns(given: &rtc_dns_options_t) -> Result<dns::Settings, Fault> {
    check_flags(given.flags, 0)?;
    let mut settings = dns::Settings::default();
    let invalid = |what: String| Fault::new(RTC_E_INVALIDARG, what);
    for server in text::field(given.servers, "options.dns.servers")?
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|server| !server.is_empty())
    {
        let address = server
            .parse::<SocketAddr>()
            .or_else(|_| {
                let bare = server.trim_start_matches('[').trim_end_matches(']');
                bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53))
            })
            .map_err(|_| {
                invalid(format!(
                    "`options.dns.servers`: `{server}` is no address with or without a port"
                ))
            })?;
        settings.servers.push(address);
    }
    let records = text::field(given.records, "options.dns.records")?.unwrap_or_default();
    settings.records = dns::Zone::parse(records)
        .map_err(|bad| invalid(format!("`options.dns.records`, {bad}")))?;
    if let Some(timeout) = duration_ms(given.timeout_ms, "options.dns.timeout_ms")? {
        settings.timeout = timeout;
    }
    match u32::try_from(given.attempts) {
        Ok(0) => {}
        Ok(attempts) => settings.attempts = attempts,
        Err(_) => return Err(invalid("`options.dns.attempts` is below 0".to_owned())),
    }
    match u64::try_from(given.penalty_secs) {
        Ok(0) => {}
        Ok(secs) => settings.penalty = Duration::from_secs(secs),
        Err(_) => return Err(invalid("`options.dns.penalty_secs` is below 0".to_owned())),
    }
    Ok(settings)
}

fn ports(min: u16, max: u16, which: &str) -> Result<(u16, u16), Fault> {
    let max = if max == 0 { min } else { max };
    if max < min || (min == 0 && max != 0) {
        return Err(Fault::new(
            RTC_E_INVALID_PORTRANGE,
            format!("`options.{which}_port_min` is {min}, `{which}_port_max` {max}"),
        ));
    }
    Ok((min, max))
}

fn ports_or(min: u16, max: u16, default: (u16, u16)) -> Result<(u16, u16), Fault> {
    if min == 0 && max == 0 {
        return Ok(default);
    }
    ports(min, max, "rtp")
}

fn read_timers(timers: &rtc_timers_t, config: &mut Config) -> Result<(), Fault> {
    let set = |place: &mut Duration, ms: i64, what: &'static str| -> Result<(), Fault> {
        match u64::try_from(ms) {
            Ok(0) => {}
            Ok(ms) => *place = Duration::from_millis(ms),
            Err(_) => {
                return Err(Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`options.timers.{what}` is below 0"),
                ));
            }
        }
        Ok(())
    };
    let endpoint = &mut config.endpoint;
    set(&mut endpoint.t1, timers.t1_ms.into(), "t1_ms")?;
    set(&mut endpoint.t2, timers.t2_ms.into(), "t2_ms")?;
    set(&mut endpoint.t4, timers.t4_ms.into(), "t4_ms")?;
    let secs = |secs: i32| i64::from(secs) * 1000;
    set(&mut config.ring, secs(timers.ring_secs), "ring_secs")?;
    set(
        &mut config.no_answer,
        secs(timers.no_answer_secs),
        "no_answer_secs",
    )?;
    let endpoint = &mut config.endpoint;
    set(
        &mut endpoint.keepalive,
        secs(timers.keepalive_secs),
        "keepalive_secs",
    )?;
    if timers.keepalive_secs != 0 {
        endpoint.udp_keepalive = endpoint.keepalive;
    }
    set(
        &mut endpoint.tcp_idle,
        secs(timers.tcp_idle_secs),
        "tcp_idle_secs",
    )?;
    set(
        &mut config.outbound_base,
        secs(timers.outbound_base_secs),
        "outbound_base_secs",
    )
}

fn read_limits(given: &rtc_limits_t, limits: &mut Limits) {
    let set = |place: &mut usize, value: u32| {
        if value != 0 {
            *place = usize::try_from(value).unwrap_or(usize::MAX);
        }
    };
    set(&mut limits.message_bytes, given.message_bytes);
    set(&mut limits.headers, given.headers);
    set(&mut limits.header_bytes, given.header_bytes);
    set(&mut limits.body_parts, given.body_parts);
    set(&mut limits.transactions, given.transactions);
    set(&mut limits.dialogs, given.dialogs);
    set(&mut limits.sessions, given.sessions);
    set(&mut limits.subscriptions, given.subscriptions);
    set(&mut limits.connections, given.connections);
    set(&mut limits.queued_events, given.queued_events);
    set(&mut limits.redirects, given.redirects);
    set(&mut limits.forks, given.forks);
    set(&mut limits.xml_depth, given.xml_depth);
    set(&mut limits.held_messages, given.held_messages);
    set(&mut limits.calls, given.calls);
}

fn read_defaults(given: &rtc_session_options_t) -> Result<SessionOptions, Fault> {
    if !given.profile.is_null() || !given.referral.is_null() {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.session_defaults` cannot name a profile or a referral",
        ));
    }
    session_options(given, None)
}
