"""Writes optim.safetensors: ten steps of each optimiser on fixed numbers, in double precision.

    pip install torch safetensors
    python tests/parity/make_optim.py

SGD, AdamW and Muon are PyTorch's own (Muon's iteration in double precision, where PyTorch takes bfloat16); LARS is written out here from the formulas of the two forms in use, as BYOL's
(byol/utils/optimizers.py), SimCLR's and Barlow Twins' code and as solo-learn's (solo/utils/lars.py, clip_lr) have them.
The file in the repository was made with torch 2.15.0. `src/learn/optim/tests/parity.rs` reads it.
"""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file

STEPS = 10
SHAPES = [(3, 4), (5,), (2, 3), (4, 2)]  # matrix, bias, matrix that begins at zero, matrix
PEAK, DECAY, MOMENTUM, CLIP = 0.2, 0.05, 0.9, 1.5

torch.manual_seed(0)
first = [torch.randn(shape, dtype=torch.float64).float().double() for shape in SHAPES]
first[2].zero_()
gradients = [[torch.randn(shape, dtype=torch.float64).float().double() for shape in SHAPES] for _ in range(STEPS)]
rates = [PEAK * 0.5 * (1 + math.cos(math.pi * step / STEPS)) for step in range(STEPS)]


def is_matrix(parameter):
    return parameter.ndim > 1


def lars(parameters, memory, lr, coefficient, clip, nesterov):
    """One step of LARS on parameters with gradients."""
    for index, p in enumerate(parameters):
        if p.grad is None:
            continue
        step = p.grad.clone()
        if is_matrix(p):
            weight, gradient = p.norm(), p.grad.norm()
            if clip:
                if weight > 0 and gradient > 0:
                    ratio = coefficient * weight / (gradient + DECAY * weight + 1e-8)
                    step = (step + DECAY * p) * min(ratio / lr, 1)
            else:
                step = step + DECAY * p
                update = step.norm()
                if weight > 0 and update > 0:
                    step = step * coefficient * weight / update
        memory[index] = MOMENTUM * memory[index] + step
        p -= lr * (step + MOMENTUM * memory[index] if nesterov else memory[index])


def run(make, paces=False, clip=0.0):
    """Weights after each step, `[steps, numbers]`. With `paces` the bias keeps the peak rate and the last matrix rests
    in the first three steps."""
    parameters = [torch.nn.Parameter(p.clone()) for p in first]
    step_of = make(parameters, [PEAK if paces and not is_matrix(p) else None for p in parameters])
    rows = []
    for step in range(STEPS):
        for p, g in zip(parameters, gradients[step]):
            p.grad = g.clone()
        if paces and step < 3:
            parameters[3].grad = None
        if clip > 0:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        with torch.no_grad():
            step_of(rates[step])
        rows.append(torch.cat([p.detach().flatten() for p in parameters]))
    return torch.stack(rows).float()


def torchs(optimiser, **settings):
    """One of PyTorch's, a group a parameter."""

    def make(parameters, fixed):
        groups = [{"params": [p], "weight_decay": DECAY if is_matrix(p) else 0.0} for p in parameters]
        optim = optimiser(groups, lr=PEAK, **settings)

        def step(lr):
            for group, own in zip(optim.param_groups, fixed):
                group["lr"] = lr if own is None else own
            optim.step()

        return step

    return make


def muons(nesterov):
    """Muon for matrices at AdamW's rate, AdamW for the rest."""

    def make(parameters, fixed):
        matrices = [p for p in parameters if is_matrix(p)]
        rest = [p for p in parameters if not is_matrix(p)]
        muon = torch.optim.Muon([{"params": [p]} for p in matrices], lr=PEAK, weight_decay=DECAY, momentum=0.95, nesterov=nesterov, adjust_lr_fn="match_rms_adamw")
        others = torchs(adamw, betas=(0.9, 0.999))(rest, [own for p, own in zip(parameters, fixed) if not is_matrix(p)])

        def step(lr):
            for group in muon.param_groups:
                group["lr"] = lr
            half, torch.bfloat16 = torch.bfloat16, torch.float64
            muon.step()
            torch.bfloat16 = half
            others(lr)

        return step

    return make


def ours(coefficient, clip, nesterov):
    def make(parameters, _):
        memory = [torch.zeros_like(p) for p in parameters]
        return lambda lr: lars(parameters, memory, lr, coefficient, clip, nesterov)

    return make


sgd = torch.optim.SGD
adamw = torch.optim.AdamW
cases = {
    "sgd": run(torchs(sgd, momentum=MOMENTUM)),
    "sgd_plain": run(torchs(sgd, momentum=0.0)),
    "sgd_nesterov": run(torchs(sgd, momentum=MOMENTUM, nesterov=True), clip=CLIP),
    "sgd_paces": run(torchs(sgd, momentum=MOMENTUM), paces=True, clip=CLIP),
    "adamw": run(torchs(adamw, betas=(0.9, 0.999)), clip=CLIP),
    "adamw_paces": run(torchs(adamw, betas=(0.9, 0.999)), paces=True),
    "muon": run(muons(False)),
    "muon_nesterov": run(muons(True), clip=CLIP),
    "muon_paces": run(muons(True), paces=True),
    "lars": run(ours(0.001, False, False)),
    "lars_nesterov": run(ours(0.1, False, True), clip=CLIP),
    "lars_clip": run(ours(0.02, True, False)),
    "lars_clip_nesterov": run(ours(0.3, True, True), clip=CLIP),
}
cases["first"] = torch.cat([p.flatten() for p in first]).float()
cases["gradients"] = torch.stack([torch.cat([g.flatten() for g in step]) for step in gradients]).float()
cases["rates"] = torch.tensor(rates).float()
save_file(cases, Path(__file__).with_name("optim.safetensors"))
