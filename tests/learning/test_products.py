import pytest
import torch

from app.learning.products import by_blas, by_onednn, fastest

CPU = torch.device("cpu")
WITH_ONEDNN = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this PyTorch has no oneDNN")


@pytest.mark.parametrize("product", [by_blas, pytest.param(by_onednn, marks=WITH_ONEDNN)])
@pytest.mark.parametrize(("n", "k", "m"), [(1, 641, 256), (30, 641, 256), (960, 641, 88), (7, 3, 1)])
def test_a_by_b_transposed(product, n: int, k: int, m: int) -> None:
    a, b = torch.rand(n, k), torch.rand(m, k)
    expected = (a.double() @ b.double().t()).float()
    torch.testing.assert_close(product(a, b), expected, rtol=1e-5, atol=0)
    torch.testing.assert_close(product(a, b.t().contiguous().t()), expected, rtol=1e-5, atol=0)
    assert torch.equal(product(a, b), product(a, b))


def test_what_is_not_a_number_stays_in_its_row() -> None:
    a = torch.ones(4, 641)
    a[1, 5] = torch.nan
    product = fastest(CPU)(a, torch.ones(256, 641))
    assert product.isnan().any(1).tolist() == [False, True, False, False]


def test_without_onednn_or_wide_instructions_there_is_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fastest(torch.device("meta")) is by_blas
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    assert fastest(CPU) is by_blas
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")

    def missing(*_: object) -> torch.Tensor:
        raise RuntimeError("Couldn't find an operator")

    monkeypatch.setattr("app.learning.products.by_onednn", missing)
    assert fastest(CPU) is by_blas
    assert by_onednn is not by_blas
