#!/usr/bin/env python3
"""Makes the case for networks: what PyTorch's layers say of the numbers that both sides compute from names.

    pip install torch safetensors
    python tests/parity/make_nets.py

Residual networks as torchvision has them, written out (it is not needed), and heads as the papers' code has them. Nothing is
stored that a formula gives: a tensor at our path P starts as `scale sin(1 + sum of P's bytes + 0.7311 i)`, see `numbers`, and of a
gradient by a weight stand only the sums with a few such lines. Everything is computed in double precision.

The file in the repository was made with Python 3.11, torch 2.15.0, safetensors 0.8.0.
"""

import re
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

HERE = Path(__file__).parent
torch.set_default_dtype(torch.float64)


def numbers(path, shape, scale=1.0):
    count = torch.Size(shape).numel()
    start = 1 + sum(path.encode())
    return (scale * torch.sin(start + 0.7311 * torch.arange(count, dtype=torch.float64))).reshape(shape)


def start(path, shape):
    """The first numbers of a parameter or a running statistic."""
    last = path.rsplit(".", 1)[-1]
    if last == "running_var" or (last == "weight" and len(shape) == 1):
        return 1 + numbers(path, shape, 0.3)
    if last in ("bias", "running_mean"):
        return numbers(path, shape, 0.2)
    # As large as keeps a network's numbers near 1: the inputs of one output.
    return numbers(path, shape, (2 / torch.Size(shape[1:]).numel()) ** 0.5)


class Block(nn.Module):
    """torchvision's BasicBlock (expansion 1) and Bottleneck (4)."""

    def __init__(self, inputs, width, stride, is_bottleneck):
        super().__init__()
        out = width * (4 if is_bottleneck else 1)
        if is_bottleneck:
            shapes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
        else:
            shapes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        for number, (a, b, side, step) in enumerate(shapes, 1):
            setattr(self, f"conv{number}", nn.Conv2d(a, b, side, step, side // 2, bias=False))
            setattr(self, f"bn{number}", nn.BatchNorm2d(b))
        self.count = len(shapes)
        self.downsample = None
        if stride > 1 or inputs != out:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        around = x if self.downsample is None else self.downsample(x)
        for number in range(1, self.count + 1):
            x = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
            x = torch.relu(x if number < self.count else x + around)
        return x


class ResNet(nn.Module):
    def __init__(self, blocks, is_bottleneck, is_cifar, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3 if is_cifar else 7, 1 if is_cifar else 2, 1 if is_cifar else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.Identity() if is_cifar else nn.MaxPool2d(3, 2, 1)
        inputs = width
        for stage, count in enumerate(blocks):
            layers = []
            for block in range(count):
                layers.append(Block(inputs, width << stage, 2 if stage and not block else 1, is_bottleneck))
                inputs = (width << stage) * (4 if is_bottleneck else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.blocks = blocks

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return x.mean((2, 3))

    def ours(self, name):
        """Our path of a tensor."""
        found = re.match(r"layer(\d)\.(\d+)\.(.*)", name)
        if not found:
            return name.replace("conv1", "stem").replace("bn1", "norm")
        stage, block, rest = int(found[1]), int(found[2]), found[3]
        rest = re.sub(r"conv(\d)", lambda m: f"convolutions.{int(m[1]) - 1}", rest)
        rest = re.sub(r"bn(\d)", lambda m: f"norms.{int(m[1]) - 1}", rest)
        rest = rest.replace("downsample.0", "shortcut.convolution").replace("downsample.1", "shortcut.norm")
        return f"blocks.{sum(self.blocks[: stage - 1]) + block}.{rest}"


class Head(nn.Module):
    def __init__(self, layers, activation=nn.ReLU, last=None):
        super().__init__()
        self.layers = nn.ModuleList()
        for inputs, outputs, norm in layers:
            layer = nn.Module()
            layer.linear = nn.Linear(inputs, outputs, bias=norm != "affine")
            layer.norm = None if norm is None else nn.BatchNorm1d(outputs, affine=norm == "affine")
            self.layers.append(layer)
        self.activation = activation()
        self.last = None
        if last:
            self.last = nn.Module()
            self.last.weight = nn.Parameter(torch.empty(last, layers[-1][1]))

    def forward(self, x):
        for number, layer in enumerate(self.layers):
            x = layer.linear(x)
            x = x if layer.norm is None else layer.norm(x)
            x = self.activation(x) if number + 1 < len(self.layers) else x
        if self.last is not None:  # DINO's: nn.utils.weight_norm with its gain held at 1
            weight = self.last.weight / self.last.weight.norm(dim=1, keepdim=True)
            x = nn.functional.linear(nn.functional.normalize(x, dim=1), weight)
        return x

    def ours(self, name):
        return name


def case(out, name, net, x):
    """A training step's forward and backward, then an answer by the running statistics."""
    net.train()
    held = dict(net.named_parameters()) | {k: v for k, v in net.named_buffers() if v.is_floating_point()}
    with torch.no_grad():
        for theirs, tensor in held.items():
            path = net.ours(theirs)
            # A matrix lies the other way round on our side.
            is_matrix = tensor.dim() == 2
            drawn = start(path, tensor.shape[::-1] if is_matrix else tensor.shape)
            tensor.copy_(drawn.T if is_matrix else drawn)
    x.requires_grad_()
    y = net(x)
    (y * numbers("weights", y.shape)).sum().backward()
    out[f"{name}.y"], out[f"{name}.x"] = y, x.grad
    for theirs, tensor in held.items():
        path = net.ours(theirs)
        if "running" in path:
            out[f"{name}.{path}"] = tensor
            continue
        gradient = tensor.grad.T if tensor.dim() == 2 else tensor.grad
        flat = gradient.reshape(-1)
        out[f"{name}.{path}"] = torch.stack([(flat * numbers(line, flat.shape)).sum() for line in "abcd"])
    net.eval()
    out[f"{name}.answer"] = net(x)


def main():
    out = {}
    resnets = {
        "basic": ([2, 1, 1, 2], False, True, 4),
        "bottleneck": ([1, 2, 1, 1], True, False, 3),
    }
    for name, config in resnets.items():
        side = 11 if name == "basic" else 37
        case(out, name, ResNet(*config), numbers("x", (3, 3, side, side)))
    heads = {
        "projector": Head([(6, 10, "affine"), (10, 5, None)]),
        "simsiam": Head([(6, 10, "affine"), (10, 10, "affine"), (10, 7, "plain")]),
        "dino": Head([(6, 10, None), (10, 10, None), (10, 5, None)], nn.GELU, 9),
    }
    for name, head in heads.items():
        case(out, name, head, numbers("x", (7, 6)))
    save_file({name: tensor.detach().float().contiguous() for name, tensor in out.items()}, HERE / "nets.safetensors")


main()
