//! `DIR/control.sock`: one JSON request a line in, one JSON answer a line out, then the connection ends.
//!
//! Only the user who runs the server may speak through it: the socket has mode 0600, and the peer's user is asked of the
//! kernel as well, since the mode is set a moment after the socket is made.

use std::fs::{File, Permissions};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fornax::Engine;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream as Peer};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::administration::{self, Answer, Request};
use crate::failure::Failure;

/// Bytes of a request's line.
const REQUEST_BYTES_MAX: u64 = 64 << 10;
/// Bytes of an answer's line.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// How long a peer may take to say what it wants.
const SILENCE: Duration = Duration::from_secs(10);
/// Requests at once; more wait in the operating system's queue.
const RUNNING_MAX: u32 = 4;

const NAME: &str = "control.sock";

/// The socket's path by way of the open directory: a socket's path has 107 bytes at most, a directory's may have more.
fn path_within(directory: &File) -> PathBuf {
    Path::new("/proc/self/fd").join(directory.as_raw_fd().to_string()).join(NAME)
}

/// The server's end.
pub(crate) struct ControlSocket {
    path: PathBuf,
    task: JoinHandle<()>,
    room: Arc<Semaphore>,
}

impl ControlSocket {
    /// Listens in a directory that the engine owns: what lies there under the name is left over from a server that is gone.
    pub(crate) fn bind(directory: &Path, engine: &Engine) -> Result<Self, Failure> {
        let path = directory.join(NAME);
        let failed = || Failure::io(format!("cannot listen on {}", path.display()));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed()(error)),
            _ => {}
        }
        let opened = File::open(directory).map_err(failed())?;
        let socket = UnixListener::bind(path_within(&opened)).map_err(failed())?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed())?;
        let owner = std::fs::metadata(&path).map_err(failed())?.uid();
        let room = Arc::new(Semaphore::new(RUNNING_MAX as usize));
        let (engine, shared) = (engine.clone(), Arc::clone(&room));
        let task = tokio::spawn(async move { listen(&socket, owner, &engine, &shared).await });
        Ok(Self { path, task, room })
    }

    /// Takes no more requests, lets those under way finish, for a time, and removes the socket.
    pub(crate) async fn close(self, patience: Duration) {
        self.task.abort();
        // It was cut off, which is what was wanted.
        let _cancelled = self.task.await;
        if timeout(patience, self.room.acquire_many(RUNNING_MAX)).await.is_err() {
            tracing::warn!("a command was still under way when the server stopped");
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control socket could not be removed");
        }
    }
}

async fn listen(socket: &UnixListener, owner: u32, engine: &Engine, room: &Arc<Semaphore>) {
    while let Ok(place) = Arc::clone(room).acquire_owned().await {
        let Ok((peer, _)) = socket.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let engine = engine.clone();
        tokio::spawn(async move {
            if let Err(error) = attend(peer, owner, engine).await {
                tracing::warn!(%error, "a command was not answered");
            }
            drop(place);
        });
    }
}

async fn attend(mut peer: Peer, owner: u32, engine: Engine) -> io::Result<()> {
    let user = peer.peer_cred()?.uid();
    if user != owner && user != 0 {
        return Err(ErrorKind::PermissionDenied.into());
    }
    let (from, mut to) = peer.split();
    let mut line = Vec::new();
    let mut from = tokio::io::BufReader::new(from.take(REQUEST_BYTES_MAX));
    timeout(SILENCE, from.read_until(b'\n', &mut line)).await??;
    let request: Request = serde_json::from_slice(&line).map_err(io::Error::other)?;
    let answer = tokio::task::spawn_blocking(move || administration::answer(&engine, &request));
    let mut answer =
        serde_json::to_vec(&answer.await.map_err(io::Error::other)?).map_err(io::Error::other)?;
    answer.push(b'\n');
    timeout(SILENCE, to.write_all(&answer)).await?
}

/// Asks the server that runs on a directory; `None`: none does.
pub(crate) fn ask(directory: &Path, request: &Request) -> Result<Option<Answer>, Failure> {
    let connected = File::open(directory).and_then(|opened| UnixStream::connect(path_within(&opened)));
    let asked = match connected {
        Ok(stream) => exchange(stream, request).map(Some),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(error),
    };
    let path = directory.join(NAME);
    asked.map_err(Failure::io(format!("cannot speak to the server through {}", path.display())))
}

fn exchange(mut stream: UnixStream, request: &Request) -> io::Result<Answer> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    BufReader::new(stream.take(ANSWER_BYTES_MAX)).read_until(b'\n', &mut answer)?;
    if answer.is_empty() {
        return Err(io::Error::new(
            ErrorKind::UnexpectedEof,
            "the server gave no answer; its log may say why",
        ));
    }
    Ok(serde_json::from_slice(&answer)?)
}
