#!/usr/bin/env python3
"""Makes the parity cases of published encoders: DINO's and DINOv2's vision transformers, torchvision's ResNets.

    pip install torch safetensors numpy
    python tests/parity/make_encoders.py

The networks are written out here in plain PyTorch, from the papers and under the names of the published checkpoints
(facebookresearch/dino, facebookresearch/dinov2, Hugging Face's dino-vits16 and dinov2-small, torchvision's resnet18 and
resnet50); the real files were not to be had. Weights are not stored: each is a pure function of its tensor's name, which
the test computes too, and so are the pictures: [2, 3, side, side], 0.5 + 0.4 u. Writes encoders.safetensors beside itself:

- metadata "cases": by case and tensor, [dtype, shape, scale, offset]: number i is offset + scale * u(name, i), u in -1..1
- CASE.class     [2, dim]             a transformer's class token after the last norm
- CASE.patches   [2, patches, dim]    its patch tokens
- CASE.other     [2, dim]             the class token for pictures of another size, positions stretched bicubically
- CASE.pooled    [2, dim]             a ResNet's pooled maps
- CASE.logits    [2, 1000]            its classifier's output

All in double precision, from weights rounded to single. The file in the repository was made with Python 3.11, torch
2.15.0, numpy and safetensors 0.8.0.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).parent
MEAN = torch.tensor([0.485, 0.456, 0.406]).double().view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).double().view(1, 3, 1, 1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
DIM, DEPTH, HEADS = 48, 2, 3


def uniform(name, count):
    """SplitMix64 over FNV-1a of the name: the same numbers wherever 64-bit integers wrap."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) % 2**64
    z = np.uint64(key) + np.arange(1, count + 1, dtype=np.uint64) * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float32) / np.float32(2**23)) - np.float32(1)


class Weights:
    """Tensors made as they are asked for, and what the test needs to make them again."""

    def __init__(self, case):
        self.case, self.spec = case, {}

    def __call__(self, name, shape, scale, offset=0.0):
        shape = list(shape)
        scale, offset = float(np.float32(scale)), float(np.float32(offset))
        self.spec[name] = ["F32", shape, scale, offset]
        values = np.float32(offset) + np.float32(scale) * uniform(f"{self.case}.{name}", int(np.prod(shape)))
        return torch.from_numpy(values).double().view(shape)

    def counter(self, name):
        self.spec[name] = ["I64", [], 0, 0]

    def linear(self, name, outputs, inputs, sharp=1.0):
        return self(f"{name}.weight", [outputs, inputs], sharp * (3 / inputs) ** 0.5), self(f"{name}.bias", [outputs], 0.3)

    def norm(self, name, dim):
        return self(f"{name}.weight", [dim], 0.3, 1.0), self(f"{name}.bias", [dim], 0.3)


def pictures(case, side):
    values = np.float32(0.5) + np.float32(0.4) * uniform(f"{case}.pictures.{side}", 2 * 3 * side * side)
    return torch.from_numpy(values).view(2, 3, side, side)


