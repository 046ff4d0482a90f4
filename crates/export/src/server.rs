//! A server for one page.
//!
//! Who asks may be anybody: a request has a limit in bytes and in time, so has the answer, and at most [`MAX_CLIENTS`] are served at
//! once, each on a thread of its own. A client that hangs holds nobody else up.

use crate::prometheus::CONTENT_TYPE;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Clients that are served at once; further ones are told to come again.
pub const MAX_CLIENTS: usize = 8;
/// Bytes of a request's head.
const MAX_HEAD: usize = 8 << 10;
/// How long a client may take to ask, and then to read.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much is written at once, between two looks at the clock.
const PIECE: usize = 64 << 10;

/// Listens where `address` says: `HOST:PORT`, or a port alone, with or without a colon, for this machine only.
///
/// # Errors
/// The address is none, or cannot be had; a message for people.
pub fn listen(address: &str) -> Result<TcpListener, String> {
    let port = address.strip_prefix(':').unwrap_or(address);
    let complete = if port.parse::<u16>().is_ok() { format!("127.0.0.1:{port}") } else { address.to_owned() };
    let cannot = |error: io::Error| {
        format!(
            "metrics cannot be served at {address}: {error}; give a free address, as :9464, or :0 for any port"
        )
    };
    let addresses: Vec<SocketAddr> = complete.to_socket_addrs().map_err(cannot)?.collect();
    TcpListener::bind(addresses.as_slice()).map_err(cannot)
}

/// Whether other machines can ask.
pub fn is_open(listener: &TcpListener) -> bool {
    let mapped = |address: SocketAddr| match address.ip() {
        IpAddr::V6(ip) => ip.to_canonical(),
        ip => ip,
    };
    listener.local_addr().is_ok_and(|address| !mapped(address).is_loopback())
}

/// Serves the page at `/metrics` on threads of its own, until the process ends.
///
/// # Errors
/// No thread can be made.
pub fn serve(listener: TcpListener, page: impl Fn() -> String + Send + Sync + 'static) -> io::Result<()> {
    let (page, clients) = (Arc::new(page), Arc::new(AtomicUsize::new(0)));
    let thread = thread::Builder::new().name("clrhost-metrics".to_owned());
    thread.spawn(move || {
        loop {
            match listener.accept() {
                Ok((stream, _)) => begin(stream, &page, &clients),
                // No descriptors are left, mostly; they come back.
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    })?;
    Ok(())
}

/// Gives a place back.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn begin<F: Fn() -> String + Send + Sync + 'static>(
    mut stream: TcpStream,
    page: &Arc<F>,
    clients: &Arc<AtomicUsize>,
) {
    let taken = clients.fetch_add(1, Ordering::Relaxed);
    let place = Place(Arc::clone(clients));
    if taken >= MAX_CLIENTS {
        // A fresh connection takes so little at once.
        let _ = stream.set_nonblocking(true);
        let _ = stream.write(&response(
            "503 Service Unavailable",
            "text/plain",
            "too many clients; come again\n",
        ));
        return;
    }
    let page = Arc::clone(page);
    let thread = thread::Builder::new().name("clrhost-metrics".to_owned());
    // Where there is no thread, the connection is closed.
    let _ = thread.spawn(move || {
        let _place = place;
        // Whoever went away does not mind.
        let _ = answer(&mut stream, page.as_ref());
    });
}

fn answer(stream: &mut TcpStream, page: &impl Fn() -> String) -> io::Result<()> {
    let head = read_head(stream, Instant::now() + PATIENCE)?;
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let path = target.map(|target| target.split('?').next().unwrap_or_default());
    let plain = "text/plain; charset=utf-8";
    let answer = match (method, path, version) {
        (_, _, version) if !version.is_some_and(|version| version.starts_with("HTTP/1.")) => {
            response("400 Bad Request", plain, "this is no HTTP request\n")
        }
        (Some("GET"), Some("/metrics"), _) => response("200 OK", CONTENT_TYPE, &page()),
        (Some("GET"), _, _) => response("404 Not Found", plain, "metrics are at /metrics\n"),
        _ => response("405 Method Not Allowed\r\nAllow: GET", plain, "only GET\n"),
    };
    write_all(stream, &answer, Instant::now() + PATIENCE)
}

fn response(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// What is left until then; an error if nothing is.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn read_head(stream: &mut TcpStream, deadline: Instant) -> io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => head.extend_from_slice(&piece[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn write_all(stream: &mut TcpStream, bytes: &[u8], deadline: Instant) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        match stream.write(&rest[..rest.len().min(PIECE)])? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => rest = &rest[written..],
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> SocketAddr {
        let listener = listen(":0").unwrap();
        let address = listener.local_addr().unwrap();
        serve(listener, || "metrics\n".to_owned()).unwrap();
        address
    }

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        // A refused client may find the connection reset.
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn one_page_is_served() {
        let address = start();
        let page = ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with("\r\n\r\nmetrics\n"), "{page}");
        assert!(ask(address, "GET /metrics?x=1 HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
        assert!(ask(address, "GET /metricsx HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
        assert!(ask(address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        assert!(ask(address, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
        assert_eq!(ask(address, &"x".repeat(100_000)), "");
    }

    #[test]
    fn who_hangs_holds_nobody_up_until_all_places_are_taken() {
        let address = start();
        let mut hanging: Vec<TcpStream> =
            (1..MAX_CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
        hanging[0].write_all(b"GET /met").unwrap();
        assert!(ask(address, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
        // The place of the last one is given back a moment after its answer.
        while hanging.len() < 2 * MAX_CLIENTS {
            hanging.push(TcpStream::connect(address).unwrap());
        }
        let refused = ask(address, "");
        assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
        drop(hanging);
        // When they are gone, there is room again.
        let again = || ask(address, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 ");
        let end = Instant::now() + Duration::from_secs(20);
        while !again() {
            assert!(Instant::now() < end);
        }
    }

    #[test]
    fn a_port_alone_is_for_this_machine() {
        for address in [":0", "0", "127.0.0.1:0", "localhost:0"] {
            assert!(!is_open(&listen(address).unwrap()), "{address}");
        }
        assert!(is_open(&listen("0.0.0.0:0").unwrap()));
        for wrong in ["", "nowhere", "127.0.0.1", ":99999", "192.0.2.1:80"] {
            assert!(listen(wrong).unwrap_err().contains("give a free address"), "{wrong}");
        }
    }
}
