"""The network of `--preset photos` in plain PyTorch, trained on random pictures: a peer for speed and memory.

Arguments: threads, batch, steps. Prints one line of JSON: milliseconds of each step, peak resident bytes, versions.
The encoder sees the kept patches, the decoder all of them with the fill's patches added, as in src/nn/decoder.rs.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SIZE, PATCH, KEPT = 128, 16, 16
ENCODER, DECODER = dict(dim=192, depth=6, heads=3), dict(dim=128, depth=4, heads=4)
PATCHES, VALUES = (SIZE // PATCH) ** 2, 3 * PATCH * PATCH


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        batch, count, dim = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, count, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, count, dim)
        x = x + self.proj(attended)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Mae(nn.Module):
    def __init__(self):
        super().__init__()
        e, d = ENCODER["dim"], DECODER["dim"]
        self.embed = nn.Linear(VALUES, e)
        self.first = nn.Parameter(torch.zeros(1, 1, e))
        self.encoder = nn.Sequential(*[Block(e, ENCODER["heads"]) for _ in range(ENCODER["depth"])], nn.LayerNorm(e, eps=1e-6))
        self.narrow, self.fill = nn.Linear(e, d), nn.Linear(VALUES, d, bias=False)
        self.token = nn.Parameter(torch.zeros(1, 1, d))
        self.decoder = nn.Sequential(*[Block(d, DECODER["heads"]) for _ in range(DECODER["depth"])], nn.LayerNorm(d, eps=1e-6))
        self.draw = nn.Linear(d, VALUES)
        self.register_buffer("at_e", torch.randn(1, PATCHES, e) * 0.02)
        self.register_buffer("at_d", torch.randn(1, 1 + PATCHES, d) * 0.02)

    def forward(self, patches, fill, order):
        batch = patches.shape[0]
        pick = lambda x, index: torch.gather(x, 1, index[..., None].expand(-1, -1, x.shape[2]))
        kept = order[:, :KEPT]
        x = self.embed(pick(patches, kept)) + pick(self.at_e.expand(batch, -1, -1), kept)
        x = self.narrow(self.encoder(torch.cat([self.first.expand(batch, -1, -1), x], 1)))
        hidden = self.token.expand(batch, PATCHES - KEPT, -1)
        tokens = torch.cat([x[:, 1:], hidden], 1) + pick(self.at_d[:, 1:].expand(batch, -1, -1), order)
        tokens = tokens + self.fill(pick(fill, order))
        said = self.decoder(torch.cat([x[:, :1] + self.at_d[:, :1], tokens], 1))
        hidden = order[:, KEPT:]
        return ((self.draw(said[:, 1 + KEPT :]) - (pick(patches, hidden) - pick(fill, hidden))) ** 2).mean()


def main():
    threads, batch, steps = map(int, sys.argv[1:4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = Mae()
    matrices = [p for p in model.parameters() if sum(n > 1 for n in p.shape) >= 2]
    others = [p for p in model.parameters() if sum(n > 1 for n in p.shape) < 2]
    groups = [dict(params=matrices, weight_decay=0.05), dict(params=others, weight_decay=0.0)]
    optimiser = torch.optim.AdamW(groups, lr=4e-4, betas=(0.9, 0.95))
    average = [p.detach().clone() for p in model.parameters()]
    patches, fill = torch.randn(batch, PATCHES, VALUES), torch.randn(batch, PATCHES, VALUES)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        order = torch.rand(batch, PATCHES).argsort(1)
        loss = model(patches, fill, order)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, [p.detach() for p in model.parameters()], 0.01)
        loss.item()
        times.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    parameters = sum(p.numel() for p in model.parameters())
    print(json.dumps(dict(times=times, peak=peak, parameters=parameters, torch=torch.__version__, python=sys.version.split()[0])))


main()
