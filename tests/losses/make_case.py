#!/usr/bin/env python3
"""Makes the parity case: what the losses of the papers are on fixed inputs, for Darkroom's to be held against.

    pip install torch numpy safetensors
    python tests/losses/make_case.py

Each loss is written out anew from its paper or its authors' code, named where it stands, as plainly as PyTorch allows
and without a thought for stability, in double precision. Writes case.safetensors beside itself:

- the inputs, under their names: embeddings a, b, c, d of four views, scores s.. and t.. over prototypes, a queue, a bank
- the whole numbers among them as floats, -1 where there is none: labels, indices, noise, ...
- NAME.value of every loss, and NAME.grad.INPUT for every input that is trained

Those that lightly has are held against lightly's own by against_lightly.py, others against their authors' own by
against_authors.py.

The file in the repository was made with Python 3.11, torch 2.15.0, safetensors 0.8.0.
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).parent
SEED = 4242
N, D, K = 6, 5, 4  # pictures, width, prototypes: none divides another's double
QUEUE, BANK, NOISE, SLICES = 7, 11, 3, 8

LABELS = [0, 1, 0, 2, 1, 0]
SOME_LABELS = [0, -1, 0, 2, -1, 1]
INDICES = [3, 0, 7, 10, 2, 5]
CROPS = [0, 0, 2, 5, 3, 3, 3, 1]  # which picture each crop was cut from
ASSIGNMENTS = [2, -1, 0, 3, 3, -1]


def unit(x):
    return F.normalize(x, dim=1)


def inputs(generator):
    def normal(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float32).double()

    made = {}
    made["a"] = 1.5 * normal(N, D)
    for name in ["b", "c", "d"]:  # other views are like the first, but not too like it
        made[name] = made["a"] * 0.7 + 0.9 * normal(N, D)
    made["crops"] = normal(len(CROPS), D)
    made["queue"] = unit(normal(QUEUE, D)).float().double()
    made["bank"] = unit(normal(BANK, D)).float().double()
    for name in ["s1", "s2", "s3", "s4", "t1", "t2"]:
        made[name] = (0.4 * normal(N, K)).clamp(-1, 1)  # cosines with prototypes
    for name in ["old1", "old2"]:
        made[name] = (0.4 * normal(QUEUE, K)).clamp(-1, 1)
    made["centre"] = 0.1 * normal(1, K)
    made["logits"] = 2 * normal(N, K)
    made["patches"] = 1.3 * normal(2, 3, D)  # predicted
    made["target"] = 2 * normal(2, 3, D) + 1
    made["directions"] = F.normalize(normal(D, SLICES), dim=0).float().double()
    made["noise1"] = torch.randint(BANK, (N, NOISE), generator=generator).double()
    made["noise2"] = torch.randint(BANK, (N, NOISE), generator=generator).double()
    return made


# Contrast


def nt_xent(a, b, temperature, beta=0.0, tau_plus=0.0, decoupled=False, crops=None, of_all=False):
    """SimCLR (Chen et al., 2020, eq. 1); weights and correction as in joshr17/HCL, image/main.py; decoupled as DCL's eq. 6."""
    views = unit(torch.cat([a, b]))
    total = 0
    for i in range(2 * N):
        picture, partner = i % N, (i + N) % (2 * N)
        others = [views[k] for k in range(2 * N) if k % N != picture]
        if crops is not None:
            others += [unit(crops)[k] for k, owner in enumerate(CROPS) if of_all or owner == picture]
        total = total + term(views[i], views[partner], torch.stack(others), temperature, beta, tau_plus, decoupled)
    return total / (2 * N)


def decoupled_weighted(a, b, temperature, sigma):
    """DCLW (Yeh et al., 2022, eq. 8): the decoupled loss, positives weighed by how little alike they are."""
    a, b = unit(a), unit(b)
    alike = torch.exp((a * b).sum(1).detach() / sigma)
    weights = 2 - alike / alike.mean()
    views, total = torch.cat([a, b]), 0
    for i in range(2 * N):
        others = torch.stack([views[k] for k in range(2 * N) if k % N != i % N])
        positive = views[i] @ views[(i + N) % (2 * N)] / temperature
        total = total - weights[i % N] * positive + torch.logsumexp(others @ views[i] / temperature, 0)
    return total / (2 * N)


