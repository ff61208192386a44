//! Which account is meant: the enabled profiles by address of record, by user and by domain, so that a client with a
//! hundred thousand of them finds one as fast as a client with two.

use std::collections::{BTreeSet, HashMap};

use crate::base::Key;
use crate::syntax::{Uri, ip};

use super::profile::Profile;

type Keys = BTreeSet<Key<Profile>>;

/// The enabled profiles, in the order in which they were made wherever several fit.
#[derive(Debug, Default)]
pub(super) struct Directory {
    all: Keys,
    by_record: HashMap<Box<str>, Keys>,
    by_user: HashMap<Box<str>, Keys>,
    by_domain: HashMap<Box<str>, Keys>,
}

impl Directory {
    /// A profile is enabled; once more changes nothing.
    pub(super) fn enter(&mut self, key: Key<Profile>, record: &str, user: &str) {
        self.all.insert(key);
        self.by_record
            .entry(record_name(record))
            .or_default()
            .insert(key);
        self.by_user.entry(user.into()).or_default().insert(key);
        self.by_domain
            .entry(domain_name(record))
            .or_default()
            .insert(key);
    }

    /// A profile is disabled; its address of record and user are what they were when it was enabled.
    pub(super) fn leave(&mut self, key: Key<Profile>, record: &str, user: &str) {
        self.all.remove(&key);
        take(&mut self.by_record, &record_name(record), key);
        take(&mut self.by_user, user, key);
        take(&mut self.by_domain, &domain_name(record), key);
    }

    /// Those whose address of record may be that URI; it is to be compared yet.
    pub(super) fn of_record(&self, uri: &str) -> impl Iterator<Item = Key<Profile>> + use<'_> {
        let keys = self.by_record.get(&record_name(uri));
        keys.into_iter().flatten().copied()
    }

    /// The first with that user in its Contact, written as there.
    pub(super) fn of_user(&self, user: &str) -> Option<Key<Profile>> {
        self.by_user.get(user)?.first().copied()
    }

    /// The first of that URI's domain, else the first of all.
    pub(super) fn for_target(&self, uri: &str) -> Option<Key<Profile>> {
        let domain = self.by_domain.get(&domain_name(uri));
        domain
            .and_then(|keys| keys.first())
            .or_else(|| self.all.first())
            .copied()
    }
}

fn take(map: &mut HashMap<Box<str>, Keys>, name: &str, key: Key<Profile>) {
    if let Some(keys) = map.get_mut(name) {
        keys.remove(&key);
        if keys.is_empty() {
            map.remove(name);
        }
    }
}

/// The same for all URIs that are equal (RFC 3261 §19.1.4): user without escapes and host; of a number its digits.
fn record_name(uri: &str) -> Box<str> {
    let Ok(uri) = Uri::parse(uri) else {
        return "".into();
    };
    if uri.is_sip() {
        let user = uri.user_unescaped().unwrap_or_default();
        return format!("{user}@{}", host_name(uri.host)).into();
    }
    let plain = uri.opaque.chars().take_while(|c| *c != ';');
    plain
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn domain_name(uri: &str) -> Box<str> {
    Uri::parse(uri).map_or_else(|_| "".into(), |uri| host_name(uri.host))
}

fn host_name(host: &str) -> Box<str> {
    match ip(host) {
        Some(ip) => ip.to_string().into(),
        None => host.to_ascii_lowercase().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_uris_have_one_name() {
        for (a, b) in [
            ("sip:al%69ce@Example.com", "sip:alice@example.COM;lr"),
            ("sips:a@[2001:db8:0::1]:5061", "sips:a@[2001:db8::1]"),
            ("tel:+358-1(2)34", "tel:+3581234;ext=1"),
        ] {
            assert_eq!(record_name(a), record_name(b), "{a} {b}");
        }
        assert_ne!(record_name("sip:Alice@b"), record_name("sip:alice@b"));
    }

    #[test]
    fn the_first_that_fits_is_found_and_none_once_it_has_left() {
        let mut directory = Directory::default();
        let keys: Vec<Key<Profile>> = (0..3).map(Key::from_bits).collect();
        for (key, record) in keys.iter().zip(["sip:a@x", "sip:b@y", "sip:b@y"]) {
            directory.enter(*key, record, "b");
        }
        assert_eq!(directory.for_target("sip:z@Y"), Some(keys[1]));
        assert_eq!(directory.for_target("sip:z@elsewhere"), Some(keys[0]));
        assert_eq!(directory.of_record("sip:b@y").count(), 2);
        assert_eq!(directory.of_user("b"), Some(keys[0]));
        for (key, record) in keys.iter().zip(["sip:a@x", "sip:b@y", "sip:b@y"]) {
            directory.leave(*key, record, "b");
        }
        assert_eq!(directory.for_target("sip:z@y"), None);
        assert!(directory.by_user.is_empty() && directory.by_record.is_empty());
        assert!(directory.by_domain.is_empty() && directory.all.is_empty());
    }
}
