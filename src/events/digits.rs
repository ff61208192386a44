//! Patterns of key presses: the digit regular expressions of RFC 4730 §5.1, and a machine that matches them as keys come.
//!
//! No clock: whoever presses says when, and asks when the machine wants to be woken.

use std::time::Duration;

use super::Fault;

/// Most items of one pattern.
const MAX_ITEMS: usize = 64;
/// Most repetitions that a pattern may ask for.
const MAX_REPEAT: usize = 64;
/// Most patterns of one request.
pub const MAX_PATTERNS: usize = 64;
/// Most keys that are kept.
const MAX_KEYS: usize = 128;

/// The keys, in the order of their bits.
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

/// The bit of a key; none for what is no key.
#[must_use]
pub fn key_bit(key: char) -> Option<u16> {
    let key = u8::try_from(key).ok()?.to_ascii_uppercase();
    let at = KEYS.iter().position(|known| *known == key)?;
    Some(1 << at)
}

/// Keys that one item takes, how often, and whether they must be held long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Item {
    keys: u16,
    long: bool,
    least: usize,
    /// `None`: as often as it comes.
    most: Option<usize>,
}

/// A pattern that was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern(Vec<Item>);

/// How far keys go with a pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fit {
    /// They are all that it asks for.
    pub whole: bool,
    /// More keys may still fit.
    pub more: bool,
}

impl Pattern {
    /// Reads a pattern: keys, `x` for 0-9, `[…]`, `[^…]`, `L` before a long key, `{m}`, `{m,}`, `{,n}`, `{m,n}`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut items: Vec<Item> = Vec::new();
        let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
        let mut long = false;
        while let Some(c) = chars.next() {
            let keys = match c {
                'L' | 'l' if !long => {
                    long = true;
                    continue;
                }
                'x' | 'X' => 0x03ff,
                '[' => selector(&mut chars)?,
                '{' => {
                    let item = items.last_mut().filter(|_| !long).ok_or(Fault::Invalid)?;
                    (item.least, item.most) = repeat(&mut chars)?;
                    continue;
                }
                c => key_bit(c).ok_or(Fault::Invalid)?,
            };
            if items.len() >= MAX_ITEMS {
                return Err(Fault::TooLarge);
            }
            items.push(Item {
                keys,
                long: std::mem::take(&mut long),
                least: 1,
                most: Some(1),
            });
        }
        if items.is_empty() || long {
            return Err(Fault::Invalid);
        }
        Ok(Self(items))
    }

    /// How far keys go with it, from its beginning.
    #[must_use]
    pub fn fit(&self, keys: &[Key]) -> Fit {
        // Which (item, times taken) may be reached; the item after the last is the end.
        let mut now: Vec<(usize, usize)> = Vec::new();
        self.reach(0, 0, &mut now);
        for key in keys {
            let mut next = Vec::new();
            for (at, taken) in now {
                let Some(item) = self.0.get(at) else { continue };
                let takes = item.keys & key.bit != 0 && (!item.long || key.long);
                if takes && item.most.is_none_or(|most| taken < most) {
                    // Beyond the least number it makes no difference how often.
                    let taken = match item.most {
                        None => (taken + 1).min(item.least),
                        Some(_) => taken + 1,
                    };
                    self.reach(at, taken, &mut next);
                }
            }
            now = next;
        }
        Fit {
            whole: now.iter().any(|(at, _)| *at == self.0.len()),
            more: now.iter().any(|(at, taken)| {
                let item = self.0.get(*at);
                item.is_some_and(|item| item.most.is_none_or(|most| *taken < most))
            }),
        }
    }

    fn reach(&self, at: usize, taken: usize, into: &mut Vec<(usize, usize)>) {
        let (mut at, mut taken) = (at, taken);
        while !into.contains(&(at, taken)) {
            into.push((at, taken));
            match self.0.get(at) {
                Some(item) if taken >= item.least => (at, taken) = (at + 1, 0),
                _ => return,
            }
        }
    }
}

type Chars<'a, I> = std::iter::Peekable<I>;

