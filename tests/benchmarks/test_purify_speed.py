import pytest

from nirecap.benchmarks.purify_speed import BASE, measure


@pytest.mark.parametrize("name", [BASE, "tiny bf16"])
def test_cost_of_a_pair(name: str) -> None:
    cost = measure(name, 64, 48, 1)
    assert 0 < cost.seconds < 60
    assert 0 < cost.processor < 60
    assert 0.05 < cost.gib < 64
    assert 0.01 < cost.gflop < 10
    assert cost.share > 0
