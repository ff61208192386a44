//! Writing a description in the order of RFC 8866 §5, with CR LF.

use std::fmt::{Display, Formatter, Result};

use super::{Attribute, Bandwidth, Connection, Media, Session};

impl Display for Session<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let o = &self.origin;
        write!(
            f,
            "v=0\r\no={} {} {} {}\r\n",
            o.username, o.session_id, o.version, o.address
        )?;
        lines(f, 's', &self.name)?;
        lines(f, 'i', &self.information)?;
        lines(f, 'u', &self.uri)?;
        lines(f, 'e', &self.emails)?;
        lines(f, 'p', &self.phones)?;
        lines(f, 'c', &self.connection)?;
        lines(f, 'b', &self.bandwidths)?;
        for time in &self.times {
            write!(f, "t={} {}\r\n", time.start, time.stop)?;
            lines(f, 'r', &time.repeats)?;
        }
        lines(f, 'z', &self.zones)?;
        lines(f, 'k', &self.key)?;
        lines(f, 'a', &self.attributes)?;
        for (kind, value) in &self.unknown {
            write!(f, "{kind}={value}\r\n")?;
        }
        self.media.iter().try_for_each(|media| media.fmt(f))
    }
}

impl Display for Media<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "m={} {}", self.kind, self.port)?;
        if let Some(ports) = self.ports {
            write!(f, "/{ports}")?;
        }
        write!(f, " {}", self.proto)?;
        for format in &self.formats {
            write!(f, " {format}")?;
        }
        f.write_str("\r\n")?;
        lines(f, 'i', &self.information)?;
        lines(f, 'c', &self.connections)?;
        lines(f, 'b', &self.bandwidths)?;
        lines(f, 'k', &self.key)?;
        lines(f, 'a', &self.attributes)?;
        for (kind, value) in &self.unknown {
            write!(f, "{kind}={value}\r\n")?;
        }
        Ok(())
    }
}

impl Display for Connection<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} {} {}", self.net_type, self.addr_type, self.address)
    }
}

impl Display for Bandwidth<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl Display for Attribute<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.name)?;
        match &self.value {
            Some(value) => write!(f, ":{value}"),
            None => Ok(()),
        }
    }
}

fn lines<T: Display>(
    f: &mut Formatter<'_>,
    kind: char,
    values: impl IntoIterator<Item = T>,
) -> Result {
    values
        .into_iter()
        .try_for_each(|value| write!(f, "{kind}={value}\r\n"))
}
