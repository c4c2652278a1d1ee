"""What a policy does, in words made from its levers and its timeline alone, so that they are true of whatever was changed."""

from collections.abc import Iterator, Mapping

from lockgate.experiments.text.numbers import count, days, listed, number, percent
from lockgate.sim.model.policy import LEVERS, Policy, Value

FOREVER_DAYS = 3650  # the longest that a lever can say
Levers = Mapping[str, Value]


def described(policy: Policy) -> str:
    """What a policy does, from day 0 on and after each step of its timeline.

    >>> described(Policy("open"))
    'Every system goes to everyone on the day it is ready.'
    >>> described(Policy("limited", {"lab_programme": True, "launch_partners": 50, "preview_days": 30}))
    'The covered lab limits its covered systems by itself. 50 partners have them at once. Everyone gets them after 30 days.'
    """
    steps = policy.steps()
    levers = {name: steps[0].get(name, lever.default) for name, lever in LEVERS.items()}
    told = [*first_day(levers)]
    for day in sorted(steps)[1:]:
        before, levers = levers, {**lasting(levers), **steps[day]}
        told += later_day(day, before, levers)
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in told)


def lasting(levers: Levers) -> Levers:
    """Levers without orders, which act on their day alone."""
    return {name: LEVERS[name].default if LEVERS[name].once else value for name, value in levers.items()}


def first_day(levers: Levers) -> Iterator[str]:
    """What holds from day 0 on."""
    who = list(limiting(levers))
    if levers["prohibited"]:
        yield "no lab, abroad or at home, releases a covered system, and all obey"
    elif levers["publish_weights"]:
        yield "the covered lab publishes the weights of its covered systems on the day they are ready"
    yield from who
    if who:
        yield from conditions(levers)
    elif not (levers["prohibited"] or levers["publish_weights"]):
        yield "every system goes to everyone on the day it is ready"
    yield from (f"it covers {what}" for what in coverage(levers))
    yield from orders(levers)
    if levers["coordinated_hold"]:
        yield f"the open-weight labs' government holds covered weights back for {days(float(levers['hold_days']))}"


def limiting(levers: Levers) -> Iterator[str]:
    """Who limits covered systems, and on whose word."""
    if levers["lab_programme"]:
        bound = ", and the law binds every other lab to do the same" if levers["programme_all"] else ""
        yield f"the covered lab limits its covered systems by itself{bound}"
    if levers["case_by_case"]:
        yield f"the government asks {'every lab' if levers['asks_all'] else 'the covered lab alone'} to limit each covered system"
    if levers["framework"]:
        yield f"a {framework(levers)} for every lab follows once the political delay is over"


def framework(levers: Levers) -> str:
    """A framework by its force."""
    force = float(levers["mandatory"])
    return {0.0: "voluntary framework", 1.0: "legal duty"}.get(force, f"framework with {percent(force)} of the force of law")


def conditions(levers: Levers) -> Iterator[str]:
    """Who has a limited system, and when everyone gets it."""
    yield partners(levers)
    yield from guarded(levers)
    yield from release(levers)


def partners(levers: Levers) -> str:
    """Who has a limited system at once, and who later."""
    parts = []
    if levers["launch_partners"]:
        parts.append(f"{count(int(levers['launch_partners']), 'partner')} have them at once")
    places = levers["launch_partners"] or levers["approvals"] or levers["vetted_places"]
    if levers["wave_partners"] and places:
        parts.append(f"{int(levers['wave_partners']):,} more after each {days(float(levers['wave_days']))}")
    if levers["approvals"]:
        order = ", the most critical first" if levers["by_criticality"] else ""
        parts.append(f"up to {int(levers['partners_max']):,} are approved customer by customer by {reviewers(levers)}{order}")
    told = listed(parts) if parts else "nobody has them meanwhile"
    left_out = [name for lever, name in (("allied_eligible", "allied"), ("others_eligible", "other foreign")) if not levers[lever]]
    return told + (f"; {listed(left_out)} organisations may not" if left_out and places else "")


def reviewers(levers: Levers) -> str:
    """The people who review applications."""
    return count(int(levers["reviewers"]), "reviewer")


