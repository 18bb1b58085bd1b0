"""SimCLR's bare training step in PyTorch, of the weights and the views that `bench views simclr BATCH OUT` wrote.

Arguments: OUT, backbone, learning rate, then for a GPU its device and precision: there the loss is compiled. For each number
that comes as a line, so many steps, and a line of JSON with their times in milliseconds, and the first one's loss and gradient
norm. Threads are OMP_NUM_THREADS.
"""

import contextlib
import json
import sys
import time

import torch
from safetensors.torch import load_file

SETTINGS = dict(size=32, projector=[512, 128], head_norms="all", temperature=0.5)
# timm's and torchvision's names, and where they are here.
NAMES = [("cls_token", "0.class_token"), ("patch_embed.proj.", "0.embed."), ("attn.qkv", "qkv"), ("attn.proj", "output")]
NAMES += [("mlp.fc1", "up"), ("mlp.fc2", "down"), ("downsample.", "around."), ("conv1.weight", "stem.weight"), ("bn1.", "norm.")]
PROJECTOR = {"0.weight": "0.weight", "0.norm.": "1.", "1.weight": "3.weight", "1.norm.": "4."}


def place(name):
    """The module's name for a name of the file."""
    if name.startswith("projector."):
        rest = name.removeprefix("projector.")
        return "1." + next(rest.replace(theirs, ours) for theirs, ours in PROJECTOR.items() if rest.startswith(theirs))
    if name.startswith("layer"):
        stage, block, rest = name.removeprefix("layer").split(".", 2)
        return f"0.blocks.{2 * (int(stage) - 1) + int(block)}.{rest.replace('downsample', 'around')}"
    for theirs, ours in NAMES:
        name = name.replace(theirs, ours)
    return name if name.startswith("0.") else f"0.{name}"


def load(student, path):
    known = student.state_dict()
    for name, values in load_file(path).items():
        at = place(name)
        if at.endswith("positions") or name == "pos_embed":
            continue  # fixed: computed on both sides
        known.pop(at).copy_(values.reshape(student.state_dict()[at].shape))
    left = [name for name in known if not name.endswith(("positions", "num_batches_tracked"))]
    if left:
        sys.exit(f"the file lacks {left}")


def main():
    out, backbone, rate, device, precision = (sys.argv[1:] + ["cpu", "f32"][len(sys.argv) - 4 :])[:5]
    on_gpu = device != "cpu"
    if on_gpu:
        torch.set_default_device(device)
    from contrast import SimClr  # makes constants on that device

    torch.manual_seed(0)
    method = SimClr(dict(SETTINGS, backbone=backbone), 0)
    load(method.student, f"{out}.weights.safetensors")
    if backbone.startswith("resnet"):
        method.to(memory_format=torch.channels_last)
    parameters = list(method.parameters())
    matrix = lambda p: sum(n > 1 for n in p.shape) >= 2
    groups = [dict(params=[p for p in parameters if matrix(p)], weight_decay=5e-4), dict(params=[p for p in parameters if not matrix(p)])]
    optimiser = torch.optim.SGD(groups, lr=float(rate), momentum=0.9, fused=True)
    views = list(load_file(f"{out}.safetensors")["views"].to(device))
    step = torch.compile(method.loss) if on_gpu else method.loss
    half = dict(bf16=torch.bfloat16).get(precision)
    cast = lambda: torch.autocast(device, half) if half else contextlib.nullcontext()
    about = dict(torch=torch.__version__, parameters=sum(p.numel() for p in parameters))
    if on_gpu:
        about["card"] = torch.cuda.get_device_name()
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        times, first = [], None
        for _ in range(int(line)):
            start = time.perf_counter()
            optimiser.zero_grad(set_to_none=True)
            with cast():
                loss = step(views, None, None, 0)
            loss.backward()
            norm = torch.nn.utils.get_total_norm([p.grad for p in parameters], foreach=True)
            optimiser.step()
            said = float(loss.detach()), float(norm)
            times.append(1000 * (time.perf_counter() - start))
            first = first or said
        print(json.dumps(dict(times=times, loss=first[0], gradient_norm=first[1])), flush=True)


main()
