//! Byte classes of RFC 3261 §25.1 and scans that read eight bytes at a time.

#![expect(
    clippy::cast_possible_truncation,
    reason = "table indices are bytes, tails of words below 8"
)]

/// `token`: alphanumeric or one of ``- . ! % * _ + ` ' ~``.
pub(crate) const TOKEN: u16 = 1;
/// What may not stand anywhere in a URI: controls, space, `<`, `>`, `"`.
const NOT_URI: u16 = 2;
/// Letters, digits, `-`, `.` and, because hosts in the field carry it, `_`.
pub(crate) const HOST: u16 = 4;
/// SP and HTAB.
pub(crate) const WSP: u16 = 8;
/// Decimal digits.
pub(crate) const DIGIT: u16 = 16;
/// Bytes that a scan over a comma-separated list must look at: `,` `"` `<`.
pub(crate) const LIST: u16 = 32;
/// Bytes that a scan over parameters must look at: `;` `,` `"`.
pub(crate) const PARAM_END: u16 = 128;
/// What ends a parameter's name: white space, `=` `;` `,` `"`.
pub(crate) const NAME_END: u16 = 512;
/// What ends a parameter's value: white space, `;` `,` `"`.
pub(crate) const VALUE_END: u16 = 1024;
/// Bytes that a scan for the bracket of an address must look at: `<` `"` `;`.
pub(crate) const ADDRESS: u16 = 256;

static CLASS: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        let mut class = 0;
        if b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
            )
        {
            class |= TOKEN;
        }
        if b <= b' ' || b == 0x7f || matches!(b, b'<' | b'>' | b'"') {
            class |= NOT_URI;
        }
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_') {
            class |= HOST;
        }
        if matches!(b, b' ' | b'\t') {
            class |= WSP;
        }
        if b.is_ascii_digit() {
            class |= DIGIT;
        }
        if matches!(b, b',' | b'"' | b'<') {
            class |= LIST;
        }
        if matches!(b, b';' | b',' | b'"') {
            class |= PARAM_END;
        }
        if matches!(b, b'=' | b';' | b',' | b' ' | b'\t' | b'"') {
            class |= NAME_END;
        }
        if matches!(b, b';' | b',' | b' ' | b'\t' | b'"') {
            class |= VALUE_END;
        }
        if matches!(b, b'<' | b'"' | b';') {
            class |= ADDRESS;
        }
        table[i] = class;
        i += 1;
    }
    table
};

/// Whether `b` belongs to (one of) `class`.
#[inline]
pub(crate) const fn is(b: u8, class: u16) -> bool {
    CLASS[b as usize] & class != 0
}

/// Whether the whole of `text` is a non-empty token.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&b| is(b, TOKEN))
}

/// The first byte at or after `at` that is (`wanted`) or is not of `class`, or the length. Unrolled by hand: a loop
/// with an exit in each round is not unrolled by the compiler.
#[inline]
fn seek(text: &[u8], at: usize, class: u16, wanted: bool) -> usize {
    let Some(rest) = text.get(at..) else {
        return text.len();
    };
    let (chunks, tail) = rest.as_chunks::<4>();
    let mut i = at;
    for &[a, b, c, d] in chunks {
        if is(a, class) == wanted {
            return i;
        }
        if is(b, class) == wanted {
            return i + 1;
        }
        if is(c, class) == wanted {
            return i + 2;
        }
        if is(d, class) == wanted {
            return i + 3;
        }
        i += 4;
    }
    for &b in tail {
        if is(b, class) == wanted {
            return i;
        }
        i += 1;
    }
    i
}

/// `text` from `at`, as far as bytes are of `class`: the offset of the first that is not.
#[inline]
pub(crate) fn skip(text: &[u8], at: usize, class: u16) -> usize {
    seek(text, at, class, false)
}

/// `text` from `at`, past white space. There is mostly none or one.
#[inline]
pub(crate) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// The offset of the first byte of `class` at or after `at`, or the length.
#[inline]
pub(crate) fn find(text: &[u8], at: usize, class: u16) -> usize {
    seek(text, at, class, true)
}

/// `text[at..end]` without white space at its ends, as offsets.
#[inline]
pub(crate) fn trim(text: &[u8], at: usize, end: usize) -> (usize, usize) {
    let Some(mut inner) = text.get(at..end) else {
        return (at, at);
    };
    let mut start = at;
    while let [b' ' | b'\t', rest @ ..] = inner {
        inner = rest;
        start += 1;
    }
    while let [rest @ .., b' ' | b'\t'] = inner {
        inner = rest;
    }
    (start, start + inner.len())
}

