//! What the Huffman tables of a lossless WebP take. A file may hold 65,536 groups of five, of which a decoder unpacks all
//! whatever the picture's size: a few megabytes become more than one gigabyte. How many there are stands inside the stream,
//! behind small pictures of its own, so the stream is read up to where the picture's own pixels begin.
//!
//! Read as the crate `image-webp` reads, its tables charged at what it makes of them.

use super::super::super::header::webp::Packed;

/// Tables, as far as they have been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    /// All of them.
    pub bytes: u64,
    /// Those that one row of the picture goes through.
    pub row_bytes: u64,
    /// Codes of lengths that cannot be: the decoder may stop at them, or worse.
    pub broken: bool,
}

/// The largest tables among these parts of a file. Reading ends once they take more than `most` bytes.
pub(super) fn tables(parts: &[(Packed, &[u8])], most: u64) -> Tables {
    let mut largest = Tables::default();
    for &(packed, data) in parts {
        let mut stream = Stream::new(data, most);
        // Where the stream cannot be read on, the decoder stops too, and takes what has been seen so far.
        let _ = match packed {
            Packed::Lossy => continue,
            Packed::Lossless => stream.picture(),
            // A byte says how the plane is packed: 1 is like a picture.
            Packed::Alpha(width, height) if data.first().is_some_and(|how| how & 3 == 1) => {
                stream.take(8);
                stream.pictures(width, height)
            }
            Packed::Alpha(..) => continue,
        };
        let broken = largest.broken || stream.tables.broken;
        if stream.tables.bytes > largest.bytes {
            largest = stream.tables;
        }
        largest.broken = broken;
    }
    largest
}

/// Five codes, and what they stand for: green or a length or a remembered colour, red, blue, alpha, distance.
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
/// The decoder's struct of five tables, in a vector that has doubled.
const GROUP: u64 = 2 * 5 * 56;
/// Table of two leaves, with what an allocator adds.
const TWO: u64 = 96;
/// In which order the lengths of the code lengths' own code come.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

enum Code {
    /// One symbol, which takes no bit.
    Single(u16),
    /// Two symbols of one bit, in the file's order.
    Two([u16; 2]),
    /// A length for each symbol.
    Lengths(Vec<u8>),
}

/// A code unfolded: for every next bits of the longest length, the length taken and the symbol.
struct Lookup {
    longest: u32,
    symbols: Vec<(u8, u16)>,
}

struct Stream<'a> {
    data: &'a [u8],
    held: u64,
    count: u32,
    most: u64,
    tables: Tables,
}

impl<'a> Stream<'a> {
    fn new(data: &'a [u8], most: u64) -> Self {
        Self {
            data,
            held: 0,
            count: 0,
            most,
            tables: Tables::default(),
        }
    }

    /// The next bits without taking them, zeros behind the end.
    fn peek(&mut self, bits: u32) -> usize {
        while self.count < 32
            && let Some((&byte, rest)) = self.data.split_first()
        {
            self.held |= u64::from(byte) << self.count;
            self.count += 8;
            self.data = rest;
        }
        (self.held & ((1 << bits) - 1)) as usize
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        self.count = self.count.checked_sub(bits)?;
        self.held >>= bits;
        Some(())
    }

