"""What embeddings are worth: weighted k nearest neighbours (Wu et al., 2018, section 3.4)."""

import torch
from torch.nn import functional as F


@torch.no_grad()
def embed(encoder, pictures, at_once=250):
    encoder.eval()
    rows = [encoder(part.float() / 255) for part in pictures.split(at_once)]
    encoder.train()
    return torch.cat(rows)


def knn(bank, bank_labels, queries, labels, k=200, temperature=0.1, classes=10):
    """Share of queries whose class the `k` nearest by cosine vote for, each by `exp(cosine / temperature)`."""
    cosines, nearest = (F.normalize(queries) @ F.normalize(bank).T).topk(k)
    votes = torch.zeros(len(queries), classes).scatter_add_(1, bank_labels[nearest], (cosines / temperature).exp())
    return (votes.argmax(1) == labels).float().mean().item()