/// `text` without white space (SP, HTAB) at its ends.
pub(crate) fn trimmed(text: &str) -> &str {
    let (at, end) = trim(text.as_bytes(), 0, text.len());
    text.get(at..end).unwrap_or(text)
}

/// The offset after the quoted string that opens at `text[at]`; none if it never ends.
#[inline]
pub(crate) fn quoted_end(text: &[u8], at: usize) -> Option<usize> {
    let mut i = at + 1;
    loop {
        match *text.get(i)? {
            b'"' => return Some(i + 1),
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
}

/// The offset of the first space, `;` or `,` (or control byte) at or after `at`, or the length.
#[inline]
pub(crate) fn find_via_end(text: &[u8], at: usize) -> usize {
    let (chunks, _) = text.get(at..).unwrap_or(&[]).as_chunks::<8>();
    let mut i = at;
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let hit = below::<0x21>(word) | equals(word, b';') | equals(word, b',');
        if hit != 0 {
            return i + (hit.trailing_zeros() / 8) as usize;
        }
        i += 8;
    }
    while i < text.len() && text[i] > b' ' && text[i] != b';' && text[i] != b',' {
        i += 1;
    }
    i
}

/// Eight bytes of `text` at `at` as a little-endian word; none near the end.
#[inline]
pub(crate) fn word(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?
        .first_chunk::<8>()
        .map(|chunk| u64::from_le_bytes(*chunk))
}

/// The last eight bytes of `text`, of which only the last `tail` (1 to 7) are to be looked at: the others are 0xFF, so
/// that none of them is a hit. The tail of a scan is one word more then, not a loop.
#[inline]
fn last_word(text: &[u8], tail: usize) -> Option<u64> {
    let seen = u64::MAX >> ((8 * tail as u32) & 63);
    Some(u64::from_le_bytes(*text.last_chunk::<8>()?) | seen)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A mask whose lowest set bit lies in the first byte of `word` below `LIMIT`, at most 0x80.
#[inline]
const fn below<const LIMIT: u8>(word: u64) -> u64 {
    word.wrapping_sub(ONES * LIMIT as u64) & !word & HIGHS
}

/// A mask that is not 0 when `word` holds a byte below 0x20.
#[inline]
pub(crate) const fn controls(word: u64) -> u64 {
    below::<0x20>(word)
}

/// A mask whose lowest set bit lies in the first byte of `word` that equals `byte`.
#[inline]
pub(crate) const fn equals(word: u64, byte: u8) -> u64 {
    let word = word ^ (ONES * byte as u64);
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The offset of the first byte below `LIMIT` (at most 0x80) at or after `at`, or the length.
#[inline]
pub(crate) fn find_below<const LIMIT: u8>(text: &[u8], at: usize) -> usize {
    let Some(rest) = text.get(at..) else {
        return text.len();
    };
    let (chunks, tail) = rest.as_chunks::<8>();
    for (n, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        // A cheap test that takes bytes beyond ASCII for hits comes first.
        if word.wrapping_sub(ONES * LIMIT as u64) & HIGHS != 0 {
            let hit = below::<LIMIT>(word);
            if hit != 0 {
                return at + 8 * n + (hit.trailing_zeros() / 8) as usize;
            }
        }
    }
    match last_word(text, tail.len()) {
        _ if tail.is_empty() => text.len(),
        Some(word) => text.len() - 8 + (below::<LIMIT>(word).trailing_zeros() / 8) as usize,
        None => tail
            .iter()
            .position(|&b| b < LIMIT)
            .map_or(text.len(), |n| at + n),
    }
}

/// Whether `word` needs a closer look: `!` and bytes beyond ASCII are allowed in a URI but rare.
#[inline]
const fn maybe_not_uri(word: u64) -> bool {
    let low = word.wrapping_sub(ONES * 0x23);
    let high = word.wrapping_add(ONES);
    // `<` and `>` differ in one bit.
    let angle = ((word | (ONES * 2)) ^ (ONES * b'>' as u64)).wrapping_sub(ONES);
    (low | high | angle) & HIGHS != 0
}

/// The offset of the first byte that may not stand in a URI (controls, space, DEL, `<` `>` `"`), or the length.
#[inline]
pub(crate) fn find_not_uri(text: &[u8]) -> usize {
    let (chunks, _) = text.as_chunks::<8>();
    let mut i = 0;
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        if maybe_not_uri(word) {
            break;
        }
        i += 8;
    }
    if let Some(last) = text.last_chunk::<8>()
        && i + 8 > text.len()
        && !maybe_not_uri(u64::from_le_bytes(*last))
    {
        return text.len();
    }
    find(text, i, NOT_URI)
}

/// The offset of the first byte below 0x20 (CR, LF, HTAB, other controls) at or after `at`, or the length.
#[inline]
pub(crate) fn find_control(text: &[u8], at: usize) -> usize {
    find_below::<0x20>(text, at)
}

/// The offset of the first `byte` at or after `at`, or the length.
#[inline]
pub(crate) fn find_byte(text: &[u8], at: usize, byte: u8) -> usize {
    let Some(rest) = text.get(at..) else {
        return text.len();
    };
    let (chunks, tail) = rest.as_chunks::<8>();
    for (n, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        if (word ^ (ONES * u64::from(byte))).wrapping_sub(ONES) & HIGHS != 0 {
            let hit = equals(word, byte);
            if hit != 0 {
                return at + 8 * n + (hit.trailing_zeros() / 8) as usize;
            }
        }
    }
    match last_word(text, tail.len()) {
        _ if tail.is_empty() => text.len(),
        Some(word) => text.len() - 8 + (equals(word, byte).trailing_zeros() / 8) as usize,
        None => tail
            .iter()
            .position(|&b| b == byte)
            .map_or(text.len(), |n| at + n),
    }
}

/// A decimal number of digits only, at most `max`.
pub(crate) fn number(text: &[u8], max: u64) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &b in text {
        if !is(b, DIGIT) {
            return None;
        }
        value = value * 10 + u64::from(b - b'0');
        if value > max {
            return None;
        }
    }
    Some(value)
}

/// As [`number`], but a number of digits that is above `max` counts as `max`: what RFC 3261 §20.19 and RFC 4475
/// §3.1.2.4 ask of delta-seconds.
pub(crate) fn number_clamped(text: &[u8], max: u64) -> Option<u64> {
    if text.is_empty() || !text.iter().all(|&b| is(b, DIGIT)) {
        return None;
    }
    Some(number(text, max).unwrap_or(max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_agree_with_the_naive_ones() {
        let spread: Vec<u8> = (0..200u32).map(|i| (i * 37 % 251) as u8).collect();
        let dense: Vec<u8> = (0..200u32)
            .map(|i| [b':', 0, b'\r', b';', 0x7f, 0xff][(i * i % 6) as usize])
            .collect();
        for text in [spread, dense] {
            scans_agree_on(&text);
        }
    }

    fn scans_agree_on(text: &[u8]) {
        for at in 0..=text.len() {
            for len in [1, 3, 7, 8, 9, 15, 17, 40] {
                scans_agree_from(&text[..(at + len).min(text.len())], at);
            }
            scans_agree_from(text, at);
        }
    }

    fn scans_agree_from(text: &[u8], at: usize) {
        let naive = text[at..]
            .iter()
            .position(|&b| b < 0x20)
            .map_or(text.len(), |n| at + n);
        assert_eq!(find_control(text, at), naive);
        for byte in [0, b':', 0x7f, 0x80, 0xfe] {
            let naive = text[at..]
                .iter()
                .position(|&b| b == byte)
                .map_or(text.len(), |n| at + n);
            assert_eq!(find_byte(text, at, byte), naive);
        }
        let naive = text[at..]
            .iter()
            .position(|&b| is(b, NOT_URI))
            .map_or(text.len() - at, |n| n);
        assert_eq!(find_not_uri(&text[at..]), naive);
        let ends = |b: &u8| *b <= b' ' || matches!(b, b';' | b',');
        let naive = text[at..]
            .iter()
            .position(ends)
            .map_or(text.len(), |n| at + n);
        assert_eq!(find_via_end(text, at), naive);
    }

    #[test]
    fn numbers_are_digits_only_and_bounded() {
        assert_eq!(number(b"0070", 255), Some(70));
        assert_eq!(number(b"256", 255), None);
        assert_eq!(number(b"", 9), None);
        assert_eq!(number(b"+1", 9), None);
        assert_eq!(number(b"99999999999999999999999999", u64::MAX / 16), None);
        assert_eq!(number_clamped(b"99999999999999999999999999", 10), Some(10));
        assert_eq!(number_clamped(b"9x", 10), None);
    }

    #[test]
    fn quoted_strings_end_at_an_unescaped_quote() {
        assert_eq!(quoted_end(br#""a\"b" c"#, 0), Some(6));
        assert_eq!(quoted_end(br#""a\""#, 0), None);
    }
}
