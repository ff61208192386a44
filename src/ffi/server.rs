//! Functions of an embedded server: start, users, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::auth::Algorithm;
use crate::runtime::{BindError, Link, LinkOptions, Shutdown};
use crate::server::{Server, ServerConfig, User, UserFault};
use crate::transport::Protocol;

use super::args;
use super::client_core::check_out;
use super::client_options::read_tls;
use super::constants::{
    RTC_SERVER_ALLOW_NON_LOOPBACK, RTC_SERVER_MD5_ONLY, RTC_SERVER_NO_AUTHENTICATION,
    RTC_SERVER_NO_RECORD_ROUTE, RTC_SERVER_STATE_RUNNING, RTC_SERVER_STATE_STOPPED,
};
use super::entry::Entry;
use super::fence::{Fault, Outcome, fence};
use super::message_create::seed;
use super::numbers::{
    RTC_PROPERTY_SERVER_BINDINGS, RTC_PROPERTY_SERVER_REALM, RTC_PROPERTY_SERVER_URI,
};
use super::registry;
use super::result;
use super::result_codes::{
    RTC_E_FAIL, RTC_E_INVALID_OBJECT_STATE, RTC_E_INVALID_SIP_URL, RTC_E_INVALIDARG, RTC_E_LIMIT,
    RTC_E_NOT_ALLOWED, RTC_FALSE, RTC_OK,
};
use super::sip_message::check_flags;
use super::structs::{rtc_server_options_t, rtc_server_user_t, rtc_tls_options_t};
use super::types::{rtc_result_t, rtc_server_t};
use super::{sized, text};

/// How long stopping may take; a server has no callbacks that could hold it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server behind its handle.
pub(super) struct EmbeddedServer {
    link: Arc<Link<Server>>,
    realm: String,
    /// The owner's word.
    pub(super) user_data: AtomicUsize,
    stopped: AtomicBool,
}

/// Starts a registrar, forking proxy, redirect server and presence agent on a thread of its own. It is yours: release it.
/// `options` opt.
///
/// Loopback only, unless RTC_SERVER_ALLOW_NON_LOOPBACK. RTC_PROPERTY_SERVER_URI says where it listens.
/// Errors: RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (an address that is not loopback);
/// RTC_E_SIP_INVALID_CERTIFICATE (`tls`, and tls: or wss: without it);
/// RTC_E_ADDRESS_IN_USE; RTC_E_INVALID_ADDRESS_LOCAL; RTC_E_FAIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_server_start(
    options: *const rtc_server_options_t,
    server: *mut *mut rtc_server_t,
) -> rtc_result_t {
    text::store_opt(server, std::ptr::null_mut());
    fence(|| {
        check_out(server, "server")?;
        let started = start(&sized::or_default(options, "options")?)?;
        let raw = registry::mint(Entry::Server(Arc::new(started)))?;
        text::store(server, raw.cast(), "server")?;
        Ok(RTC_OK)
    })
}

