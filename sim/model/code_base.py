"""Code bases, organisations' own and the common pool: days of finding, fixing, and new code."""

from typing import Annotated

from lockgate.sim.model.formulas.time import mean_passed_on, passed_on
from lockgate.sim.rules.row import PerDay, Row, Share
from lockgate.sim.rules.rule import rule

LEAST = 1e-300  # a share to divide by, where there is none


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
def pass_code_day(code, known_kept, known_mean, new_code_chance, capacity):
    """Solve the day exactly for the hazards of its pace; new code comes overnight.

    Where the fixes would be more than the `capacity` of a day, that share of the flaws is worked on that makes them as many, and the
    others wait: what is fixed is the smaller of the two, which differs from an outflow that never exceeds `capacity` by at most a
    tenth of it, on the day on which the backlog ends.

    Gives the shares of the code's flaws that were found and that were fixed today, and the share of them that waited.
    """
    latent, known = code.latent, code.known
    exposed = latent * code.latent_exposed + known * known_mean
    code.latent = latent * code.latent_kept
    code.known = latent * code.latent_known + known * known_kept
    found = latent - code.latent
    fixable = max(0.0, known + found - code.known)
    fixed = min(fixable, capacity)
    waited = (fixable - fixed) / max(fixable, LEAST)
    code.exposed = exposed + waited * (latent + known - exposed)
    code.known += fixable - fixed
    new = (code.patched + fixed) * new_code_chance
    code.latent += new
    code.patched += fixed - new
    return found, fixed, waited


@rule
def maintain_code(world, day):
    """Every organisation finds and fixes flaws of its own code, with the best system that it may use, and installs the pool's fixes."""
    renew_paces(world)
    common, capacity = world.params.common_share, world.constants.fix_capacity
    new_code, replaced = world.constants.new_code_chance, 1.0 - world.constants.new_code_chance
    still_new, still_new_mean, sooner = world.constants.disclosed_kept, world.constants.disclosed_mean, world.params.nday_factor - 1.0
    pooled, released = common * world.pool.exposed, world.pool.released
    if not world.params.install_on:
        released = 0.0
    # Numbers of one row only, no branch and no call: the compiler takes eight organisations at a time.
    for row in range(len(world.partners)):
        partner = world.partners[row]
        opened = partner.latent * partner.latent_known
        found, fixed, waited = pass_code_day(partner, partner.patch_kept, partner.patch_mean, new_code, capacity)
        opened += waited * (found - opened)
        uninstalled = install(partner, released, waited, replaced)
        disclosed = disclose(partner, common * released, (1.0 - common) * opened, waited, still_new, still_new_mean)
        partner.attack_surface = (1.0 - common) * partner.exposed + pooled + common * uninstalled + sooner * disclosed
        partner.found += found
        partner.fixed += fixed


@rule
def install(partner, released, waited, replaced):
    """Install the pool's fixes that were `released` overnight and those left over; gives what is missing, mean over the day.

    An organisation installs at the rate at which it fixes its own code; what `waited` there waits here as well. New code takes
    the place of some of it: a share `replaced` stays.
    """
    missing = partner.uninstalled + released
    partner.uninstalled = missing * (partner.patch_kept + waited * (1.0 - partner.patch_kept)) * replaced
    return missing * (partner.patch_mean + waited * (1.0 - partner.patch_mean))


@rule
def disclose(partner, released, opened, waited, still_new, still_new_mean):
    """Flaws with a public fix that is new and not installed: the pool's, and its own that were `opened` today and are public tonight.

    Gives their share of what an attack meets, mean over the day.
    """
    disclosed = partner.disclosed + released
    partner.disclosed = disclosed * still_new * (partner.patch_kept + waited * (1.0 - partner.patch_kept)) + opened
    return disclosed * (partner.disclosed_mean + waited * (still_new_mean - partner.disclosed_mean))


@rule
def renew_paces(world):
    """Where an organisation searches otherwise than it did yesterday, its pace is worked out again."""
    today = world.today
    early, others, idle = today.partner_search, today.search, today.idle_search
    stale = 0
    for row in range(len(world.partners)):
        partner = world.partners[row]
        stale += partner.paced_at != (early if partner.searches_early else (others if partner.interested else idle))
    if stale == 0:
        return
    for row in range(len(world.partners)):
        p = world.partners[row]
        if p.searches_early and p.paced_at != early:
            set_pace(p, early, today.partner_search_kept, today.partner_search_mean, p.patch_rate, p.patch_kept, p.patch_mean)
        elif not p.searches_early and p.interested and p.paced_at != others:
            set_pace(p, others, today.search_kept, today.search_mean, p.patch_rate, p.patch_kept, p.patch_mean)
        elif not p.interested and p.paced_at != idle:
            set_pace(p, idle, today.idle_search_kept, today.idle_search_mean, p.patch_rate, p.patch_kept, p.patch_mean)
