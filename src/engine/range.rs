//! How a download goes on where it broke off: what the server answered to `Range: bytes=N-`.

/// What to do with the body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// It goes on from the byte asked for.
    GoesOn,
    /// It begins at the beginning: what is held is to be dropped.
    StartsOver,
    /// It is not the file: status and, where known, what the server holds.
    Refused(u16),
    /// What is held is longer than the file, or of another one: drop it and ask for the whole.
    AskForAll,
}

/// Reads an answer to a request for the bytes from `from` on of a file of `of` bytes.
pub fn judge(status: u16, content_range: Option<&str>, from: u64, of: u64) -> Body {
    match status {
        206 => match content_range.and_then(parse) {
            Some((start, total)) if start == from && total.is_none_or(|t| t == of) => Body::GoesOn,
            // A server may hide the header from scripts (CORS); the hash at the end tells.
            None if content_range.is_none() => Body::GoesOn,
            _ => Body::AskForAll,
        },
        200 if from == 0 => Body::GoesOn,
        200 => Body::StartsOver,
        416 if from > 0 => Body::AskForAll,
        other => Body::Refused(other),
    }
}

/// First byte and total of `bytes 10-99/100`; no total where it is `*`.
fn parse(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = span.split_once('-')?;
    Some((start.trim().parse().ok()?, total.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_only_where_the_bytes_fit() {
        assert_eq!(judge(206, Some("bytes 10-99/100"), 10, 100), Body::GoesOn);
        assert_eq!(judge(206, Some("bytes 10-99/*"), 10, 100), Body::GoesOn);
        assert_eq!(judge(206, None, 10, 100), Body::GoesOn);
        assert_eq!(judge(206, Some("bytes 0-99/100"), 10, 100), Body::AskForAll);
        assert_eq!(judge(206, Some("bytes 10-199/200"), 10, 100), Body::AskForAll);
        assert_eq!(judge(206, Some("nonsense"), 10, 100), Body::AskForAll);
    }

    #[test]
    fn a_server_without_ranges_starts_over() {
        assert_eq!(judge(200, None, 0, 100), Body::GoesOn);
        assert_eq!(judge(200, None, 10, 100), Body::StartsOver);
        assert_eq!(judge(416, None, 10, 100), Body::AskForAll);
        assert_eq!(judge(416, None, 0, 100), Body::Refused(416));
        assert_eq!(judge(404, None, 10, 100), Body::Refused(404));
    }
}
