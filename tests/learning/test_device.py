import pytest
import torch

from app.learning.device import DeviceUnavailable, choose, describe


def test_auto_is_the_fastest_that_is_there() -> None:
    best = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose("auto").type == best


def test_the_cpu_is_always_there_and_has_a_name() -> None:
    assert choose("cpu") == torch.device("cpu")
    assert describe(torch.device("cpu"))


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_missing_is_said_plainly(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceUnavailable, match=f"no {name.upper()} device .*: choose auto or cpu"):
        choose(name)  # type: ignore[arg-type]
