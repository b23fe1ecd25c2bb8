"""What the charts draw of many points, and what they must never lose of them."""

from typing import Any

import pytest
from playwright.sync_api import Page


@pytest.fixture
def modules(page: Page) -> Page:
    page.goto("/runs")
    return page


def picked(page: Page, spike_at: int, points: int, buckets: int, wanted: list[int]) -> list[int]:
    indices: list[int] = page.evaluate(
        """async ([spikeAt, points, buckets, wanted]) => {
          const { pick } = await import("/static/js/plot/buckets.js");
          const values = new Float64Array(points).map((_, i) => Math.sin(i));
          values[spikeAt] = 1e6;
          values[spikeAt + 1] = -1e6;
          return pick(values, 0, points, buckets, wanted);
        }""",
        [spike_at, points, buckets, wanted],
    )
    return indices


@pytest.mark.parametrize("spike_at", [0, 1, 4_999, 77_777, 99_998])
def test_a_spike_of_one_step_is_always_drawn(modules: Page, spike_at: int) -> None:
    indices = picked(modules, spike_at, 100_000, 500, [])
    assert {spike_at, spike_at + 1, 0, 99_999} <= set(indices)
    assert indices == sorted(set(indices))
    assert len(indices) <= 4 * 500


def test_the_steps_at_which_epochs_end_are_always_drawn(modules: Page) -> None:
    ends = [123, 4_567, 4_568, 98_765]
    assert set(ends) <= set(picked(modules, 50_000, 100_000, 500, ends))


def test_few_points_are_all_drawn(modules: Page) -> None:
    assert picked(modules, 5, 800, 500, []) == list(range(800))


def test_steps_without_a_number_leave_a_gap_and_no_point(modules: Page) -> None:
    indices = modules.evaluate(
        """async () => {
          const { pick } = await import("/static/js/plot/buckets.js");
          const values = new Float64Array(10_000).fill(NaN);
          values[4321] = 1;
          return pick(values, 0, values.length, 100);
        }"""
    )
    assert 4321 in indices


def test_smoothing_begins_at_the_first_value_and_passes_over_gaps(modules: Page) -> None:
    smoothed: list[Any] = modules.evaluate(
        """async () => {
          const { Column } = await import("/static/js/run/column.js");
          const { Smoothed } = await import("/static/js/plot/smoothing.js");
          const raw = new Column();
          const smoothed = new Smoothed(raw);
          smoothed.setWeight(0.5);
          raw.append([8, null]);
          smoothed.follow();
          raw.append([2]);
          smoothed.follow();
          return Array.from(smoothed.column.view);
        }"""
    )
    assert smoothed == pytest.approx([8, 8, 4])  # (8 · 0.25 + 2 · 0.5) / 0.75


def test_a_million_steps_with_a_thousand_epochs_still_fit_the_width(modules: Page) -> None:
    drawn = modules.evaluate(
        """async () => {
          const { RunStore } = await import("/static/js/run/run-store.js");
          const { points } = await import("/static/js/plot/chart-content.js");
          const { lossContent } = await import("/static/js/run/run-measures.js");
          const store = new RunStore();
          const steps = Array.from({ length: 1000 }, (_, i) => i + 1);
          for (let epoch = 0; epoch < 1000; epoch++) {
            const step = steps.map((i) => epoch * 1000 + i);
            const loss = step.map((i) => 1 / i);
            const columns = { loss, accuracy: loss, learning_rate: loss, gradient_norm: loss, milliseconds: step };
            store.apply({ type: "Steps", step, ...columns });
            const confusion = [[1, 1], [1, 1]];
            store.apply({ type: "EpochEnded", epoch: epoch + 1, step: step[999], valid_loss: 0.1, confusion });
          }
          const content = lossContent(store, () => store.metrics);
          const { picked, data } = points(content, { min: 0, max: 1e6 }, 600);
          const epochs = data[3].filter((value) => value !== null).length;
          return { picked: picked.length, epochs, last: data[0].at(-1) };
        }"""
    )
    assert drawn["picked"] <= 4 * 600 + 1000
    assert drawn["epochs"] == 1000
    assert drawn["last"] == 1_000_000
