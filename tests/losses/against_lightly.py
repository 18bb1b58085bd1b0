#!/usr/bin/env python3
"""Holds the parity case against lightly's losses: what make_case.py wrote out anew is what the field's library computes.

    pip install torch torchvision lightly safetensors
    python tests/losses/against_lightly.py

For every loss that lightly has: its value and its gradients on the case's own inputs, in double precision, beside those in
case.safetensors. Prints the largest difference of each, relative to the largest number; fails beyond 1e-4. Last run with
lightly 1.6.0, torch 2.15.0.
"""

import lightly
import torch
from lightly import loss as theirs
from lightly.loss.lejepa_loss import SIGReg, lejepa_invariance_loss

from held import hold

SLICES = 8


def queued(x, temperature):
    """MoCo's: a memory bank that holds the queue."""
    of = theirs.NTXentLoss(temperature=temperature, memory_bank_size=tuple(x["queue"].shape))
    of.memory_bank.bank = x["queue"].detach().clone()
    return of(x["a"], x["b"].detach())


def dino(x):
    of = theirs.DINOLoss(output_dim=x["s1"].shape[1], student_temp=0.1, teacher_temp=0.04).double()
    of.center = x["centre"].detach().view(1, 1, -1).clone()
    return of([x["t1"], x["t2"]], [x["s1"], x["s2"], x["s3"], x["s4"]], teacher_temp=0.04)


def sigreg(x, **knots):
    of = SIGReg(num_vectors=SLICES, **knots).double()
    of._generate_unit_vectors = lambda *_: x["directions"].detach()
    of.t, of.phi, of.weights = refined(**knots)
    return of(torch.stack([x["a"], x["b"]]))


def refined(knots=17, t_max=3.0):
    """lightly's own buffers, without their rounding to single precision."""
    t = torch.linspace(0, t_max, knots).double()
    phi = torch.exp(-t.square() / 2)
    weights = torch.full((knots,), 2 * t_max / (knots - 1)).double()
    weights[[0, -1]] /= 2
    return t, phi, weights * phi


def stacked(x, count):
    views = torch.stack([x["a"], x["b"], x["c"]])
    return lejepa_invariance_loss(all_proj=views, global_proj=views[:count])


cosine = theirs.NegativeCosineSimilarity()
LOSSES = {
    "nt_xent": ("a b", lambda x: theirs.NTXentLoss(0.5)(x["a"], x["b"])),
    "nt_xent_sharp": ("a b", lambda x: theirs.NTXentLoss(0.07)(x["a"], x["b"])),
    "nt_xent_decoupled": ("a b", lambda x: theirs.DCLLoss(0.1)(x["a"], x["b"])),
    "nt_xent_decoupled_weighted": ("a b", lambda x: theirs.DCLWLoss(0.1, sigma=0.5)(x["a"], x["b"])),
    "info_nce_queue": ("a", lambda x: queued(x, 0.2)),
    "negative_cosine": ("a b", lambda x: cosine(x["a"], x["b"])),
    "byol": ("a b", lambda x: 4 + 2 * (cosine(x["a"], x["d"].detach()) + cosine(x["b"], x["c"].detach()))),
    "sim_siam": ("a b", lambda x: 0.5 * (cosine(x["a"], x["d"].detach()) + cosine(x["b"], x["c"].detach()))),
    "dino": ("s1 s2 s3 s4", dino),
    "koleo": ("a", lambda x: theirs.KoLeoLoss()(x["a"])),
    "barlow_twins": ("a b", lambda x: theirs.BarlowTwinsLoss(lambda_param=0.0051)(x["a"], x["b"])),
    "vicreg": ("a b", lambda x: theirs.VICRegLoss()(x["a"], x["b"])),
    "view_agreement": ("a b c", lambda x: stacked(x, 3)),
    "view_agreement_global": ("a b c", lambda x: stacked(x, 2)),
    "sigreg": ("a b", sigreg),
    "sigreg_wide": ("a b", lambda x: sigreg(x, knots=9, t_max=5.0)),
    "swapped": ("s1 s2 s3 s4", lambda x: theirs.SwaVLoss()([x["s1"], x["s2"]], [x["s3"], x["s4"]])),
    "swapped_queue": ("s1 s2 s3", lambda x: theirs.SwaVLoss()([x["s1"], x["s2"]], [x["s3"]], [x["old1"], x["old2"]])),
}


if __name__ == "__main__":
    hold(LOSSES, f"lightly {lightly.__version__}")
