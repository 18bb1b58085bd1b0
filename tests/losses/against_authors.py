#!/usr/bin/env python3
"""Holds the parity case against the authors' own code, where lightly has no such loss: what make_case.py wrote out anew is what
they compute.

    pip install torch numpy safetensors
    git clone https://github.com/HobbitLong/SupContrast authors/SupContrast
    git clone https://github.com/joshr17/HCL authors/HCL
    git clone https://github.com/zhirongw/lemniscate.pytorch authors/lemniscate.pytorch
    python tests/losses/against_authors.py authors

For each loss: its value and its gradients on the case's own inputs, in double precision, beside those in case.safetensors. Prints
the largest difference of each, relative to the largest number; fails beyond 1e-4. Last run with torch 2.15.0.
"""

import ast
import sys
from importlib import util
from pathlib import Path

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
    """Functions out of a script, without running the rest of it."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if getattr(node, "name", None) in names]
    exec(compile(tree, str(path), "exec"), given)
    return [given[name] for name in names]


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

    return {
        "sup_con": ("a b", lambda x: sup_con(both(x), x["labels"].long())),
        "nt_xent_hard": ("a b", lambda x: weighed(x, 1.0, 0.0)),
        "nt_xent_debiased": ("a b", lambda x: weighed(x, 0.0, 0.1)),
        "nt_xent_hard_debiased": ("a b", lambda x: weighed(x, 1.0, 0.1)),
        "nt_xent_floor": ("a b", lambda x: weighed(x, 0.5, 0.4)),
        "bank_nce": ("a", lambda x: nce(drawn(x), x["indices"].long())),
    }


if __name__ == "__main__":
    hold(losses(Path(sys.argv[1])), "the authors' own code")
