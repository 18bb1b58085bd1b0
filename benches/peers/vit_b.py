"""Writes random weights for ViT-B's masked autoencoder under the names of facebook/vit-mae-base (He et al., 2021).

Argument: where the .safetensors goes. Speed does not depend on the numbers; that they are finite and not all alike does.
"""

import json
import sys

import torch
from safetensors.torch import save_file

SIDE, PATCH, INNER = 14, 16, 4
ENCODER, DECODER = (768, 12, "vit.encoder.layer"), (512, 8, "decoder.decoder_layers")
REMARKS = {"format": "pt", "num_attention_heads": "12", "decoder_num_attention_heads": "16", "norm_pix_loss": "false"}


def main():
    torch.manual_seed(0)
    tensors = {}

    def affine(name, out, *into):
        tensors[f"{name}.weight"] = torch.randn(out, *into) * (into[0] if len(into) == 1 else 3 * PATCH**2) ** -0.5
        tensors[f"{name}.bias"] = torch.randn(out) * 0.02

    def norm(name, dim):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = 1 + 0.1 * torch.randn(dim), 0.1 * torch.randn(dim)

    def layers(dim, depth, prefix):
        for at in (f"{prefix}.{index}" for index in range(depth)):
            norm(f"{at}.layernorm_before", dim), norm(f"{at}.layernorm_after", dim)
            for name in ["attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"]:
                affine(f"{at}.{name}", dim, dim)
            affine(f"{at}.intermediate.dense", INNER * dim, dim), affine(f"{at}.output.dense", dim, INNER * dim)

    e, d = ENCODER[0], DECODER[0]
    tensors["vit.embeddings.cls_token"], tensors["decoder.mask_token"] = torch.randn(1, 1, e), torch.randn(1, 1, d)
    tensors["vit.embeddings.position_embeddings"] = torch.randn(1, 1 + SIDE**2, e)
    tensors["decoder.decoder_pos_embed"] = torch.randn(1, 1 + SIDE**2, d)
    affine("vit.embeddings.patch_embeddings.projection", e, 3, PATCH, PATCH)
    layers(*ENCODER), layers(*DECODER)
    norm("vit.layernorm", e), norm("decoder.decoder_norm", d)
    affine("decoder.decoder_embed", d, e), affine("decoder.decoder_pred", 3 * PATCH**2, d)
    save_file(tensors, sys.argv[1], metadata=REMARKS)
    print(json.dumps(dict(parameters=sum(tensor.numel() for tensor in tensors.values()))))


main()
