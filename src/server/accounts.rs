//! Who is who: names with their settings, bindings, publications and watchers.
//!
//! Storage and its bounds only. What a REGISTER or PUBLISH may change is decided by `registrar` and `publication`.

use std::collections::BTreeMap;

use super::config::User;
use super::presence::Subscription;
use crate::base::{Key, Slab, Time};
use crate::syntax::{Params, uri};
use crate::transport::Flow;

pub(super) type AccountKey = Key<Account>;

/// One name and all that hangs on it.
#[derive(Default)]
pub(super) struct Account {
    pub(super) name: Box<str>,
    pub(super) user: Option<User>,
    pub(super) bindings: Vec<Binding>,
    pub(super) publications: Vec<Publication>,
    pub(super) watchers: Vec<Key<Subscription>>,
}

impl Account {
    fn is_empty(&self) -> bool {
        self.user.is_none()
            && self.bindings.is_empty()
            && self.publications.is_empty()
            && self.watchers.is_empty()
    }

    /// The binding of a contact (RFC 3261 §10.3: compared as URIs).
    pub(super) fn binding_of(&self, contact: &str) -> Option<usize> {
        self.bindings
            .iter()
            .position(|binding| *binding.contact == *contact)
            .or_else(|| {
                self.bindings
                    .iter()
                    .position(|binding| uri::equal(&binding.contact, contact))
            })
    }
}

/// Where a user can be reached, and until when (RFC 3261 §10).
#[derive(Clone, Debug)]
pub(super) struct Binding {
    /// Names it for its timer, whatever becomes of its contact.
    pub(super) serial: u64,
    pub(super) contact: Box<str>,
    /// The header parameters to give back, each with its semicolon; `expires` is none of them.
    pub(super) params: Box<str>,
    pub(super) q: u16,
    pub(super) expires_at: Time,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    /// The road to take instead of what the contact says.
    pub(super) flow: Option<Flow>,
    /// RFC 3327.
    pub(super) path: Vec<Box<str>>,
    /// `+sip.instance` and `reg-id` (RFC 5626 §6).
    pub(super) instance: Option<(Box<str>, u32)>,
    /// The temporary GRUU (RFC 5627 §5.2); empty: none.
    pub(super) temp_gruu: Box<str>,
}

impl Binding {
    /// The URN of the instance.
    pub(super) fn urn(&self) -> Option<&str> {
        let params = Params::parse(&self.params).ok()?;
        let value = params.get("+sip.instance")?;
        value.trim_matches('"').strip_prefix('<')?.strip_suffix('>')
    }
}

/// A published document (RFC 3903).
#[derive(Clone, Debug)]
pub(super) struct Publication {
    pub(super) serial: u64,
    pub(super) etag: Box<str>,
    pub(super) expires_at: Time,
    pub(super) document: Vec<u8>,
}

/// All accounts.
#[derive(Default)]
pub(super) struct Accounts {
    slab: Slab<Account>,
    by_name: BTreeMap<Box<str>, AccountKey>,
    /// Whose binding a contact is, by its exact text.
    by_contact: BTreeMap<Box<str>, AccountKey>,
    serial: u64,
    /// Bindings of all accounts.
    bindings: usize,
    /// Bytes of all publications.
    published: usize,
}

impl Accounts {
    pub(super) fn find(&self, name: &str) -> Option<AccountKey> {
        self.by_name.get(name).copied()
    }

    pub(super) fn get(&self, key: AccountKey) -> Option<&Account> {
        self.slab.get(key)
    }

    pub(super) fn get_mut(&mut self, key: AccountKey) -> Option<&mut Account> {
        self.slab.get_mut(key)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Account> {
        self.get(self.find(name)?)
    }

    /// The account of a name, made if need be; none when there are `most` already.
    pub(super) fn open(&mut self, name: &str, most: usize) -> Option<AccountKey> {
        if let Some(key) = self.find(name) {
            return Some(key);
        }
        if self.slab.len() >= most {
            return None;
        }
        let key = self.slab.insert(Account {
            name: name.into(),
            ..Account::default()
        });
        self.by_name.insert(name.into(), key);
        Some(key)
    }

    /// Forgets an account on which nothing hangs any more.
    pub(super) fn sweep(&mut self, key: AccountKey) {
        if self.get(key).is_some_and(Account::is_empty)
            && let Some(account) = self.slab.remove(key)
        {
            self.by_name.remove(&account.name);
        }
    }

    /// All accounts by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.by_name.values().filter_map(|key| self.slab.get(*key))
    }

    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Adds a binding, or puts it in the place of another.
    pub(super) fn put_binding(&mut self, key: AccountKey, at: Option<usize>, binding: Binding) {
        let Some(account) = self.slab.get_mut(key) else {
            return;
        };
        self.by_contact.insert(binding.contact.clone(), key);
        if !binding.temp_gruu.is_empty() {
            self.by_contact.insert(binding.temp_gruu.clone(), key);
        }
        match at.and_then(|at| account.bindings.get_mut(at)) {
            Some(place) => {
                let old = std::mem::replace(place, binding);
                let temp_stays = old.temp_gruu == place.temp_gruu;
                if old.contact != place.contact {
                    self.forget_contact(key, &old.contact);
                }
                if !temp_stays {
                    self.forget_contact(key, &old.temp_gruu);
                }
            }
            None => {
                account.bindings.push(binding);
                self.bindings += 1;
            }
        }
    }