fn selector<I: Iterator<Item = char>>(chars: &mut Chars<'_, I>) -> Result<u16, Fault> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut keys = 0;
    loop {
        let c = chars.next().ok_or(Fault::Invalid)?;
        if c == ']' {
            break;
        }
        let first = if c == 'x' {
            0x03ff
        } else {
            key_bit(c).ok_or(Fault::Invalid)?
        };
        if chars.next_if_eq(&'-').is_some() {
            let last = chars.next().and_then(key_bit).ok_or(Fault::Invalid)?;
            // Within the digits or within the letters, upwards.
            let groups = [0x03ff_u16, 0xf000];
            let one_group = groups
                .iter()
                .any(|group| group & first != 0 && group & last != 0);
            if c == 'x' || !one_group || last < first {
                return Err(Fault::Invalid);
            }
            keys |= (u16::MAX >> last.leading_zeros()) & !(first - 1);
        } else {
            keys |= first;
        }
    }
    let keys = if negated { 0x03ff & !keys } else { keys };
    if keys == 0 {
        Err(Fault::Invalid)
    } else {
        Ok(keys)
    }
}

fn repeat<I: Iterator<Item = char>>(
    chars: &mut Chars<'_, I>,
) -> Result<(usize, Option<usize>), Fault> {
    let text: String = chars.take_while(|c| *c != '}').take(16).collect();
    let number = |text: &str| match text.parse::<usize>() {
        Ok(number) if number <= MAX_REPEAT => Ok(number),
        Ok(_) => Err(Fault::TooLarge),
        Err(_) => Err(Fault::Invalid),
    };
    let (least, most) = match text.split_once(',') {
        None => {
            let times = number(&text)?;
            (times, Some(times))
        }
        Some((least, "")) => (number(least)?, None),
        Some(("", most)) => (0, Some(number(most)?)),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    if most.is_some_and(|most| most == 0 || most < least) {
        return Err(Fault::Invalid);
    }
    Ok((least, most))
}

/// A key press.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// The key as a character.
    pub key: char,
    bit: u16,
    /// It was held long.
    pub long: bool,
}

impl Key {
    /// A key; none when the character is no key.
    #[must_use]
    pub fn new(key: char, long: bool) -> Option<Self> {
        let key = key.to_ascii_uppercase();
        Some(Self {
            key,
            bit: key_bit(key)?,
            long,
        })
    }
}

/// What the machine found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// The pattern of that index, by those keys.
    Match {
        /// Index of the pattern.
        pattern: usize,
        /// What was pressed.
        digits: String,
    },
    /// No key came in time; what had been pressed.
    TimedOut(String),
}

/// Matches keys with patterns as they come (RFC 4730 §5.2): the longest match, decided by silence.
#[derive(Clone, Debug)]
pub struct Matcher {
    patterns: Vec<Pattern>,
    keys: Vec<Key>,
    /// Silence that ends the waiting when nothing fits yet.
    interdigit: Duration,
    /// Silence that ends the waiting for a longer match.
    critical: Duration,
}

