"""Clusters: views of a picture belong to the same prototype."""

import torch
from torch.nn import functional as F

import nets
from contrast import Queue
from method import Method


class Swav(Method):
    """Caron et al., 2020, algorithm 1, with multi-crop and a queue."""

    recipes = "swav"

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.prototypes = nets.Prototypes(self.width, settings["prototypes"])
        self.queues = [Queue(settings["queue"], self.width) for _ in range(2)]

    def make_views(self, pictures):
        return super().make_views(pictures) + self.small_views(pictures, "swav-local")

    def loss(self, views, labels, indices, step):
        z = [F.normalize(self.student(view)) for view in views]
        scores = [self.prototypes(rows) for rows in z]
        self.keys = [rows.detach() for rows in z[:2]]
        pairs = []
        for own in range(2):
            aim = self.assigned(own, scores[own].detach(), step)
            for other in range(len(views)):
                if other != own:
                    pairs.append(F.cross_entropy(scores[other] / self.settings["temperature"], aim))
        return sum(pairs) / len(pairs)

    @torch.no_grad()
    def assigned(self, own, scores, step):
        batch = len(scores)
        if not self.is_among_first(self.settings["queue_from"], step):
            scores = torch.cat([scores, self.prototypes(self.queues[own].rows)])
        q = torch.exp(scores / self.settings["epsilon"])
        for _ in range(3):
            q = q / q.sum(0, keepdim=True) / q.shape[1]
            q = q / q.sum(1, keepdim=True) / q.shape[0]
        return (q / q.sum(1, keepdim=True))[:batch]

    def settle(self, step):
        for queue, keys in zip(self.queues, self.keys):
            queue.push(keys)

    def frozen(self, step):
        return list(self.prototypes.parameters()) if self.is_among_first(self.settings["freeze_prototypes"], step) else []


class DeepCluster(Method):
    """Version 2 (Caron et al., 2020, appendix D): k-means of all pictures after each pass, then their numbers as classes."""

    recipes = "swav"

    def __init__(self, settings, count):
        super().__init__(settings, count)
        self.bank = torch.zeros(count, self.width)
        self.seen = torch.zeros(count, dtype=torch.bool)
        self.clusterings = []
        self.pass_steps = -(-count // settings["batch"])

    def loss(self, views, labels, indices, step):
        z = [F.normalize(self.student(view)) for view in views]
        self.last = indices, z[0].detach()
        pairs = [(rows, *clustering) for rows in z for clustering in self.clusterings]
        temperature = self.settings["temperature"]
        scores = [(rows @ centroids.T / temperature, classes[indices]) for rows, centroids, classes in pairs]
        if not scores:
            return 0 * (z[0].sum() + z[1].sum())
        return sum(F.cross_entropy(logits, classes, ignore_index=-1) for logits, classes in scores) / len(scores)

    @torch.no_grad()
    def settle(self, step):
        indices, rows = self.last
        self.bank[indices], self.seen[indices] = rows, True
        if (step + 1) % self.pass_steps == 0:
            self.clusterings = [self.kmeans() for _ in range(self.settings["clusterings"])]

    def kmeans(self):
        """Spherical; an empty cluster starts anew from a random row."""
        rows, count = self.bank[self.seen], self.settings["clusters"]
        draw = lambda: rows[torch.randperm(len(rows))[:count]]
        centroids = draw()
        for _ in range(self.settings["iterations"]):
            nearest = (rows @ centroids.T).argmax(1)
            sums = torch.zeros_like(centroids).index_add_(0, nearest, rows)
            centroids = torch.where(sums.norm(dim=1, keepdim=True) > 1e-4, F.normalize(sums), draw())
        classes = torch.full((len(self.bank),), -1)
        classes[self.seen] = (rows @ centroids.T).argmax(1)
        return centroids, classes
