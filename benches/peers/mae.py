"""A masked autoencoder in plain PyTorch, read from a file of ours or a published one: the network that peers run.

It computes what src/methods/mae.rs computes, from pictures to drawn pictures and from pictures to the loss, and shares no
code with it. Each benchmark compares the two before it measures.
"""

import json

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional as F

# Where a file says nothing: ImageNet's constants, and what Hugging Face's names stand for.
PUBLISHED = dict(mean="0.485,0.456,0.406", std="0.229,0.224,0.225", epsilon=1e-12, target="pixels", fill_to_decoder=False, overlap=False, balance=False, corrector_dim=0, corrector_alone=False)
LEAST_POWER = 0.02
CORNERS = 4


class Block(nn.Module):
    def __init__(self, dim, heads, inner, epsilon):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=epsilon), nn.LayerNorm(dim, eps=epsilon)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, inner), nn.Linear(inner, dim)

    def forward(self, x):
        batch, count, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, count, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, count, dim)
        x = x + self.proj(attended)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Fold(nn.Module):
    """`x + second(gelu(first(norm(x))))`, of maps `[batch, dim, rows, columns]`."""

    def __init__(self, dim, epsilon):
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=epsilon)
        self.first, self.second = [nn.Conv2d(dim, dim, 3, padding=1, bias=False) for _ in range(2)]

    def forward(self, x):
        return x + self.second(F.gelu(self.first(per_cell(self.norm, x))))


class Stage(nn.Module):
    def __init__(self, blocks, inputs, outputs):
        super().__init__()
        self.blocks, self.resize = blocks, nn.Linear(inputs, outputs)


