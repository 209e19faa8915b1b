//! A connection whose client must keep taking what it is sent.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::patience::Patience;

/// Fails a write that makes no headway for a time, or too little over a longer one: otherwise a client that hardly reads keeps its
/// answer in memory for ever.
pub(crate) struct Steady<S> {
    stream: S,
    patience: Patience,
    /// While a write waits: since when, and until when it may.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Steady<S> {
    pub(crate) fn new(stream: S, patience: Patience) -> Self {
        Self { stream, patience, waiting: None }
    }

    /// The outcome of a write of so many bytes, or an error if it has waited for too long.
    fn within<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = &outcome {
            let waited = self.waiting.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
            self.patience.moved(done.as_ref().map_or(0, bytes), waited);
            return outcome;
        }
        let patience = self.patience.next();
        let (_, until) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + patience)))
        });
        match until.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Steady<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Steady<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within(outcome, |written| *written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.within(outcome, |written| *written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.within(outcome, |()| 0, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    /// A stream with room for so many bytes, under 30 s of patience and 1 KiB a second.
    fn steady(room_bytes: usize) -> (Steady<DuplexStream>, DuplexStream) {
        let (near, far) = duplex(room_bytes);
        (Steady::new(near, Patience::new(Duration::from_secs(30), 1 << 10)), far)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (mut steady, far) = steady(4);
        let error = steady.write_all(b"12345").await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(far);
    }

    /// What is sent to a client that takes `step` bytes each 5 s: whether it gets all of so many.
    async fn gets(bytes: usize, step: usize) -> bool {
        let (mut steady, mut far) = steady(step);
        let send = async move { steady.write_all(&vec![0; bytes]).await.is_ok() };
        let take = async {
            let mut taken = vec![0; step];
            for _ in 0..bytes / step {
                // The clock is paused: it goes on to whatever is due next.
                let _elapsed = tokio::time::timeout(Duration::from_secs(5), pending::<()>()).await;
                if far.read_exact(&mut taken).await.is_err() {
                    break;
                }
            }
        };
        tokio::join!(send, take).0
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_gets_all_and_a_trickling_one_is_given_up() {
        assert!(gets(5, 1).await, "25 s, whatever comes in them");
        assert!(gets(200 << 10, 5 << 10).await, "200 s at 1 KiB a second");
        assert!(!gets(100, 1).await, "500 s at a byte now and then");
    }
}