impl Matcher {
    /// A machine without keys.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>, interdigit: Duration, critical: Duration) -> Self {
        Self {
            patterns,
            keys: Vec::new(),
            interdigit,
            critical,
        }
    }

    /// A key. What is found is found at once when nothing longer can fit; else ask [`Matcher::wait`].
    pub fn press(&mut self, key: Key) -> Option<Found> {
        if self.keys.len() >= MAX_KEYS {
            self.keys.remove(0);
        }
        self.keys.push(key);
        loop {
            let fits = self.fits();
            if fits.iter().any(|fit| fit.more) {
                return None;
            }
            if let Some(pattern) = fits.iter().position(|fit| fit.whole) {
                return Some(self.matched(pattern));
            }
            // Nothing fits from here: it may from the next key on.
            if !self.keys.is_empty() {
                self.keys.remove(0);
            }
            if self.keys.is_empty() {
                return None;
            }
        }
    }

    /// How long to wait for the next key; none when there is nothing to wait for.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        if self.keys.is_empty() {
            return None;
        }
        let whole = self.fits().iter().any(|fit| fit.whole);
        Some(if whole {
            self.critical
        } else {
            self.interdigit
        })
    }

    /// No key came in that time.
    pub fn silence(&mut self) -> Option<Found> {
        if self.keys.is_empty() {
            return None;
        }
        match self.fits().iter().position(|fit| fit.whole) {
            Some(pattern) => Some(self.matched(pattern)),
            None => Some(Found::TimedOut(self.take())),
        }
    }

    /// Forgets what was pressed.
    pub fn flush(&mut self) {
        self.keys.clear();
    }

    fn fits(&self) -> Vec<Fit> {
        self.patterns
            .iter()
            .map(|pattern| pattern.fit(&self.keys))
            .collect()
    }

    fn matched(&mut self, pattern: usize) -> Found {
        let digits = self.take();
        Found::Match { pattern, digits }
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.keys)
            .iter()
            .map(|key| key.key)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, keys: &str) -> (bool, bool) {
        let keys: Vec<Key> = keys.chars().map(|c| Key::new(c, false).unwrap()).collect();
        let fit = Pattern::parse(pattern).unwrap().fit(&keys);
        (fit.whole, fit.more)
    }

    fn machine(patterns: &[&str]) -> Matcher {
        let patterns = patterns
            .iter()
            .map(|text| Pattern::parse(text).unwrap())
            .collect();
        Matcher::new(patterns, Duration::from_secs(4), Duration::from_secs(1))
    }

    fn found(pattern: usize, digits: &str) -> Option<Found> {
        let digits = digits.to_owned();
        Some(Found::Match { pattern, digits })
    }

    #[test]
    fn patterns_fit_as_the_rfc_says() {
        for (pattern, keys, whole, more) in [
            ("x", "5", true, false),
            ("x", "*", false, false),
            ("x{4}#", "1234", false, true),
            ("x{4}#", "1234#", true, false),
            ("x{2,}", "1", false, true),
            ("x{2,}", "12345", true, true),
            ("x{,3}#", "#", true, false),
            ("x{1,3}", "12", true, true),
            ("x{1,3}", "123", true, false),
            ("[1-35*]", "3", true, false),
            ("[1-35*]", "*", true, false),
            ("[1-35*]", "4", false, false),
            ("[^12]", "1", false, false),
            ("[^12]", "3", true, false),
            ("[^12]", "#", false, false),
            ("[A-C]", "b", true, false),
            ("*6[179#]", "*6", false, true),
            ("*6[179#]", "*6#", true, false),
            ("L#", "#", false, false),
        ] {
            assert_eq!(fit(pattern, keys), (whole, more), "{pattern} {keys}");
        }
        let long = Key::new('#', true).unwrap();
        assert!(Pattern::parse("L#").unwrap().fit(&[long]).whole);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "", "L", "y", "{2}", "x{", "x{}", "x{2,1}", "x{0}", "[", "[]", "[1-A]", "[3-1]",
            "x{-1}", "L{2}", "(1)", "[x-3]",
        ] {
            assert_eq!(Pattern::parse(text), Err(Fault::Invalid), "{text}");
        }
        assert_eq!(Pattern::parse("x{65}"), Err(Fault::TooLarge));
        assert_eq!(Pattern::parse(&"1".repeat(65)), Err(Fault::TooLarge));
    }

    #[test]
    fn the_longest_match_wins_and_silence_decides() {
        let mut machine = machine(&["12", "123", "9x{2}"]);
        let key = |c| Key::new(c, false).unwrap();
        assert_eq!(machine.press(key('1')), None);
        assert_eq!(machine.wait(), Some(Duration::from_secs(4)));
        assert_eq!(machine.press(key('2')), None);
        assert_eq!(machine.wait(), Some(Duration::from_secs(1)));
        assert_eq!(machine.silence(), found(0, "12"));
        assert_eq!(machine.wait(), None);
        for c in "12".chars() {
            machine.press(key(c));
        }
        assert_eq!(machine.press(key('3')), found(1, "123"));
        // Keys that fit nothing are passed over.
        for c in "0*9".chars() {
            assert_eq!(machine.press(key(c)), None);
        }
        assert_eq!(machine.silence(), Some(Found::TimedOut("9".into())));
        for c in "190".chars() {
            assert_eq!(machine.press(key(c)), None);
        }
        assert_eq!(machine.press(key('7')), found(2, "907"));
    }

    #[test]
    fn endless_keys_are_bounded() {
        let mut machine = machine(&["x{1,}#"]);
        for _ in 0..10_000 {
            assert_eq!(machine.press(Key::new('1', false).unwrap()), None);
        }
        assert!(machine.keys.len() <= MAX_KEYS);
    }
}
