//! What this machine says about names: the servers of `resolv.conf` and the lines of the hosts file.
//!
//! Read at the start and again when they have changed, which is looked for now and then while names are asked about.
//! Where there is no such file (Windows) the core has no servers and asks the system's own resolver.

use std::fs;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::transport::Input;

/// The port of name servers.
const PORT: u16 = 53;
/// Bytes of a file that are read.
const MOST: u64 = 1 << 20;
/// How often the files are looked at.
const PACE: Duration = Duration::from_secs(5);

/// The two files, and when they were read last.
pub(super) struct SystemNames {
    resolv: PathBuf,
    hosts: PathBuf,
    stamps: [Option<SystemTime>; 2],
    looked: Instant,
}

impl SystemNames {
    /// Those of this machine, with what they say.
    pub(super) fn read() -> (Self, Input<'static>) {
        Self::of("/etc/resolv.conf".into(), "/etc/hosts".into())
    }

    fn of(resolv: PathBuf, hosts: PathBuf) -> (Self, Input<'static>) {
        let names = Self {
            stamps: [&resolv, &hosts].map(|path| stamp(path)),
            resolv,
            hosts,
            looked: Instant::now(),
        };
        let input = names.input();
        (names, input)
    }

    /// What they say, if that is different from before.
    pub(super) fn changed(&mut self) -> Option<Input<'static>> {
        if self.looked.elapsed() < PACE {
            return None;
        }
        self.looked = Instant::now();
        let stamps = [&self.resolv, &self.hosts].map(|path| stamp(path));
        if stamps == self.stamps {
            return None;
        }
        self.stamps = stamps;
        Some(self.input())
    }

    fn input(&self) -> Input<'static> {
        Input::NameServers {
            servers: servers(&text(&self.resolv)),
            hosts: hosts(&text(&self.hosts)),
        }
    }
}

fn stamp(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

fn text(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(file) if file.len() <= MOST => fs::read_to_string(path).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The servers of a `resolv.conf`, in its order.
fn servers(text: &str) -> Vec<SocketAddr> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let server = (words.next() == Some("nameserver")).then(|| words.next())??;
            if let Ok(ip) = server.parse::<IpAddr>() {
                return Some(SocketAddr::new(ip, PORT));
            }
            // A link-local server with its interface by number; by name it cannot be reached without asking more.
            let (ip, zone) = server.split_once('%')?;
            let zone = zone.parse().ok()?;
            Some(SocketAddrV6::new(ip.parse().ok()?, PORT, 0, zone).into())
        })
        .collect()
}

/// The names of a hosts file with an address each.
fn hosts(text: &str) -> Vec<(Box<str>, IpAddr)> {
    text.lines()
        .flat_map(|line| {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let address = words.next().and_then(|word| word.parse::<IpAddr>().ok());
            words
                .filter_map(move |name| Some((name.into(), address?)))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_a_resolv_conf_are_read_in_order() {
        let text = "# comment\nsearch example.com\nnameserver 192.0.2.53\n  nameserver\t2001:db8::53 ; x\n\
                    nameserver fe80::1%3\nnameserver fe80::1%eth0\nnameserver dns.example\noptions rotate\n";
        let read: Vec<String> = servers(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            read,
            ["192.0.2.53:53", "[2001:db8::53]:53", "[fe80::1%3]:53"]
        );
    }

    #[test]
    fn the_names_of_a_hosts_file_are_read_with_all_their_aliases() {
        let text = "127.0.0.1 localhost\n192.0.2.1\ta.example a # b.example\nnonsense c\n::1 ip6-localhost\n";
        let read: Vec<String> = hosts(text)
            .iter()
            .map(|(name, ip)| format!("{name} {ip}"))
            .collect();
        assert_eq!(
            read,
            [
                "localhost 127.0.0.1",
                "a.example 192.0.2.1",
                "a 192.0.2.1",
                "ip6-localhost ::1"
            ]
        );
    }

    #[test]
    fn missing_files_say_nothing() {
        let (mut names, input) =
            SystemNames::of("/nowhere/resolv.conf".into(), "/nowhere/hosts".into());
        assert!(
            matches!(input, Input::NameServers { servers, hosts } if servers.is_empty() && hosts.is_empty())
        );
        assert!(names.changed().is_none());
    }
}
