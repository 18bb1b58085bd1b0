"""Holds the parity case against somebody's own losses, in double precision: what against_lightly.py and against_authors.py share."""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

LIMIT = 1e-4
CASE = {name: tensor.double() for name, tensor in load_file(Path(__file__).parent / "case.safetensors").items()}


def apart(found, expected):
    return ((found - expected).abs().max() / expected.abs().max().clamp_min(1e-12)).item()


def hold(losses, whose):
    """Each loss, by its name in the case with the inputs that are trained: its value and its gradients. Fails beyond 1e-4."""
    torch.set_num_threads(1)
    worst = 0.0
    for name, (trained, loss) in losses.items():
        trained = trained.split()
        at = {key: tensor.clone().requires_grad_(key in trained) for key, tensor in CASE.items()}
        value = loss(at).reshape(1)
        gradients = torch.autograd.grad(value.sum(), [at[key] for key in trained])
        differences = [apart(value.detach(), CASE[f"{name}.value"])]
        differences += [apart(gradient, CASE[f"{name}.grad.{key}"]) for key, gradient in zip(trained, gradients)]
        print(f"{name:24} {max(differences):.1e}")
        worst = max(worst, *differences)
    print(f"{len(losses)} losses beside {whose}, torch {torch.__version__}: {worst:.1e} at most")
    sys.exit(worst > LIMIT)
