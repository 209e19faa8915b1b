//! A client of few instructions: what it takes is taken from the same cores as what is measured.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer no answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One request.
pub(crate) struct Call<'a> {
    pub method: &'static str,
    /// Path and query.
    pub target: &'a str,
    /// Empty for none.
    pub body: &'a [u8],
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
    line: String,
    out: Vec<u8>,
    /// The body of the last answer.
    pub body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (line, out, body) = (String::new(), Vec::new(), Vec::new());
        Ok(Self { stream: BufReader::with_capacity(64 << 10, stream), address, line, out, body })
    }

    /// Sends a request and reads the answer; answers its status.
    pub(crate) fn ask(&mut self, call: &Call<'_>) -> io::Result<u16> {
        self.out.clear();
        write!(self.out, "{} {} HTTP/1.1\r\nHost: {}\r\n", call.method, call.target, self.address)?;
        if !call.body.is_empty() {
            write!(
                self.out,
                "Content-Type: application/fhir+json\r\nContent-Length: {}\r\n",
                call.body.len()
            )?;
        }
        self.out.extend_from_slice(b"\r\n");
        self.out.extend_from_slice(call.body);
        self.stream.get_mut().write_all(&self.out)?;
        self.read_answer()
    }

    fn read_answer(&mut self) -> io::Result<u16> {
        let wrong = || io::Error::new(ErrorKind::InvalidData, "the answer is not HTTP/1.1");
        self.read_line()?;
        let status = self.line.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
        let (mut length, mut is_chunked) = (0, false);
        loop {
            self.read_line()?;
            let Some((name, value)) = self.line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().map_err(|_| wrong())?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                is_chunked = value.trim().eq_ignore_ascii_case("chunked");
            }
        }
        self.body.clear();
        if !is_chunked {
            self.read_body(length)?;
            return Ok(status);
        }
        loop {
            self.read_line()?;
            let length = u64::from_str_radix(self.line.trim(), 16).map_err(|_| wrong())?;
            self.read_body(length)?;
            self.read_line()?;
            if length == 0 {
                return Ok(status);
            }
        }
    }

    fn read_body(&mut self, length: u64) -> io::Result<()> {
        let read = (&mut self.stream).take(length).read_to_end(&mut self.body)?;
        if (read as u64) < length { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// A line without its end.
    fn read_line(&mut self) -> io::Result<()> {
        self.line.clear();
        if self.stream.read_line(&mut self.line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.line.truncate(self.line.trim_end().len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// What a connection makes of an answer.
    fn check(answer: &'static str, status: u16, body: &str) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 1_024];
            let read = stream.read(&mut request).expect("a request");
            stream.write_all(answer.as_bytes()).expect("an answer");
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let mut connection = Connection::open(address).expect("a connection");
        let call = Call { method: "POST", target: "/fhir/Basic", body: b"{}" };
        assert_eq!(connection.ask(&call).expect("an answer"), status, "{answer}");
        assert_eq!(String::from_utf8_lossy(&connection.body), body, "{answer}");
        let request = server.join().expect("a request");
        assert!(request.starts_with("POST /fhir/Basic HTTP/1.1\r\n") && request.ends_with("\r\n\r\n{}"));
    }

    #[test]
    fn answers_are_read_whole() {
        check("HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc", 201, "abc");
        check("HTTP/1.1 204 No Content\r\n\r\n", 204, "");
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            200,
            "abc",
        );
    }
}
