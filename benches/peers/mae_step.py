"""The bare training step in PyTorch, of the weights and the batch that `bench step OUT` wrote.

Arguments: OUT, then for a GPU its device, precision and batches a step. For each number that comes as a line, so many
steps, and a line of JSON with their times in milliseconds, and the first one's loss and gradient norm before clipping.
Threads are OMP_NUM_THREADS.
"""

import contextlib
import json
import sys
import time

import torch
from safetensors.torch import load_file

import mae


class Training:
    def __init__(self, out, device, precision, batches):
        self.model, config = mae.load(f"{out}.weights.safetensors")
        self.model.to(device)
        self.parameters, self.batches, self.clip = list(self.model.parameters()), batches, config["clip"]
        is_matrix = lambda p: sum(n > 1 for n in p.shape) >= 2
        decay, rest = [p for p in self.parameters if is_matrix(p)], [p for p in self.parameters if not is_matrix(p)]
        groups = [dict(params=decay, weight_decay=config["weight_decay"]), dict(params=rest, weight_decay=0.0)]
        self.optimiser = torch.optim.AdamW(groups, lr=1e-4, betas=tuple(config["betas"]), fused=True)
        self.average = [p.detach().clone() for p in self.parameters] if config["average"] else None
        case = {name: tensor.to(device) for name, tensor in load_file(f"{out}.safetensors").items()}
        self.batch = case["pictures"], case["fill"], case["order"], self.model.side**2 // 4
        self.loss = torch.compile(self.model.loss) if device != "cpu" else self.model.loss
        half = dict(bf16=torch.bfloat16, f16=torch.float16).get(precision)
        self.cast = lambda: torch.autocast(device, half) if half else contextlib.nullcontext()

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        total = 0.0
        for _ in range(self.batches):
            with self.cast():
                loss = self.loss(*self.batch) / self.batches
            loss.backward()
            total = total + loss.detach()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.clip or float("inf"), foreach=True)
        self.optimiser.step()
        if self.average:
            with torch.no_grad():
                torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 0.001)
        return float(total), float(norm)


def matrix_limit(device):
    """Operations a second in a large product at half precision: what this card reaches."""
    a = torch.randn(8192, 8192, device=device, dtype=torch.bfloat16)
    for _ in range(3):
        a @ a
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(20):
        a @ a
    torch.cuda.synchronize()
    return 20 * 2 * 8192**3 / (time.perf_counter() - start)


def main():
    out, device, precision, batches = (sys.argv[1:] + ["cpu", "f32", "1"][len(sys.argv) - 2 :])[:4]
    torch.manual_seed(0)
    training = Training(out, device, precision, int(batches))
    about = dict(torch=torch.__version__, threads=torch.get_num_threads(), parameters=sum(p.numel() for p in training.parameters))
    if device != "cpu":
        about.update(card=torch.cuda.get_device_name(), matrix_limit=matrix_limit(device))
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        times, first = [], None
        for _ in range(int(line)):
            start = time.perf_counter()
            said = training.step()
            times.append(1000 * (time.perf_counter() - start))
            first = first or said
        print(json.dumps(dict(times=times, loss=first[0], gradient_norm=first[1])), flush=True)


main()
