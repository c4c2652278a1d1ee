"""The question that a policy answers, in words made from its levers alone, so that it is true of whatever was changed."""

from collections.abc import Mapping

from lockgate.experiments.text.numbers import count, days, listed, percent
from lockgate.scenarios.reads import reads
from lockgate.sim.model.policy import LEVERS, Policy, Value

FOREVER_DAYS = 3650  # the longest that a lever can say
Levers = Mapping[str, Value]


def question(policy: Policy, reference: Policy, called: str = "") -> str:
    """What whoever decides asks of a policy; beside a reference that is more than open release, which is `called` so.

    >>> asked = {"case_by_case": True, "launch_partners": 20, "sign_offs": 0}
    >>> question(Policy("staged", asked), Policy("open"))
    'Ask every lab to hold each critical system with 20 partners for 14 days?'
    >>> question(Policy("open"), Policy("staged", asked), "staged")
    'Open every system to everyone on the day it is ready, rather than do as under staged?'
    """
    beside = f", rather than do as under {called or reference.name}" if acts(reference) else ""
    return f"{measure(policy)}{then(policy)}{beside}?"


def acts(policy: Policy) -> bool:
    """Whether a policy does anything beside open release."""
    steps = [(day, name) for day, step in policy.steps().items() for name, value in step.items() if value != LEVERS[name].default]
    return any(reads(policy, name, day) for day, name in steps)


def measure(policy: Policy) -> str:
    """What it does from day 0 on."""
    levers = {name: policy.steps()[0].get(name, lever.default) for name, lever in LEVERS.items()}
    if levers["prohibited"]:
        return "Prohibit that anybody, abroad or at home, releases a critical system"
    if limits(levers):
        return f"{who(levers)} {held(levers)}{also(levers)}"
    if levers["publish_weights"]:
        return f"Publish the weights of each critical system at once{also(levers)}"
    return f"Open every system to everyone on the day it is ready{also(levers)}"


def limits(levers: Levers) -> bool:
    """Whether something limits systems."""
    return bool(levers["lab_programme"] or levers["case_by_case"] or levers["framework"])


def who(levers: Levers) -> str:
    """Who is to limit systems, and by which force; the strongest counts."""
    every = levers["asks_all"] or levers["framework"] or levers["programme_all"]
    labs = "every lab" if every else "the covered lab"
    if levers["framework"] and float(levers["mandatory"]) == 1.0:
        return "Require every lab by law to"
    if levers["framework"]:
        force = f"with {percent(float(levers['mandatory']))} of the force of law" if levers["mandatory"] else "under a voluntary framework"
        return f"Ask every lab, {force}, to"
    if levers["lab_programme"]:
        return "Bind every lab to" if levers["programme_all"] else "Let the covered lab by itself"
    return f"Ask {labs} to"


def held(levers: Levers) -> str:
    """What is done with a limited system, with whom, and for how long."""
    system = "systems ahead of open weights" if levers["relative_threshold"] else "each critical system"
    if int(levers["guarded_after_days"]) == 0:
        full = "the full one to vetted organisations" if levers["vetted_places"] else "the full one to nobody"
        return f"open a guarded version of {system} to everyone at once, and {full}"
    whom = f" with {listed(partners(levers))}" if partners(levers) else " back from everyone"
    return f"hold {system}{whom} {until(levers)}"


def partners(levers: Levers) -> list[str]:
    """Who has a limited system meanwhile."""
    places = int(levers["launch_partners"])
    found = [count(places, "partner")] if places else []
    if not levers["approvals"]:
        return [f"{each}, no others than domestic and allied ones," for each in found] if not levers["others_eligible"] else found
    return ["approved partners, the most critical first,"] if levers["by_criticality"] else ["approved partners"]


def until(levers: Levers) -> str:
    """How long a limited system is held."""
    guarded = int(levers["guarded_after_days"])
    if guarded < FOREVER_DAYS:
        return f"for {days(float(guarded))}, and then open a guarded version"
    if not levers["public_release"]:
        return "for good"
    waits = []
    if levers["case_by_case"] or levers["framework"]:
        if levers["sign_offs"]:
            waits.append(f"{int(levers['sign_offs'])} of {count(int(levers['agencies']), 'agency', 'agencies')} have tested it")
        if levers["refusal_needed"]:
            waits.append(f"it refuses {percent(float(levers['refusal_needed']))} of misuse")
    preview = f"for {days(float(levers['preview_days']))}" if levers["preview_days"] else ""
    told = listed([each for each in (preview, f"until {listed(waits)}" if waits else "") if each]) or "for no time"
    longest = int(levers["longest_wait_days"])
    return f"{told}, {days(float(longest))} at most" if waits and longest < FOREVER_DAYS else told


def also(levers: Levers) -> str:
    """What else holds from day 0 on."""
    more = []
    if levers["coordinated_hold"]:
        more.append(f"have open weights held back for {days(float(levers['hold_days']))} too")
    if levers["revocation"]:
        more.append("let the government take a system away for a cause")
    return "".join(f", and {each}" for each in more)


def then(policy: Policy) -> str:
    """What the timeline changes: what is new, by the day of its first step."""
    steps = {day: step for day, step in policy.steps().items() if day > 0}
    if not steps:
        return ""
    first = min(steps)
    if steps[first].get("directive"):
        return f", and take it away by directive on day {first}"
    more = "" if len(steps) == 1 else f", and more on day {listed([str(day) for day in sorted(steps)[1:]])}"
    new = {name: policy.steps()[0].get(name, lever.default) for name, lever in LEVERS.items()} | steps[first]
    what = f"{who(new)} do so" if limits(new) and steps[first].keys() & {"lab_programme", "case_by_case", "framework"} else "change that"
    return f"; from day {first} on {what[:1].lower()}{what[1:]}{more}"