def term(query, key, others, temperature, beta=0.0, tau_plus=0.0, decoupled=False):
    positive = torch.exp(query @ key / temperature)
    negative = torch.exp(others @ query / temperature)
    count = len(negative)
    weights = negative**beta
    mass = (weights * negative).sum() / weights.mean()
    if tau_plus > 0:
        mass = (mass - tau_plus * count * positive) / (1 - tau_plus)
        mass = torch.clamp(mass, min=count * math.exp(-1 / temperature))
    return -torch.log(positive / (mass if decoupled else positive + mass))


def info_nce(query, key, queue, temperature, beta=0.0, tau_plus=0.0):
    """MoCo (He et al., 2020): facebookresearch/moco, moco/builder.py; without a queue as in v3."""
    query, key = unit(query), unit(key).detach()
    total = 0
    for i in range(N):
        others = queue if queue is not None else torch.stack([key[j] for j in range(N) if j != i])
        total = total + term(query[i], key[i], others, temperature, beta, tau_plus)
    return total / N


def moco_v3(q1, q2, k1, k2, temperature):
    """facebookresearch/moco-v3, moco/builder.py: contrastive_loss, both ways."""

    def one(q, k):
        logits = unit(q) @ unit(k.detach()).T / temperature
        return F.cross_entropy(logits, torch.arange(N)) * (2 * temperature)

    return one(q1, k2) + one(q2, k1)


def nnclr(view, predictions, queue, temperature):
    """NNCLR (Dwibedi et al., 2021, algorithm 1)."""
    neighbours = queue[(unit(view).detach() @ queue.T).argmax(dim=1)]
    return F.cross_entropy(neighbours @ unit(predictions).T / temperature, torch.arange(N))


def nnclr_weighed(view, predictions, queue, temperature, crops, beta, tau_plus):
    """The same in loops, with crops of a picture as its negatives, weighed and corrected as above."""
    neighbours = queue[(unit(view).detach() @ queue.T).argmax(dim=1)]
    predictions, crops = unit(predictions), unit(crops)
    total = 0
    for i in range(N):
        others = [predictions[k] for k in range(N) if k != i] + [crops[k] for k, owner in enumerate(CROPS) if owner == i]
        total = total + term(neighbours[i], predictions[i], torch.stack(others), temperature, beta, tau_plus)
    return total / N


def sup_con(a, b, labels, temperature):
    """HobbitLong/SupContrast, losses.py: L_out, in loops. A picture without a label is a class of its own."""
    views = unit(torch.cat([a, b]))
    classes = [label if label >= 0 else f"picture {i}" for i, label in enumerate(labels)] * 2
    total = 0
    for i in range(2 * N):
        rest = [k for k in range(2 * N) if k != i]
        logits = views @ views[i] / temperature
        log_sum = torch.log(torch.exp(logits[rest]).sum())
        positives = [k for k in rest if classes[k] == classes[i]]
        total = total - (logits[positives] - log_sum).mean()
    return total / (2 * N)


def sup_con_positives(a, b, labels):
    """What is left of it without other classes."""
    views = unit(torch.cat([a, b]))
    classes = [label if label >= 0 else f"picture {i}" for i, label in enumerate(labels)] * 2
    total = 0
    for i in range(2 * N):
        total = total - torch.stack([views[k] @ views[i] for k in range(2 * N) if k != i and classes[k] == classes[i]]).mean()
    return total / (2 * N)


def bank_softmax(x, bank, temperature):
    """zhirongw/lemniscate.pytorch, lib/LinearAverage.py with cross-entropy."""
    return F.cross_entropy(unit(x) @ bank.T / temperature, torch.tensor(INDICES))


def own(crops, picture):
    """Those that were cut from a picture, of length 1."""
    return [unit(crops)[k] for k, owner in enumerate(CROPS) if owner == picture]


def bank_softmax_hard(x, bank, temperature, beta, crops=None):
    """The same in loops, the rows of other pictures, and crops of its own, weighed as above."""
    x, total = unit(x), 0
    for i, row in enumerate(INDICES):
        others = [bank[j] for j in range(BANK) if j != row] + ([] if crops is None else own(crops, i))
        total = total + term(x[i], bank[row], torch.stack(others), temperature, beta)
    return total / N


def bank_scores(x, bank, noise, temperature):
    rows = torch.cat([torch.tensor(INDICES).view(-1, 1), noise.long()], dim=1)
    return torch.exp(torch.einsum("nd,nkd->nk", unit(x), bank[rows]) / temperature)


