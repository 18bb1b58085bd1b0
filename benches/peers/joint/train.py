"""A joint-embedding method trained in plain PyTorch, apart from anything of ours but its settings.

Arguments: method, seed, file of CIFAR-10's pictures to train on, file of those held out, settings as JSON, then a device where
that is not the CPU. Prints a line of JSON: kNN accuracy on the held-out pictures, the loss of each step, seconds. Threads are
OMP_NUM_THREADS.
"""

import json
import sys
import time

import torch

torch.set_default_device((sys.argv[6:] or ["cpu"])[0])  # before the modules below make their constants

import cluster  # noqa: E402
import contrast  # noqa: E402
import data  # noqa: E402
import distil  # noqa: E402
import labels  # noqa: E402
import probe  # noqa: E402
import regularise  # noqa: E402
from optim import Optimiser  # noqa: E402

METHODS = {
    "simclr": contrast.SimClr,
    "moco": contrast.MoCo,
    "moco-v3": contrast.MoCoV3,
    "instdisc": contrast.InstDisc,
    "pirl": contrast.Pirl,
    "nnclr": contrast.NnClr,
    "byol": distil.Byol,
    "simsiam": distil.SimSiam,
    "dino": distil.Dino,
    "ijepa": distil.IJepa,
    "barlow": regularise.BarlowTwins,
    "vicreg": regularise.VicReg,
    "lejepa": regularise.LeJepa,
    "swav": cluster.Swav,
    "deepcluster": cluster.DeepCluster,
    "supcon": labels.SupCon,
    "supervised": labels.Supervised,
    "siamese": labels.Siamese,
    "untrained": labels.Untrained,
}


def main():
    name, seed, train, held_out, settings = sys.argv[1:6]
    settings = json.loads(settings)
    torch.manual_seed(int(seed))
    torch.set_flush_denormal(True)
    pictures, classes = data.read(train)
    method = METHODS[name](settings, len(pictures))
    optimiser = Optimiser(method, settings)
    start, losses = time.perf_counter(), []
    for step, indices in enumerate(data.batches(len(pictures), settings["batch"], settings["steps"])):
        loss = method.loss(method.make_views(pictures[indices]), classes[indices], indices, step)
        loss.backward()
        optimiser.step(step, method.frozen(step))
        method.settle(step)
        losses.append(loss.item())
    seconds = time.perf_counter() - start
    queries, theirs = data.read(held_out)
    rows = [probe.embed(method.answers(), part) for part in (pictures, queries)]
    knn = probe.knn(rows[0], classes, rows[1], theirs)
    print(json.dumps(dict(knn=knn, losses=losses, seconds=seconds, torch=torch.__version__)))


main()
