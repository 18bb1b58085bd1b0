//! `cargo xtask serve`: the page on this machine, as a static host would serve it.

mod answer;

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use crate::{
    args::Args,
    build,
    shell::{Done, Outcome, say, stop},
};

use answer::{Asked, Site};

/// Builds the page, unless told not to, and serves it until interrupted.
pub fn serve(args: &Args) -> Done {
    let dist: PathBuf = if args.no_build { build::dist() } else { build::build(args)? };
    if !dist.join("index.html").is_file() {
        return Err(stop("dist/ holds no page; leave --no-build away, or run `cargo xtask build` first"));
    }
    let listener = listen(args.port)?;
    let address = listener
        .local_addr()
        .map_err(|error| stop(format!("could not learn the address: {error}")))?;
    let site = Arc::new(Site::new(dist, args.base.clone(), args.cut.clone()));
    say(format!(
        "Darkroom is at http://localhost:{}{} (Ctrl-C ends it)",
        address.port(),
        args.base
    ));
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        thread::spawn(move || converse(&stream, &site));
    }
    Ok(())
}

/// The port asked for, or the next free one from 8080.
fn listen(port: Option<u16>) -> Outcome<TcpListener> {
    let ports = port.map_or(8080..=8099, |port| port..=port);
    let first = *ports.start();
    ports
        .map(|port| TcpListener::bind(("127.0.0.1", port)))
        .find_map(Result::ok)
        .ok_or_else(|| stop(format!("port {first} is taken; name another one with --port")))
}

/// Answers requests on one connection until it closes.
fn converse(stream: &TcpStream, site: &Site) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(asked) = read_request(&mut reader) {
        if site.answer(&asked).send(&mut writer).is_err() {
            break;
        }
    }
    let _ = writer.flush();
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// One request's first line and the headers that matter; none when the other side is gone or talks nonsense.
fn read_request(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_string(), words.next()?.to_string());
    let mut asked = Asked {
        method,
        target,
        range: None,
    };
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        match header.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("range") => asked.range = Some(value.trim().to_string()),
            None if header.trim().is_empty() => return Some(asked),
            _ => {}
        }
    }
}
