#!/usr/bin/env python3
"""Makes the case that the changes of a view are held against: torchvision's formulas, in double precision.

    pip install torch safetensors
    python tests/views/make_case.py

Writes case.safetensors beside itself:

- picture             [3, 6, 8]  0..1, with pixels that are black, white, grey, pure, and alike in two channels
- brightness=FACTOR   and so on  what `torchvision.transforms.functional` calls adjust_brightness, adjust_contrast,
                                 adjust_saturation, adjust_hue (of tensors of floats), rgb_to_grayscale with three
                                 channels, solarize, and gaussian_blur, here sigma=SIGMA,radius=(taps - 1) / 2
- rotate=DEGREES                 torch's grid_sample, bilinear, padding_mode="reflection", counter-clockwise
- large               [3, 20, 24]  a picture of bytes, 64..191
- crop=X,Y,W,H,SIZE   [3, S, S]    0..1, its resized_crop: antialiased bicubic, of the rectangle alone, clamped
- jitter                         brightness 1.6, hue 0.1, contrast 0.5, saturation 1.7, in that order

against_torchvision.py holds the case against torchvision itself.

The file in the repository was made with Python 3.11, torch 2.15.0, safetensors 0.8.0. Hues are also checked here against
Python's own colorsys.
"""

import colorsys
import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

HEIGHT, WIDTH = 6, 8


def made_picture():
    torch.manual_seed(7)
    picture = torch.rand(3, HEIGHT, WIDTH, dtype=torch.float64)
    special = [
        (0, 0, 0), (1, 1, 1), (0.4, 0.4, 0.4), (1, 0, 0), (0, 1, 0), (0, 0, 1),
        (0.7, 0.7, 0.2), (0.2, 0.7, 0.7), (0.7, 0.2, 0.7), (0.5, 0.5, 0.5), (0.3, 0.3000001, 0.3),
    ]
    for number, colour in enumerate(special):
        picture[:, number // WIDTH, number % WIDTH] = torch.tensor(colour, dtype=torch.float64)
    # What the other side reads is in single precision.
    return picture.float().double()


def grey(picture):
    red, green, blue = picture
    return 0.2989 * red + 0.587 * green + 0.114 * blue


def blend(picture, other, factor):
    return (factor * picture + (1 - factor) * other).clamp(0, 1)


def brightness(picture, factor):
    return blend(picture, torch.zeros_like(picture), factor)


def contrast(picture, factor):
    return blend(picture, grey(picture).mean(), factor)


def saturation(picture, factor):
    return blend(picture, grey(picture), factor)


def hue(picture, turn):
    """To hue, saturation and value and back, in sixths of the circle as the formulas of torchvision have it."""
    red, green, blue = picture
    most, least = picture.max(0).values, picture.min(0).values
    same = most == least
    span = most - least
    saturation_ = span / torch.where(same, 1, most)
    r, g, b = ((most - channel) / torch.where(same, 1, span) for channel in picture)
    angle = torch.where(most == red, b - g, torch.where(most == green, 2 + r - b, 4 + g - r))
    angle = (angle / 6 + 1).fmod(1)
    angle = (angle + turn) % 1 * 6
    sixth = angle.floor()
    along = angle - sixth
    p = most * (1 - saturation_)
    q = most * (1 - saturation_ * along)
    t = most * (1 - saturation_ * (1 - along))
    table = torch.stack([
        torch.stack([most, q, p, p, t, most]),
        torch.stack([t, most, most, q, p, p]),
        torch.stack([p, p, t, most, most, q]),
    ])
    turned = table.gather(1, (sixth.long() % 6).expand(3, 1, HEIGHT, WIDTH)).squeeze(1)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            h, s, v = colorsys.rgb_to_hsv(*picture[:, y, x].tolist())
            there = torch.tensor(colorsys.hsv_to_rgb((h + turn) % 1, s, v), dtype=torch.float64)
            assert (there - turned[:, y, x]).abs().max() < 1e-9
    return turned


def solarize(picture, threshold):
    return torch.where(picture >= threshold, 1 - picture, picture)


def gaussian_blur(picture, sigma, radius):
    at = torch.arange(-radius, radius + 1, dtype=torch.float64)
    bell = torch.exp(-0.5 * (at / sigma) ** 2)
    bell /= bell.sum()
    kernel = (bell[:, None] * bell[None, :]).expand(3, 1, -1, -1)
    padded = functional.pad(picture[None], [radius] * 4, mode="reflect")
    return functional.conv2d(padded, kernel, groups=3)[0]


def rotate(picture, degrees):
    angle = math.radians(degrees)
    y, x = torch.meshgrid(torch.arange(HEIGHT) - (HEIGHT - 1) / 2, torch.arange(WIDTH) - (WIDTH - 1) / 2, indexing="ij")
    from_x = math.cos(angle) * x - math.sin(angle) * y
    from_y = math.sin(angle) * x + math.cos(angle) * y
    grid = torch.stack([from_x / (WIDTH / 2), from_y / (HEIGHT / 2)], -1)[None].double()
    options = dict(mode="bilinear", padding_mode="reflection", align_corners=False)
    return functional.grid_sample(picture[None], grid, **options)[0]


def resized_crop(large, x, y, width, height, size):
    part = large[None, :, y : y + height, x : x + width] / 255
    return functional.interpolate(part, (size, size), mode="bicubic", align_corners=False, antialias=True)[0].clamp(0, 1)


def main():
    picture = made_picture()
    case = {"picture": picture, "grey": grey(picture).expand(3, -1, -1)}
    for factor in (0.0, 0.3, 1.0, 1.7):
        case[f"brightness={factor}"] = brightness(picture, factor)
        case[f"contrast={factor}"] = contrast(picture, factor)
        case[f"saturation={factor}"] = saturation(picture, factor)
    for turn in (-0.5, -0.21, 0.0, 0.07, 1 / 3, 0.5):
        case[f"hue={turn}"] = hue(picture, turn)
    for threshold in (0.0, 0.3, 0.5):
        case[f"solarise={threshold}"] = solarize(picture, threshold)
    for sigma, radius in ((0.1, 1), (0.6, 2), (1.3, 2), (2.0, 3), (1.2, 5)):
        case[f"blur={sigma},{radius}"] = gaussian_blur(picture, sigma, radius)
    for degrees in (0, 15, -70, 90, 180, 213):
        case[f"rotate={degrees}"] = rotate(picture, degrees)
    large = torch.randint(64, 192, (3, 20, 24)).double()  # nothing overshoots a byte
    case["large"] = large
    for place in ((0, 0, 24, 20, 8), (3, 2, 15, 17, 8), (9, 5, 6, 7, 12), (20, 0, 4, 20, 10), (7, 7, 12, 12, 12)):
        case["crop=" + ",".join(map(str, place))] = resized_crop(large, *place)
    case["jitter"] = saturation(contrast(hue(brightness(picture, 1.6), 0.1), 0.5), 1.7)
    case = {name: values.float().contiguous() for name, values in case.items()}
    save_file(case, Path(__file__).parent / "case.safetensors")


if __name__ == "__main__":
    main()
