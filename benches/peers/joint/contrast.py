"""Contrast: other pictures are pushed away."""

import math
from dataclasses import replace

import torch
from torch.nn import functional as F

import nets
import views as make
from method import Method, unit_noise


class SimClr(Method):
    """NT-Xent over both views of a batch (Chen et al., 2020, eq. 1)."""

    def loss(self, views, labels, indices, step):
        z = F.normalize(torch.cat([self.student(view) for view in views]))
        logits = z @ z.T / self.settings["temperature"]
        logits.fill_diagonal_(-math.inf)
        twins = torch.arange(len(z)).roll(len(z) // 2)
        return F.cross_entropy(logits, twins)


class Queue:
    """The newest rows first."""

    def __init__(self, size, dim):
        self.rows = unit_noise(size, dim)

    def push(self, rows):
        self.rows = torch.cat([rows.detach(), self.rows])[: len(self.rows)]


class MoCo(Method):
    """Version 2: a queue of a momentum encoder's keys (He et al., 2020, algorithm 1)."""

    recipes = "moco"

    def __init__(self, settings, count):
        super().__init__(settings, count, norm=False)
        self.teacher = nets.follower(self.student)
        self.queue = Queue(settings["queue"], self.width)

    def loss(self, views, labels, indices, step):
        query = F.normalize(self.student(views[0]))
        with torch.no_grad():
            self.keys = F.normalize(self.teacher(views[1]))
        positive = (query * self.keys).sum(1, keepdim=True)
        logits = torch.cat([positive, query @ self.queue.rows.T], 1) / self.settings["temperature"]
        return F.cross_entropy(logits, torch.zeros(len(query), dtype=torch.long))

    def settle(self, step):
        self.queue.push(self.keys)
        super().settle(step)


class MoCoV3(Method):
    """Version 3: keys of the same batch, a predictor, and a first layer that stays as it was drawn (Chen et al., 2021, algorithm 1)."""

    recipes = "byol"

    def __init__(self, settings, count):
        end = dict(norm_last=True, affine_last=False)
        super().__init__(settings, count, **end)
        self.predictor = nets.head(self.width, settings["predictor"], **end)
        self.student[0].embed.requires_grad_(False)
        self.teacher = nets.follower(self.student)

    def loss(self, views, labels, indices, step):
        q = [F.normalize(self.predictor(self.student(view))) for view in views]
        with torch.no_grad():
            k = [F.normalize(self.teacher(view)) for view in views]
        own, temperature = torch.arange(len(q[0])), self.settings["temperature"]
        of = lambda q, k: 2 * temperature * F.cross_entropy(q @ k.T / temperature, own)
        return of(q[0], k[1]) + of(q[1], k[0])


class Bank:
    """One row a picture."""

    def __init__(self, count, dim):
        self.rows = unit_noise(count, dim)

    def update(self, indices, rows, momentum):
        mixed = momentum * self.rows[indices] + (1 - momentum) * F.normalize(rows.detach())
        self.rows[indices] = F.normalize(mixed)


class InstDisc(Method):
    """A picture is a class of its own; the softmax over the whole bank (Wu et al., 2018, eq. 2)."""

    recipes = "instdisc"

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.bank = Bank(count, self.width)

    def loss(self, views, labels, indices, step):
        self.seen = indices, self.student(views[0])
        logits = F.normalize(self.seen[1]) @ self.bank.rows.T / self.settings["temperature"]
        return F.cross_entropy(logits, indices)

    def settle(self, step):
        self.bank.update(*self.seen, self.settings["bank_momentum"])


class Pirl(InstDisc):
    """A picture and a puzzle of it against the bank, by noise-contrastive estimation (Misra & van der Maaten, 2020, eq. 5)."""

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.puzzle = nets.head(9 * self.width, [self.width])
        patch = self.student[0].patch
        self.tile = round(settings["size"] // 3 * 64 / 85) // patch * patch  # 64 of 85 px in the paper, in whole patches
        self.log_z = None

    def make_views(self, pictures):
        settings = self.settings
        whole, puzzle = [make.changed(recipe, settings) for recipe in make.published("pirl", settings["size"])]
        whole = replace(whole, area=tuple(settings["crop_scale"]))
        return [make.make(pictures, whole), make.jigsaw(pictures, puzzle, self.tile)]

    def loss(self, views, labels, indices, step):
        picture, tiles = views
        view = self.student(picture)
        puzzle = self.puzzle(self.student(tiles.flatten(0, 1)).view(len(view), -1))
        self.seen = indices, view
        weight = self.settings["lambda"]
        of_puzzle = self.estimate(puzzle, indices)
        return weight * of_puzzle + (1 - weight) * self.estimate(view, indices)

    def estimate(self, x, indices):
        """Noise-contrastive estimation (Wu et al., 2018, eq. 7 and 8); Z is the first batch's, and stays."""
        drawn = torch.randint(self.count, (len(x), self.settings["negatives"]))
        logits = F.normalize(x) @ self.bank.rows.T / self.settings["temperature"]
        positive, negative = logits.gather(1, indices[:, None]), logits.gather(1, drawn)
        if self.log_z is None:
            all = torch.cat([positive, negative], 1).detach()
            self.log_z = all.exp().mean().log() + math.log(self.count)
        noise = self.log_z + math.log(self.settings["negatives"] / self.count)
        told = F.logsigmoid(positive - noise).mean() + F.logsigmoid(noise - negative).sum(1).mean()
        return -told


class NnClr(Method):
    """A view's nearest earlier neighbour in place of the view (Dwibedi et al., 2021, eq. 2 and 4)."""

    def __init__(self, settings, count):
        super().__init__(settings, count, norm_last=True)
        self.predictor = nets.head(self.width, settings["predictor"])
        self.queue = Queue(settings["queue"], self.width)

    def loss(self, views, labels, indices, step):
        z = [self.student(view) for view in views]
        p = [F.normalize(self.predictor(rows)) for rows in z]
        nearest = lambda rows: self.queue.rows[(F.normalize(rows.detach()) @ self.queue.rows.T).argmax(1)]
        near = [nearest(rows) for rows in z]
        own = torch.arange(len(p[0]))
        of = lambda near, p: F.cross_entropy(near @ p.T / self.settings["temperature"], own)
        self.keys = F.normalize(z[0].detach())
        return (of(near[0], p[1]) + of(near[1], p[0])) / 2

    def settle(self, step):
        self.queue.push(self.keys)
