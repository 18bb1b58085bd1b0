use crate::{
    methods::{Knob, Knobs, MethodError},
    nn::{BackboneConfig, HeadNorms, backbone::Pool},
    views::{Blur, Jitter, Recipe, multi_crop},
};

/// Side of a small crop, for [`Trunk::multi_crop`].
pub const LOCAL_SIZE: Knob = knob(
    "local_size",
    "px",
    "96",
    "Side of a small crop; a vision transformer takes multiples of its patch.",
);

/// What a small crop shows, the same, with the paper's range.
pub const fn local_crop(range: &'static str) -> Knob {
    knob(
        "local_crop",
        "ratio",
        range,
        "Smallest and largest part of the picture that a small crop shows.",
    )
}

/// What every method of the family is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    /// Side of the square, pixels.
    pub size: usize,
    /// The encoder.
    pub backbone: BackboneConfig,
    /// Widths of the projector's layers; none compares the embeddings themselves.
    pub projector: Vec<usize>,
    /// Smallest and largest part of the picture that a view shows.
    pub crop: [f32; 2],
    /// Strength of the colour jitter; 1 is the paper's for photographs.
    pub jitter: f32,
    /// Probability of blur, as a part of the recipe's: 0 for small pictures, as everyone has it on CIFAR.
    pub blur: f32,
    /// Whether a view is a crop and nothing else.
    pub crops_alone: bool,
    /// Where projector and predictor have batch norms.
    pub head_norms: HeadNorms,
}

/// Builds a knob.
#[must_use]
pub const fn knob(name: &'static str, unit: &'static str, default: &'static str, help: &'static str) -> Knob {
    Knob { name, unit, default, help }
}

/// Knobs of every method of the family. A method with another default names the knob in its own list; see [`with_shared`].
pub const SHARED_KNOBS: [Knob; 10] = [
    knob("size", "px", "224", "Side of the square picture."),
    knob(
        "backbone",
        "",
        "resnet50",
        "The encoder: resnet18, resnet50 (with -cifar: a 3x3 stem for small pictures), vit-tiny/16, vit-small/16, … or vit:192x4/3/8 \
         for width x layers / heads / patch. With +mean behind a transformer the mean of its patches stands for a picture, not \
         the class token.",
    ),
    knob(
        "projector",
        "",
        "2048,128",
        "Widths of the projector's layers, the last its output; none compares the embeddings themselves.",
    ),
    knob(
        "crop_scale",
        "ratio",
        "0.08,1",
        "Smallest and largest part of the picture that a view shows.",
    ),
    knob(
        "jitter",
        "",
        "1",
        "Strength of the colour jitter; 1 is the paper's for photographs.",
    ),
    knob("blur", "", "1", "Share of the recipe's probability of blur; 0 for small pictures."),
    knob(
        "crops_alone",
        "",
        "false",
        "Whether views are crops and nothing else: neither flipped nor changed in their colours. Colours then give a picture away.",
    ),
    knob(
        "head_norms",
        "",
        "own",
        "Batch norms of projector and predictor: own as in the paper, none, hidden in all layers but the last, all.",
    ),
    knob(
        "mean",
        "",
        "0.485,0.456,0.406",
        "Channel means that pictures in 0..1 are standardised by (ImageNet's).",
    ),
    knob(
        "std",
        "",
        "0.229,0.224,0.225",
        "Channel deviations that pictures in 0..1 are standardised by (ImageNet's).",
    ),
];