def partition(x, bank, noise, temperature):
    """lib/NCEAverage.py: Z out of the first batch."""
    return bank_scores(x, bank, noise, temperature).mean().detach() * BANK


def bank_nce(x, bank, noise, temperature, z, beta=0.0):
    """lib/NCEAverage.py and lib/NCECriterion.py, without its epsilon of 1e-7; hard ones weighed as above."""
    p = bank_scores(x, bank, noise, temperature) / z
    drawn = NOISE / BANK
    of_model = torch.log(p[:, 0] / (p[:, 0] + drawn))
    weights = p[:, 1:] ** beta
    of_noise = torch.log(drawn / (p[:, 1:] + drawn)) * weights / weights.mean(dim=1, keepdim=True)
    return -(of_model.sum() + of_noise.sum()) / N


def bank_nce_crops(x, bank, noise, temperature, z, beta, crops):
    """The same in loops, with crops of a picture beside the rows drawn for it."""
    x, total, drawn = unit(x), 0, NOISE / BANK
    for i, row in enumerate(INDICES):
        p = torch.exp(x[i] @ bank[row] / temperature) / z
        others = torch.stack([bank[int(j)] for j in noise[i]] + own(crops, i))
        q = torch.exp(others @ x[i] / temperature) / z
        weights = q**beta / (q**beta).mean()
        total = total - torch.log(p / (p + drawn)) - (weights * torch.log(drawn / (q + drawn))).sum()
    return total / N


def pirl(view, jigsaw, bank, noises, temperature):
    """facebookresearch/vissl, losses/nce_loss.py with configs/config/pretrain/pirl: weights 0.5 and 0.5, one Z."""
    z = partition(jigsaw, bank, noises[1], temperature)
    return 0.5 * bank_nce(jigsaw, bank, noises[1], temperature, z) + 0.5 * bank_nce(view, bank, noises[0], temperature, z)


# Distil


def cosine(a, b):
    return F.cosine_similarity(a, b, dim=1)


def byol(p1, p2, z1, z2):
    """google-deepmind/deepmind-research, byol/byol_experiment.py: regression_loss, both ways."""
    one = lambda p, z: (unit(p) - unit(z.detach())).square().sum(dim=1)
    return (one(p1, z2) + one(p2, z1)).mean()


def sim_siam(p1, p2, z1, z2):
    """facebookresearch/simsiam, main_simsiam.py."""
    return -(cosine(p1, z2.detach()).mean() + cosine(p2, z1.detach()).mean()) * 0.5


def sim_siam_entropy(p1, p2, z1, z2):
    """Chen & He, 2021, sec. 4.5: cross-entropy between soft pseudo-categories."""
    one = lambda p, z: F.cross_entropy(p, F.softmax(z.detach(), dim=1))
    return (one(p1, z2) + one(p2, z1)) / 2


def dino(students, teachers, centre, student_temperature, teacher_temperature):
    """facebookresearch/dino, main_dino.py: DINOLoss."""
    total, terms = 0, 0
    for iq, teacher in enumerate(teachers):
        q = F.softmax((teacher - centre) / teacher_temperature, dim=-1).detach()
        for v, student in enumerate(students):
            if v != iq:
                total = total + torch.sum(-q * F.log_softmax(student / student_temperature, dim=-1), dim=-1).mean()
                terms += 1
    return total / terms


def dino_squares(students, teachers, centre):
    """Caron et al., 2021, table 7, "MSE": here BYOL's, of what DINOLoss compares."""
    pairs = [(t, s) for iq, t in enumerate(teachers) for v, s in enumerate(students) if v != iq]
    return torch.stack([(unit(s) - unit((t - centre).detach())).square().sum(dim=1).mean() for t, s in pairs]).mean()


def teacher_entropy(teachers, centre, temperature):
    q = F.softmax((torch.cat(teachers) - centre) / temperature, dim=-1)
    return -(q * q.log()).sum(dim=1).mean()


def i_jepa(predicted, target):
    """facebookresearch/ijepa, src/train.py."""
    return F.smooth_l1_loss(predicted, F.layer_norm(target, (D,)).detach())


def koleo(x):
    """facebookresearch/dinov2, dinov2/loss/koleo_loss.py."""
    x = F.normalize(x, dim=1, eps=1e-8)
    with torch.no_grad():
        likeness = x @ x.T
        likeness.fill_diagonal_(-1)
        nearest = likeness.argmax(dim=1)
    return -torch.log((x - x[nearest]).norm(dim=1) + 1e-8).mean()


