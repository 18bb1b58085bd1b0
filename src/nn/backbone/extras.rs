use std::fmt;

/// What some transformers have besides: DINOv2 scales what its layers add, and some of its networks have registers; the
/// mean of the patches may stand for a picture in the class token's place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// `scale`: LayerScale (Touvron et al., "Going deeper with image transformers", 2021).
    pub layer_scale: bool,
    /// `registers:4`: register tokens (Darcet et al., "Vision transformers need registers", 2024).
    pub registers: usize,
    /// `mean`: the mean of the patch tokens stands for a picture (Beyer et al., "Better plain ViT baselines for ImageNet-1k", 2022).
    pub mean: bool,
}

/// Most registers: the paper tries up to 16.
const MOST_REGISTERS: usize = 64;

impl Extras {
    /// `scale`, `registers:4`, `mean`, or several with a `+` between; nothing for none.
    ///
    /// # Errors
    /// A sentence that says what is known.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut extras = Self::default();
        for part in text.split('+').map(str::trim).filter(|part| !part.is_empty()) {
            let registers = part.strip_prefix("registers:").and_then(|count| count.parse().ok());
            match registers {
                _ if part == "scale" => extras.layer_scale = true,
                _ if part == "mean" => extras.mean = true,
                Some(count) if (1..=MOST_REGISTERS).contains(&count) => extras.registers = count,
                _ => {
                    return Err(format!(
                        "\"{part}\" is no extra of a transformer; they are scale, registers:4 and mean"
                    ));
                }
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
        if self.registers > 0 {
            write!(f, "+registers:{}", self.registers)?;
        }
        if self.mean {
            f.write_str("+mean")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_are_read_as_they_are_shown() {
        for shown in [
            "",
            "+scale",
            "+registers:4",
            "+scale+registers:4",
            "+mean",
            "+scale+registers:4+mean",
        ] {
            assert_eq!(Extras::parse(shown).unwrap().to_string(), shown);
        }
        for wrong in ["scales", "registers:0", "registers:65", "registers:", "registers:-1"] {
            assert!(Extras::parse(wrong).unwrap_err().contains("scale, registers:4 and mean"), "{wrong}");
        }
    }
}
