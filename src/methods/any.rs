//! The list of methods made into one type.

/// Makes `AnyMethod`, [`cards`](super::cards) and [`build`](super::build) out of lines `Name in file;`.
macro_rules! methods {
    ($($name:ident in $file:ident;)*) => {
        $(pub mod $file;)*

        /// One of the methods: what trains, predicts and is saved.
        #[derive(Module, Debug)]
        #[allow(clippy::large_enum_variant)]
        pub enum AnyMethod {
            $(
                #[doc = concat!("See [`", stringify!($file), "`].")]
                $name($file::$name),
            )*
        }

        /// Cards of all methods, in the order of the list.
        #[must_use]
        pub fn cards() -> &'static [MethodCard] {
            &[$($file::CARD),*]
        }

        impl AnyMethod {
            /// The method's name, as typed.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $file::CARD.name,)* }
            }

            /// The method's card.
            #[must_use]
            pub fn card(&self) -> &'static MethodCard {
                match self { $(Self::$name(_) => &$file::CARD,)* }
            }
        }

        impl Method for AnyMethod {
            fn new(config: &RunConfig, source: &mut dyn Source, device: &Device) -> Result<Self, MethodError> {
                $(
                    if config.method == $file::CARD.name {
                        return $file::$name::new(config, source, device).map(Self::$name);
                    }
                )*
                Err(MethodError::unknown_method(&config.method, cards().iter().map(|card| card.name)))
            }

            fn plan(config: &RunConfig) -> Result<ViewPlan, MethodError> {
                $(
                    if config.method == $file::CARD.name {
                        return $file::$name::plan(config);
                    }
                )*
                Err(MethodError::unknown_method(&config.method, cards().iter().map(|card| card.name)))
            }

            fn entries(config: &RunConfig, names: Names) -> Result<Vec<Entry>, MethodError> {
                $(
                    if config.method == $file::CARD.name {
                        return $file::$name::entries(config, names);
                    }
                )*
                Err(MethodError::unknown_method(&config.method, cards().iter().map(|card| card.name)))
            }

            fn multiply_adds(config: &RunConfig, kept: usize) -> Result<u64, MethodError> {
                $(
                    if config.method == $file::CARD.name {
                        return $file::$name::multiply_adds(config, kept);
                    }
                )*
                Err(MethodError::unknown_method(&config.method, cards().iter().map(|card| card.name)))
            }

            fn recognise(shapes: &BTreeMap<String, Vec<usize>>, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
                None$(.or_else(|| $file::$name::recognise(shapes, remarks)))*
            }

            fn published(&self) -> Result<BTreeMap<String, String>, String> {
                match self { $(Self::$name(method) => method.published(),)* }
            }

            fn knobs(&self) -> BTreeMap<String, toml::Value> {
                match self { $(Self::$name(method) => method.knobs(),)* }
            }

            fn note(&self) -> Option<String> {
                match self { $(Self::$name(method) => method.note(),)* }
            }

            fn doubts(&self, batch: usize, classes: usize) -> Vec<String> {
                match self { $(Self::$name(method) => method.doubts(batch, classes),)* }
            }

            fn views(&self) -> ViewPlan {
                match self { $(Self::$name(method) => method.views(),)* }
            }

            fn loss(&self, batch: &Batch, step: Step) -> Loss {
                match self { $(Self::$name(method) => method.loss(batch, step),)* }
            }

            fn draws(&self) -> bool {
                match self { $(Self::$name(method) => method.draws(),)* }
            }

            fn complete(&self, batch: &Batch) -> Option<Tensor<4>> {
                match self { $(Self::$name(method) => method.complete(batch),)* }
            }

            fn patch_energy(&self, batch: &Batch) -> Option<Tensor<2>> {
                match self { $(Self::$name(method) => method.patch_energy(batch),)* }
            }

            fn for_answers(self) -> Self {
                match self { $(Self::$name(method) => Self::$name(method.for_answers()),)* }
            }

            fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
                match self { $(Self::$name(method) => method.embed(pictures),)* }
            }

            fn project(&self, embeddings: Tensor<2>) -> Tensor<2> {
                match self { $(Self::$name(method) => method.project(embeddings),)* }
            }

            fn deviation(&self) -> Option<f32> {
                match self { $(Self::$name(method) => method.deviation(),)* }
            }

            fn embed_patches(&self, pictures: Tensor<4>) -> Option<Tensor<3>> {
                match self { $(Self::$name(method) => method.embed_patches(pictures),)* }
            }

            fn has_patches(&self) -> bool {
                match self { $(Self::$name(method) => method.has_patches(),)* }
            }

            fn attention(&self, pictures: Tensor<4>) -> Option<Tensor<4>> {
                match self { $(Self::$name(method) => method.attention(pictures),)* }
            }

            fn attends(&self) -> bool {
                match self { $(Self::$name(method) => method.attends(),)* }
            }

            fn predicts(&self) -> bool {
                match self { $(Self::$name(method) => method.predicts(),)* }
            }

            fn settle(&mut self, step: Step, kept: Vec<Kept>) {
                match self { $(Self::$name(method) => method.settle(step, kept),)* }
            }

            fn pace(&self, name: &str, step: Step) -> Pace {
                match self { $(Self::$name(method) => method.pace(name, step),)* }
            }

            fn training_only(&self) -> &'static [&'static str] {
                match self { $(Self::$name(method) => method.training_only(),)* }
            }
        }
    };
}

pub(super) use methods;