# Regularise


def off_diagonal(matrix):
    return matrix[~torch.eye(len(matrix), dtype=torch.bool)]


def barlow_twins(a, b, lambd, scale):
    """facebookresearch/barlowtwins, main.py, the whole scaled."""
    normal = torch.nn.BatchNorm1d(D, affine=False).double()
    c = normal(a).T @ normal(b) / N
    return scale * ((torch.diagonal(c) - 1).square().sum() + lambd * off_diagonal(c).square().sum())


def barlow_twins_by_features(a, b, lambd):
    """Zbontar et al., 2021, sec. 4: normalised along the batch, then, without a mean, along the features; the covariance of that."""
    normal = torch.nn.BatchNorm1d(D, affine=False).double()
    c = unit(normal(a)).T @ unit(normal(b)) / N
    return (torch.diagonal(c) - 1).square().sum() + lambd * off_diagonal(c).square().sum()


def barlow_twins_unnormalised(a, b, lambd):
    """Zbontar et al., 2021, sec. 4: the cross-covariance."""
    c = torch.cov(torch.cat([a, b], dim=1).T, correction=0)[:D, D:]
    return (torch.diagonal(c) - 1).square().sum() + lambd * off_diagonal(c).square().sum()


def barlow_twins_entropies(a, b, lambd, temperature):
    """Zbontar et al., 2021, sec. 4: a cross-entropy with temperature."""
    normal = torch.nn.BatchNorm1d(D, affine=False).double()
    c = normal(a).T @ normal(b) / N
    same, apart = torch.diagonal(c), F.relu(off_diagonal(c))
    return -torch.logsumexp(same / temperature, 0) + lambd * torch.logsumexp(apart / temperature, 0)


def vicreg(a, b):
    """facebookresearch/vicreg, main_vicreg.py, with the weights 25, 25, 1."""
    invariance = F.mse_loss(a, b)
    a, b = a - a.mean(dim=0), b - b.mean(dim=0)
    hinge = lambda x: F.relu(1 - torch.sqrt(x.var(dim=0) + 1e-4)).mean()
    covariance = lambda x: off_diagonal(x.T @ x / (N - 1)).square().sum() / D
    return 25 * invariance + 25 * (hinge(a) / 2 + hinge(b) / 2) + covariance(a) + covariance(b)


def agreement(views, count):
    centre = torch.stack(views[:count]).mean(dim=0)
    return (torch.stack(views) - centre).square().mean()


def sigreg(views, directions, knots=17, reach=3.0):
    """rbalestr-lab/lejepa, MINIMAL.md: SIGReg, with the directions given."""
    t = torch.linspace(0, reach, knots).double()
    weights = torch.full((knots,), 2 * reach / (knots - 1)).double()
    weights[[0, -1]] = reach / (knots - 1)
    phi = torch.exp(-t.square() / 2)
    x = (torch.stack(views) @ directions).unsqueeze(-1) * t
    error = (x.cos().mean(-3) - phi).square() + x.sin().mean(-3).square()
    return ((error @ (weights * phi)) * N).mean()


# Cluster


def sinkhorn(scores, epsilon=0.05, iterations=3):
    """facebookresearch/swav, main_swav.py: distributed_sinkhorn of one process."""
    q = torch.exp(scores.detach() / epsilon).T
    q = q / q.sum()
    for _ in range(iterations):
        q = q / q.sum(dim=1, keepdim=True) / q.shape[0]
        q = q / q.sum(dim=0, keepdim=True) / q.shape[1]
    return (q / q.sum(dim=0, keepdim=True)).T


def swapped(scores, assigned, queued, temperature):
    """main_swav.py: train."""
    loss = 0
    for own in range(assigned):
        out = torch.cat([queued[own], scores[own]]) if queued else scores[own]
        q = sinkhorn(out)[-N:]
        subloss = 0
        for v in range(len(scores)):
            if v != own:
                subloss = subloss - torch.mean(torch.sum(q * torch.log(F.softmax(scores[v] / temperature, dim=1)), dim=1))
        loss = loss + subloss / (len(scores) - 1)
    return loss / assigned