/// The shared knobs, with `own` over those of the same name and behind them: `N` is how many that makes.
///
/// # Panics
/// While compiling, where `N` is another number.
#[must_use]
pub const fn with_shared<const N: usize>(own: &[Knob]) -> [Knob; N] {
    let mut all = [SHARED_KNOBS[0]; N];
    let mut count = 0;
    while count < SHARED_KNOBS.len() {
        all[count] = SHARED_KNOBS[count];
        count += 1;
    }
    let mut next = 0;
    while next < own.len() {
        let mut at = 0;
        while at < SHARED_KNOBS.len() && !same(all[at].name, own[next].name) {
            at += 1;
        }
        if at == SHARED_KNOBS.len() {
            at = count;
            count += 1;
        }
        all[at] = own[next];
        next += 1;
    }
    assert!(count == N, "the list of knobs has another length");
    all
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

impl Trunk {
    /// # Errors
    /// A knob that cannot be so.
    pub fn of(knobs: &Knobs<'_>) -> Result<Self, MethodError> {
        let size = knobs.within("size", 8, 1024)?;
        let text = knobs.text("backbone");
        let backbone = BackboneConfig::parse(&text, knobs.channels("mean")?, knobs.channels("std")?)
            .and_then(|backbone| backbone.fits(size).map(|()| backbone))
            .map_err(|why| MethodError::value("backbone", text, why))?;
        Ok(Self {
            size,
            backbone,
            projector: widths(knobs, "projector")?,
            crop: range(knobs, "crop_scale")?,
            jitter: knobs.within("jitter", 0.0, 2.0)?,
            blur: knobs.within("blur", 0.0, 1.0)?,
            crops_alone: knobs.read("crops_alone", "it is true or false")?,
            head_norms: norms(knobs)?,
        })
    }

    /// The same with another token, or all of them, to stand for a picture.
    #[must_use]
    pub fn pooled(self, pool: Pool) -> Self {
        Self {
            backbone: self.backbone.pooled(pool),
            ..self
        }
    }

    /// Width of an embedding.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.backbone.dim()
    }

    /// Width of a projection.
    #[must_use]
    pub fn width(&self) -> usize {
        self.projector.last().copied().unwrap_or_else(|| self.dim())
    }

    /// A paper's recipe with the run's own crop, jitter and blur.
    #[must_use]
    pub fn view(&self, recipe: Recipe) -> Recipe {
        Recipe {
            area: self.crop,
            ..self.changed(recipe)
        }
    }

    /// The same, but for the crop, which stays the recipe's own: the small views of multi-crop.
    #[must_use]
    pub fn changed(&self, recipe: Recipe) -> Recipe {
        if self.crops_alone {
            let crop = Recipe::plain(recipe.size_px, recipe.area, 0.0);
            return Recipe {
                aspect: recipe.aspect,
                jigsaw: recipe.jigsaw,
                ..crop
            };
        }
        Recipe {
            jitter: recipe.jitter.map(|jitter| stronger(jitter, self.jitter)),
            blur: recipe
                .blur
                .map(|blur| Blur {
                    p: blur.p * self.blur,
                    ..blur
                })
                .filter(|blur| blur.p > 0.0),
            ..recipe
        }
    }

    /// Large views and, as `local_views`, `local_size` and `local_crop` say, small ones made by `local`.
    ///
    /// # Errors
    /// A small view that the encoder cannot see, or a knob that cannot be so.
    pub fn multi_crop(&self, knobs: &Knobs<'_>, global: &[Recipe], local: impl Fn(usize) -> Recipe) -> Result<Vec<Recipe>, MethodError> {
        let local_px = knobs.within("local_size", 4usize, 1024)?;
        let count = knobs.within("local_views", 0usize, 32)?;
        if count > 0 {
            let fits = self.backbone.fits(local_px);
            fits.map_err(|why| MethodError::value("local_size", local_px, why))?;
            if local_px > self.size {
                let why = format!("a small crop is no larger than a large one, of {} px (knob size)", self.size);
                return Err(MethodError::value("local_size", local_px, why));
            }
        }
        let local = Recipe {
            area: range(knobs, "local_crop")?,
            ..self.changed(local(local_px))
        };
        Ok(multi_crop(global, &local, count))
    }

    /// # Errors
    /// A predictor that does not end as wide as the projector does.
    pub fn check_predictor(&self, widths: &[usize]) -> Result<(), MethodError> {
        match widths.last() {
            Some(&last) if last != self.width() => Err(MethodError::value(
                "predictor",
                format!("{widths:?}"),
                format!("it must end with the projector's width, {}", self.width()),
            )),
            _ => Ok(()),
        }
    }
}

fn stronger(jitter: Jitter, times: f32) -> Jitter {
    Jitter {
        brightness: jitter.brightness * times,
        contrast: jitter.contrast * times,
        saturation: jitter.saturation * times,
        hue: (jitter.hue * times).min(0.5), // half a turn is every colour
        ..jitter
    }
}

fn norms(knobs: &Knobs<'_>) -> Result<HeadNorms, MethodError> {
    let text = knobs.text("head_norms");
    HeadNorms::parse(text.trim()).ok_or_else(|| MethodError::value("head_norms", text, "it is own, none, hidden or all"))
}

/// Widths with commas between; none for `none`.
///
/// # Errors
/// Anything else.
pub fn widths(knobs: &Knobs<'_>, name: &'static str) -> Result<Vec<usize>, MethodError> {
    let text = knobs.text(name);
    if text.trim() == "none" {
        return Ok(Vec::new());
    }
    let list: Option<Vec<usize>> = text
        .split(',')
        .map(|part| part.trim().parse().ok().filter(|width| (1..=65_536).contains(width)))
        .collect();
    list.ok_or_else(|| MethodError::value(name, text, "it takes widths with commas between, as in 2048,128, or none"))
}

/// Smallest and largest part, above 0 to 1.
///
/// # Errors
/// Anything else.
pub fn range(knobs: &Knobs<'_>, name: &'static str) -> Result<[f32; 2], MethodError> {
    numbers(knobs, name, 1.0)
}

/// The smaller and the larger of two numbers, above 0 to `limit`.
///
/// # Errors
/// Anything else.
pub fn numbers(knobs: &Knobs<'_>, name: &'static str, limit: f32) -> Result<[f32; 2], MethodError> {
    let text = knobs.text(name);
    let list: Option<Vec<f32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    list.and_then(|list| <[f32; 2]>::try_from(list).ok())
        .filter(|[least, most]| *least > 0.0 && least <= most && *most <= limit)
        .ok_or_else(|| {
            MethodError::value(
                name,
                text,
                format!("it takes the smallest and the largest, above 0 to {limit}, as in 0.08,1"),
            )
        })
}
