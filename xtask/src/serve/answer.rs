//! One answer: a file, a part of it, or a refusal.

use std::{
    fs,
    io::{self, Write},
    path::{Component, Path, PathBuf},
    sync::Mutex,
};

/// What a browser asked for.
pub struct Asked {
    /// `GET` or `HEAD`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The `Range` header.
    pub range: Option<String>,
}

/// A folder under a path.
pub struct Site {
    folder: PathBuf,
    base: String,
    cut: Mutex<Option<(String, usize)>>,
}

/// What goes back.
pub struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Whether the body is sent (not for `HEAD`), and how much of it before the line breaks.
    send: usize,
}

impl Site {
    /// `base` has a slash at both ends. The first answer below `cut`'s path breaks off after its bytes.
    pub fn new(folder: PathBuf, base: String, cut: Option<(String, usize)>) -> Self {
        Self {
            folder,
            base,
            cut: Mutex::new(cut),
        }
    }

    /// Answers one request.
    pub fn answer(&self, asked: &Asked) -> Answer {
        if asked.method != "GET" && asked.method != "HEAD" {
            return Answer::plain("405 Method Not Allowed", "only GET and HEAD");
        }
        let path = asked.target.split(['?', '#']).next().unwrap_or_default();
        if format!("{path}/") == self.base {
            let mut answer = Answer::plain("308 Permanent Redirect", "");
            answer.headers.push(("Location", self.base.clone()));
            return answer;
        }
        let Some(file) = path.strip_prefix(&self.base).and_then(|rest| self.file(rest)) else {
            return Answer::plain("404 Not Found", "not found");
        };
        let Ok(bytes) = fs::read(&file) else {
            return Answer::plain("404 Not Found", "not found");
        };
        let mut answer = Answer::file(&file, bytes, asked.range.as_deref());
        if asked.method == "HEAD" {
            answer.send = 0;
        } else if let Some(limit) = self.cut_now(path) {
            answer.send = answer.send.min(limit);
        }
        answer
    }

    /// The file of a path; none when it leads out of the folder.
    fn file(&self, rest: &str) -> Option<PathBuf> {
        let decoded = percent_decoded(rest)?;
        let inner = Path::new(&decoded);
        let plain = inner.components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.folder.join(inner);
        plain.then(|| if path.is_dir() { path.join("index.html") } else { path })
    }

    fn cut_now(&self, path: &str) -> Option<usize> {
        let mut cut = self.cut.lock().ok()?;
        let hit = cut.as_ref().is_some_and(|(below, _)| path.contains(below.as_str()));
        if hit { cut.take().map(|(_, bytes)| bytes) } else { None }
    }
}

impl Answer {
    fn plain(status: &'static str, text: &str) -> Self {
        let body = text.as_bytes().to_vec();
        Self {
            status,
            headers: vec![("Content-Type", "text/plain; charset=utf-8".into())],
            send: body.len(),
            body,
        }
    }

    fn file(path: &Path, bytes: Vec<u8>, range: Option<&str>) -> Self {
        let whole = bytes.len();
        let mut headers = vec![
            ("Content-Type", mime(path).to_string()),
            ("Accept-Ranges", "bytes".into()),
            ("Cache-Control", "no-cache".into()),
        ];
        let (status, body) = match range.map(|text| span(text, whole)) {
            Some(Some((start, end))) => {
                headers.push(("Content-Range", format!("bytes {start}-{}/{whole}", end.saturating_sub(1))));
                ("206 Partial Content", bytes.get(start..end).unwrap_or_default().to_vec())
            }
            Some(None) => {
                headers.push(("Content-Range", format!("bytes */{whole}")));
                ("416 Range Not Satisfiable", Vec::new())
            }
            None => ("200 OK", bytes),
        };
        Self {
            status,
            headers,
            send: body.len(),
            body,
        }
    }

    /// Writes it; fails when the line is gone, or to be broken.
    pub fn send(&self, to: &mut impl Write) -> io::Result<()> {
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n",
            self.status,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        to.write_all(head.as_bytes())?;
        to.write_all(self.body.get(..self.send).unwrap_or(&self.body))?;
        to.flush()?;
        let broken = self.send > 0 && self.send < self.body.len();
        if broken {
            Err(io::Error::other("broken off on purpose"))
        } else {
            Ok(())
        }
    }
}

/// First byte and the one after the last of `bytes=a-b`, `bytes=a-` or `bytes=-n`.
fn span(range: &str, whole: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(start), Ok(last)) => (start, last.saturating_add(1).min(whole)),
        (Ok(start), Err(_)) if last.is_empty() => (start, whole),
        (Err(_), Ok(count)) if first.is_empty() => (whole.saturating_sub(count), whole),
        _ => return None,
    };
    (start < end).then_some((start, end))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn site(name: &str, cut: Option<(String, usize)>) -> Site {
        let folder = std::env::temp_dir().join(format!("darkroom-serve-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("models")).unwrap();
        fs::write(folder.join("index.html"), "<p>page").unwrap();
        fs::write(folder.join("models/a b.bin"), b"0123456789").unwrap();
        Site::new(folder, "/sub/".into(), cut)
    }

    fn sent(site: &Site, method: &str, target: &str, range: Option<&str>) -> String {
        let mut out = Vec::new();
        let _ = site
            .answer(&Asked {
                method: method.into(),
                target: target.into(),
                range: range.map(String::from),
            })
            .send(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn files_stand_below_the_base_alone() {
        let site = site("base", None);
        assert!(sent(&site, "GET", "/sub/?x=1", None).ends_with("<p>page"));
        assert!(sent(&site, "GET", "/sub", None).contains("Location: /sub/\r\n"));
        assert!(sent(&site, "GET", "/index.html", None).starts_with("HTTP/1.1 404"));
        for outside in ["/sub/../Cargo.toml", "/sub/%2e%2e/Cargo.toml", "/sub//etc/passwd", "/sub/%zz"] {
            assert!(sent(&site, "GET", outside, None).starts_with("HTTP/1.1 404"), "{outside}");
        }
    }

    #[test]
    fn parts_of_a_file_are_sent_as_asked() {
        let site = site("range", None);
        let part = |range| sent(&site, "GET", "/sub/models/a%20b.bin", Some(range));
        assert!(part("bytes=2-4").ends_with("bytes 2-4/10\r\n\r\n234"));
        assert!(part("bytes=7-").ends_with("\r\n\r\n789"));
        assert!(part("bytes=-2").ends_with("\r\n\r\n89"));
        assert!(part("bytes=10-").starts_with("HTTP/1.1 416"));
        assert!(sent(&site, "HEAD", "/sub/models/a%20b.bin", None).contains("Content-Length: 10\r\n"));
    }

    #[test]
    fn a_cut_breaks_the_first_answer_only() {
        let site = site("cut", Some(("models/".into(), 3)));
        assert!(sent(&site, "GET", "/sub/models/a%20b.bin", None).ends_with("\r\n\r\n012"));
        assert!(sent(&site, "GET", "/sub/models/a%20b.bin", None).ends_with("\r\n\r\n0123456789"));
    }
}
