"""Regularisation: views agree while the batch fills the space."""

import torch
from torch.nn import functional as F

from method import Method


def off_diagonal(matrix):
    return matrix.square().sum() - matrix.diagonal().square().sum()


class BarlowTwins(Method):
    """Zbontar et al., 2021, algorithm 1."""

    recipes = "barlow"

    def __init__(self, settings, count):
        super().__init__(settings, count, bias_last=False)

    def loss(self, views, labels, indices, step):
        a, b = [F.batch_norm(self.student(view), None, None, training=True) for view in views]
        correlation = a.T @ b / len(a)
        invariance = (correlation.diagonal() - 1).square().sum()
        return self.settings["scale"] * (invariance + self.settings["lambda"] * off_diagonal(correlation))


class VicReg(Method):
    """Bardes et al., 2022, algorithm 1."""

    recipes = "vicreg"

    def __init__(self, settings, count):
        super().__init__(settings, count, bias_last=False)

    def loss(self, views, labels, indices, step):
        a, b = [self.student(view) for view in views]
        variance = sum(F.relu(1 - (x.var(0) + 1e-4).sqrt()).mean() / 2 for x in (a, b))
        covariance = sum(off_diagonal(torch.cov(x.T)) / x.shape[1] for x in (a, b))
        weight = self.settings
        return weight["invariance"] * F.mse_loss(a, b) + weight["variance"] * variance + weight["covariance"] * covariance


class LeJepa(Method):
    """Balestriero & LeCun, 2025, as the authors' minimal example has it."""

    recipes = "lejepa"

    def loss(self, views, labels, indices, step):
        x = torch.stack([self.student(view) for view in views])
        agreement = (x - x.mean(0)).square().mean()
        weight = self.settings["lambda"]
        return weight * self.sigreg(x) + (1 - weight) * agreement

    def sigreg(self, x):
        """Epps and Pulley's statistic along random directions, over frequencies 0..3 and their mirror."""
        directions = F.normalize(torch.randn(x.shape[2], self.settings["slices"]), dim=0)
        t = torch.linspace(0, 3, 17)
        bell = torch.exp(-t.square() / 2)
        angles = (x @ directions)[..., None] * t
        error = (angles.cos().mean(1) - bell).square() + angles.sin().mean(1).square()
        return 2 * x.shape[1] * torch.trapezoid(error * bell, t).mean()
