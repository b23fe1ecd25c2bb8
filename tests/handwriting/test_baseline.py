import numpy as np
import pytest

from app.handwriting.baseline import Baseline


@pytest.fixture(scope="module")
def baseline(mnist):
    images, labels = mnist["train_images"].reshape(-1, 784) / 255, mnist["train_labels"]
    return Baseline(images[labels == 3].mean(axis=0), images[labels == 7].mean(axis=0))


def test_reads_the_validation_images_as_well_as_the_chapter(mnist, baseline):
    verdicts = [baseline.read(image.ravel()).verdict for image in mnist["valid_images"]]
    right = np.array(verdicts).astype(int) == mnist["valid_labels"]
    assert right.mean() == pytest.approx(0.9514, abs=1e-4)


def test_distances_are_mean_absolute_differences_of_fractions(mnist, baseline):
    image = mnist["valid_images"][0].ravel()
    near = baseline.read(image)
    assert near.distance_3 == pytest.approx(np.abs(image / 255 - baseline.mean_3).mean(), abs=1e-6)
    assert near.distance_7 == pytest.approx(np.abs(image / 255 - baseline.mean_7).mean(), abs=1e-6)


def test_the_shipped_means_are_those_of_the_training_images(baseline, reader):
    assert np.allclose(reader.baseline.mean_3.ravel(), baseline.mean_3, atol=1e-6)
    assert np.allclose(reader.baseline.mean_7.ravel(), baseline.mean_7, atol=1e-6)
