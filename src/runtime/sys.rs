//! The calls into the system that have no safe form: the one file of this layer with `unsafe`.
//!
//! Batched datagrams (`recvmmsg`, `sendmmsg`) and ICMP errors on Linux, with portable fall-backs; threads that block
//! every signal; a page that the kernel wipes in a forked child; the waitable fd of the event queue; this machine's addresses.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::thread::{Builder, JoinHandle};

use mio::net::UdpSocket;

/// Datagrams in one system call at most.
pub(super) const BATCH: usize = 32;
/// No datagram is longer.
const DATAGRAM: usize = 65_536;

/// Room for one batch of datagrams. The pages are touched only as far as datagrams fill them.
pub(super) struct Inbound {
    buffer: Vec<u8>,
    seen: Vec<(SocketAddr, usize)>,
}

impl Inbound {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; BATCH * DATAGRAM],
            seen: Vec::with_capacity(BATCH),
        }
    }

    /// Receives what is there, [`BATCH`] at most; how many it were.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        self.seen.clear();
        platform::receive(socket, &mut self.buffer, &mut self.seen)?;
        Ok(self.seen.len())
    }

    /// The `index`th datagram of the batch and where it came from.
    pub(super) fn get(&self, index: usize) -> Option<(SocketAddr, &[u8])> {
        let (from, length) = *self.seen.get(index)?;
        let start = index * DATAGRAM;
        Some((from, self.buffer.get(start..start + length)?))
    }
}

/// Sends datagrams to their addresses; how many of the first went out. An error speaks of the first.
pub(super) fn send<B: Deref<Target = [u8]>>(
    socket: &UdpSocket,
    datagrams: &[(SocketAddr, B)],
) -> io::Result<usize> {
    match datagrams {
        [] => Ok(0),
        [(to, bytes)] => socket.send_to(bytes, *to).map(|_| 1),
        _ => platform::send(socket, datagrams),
    }
}

/// Starts a thread that no signal of the process is delivered to.
pub(super) fn spawn(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    // The system keeps 15 bytes of a thread's name and refuses a NUL.
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_graphic())
        .take(15)
        .collect();
    platform::with_signals_blocked(|| Builder::new().name(name).spawn(body))
}

