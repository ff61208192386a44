//! One trace writer: picks the messages, masks credentials, gives them their form, hands them on in whole lines or packets.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;

use crate::transport::{ConnKey, ladder};

use super::pcap::{self, Pcap};
use super::stream::Assembler;
use super::{ByteSink, Item, Record, TraceKind, json};

/// What is formed is handed on when it is this much, and when nothing more waits.
const PIECE: usize = 64 * 1024;

/// Where the formed bytes go.
pub(super) enum Output {
    File(File),
    StdErr,
    Bytes(ByteSink),
}

/// See the module.
pub(super) struct Writer {
    kind: TraceKind,
    output: Output,
    call_id: Option<String>,
    secrets: bool,
    streams: HashMap<(ConnKey, bool), Assembler>,
    pcap: Pcap,
    formed: Vec<u8>,
    /// The output failed; the rest is thrown away.
    broken: bool,
}

impl Writer {
    pub(super) fn new(
        kind: TraceKind,
        output: Output,
        call_id: Option<String>,
        secrets: bool,
    ) -> Self {
        let mut formed = Vec::new();
        if kind == TraceKind::Pcap {
            pcap::file_header(&mut formed);
        }
        Self {
            kind,
            output,
            call_id,
            secrets,
            streams: HashMap::new(),
            pcap: Pcap::default(),
            formed,
            broken: false,
        }
    }

    pub(super) const fn is_callback(&self) -> bool {
        matches!(self.output, Output::Bytes(_))
    }

    /// Takes something that went over the wire.
    pub(super) fn take(&mut self, item: &Item) {
        if self.broken {
            return;
        }
        match item {
            Item::Record(record) => self.record(record),
            Item::Closed(conn) => {
                self.streams.remove(&(*conn, true));
                self.streams.remove(&(*conn, false));
                self.pcap.closed(*conn);
            }
            Item::Gap(lost) => {
                // Streams are out of step now.
                self.streams.clear();
                if self.kind == TraceKind::Ladder {
                    let _ = writeln!(self.formed, "# {lost} not shown: the writer was too slow");
                }
            }
            Item::Swap(_) => {}
        }
        if self.formed.len() >= PIECE {
            self.flush();
        }
    }

    fn record(&mut self, record: &Record) {
        let Some(conn) = record.conn else {
            return self.message(record, &record.bytes);
        };
        let key = (conn, record.outbound);
        let mut assembler = self.streams.remove(&key).unwrap_or_default();
        assembler.push(&record.bytes, |message| self.message(record, message));
        self.streams.insert(key, assembler);
    }

    fn message(&mut self, record: &Record, bytes: &[u8]) {
        if let Some(wanted) = &self.call_id
            && ladder::header(bytes, &["Call-ID", "i"]) != Some(wanted)
        {
            return;
        }
        let masked: Vec<u8>;
        let bytes = if self.secrets {
            bytes
        } else {
            let mut copy = bytes.to_vec();
            ladder::mask_credentials(&mut copy);
            masked = copy;
            &masked
        };
        let (from, to): (SocketAddr, SocketAddr) = if record.outbound {
            (record.local, record.remote)
        } else {
            (record.remote, record.local)
        };
        match self.kind {
            TraceKind::Ladder => {
                if let Some(line) = ladder::line(record.at, &from, &to, bytes) {
                    self.formed.extend_from_slice(line.as_bytes());
                    self.formed.push(b'\n');
                } else if bytes.iter().any(|byte| !matches!(byte, b'\r' | b'\n' | 0)) {
                    let _ = writeln!(
                        self.formed,
                        "{} {from} → {to} {} bytes, not SIP",
                        record.at,
                        bytes.len()
                    );
                }
            }
            TraceKind::Pcap => self.pcap.message(
                &mut self.formed,
                record.unix_micros,
                record.protocol,
                record.conn,
                record.outbound,
                from,
                to,
                bytes,
            ),
            TraceKind::Json => {
                let mut text = String::new();
                json::line(
                    &mut text,
                    record.unix_micros,
                    record.protocol,
                    from,
                    to,
                    record.outbound,
                    bytes,
                );
                self.formed.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// Hands on what is formed.
    pub(super) fn flush(&mut self) {
        if self.formed.is_empty() || self.broken {
            return;
        }
        let written = match &mut self.output {
            Output::File(file) => file.write_all(&self.formed),
            Output::StdErr => io::stderr().lock().write_all(&self.formed),
            Output::Bytes(sink) => {
                sink(&self.formed);
                Ok(())
            }
        };
        self.formed.clear();
        if let Err(error) = written {
            log::warn!("a trace ends here: {error}");
            self.broken = true;
            self.streams = HashMap::new();
        }
    }
}