fn start(given: &rtc_server_options_t) -> Result<EmbeddedServer, Fault> {
    check_flags(
        given.flags,
        RTC_SERVER_NO_AUTHENTICATION
            | RTC_SERVER_NO_RECORD_ROUTE
            | RTC_SERVER_ALLOW_NON_LOOPBACK
            | RTC_SERVER_MD5_ONLY,
    )?;
    let listen = text::line_field(given.listen, "options.listen")?;
    let realm = text::line_field(given.realm, "options.realm")?;
    let domains = comma_list(&text::line_field(given.domain, "options.domain")?);
    let listen = if listen.trim().is_empty() {
        "udp:127.0.0.1:0, tcp:127.0.0.1:0"
    } else {
        &listen
    };
    let anywhere = given.flags & RTC_SERVER_ALLOW_NON_LOOPBACK != 0;
    let addresses = comma_list(listen)
        .iter()
        .map(|item| read_address(item, anywhere))
        .collect::<Result<Vec<_>, _>>()?;
    let mut config = ServerConfig {
        authentication: given.flags & RTC_SERVER_NO_AUTHENTICATION == 0,
        record_route: given.flags & RTC_SERVER_NO_RECORD_ROUTE == 0,
        ..ServerConfig::default()
    };
    if given.flags & RTC_SERVER_MD5_ONLY != 0 {
        config.algorithms = vec![Algorithm::MD5];
    }
    let min = args::seconds(given.min_expires_secs, "options.min_expires_secs")?;
    let max = args::seconds(given.max_expires_secs, "options.max_expires_secs")?;
    if min != 0 {
        config.min_expires = min;
        config.max_expires = config.max_expires.max(min);
    }
    if max != 0 {
        config.max_expires = max;
    }
    if config.min_expires > config.max_expires {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.min_expires_secs` is above `max_expires_secs`",
        ));
    }
    config.default_expires = config
        .default_expires
        .clamp(config.min_expires, config.max_expires);
    let realm = match (&*realm, domains.first()) {
        ("", Some(domain)) => domain.clone(),
        ("", None) => "localhost".to_owned(),
        (realm, _) => realm.to_owned(),
    };
    config.realm.clone_from(&realm);
    config.domains = domains;
    let core = Server::new(config, seed()?);
    let tls: Option<rtc_tls_options_t> = sized::optional(given.tls, "options.tls")?;
    let tls = tls.map(|tls| read_tls(&tls, "options.tls")).transpose()?;
    let options = LinkOptions {
        tls,
        name: "rtc-server".to_owned(),
        system_names: true,
        ..LinkOptions::default()
    };
    let link = Link::start(core, options).map_err(|error| {
        Fault::new(
            RTC_E_FAIL,
            format!("the server's thread cannot start: {error}"),
        )
    })?;
    if let Err(fault) = open(&link, &addresses) {
        let _ = link.shutdown(PATIENCE);
        return Err(fault);
    }
    Ok(EmbeddedServer {
        link,
        realm,
        user_data: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    })
}

fn comma_list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// "udp:127.0.0.1:5060".
fn read_address(item: &str, anywhere: bool) -> Result<(Protocol, SocketAddr), Fault> {
    let (name, address) = item.split_once(':').unwrap_or((item, ""));
    let protocol = match name.to_ascii_lowercase().as_str() {
        "udp" => Protocol::Udp,
        "tcp" => Protocol::Tcp,
        "tls" => Protocol::Tls,
        "ws" => Protocol::Ws,
        "wss" => Protocol::Wss,
        _ => {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!(
                    "`options.listen` has \"{item}\"; it is a list of udp:IP:PORT, tcp:, tls:, ws: and wss:"
                ),
            ));
        }
    };
    let address: SocketAddr = address.parse().map_err(|_| {
        Fault::new(
            RTC_E_INVALIDARG,
            format!("`options.listen`: \"{address}\" is no IP:PORT"),
        )
    })?;
    if !anywhere && !address.ip().is_loopback() {
        return Err(Fault::new(
            RTC_E_NOT_ALLOWED,
            format!("{address} is not loopback; RTC_SERVER_ALLOW_NON_LOOPBACK lets it"),
        ));
    }
    Ok((protocol, address))
}

/// Opens the sockets; those with port 0 on one address share a port where they can.
fn open(link: &Link<Server>, addresses: &[(Protocol, SocketAddr)]) -> Result<(), Fault> {
    let mut opened: Vec<SocketAddr> = Vec::new();
    for (protocol, address) in addresses {
        let beside = opened
            .iter()
            .find(|other| address.port() == 0 && other.ip() == address.ip());
        let local = match beside.map(|beside| link.bind(*protocol, *beside)) {
            Some(Ok((_, local))) => local,
            Some(Err(BindError::InUse)) | None => {
                let bound = link.bind(*protocol, *address);
                bound.map_err(|error| result::bind(&error, *address))?.1
            }
            Some(Err(error)) => return Err(result::bind(&error, *address)),
        };
        opened.push(local);
    }
    Ok(())
}

impl EmbeddedServer {
    /// RTC_SERVER_STATE_….
    pub(super) fn state(&self) -> i32 {
        if self.stopped.load(Ordering::Acquire) {
            RTC_SERVER_STATE_STOPPED
        } else {
            RTC_SERVER_STATE_RUNNING
        }
    }

    /// Stops it and waits for its thread.
    pub(super) fn stop(&self) -> Outcome {
        if self.stopped.swap(true, Ordering::AcqRel) {
            return Ok(RTC_FALSE);
        }
        match self.link.shutdown(PATIENCE).map_err(result::refused)? {
            Shutdown::Done | Shutdown::Pending => Ok(RTC_OK),
        }
    }

    /// A number of its properties.
    pub(super) fn int(&self, property: i32) -> Result<i64, Fault> {
        let count = |server: &Server| {
            if property == RTC_PROPERTY_SERVER_BINDINGS {
                u64::try_from(server.bindings().len()).unwrap_or(u64::MAX)
            } else {
                server.requests().requests
            }
        };
        let found = self.link.read(count).map_err(result::refused)?;
        Ok(i64::try_from(found).unwrap_or(i64::MAX))
    }

    /// A text of its properties.
    pub(super) fn text(&self, property: i32, index: i32) -> Result<Option<String>, Fault> {
        match property {
            RTC_PROPERTY_SERVER_URI => {
                let uris = self.link.read(Server::uris).map_err(result::refused)?;
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                Ok(uris.into_iter().nth(index))
            }
            RTC_PROPERTY_SERVER_REALM => Ok(Some(self.realm.clone())),
            _ => Ok(None),
        }
    }
}

/// What a server argument stands for.
fn server_of<T>(raw: *mut T) -> Result<Arc<EmbeddedServer>, Fault> {
    registry::with(raw.cast(), "server", |entry| match entry {
        Entry::Server(server) => Some(Arc::clone(server)),
        _ => None,
    })
}

/// Adds a user or changes it; without password, contacts and status it is removed.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL (contacts); RTC_E_INVALID_OBJECT_STATE (stopped);
/// RTC_E_LIMIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_server_set_user(
    server: *mut rtc_server_t,
    user: *const rtc_server_user_t,
) -> rtc_result_t {
    fence(|| {
        let this = server_of(server)?;
        let given = sized::required(user, "user")?;
        check_flags(given.flags, 0)?;
        let password = text::field(given.password, "user.password")?;
        let status = match given.status {
            0 => None,
            status => Some(args::status(status)?),
        };
        let user = User {
            name: text::line_field(given.user, "user.user")?.into_string(),
            password: password
                .filter(|password| !password.is_empty())
                .map(str::to_owned),
            contacts: comma_list(&text::line_field(given.contacts, "user.contacts")?),
            status,
        };
        if this.stopped.load(Ordering::Acquire) {
            return Err(Fault::new(
                RTC_E_INVALID_OBJECT_STATE,
                "the server has been stopped",
            ));
        }
        let set = this.link.turn(|server, _| server.set_user(user));
        set.map_err(result::refused)?.map_err(|fault| {
            let code = match fault {
                UserFault::Name | UserFault::Status => RTC_E_INVALIDARG,
                UserFault::Contact => RTC_E_INVALID_SIP_URL,
                UserFault::Full => RTC_E_LIMIT,
            };
            Fault::new(code, format!("`user`: {fault}"))
        })?;
        Ok(RTC_OK)
    })
}

/// Stops a server and waits for its thread; the last release does the same.
///
/// RTC_FALSE: it was stopped before. Errors: RTC_E_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_server_stop(server: *mut rtc_server_t) -> rtc_result_t {
    fence(|| server_of(server)?.stop())
}
