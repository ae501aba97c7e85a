//! What goes on though whoever asked for it has gone: a process that is to end waits for it.

use tokio::sync::watch;

/// How much of it there is.
#[derive(Debug, Default)]
pub(crate) struct UnderWay(watch::Sender<usize>);

/// One piece of it, until it is dropped.
#[derive(Debug)]
pub(crate) struct Piece(watch::Sender<usize>);

impl UnderWay {
    pub(crate) fn begin(&self) -> Piece {
        self.0.send_modify(|pieces| *pieces += 1);
        Piece(self.0.clone())
    }

    /// Waits until there is none.
    pub(crate) async fn none(&self) {
        // The sender is here, so there is nothing that could go wrong.
        let _ = self.0.subscribe().wait_for(|pieces| *pieces == 0).await;
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.send_modify(|pieces| *pieces = pieces.saturating_sub(1));
    }
}
