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
from safetensors.torch import load_file

LIMIT = 1e-4
CASE = {name: tensor.double() for name, tensor in load_file(Path(__file__).parent / "case.safetensors").items()}
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


def apart(found, expected):
    return ((found - expected).abs().max() / expected.abs().max().clamp_min(1e-12)).item()


def main(authors):
    worst = 0.0
    for name, (trained, loss) in losses(authors).items():
        trained = trained.split()
        at = {key: tensor.clone().requires_grad_(key in trained) for key, tensor in CASE.items()}
        value = loss(at).reshape(1)
        gradients = torch.autograd.grad(value.sum(), [at[key] for key in trained])
        differences = [apart(value.detach(), CASE[f"{name}.value"])]
        differences += [apart(gradient, CASE[f"{name}.grad.{key}"]) for key, gradient in zip(trained, gradients)]
        print(f"{name:24} {max(differences):.1e}")
        worst = max(worst, *differences)
    print(f"torch {torch.__version__}: {worst:.1e} at most")
    sys.exit(worst > LIMIT)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
