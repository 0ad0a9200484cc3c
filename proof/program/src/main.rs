//! What runs in the pods of the proof: answers each request with the name of its pod, and logs the number that the request has.
//!
//! `START`: milliseconds until it listens. `DELAY`: milliseconds that an answer takes. `SHUTDOWN`: seconds that open requests get
//! after SIGTERM, while new connections are refused; 0 ends it at once, as a program that does not know SIGTERM ends.

use std::convert::Infallible;
use std::time::Duration;
use std::{env, io};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};

fn number(name: &str) -> u64 {
    env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let pod = Bytes::from(env::var("HOSTNAME").unwrap_or_default());
    let delay = Duration::from_millis(number("DELAY"));
    let shutdown = Duration::from_secs(number("SHUTDOWN"));
    let mut stop = signal(SignalKind::terminate())?;
    tokio::select! {
        () = sleep(Duration::from_millis(number("START"))) => {}
        _ = stop.recv() => return Ok(()),
    }
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    let open = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            stream = listener.accept() => stream?.0,
            _ = stop.recv() => break,
        };
        stream.set_nodelay(true)?;
        let pod = pod.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let pod = pod.clone();
            async move {
                println!("{}", request.uri().query().unwrap_or_default());
                sleep(delay).await;
                Ok::<_, Infallible>(Response::new(Full::new(pod)))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(open.watch(connection));
    }
    drop(listener);
    // The answers that are not given by then are lost, which is what a SHUTDOWN that is too short means.
    let _all = timeout(shutdown, open.shutdown()).await;
    Ok(())
}
