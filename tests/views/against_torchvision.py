#!/usr/bin/env python3
"""Holds the case of the views against torchvision itself: what make_case.py wrote out is what the field's library computes.

    pip install torch torchvision safetensors
    python tests/views/against_torchvision.py

Runs torchvision.transforms.functional on the case's own pictures, in double precision, and prints the largest difference of
each operation from case.safetensors, of pixels 0..1; fails beyond 1e-5. Last run with torchvision 0.29.2, torch 2.15.0.
"""

import sys
from pathlib import Path

import torch
import torchvision
from safetensors.torch import load_file
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as theirs

LIMIT = 1e-5
EDGE = 6  # as much as the case's picture is high
CASE = {name: tensor.double() for name, tensor in load_file(Path(__file__).parent / "case.safetensors").items()}


def blur(picture, sigma, radius):
    return theirs.gaussian_blur(picture, [2 * int(radius) + 1] * 2, [sigma] * 2)


def crop(_, x, y, width, height, size):
    place = [int(value) for value in (y, x, height, width)]
    part = theirs.resized_crop(CASE["large"] / 255, *place, [int(size)] * 2, InterpolationMode.BICUBIC, antialias=True)
    return part.clamp(0, 1)


def rotate(picture, degrees):
    """Turned within its own mirrored surroundings: torchvision's rotate knows no reflecting edge."""
    around = theirs.pad(picture, [EDGE] * 4, padding_mode="symmetric")
    turned = theirs.rotate(around, degrees, InterpolationMode.BILINEAR)
    return turned[:, EDGE:-EDGE, EDGE:-EDGE]


def jitter(picture):
    changed = theirs.adjust_hue(theirs.adjust_brightness(picture, 1.6), 0.1)
    return theirs.adjust_saturation(theirs.adjust_contrast(changed, 0.5), 1.7)


OPERATIONS = {
    "brightness": theirs.adjust_brightness,
    "contrast": theirs.adjust_contrast,
    "saturation": theirs.adjust_saturation,
    "hue": theirs.adjust_hue,
    "grey": lambda picture: theirs.rgb_to_grayscale(picture, 3),
    "solarise": theirs.solarize,
    "blur": blur,
    "rotate": rotate,
    "crop": crop,
    "jitter": jitter,
}


def main():
    worst = {}
    for name, expected in CASE.items():
        if name in ("picture", "large"):
            continue
        operation, _, strengths = name.partition("=")
        found = OPERATIONS[operation](CASE["picture"], *map(float, filter(None, strengths.split(","))))
        assert found.shape == expected.shape and found.isfinite().all(), name
        worst[operation] = max(worst.get(operation, 0), (found - expected).abs().max().item())
    assert set(worst) == set(OPERATIONS), "the case lacks an operation"
    print(f"torchvision {torchvision.__version__}, torch {torch.__version__}")
    for operation, off in worst.items():
        print(f"{operation:12} {off:.1e}")
    sys.exit(max(worst.values()) > LIMIT)


if __name__ == "__main__":
    main()
