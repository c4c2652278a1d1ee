"""Organisations: how they find flaws, fix them, apply for access, and leak it."""

from sim.parameters.parameter import LogNormal, Parameter, Triangular, Uniform

DEFENCE = (
    Parameter("common_share", 0.3, "share", (0, 1), "D", "Share of an organisation's exposure that lies in the common pool of open-source code.",
              "judgement", Uniform(0.1, 0.5)),
    Parameter("search_days", 90.0, "days", (0.1, 100_000), "D", "Mean days in which a defender with a system of critical capability finds a flaw.",
              "Glasswing: over 10,000 high or critical flaws in a month at about 50 organisations", LogNormal(90, 40, 200)),
    Parameter("search_doubling_months", 6.0, "months", (0.001, 1e9), "D", "Months of capability that double the speed of search.",
              "close to the horizon-doubling time", Triangular(4, 6, 12)),
    Parameter("patch_shape", 0.632, "Weibull shape", (0.05, 1), "C", "Shape k of the population's patch curve.",
              "fit to known-exploited vulnerabilities 2025: S(7) = .63, S(28) = .35 (Qualys, Verizon DBIR 2026)"),
    Parameter("patch_tau_days", 19.6, "days", (0.01, 100_000), "C", "Scale tau of the population's patch curve.", "the same fit", Triangular(14, 19.6, 40)),
    Parameter("never_patch_share", 0.09, "share", (0, 1), "B", "Share of organisations that never patch.",
              "never-closing tail (Qualys, Verizon DBIR 2026)", Triangular(0.03, 0.09, 0.2)),
    Parameter("new_code_per_day", 0.0006, "per day", (0, 1), "D", "Rate at which patched code is replaced by new code.",
              "about a fifth of a code base a year; judgement", Uniform(0.0002, 0.0012)),
    Parameter("pool_share", 0.1, "share", (0, 1), "D", "Share of organisations, the most critical, that also work on the common pool.", "judgement"),
    Parameter("pool_patch_days", 60.0, "days", (0.01, 100_000), "D", "Mean days until a flaw known in the common pool is patched.",
              "judgement; 75 of 530 disclosed open-source flaws patched in the first month (Glasswing) point to 100 to 200", Triangular(14, 60, 200)),
    Parameter("flaws_per_organisation", 200.0, "flaws", (1, 1e6), "D", "Severe flaws that an organisation's code hides at the start.",
              "judgement; 10,000 were found at about 50 organisations in a month, 200 each, so there were more"),
    Parameter("size_spread", 1.0, "sigma of ln", (0, 3), "D", "Spread of organisations' size (lognormal); size draws attacks.",
              "largest firms 0.347 incidents a year against 0.093 (Cyentia IRIS)"),
    Parameter("care_spread", 0.5, "ratio", (0, 3), "E", "Coefficient of variation of organisations' carelessness, which scales leaks.", "swept"),
    Parameter("interest_share", 0.7, "share", (0, 1), "D", "Share of organisations that want early access.",
              "a programme grew to about 200 organisations in two months", Uniform(0.4, 1.0)),
    Parameter("application_days", 4.0, "days", (0, 365), "D", "Mean days from an offer until an organisation applies.", "judgement", Triangular(1, 4, 14)),
    Parameter("leak_hazard", 9.9e-4, "per day", (0, 1), "C", "Hazard that a partner's access leaks, per day.",
              "one leak within 14 days among about 50 organisations (April 2026), read as an even chance: ln 2 / 700", LogNormal(9.9e-4, 3e-4, 3e-3)),
    Parameter("leak_days", 14, "days", (0, 3650), "B", "Days until a leak is noticed.", "reported 14 days after it began (April 2026)", Triangular(3, 14, 60)),
    Parameter("leak_reach", 0.1, "chance", (0, 1), "E", "Chance that a leak reaches one bad actor.", "swept", Uniform(0.01, 0.3)),
)
