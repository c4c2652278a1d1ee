"""A code base, an organisation's own or the common pool: one day of finding, fixing, and new code."""

from sim.formulas.time import mean_passed_on, passed_on
from sim.rule import rule


@rule
def pass_code_day(code, search, kept, mean, rate, known_kept, known_mean, new_code_chance):
    """Solve the day exactly for hazards of finding (`search`) and fixing (`rate`), both constant today; new code comes overnight.

    `kept` and `known_kept` are exp(-hazard) of both, `mean` and `known_mean` their means over the day. Gives the shares of the
    code's flaws that were found and that were fixed today.
    """
    latent, known = code.latent, code.known
    code.exposed = latent * (mean + mean_passed_on(search, rate, mean, known_mean)) + known * known_mean
    code.latent = latent * kept
    code.known = latent * passed_on(search, rate, kept, known_kept) + known * known_kept
    found = latent - code.latent
    fixed = max(0.0, known + found - code.known)
    new = (code.patched + fixed) * new_code_chance
    code.latent += new
    code.patched += fixed - new
    return found, fixed
