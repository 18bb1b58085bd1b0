"""What the methods share: an encoder with its projector, a teacher, schedules of the teacher's momentum."""

import math
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F

import nets
import views


class Method(nn.Module):
    """A loss over views. `settings` are the run's; `count` is how many pictures there are to train on."""

    recipes = "simclr"
    mean_of_tokens = False

    def __init__(self, settings, count, **head):
        super().__init__()
        self.settings, self.count = settings, count
        encoder = nets.encoder(settings["backbone"], settings["size"], self.mean_of_tokens)
        self.dim = encoder.dim
        self.student = nn.Sequential(encoder, self.head(**head))
        self.width = settings["projector"][-1] if settings["projector"] else self.dim
        self.teacher = None

    def head(self, **how):
        norms = self.settings.get("head_norms", "own")
        if norms != "own":
            how.update(norm=norms != "none", norm_last=norms == "all")
        return nets.head(self.dim, self.settings["projector"], **how)

    def make_views(self, pictures):
        """A list of views, each `[batch, 3, side, side]` in 0..1."""
        crop = tuple(self.settings["crop_scale"])
        recipes = [replace(recipe, area=crop) for recipe in views.published(self.recipes, self.settings["size"])]
        return [views.make(pictures, views.changed(recipe, self.settings)) for recipe in recipes]

    def small_views(self, pictures, name):
        """Multi-crop's."""
        recipe = views.published(name, self.settings["local_size"])[0]
        recipe = views.changed(replace(recipe, area=tuple(self.settings["local_crop"])), self.settings)
        return [views.make(pictures, recipe) for _ in range(self.settings["local_views"])]

    def loss(self, views, labels, indices, step):
        raise NotImplementedError

    def settle(self, step):
        """After the optimiser's step."""
        if self.teacher is not None:
            nets.follow(self.teacher, self.student, self.momentum(step))

    def momentum(self, step):
        """Of the teacher: half a cosine up to 1, or constant."""
        start = self.settings["teacher_momentum"]
        if not self.settings["rising"]:
            return start
        return 1 - (1 - start) * 0.5 * (1 + math.cos(math.pi * step / self.settings["steps"]))

    def constant(self):
        """Parameters that keep the highest learning rate."""
        return []

    def frozen(self, step):
        """Parameters that do not move in this step."""
        return []

    def is_among_first(self, part, step):
        return step < round(part * self.settings["steps"])

    def answers(self):
        """The encoder whose output is a picture's embedding."""
        return self.student[0]


def cosine(a, b):
    return F.cosine_similarity(a, b).mean()


def unit_noise(rows, dim):
    return F.normalize(torch.randn(rows, dim))