    /// At most 32 bits.
    fn take(&mut self, bits: u32) -> Option<usize> {
        let value = self.peek(bits);
        self.skip(bits)?;
        Some(value)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? == 1)
    }

    fn symbol(&mut self, code: &Lookup) -> Option<usize> {
        let next = self.peek(code.longest);
        let (length, symbol) = code.symbols[next];
        self.skip(length.into())?;
        Some(symbol.into())
    }

    /// A stream with its own size in front.
    fn picture(&mut self) -> Option<()> {
        self.take(8)?;
        let (width, height) = (self.take(14)? as u32 + 1, self.take(14)? as u32 + 1);
        self.take(4)?;
        self.pictures(width, height)
    }

    /// What changes the picture, each with a small picture of its own, then the picture's tables.
    fn pictures(&mut self, mut width: u32, height: u32) -> Option<()> {
        let mut seen = [false; 4];
        while self.flag()? {
            let kind = self.take(2)?;
            if std::mem::replace(&mut seen[kind], true) {
                return None;
            }
            match kind {
                0 | 1 => {
                    let bits = self.take(3)? as u32 + 2;
                    self.small(fewer(width, bits), fewer(height, bits))?;
                }
                2 => {}
                _ => {
                    let colours = self.take(8)? as u32 + 1;
                    self.small(colours, 1)?;
                    let bits = match colours {
                        0..=2 => 3,
                        3..=4 => 2,
                        5..=16 => 1,
                        _ => 0,
                    };
                    width = fewer(width, bits);
                }
            }
        }
        let remembered = self.remembered()?;
        let (mut groups, mut blocks) = (1, 1);
        if self.flag()? {
            let bits = self.take(3)? as u32 + 2;
            blocks = u64::from(fewer(width, bits));
            groups = u64::from(self.small(fewer(width, bits), fewer(height, bits))?) + 1;
        }
        for read in 1..=groups {
            self.tables.bytes += GROUP;
            self.group(remembered)?;
            self.tables.row_bytes = self.tables.bytes / read * blocks.min(groups);
            if self.tables.bytes > self.most {
                return None;
            }
        }
        Some(())
    }

    /// Bits of the memory for colours, where there is one.
    fn remembered(&mut self) -> Option<u32> {
        if !self.flag()? {
            return Some(0);
        }
        Some(self.take(4)? as u32).filter(|bits| (1..=11).contains(bits))
    }

    fn group(&mut self, remembered: u32) -> Option<[Code; 5]> {
        let mut group = [const { Code::Single(0) }; 5];
        let colours = if remembered > 0 { 1 << remembered } else { 0 };
        for (i, (code, alphabet)) in group.iter_mut().zip(ALPHABETS).enumerate() {
            *code = self.code(if i == 0 { alphabet + colours } else { alphabet })?;
        }
        Some(group)
    }

    fn code(&mut self, alphabet: usize) -> Option<Code> {
        if self.flag()? {
            let two = self.flag()?;
            let bits = if self.flag()? { 8 } else { 1 };
            let first = self.take(bits)?;
            let second = if two { self.take(8)? } else { first };
            if first.max(second) >= alphabet {
                return None;
            }
            if !two {
                return Some(Code::Single(first as u16));
            }
            self.tables.bytes += TWO;
            return Some(Code::Two([first as u16, second as u16]));
        }
        let mut own = vec![0; ORDER.len()];
        let given = 4 + self.take(4)?;
        for at in ORDER.into_iter().take(given) {
            own[at] = self.take(3)? as u8;
        }
        let own = self.checked(own)?.unfolded();
        let lengths = self.lengths(&own, alphabet)?;
        let code = self.checked(lengths)?;
        if let Code::Lengths(lengths) = &code {
            let longest = lengths.iter().copied().max().unwrap_or(0);
            let deep = lengths.iter().filter(|length| **length > 10).count() as u64;
            self.tables.bytes += (4 << longest.min(10)) + 32 * deep + 32;
        }
        Some(code)
    }

    /// Lengths of which every code of bits has exactly one symbol; of one symbol alone the length does not count.
    fn checked(&mut self, lengths: Vec<u8>) -> Option<Code> {
        let mut used = lengths.iter().enumerate().filter(|(_, length)| **length > 0);
        let (first, _) = used.next()?;
        if used.next().is_none() {
            return Some(Code::Single(first as u16));
        }
        let filled: u32 = lengths.iter().filter(|length| **length > 0).map(|length| 1 << (15 - length)).sum();
        if filled == 1 << 15 {
            return Some(Code::Lengths(lengths));
        }
        self.tables.broken = true;
        None
    }

    /// Lengths of a code, themselves in a code.
    fn lengths(&mut self, own: &Lookup, alphabet: usize) -> Option<Vec<u8>> {
        let mut left = alphabet;
        if self.flag()? {
            let bits = 2 + 2 * self.take(3)? as u32;
            left = 2 + self.take(bits)?;
            if left > alphabet {
                return None;
            }
        }
        let mut lengths = Vec::with_capacity(alphabet);
        let mut last = 8;
        while lengths.len() < alphabet && left > 0 {
            left -= 1;
            let (times, length) = match self.symbol(own)? {
                16 => (self.take(2)? + 3, last),
                17 => (self.take(3)? + 3, 0),
                18 => (self.take(7)? + 11, 0),
                length => (1, length as u8),
            };
            if length > 0 {
                last = length;
            }
            if lengths.len() + times > alphabet {
                return None;
            }
            lengths.extend(std::iter::repeat_n(length, times));
        }
        lengths.resize(alphabet, 0);
        Some(lengths)
    }

    /// Reads a picture inside the stream, and gives the largest number that red and green make together: of the picture
    /// that deals out the groups, the last group's.
    fn small(&mut self, width: u32, height: u32) -> Option<u16> {
        let remembered = self.remembered()?;
        let [green, red, blue, alpha, distance] = self.group(remembered)?.map(Code::unfolded);
        let pixels = width as usize * height as usize;
        let (mut at, mut largest) = (0, 0);
        while at < pixels {
            match self.symbol(&green)? {
                value @ ..256 => {
                    largest = largest.max(self.symbol(&red)? << 8 | value);
                    self.symbol(&blue)?;
                    self.symbol(&alpha)?;
                    at += 1;
                    // Pixels of no bits are all the same.
                    if [&green, &red, &blue, &alpha].iter().all(|code| code.longest == 0) {
                        at = pixels;
                    }
                }
                // A stretch that was there before: nothing new in it.
                length @ 256..280 => {
                    at += self.number(length - 256)?;
                    let code = self.symbol(&distance)?;
                    self.number(code)?;
                }
                _ if remembered > 0 => at += 1,
                _ => return None,
            }
        }
        u16::try_from(largest).ok()
    }

    /// A length or distance: a symbol for its size, then the rest of its bits.
    fn number(&mut self, symbol: usize) -> Option<usize> {
        if symbol < 4 {
            return Some(symbol + 1);
        }
        let bits = (symbol as u32 - 2) >> 1;
        Some(((2 + (symbol & 1)) << bits) + self.take(bits)? + 1)
    }
}

impl Code {
    fn unfolded(self) -> Lookup {
        let lengths = match self {
            Self::Single(symbol) => {
                return Lookup {
                    longest: 0,
                    symbols: vec![(0, symbol)],
                };
            }
            Self::Two(symbols) => {
                return Lookup {
                    longest: 1,
                    symbols: symbols.map(|symbol| (1, symbol)).to_vec(),
                };
            }
            Self::Lengths(lengths) => lengths,
        };
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut symbols = vec![(0, 0); 1 << longest];
        let mut code = 0u16;
        for length in 1..=longest {
            let same = lengths.iter().enumerate().filter(|(_, other)| **other == length);
            for (symbol, _) in same {
                // Bits are read from the lowest on, codes are counted from the highest.
                let first = usize::from(code.reverse_bits() >> (16 - length));
                for at in (first..symbols.len()).step_by(1 << length) {
                    symbols[at] = (length, symbol as u16);
                }
                code = code.wrapping_add(1);
            }
            code <<= 1;
        }
        Lookup {
            longest: longest.into(),
            symbols,
        }
    }
}

/// How many squares of `1 << bits` pixels a side has.
const fn fewer(side: u32, bits: u32) -> u32 {
    side.div_ceil(1 << bits)
}
