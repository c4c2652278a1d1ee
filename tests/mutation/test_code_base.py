"""A day of code: the exact solution, nothing lost, and the limits."""

import math

from sim.code_base import pass_code_day
from sim.formulas.time import mean_kept, mean_passed_on, passed_on
from sim.world import Pool
from tests.mutation.worlds import near


def test_a_day_is_the_exact_solution() -> None:
    search, rate, new_code = 0.3, 0.8, 0.25
    kept, known_kept, mean, known_mean = math.exp(-search), math.exp(-rate), mean_kept(search), mean_kept(rate)
    code = Pool(latent=0.5, known=0.2, patched=0.3)
    found, fixed = pass_code_day(code, search, kept, mean, rate, known_kept, known_mean, new_code)
    second = passed_on(search, rate, kept, known_kept)
    known = 0.5 * second + 0.2 * known_kept
    assert near(code.exposed, 0.5 * (mean + mean_passed_on(search, rate, mean, known_mean)) + 0.2 * known_mean)
    assert near(found, 0.5 * (1.0 - kept))
    assert near(fixed, 0.2 + found - known)
    assert near(code.known, known)
    assert near(code.latent, 0.5 * kept + 0.25 * (0.3 + fixed))
    assert near(code.patched, 0.75 * (0.3 + fixed))
    assert near(code.latent + code.known + code.patched, 1.0)


def test_nothing_is_unfixed_by_rounding() -> None:
    code = Pool(latent=1.0, known=0.1, patched=0.0)
    # Given values that cannot both be: what is known grows by more than was found. Nothing counts as fixed then, and nothing is taken back.
    _, fixed = pass_code_day(code, 1.0, 0.9, 1.0, 2.0, 0.0, 1.0, 0.5)
    assert (fixed, code.patched) == (0.0, 0.0)


def test_without_search_and_patching_nothing_moves() -> None:
    code = Pool(latent=0.6, known=0.4)
    assert pass_code_day(code, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.5) == (0.0, 0.0)
    assert (code.latent, code.known, code.patched, code.exposed) == (0.6, 0.4, 0.0, 1.0)
