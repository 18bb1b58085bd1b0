use burn::{module::Module, tensor::Tensor};

use super::{Trunk, names};
use crate::{
    methods::{Entry, Names},
    nn::{Backbone, Builder, Head, HeadConfig},
};

/// An encoder, whose output is the embedding, and the projector that the loss sees it through.
#[derive(Module, Debug)]
pub struct Branch {
    /// Pictures to embeddings.
    pub encoder: Backbone,
    /// Embeddings to the space in which they are compared.
    pub projector: Head,
}

/// A view seen by a branch.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `[batch, dim]`.
    pub embedding: Tensor<2>,
    /// `[batch, width]`.
    pub projection: Tensor<2>,
}

impl Branch {
    /// A branch with its first weights.
    pub fn new(mut at: Builder<'_>, trunk: &Trunk, projector: &HeadConfig) -> Self {
        Self {
            encoder: Backbone::new(at.at("encoder"), &trunk.backbone, trunk.size),
            projector: Head::new(at.at("projector"), projector),
        }
    }

    /// `[batch, 3, side, side]` in 0..1 to `[batch, dim]`.
    pub fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.encoder.forward(pictures).pooled
    }

    /// `[batch, dim]` to `[batch, width]`.
    pub fn project(&self, embeddings: Tensor<2>) -> Tensor<2> {
        self.projector.forward(embeddings)
    }

    /// Embedding and projection of a view.
    pub fn see(&self, pictures: Tensor<4>) -> Seen {
        let embedding = self.embed(pictures);
        Seen {
            projection: self.project(embedding.clone()),
            embedding,
        }
    }

    /// `[batch, 3, side, side]` to `[batch, patches, dim]`.
    pub fn embed_patches(&self, pictures: Tensor<4>) -> Option<Tensor<3>> {
        Some(self.encoder.forward(pictures).tokens)
    }

    /// Where a file has each parameter of the branch at `path`: the encoder under the field's names, the projector
    /// under our own; a published file may lack the projector.
    pub fn entries(path: &str, trunk: &Trunk, projector: &HeadConfig, names: Names) -> Vec<Entry> {
        let mut entries = names::backbone(&trunk.backbone, trunk.size, &format!("{path}.encoder.network"), names);
        let place = format!("{path}.projector");
        match names {
            Names::Darkroom => entries.extend(names::head(projector, &place, "projector")),
            Names::HuggingFace | Names::Original => entries.extend(names::published_head(&trunk.backbone, projector, &place)),
        }
        entries
    }

    /// Multiplications, each with its addition, of one picture.
    pub fn multiply_adds(trunk: &Trunk, projector: &HeadConfig) -> u64 {
        trunk.backbone.multiply_adds(trunk.size) + projector.multiply_adds()
    }
}
