"""The training images, made from the digits in the package: the same chunk for the same seed and number."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import RandomState
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from app.data import Arrays
from scripts.builtin_model import bits, drawn, junk
from scripts.builtin_model.distort import LITTLE, MUCH, distort
from scripts.builtin_model.outlines import DIGITS, LETTERS

NO_DIGIT = 10
"""The eleventh answer."""
BATCH = 256
CHUNK = 16 * BATCH

OURS, OTHERS, DRAWN, JUNK = 1400, 1400, 420, 840
"""Images in a chunk: MNIST's 3s and 7s, its other digits, digits from outlines, no digits; the rest is inverted."""
DRAWINGS = 300
PLAIN = 0.1
"""The share of images that are hardly distorted."""

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """Images ``[n, 784]`` and what they are ``[n]``, to draw from."""

    images: Images
    labels: Labels

    def some(self, random: RandomState, count: int) -> tuple[Images, Labels]:
        chosen = random.randint(len(self.images), size=count)
        return self.images[chosen], self.labels[chosen]


class Chunks(Dataset[tuple[Tensor, Tensor]]):
    """Chunk by number: images ``[CHUNK, 784]`` uint8 and labels ``[CHUNK]``, shuffled. ``drawings``: how many to make
    of each digit; of what is no digit there are forty times as many. ``harder``: more 7s have bars, half of these low
    (``bits.add``), and everything leans more."""

    def __init__(self, arrays: Arrays, seed: int, count: int, drawings: int = DRAWINGS, harder: bool = False) -> None:
        self._seed, self._count, self._harder = seed, count, harder
        random = RandomState(seed)
        self._digits = {
            digit: Pool(images, np.full(len(images), digit, np.int64))
            for digit in range(10)
            for images in [_of(arrays, digit)]
        }
        outlines = [(outline, digit) for digit, several in DIGITS.items() for outline in several]
        # As many of each digit, and twice as many 3s and 7s, whatever the number of their outlines.
        images, labels = [], []
        for digit in (*range(10), 3, 7):
            own = [outline for outline, of in outlines if of == digit]
            images.append(drawn.images(random, own, drawings)[0])
            labels.append(np.full(drawings, digit, np.int64))
        self._drawn = Pool(np.concatenate(images), np.concatenate(labels))
        everything = np.concatenate([pool.images for pool in self._digits.values()])
        ours = np.concatenate([self._digits[3].images, self._digits[7].images])
        signs = [outline for several in LETTERS.values() for outline in several]
        nothing = [
            drawn.images(random, signs, 16 * drawings)[0],
            junk.scribbles(random, 4 * drawings),
            junk.lines_and_dots(random, 2 * drawings),
            junk.noise(random, 2 * drawings),
            junk.turned(random, ours, 5 * drawings),
            junk.paired(random, everything, 3 * drawings),
            junk.framed(random, everything, 8 * drawings),
        ]
        self._junk = Pool(np.concatenate(nothing), np.full(sum(map(len, nothing)), NO_DIGIT, np.int64))
        self._everything = everything

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        if number >= self._count:
            raise IndexError(number)
        random = RandomState([self._seed, number])
        parts = [self._digits[digit].some(random, OURS // 2) for digit in (3, 7)]
        others = [digit for digit in range(10) if digit not in (3, 7)]
        parts += [self._digits[digit].some(random, OTHERS // len(others)) for digit in others]
        parts = [bits.add(random, *part, low=self._harder) for part in parts]
        parts += [self._drawn.some(random, DRAWN), self._junk.some(random, JUNK)]
        images, labels = (np.concatenate(values) for values in zip(*parts, strict=True))
        generator = torch.Generator().manual_seed(random.randint(2**31))
        strength = torch.rand(len(images), generator=generator) * 0.9 + 0.3
        strength[torch.rand(len(images), generator=generator) < PLAIN] = 0.15
        seen = distort(torch.from_numpy(images).float() / 255, strength, generator, MUCH if self._harder else LITTLE)
        upside = junk.inverted(random, self._everything, CHUNK - len(images))
        seen = torch.cat([(seen * 255).round().to(torch.uint8), torch.from_numpy(upside)])
        known = torch.cat([torch.from_numpy(labels), torch.full((len(upside),), NO_DIGIT)])
        order = torch.randperm(CHUNK, generator=generator)
        return seen[order], known[order]


def _of(arrays: Arrays, digit: int) -> Images:
    prefix = "" if digit in (3, 7) else "other_"
    images: Images = arrays[f"{prefix}train_images"][arrays[f"{prefix}train_labels"] == digit]
    return images.reshape(len(images), 784)
