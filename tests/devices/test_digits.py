"""The inference engine of examples/memristive_digits.py, and what docs/devices.md says of it."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent.parent
spec = importlib.util.spec_from_file_location("memristive_digits", ROOT / "examples" / "memristive_digits.py")
digits = importlib.util.module_from_spec(spec)
spec.loader.exec_module(digits)


@pytest.fixture(scope="module")
def runs():
    return json.loads(digits.RESULTS.read_text())["runs"]


@pytest.mark.parametrize("levels", [16, "binary"])
def test_a_short_lesson_is_enough_to_be_far_above_chance(levels):
    """300 images shown once; three quarters of those never seen are right, and one in ten would be by chance."""
    pytest.importorskip("sklearn")
    found = digits.experiment(levels, training=300, epochs=1)
    assert found["tested"] == 1497
    assert found["correct"] > 0.6 * found["tested"]
    assert found["energy_uj"] == pytest.approx(1e-6 * (0.1 * found["reads"] + 10.0 * (found["sets"] + found["resets"])))


def test_nothing_is_known_before_learning():
    """Without images to learn from, weights are noise: labels alone carry less than learning does."""
    pytest.importorskip("sklearn")
    pixels, labels = digits.images(1)
    rng = np.random.default_rng(1)
    weights = rng.uniform(0.0, 1.0, (digits.PIXELS, digits.NEURONS))
    shuffled = rng.permutation(labels[:300])
    known = digits.answers(weights, np.zeros(digits.NEURONS), pixels[:300], 1)
    shares = np.array([known[shuffled == c].mean(axis=0) for c in range(10)])
    votes = digits.answers(weights, np.zeros(digits.NEURONS), pixels[300:600], 2) @ (shares / shares.sum(axis=0).clip(1e-9)).T
    assert np.mean(np.argmax(votes, axis=1) == labels[300:600]) < 0.25


def test_stochastic_switching_and_more_levels_help_and_mismatch_does_little_harm(runs):
    def mean(levels, mismatch=0.0):
        return digits.of(runs, levels, mismatch).mean()

    assert mean(2) < mean("binary") < mean(3) < mean(4) < mean(16)
    for levels in (16, "binary"):
        assert 0.0 < mean(levels) - mean(levels, 0.3) < 2.0


def test_sweep_is_whole(runs):
    assert [(r["levels"], r["mismatch"], r["seed"]) for r in runs] == digits.cases()
    assert all(r["tested"] == 597 for r in runs)


def test_page_shows_the_table_of_the_sweep(runs):
    assert digits.table(runs) in (ROOT / "docs" / "devices.md").read_text()
