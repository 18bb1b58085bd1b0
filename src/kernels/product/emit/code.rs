//! WebAssembly's instructions, as bytes.

/// Instructions in the making. What an instruction takes from the stack was put there by those before.
#[derive(Default)]
pub struct Code {
    /// So far.
    pub bytes: Vec<u8>,
}

impl Code {
    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend(bytes);
        self
    }

    fn indexed(&mut self, operation: u8, index: u32) -> &mut Self {
        self.put(&[operation]).put(&unsigned(index))
    }

    fn vector(&mut self, operation: u32) -> &mut Self {
        self.put(&[0xfd]).put(&unsigned(operation))
    }

    pub fn get(&mut self, local: u32) -> &mut Self {
        self.indexed(0x20, local)
    }

    pub fn set(&mut self, local: u32) -> &mut Self {
        self.indexed(0x21, local)
    }

    pub fn tee(&mut self, local: u32) -> &mut Self {
        self.indexed(0x22, local)
    }

    pub fn constant(&mut self, value: i32) -> &mut Self {
        self.put(&[0x41]).put(&signed(value))
    }

    pub fn add(&mut self) -> &mut Self {
        self.put(&[0x6a])
    }

    pub fn subtract(&mut self) -> &mut Self {
        self.put(&[0x6b])
    }

    pub fn multiply(&mut self) -> &mut Self {
        self.put(&[0x6c])
    }

    pub fn at_least(&mut self) -> &mut Self {
        self.put(&[0x4e]) // i32.ge_s
    }

    pub fn zero(&mut self) -> &mut Self {
        self.vector(0x0c).put(&[0; 16])
    }

    /// `v128.load`; the address may have any alignment.
    pub fn load(&mut self, offset: u32) -> &mut Self {
        self.vector(0x00).put(&[0]).put(&unsigned(offset))
    }

    /// `v128.load32_splat`.
    pub fn load_everywhere(&mut self, offset: u32) -> &mut Self {
        self.vector(0x09).put(&[0]).put(&unsigned(offset))
    }

    /// `v128.store`.
    pub fn store(&mut self, offset: u32) -> &mut Self {
        self.vector(0x0b).put(&[0]).put(&unsigned(offset))
    }

    /// `f32x4.add`.
    pub fn add_vectors(&mut self) -> &mut Self {
        self.vector(0xe4)
    }

    /// `sum += a b`: with `f32x4.relaxed_madd`, or `f32x4.mul` and `f32x4.add`.
    pub fn plus_product(&mut self, sum: u32, a: u32, b: u32, fused: bool) {
        if fused {
            self.get(a).get(b).get(sum).vector(0x105).set(sum);
        } else {
            self.get(sum).get(a).get(b).vector(0xe6).add_vectors().set(sum);
        }
    }

    pub fn advance(&mut self, local: u32, by: u32) {
        self.get(local).constant(by as i32).add().set(local);
    }

    /// `body` again and again, as long as it leaves something other than 0.
    pub fn repeat(&mut self, body: impl FnOnce(&mut Self)) {
        self.put(&[0x03, 0x40]);
        body(self);
        self.put(&[0x0d, 0, 0x0b]);
    }

    /// `body`, if `local` is not less than `least`.
    pub fn unless_below(&mut self, local: u32, least: u32, body: impl FnOnce(&mut Self)) {
        self.put(&[0x02, 0x40]).get(local).constant(least as i32);
        self.put(&[0x48, 0x0d, 0]); // i32.lt_s, br_if
        body(self);
        self.put(&[0x0b]);
    }
}

/// LEB128.
pub fn unsigned(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// LEB128, signed.
pub fn signed(mut value: i32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !(-0x40..0x40).contains(&value) {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8 & 0x7f);
    bytes
}

pub fn sized(bytes: &[u8]) -> Vec<u8> {
    [&unsigned(bytes.len() as u32)[..], bytes].concat()
}

pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [unsigned(items.len() as u32), items.concat()].concat()
}

pub fn name(name: &str) -> Vec<u8> {
    sized(name.as_bytes())
}
