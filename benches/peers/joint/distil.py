"""Distillation: a student predicts what a teacher makes of another view."""

import torch
from torch import nn
from torch.nn import functional as F

import nets
from method import Method, cosine


class Byol(Method):
    """Grill et al., 2020, eq. 2, both ways round."""

    recipes = "byol"

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.predictor = nets.head(self.width, settings["predictor"])
        self.teacher = nets.follower(self.student)

    def loss(self, views, labels, indices, step):
        p = [self.predictor(self.student(view)) for view in views]
        with torch.no_grad():
            z = [self.teacher(view) for view in views]
        return 4 - 2 * cosine(p[0], z[1]) - 2 * cosine(p[1], z[0])


class SimSiam(Method):
    """Chen & He, 2021, algorithm 1."""

    recipes = "simsiam"

    def __init__(self, settings, count):
        super().__init__(settings, count, norm_last=True, affine_last=False)
        self.predictor = nets.head(self.width, settings["predictor"])

    def loss(self, views, labels, indices, step):
        z = [self.student(view) for view in views]
        p = [self.predictor(rows) for rows in z]
        return -(cosine(p[0], z[1].detach()) + cosine(p[1], z[0].detach())) / 2

    def constant(self):
        return self.predictor.parameters()


class DinoHead(nn.Module):
    """GELU and no norm, then prototypes (Caron et al., 2021, appendix C)."""

    def __init__(self, inputs, widths, prototypes):
        super().__init__()
        sizes = [inputs, *widths]
        self.layers = nn.ModuleList(nets.even(nn.Linear(a, b)) for a, b in zip(sizes, widths))
        self.last = nets.Prototypes(sizes[-1], prototypes)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.gelu(layer(x))
        return self.last(self.layers[-1](x))


class Dino(Method):
    """Caron et al., 2021, algorithm 1, with multi-crop."""

    recipes = "dino"

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.teacher = nets.follower(self.student)
        self.centre = torch.zeros(settings["prototypes"])

    def head(self):
        return DinoHead(self.dim, self.settings["projector"], self.settings["prototypes"])

    def make_views(self, pictures):
        return super().make_views(pictures) + self.small_views(pictures, "dino-local")

    def loss(self, views, labels, indices, step):
        said = [F.log_softmax(self.student(view) / self.settings["student_temperature"], 1) for view in views]
        with torch.no_grad():
            self.taught = [self.teacher(view) for view in views[:2]]
        aims = [F.softmax((taught - self.centre) / self.temperature(step), 1) for taught in self.taught]
        pairs = [(aim, view) for aim in range(2) for view in range(len(views)) if view != aim]
        return sum(-(aims[aim] * said[view]).sum(1).mean() for aim, view in pairs) / len(pairs)

    def temperature(self, step):
        cold, warm = self.settings["teacher_temperature"], self.settings["warm_temperature"]
        part = step / self.settings["steps"] / self.settings["temperature_warmup"]
        return cold + (warm - cold) * min(1.0, part)

    def settle(self, step):
        stays = self.settings["centre_momentum"]
        self.centre = stays * self.centre + (1 - stays) * torch.cat(self.taught).mean(0)
        super().settle(step)

    def frozen(self, step):
        last = self.student[1].last.parameters()
        return list(last) if self.is_among_first(self.settings["freeze_last"], step) else []

    def answers(self):
        return self.teacher[0]


class Predictor(nn.Module):
    """A narrow transformer: from the context's tokens and from places alone to what stands at other places."""

    def __init__(self, grid, inputs, dim, depth, heads):
        super().__init__()
        self.embed, self.output = nets.glorot(nn.Linear(inputs, dim)), nets.glorot(nn.Linear(dim, inputs))
        self.mask = nn.Parameter(0.02 * torch.randn(dim))
        self.blocks = nn.ModuleList(nets.Block(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.register_buffer("positions", nets.positions(grid, dim))

    def forward(self, context, places, asked):
        seen = self.embed(context) + self.positions[places]
        x = torch.cat([seen, self.mask + self.positions[asked]], 1)
        for block in self.blocks:
            x = block(x)
        return self.output(self.norm(x[:, seen.shape[1] :]))


class IJepa(Method):
    """Assran et al., 2023: from one block of patches what a teacher has in others."""

    recipes = "ijepa"
    mean_of_tokens = True

    def __init__(self, settings, count):
        super().__init__(settings, count)
        encoder = self.student[0]
        shape = settings["predictor_dim"], settings["predictor_depth"], settings["predictor_heads"]
        self.grid = encoder.grid
        self.predictor = Predictor(self.grid, encoder.dim, *shape)
        self.teacher = nets.follower(self.student)

    def loss(self, views, labels, indices, step):
        (pictures,) = views
        context, targets = self.cut(len(pictures))
        with torch.no_grad():
            tokens = self.teacher[0].tokens(pictures)[:, 1:]
            tokens = F.layer_norm(tokens, tokens.shape[-1:])
        seen = self.student[0].tokens(pictures, context)[:, 1:]
        total = 0
        for asked in targets:
            aim = tokens.gather(1, asked[:, :, None].expand(-1, -1, tokens.shape[2]))
            total = total + F.smooth_l1_loss(self.predictor(seen, context, asked), aim)
        return total / len(targets)

    def cut(self, batch):
        """Places of the context `[batch, kept]` and of each target `[batch, patches]`. Sizes are one a step."""
        side, settings = self.grid, self.settings
        uniform = lambda least, most: least + (most - least) * torch.rand(()).item()

        def size(scale, aspect):
            area, aspect = int(side * side * uniform(*scale)), uniform(*aspect)
            whole = lambda length: min(max(round(length**0.5), 1), side - 1)
            return whole(area * aspect), whole(area / aspect)

        target, whole = size(settings["target_scale"], settings["target_aspect"]), size(settings["context_scale"], (1, 1))
        least = max(1, min(settings["least_context"], side * side // 8))
        targets = [[self.block(target) for _ in range(settings["targets"])] for _ in range(batch)]
        contexts = [self.context(whole, blocks, least) for blocks in targets]
        kept = min(map(len, contexts))
        asked = [torch.tensor([blocks[number] for blocks in targets]) for number in range(settings["targets"])]
        return torch.tensor([context[:kept] for context in contexts]), asked

    def block(self, size):
        rows, columns = size
        top, left = [int(torch.randint(self.grid - length + 1, ())) for length in size]
        return [row * self.grid + column for row in range(top, top + rows) for column in range(left, left + columns)]

    def context(self, size, targets, least):
        """A block without the targets; where that leaves too little, one target after the other may stand in it."""
        for spared in range(len(targets), -1, -1):
            taken = set().union(*targets[:spared])
            for _ in range(20):
                left = [patch for patch in self.block(size) if patch not in taken]
                if len(left) >= least:
                    return left
        return self.block(size)

    def momentum(self, step):
        start = self.settings["teacher_momentum"]
        return start + (1 - start) * step / self.settings["steps"]

    def answers(self):
        return self.teacher[0]
