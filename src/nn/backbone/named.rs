use super::{Extras, Kind};
use crate::nn::{ResNetConfig, resnet::Stem};

const NAMED: [(&str, Kind); 10] = [
    ("vit-tiny", vit(192, 12, 3)),
    ("vit-small", vit(384, 12, 6)),
    ("vit-base", vit(768, 12, 12)),
    ("vit-large", vit(1024, 24, 16)),
    ("vit-huge", vit(1280, 32, 16)),
    ("resnet18", Kind::ResNet(ResNetConfig::resnet18(Stem::Imagenet))),
    ("resnet18-cifar", Kind::ResNet(ResNetConfig::resnet18(Stem::Cifar))),
    ("resnet50", Kind::ResNet(ResNetConfig::resnet50(Stem::Imagenet))),
    ("resnet50-zero", Kind::ResNet(ResNetConfig::resnet50(Stem::Imagenet).zeroed())),
    ("resnet50-cifar", Kind::ResNet(ResNetConfig::resnet50(Stem::Cifar))),
];

const fn vit(dim: usize, depth: usize, heads: usize) -> Kind {
    Kind::Vit {
        dim,
        depth,
        heads,
        patch: 0,
    }
}

/// The encoder of this name, or spelt out.
///
/// # Errors
/// A sentence that says what is known.
pub(super) fn kind(text: &str) -> Result<Kind, String> {
    known(text).ok_or_else(|| {
        let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
        format!(
            "it is one of {}; a transformer with its patch behind, as in vit-tiny/16, or spelt out, as in vit:192x4/3/8",
            names.join(", ")
        )
    })
}

/// Such an encoder as [`BackboneConfig::parse`](super::BackboneConfig::parse) reads it; `None` for a residual network without a name.
#[must_use]
pub fn spelt(kind: Kind, extras: Extras) -> Option<String> {
    let cut = |kind| match kind {
        Kind::Vit { dim, depth, heads, .. } => vit(dim, depth, heads),
        Kind::ResNet(_) => kind,
    };
    let name = NAMED.iter().find(|(_, known)| *known == cut(kind)).map(|(name, _)| *name);
    match (kind, name) {
        (Kind::Vit { patch, .. }, Some(name)) => Some(format!("{name}/{patch}{extras}")),
        (Kind::Vit { dim, depth, heads, patch }, None) => Some(format!("vit:{dim}x{depth}/{heads}/{patch}{extras}")),
        (Kind::ResNet(_), name) => name.map(ToOwned::to_owned),
    }
}

fn known(text: &str) -> Option<Kind> {
    if let Some(spelt) = text.strip_prefix("vit:") {
        let mut parts = spelt.split('/');
        let (dim, depth) = parts.next()?.split_once('x')?;
        let number = |text: &str| text.trim().parse().ok().filter(|count| (1..=65_536).contains(count));
        let kind = Kind::Vit {
            dim: number(dim)?,
            depth: number(depth)?,
            heads: number(parts.next()?)?,
            patch: number(parts.next()?)?,
        };
        return parts.next().is_none().then_some(kind);
    }
    let (name, cut) = match text.split_once('/') {
        Some((name, patch)) => (name, Some(patch.parse().ok().filter(|patch| (1..=256).contains(patch))?)),
        None => (text, None),
    };
    let (_, kind) = NAMED.iter().find(|(known, _)| *known == name)?;
    match (*kind, cut) {
        (Kind::Vit { dim, depth, heads, .. }, Some(patch)) => Some(Kind::Vit { dim, depth, heads, patch }),
        (kind @ Kind::ResNet(_), None) => Some(kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_are_read_as_they_are_spelt() {
        for text in ["vit-small/14", "vit-huge/14", "vit:48x2/3/8", "resnet18", "resnet50-cifar"] {
            assert_eq!(spelt(kind(text).unwrap(), Extras::default()).as_deref(), Some(text));
        }
        let nameless = ResNetConfig {
            width: 32,
            ..ResNetConfig::resnet18(Stem::Cifar)
        };
        assert_eq!(spelt(Kind::ResNet(nameless), Extras::default()), None);
        for wrong in ["vit-small", "resnet18/16", "vit:48x2/3", "vit:48x0/3/8", "vit-small/0"] {
            assert!(kind(wrong).unwrap_err().contains("vit-tiny/16"), "{wrong}");
        }
    }
}
