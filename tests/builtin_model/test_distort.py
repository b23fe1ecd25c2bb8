import numpy as np
import torch

from app.data import embedded
from app.handwriting import ink
from scripts.builtin_model.distort import distort

IMAGES = torch.from_numpy(embedded()["train_images"][:200].reshape(-1, 784)).float() / 255


def distorted(strength, seed=0):
    return distort(IMAGES, torch.full((len(IMAGES),), strength), torch.Generator().manual_seed(seed))


def test_what_was_distorted_lies_as_the_product_places_it():
    images = distorted(1.0).numpy().reshape(-1, 28, 28)
    off = np.array([np.abs(ink.centre_of_mass(image) - ink.CENTRE).max() for image in images])
    assert np.median(off) < 0.6
    assert off.max() < 2
    lit = images >= 0.5 * images.max(axis=(1, 2), keepdims=True)
    longer = [max(np.ptp(np.flatnonzero(one.any(axis=axis))) + 1 for axis in (0, 1)) for one in lit]
    assert 17 <= np.median(longer) <= 21


def test_without_strength_an_image_stays_nearly_what_it_is():
    change = (distorted(0.0) - IMAGES).abs().mean(dim=1)
    assert change.median() < 0.06
    assert (distorted(1.0) - IMAGES).abs().mean() > 1.5 * change.mean()


def test_the_same_seed_distorts_alike_and_another_otherwise():
    assert torch.equal(distorted(1.0), distorted(1.0))
    assert not torch.equal(distorted(1.0), distorted(1.0, seed=1))


def test_what_has_no_ink_stays_so():
    assert not distort(torch.zeros(3, 784), torch.ones(3), torch.Generator().manual_seed(0)).any()
