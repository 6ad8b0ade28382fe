//! A receiver that does what none should.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// A receiver that does what none should, to each connection, until the test ends.
#[derive(Debug)]
pub(crate) struct Hostile {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

/// What it does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Reads, and answers with these bytes.
    Answers(&'static str),
    /// Reads, and closes without an answer.
    Dies,
    /// Begins an answer and sends a byte of it now and then.
    Drips,
    /// Answers without an end.
    Endless,
    /// Answers with what is no HTTP.
    Garbage,
    /// Accepts, reads, and says nothing.
    Hangs,
    /// Closes with what it was sent unread, which resets.
    Resets,
}

// === impl Hostile ===

impl Hostile {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let open = Arc::<AtomicUsize>::default();
        let (seen, open_now) = (Arc::clone(&connections), Arc::clone(&open));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                seen.fetch_add(1, Ordering::SeqCst);
                open_now.fetch_add(1, Ordering::SeqCst);
                let open_now = Arc::clone(&open_now);
                thread::spawn(move || {
                    // It fails as the exporter goes away, and that is its end.
                    let _ = manner.treat(connection);
                    open_now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            connections,
            open,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections are open, from where it sits.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

// === impl Manner ===

impl Manner {
    fn treat(self, mut connection: TcpStream) -> std::io::Result<()> {
        let mut request = [0; 64 * 1024];
        if let Self::Resets = self {
            // Something is unread by then.
            thread::sleep(Duration::from_millis(20));
            return Ok(());
        }
        loop {
            if connection.read(&mut request)? == 0 {
                return Ok(());
            }
            match self {
                Self::Answers(answer) => connection.write_all(answer.as_bytes())?,
                Self::Dies => return Ok(()),
                Self::Drips => {
                    connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
                    loop {
                        connection.write_all(b"x")?;
                        thread::sleep(Duration::from_millis(30));
                    }
                }
                Self::Endless => {
                    connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                    loop {
                        connection.write_all(&[b'x'; 4_096])?;
                    }
                }
                Self::Garbage => connection.write_all(b"220 smtp.example ESMTP\r\n")?,
                Self::Hangs => {}
                Self::Resets => unreachable!("it is above"),
            }
        }
    }
}