def attention(x, query, key, value):
    batch, tokens, dim = x.shape
    q, k, v = [F.linear(x, *map_).view(batch, tokens, HEADS, dim // HEADS).transpose(1, 2) for map_ in (query, key, value)]
    weights = (q @ k.transpose(-2, -1) / (dim // HEADS) ** 0.5).softmax(-1)
    return (weights @ v).transpose(1, 2).reshape(batch, tokens, dim)


def layer(w, at, x, names):
    """One pre-norm layer; `names` are those of one of the three families."""
    norm1 = w.norm(at + names["norm1"], DIM)
    if "qkv" in names:
        weight, bias = w.linear(at + names["qkv"], 3 * DIM, DIM, 2.0)
        parts = list(zip(weight.chunk(3), bias.chunk(3)))
    else:
        parts = [w.linear(at + names["parts"] + part, DIM, DIM, 2.0) for part in ("query", "key", "value")]
    proj = w.linear(at + names["proj"], DIM, DIM)
    norm2 = w.norm(at + names["norm2"], DIM)
    up, down = w.linear(at + names["up"], 4 * DIM, DIM), w.linear(at + names["down"], DIM, 4 * DIM)
    scales = [w(at + name, [DIM], 0.5, 1.0) for name in names.get("scales", [])] or [1.0, 1.0]
    x = x + scales[0] * F.linear(attention(F.layer_norm(x, [DIM], *norm1, 1e-6), *parts), *proj)
    return x + scales[1] * F.linear(F.gelu(F.linear(F.layer_norm(x, [DIM], *norm2, 1e-6), *up)), *down)


PAPER = dict(norm1="norm1", qkv="attn.qkv", proj="attn.proj", norm2="norm2", up="mlp.fc1", down="mlp.fc2")
HF_VIT = dict(norm1="layernorm_before", parts="attention.attention.", proj="attention.output.dense", norm2="layernorm_after", up="intermediate.dense", down="output.dense")
HF_DINOV2 = dict(norm1="norm1", parts="attention.attention.", proj="attention.output.dense", norm2="norm2", up="mlp.fc1", down="mlp.fc2", scales=["layer_scale1.lambda1", "layer_scale2.lambda1"])
OWN = dict(cls="cls_token", mask="mask_token", pos="pos_embed", reg="register_tokens", patch="patch_embed.proj", blocks="blocks.", norm="norm")
HF = dict(cls="embeddings.cls_token", mask="embeddings.mask_token", pos="embeddings.position_embeddings", reg="embeddings.register_tokens", patch="embeddings.patch_embeddings.projection", blocks="encoder.layer.", norm="layernorm")


def transformer(case, patch, side, top, names, registers, other, out):
    def forward(w, batch):
        rows = side // patch
        x = (batch.double() - MEAN) / STD
        weight, bias = w(f"{top['patch']}.weight", [DIM, 3, patch, patch], (3 / (3 * patch * patch)) ** 0.5), w(f"{top['patch']}.bias", [DIM], 0.3)
        x = F.conv2d(x, weight, bias, stride=patch)
        now = x.shape[-1]
        x = x.flatten(2).transpose(1, 2)
        pos = w(top["pos"], [1, 1 + rows * rows, DIM], 0.7)
        places = pos[:, 1:]
        if now != rows:
            grid = places.view(1, rows, rows, DIM).permute(0, 3, 1, 2)
            grid = F.interpolate(grid, size=(now, now), mode="bicubic", align_corners=False)
            places = grid.permute(0, 2, 3, 1).reshape(1, now * now, DIM)
        cls = w(top["cls"], [1, 1, DIM], 0.7).expand(len(x), -1, -1)
        tokens = [cls + pos[:, :1]]
        if registers:
            tokens.append(w(top["reg"], [1, registers, DIM], 0.7).expand(len(x), -1, -1))
        if "scales" in names:
            w(top["mask"], [1, DIM], 0.7)
        x = torch.cat(tokens + [x + places], 1)
        for index in range(DEPTH):
            x = layer(w, f"{top['blocks']}{index}.", x, names)
        x = F.layer_norm(x, [DIM], *w.norm(top["norm"], DIM), 1e-6)
        return x[:, 0], x[:, 1 + registers :]

    w = Weights(case)
    cls, patches = forward(w, pictures(case, side))
    out |= {"class": cls, "patches": patches, "other": forward(w, pictures(case, other))[0]}
    return w.spec


def resnet(case, blocks, bottleneck, out):
    w = Weights(case)

    def conv(name, x, outputs, side, stride):
        weight = w(f"{name}.weight", [outputs, x.shape[1], side, side], (4 / (x.shape[1] * side * side)) ** 0.5)
        return F.conv2d(x, weight, stride=stride, padding=side // 2)

    def bn(name, x):
        dim = x.shape[1]
        weight, bias = w.norm(name, dim)
        mean, var = w(f"{name}.running_mean", [dim], 0.3), w(f"{name}.running_var", [dim], 0.5, 1.0)
        w.counter(f"{name}.num_batches_tracked")
        return F.batch_norm(x, mean, var, weight, bias, False, 0.0, 1e-5)

    x = (pictures(case, 64).double() - MEAN) / STD
    x = F.max_pool2d(F.relu(bn("bn1", conv("conv1", x, 64, 7, 2))), 3, 2, 1)
    for stage, count in enumerate(blocks):
        width = 64 << stage
        out_width = width * 4 if bottleneck else width
        for index in range(count):
            at, stride = f"layer{stage + 1}.{index}.", 2 if stage and not index else 1
            around = x
            if stride > 1 or x.shape[1] != out_width:
                around = bn(f"{at}downsample.1", conv(f"{at}downsample.0", x, out_width, 1, stride))
            shapes = [(width, 1, 1), (width, 3, stride), (out_width, 1, 1)] if bottleneck else [(width, 3, stride), (width, 3, 1)]
            for number, (outputs, side, step) in enumerate(shapes, 1):
                x = bn(f"{at}bn{number}", conv(f"{at}conv{number}", x, outputs, side, step))
                x = F.relu(x) if number < len(shapes) else F.relu(x + around)
    pooled = x.mean((2, 3))
    logits = F.linear(pooled, *w.linear("fc", 1000, pooled.shape[1]))
    out |= {"pooled": pooled, "logits": logits}
    return w.spec


def main():
    torch.set_num_threads(1)
    scaled = PAPER | {"scales": ["ls1.gamma", "ls2.gamma"]}
    made = {
        "dino": lambda out: transformer("dino", 8, 32, OWN, PAPER, 0, 48, out),
        "dino_hf": lambda out: transformer("dino_hf", 8, 32, HF, HF_VIT, 0, 48, out),
        "dinov2": lambda out: transformer("dinov2", 7, 35, OWN, scaled, 0, 28, out),
        "dinov2_registers": lambda out: transformer("dinov2_registers", 7, 35, OWN, scaled, 4, 42, out),
        "dinov2_hf": lambda out: transformer("dinov2_hf", 7, 35, HF, HF_DINOV2, 0, 42, out),
        "dinov2_registers_hf": lambda out: transformer("dinov2_registers_hf", 7, 35, HF, HF_DINOV2, 4, 42, out),
        "resnet18": lambda out: resnet("resnet18", [2, 2, 2, 2], False, out),
        "resnet50": lambda out: resnet("resnet50", [3, 4, 6, 3], True, out),
    }
    cases, tensors = {}, {}
    for case, make in made.items():
        out = {}
        cases[case] = make(out)
        tensors |= {f"{case}.{name}": tensor.float().contiguous() for name, tensor in out.items()}
        print(case, {name: [round(tensor.abs().max().item(), 3), *tensor.shape] for name, tensor in out.items()})
    save_file(tensors, HERE / "encoders.safetensors", metadata={"cases": json.dumps(cases, separators=(",", ":"))})


if __name__ == "__main__":
    main()
