//! TensorBoard event files: framed records of a small part of TensorFlow's protocol buffers.
//!
//! A record is its length (8 bytes), the length's masked CRC-32C, the event, the event's masked CRC-32C
//! (TensorFlow, `core/lib/io/record_writer.h`). The messages are `Event` and `Summary` (`core/util/event.proto`,
//! `core/framework/summary.proto`).

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// One event file.
pub struct EventFile {
    file: BufWriter<File>,
}

impl EventFile {
    /// A new event file in `folder`. A run that goes on tells TensorBoard to forget what it knew past `step`.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(folder: &Path, step: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let seconds = now_s() as u64;
        // Readers go by the name: of two files, the later one must sort later.
        let path = folder.join(format!("events.out.tfevents.{seconds:010}.darkroom.{step:08}"));
        let mut file = Self {
            file: BufWriter::new(File::create(path)?),
        };
        file.record(&Message::event(0).text(3, "brain.Event:2"))?;
        if step > 0 {
            // SessionLog { status: START }: steps from here on replace older ones.
            file.record(&Message::event(step + 1).message(7, Message::default().varint(1, 1)))?;
        }
        Ok(file)
    }

    /// A number under a name.
    ///
    /// # Errors
    /// What the system says.
    pub fn scalar(&mut self, step: u64, name: &str, value: f32) -> io::Result<()> {
        self.summary(step, Message::default().text(1, name).float(2, value))
    }

    /// A PNG under a name.
    ///
    /// # Errors
    /// What the system says.
    pub fn image(&mut self, step: u64, name: &str, width: usize, height: usize, png: &[u8]) -> io::Result<()> {
        let image = Message::default()
            .varint(1, height as u64)
            .varint(2, width as u64)
            .varint(3, 3)
            .bytes(4, png);
        self.summary(step, Message::default().text(1, name).message(4, image))
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    /// What the system says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn summary(&mut self, step: u64, value: Message) -> io::Result<()> {
        self.record(&Message::event(step).message(5, Message::default().message(1, value)))
    }

    fn record(&mut self, message: &Message) -> io::Result<()> {
        self.file.write_all(&frame(&message.0))
    }
}

fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

fn frame(event: &[u8]) -> Vec<u8> {
    let length = (event.len() as u64).to_le_bytes();
    [&length[..], &masked(&length).to_le_bytes(), event, &masked(event).to_le_bytes()].concat()
}

/// A checksum that may itself be checksummed.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// A protocol buffer in the making.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn event(step: u64) -> Self {
        Self::default().key(1, 1).raw(&now_s().to_le_bytes()).varint(2, step)
    }

    fn key(self, field: u64, wire: u64) -> Self {
        self.number(field << 3 | wire)
    }

    fn number(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn varint(self, field: u64, value: u64) -> Self {
        self.key(field, 0).number(value)
    }

    fn float(self, field: u64, value: f32) -> Self {
        self.key(field, 5).raw(&value.to_le_bytes())
    }

    fn bytes(self, field: u64, bytes: &[u8]) -> Self {
        self.key(field, 2).number(bytes.len() as u64).raw(bytes)
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: Self) -> Self {
        self.bytes(field, &message.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_format() {
        // RFC 3720, B.4: 32 bytes of zeros.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        // The first 12 bytes of every TensorBoard file whose first event is 24 bytes long, as TensorFlow writes them.
        assert_eq!(frame(&[0; 24])[..12], [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
    }

    #[test]
    fn records_can_be_walked_and_hold_what_was_said() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut events = EventFile::create(folder.path(), 7)?;
        events.scalar(300, "loss", 0.25)?;
        events.flush()?;
        let path = fs::read_dir(folder.path())?.flatten().next().map(|e| e.path()).unwrap_or_default();
        let bytes = fs::read(path)?;
        let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
        while let Some((head, tail)) = rest.split_first_chunk::<12>() {
            let length = u64::from_le_bytes(head[..8].try_into().unwrap_or_default()) as usize;
            assert_eq!(head[8..], masked(&head[..8]).to_le_bytes());
            assert_eq!(tail[length..length + 4], masked(&tail[..length]).to_le_bytes());
            records.push(tail[..length].to_vec());
            rest = &tail[length + 4..];
        }
        assert_eq!(records.len(), 3, "version, session start, scalar");
        let scalar = &records[2];
        // Field 2, varint 300; then summary { value { tag: "loss", simple_value: 0.25 } }.
        assert_eq!(scalar[9..12], [0x10, 0xac, 0x02]);
        assert_eq!(
            scalar[12..],
            [&[0x2a, 13, 0x0a, 11, 0x0a, 4][..], b"loss", &[0x15], &0.25f32.to_le_bytes()].concat()
        );
        Ok(())
    }
}
