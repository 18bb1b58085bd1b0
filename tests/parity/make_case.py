#!/usr/bin/env python3
"""Makes the parity case: what Hugging Face's ViT-MAE says, for Darkroom's to be held against.

    pip install torch transformers safetensors
    python tests/parity/make_case.py

Writes beside itself

- mae.safetensors: a small ViTMAEForPreTraining with random numbers, under the names of facebook/vit-mae-base. What
  config.json says of a published checkpoint and shapes do not tell (heads) stands in the file's metadata.
- case.safetensors: pictures, masks, and what that network says of them, computed in double precision:
    pictures                   [2, 3, 32, 32]   0..1, before ImageNet's standardisation
    hidden                     [2, 16]          1 where a patch is hidden
    encoded                    [2, 1 + 4, 32]   the encoder's output: class token, then kept patches in ascending order
    logits                     [2, 16, 192]     the decoder's output, a pixel's channels side by side, as transformers has it
    reconstruction             [2, 3, 32, 32]   the logits as pixels, 0..1
    reconstruction_normalised  [2, 3, 32, 32]   the same for norm_pix_loss: each patch by its own true mean and deviation
    loss, loss_normalised      [1]              norm_pix_loss false and true
    gradient.NAME, gradient_normalised.NAME     of either loss, for every trained vector (biases, norms, tokens)

The files in the repository were made with Python 3.11, torch 2.15.0, transformers 5.23.0, safetensors 0.8.0.
"""

import json
import re
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import ViTMAEConfig, ViTMAEForPreTraining

HERE = Path(__file__).parent
SEED = 20240
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

# Widths, depths and heads all differ or are odd, so that nothing fits by accident.
CONFIG = dict(
    image_size=32,
    patch_size=8,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=64,
    decoder_hidden_size=24,
    decoder_num_hidden_layers=2,
    decoder_num_attention_heads=3,
    decoder_intermediate_size=48,
    mask_ratio=0.75,
)


def published(name):
    """The name in facebook/vit-mae-base of a tensor that transformers 5 holds under another; older ones hold it as it is."""
    name = re.sub(r"^vit\.layers\.", "vit.encoder.layer.", name)
    for now, then in [
        ("attention.q_proj", "attention.attention.query"),
        ("attention.k_proj", "attention.attention.key"),
        ("attention.v_proj", "attention.attention.value"),
        ("attention.o_proj", "attention.output.dense"),
        ("mlp.fc1", "intermediate.dense"),
        ("mlp.fc2", "output.dense"),
    ]:
        name = name.replace(f".{now}.", f".{then}.")
    return name


def is_position(name):
    return name.endswith(("position_embeddings", "decoder_pos_embed"))


def fill_positions(model):
    """transformers 5.23 leaves both tables zero in a network that is not loaded from a file; its own code, called again, fills them."""
    embeddings = model.vit.embeddings
    embeddings.patch_embeddings.projection._is_hf_initialized = False
    embeddings.initialize_weights()
    model.decoder.initialize_weights(embeddings.patch_embeddings.num_patches)


def randomise(model, generator):
    """Biases, norms and tokens too, so that nothing is zero or one, and attention is far from even."""
    for name, parameter in model.named_parameters():
        if is_position(name):
            continue
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() == 1:
            norm = "norm" in name and name.endswith("weight")
            value = 1 + 0.3 * noise if norm else 0.3 * noise
        elif name.endswith(("cls_token", "mask_token")):
            value = 0.5 * noise
        else:
            sharp = 2.0 if re.search(r"q_proj|k_proj|query|key", name) else 1.0
            value = sharp * noise / parameter[0].numel() ** 0.5
        parameter.data.copy_(value)