    pub(super) fn remove_binding(&mut self, key: AccountKey, at: usize) -> Option<Binding> {
        let account = self.slab.get_mut(key)?;
        if at >= account.bindings.len() {
            return None;
        }
        let binding = account.bindings.remove(at);
        self.bindings -= 1;
        self.forget_contact(key, &binding.contact);
        self.forget_contact(key, &binding.temp_gruu);
        Some(binding)
    }

    /// How many bindings there are.
    pub(super) fn bindings(&self) -> usize {
        self.bindings
    }

    /// Puts a publication at a place among those of its account.
    pub(super) fn put_publication(&mut self, key: AccountKey, at: usize, publication: Publication) {
        if let Some(account) = self.slab.get_mut(key) {
            self.published += publication.document.len();
            let at = at.min(account.publications.len());
            account.publications.insert(at, publication);
        }
    }

    pub(super) fn remove_publication(&mut self, key: AccountKey, at: usize) -> Option<Publication> {
        let publications = &mut self.slab.get_mut(key)?.publications;
        if at >= publications.len() {
            return None;
        }
        let publication = publications.remove(at);
        self.published -= publication.document.len();
        Some(publication)
    }

    /// How many bytes are published.
    pub(super) fn published(&self) -> usize {
        self.published
    }

    fn forget_contact(&mut self, key: AccountKey, contact: &str) {
        if self.by_contact.get(contact) == Some(&key) {
            self.by_contact.remove(contact);
        }
    }

    /// The binding whose contact is exactly this text, whoever's it is: the way to a phone within a dialog. What a
    /// phone says of its flow there (`ob`, RFC 5626 §4.3) stands behind the rest.
    pub(super) fn binding_at(&self, contact: &str) -> Option<&Binding> {
        let contact = contact.strip_suffix(";ob").unwrap_or(contact);
        let account = self.get(*self.by_contact.get(contact)?)?;
        account
            .bindings
            .iter()
            .find(|binding| *binding.contact == *contact || *binding.temp_gruu == *contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(serial: u64, contact: &str) -> Binding {
        Binding {
            serial,
            contact: contact.into(),
            params: "".into(),
            q: 1000,
            expires_at: Time::from_millis(1),
            call_id: "c".into(),
            cseq: 1,
            flow: None,
            path: Vec::new(),
            instance: None,
            temp_gruu: "".into(),
        }
    }

    #[test]
    fn an_account_lives_as_long_as_something_hangs_on_it() {
        let mut accounts = Accounts::default();
        let key = accounts.open("alice", 1).unwrap();
        assert_eq!(accounts.open("alice", 1), Some(key));
        assert_eq!(accounts.open("bob", 1), None);
        accounts.put_binding(key, None, binding(1, "sip:a@192.0.2.1"));
        accounts.sweep(key);
        assert!(accounts.named("alice").is_some());
        accounts.remove_binding(key, 0);
        accounts.sweep(key);
        assert!(accounts.named("alice").is_none() && accounts.get(key).is_none());
        assert!(accounts.open("bob", 1).is_some());
    }

    #[test]
    fn a_contact_is_found_by_its_text_until_its_binding_goes_or_moves() {
        let mut accounts = Accounts::default();
        let key = accounts.open("alice", 9).unwrap();
        accounts.put_binding(key, None, binding(1, "sip:a@192.0.2.1"));
        accounts.put_binding(key, None, binding(2, "sip:a@192.0.2.2"));
        let serial = |accounts: &Accounts, contact: &str| {
            accounts.binding_at(contact).map(|binding| binding.serial)
        };
        assert_eq!(serial(&accounts, "sip:a@192.0.2.2"), Some(2));
        accounts.put_binding(key, Some(0), binding(1, "sip:a@192.0.2.3"));
        assert_eq!(serial(&accounts, "sip:a@192.0.2.1"), None);
        assert_eq!(serial(&accounts, "sip:a@192.0.2.3"), Some(1));
        accounts.remove_binding(key, 1);
        assert_eq!(serial(&accounts, "sip:a@192.0.2.2"), None);
        let account = accounts.named("alice").unwrap();
        assert_eq!(account.binding_of("SIP:a@192.0.2.3"), Some(0));
    }
}
