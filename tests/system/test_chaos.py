"""Exactly once, whatever dies; see docs/reliability.md. `script/chaos --minutes N` runs long."""
import random

import pytest

from chaos.run import chaos

SECONDS = 12.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, None], ids=["fixed", "random"])
def test_orders_happen_exactly_once_whatever_dies(box, seed):
    seed = random.randrange(10**6) if seed is None else seed
    report = chaos(box, seed, SECONDS, print)
    print(report.summary())
    if report.violations:
        pytest.fail(report.text(), pytrace=False)
    assert report.figures["orders"] and report.figures["kills of the server"] + report.figures["kills of agents"]
