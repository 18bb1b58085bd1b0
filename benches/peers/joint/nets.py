"""Encoder, heads, teacher."""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

MEAN, STD = [torch.tensor(values).view(1, 3, 1, 1) for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]


def positions(side, dim):
    """MAE's fixed sines and cosines, `[side side, dim]`: of the column in the first half, of the row in the second."""
    rates = 10_000.0 ** -(torch.arange(dim // 4) / (dim // 4))
    line = torch.arange(side)[:, None] * rates
    line = torch.cat([line.sin(), line.cos()], 1)
    columns, rows = line[None].expand(side, -1, -1), line[:, None].expand(-1, side, -1)
    return torch.cat([columns, rows], 2).reshape(side * side, dim)


def glorot(linear):
    nn.init.xavier_uniform_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


class Block(nn.Module):
    """A pre-norm layer of a transformer."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.output = glorot(nn.Linear(dim, 3 * dim)), glorot(nn.Linear(dim, dim))
        self.up, self.down = glorot(nn.Linear(dim, 4 * dim)), glorot(nn.Linear(4 * dim, dim))

    def forward(self, x):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, tokens, dim))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Vit(nn.Module):
    """A vision transformer with a class token and fixed positions, which stretch over smaller views."""

    def __init__(self, side, dim, depth, heads, patch, mean_of_tokens=False):
        super().__init__()
        self.dim, self.patch, self.grid, self.mean_of_tokens = dim, patch, side // patch, mean_of_tokens
        self.embed = glorot(nn.Linear(3 * patch * patch, dim))
        self.class_token = nn.Parameter(0.02 * torch.randn(dim))
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.register_buffer("positions", positions(self.grid, dim))

    def tokens(self, pictures, kept=None):
        """Class token and patch tokens of `[batch, 3, side, side]` in 0..1; of the `kept` patches alone where given."""
        batch, _, side, _ = pictures.shape
        patches = F.unfold((pictures - MEAN) / STD, self.patch, stride=self.patch).transpose(1, 2)
        x = self.embed(patches) + self.stretched(side // self.patch)
        if kept is not None:
            x = x.gather(1, kept[:, :, None].expand(-1, -1, self.dim))
        x = torch.cat([self.class_token.expand(batch, 1, -1), x], 1)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def stretched(self, grid):
        if grid == self.grid:
            return self.positions
        square = self.positions.T.view(1, self.dim, self.grid, self.grid)
        return F.interpolate(square, (grid, grid), mode="bicubic", align_corners=False).view(self.dim, -1).T

    def forward(self, pictures):
        tokens = self.tokens(pictures)
        return tokens[:, 1:].mean(1) if self.mean_of_tokens else tokens[:, 0]


class BasicBlock(nn.Module):
    """ResNet-18's."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.around = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.around(x))


class ResNet18(nn.Module):
    """With a 3x3 stem and no pool, for pictures as small as CIFAR's."""

    def __init__(self):
        super().__init__()
        self.dim = 512
        shapes = [(64, 64, 1), (64, 64, 1)]
        for width in (128, 256, 512):
            shapes += [(width // 2, width, 2), (width, width, 1)]
        self.stem, self.norm = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64)
        self.blocks = nn.Sequential(*[BasicBlock(*shape) for shape in shapes])
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, pictures):
        x = F.relu(self.norm(self.stem((pictures - MEAN) / STD)))
        return self.blocks(x).mean((2, 3))


def encoder(name, side, mean_of_tokens=False):
    """`resnet18-cifar`, or a transformer spelt out: `vit:192x4/3/8` is width x layers / heads / patch."""
    if name == "resnet18-cifar":
        return ResNet18()
    sizes = name.removeprefix("vit:").replace("x", "/").split("/")
    return Vit(side, *map(int, sizes), mean_of_tokens=mean_of_tokens)


def even(linear):
    """PyTorch's own first weights, biases 0."""
    bound = 1 / math.sqrt(linear.in_features)
    nn.init.uniform_(linear.weight, -bound, bound)
    if linear.bias is not None:
        nn.init.zeros_(linear.bias)
    return linear


def head(inputs, widths, norm_last=False, affine_last=True, norm=True, bias_last=True):
    """Affine maps, batch norm and ReLU between them."""
    layers = []
    for number, width in enumerate(widths):
        is_last = number + 1 == len(widths)
        behind = nn.BatchNorm1d(width, affine=affine_last or not is_last) if (norm_last if is_last else norm) else None
        has_bias = (bias_last or not is_last) if behind is None else not behind.affine
        layers.append(even(nn.Linear(inputs, width, bias=has_bias)))
        layers += [behind] if behind else []
        layers += [] if is_last else [nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers)


class Prototypes(nn.Module):
    """Cosines with directions."""

    def __init__(self, dim, count):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(count, dim) / math.sqrt(dim))

    def forward(self, rows):
        return F.normalize(rows) @ F.normalize(self.weight).T


def follower(student):
    """A copy that no gradient trains."""
    teacher = copy.deepcopy(student)
    return teacher.requires_grad_(False)


@torch.no_grad()
def follow(teacher, student, momentum):
    for theirs, ours in zip(teacher.parameters(), student.parameters()):
        theirs.mul_(momentum).add_(ours, alpha=1 - momentum)
