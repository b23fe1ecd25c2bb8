import numpy as np
import pytest

from app.handwriting import ink, placing


@pytest.mark.parametrize(("wide", "high", "line"), [(100, 100, 10), (20, 30, 3), (300, 60, 20), (9, 9, 2)])
def test_a_frame_of_any_size_is_placed_like_mnists_digits(wide, high, line):
    sheet = np.zeros((high + 40, wide + 70), np.float32)
    sheet[10 : 10 + high, 50 : 50 + wide] = 1
    sheet[10 + line : 10 + high - line, 50 + line : 50 + wide - line] = 0
    image = placing.place(sheet)
    assert np.abs(ink.centre_of_mass(image) - 14).max() < 0.1
    longer = max(np.ptp(np.flatnonzero((image > 20).any(axis=axis))) + 1 for axis in (0, 1))
    assert abs(longer - 20) <= 1


@pytest.mark.parametrize("line", [1, 2, 6, 20, 60])
def test_lines_come_out_as_thick_as_mnists(line):
    sheet = np.zeros((220, 220), np.float32)
    sheet[10:210, 100 - line // 2 : 101 + line // 2] = 1
    assert 1.4 < ink.thickness(placing.place(sheet)) < 4


def test_a_single_pixel_and_faint_ink_are_placed_too():
    dot = np.zeros((50, 50), np.float32)
    dot[3, 40] = 1
    assert placing.place(dot).any()
    assert placing.place(dot * np.float32(0.1)).any()
