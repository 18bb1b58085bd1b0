/// Why a picture cannot be had. Each sentence names the file and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Zero bytes.
    #[error("{name} is empty (zero bytes): copy or download it again")]
    Empty {
        /// The file.
        name: String,
    },
    /// More bytes than are read.
    #[error("{name} has more than the {limit} MB a picture may have: save it smaller and try again")]
    FileTooLarge {
        /// The file.
        name: String,
        /// The largest taken.
        limit: u64,
    },
    /// No format that we know.
    #[error("{name} is no picture that can be read here ({looks_like}): open it in an image program and save it as PNG or JPEG")]
    NotAPicture {
        /// The file.
        name: String,
        /// What its first bytes look like.
        looks_like: String,
    },
    /// The header asks for too many pixels.
    #[error("{name} says it is {width} x {height} pixels, more than the 100 megapixels taken here: make it smaller and try again")]
    TooManyPixels {
        /// The file.
        name: String,
        /// As declared.
        width: u64,
        /// As declared.
        height: u64,
    },
    /// Opening it would take more memory than is allowed.
    #[error(
        "{name} ({width} x {height} pixels) would take {megabytes} MiB of memory to open, more than the 512 allowed: make it smaller, or save it as plain 8-bit JPEG or PNG, and try again"
    )]
    TooCostly {
        /// The file.
        name: String,
        /// As declared.
        width: u64,
        /// As declared.
        height: u64,
        /// What it would take.
        megabytes: u64,
    },
    /// Opening it would take too long.
    #[error(
        "{name} ({width} x {height} pixels of {kind}) would take more than two seconds to open: make it smaller, or save it as PNG or as a plain JPEG, and try again"
    )]
    TooSlow {
        /// The file.
        name: String,
        /// What takes so long.
        kind: &'static str,
        /// As declared.
        width: u64,
        /// As declared.
        height: u64,
    },
    /// The file ends before the picture does.
    #[error("{name} is cut short: the file ends before the picture does; copy or download it again")]
    CutShort {
        /// The file.
        name: String,
    },
    /// The file contradicts itself, or uses something that no decoder here knows.
    #[error("{name} is damaged or of a kind not known here ({reason}): open it in an image program and save it as PNG or JPEG")]
    Damaged {
        /// The file.
        name: String,
        /// The decoder's own words.
        reason: String,
    },
    /// Pixels and size disagree.
    #[error("a picture of {width} x {height} pixels cannot hold {length} values")]
    Length {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Values found.
        length: usize,
    },
}
