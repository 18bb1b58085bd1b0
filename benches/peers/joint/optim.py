"""The optimiser, its groups, and what the learning rate does over a run."""

import math

import torch


class Lars(torch.optim.Optimizer):
    """LARS (You et al., 2017) as BYOL's and Barlow Twins' code has it: matrices move by a part of their norm."""

    def __init__(self, groups, momentum, trust):
        super().__init__(groups, dict(lr=0.0, momentum=momentum, trust=trust, weight_decay=0.0))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                update = weight.grad.add(weight, alpha=group["weight_decay"])
                if group["is_matrix"]:
                    length, norm = weight.norm(), update.norm()
                    if length > 0 and norm > 0:
                        update.mul_(group["trust"] * length / norm)
                memory = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                memory.mul_(group["momentum"]).add_(update)
                weight.sub_(memory, alpha=group["lr"])


def is_matrix(weight):
    return sum(n > 1 for n in weight.shape) >= 2


class Optimiser:
    """One of PyTorch's, or LARS; decays matrices alone, clips, and follows the schedule."""

    def __init__(self, method, settings):
        constant = {id(weight) for weight in method.constant()}
        self.trained = [weight for weight in method.parameters() if weight.requires_grad]
        kinds = [(matrix, fixed) for matrix in (True, False) for fixed in (True, False)]
        of = lambda kind: [w for w in self.trained if (is_matrix(w), id(w) in constant) == kind]
        groups = [dict(params=of(kind), is_matrix=kind[0], is_constant=kind[1]) for kind in kinds]
        groups = [group for group in groups if group["params"]]
        name, momentum = settings["optimiser"], settings["momentum"]
        if name == "adamw":
            self.inner = torch.optim.AdamW(groups, betas=settings["betas"], eps=1e-8)
        elif name == "sgd":
            self.inner = torch.optim.SGD(groups, momentum=momentum)
        else:
            self.inner = Lars(groups, momentum, settings["trust"])
        self.clip, self.steps, self.decay = settings["clip"], settings["steps"], settings["weight_decay"]
        self.peak = settings["base_lr"] * settings["batch"] / 256
        self.warm = round(settings["warmup"] * self.steps)

    def rate(self, index):
        if index < self.warm:
            return self.peak * (index + 1) / self.warm
        done = (index - self.warm) / max(1, self.steps - self.warm)
        return self.peak * 0.5 * (1 + math.cos(math.pi * done))

    def step(self, index, frozen):
        """After `backward`: everything but the `frozen`, which stay as if they had no gradient."""
        if self.clip:
            torch.nn.utils.clip_grad_norm_(self.trained, self.clip)
        for weight in frozen:
            weight.grad = None
        for group in self.inner.param_groups:
            group["lr"] = self.peak if group["is_constant"] else self.rate(index)
            group["weight_decay"] = self.decay if group["is_matrix"] else 0.0
        self.inner.step()
        self.inner.zero_grad(set_to_none=True)