class Corrector(nn.Module):
    """Sees smooth fills in cells, four by four of a patch, and says what to add to their pixels: a U-Net."""

    def __init__(self, side, patch, dim, epsilon):
        super().__init__()
        self.side, self.patch, cells = side, patch, 4 * side
        halvings = next(n for n in (3, 2) if cells % 2**n == 0)
        widths = [dim * times for times in (1, 2, 4, 6)]
        blocks = lambda level: nn.Sequential(*[Fold(widths[level], epsilon) for _ in range((1, 1, 2, 2)[level])])
        ways = list(zip(range(halvings), widths, widths[1:]))
        self.enter = nn.Conv2d(4, dim, 3, padding=1, bias=False)
        self.down = nn.ModuleList([Stage(blocks(level), 4 * fine, coarse) for level, fine, coarse in ways])
        self.middle = blocks(halvings)
        every = widths[halvings] * (cells >> halvings) ** 2
        self.whole = nn.ModuleDict(dict(norm=nn.LayerNorm(every, eps=epsilon), up=nn.Linear(every, 16 * dim), down=nn.Linear(16 * dim, every)))
        self.up = nn.ModuleList([Stage(blocks(level), coarse, 4 * fine) for level, fine, coarse in ways])
        self.norm, self.cells = nn.LayerNorm(dim, eps=epsilon), nn.Conv2d(dim, 3, 3, padding=1, bias=False)

    def forward(self, patches, hidden):
        """Standardised patches in the grid's rows, filled where `hidden` `[batch, patches]` is 1."""
        seen = F.avg_pool2d(together(patches, self.patch, self.side), self.patch // 4)
        hidden = F.interpolate(hidden.view(-1, 1, self.side, self.side), scale_factor=4)
        x, passed = self.enter(torch.cat([seen, hidden], 1)), []
        for stage in self.down:
            x = stage.blocks(x)
            passed.append(x)
            x = per_cell(stage.resize, F.pixel_unshuffle(x, 2).unflatten(1, (-1, 4)).transpose(1, 2).flatten(1, 2))
        x = self.middle(x)
        flat = x.permute(0, 2, 3, 1).flatten(1)
        flat = flat + self.whole["down"](F.gelu(self.whole["up"](self.whole["norm"](flat))))
        x = flat.view(len(x), *x.shape[2:], -1).permute(0, 3, 1, 2)
        for stage, before in zip(reversed(self.up), reversed(passed)):
            x = per_cell(stage.resize, x)
            x = F.pixel_shuffle(x.unflatten(1, (4, -1)).transpose(1, 2).flatten(1, 2), 2)
            x = stage.blocks(x + before)
        added = self.cells(per_cell(self.norm, x))
        return cut(F.interpolate(added, scale_factor=self.patch // 4, mode="bilinear", align_corners=False), self.patch)


def per_cell(layer, x):
    """A layer over the channels of each cell of `[batch, dim, rows, columns]`."""
    return layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Mae(nn.Module):
    """`sizes` are the knobs of src/methods/mae/card.rs, by their names."""

    def __init__(self, sizes):
        super().__init__()
        get = sizes.__getitem__
        self.patch, self.side = get("patch"), get("size") // get("patch")
        self.residual, self.balance, self.overlap = get("target") == "residual", get("balance"), get("overlap")
        values, patches, e, d, epsilon = 3 * self.patch**2, self.side**2, get("encoder_dim"), get("decoder_dim"), get("epsilon")
        stack = lambda dim, depth, heads: [Block(dim, heads, dim * get("mlp_ratio"), epsilon) for _ in range(depth)]
        self.embed = nn.Linear(values, e)
        self.first = nn.Parameter(torch.zeros(1, 1, e))
        self.encoder = nn.Sequential(*stack(e, get("encoder_depth"), get("encoder_heads")), nn.LayerNorm(e, eps=epsilon))
        self.narrow = nn.Linear(e, d)
        wide = d * (CORNERS if self.overlap else 1)
        self.fill = nn.Linear(values, wide, bias=False) if get("fill_to_decoder") else None
        self.token = nn.Parameter(torch.zeros(1, 1, d))
        self.decoder = nn.Sequential(*stack(d, get("decoder_depth"), get("decoder_heads")), nn.LayerNorm(d, eps=epsilon))
        self.draw = nn.Linear(wide, values)
        self.alone = get("corrector_alone") and get("corrector_dim") > 0
        self.corrector = Corrector(self.side, self.patch, get("corrector_dim"), epsilon) if get("corrector_dim") else None
        self.register_buffer("at_e", torch.zeros(1 + patches, e))
        self.register_buffer("at_d", torch.zeros(1 + patches, d))
        for name in ["mean", "std"]:
            self.register_buffer(name, torch.tensor([float(x) for x in get(name).split(",")]).view(1, 3, 1, 1))

    def patches(self, pictures):
        return cut((pictures - self.mean) / self.std, self.patch)

    def shown(self, filled, order):
        """What the decoder is told of standardised filled pictures, in `order`: `[batch, patches, d]`."""
        if not self.overlap:
            return self.fill(pick(cut(filled, self.patch), order))
        half, s = self.patch // 2, self.side
        cells = cut(F.pad(filled, (half,) * 4, mode="replicate"), self.patch)
        parts = self.fill(cells)
        parts = parts.view(parts.shape[0], s + 1, s + 1, CORNERS, parts.shape[2] // CORNERS)
        around = parts[:, :-1, :-1, 0] + parts[:, :-1, 1:, 1] + parts[:, 1:, :-1, 2] + parts[:, 1:, 1:, 3]
        return pick(around.reshape(around.shape[0], s * s, -1), order)

    def drawn(self, tokens, back):
        """What tokens in some order draw, patch by patch in the grid's rows; `back` is the way back from that order."""
        tokens = pick(tokens, back)
        if not self.overlap:
            return self.draw(tokens)
        batch, half, p, s = tokens.shape[0], self.patch // 2, self.patch, self.side
        grid = F.pad(tokens.view(batch, s, s, -1).permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate").permute(0, 2, 3, 1)
        around = torch.cat([grid[:, :-1, :-1], grid[:, :-1, 1:], grid[:, 1:, :-1], grid[:, 1:, 1:]], 3)
        weight = (self.draw.weight.view(3 * p * p, CORNERS, -1) * self.windows()[:, :, None]).flatten(1)
        cells = F.linear(around, weight, self.draw.bias).view(batch, (s + 1) ** 2, -1)
        return cut(together(cells, p, s + 1)[:, :, half:-half, half:-half], p)

    def windows(self):
        """How much each of the four tokens around a cell says of each of its pixels: `[3 p p, 4]`, rows of sum 1."""
        rising = (torch.arange(self.patch, device=self.draw.weight.device) + 0.5) / self.patch
        ramps = torch.stack([1 - rising, rising])
        both = torch.einsum("ar,bc->rcab", ramps, ramps).reshape(self.patch**2, CORNERS)
        return both.repeat(3, 1)

    def tokens(self, patches, shown, order, kept):
        """What the decoder says, before its last product: class token, then patches in `order`, whose first `kept` are visible."""
        batch, count = order.shape
        at_e, at_d = self.at_e[1:][order][:, :kept], self.at_d[1:][order]
        x = self.embed(patches[:, :kept]) + at_e
        x = self.encoder(torch.cat([(self.first + self.at_e[:1]).expand(batch, -1, -1), x], 1))
        x = self.narrow(x)
        rest = torch.cat([x[:, 1:], self.token.expand(batch, count - kept, -1)], 1) + at_d
        if shown is not None:
            rest = rest + shown
        return self.decoder(torch.cat([x[:, :1] + self.at_d[:1], rest], 1))

    def added(self, filled, back, kept):
        """What the corrector adds to hidden patches, in the grid's rows; `back` leads back to them from an order."""
        hidden = (back.float() >= float(kept)).float()  # indices are of 32 bits in some exports, of 64 in others
        return self.corrector(cut(filled, self.patch), hidden) * hidden[..., None]

    def said(self, patches, fill, order, back, kept):
        """What is drawn, less the fill where that is the target, in the grid's rows. `patches` are in `order`."""
        filled = (fill - self.mean) / self.std if fill is not None else None
        added = self.added(filled, back, kept) if self.corrector else 0
        if self.alone:
            return added
        if self.corrector:
            filled = filled + together(added.detach(), self.patch, self.side)
        shown = self.shown(filled, order) if self.fill is not None else None
        return self.drawn(self.tokens(patches, shown, order, kept)[:, 1:], back) + added

    def forward(self, pictures, fill, order, back, kept):
        """Drawn pictures: `[batch, 3, size, size]` in 0..1. `back` is the way back from `order`, as for us known before."""
        said = self.said(pick(self.patches(pictures), order), fill, order, back, kept)
        said = said + self.patches(fill) if self.residual else said
        return together(said, self.patch, self.side) * self.std + self.mean

    def loss(self, pictures, fill, order, kept):
        patches = pick(self.patches(pictures), order)
        if self.overlap or self.corrector:
            said = pick(self.said(patches, fill, order, order.argsort(1), kept), order)[:, kept:]
        else:
            shown = self.shown((fill - self.mean) / self.std, order) if self.fill is not None else None
            said = self.draw(self.tokens(patches, shown, order, kept)[:, 1 + kept :])
        target = patches[:, kept:]
        if self.residual:
            target = target - pick(self.patches(fill), order)[:, kept:]
        error = (said - target) ** 2
        if not self.balance:
            return error.mean()
        return (error.mean((1, 2)) / ((target**2).mean((1, 2)) + LEAST_POWER)).mean()


def cut(pictures, p):
    """`[batch, 3, rows p, columns p]` to `[batch, rows columns, 3 p p]`."""
    batch, _, height, width = pictures.shape
    return pictures.reshape(batch, 3, height // p, p, width // p, p).permute(0, 2, 4, 1, 3, 5).reshape(batch, -1, 3 * p * p)


def together(patches, p, side):
    """The way back from `cut`, for squares of `side` patches a side."""
    return patches.reshape(-1, side, side, 3, p, p).permute(0, 3, 1, 4, 2, 5).reshape(-1, 3, side * p, side * p)


def pick(rows, index):
    """`[batch, count, values]` by `[batch, n]` to `[batch, n, values]`."""
    batch, count, values = rows.shape
    if batch == 1:
        return rows[:, index[0]]
    flat = index + count * torch.arange(batch, device=index.device)[:, None]
    return rows.reshape(-1, values).index_select(0, flat.flatten()).view(batch, -1, values)


def load(path):
    """The network of a .safetensors file in Hugging Face's names, and the run's configuration where the file has one."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name).float() for name in file.keys()}
        remarks = file.metadata() or {}
    config = json.loads(remarks["darkroom"])["config"] if "darkroom" in remarks else None
    sizes = {**PUBLISHED, **(config["knobs"] if config else published(tensors, remarks))}
    model = Mae(sizes)
    ours = state(tensors, sizes["patch"])
    assert set(ours) | {"mean", "std"} == set(model.state_dict()), sorted(set(ours) ^ set(model.state_dict()))
    model.load_state_dict(ours, strict=False)
    return model, config


def published(tensors, remarks):
    """Sizes by shapes and remarks, where no header of ours has them."""
    dim, _, patch, _ = tensors["vit.embeddings.patch_embeddings.projection.weight"].shape
    depth = lambda prefix: len({name.removeprefix(prefix).split(".")[0] for name in tensors if name.startswith(prefix)})
    side = round((tensors["vit.embeddings.position_embeddings"].shape[1] - 1) ** 0.5)
    return dict(
        size=side * patch,
        patch=patch,
        encoder_dim=dim,
        encoder_depth=depth("vit.encoder.layer."),
        encoder_heads=int(remarks["num_attention_heads"]),
        decoder_dim=tensors["decoder.decoder_embed.weight"].shape[0],
        decoder_depth=depth("decoder.decoder_layers."),
        decoder_heads=int(remarks["decoder_num_attention_heads"]),
        mlp_ratio=tensors["vit.encoder.layer.0.intermediate.dense.weight"].shape[0] // dim,
    )


def state(tensors, patch):
    """Tensors under the names of `Mae`."""
    plain = {
        "vit.embeddings.cls_token": "first",
        "vit.embeddings.patch_embeddings.projection.bias": "embed.bias",
        "decoder.decoder_embed.weight": "narrow.weight",
        "decoder.decoder_embed.bias": "narrow.bias",
        "decoder.decoder_fill.weight": "fill.weight",
        "decoder.mask_token": "token",
    }
    out = {ours: tensors[name] for name, ours in plain.items() if name in tensors}
    out["embed.weight"] = tensors["vit.embeddings.patch_embeddings.projection.weight"].flatten(1)
    out["at_e"], out["at_d"] = tensors["vit.embeddings.position_embeddings"][0], tensors["decoder.decoder_pos_embed"][0]
    # A pixel's channels stand side by side in published files.
    rows = torch.arange(3 * patch * patch).view(patch * patch, 3).t().flatten()
    for end in ["weight", "bias"]:
        out[f"draw.{end}"] = tensors[f"decoder.decoder_pred.{end}"][rows]
    for theirs, norm, ours in [("vit.encoder.layer", "vit.layernorm", "encoder"), ("decoder.decoder_layers", "decoder.decoder_norm", "decoder")]:
        depth = 0
        while f"{theirs}.{depth}.output.dense.bias" in tensors:
            out.update(layer(tensors, f"{theirs}.{depth}", f"{ours}.{depth}"))
            depth += 1
        out.update({f"{ours}.{depth}.{end}": tensors[f"{norm}.{end}"] for end in ["weight", "bias"]})
    out.update({name: tensor for name, tensor in tensors.items() if name.startswith("corrector.")})
    return out


def layer(tensors, theirs, ours):
    parts = [("layernorm_before", "norm1"), ("layernorm_after", "norm2"), ("attention.output.dense", "proj"), ("intermediate.dense", "up"), ("output.dense", "down")]
    out = {}
    for end in ["weight", "bias"]:
        out.update({f"{ours}.{to}.{end}": tensors[f"{theirs}.{of}.{end}"] for of, to in parts})
        out[f"{ours}.qkv.{end}"] = torch.cat([tensors[f"{theirs}.attention.attention.{name}.{end}"] for name in ["query", "key", "value"]])
    return out
