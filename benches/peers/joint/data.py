"""CIFAR-10's binary files (Krizhevsky, 2009) as tensors, and batches of them in a new order every pass."""

import numpy as np
import torch

SIDE = 32


def read(path):
    """Pictures `[count, 3, 32, 32]` of bytes, and their labels `[count]`."""
    records = np.fromfile(path, np.uint8).reshape(-1, 1 + 3 * SIDE * SIDE)
    pictures = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    device = torch.get_default_device()
    return torch.from_numpy(pictures.copy()).to(device), torch.from_numpy(records[:, 0].astype(np.int64)).to(device)


def batches(count, size, steps):
    """Indices of each step's pictures. A batch runs on across the end of a pass."""
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        while len(order) < size:
            order = torch.cat([order, torch.randperm(count)])
        yield order[:size]
        order = order[size:]
