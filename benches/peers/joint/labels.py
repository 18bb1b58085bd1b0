"""Labels, the ceiling, and the floor below all methods."""

import math

import torch
from torch.nn import functional as F

from method import Method, cosine


class SupCon(Method):
    """Khosla et al., 2020, eq. 2."""

    def loss(self, views, labels, indices, step):
        z = F.normalize(torch.cat([self.student(view) for view in views]))
        classes = labels.repeat(len(views))
        logits = z @ z.T / self.settings["temperature"]
        logits.fill_diagonal_(-math.inf)
        positive = (classes[:, None] == classes).fill_diagonal_(False)
        surprise = -F.log_softmax(logits, 1).masked_fill(~positive, 0.0)
        return (surprise.sum(1) / positive.sum(1)).mean()


class Supervised(Method):
    """Cross-entropy of one view."""

    recipes = "supervised"

    def loss(self, views, labels, indices, step):
        return F.cross_entropy(self.student(views[0]), labels)


class Siamese(Method):
    """Two views drawn together, and nothing else."""

    def loss(self, views, labels, indices, step):
        a, b = [self.student(view) for view in views]
        return -cosine(a, b)


class Untrained(Siamese):
    """Views are seen, and nothing follows from it."""

    def loss(self, views, labels, indices, step):
        return 0 * super().loss(views, labels, indices, step)
