use std::fmt;

/// What some transformers have besides: DINOv2 scales what its layers add, and some of its networks have registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// `scale`: LayerScale (Touvron et al., "Going deeper with image transformers", 2021).
    pub layer_scale: bool,
    /// `registers:4`: register tokens (Darcet et al., "Vision transformers need registers", 2024).
    pub registers: usize,
}

/// Most registers: the paper tries up to 16.
const MOST_REGISTERS: usize = 64;

impl Extras {
    /// `scale`, `registers:4`, or both with a `+` between; nothing for none.
    ///
    /// # Errors
    /// A sentence that says what is known.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut extras = Self::default();
        for part in text.split('+').map(str::trim).filter(|part| !part.is_empty()) {
            let registers = part.strip_prefix("registers:").and_then(|count| count.parse().ok());
            match registers {
                _ if part == "scale" => extras.layer_scale = true,
                Some(count) if (1..=MOST_REGISTERS).contains(&count) => extras.registers = count,
                _ => return Err(format!("\"{part}\" is no extra of a transformer; they are scale and registers:4")),
            }
        }
        Ok(extras)
    }
}

impl fmt::Display for Extras {
    /// As it is typed behind a transformer's name, its `+` included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.layer_scale {
            f.write_str("+scale")?;
        }
        match self.registers {
            0 => Ok(()),
            count => write!(f, "+registers:{count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_are_read_as_they_are_shown() {
        for shown in ["", "+scale", "+registers:4", "+scale+registers:4"] {
            assert_eq!(Extras::parse(shown).unwrap().to_string(), shown);
        }
        for wrong in ["scales", "registers:0", "registers:65", "registers:", "registers:-1"] {
            assert!(Extras::parse(wrong).unwrap_err().contains("scale and registers:4"), "{wrong}");
        }
    }
}
