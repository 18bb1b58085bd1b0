//! What a network's products are worked out in.
//!
//! Parameters are f32 always, and so are running statistics and all that losses, teachers and optimisers see. A network of
//! half precision casts what comes in; whatever meets it casts its own parameters likewise (as PyTorch's autocast does, so that
//! their gradients arrive in f32), and what leaves is f32 again. Products, convolutions and attention are half then; norms
//! work theirs out in f32 and hand it on as it came. With f32 nothing is cast.

use burn::tensor::FloatDType;

/// The precision that is typed so; `None` for anything else.
#[must_use]
pub fn precision(typed: &str) -> Option<FloatDType> {
    match typed {
        "f32" => Some(FloatDType::F32),
        "f16" => Some(FloatDType::F16),
        "bf16" => Some(FloatDType::BF16),
        _ => None,
    }
}