def guarded(levers: Levers) -> Iterator[str]:
    """The guarded configuration, and who gets the full one behind it."""
    after = int(levers["guarded_after_days"])
    if after >= FOREVER_DAYS:
        return
    when = "at once" if after == 0 else f"{days(float(after))} after they were limited"
    stops = f"which stops {percent(float(levers['guard']))} of the misuse that gets through"
    yield f"everyone gets a guarded configuration of them {when}, {stops}"
    if levers["vetted_places"]:
        refused = f", which refuses {percent(float(levers['vetting_refused']))}" if levers["vetting_refused"] else ""
        vetted = f"{int(levers['vetted_places']):,} organisations may have the full ones after vetting by {reviewers(levers)}"
        yield vetted + refused
    if levers["monitored"]:
        yield f"the lab sees {percent(float(levers['monitored']))} of the misuse of restricted access, and ends that access"


def release(levers: Levers) -> Iterator[str]:
    """When everyone gets a limited system, and for what that waits."""
    if not levers["public_release"]:
        yield "they never go to everyone" if int(levers["guarded_after_days"]) >= FOREVER_DAYS else "the full ones never go to everyone"
        return
    tests = levers["case_by_case"] or levers["framework"]
    waits = list(waiting(levers)) if tests else []
    preview = int(levers["preview_days"])
    after = [f"after {days(float(preview))}"] if preview else []
    longest = f", {days(float(levers['longest_wait_days']))} at the longest" if waits and levers["longest_wait_days"] < FOREVER_DAYS else ""
    yield f"everyone gets them {listed([*after, *(f'once {wait}' for wait in waits)]) or 'at once'}{longest}"
    if levers["extension_days"]:
        trigger = count(int(levers["trigger_incidents"]), "attributed incident")
        yield f"a bypass, a leak or {trigger} adds {days(float(levers['extension_days']))}"


def waiting(levers: Levers) -> Iterator[str]:
    """What a release waits for."""
    if levers["sign_offs"]:
        yield f"{int(levers['sign_offs'])} of {count(int(levers['agencies']), 'agency', 'agencies')} have signed them off"
    if levers["refusal_needed"]:
        yield f"they are measured to refuse {percent(float(levers['refusal_needed']))} of misuse"


def coverage(levers: Levers) -> Iterator[str]:
    """Which systems are covered, where these are not those of critical capability."""
    threshold = float(levers["threshold_months"])
    if levers["relative_threshold"]:
        yield f"systems {number(threshold, 1)} months or more ahead of the best open weights; what these catch up with is free"
    elif threshold:
        yield f"systems from {number(abs(threshold), 1)} months {'beyond' if threshold > 0 else 'short of'} the critical level on"


def orders(levers: Levers) -> Iterator[str]:
    """Directives for a cause."""
    if levers["revocation"]:
        whose = "any lab" if levers["directives_any_lab"] else "the covered lab"
        trigger = count(int(levers["trigger_incidents"]), "attributed incident")
        yield f"a public bypass or {trigger} in 30 days sets off a directive that takes a system of {whose} away {gone(levers)}"


def gone(levers: Levers) -> str:
    """For how long a directive takes a system away, and from whom."""
    dark, partly = int(levers["dark_days"]), int(levers["partial_restoration_days"])
    told = f"for {days(float(dark))}" if dark < FOREVER_DAYS else "until it is restored"
    if levers["directive_spares_domestic"]:
        return f"from foreign organisations {told}"
    return told + (f", from domestic organisations for {days(float(partly))}" if partly < dark else "")


def later_day(day: int, before: Levers, levers: Levers) -> Iterator[str]:
    """What a step changes: orders, what is new, and, where nothing takes its place, what is over."""
    if levers["directive"]:
        yield f"on day {day} a directive takes the covered lab's covered systems away {gone(levers)}"
    if levers["restore"]:
        yield f"on day {day} what was taken away comes back"
    then, now = list(first_day(before)), list(first_day(levers))
    new, over = [said for said in now if said not in then], [said for said in then if said not in now]
    if new or over:
        yield f"from day {day} on {'; '.join(new) if new else 'it is over that ' + '; '.join(over)}"