def main():
    case = inputs(torch.Generator().manual_seed(SEED))
    given = {name: tensor.clone() for name, tensor in case.items()}

    def keep(name, trained, loss):
        """`loss` of all inputs, its value and its gradients at those that are trained."""
        at = {key: tensor.clone().requires_grad_(key in trained.split()) for key, tensor in given.items()}
        value = loss(at)
        case[f"{name}.value"] = value.view(1)
        names = trained.split()
        for key, gradient in zip(names, torch.autograd.grad(value, [at[key] for key in names])):
            case[f"{name}.grad.{key}"] = gradient

    keep("nt_xent", "a b", lambda x: nt_xent(x["a"], x["b"], 0.5))
    keep("nt_xent_sharp", "a b", lambda x: nt_xent(x["a"], x["b"], 0.07))
    keep("nt_xent_hard", "a b", lambda x: nt_xent(x["a"], x["b"], 0.5, beta=1.0))
    keep("nt_xent_debiased", "a b", lambda x: nt_xent(x["a"], x["b"], 0.5, tau_plus=0.1))
    keep("nt_xent_hard_debiased", "a b", lambda x: nt_xent(x["a"], x["b"], 0.5, beta=1.0, tau_plus=0.1))
    keep("nt_xent_floor", "a b", lambda x: nt_xent(x["a"], x["b"], 0.5, beta=0.5, tau_plus=0.4))
    keep("nt_xent_decoupled", "a b", lambda x: nt_xent(x["a"], x["b"], 0.1, decoupled=True))
    keep("nt_xent_decoupled_weighted", "a b", lambda x: decoupled_weighted(x["a"], x["b"], 0.1, 0.5))
    keep("nt_xent_own_crops", "a b crops", lambda x: nt_xent(x["a"], x["b"], 0.5, crops=x["crops"]))
    keep("nt_xent_all_crops", "a b crops", lambda x: nt_xent(x["a"], x["b"], 0.5, crops=x["crops"], of_all=True))
    keep("nt_xent_hard_crops", "a b crops", lambda x: nt_xent(x["a"], x["b"], 0.5, beta=1.0, tau_plus=0.1, crops=x["crops"]))
    keep("info_nce_queue", "a", lambda x: info_nce(x["a"], x["b"], x["queue"], 0.2))
    keep("info_nce_queue_hard", "a", lambda x: info_nce(x["a"], x["b"], x["queue"], 0.5, beta=1.0, tau_plus=0.1))
    keep("info_nce", "a", lambda x: info_nce(x["a"], x["b"], None, 0.2))
    keep("moco_v3", "a b", lambda x: moco_v3(x["a"], x["b"], x["c"], x["d"], 0.2))
    keep("nnclr", "b", lambda x: nnclr(x["a"], x["b"], x["queue"], 0.1))
    keep("nnclr_weighed", "b crops", lambda x: nnclr_weighed(x["a"], x["b"], x["queue"], 0.5, x["crops"], 1.0, 0.1))
    keep("sup_con", "a b", lambda x: sup_con(x["a"], x["b"], LABELS, 0.1))
    keep("sup_con_positives", "a b", lambda x: sup_con_positives(x["a"], x["b"], SOME_LABELS))
    keep("sup_con_some", "a b", lambda x: sup_con(x["a"], x["b"], SOME_LABELS, 0.1))
    keep("bank_softmax", "a", lambda x: bank_softmax(x["a"], x["bank"], 0.07))
    keep("bank_softmax_hard", "a", lambda x: bank_softmax_hard(x["a"], x["bank"], 0.2, 1.0))
    keep("bank_nce_hard", "a", lambda x: bank_nce(x["a"], x["bank"], x["noise1"], 0.2, partition(x["a"], x["bank"], x["noise1"], 0.2), 1.0))
    keep("bank_softmax_crops", "a crops", lambda x: bank_softmax_hard(x["a"], x["bank"], 0.2, 0.0, x["crops"]))
    keep("bank_softmax_hard_crops", "a crops", lambda x: bank_softmax_hard(x["a"], x["bank"], 0.2, 1.0, x["crops"]))
    z = lambda x: partition(x["a"], x["bank"], x["noise1"], 0.2)
    keep("bank_nce_crops", "a crops", lambda x: bank_nce_crops(x["a"], x["bank"], x["noise1"], 0.2, z(x), 1.0, x["crops"]))
    keep("bank_nce_plain_crops", "a crops", lambda x: bank_nce_crops(x["a"], x["bank"], x["noise1"], 0.2, z(x), 0.0, x["crops"]))
    keep("bank_nce", "a", lambda x: bank_nce(x["a"], x["bank"], x["noise1"], 0.07, partition(x["a"], x["bank"], x["noise1"], 0.07)))
    keep("pirl", "a b", lambda x: pirl(x["a"], x["b"], x["bank"], [x["noise1"], x["noise2"]], 0.07))

    keep("negative_cosine", "a b", lambda x: -cosine(x["a"], x["b"]).mean())
    keep("byol", "a b", lambda x: byol(x["a"], x["b"], x["c"], x["d"]))
    keep("sim_siam", "a b", lambda x: sim_siam(x["a"], x["b"], x["c"], x["d"]))
    keep("sim_siam_entropy", "a b", lambda x: sim_siam_entropy(x["a"], x["b"], x["c"], x["d"]))
    students, teachers = ["s1", "s2", "s3", "s4"], ["t1", "t2"]
    keep("dino", "s1 s2 s3 s4", lambda x: dino([x[s] for s in students], [x[t] for t in teachers], x["centre"], 0.1, 0.04))
    keep("dino_squares", "s1 s2 s3 s4", lambda x: dino_squares([x[s] for s in students], [x[t] for t in teachers], x["centre"]))
    case["teacher_entropy.value"] = teacher_entropy([given[t] for t in teachers], given["centre"], 0.04).view(1)
    keep("i_jepa", "patches", lambda x: i_jepa(x["patches"], x["target"]))
    unstopped = lambda x: F.smooth_l1_loss(x["patches"], F.layer_norm(x["target"], (D,)))
    keep("i_jepa_unstopped", "patches target", unstopped)
    keep("koleo", "a", lambda x: koleo(x["a"]))

    keep("barlow_twins", "a b", lambda x: barlow_twins(x["a"], x["b"], 0.0051, 1.0))
    keep("barlow_twins_scaled", "a b", lambda x: barlow_twins(x["a"], x["b"], 0.0051, 0.1))
    keep("barlow_twins_by_features", "a b", lambda x: barlow_twins_by_features(x["a"], x["b"], 0.0051))
    keep("barlow_twins_unnormalised", "a b", lambda x: barlow_twins_unnormalised(x["a"], x["b"], 0.0051))
    keep("barlow_twins_entropies", "a b", lambda x: barlow_twins_entropies(x["a"], x["b"], 0.5, 0.1))
    keep("vicreg", "a b", lambda x: vicreg(x["a"], x["b"]))
    keep("view_agreement", "a b c", lambda x: agreement([x["a"], x["b"], x["c"]], 3))
    keep("view_agreement_global", "a b c", lambda x: agreement([x["a"], x["b"], x["c"]], 2))
    keep("sigreg", "a b", lambda x: sigreg([x["a"], x["b"]], x["directions"]))
    keep("sigreg_wide", "a b", lambda x: sigreg([x["a"], x["b"]], x["directions"], knots=9, reach=5.0))

    case["sinkhorn.value"] = sinkhorn(given["s1"])
    case["sinkhorn_soft.value"] = sinkhorn(given["s1"], epsilon=0.5, iterations=10)
    case["sinkhorn_none.value"] = sinkhorn(given["s1"], iterations=0)
    keep("swapped", "s1 s2 s3 s4", lambda x: swapped([x[s] for s in students], 2, [], 0.1))
    keep("swapped_queue", "s1 s2 s3", lambda x: swapped([x[s] for s in students[:3]], 2, [x["old1"], x["old2"]], 0.1))
    keep("to_assignments", "s1", lambda x: F.cross_entropy(x["s1"] / 0.1, torch.tensor(ASSIGNMENTS), ignore_index=-1))
    keep("cross_entropy", "logits", lambda x: F.cross_entropy(x["logits"], torch.tensor(SOME_LABELS), ignore_index=-1))

    for name, values in [("labels", LABELS), ("some_labels", SOME_LABELS), ("indices", INDICES), ("crop_pictures", CROPS), ("assignments", ASSIGNMENTS)]:
        case[name] = torch.tensor(values)
    case = {name: tensor.detach().float().contiguous() for name, tensor in case.items()}
    for name, tensor in case.items():
        assert tensor.isfinite().all(), name
    save_file(case, HERE / "case.safetensors", metadata={"seed": str(SEED)})
    values = {name: tensor.item() for name, tensor in case.items() if name.endswith(".value") and tensor.numel() == 1}
    print("\n".join(f"{name} {value:.6f}" for name, value in values.items()))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