def pictures(generator):
    """Waves, another in each channel, and grain; in one patch almost nothing, so that a normalised one counts on its epsilon."""
    v, u = torch.meshgrid(torch.arange(32) / 32, torch.arange(32) / 32, indexing="ij")
    waves = [torch.sin(6.3 * (a * u + b * v + c)) for a, b, c in [(1, 0.5, 0), (2, -1, 0.3), (0.5, 3, 0.1), (3, 1, 0.7), (-1, 2, 0.2), (1, 1, 0.9)]]
    batch = 0.5 + 0.25 * torch.stack(waves).view(2, 3, 32, 32)
    batch = batch + 0.1 * torch.randn(batch.shape, generator=generator)
    batch = batch.clamp(0, 1)
    flat = MEAN[0] + STD[0] * (0.3 + 0.002 * torch.randn((3, 8, 8), generator=generator))
    batch[0, :, 8:16, 16:24] = flat
    return batch


def check_names(model, tensors):
    """transformers itself reads the file under its published names and finds every tensor."""
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors, Path(folder) / "model.safetensors", metadata={"format": "pt"})
        model.config.save_pretrained(folder)
        read, report = ViTMAEForPreTraining.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    for name, tensor in read.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name]), name


def gradients(model, loss):
    vectors = {
        published(name): parameter
        for name, parameter in model.named_parameters()
        if not is_position(name) and parameter.numel() == max(parameter.shape)
    }
    found = torch.autograd.grad(loss, list(vectors.values()), retain_graph=True)
    return dict(zip(vectors, found))


def main():
    generator = torch.Generator().manual_seed(SEED)
    model = ViTMAEForPreTraining(ViTMAEConfig(**CONFIG)).eval()
    fill_positions(model)
    randomise(model, generator)
    assert all(parameter.abs().sum() > 0 for parameter in model.parameters())
    weights = {published(name): tensor.contiguous().clone() for name, tensor in model.state_dict().items()}
    check_names(model, weights)

    shown = pictures(generator)
    noise = torch.rand((2, 16), generator=generator)
    noise[0, 6] = 1.0  # the patch with almost nothing in it is hidden

    model = model.double()  # exact, as far as a float on the other side can tell
    values = (shown.double() - MEAN.double()) / STD.double()
    case = {"pictures": shown}
    for normalised in [False, True]:
        model.config.norm_pix_loss = normalised
        end = "_normalised" if normalised else ""
        said = model(values, noise=noise)
        case[f"loss{end}"] = said.loss.view(1)
        for name, gradient in gradients(model, said.loss).items():
            case[f"gradient{end}.{name}"] = gradient

    encoder = model.vit(values, noise=noise)
    kept = encoder.ids_restore.argsort(dim=1)[:, : encoder.last_hidden_state.shape[1] - 1]  # in the order of the noise
    rows = torch.cat([torch.zeros((2, 1), dtype=torch.long), 1 + kept.argsort(dim=1)], dim=1)
    case["encoded"] = encoder.last_hidden_state[torch.arange(2).unsqueeze(1), rows]
    case["hidden"] = said.mask
    case["logits"] = said.logits
    truth = model.patchify(values)
    own = said.logits * (truth.var(dim=-1, keepdim=True) + 1e-6).sqrt() + truth.mean(dim=-1, keepdim=True)
    case["reconstruction"] = model.unpatchify(said.logits) * STD + MEAN
    case["reconstruction_normalised"] = model.unpatchify(own) * STD + MEAN

    remarks = {
        "format": "pt",
        "num_attention_heads": str(CONFIG["num_attention_heads"]),
        "decoder_num_attention_heads": str(CONFIG["decoder_num_attention_heads"]),
    }
    save_file(weights, HERE / "mae.safetensors", metadata=remarks)
    case = {name: tensor.detach().float().contiguous() for name, tensor in case.items()}
    save_file(case, HERE / "case.safetensors", metadata={"config": json.dumps(CONFIG), "seed": str(SEED)})
    sizes = [(HERE / name).stat().st_size for name in ["mae.safetensors", "case.safetensors"]]
    print(f"mae.safetensors {sizes[0]} bytes, case.safetensors {sizes[1]} bytes")
    print(f"loss {case['loss'].item():.6f}, of normalised patches {case['loss_normalised'].item():.6f}")


if __name__ == "__main__":
    main()
