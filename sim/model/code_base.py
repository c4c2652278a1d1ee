"""Code bases, organisations' own and the common pool: days of finding, fixing, and new code."""

from typing import Annotated

from lockgate.sim.model.formulas.time import mean_passed_on, passed_on
from lockgate.sim.rules.row import PerDay, Row, Share
from lockgate.sim.rules.rule import rule


class CodeBase(Row):
    """Code with flaws in it."""

    latent: Annotated[Share, "of its flaws that no defender knows"] = 1.0
    known: Annotated[Share, "of its flaws found and not fixed"] = 0.0
    patched: Annotated[Share, "of its flaws fixed"] = 0.0
    exposed: Annotated[Share, "of its flaws latent or known, mean over today"] = 1.0
    paced_at: Annotated[PerDay, "hazard of finding for which the next three hold"] = -1.0
    latent_kept: Annotated[Share, "of latent flaws that are so a day later"] = 1.0
    latent_known: Annotated[Share, "of latent flaws that are found and not fixed a day later"] = 0.0
    latent_exposed: Annotated[Share, "of latent flaws that are not fixed, mean over the day"] = 1.0


@rule
def set_pace(code, search, kept, mean, rate, known_kept, known_mean):
    """Work out what a day does at these hazards of finding (`search`) and fixing (`rate`).

    `kept` and `known_kept` are exp(-hazard) of both, `mean` and `known_mean` their means over the day.
    """
    code.paced_at = search
    code.latent_kept = kept
    code.latent_known = passed_on(search, rate, kept, known_kept)
    code.latent_exposed = mean + mean_passed_on(search, rate, mean, known_mean)


@rule
def pass_code_day(code, known_kept, known_mean, new_code_chance):
    """Solve the day exactly for the hazards of its pace; new code comes overnight.

    Gives the shares of the code's flaws that were found and that were fixed today.
    """
    latent, known = code.latent, code.known
    code.exposed = latent * code.latent_exposed + known * known_mean
    code.latent = latent * code.latent_kept
    code.known = latent * code.latent_known + known * known_kept
    found = latent - code.latent
    fixed = max(0.0, known + found - code.known)
    new = (code.patched + fixed) * new_code_chance
    code.latent += new
    code.patched += fixed - new
    return found, fixed


@rule
def maintain_code(world, day):
    """Every organisation finds and fixes flaws of its own code, with the best system that it may use."""
    renew_paces(world)
    common, new_code = world.params.common_share, world.constants.new_code_chance
    pooled = common * world.pool.exposed
    # Numbers of one row only, no branch and no call: the compiler takes eight organisations at a time.
    for row in range(len(world.partners)):
        partner = world.partners[row]
        found, fixed = pass_code_day(partner, partner.patch_kept, partner.patch_mean, new_code)
        partner.attack_surface = (1.0 - common) * partner.exposed + pooled
        partner.found += found
        partner.fixed += fixed


@rule
def renew_paces(world):
    """Where an organisation searches otherwise than it did yesterday, its pace is worked out again."""
    today = world.today
    early, others = today.partner_search, today.search
    stale = 0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        stale += partner.paced_at != (early if partner.searches_early else others)
    if stale == 0:
        return
    for row in range(len(world.partners)):
        p = world.partners[row]
        if p.searches_early and p.paced_at != today.partner_search:
            kept, mean = today.partner_search_kept, today.partner_search_mean
            set_pace(p, today.partner_search, kept, mean, p.patch_rate, p.patch_kept, p.patch_mean)
        elif not p.searches_early and p.paced_at != today.search:
            set_pace(p, today.search, today.search_kept, today.search_mean, p.patch_rate, p.patch_kept, p.patch_mean)
