"""Views of a batch of pictures, all of it at once: what torchvision does to one picture after the other.

A crop and its resizing are two matrices a picture, one for its rows and one for its columns; so is a blur.
"""

from dataclasses import dataclass, replace

import torch

GREY = torch.tensor([0.2989, 0.587, 0.114]).view(1, 3, 1, 1)


@dataclass(frozen=True)
class Recipe:
    """How one view is made: probabilities, and the range of the crop's area."""

    size: int
    area: tuple = (0.08, 1.0)
    flip: float = 0.5
    jitter: float = 0.0
    strengths: tuple = (0.0, 0.0, 0.0, 0.0)  # brightness, contrast, saturation, hue
    grey: float = 0.0
    blur: float = 0.0
    kernel: str = "whole"  # a tenth of the height, so many taps, or the whole bell
    solarise: float = 0.0


MILD = (0.4, 0.4, 0.2, 0.1)


def published(name, size):
    """The papers' views of these names: a list of recipes, one a view."""
    plain = Recipe(size)
    simclr = replace(plain, jitter=0.8, strengths=(0.8, 0.8, 0.8, 0.2), grey=0.2, blur=0.5, kernel="tenth")
    mild = replace(plain, jitter=0.8, strengths=MILD, grey=0.2)
    moco = replace(mild, strengths=(0.4, 0.4, 0.4, 0.1), blur=0.5)
    byol = lambda kernel: [replace(mild, blur=1.0, kernel=kernel), replace(mild, blur=0.1, kernel=kernel, solarise=0.2)]
    pirl = replace(plain, jitter=1.0, strengths=(0.4, 0.4, 0.4, 0.2), grey=0.2)
    return {
        "simclr": [simclr] * 2,
        "moco": [moco] * 2,
        "simsiam": [moco] * 2,
        "instdisc": [replace(plain, jitter=1.0, strengths=(0.4,) * 4, grey=0.2)],
        "pirl": [pirl, replace(pirl, area=(0.6, 1.0))],
        "byol": byol("tenth"),
        "barlow": byol("whole"),
        "dino": byol("whole"),
        "dino-local": [replace(mild, blur=0.5)],
        "vicreg": [replace(mild, blur=0.5, kernel="23", solarise=0.1)] * 2,
        "supervised": [replace(simclr, grey=0.0)],
        "lejepa": [replace(mild, blur=0.5, kernel="7", solarise=0.2)] * 2,
        "swav": [replace(simclr, kernel="23")] * 2,
        "swav-local": [replace(simclr, kernel="23")],
        "ijepa": [replace(plain, flip=0.0)],
    }[name]


def changed(recipe, settings):
    """The recipe with a run's strength of jitter and share of blur."""
    times = settings["jitter"]
    strengths = tuple(s * times for s in recipe.strengths[:3]) + (min(0.5, recipe.strengths[3] * times),)
    return replace(recipe, strengths=strengths, blur=recipe.blur * settings["blur"])


def make(pictures, recipe):
    """Bytes `[batch, 3, side, side]` to a view of each, `[batch, 3, size, size]` in 0..1."""
    return change(crop(pictures, recipe), recipe)


def crop(pictures, recipe):
    batch, _, height, width = pictures.shape
    x, y, w, h = rectangles(batch, width, height, recipe.area)
    rows, columns = resize(y, h, height, recipe.size), resize(x, w, width, recipe.size)
    view = rows[:, None] @ pictures.float() @ columns[:, None].transpose(2, 3)
    return view.round_().clamp_(0, 255) / 255


def rectangles(batch, width, height, area, tries=10):
    """Random area and log-uniform shape, the first of ten tries that fits; else the whole, as pictures are square here."""
    areas = width * height * torch.empty(batch, tries).uniform_(*area)
    shapes = torch.exp(torch.empty(batch, tries).uniform_(*torch.tensor([3 / 4, 4 / 3]).log().tolist()))
    w, h = (areas * shapes).sqrt().round(), (areas / shapes).sqrt().round()
    fits = (w >= 1) & (w <= width) & (h >= 1) & (h <= height)
    first = fits.float().argmax(1, keepdim=True)
    found = fits.any(1)
    w = torch.where(found, w.gather(1, first)[:, 0], torch.tensor(float(width)))
    h = torch.where(found, h.gather(1, first)[:, 0], torch.tensor(float(height)))
    x, y = (torch.rand(batch) * (width - w + 1)).floor(), (torch.rand(batch) * (height - h + 1)).floor()
    return x, y, w, h


def resize(start, length, source, size):
    """`[batch, size, source]`: bicubic (a = -0.5), its kernel as wide as the picture shrinks, cut off at the crop's edges."""
    scale = (length / size)[:, None, None]
    wide = scale.clamp(min=1)
    middle = start[:, None, None] + (torch.arange(size)[None, :, None] + 0.5) * scale
    places = torch.arange(source)[None, None, :] + 0.5
    t = ((places - middle) / wide).abs()
    near, far = (1.5 * t - 2.5) * t * t + 1, ((-0.5 * t + 2.5) * t - 4) * t + 2
    weights = torch.where(t < 1, near, torch.where(t < 2, far, 0.0))
    inside = (places > start[:, None, None]) & (places < (start + length)[:, None, None])
    weights = weights * inside
    return weights / weights.sum(2, keepdim=True)


