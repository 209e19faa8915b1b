//! How much a client may ask for.

use std::time::Duration;

/// Bounds on requests and connections.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// Bytes of one request's body, unpacked. 128 MiB.
    pub body_bytes_max: usize,
    /// Bytes of all bodies held at once, arriving and being sent; a request waits for its share. 512 MiB.
    pub bodies_bytes_max: usize,
    /// Bytes of a request's target: path and query. 16 KiB.
    pub url_bytes_max: usize,
    /// Bytes of a request's headers. 32 KiB; beyond `head_bytes_max`, which leaves room for both, the refusal has no body.
    pub headers_bytes_max: usize,
    /// Bytes of a request's line and headers together. 64 KiB.
    pub head_bytes_max: usize,
    /// Connections at once; more wait in the operating system's queue. 4,096.
    pub connections_max: usize,
    /// Requests that the engine works on at once. 128: writers that wait for one sync share it.
    pub running_max: usize,
    /// Searches that run side by side from their beginning. 2 a core: of more, each would lie idle in the middle of its work while
    /// all the others have their slices of a core.
    pub searching_max: usize,
    /// How long a search counts as one of these; a longer one goes on beside them. 20 ms.
    pub searching: Duration,
    /// Requests that wait for their turn; a further one is answered 429. 1,024.
    pub waiting_max: usize,
    /// How long a request waits for its turn, or for room for its body, before it is answered 503. 10 s.
    pub turn: Duration,
    /// How long a connection may stay without a whole head of a request. 75 s.
    pub idle: Duration,
    /// How long a client may take between two pieces of a body, whether it sends or receives. 30 s.
    pub silence: Duration,
    /// Bytes of a body that a client must send, or of an answer that it must take, each second, on average and beyond
    /// `silence`. 16 KiB.
    pub body_bytes_per_s_min: usize,
    /// How long the engine may work on a request before the client is told that it may or may not have been done. 300 s.
    pub work: Duration,
    /// How long requests under way may take once the server is to stop. 30 s.
    pub stop: Duration,
    /// Bytes of an answer up to which it needs no share of `bodies_bytes_max` while it is sent. 64 KiB.
    pub answer_bytes_free: usize,
    /// Bytes up to which an answer is laid out for people; a larger one stays compact. 16 MiB.
    pub pretty_bytes_max: usize,
    /// Bytes of JSON up to which a read that finds it in memory is answered as XML without a change of threads: a fraction of a
    /// millisecond. 16 KiB.
    pub xml_at_once_bytes_max: usize,
    /// Bodies from this size on are compressed for clients that take gzip. 1 KiB.
    pub gzip_bytes_min: usize,
    /// Deferred requests that are carried out at once, beside all others. 2.
    pub deferred_running_max: u32,
    /// Bytes of the answer to a deferred request. 64 MiB.
    pub deferred_answer_bytes_max: usize,
    /// Resources that one conditional delete may delete; where more match, none is. 1.
    pub deleted_at_once_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 128 << 20,
            bodies_bytes_max: 512 << 20,
            url_bytes_max: 16 << 10,
            headers_bytes_max: 32 << 10,
            head_bytes_max: 64 << 10,
            connections_max: 4_096,
            running_max: 128,
            searching_max: 2 * std::thread::available_parallelism().map_or(1, usize::from),
            searching: Duration::from_millis(20),
            waiting_max: 1_024,
            turn: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            silence: Duration::from_secs(30),
            body_bytes_per_s_min: 16 << 10,
            work: Duration::from_secs(300),
            stop: Duration::from_secs(30),
            answer_bytes_free: 64 << 10,
            pretty_bytes_max: 16 << 20,
            xml_at_once_bytes_max: 16 << 10,
            gzip_bytes_min: 1 << 10,
            deferred_running_max: 2,
            deferred_answer_bytes_max: 64 << 20,
            deleted_at_once_max: 1,
        }
    }
}
