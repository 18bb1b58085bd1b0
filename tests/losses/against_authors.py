#!/usr/bin/env python3
"""Holds the parity case against the authors' own code, where lightly has no such loss: what make_case.py wrote out anew is what
they compute.

    pip install torch numpy safetensors
    git clone https://github.com/HobbitLong/SupContrast authors/SupContrast
    git clone https://github.com/joshr17/HCL authors/HCL
    git clone https://github.com/zhirongw/lemniscate.pytorch authors/lemniscate.pytorch
    git clone https://github.com/facebookresearch/moco-v3 authors/moco-v3
    git clone https://github.com/facebookresearch/vissl authors/vissl
    python tests/losses/against_authors.py authors

For each loss: its value and its gradients on the case's own inputs, in double precision, beside those in case.safetensors. Prints
the largest difference of each, relative to the largest number; fails beyond 1e-4. Last run with torch 2.15.0.
"""

import ast
import logging
import math
import sys
from importlib import util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

from held import CASE, hold

BANK = len(CASE["bank"])


def module(path):
    spec = util.spec_from_file_location(path.stem, path)
    made = util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def functions(path, names, given):
    """Functions and classes out of a script, without running the rest of it; `given` is what they find beside them."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if getattr(node, "name", None) in names]
    exec(compile(tree, str(path), "exec"), given)
    return [given[name] for name in names]


class Knobs(dict):
    """Settings by name, with and without brackets."""

    __getattr__ = dict.__getitem__


def contrastive(authors, temperature):
    """MoCo v3's loss of queries and keys, out of its class, as of one process without a GPU."""
    torch.distributed.get_rank = lambda: 0
    torch.Tensor.cuda = lambda self: self
    (moco,) = functions(authors / "moco-v3/moco/builder.py", ["MoCo"], {"torch": torch, "nn": torch.nn, "concat_all_gather": lambda x: x})
    return lambda query, key: moco.contrastive_loss(SimpleNamespace(T=temperature), query, key.detach())


def pirl(authors, temperature):
    """vissl's NCE with a bank: of both views, the jigsaw's first, which sets the constant Z."""
    given = {"torch": torch, "nn": torch.nn, "np": np, "math": math, "logging": logging, "get_rank": lambda: 0}
    average, criterion, _ = functions(authors / "vissl/vissl/losses/nce_loss.py", ["NCEAverage", "NCECriterion", "AliasMethod"], given)

    def of(x):
        bank, places = x["bank"].detach(), x["indices"].long()
        memory = Knobs(memory_size=BANK, embedding_dim=bank.shape[1], momentum=0.5, norm_init=True, update_mem_on_forward=False)
        scores = average(memory, Knobs(num_negatives=x["noise1"].shape[1], type="random"), T=temperature)
        scores.memory, scores.params = bank, scores.params.double()
        nce = criterion(BANK)
        terms = []
        for view, noise in [("b", "noise2"), ("a", "noise1")]:
            rows = torch.cat([places.view(-1, 1), x[noise].long()], dim=1)
            terms.append(0.5 * nce(scores(unit(x[view]), places, idx=rows, update_memory_on_forward=False), places))
        return sum(terms)

    return of


def to_row(authors, temperature):
    """Cross-entropy over the whole bank, as lib/LinearAverage.py has its logits."""
    average = module(authors / "lemniscate.pytorch/lib/LinearAverage.py").LinearAverage

    def of(x):
        logits = average(x["bank"].shape[1], BANK, T=temperature).double()
        logits.memory = x["bank"].detach().clone()  # it writes into it
        places = x["indices"].long()
        return F.cross_entropy(logits(unit(x["a"]), places), places)

    return of


def unit(x):
    return F.normalize(x, dim=1)


def losses(authors):
    sup_con = module(authors / "SupContrast/losses.py").SupConLoss(temperature=0.1, base_temperature=0.1)
    both = lambda x: torch.stack([unit(x["a"]), unit(x["b"])], dim=1)
    temperature = 0.5
    given = {"torch": torch, "np": np, "temperature": temperature, "device": "cpu"}
    _, hard = functions(authors / "HCL/image/main.py", ["get_negative_mask", "criterion"], given)
    weighed = lambda x, beta, tau: hard(unit(x["a"]), unit(x["b"]), tau, len(x["a"]), beta, "hard")
    nce = module(authors / "lemniscate.pytorch/lib/NCECriterion.py").NCECriterion(BANK)

    def drawn(x):
        """Scores as lib/NCEAverage.py has them, Z out of this batch."""
        rows = torch.cat([x["indices"].long().view(-1, 1), x["noise1"].long()], dim=1)
        scores = torch.exp(torch.bmm(x["bank"][rows], unit(x["a"]).unsqueeze(2)).squeeze(2) / 0.07)
        return scores / (scores.mean() * BANK).detach()

    both_ways = contrastive(authors, 0.2)
    return {
        "info_nce": ("a", lambda x: both_ways(x["a"], x["b"]) / (2 * 0.2)),
        "moco_v3": ("a b", lambda x: both_ways(x["a"], x["d"]) + both_ways(x["b"], x["c"])),
        "pirl": ("a b", pirl(authors, 0.07)),
        "bank_softmax": ("a", to_row(authors, 0.07)),
        "sup_con": ("a b", lambda x: sup_con(both(x), x["labels"].long())),
        "nt_xent_hard": ("a b", lambda x: weighed(x, 1.0, 0.0)),
        "nt_xent_debiased": ("a b", lambda x: weighed(x, 0.0, 0.1)),
        "nt_xent_hard_debiased": ("a b", lambda x: weighed(x, 1.0, 0.1)),
        "nt_xent_floor": ("a b", lambda x: weighed(x, 0.5, 0.4)),
        "bank_nce": ("a", lambda x: nce(drawn(x), x["indices"].long())),
    }


if __name__ == "__main__":
    hold(losses(Path(sys.argv[1])), "the authors' own code")
