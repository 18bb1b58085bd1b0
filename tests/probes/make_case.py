#!/usr/bin/env python3
"""Makes the probes' parity case: what plain NumPy and PyTorch code says of a few embeddings.

    pip install torch safetensors numpy
    python tests/probes/make_case.py

Writes case.safetensors beside itself. Inputs are in single precision, everything is computed in double precision:
    rows            [90, 14]      embeddings with an offset and a falling spectrum; class of row i: labels[i], of 5
    wide            [12, 40]      fewer rows than numbers
    views           [4, 30, 14]   view k of 30 pictures
    queries         [40, 14]      with query_labels
    spread, mean_cosine, uniformity, alignment, rank_me, rank_me_wide, effective_rank, lidar: [1]
    spectrum        [14]          deviations of centred unit rows along principal axes
    knn             [40]          classes of the queries: weighted kNN, k 15, T 0.07
    recall          [3]           recall@1, 5, 10 of queries in rows; precision [1]: mean average precision
    recall_alone    [1]           recall@1 of each row among the others; precision_alone [1]
    mean, components, variances, places    PCA of rows, three components, and rows along them
    logits          [90, 5]       of the minimum of cross-entropy + 0.005 ‖W‖², by L-BFGS
    loss            [1]           cross-entropy there
    accuracy        [2]           top-1 of rows and of queries there

The file in the repository was made with Python 3.11, torch 2.15.0, numpy 2.4.6, safetensors 0.8.0.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

HERE = Path(__file__).parent
rng = np.random.default_rng(11)
N, D, C = 90, 14, 5


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def draw(n, centres, labels):
    scale = 0.75 ** np.arange(D)
    return (0.6 + (centres[labels] + rng.normal(size=(n, D))) * scale).astype(np.float32)


centres = 1.2 * rng.normal(size=(C, D))
labels, query_labels = np.arange(N) % C, np.arange(40) % C
rows, queries = draw(N, centres, labels), draw(40, centres, query_labels)
wide = rng.normal(size=(12, 40)).astype(np.float32)
pictures = rng.normal(size=(30, D)) * 0.8 ** np.arange(D)
views = (pictures + 0.3 * rng.normal(size=(4, 30, D)) * 1.1 ** np.arange(D)).astype(np.float32)

x = rows.astype(np.float64)
u = unit(x)


def entropy_rank(values, epsilon):
    p = values / values.sum() + epsilon
    return np.exp(-(p * np.log(p)).sum())


def rank_me(z):
    return entropy_rank(np.linalg.svd(z.astype(np.float64), compute_uv=False), 1e-7)


def lidar(e, delta=1e-4, epsilon=1e-7):
    """e: [views, pictures, dim]. As the paper writes it, with the root of the within-picture scatter."""
    q, n, d = e.shape
    means = e.mean(0)
    centred = means - means.mean(0)
    between = centred.T @ centred / (n - 1)
    off = (e - means).reshape(-1, d)
    within = off.T @ off / (n * (q - 1)) + delta * np.eye(d)
    values, vectors = np.linalg.eigh(within)
    root = vectors @ np.diag(values**-0.5) @ vectors.T
    return entropy_rank(np.linalg.eigvalsh(root @ between @ root).clip(0), epsilon)


def knn(bank, bank_labels, q, k, temperature):
    similarity = unit(q) @ unit(bank).T
    classes = []
    for row in similarity:
        near = np.argsort(-row, kind="stable")[:k]
        votes = np.zeros(C)
        np.add.at(votes, bank_labels[near], np.exp(row[near] / temperature))
        classes.append(votes.argmax())
    return np.array(classes)


def retrieval(bank, bank_labels, q, q_labels, alone):
    similarity = unit(q) @ unit(bank).T
    if alone:
        np.fill_diagonal(similarity, -np.inf)
    firsts, precisions = [], []
    for row, label in zip(similarity, q_labels):
        order = np.argsort(-row, kind="stable")[: len(row) - alone]
        hits = bank_labels[order] == label
        ranks = np.flatnonzero(hits) + 1
        firsts.append(ranks[0])
        precisions.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    firsts = np.array(firsts)
    return [np.mean(firsts <= k) for k in (1, 5, 10)], np.mean(precisions)


def pca(z, count):
    mean = z.mean(0)
    _, s, v = np.linalg.svd(z - mean, full_matrices=False)
    v = v[:count]
    v = v * np.sign(v[np.arange(count), np.abs(v).argmax(1)])[:, None]
    return mean, v, s[:count] ** 2 / (len(z) - 1), (z - mean) @ v.T


def regression(z, classes, decay=0.01):
    z, classes = torch.tensor(z), torch.tensor(classes)
    weight = torch.zeros(D, C, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(C, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=2000, tolerance_grad=1e-12, tolerance_change=1e-16, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(z @ weight + bias, classes) + decay / 2 * weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return weight.detach().numpy(), bias.detach().numpy()


t = torch.tensor(u)
distances = torch.pdist(t)
gram = u @ u.T
v = [unit(view.astype(np.float64)) for view in views]
aligned = [((v[i] - v[j]) ** 2).sum(1).mean() for i in range(4) for j in range(i + 1, 4)]
spectrum = np.linalg.svd(u - u.mean(0), compute_uv=False) / np.sqrt(N - 1)
recall, precision = retrieval(x, labels, queries.astype(np.float64), query_labels, False)
recall_alone, precision_alone = retrieval(x, labels, x, labels, True)
mean, components, variances, places = pca(x, 3)
weight, bias = regression(x, labels)
logits = x @ weight + bias
query_logits = queries @ weight + bias

case = dict(
    rows=rows,
    wide=wide,
    views=views,
    queries=queries,
    labels=labels,
    query_labels=query_labels,
    spread=t.std(0).mean().numpy(),
    mean_cosine=(gram.sum() - np.trace(gram)) / (N * (N - 1)),
    uniformity=distances.pow(2).mul(-2).exp().mean().log().numpy(),
    alignment=np.mean(aligned),
    rank_me=rank_me(rows),
    rank_me_wide=rank_me(wide),
    effective_rank=entropy_rank(spectrum, 0.0),
    lidar=lidar(views.astype(np.float64)),
    spectrum=spectrum,
    knn=knn(x, labels, queries.astype(np.float64), 15, 0.07),
    recall=recall,
    precision=precision,
    recall_alone=recall_alone[0],
    precision_alone=precision_alone,
    mean=mean,
    components=components,
    variances=variances,
    places=places,
    logits=logits,
    loss=torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(labels)).numpy(),
    accuracy=[(logits.argmax(1) == labels).mean(), (query_logits.argmax(1) == query_labels).mean()],
)
save_file({name: np.ascontiguousarray(np.atleast_1d(value), dtype=np.float32) for name, value in case.items()}, HERE / "case.safetensors")
print({name: np.round(value, 4) for name, value in case.items() if np.size(value) < 15})