def chosen(view, p):
    return torch.rand(len(view)) < p


def only(view, which, new):
    return torch.where(which.view(-1, 1, 1, 1), new, view)


def change(view, recipe):
    """Everything but the crop, in BYOL's order."""
    view = only(view, chosen(view, recipe.flip), view.flip(3))
    if recipe.jitter and any(recipe.strengths):
        view = only(view, chosen(view, recipe.jitter), jitter(view, recipe.strengths))
    if recipe.grey:
        view = only(view, chosen(view, recipe.grey), grey(view).expand_as(view))
    if recipe.blur:
        view = only(view, chosen(view, recipe.blur), blur(view, recipe.kernel))
    if recipe.solarise:
        view = only(view, chosen(view, recipe.solarise), torch.where(view >= 0.5, 1 - view, view))
    return view


def grey(view):
    return (view * GREY).sum(1, keepdim=True)


def blend(view, other, factor):
    factor = factor.view(-1, 1, 1, 1)
    return (factor * view + (1 - factor) * other).clamp(0, 1)


def jitter(view, strengths):
    """torchvision's `ColorJitter`: each picture with factors and an order of its own."""
    draw = lambda s: torch.empty(len(view)).uniform_(max(0.0, 1 - s), 1 + s)
    factors = [draw(s) for s in strengths[:3]]
    turns = torch.empty(len(view)).uniform_(-strengths[3], strengths[3])
    operations = [
        lambda v, at: blend(v, torch.zeros(()), factors[0][at]),
        lambda v, at: blend(v, grey(v).mean((1, 2, 3), keepdim=True), factors[1][at]),
        lambda v, at: blend(v, grey(v), factors[2][at]),
        lambda v, at: turn_hue(v, turns[at]),
    ]
    order = torch.rand(len(view), 4).argsort(1)
    view = view.clone()
    for place in range(4):
        for number, operation in enumerate(operations):
            at = (order[:, place] == number).nonzero()[:, 0]
            if len(at) and strengths[number]:
                view[at] = operation(view[at], at)
    return view


def turn_hue(view, turns):
    """To hue, saturation and value and back (A. R. Smith, 1978)."""
    value, largest = view.max(1)
    span = value - view.min(1).values
    divisor = torch.where(span > 0, span, torch.ones(()))
    r, g, b = view.unbind(1)
    sixths = torch.stack([(g - b) / divisor, 2 + (b - r) / divisor, 4 + (r - g) / divisor], 1)
    hue = sixths.gather(1, largest[:, None])[:, 0] / 6
    hue = torch.where(span > 0, hue, torch.zeros(()))
    hue = (hue + turns.view(-1, 1, 1)) % 1
    channel = lambda n: value - span * torch.minimum(k := (n + 6 * hue) % 6, 4 - k).clamp(0, 1)
    return torch.stack([channel(5), channel(3), channel(1)], 1)


def blur(view, kernel):
    """A Gaussian of a deviation of 0.1 to 2 px, the picture reflected beyond its edges."""
    side = view.shape[2]
    sigma = torch.empty(len(view)).uniform_(0.1, 2.0)
    whole = (4 * sigma).ceil().long()
    radius = whole if kernel == "whole" else torch.full_like(whole, side // 20 if kernel == "tenth" else int(kernel) // 2)
    reach = min(int(radius.max()), side - 1)
    taps = torch.arange(-reach, reach + 1)
    bell = torch.exp(-0.5 * (taps / sigma[:, None]) ** 2) * (taps.abs() <= radius[:, None])
    bell = bell / bell.sum(1, keepdim=True)
    at = (torch.arange(side)[:, None] + taps).abs()
    at = torch.where(at > side - 1, 2 * (side - 1) - at, at)
    places = torch.zeros(side, len(taps), side).scatter_(2, at[:, :, None], 1.0)
    matrix = torch.einsum("bt,its->bis", bell, places)[:, None]
    return matrix @ view @ matrix.transpose(2, 3)


def jigsaw(pictures, recipe, tile):
    """A puzzle of each picture: nine tiles `[batch, 9, 3, tile, tile]` out of order, each with changes of its own."""
    view = crop(pictures, recipe)
    batch, cell = len(view), view.shape[2] // 3
    order = torch.rand(batch, 9).argsort(1)
    place = lambda of: of * cell + torch.randint(cell - tile + 1, (batch, 9))
    rows, columns = place(order // 3), place(order % 3)
    line = torch.arange(tile)
    rows, columns = (rows[..., None] + line)[..., :, None], (columns[..., None] + line)[..., None, :]
    picture = torch.arange(batch).view(-1, 1, 1, 1)
    tiles = view.permute(0, 2, 3, 1)[picture, rows, columns].permute(0, 1, 4, 2, 3)
    return change(tiles.reshape(batch * 9, 3, tile, tile), recipe).view(batch, 9, 3, tile, tile)