#[cfg(target_os = "linux")]
pub(super) use platform::read_errors;
pub(super) use platform::{EventFd, addresses, generation, report_errors, without_sigpipe};

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::mem::{MaybeUninit, size_of, zeroed};
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
    use std::os::fd::{AsRawFd, FromRawFd, RawFd};
    use std::ptr::{from_mut, from_ref, null_mut};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use socket2::SockAddr;

    use super::*;

    pub(in super::super) fn receive(
        socket: &UdpSocket,
        buffer: &mut [u8],
        seen: &mut Vec<(SocketAddr, usize)>,
    ) -> io::Result<()> {
        // SAFETY: all-zero is a valid value of these C structs.
        let mut names: [libc::sockaddr_storage; BATCH] = unsafe { zeroed() };
        // SAFETY: as above.
        let mut parts: [libc::iovec; BATCH] = unsafe { zeroed() };
        // SAFETY: as above.
        let mut heads: [libc::mmsghdr; BATCH] = unsafe { zeroed() };
        let mut count = 0;
        for (index, piece) in buffer.chunks_exact_mut(DATAGRAM).take(BATCH).enumerate() {
            parts[index] = libc::iovec {
                iov_base: piece.as_mut_ptr().cast(),
                iov_len: piece.len(),
            };
            let head = &mut heads[index].msg_hdr;
            head.msg_name = from_mut(&mut names[index]).cast();
            head.msg_namelen = length_of::<libc::sockaddr_storage>();
            head.msg_iov = &raw mut parts[index];
            head.msg_iovlen = 1;
            count += 1;
        }
        // SAFETY: `count` heads point at `count` names and parts that live until after the call; each part is a
        // disjoint piece of `buffer`.
        let got = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                heads.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT,
                null_mut(),
            )
        };
        let Ok(got) = usize::try_from(got) else {
            return Err(io::Error::last_os_error());
        };
        for (head, name) in heads.iter().zip(&names).take(got) {
            // A datagram from no address cannot be answered; its place stays so that the indices fit.
            let from = address(name).unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
            seen.push((from, (head.msg_len as usize).min(DATAGRAM)));
        }
        Ok(())
    }

    pub(in super::super) fn send<B: Deref<Target = [u8]>>(
        socket: &UdpSocket,
        datagrams: &[(SocketAddr, B)],
    ) -> io::Result<usize> {
        let names: [Option<SockAddr>; BATCH] =
            std::array::from_fn(|index| datagrams.get(index).map(|(to, _)| SockAddr::from(*to)));
        // SAFETY: all-zero is a valid value of these C structs.
        let mut parts: [libc::iovec; BATCH] = unsafe { zeroed() };
        // SAFETY: as above.
        let mut heads: [libc::mmsghdr; BATCH] = unsafe { zeroed() };
        let mut count = 0;
        for (index, ((_, bytes), name)) in datagrams.iter().zip(names.iter().flatten()).enumerate()
        {
            parts[index] = libc::iovec {
                iov_base: bytes.as_ptr().cast_mut().cast(),
                iov_len: bytes.len(),
            };
            let head = &mut heads[index].msg_hdr;
            head.msg_name = name.as_ptr().cast_mut().cast();
            head.msg_namelen = name.len();
            head.msg_iov = &raw mut parts[index];
            head.msg_iovlen = 1;
            count += 1;
        }
        // SAFETY: `count` heads point at names, parts and bytes that live until after the call, which reads them only.
        let sent = unsafe {
            libc::sendmmsg(
                socket.as_raw_fd(),
                heads.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
            )
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Asks the kernel to say which address an ICMP error came for.
    pub(in super::super) fn report_errors(socket: &UdpSocket, ipv6: bool) {
        let on: libc::c_int = 1;
        let (level, name) = if ipv6 {
            (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
        } else {
            (libc::IPPROTO_IP, libc::IP_RECVERR)
        };
        // SAFETY: the option's value is the int that is pointed at. Without the option errors are merely not seen.
        unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                level,
                name,
                from_ref(&on).cast(),
                length_of::<libc::c_int>(),
            );
        }
    }

    /// Takes the ICMP errors that have come: the addresses that cannot be reached, and how many errors there were.
    pub(in super::super) fn read_errors(socket: &UdpSocket, lost: &mut Vec<SocketAddr>) -> usize {
        let mut count = 0;
        while count < 64 {
            // SAFETY: all-zero is a valid value of these C structs.
            let mut name: libc::sockaddr_storage = unsafe { zeroed() };
            // SAFETY: as above.
            let mut head: libc::msghdr = unsafe { zeroed() };
            // Words rather than bytes, for the alignment of cmsghdr.
            let mut control = [MaybeUninit::<u64>::zeroed(); 64];
            head.msg_name = from_mut(&mut name).cast();
            head.msg_namelen = length_of::<libc::sockaddr_storage>();
            head.msg_control = control.as_mut_ptr().cast();
            head.msg_controllen = size_of_val(&control);
            // SAFETY: the head points at name and control buffer of the lengths it says; no payload is asked for.
            let got = unsafe {
                libc::recvmsg(
                    socket.as_raw_fd(),
                    &raw mut head,
                    libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT,
                )
            };
            if got < 0 {
                break;
            }
            count += 1;
            // SAFETY: the kernel filled the control buffer; CMSG_FIRSTHDR keeps inside msg_controllen.
            let mut entry = unsafe { libc::CMSG_FIRSTHDR(&raw const head) };
            while !entry.is_null() {
                // SAFETY: not null, so it points at a whole header inside the buffer.
                let (level, kind) = unsafe { ((*entry).cmsg_level, (*entry).cmsg_type) };
                if (level, kind) == (libc::IPPROTO_IP, libc::IP_RECVERR)
                    || (level, kind) == (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
                {
                    // SAFETY: this kind of entry holds a sock_extended_err; read without asking for its alignment.
                    let error: libc::sock_extended_err = unsafe {
                        libc::CMSG_DATA(entry)
                            .cast::<libc::sock_extended_err>()
                            .read_unaligned()
                    };
                    let code = i32::try_from(error.ee_errno).unwrap_or(0);
                    let gone = matches!(
                        code,
                        libc::ECONNREFUSED | libc::EHOSTUNREACH | libc::ENETUNREACH | libc::EACCES
                    );
                    if let (true, Some(to)) = (gone, address(&name)) {
                        lost.push(to);
                    }
                }
                // SAFETY: `entry` came from the same head.
                entry = unsafe { libc::CMSG_NXTHDR(&raw const head, entry) };
            }
        }
        count
    }

    fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
        match libc::c_int::from(name.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says which of the forms the storage holds, and it is large enough for each.
                let v4 = unsafe { &*from_ref(name).cast::<libc::sockaddr_in>() };
                let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
                Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
            }
            libc::AF_INET6 => {
                // SAFETY: as above.
                let v6 = unsafe { &*from_ref(name).cast::<libc::sockaddr_in6>() };
                let ip = Ipv6Addr::from(v6.sin6_addr.s6_addr);
                let port = u16::from_be(v6.sin6_port);
                Some(SocketAddrV6::new(ip, port, 0, v6.sin6_scope_id).into())
            }
            _ => None,
        }
    }

    fn length_of<T>() -> libc::socklen_t {
        libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
    }

    /// Runs `body` with every signal blocked in this thread; what it spawns inherits that.
    ///
    /// One exception: where a language runtime lives in the process (its handlers tell), the signals by which it stops
    /// threads for a collection of garbage, and faults, which it makes exceptions of, stay open. The application's own
    /// code may run on our threads, and a runtime would wait for an answer for ever.
    pub(in super::super) fn with_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
        let runtime: Vec<libc::c_int> = [libc::SIGPWR, libc::SIGXCPU]
            .into_iter()
            .chain(libc::SIGRTMIN()..=libc::SIGRTMAX())
            .filter(|signal| is_handled(*signal))
            .collect();
        let faults = [
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGTRAP,
            libc::SIGABRT,
        ];
        let open = runtime
            .iter()
            .chain(faults.iter().filter(|_| !runtime.is_empty()));
        // SAFETY: all-zero is a valid sigset_t; the calls fill, change or read the sets they are given.
        let old = unsafe {
            let (mut all, mut old): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
            libc::sigfillset(&raw mut all);
            for signal in open {
                libc::sigdelset(&raw mut all, *signal);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut old);
            old
        };
        let result = body();
        // SAFETY: `old` is what the first call gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const old, null_mut()) };
        result
    }

    /// Whether the program has a handler of its own for a signal.
    fn is_handled(signal: libc::c_int) -> bool {
        // SAFETY: all-zero is a valid sigaction; the call only fills it.
        let (known, action) = unsafe {
            let mut action: libc::sigaction = zeroed();
            let known = libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0;
            (known, action)
        };
        known && action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN
    }

    /// Runs `body` so that a write to a closed pipe is an error only, on threads that are not ours.
    pub(in super::super) fn without_sigpipe<R>(body: impl FnOnce() -> R) -> R {
        // SAFETY: all-zero is a valid sigset_t; the calls fill or read the sets they are given.
        let (pipe, old, before) = unsafe {
            let (mut pipe, mut old, mut pending): (libc::sigset_t, libc::sigset_t, libc::sigset_t) =
                (zeroed(), zeroed(), zeroed());
            libc::sigemptyset(&raw mut pipe);
            libc::sigaddset(&raw mut pipe, libc::SIGPIPE);
            libc::sigpending(&raw mut pending);
            let before = libc::sigismember(&raw const pending, libc::SIGPIPE) == 1;
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const pipe, &raw mut old);
            (pipe, old, before)
        };
        let result = body();
        // SAFETY: as above; a signal that waited before is not ours to take.
        unsafe {
            if !before {
                let none = libc::timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                };
                libc::sigtimedwait(&raw const pipe, null_mut(), &raw const none);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const old, null_mut());
        }
        result
    }

    /// A number for this process that a forked child does not share: read from a page that the kernel wipes at fork.
    pub(in super::super) fn generation() -> u64 {
        static PAGE: OnceLock<Option<&'static AtomicU64>> = OnceLock::new();
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let Some(word) = PAGE.get_or_init(wiped_page) else {
            return u64::from(std::process::id());
        };
        match word.load(Ordering::Relaxed) {
            0 => {
                let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
                match word.compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => fresh,
                    Err(other) => other,
                }
            }
            known => known,
        }
    }

    fn wiped_page() -> Option<&'static AtomicU64> {
        // SAFETY: a fresh private mapping, never unmapped, zero-filled and page-aligned: a valid AtomicU64 for ever.
        unsafe {
            let size = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).ok()?;
            let page = libc::mmap(
                null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            if page == libc::MAP_FAILED {
                return None;
            }
            if libc::madvise(page, size, libc::MADV_WIPEONFORK) != 0 {
                libc::munmap(page, size);
                return None;
            }
            Some(&*page.cast::<AtomicU64>())
        }
    }

    /// An fd that is readable while it is set.
    pub(in super::super) struct EventFd(File);

    impl EventFd {
        pub(in super::super) fn new() -> io::Result<Self> {
            // SAFETY: no pointer is passed; a non-negative answer is an fd that nobody else owns.
            unsafe {
                let fd = libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC);
                if fd < 0 {
                    return Err(io::Error::last_os_error());
                }
                Ok(Self(File::from_raw_fd(fd)))
            }
        }

        pub(in super::super) fn set(&self) {
            // The only error is a full counter, and that is set.
            let _ = (&self.0).write(&1_u64.to_ne_bytes());
        }

        pub(in super::super) fn clear(&self) {
            // The only error is an empty counter, and that is clear.
            let _ = (&self.0).read(&mut [0; 8]);
        }

        pub(in super::super) fn raw(&self) -> RawFd {
            self.0.as_raw_fd()
        }
    }

    /// The addresses of this machine's interfaces that are up: others first, loopback last, no link-local ones.
    pub(in super::super) fn addresses(ipv6: bool) -> Vec<IpAddr> {
        let (mut outside, mut inside) = (Vec::new(), Vec::new());
        let mut list: *mut libc::ifaddrs = null_mut();
        // SAFETY: the call fills `list`, which is walked while it lives and freed once.
        unsafe {
            if libc::getifaddrs(&raw mut list) != 0 {
                return outside;
            }
            let mut entry = list;
            while let Some(interface) = entry.as_ref() {
                entry = interface.ifa_next;
                let up =
                    interface.ifa_flags & libc::c_uint::try_from(libc::IFF_UP).unwrap_or(0) != 0;
                if !up || interface.ifa_addr.is_null() {
                    continue;
                }
                let mut name: libc::sockaddr_storage = zeroed();
                let length = match libc::c_int::from((*interface.ifa_addr).sa_family) {
                    libc::AF_INET => size_of::<libc::sockaddr_in>(),
                    libc::AF_INET6 => size_of::<libc::sockaddr_in6>(),
                    _ => continue,
                };
                from_mut(&mut name)
                    .cast::<u8>()
                    .copy_from_nonoverlapping(interface.ifa_addr.cast(), length);
                match address(&name).map(|address| address.ip()) {
                    Some(ip) if ip.is_ipv6() != ipv6 => {}
                    Some(IpAddr::V6(ip)) if ip.is_unicast_link_local() => {}
                    Some(ip) if ip.is_loopback() => inside.push(ip),
                    Some(ip) => outside.push(ip),
                    None => {}
                }
            }
            libc::freeifaddrs(list);
        }
        outside.append(&mut inside);
        outside
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    pub(in super::super) fn receive(
        socket: &UdpSocket,
        buffer: &mut [u8],
        seen: &mut Vec<(SocketAddr, usize)>,
    ) -> io::Result<()> {
        for piece in buffer.chunks_exact_mut(DATAGRAM).take(BATCH) {
            match socket.recv_from(piece) {
                Ok((length, from)) => seen.push((from, length)),
                Err(_) if !seen.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(in super::super) fn send<B: Deref<Target = [u8]>>(
        socket: &UdpSocket,
        datagrams: &[(SocketAddr, B)],
    ) -> io::Result<usize> {
        for (index, (to, bytes)) in datagrams.iter().enumerate() {
            match socket.send_to(bytes, *to) {
                Ok(_) => {}
                Err(_) if index > 0 => return Ok(index),
                Err(error) => return Err(error),
            }
        }
        Ok(datagrams.len())
    }

    pub(in super::super) fn report_errors(_socket: &UdpSocket, _ipv6: bool) {}

    #[cfg(unix)]
    pub(in super::super) fn with_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
        // SAFETY: all-zero is a valid sigset_t; the calls fill or read the sets they are given.
        unsafe {
            let (mut all, mut old): (libc::sigset_t, libc::sigset_t) =
                (std::mem::zeroed(), std::mem::zeroed());
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut old);
            let result = body();
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const old, std::ptr::null_mut());
            result
        }
    }

    #[cfg(not(unix))]
    pub(in super::super) fn with_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
        body()
    }

    pub(in super::super) fn without_sigpipe<R>(body: impl FnOnce() -> R) -> R {
        body()
    }

    pub(in super::super) fn generation() -> u64 {
        u64::from(std::process::id())
    }

    /// There is no portable waitable object for the queue.
    pub(in super::super) struct EventFd(std::convert::Infallible);

    impl EventFd {
        pub(in super::super) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in super::super) fn set(&self) {
            match self.0 {}
        }

        pub(in super::super) fn clear(&self) {
            match self.0 {}
        }

        pub(in super::super) fn raw(&self) -> i32 {
            match self.0 {}
        }
    }

    /// The address by which the outside would be reached, and loopback.
    pub(in super::super) fn addresses(ipv6: bool) -> Vec<IpAddr> {
        let (any, probe, own): (SocketAddr, SocketAddr, IpAddr) = if ipv6 {
            (
                (Ipv6Addr::UNSPECIFIED, 0).into(),
                (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into(),
                Ipv6Addr::LOCALHOST.into(),
            )
        } else {
            (
                (Ipv4Addr::UNSPECIFIED, 0).into(),
                (Ipv4Addr::new(192, 0, 2, 1), 9).into(),
                Ipv4Addr::LOCALHOST.into(),
            )
        };
        // Connecting a datagram socket sends nothing; it only chooses a route.
        let outside = std::net::UdpSocket::bind(any)
            .and_then(|socket| socket.connect(probe).and_then(|()| socket.local_addr()))
            .map(|address| address.ip());
        outside
            .into_iter()
            .filter(|ip| *ip != own)
            .chain([own])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_socket_knows_the_loopback_address() {
        assert!(addresses(false).contains(&IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn the_generation_of_a_process_stays() {
        assert_eq!(generation(), generation());
    }
}
