"""What was observed: facts of the world with their sources, apart from how the model comes to its own numbers.

A fact that is named as a source of a parameter or of a lever of a built-in policy, even partly, is calibration; all others were held out.
"""

from dataclasses import dataclass

CALIBRATION, HELD_OUT = "calibration", "held out"


@dataclass(frozen=True)
class Fact:
    """What was observed: a value or a range, from where, and which parameters or levers were set by it.

    `grade` is that of the parameters' table. Without `low` and `high` no figure is known, and nothing is compared.
    """

    name: str
    meaning: str
    unit: str
    observed: float | None
    low: float | None
    high: float | None
    grade: str
    source: str
    parameters: tuple[str, ...] = ()
    note: str = ""

    @property
    def use(self) -> str:
        """Whether it helped to set the model, even partly, or was held out."""
        return CALIBRATION if self.parameters else HELD_OUT


# What was observed: facts of the world with their sources, apart from how the model comes to its own numbers.
#
# A fact that is named as a source of a parameter or of a lever of a built-in policy, even partly, is calibration; all others were held out.

SHARE, DOLLARS = "share", "US$"
GLASSWING = "Project Glasswing, first month (labs.cloudsecurityalliance.org, learnaivisually.com)"
IRIS = "Cyentia IRIS 2022 (jabenninghoff.github.io)"
EXPLOITED = "Qualys for Verizon DBIR 2026"

FRONTIER = (
    Fact("lag-index", "Lag of the best open weights while all is released", "months", 4.0, 3.0, 4.0, "B",
         "Epoch AI capabilities index: 3 months 2023-25, 4 since January 2026", ("open_weight_lag_months",),
         "The prior also holds the older 12 months of Epoch AI and the 8 of CAISI, and the wait for publication comes on top of the lag."),
    Fact("lag-cyber", "The same lag on cyber tasks", "months", 5.5, 4.0, 7.0, "D", "UK AISI, mid-2026, third hand and not confirmed"),
    Fact("lag-spread", "The same lag since 2023, whatever the index", "months", 7.0, 4.0, 14.0, "D",
         "Epoch AI, 4 to 14 months, third hand"),
    Fact("lag-withheld", "Lag when the frontier is withheld to that when it is served", "ratio", None, None, None, "E",
         "no estimate found", ("distillation",),
         "No figure was found for what distillation does to the lag: this is what the model assumes."),
    Fact("horizon-share", "Task horizon of the best open weights to the frontier's", SHARE, 0.55, 0.55, 0.55, "C",
         "4 months behind (Epoch AI) at 4.7 months a doubling (UK AISI)", ("open_weight_lag_months", "horizon_doubling_months"),
         "A consequence of two measurements and not itself one."),
    Fact("horizon-growth", "Growth of the frontier's task horizon in a year", "times", 7.2, 5.0, 11.2, "B",
         "METR, time horizon since 2023: doubling in 128.7 days, 95 % interval 105 to 157", ("horizon_doubling_months", "pace")),
    Fact("horizon-aisi", "The same growth on cyber tasks", "times", 8.0, 5.9, 8.0, "C",
         "UK AISI: doubling in 4.7 months (February 2026), then about 4", ("horizon_doubling_months", "pace")),
    Fact("horizon-growth-long", "The same growth over 2019 to 2025", "times", 3.3, 3.3, 3.9, "A",
         "METR: doubling in 212 days, or 187.8 by its later data", note="Growth was slower before 2024 than in the simulated year."),
    Fact("horizon-year", "The same growth between two systems of one lab a year apart", "times", 12.0, 12.0, 12.0, "C",
         "METR: Claude 3.7 about 60 minutes, Opus 4.6 about 718 (buttondown.com/anatol)"),
    Fact("cadence-lab", "Days between two systems of one lab", "days", 66.0, 42.0, 66.0, "C",
         "six labs a major model every 11 days (rbtfl.xyz), flagships every six weeks (jsmsolutionarchitects.com)", ("cadence_days",)),
    Fact("cadence-all", "Days between two systems of any of six labs", "days", 11.0, 11.0, 11.0, "B", "rbtfl.xyz, 2026", ("cadence_days",)),
    Fact("burst", "Systems of the busiest of six labs in 89 days", "systems", 5.0, 5.0, 5.0, "B",
         "five variants of GPT-5 from February to May 2026 (softwareseni.com)",
         note="The model trains one system a cadence and has no variants between them; all labs keep the same cadence."),
    Fact("cadence-rival", "Days between the first two critical systems of the second lab", "days", 63.0, 63.0, 63.0, "C",
         "GPT-5.5 on 23 April, GPT-5.6 on 25 June 2026 (press)"),
    Fact("second-lab", "Days from the first critical system until a rival has one ready", "days", 60.0, 16.0, 60.0, "C",
         "two labs reached the same class within about two months of 2026; on one cyber range 3 of 10, 16 days later 2 of 10 (UK AISI)",
         ("rival_gap_min_months", "rival_gap_max_months")),
    Fact("own-tests", "Days of a lab's own tests", "days", None, 1.0, 183.0, "B", "o3 under a week, GPT-4 six months (Financial Times)",
         ("own_testing_days",),
         "Only the lab that leads the race by enough tests at all: on public information the others' safety effort is 0."),
)  # fmt: skip

DEFENCE = (
    Fact("exploited-7", "Known-exploited flaws still open after 7 days", SHARE, 0.63, 0.63, 0.63, "B", EXPLOITED,
         ("patch_shape", "patch_tau_days")),
    Fact("exploited-28", "Known-exploited flaws still open after 28 days", SHARE, 0.35, 0.27, 0.35, "B",
         f"{EXPLOITED}: 35 % in 2025, 27 % the year before", ("patch_shape", "patch_tau_days")),
    Fact("exploited-43", "Known-exploited flaws still open after 43 days", SHARE, 0.50, 0.50, 0.50, "B",
         "Verizon DBIR 2026: median time to full patch 43 days in 2025", ("patch_tau_days",),
         "Two figures of one report disagree: with 35 % open at day 28 half cannot be open at day 43. They count different things."),
    Fact("exploited-174", "Known-exploited flaws still open after 174 days", SHARE, 0.50, 0.50, 0.50, "A",
         "Bitsight, 1.4 million organisations: median 174 days",
         note="Bitsight sees slow and small organisations too; the fitted curve is of organisations that pay for scanning."),
    Fact("other-flaws-621", "Flaws not known to be exploited still open after 621 days, world slow-patchers", SHARE, 0.50, 0.50, 0.50, "A",
         "Bitsight, 1.4 million organisations: median 621 days",
         note="The curve of this world is that of organisations that pay for scanning; Bitsight sees slow and small ones too."),
    Fact("all-flaws-90", "All flaws still open after 90 days, world slow-patchers", SHARE, 0.50, 0.50, 0.50, "A",
         "Cyentia, Prioritization to Prediction 2", ("patch_shape", "patch_tau_days")),
    Fact("all-flaws-365", "All flaws still open after a year, world slow-patchers", SHARE, 0.18, 0.18, 0.18, "A",
         "Cyentia, Prioritization to Prediction 2", ("patch_shape", "patch_tau_days")),
    Fact("never-patched", "Known-exploited flaws that are never fixed", SHARE, 0.09, 0.09, 0.09, "B", EXPLOITED, ("never_patch_share",)),
    Fact("flaws-found", "Severe flaws that about 50 partners find in a month", "flaws", 10_000.0, 10_000.0, 10_000.0, "B",
         f"{GLASSWING}: over 10,000", ("flaws_per_organisation", "search_days", "covered_search_step", "programme_intensity"),
         "What is found in a month is a part of what there is: how large a part is not known."),
    Fact("found-one", "Severe flaws that the partner with most finds in a month", "flaws", 400.0, 271.0, 400.0, "B",
         "Firefox 271, Cloudflare 400 (labs.cloudsecurityalliance.org)",
         note="All simulated organisations hide as many flaws at the start: the largest does not stand out."),
    Fact("found-ratio", "Flaws that partners find in their first month to those that they find without the system", "times",
         10.0, 10.0, 12.3, "B", f"{GLASSWING}: several rose more than tenfold; Firefox from 22 in two weeks to 271",
         ("search_days", "search_doubling_months", "covered_search_step"),
         "Those who told of it had the largest increases, and had not all searched with the best system before."),
    Fact("fixed-ratio", "Flaws that partners fix in their first month to those that they fix without the system", "times", None, 5.0, 21.0,
         "B", "Palo Alto five times its usual month; Firefox from 20 to 30 a month to 423 (labs.cloudsecurityalliance.org)",
         ("fix_capacity", "covered_search_step"), "Simulated are all partners; those reported are the ones with most to tell."),
    Fact("pool-patched", "Open-source flaws found in a month that are fixed within it", SHARE, 75 / 530, 75 / 530, 75 / 530, "B",
         f"{GLASSWING}: 75 of 530 disclosed", ("pool_patch_days", "pool_capacity")),
    Fact("leak-14", "Programmes of about 50 partners whose access leaks within 14 days", SHARE, 1.0, 0.025, 1.0, "B",
         "Mythos Preview, April 2026: one programme, one leak (devcowboy.com, srmed.ai)", ("leak_hazard",),
         "One case bounds the chance at 2.5 % and no better."),
    Fact("leak-rate", "Leaks of partners' access in 1,000 organisation-days", "leaks", 0.115, 0.0029, 0.64, "C",
         "one leak among about 52 organisations in 56 days and 200 in 29 (April to June 2026), exact interval", ("leak_hazard",),
         "One leak bounds the rate within a factor of two hundred."),
    Fact("leak-noticed", "Days until a leak is noticed", "days", 14.0, 14.0, 14.0, "B",
         "Mythos Preview, reported 14 days after it began (devcowboy.com, srmed.ai)", ("leak_days",)),
    Fact("bypass-days", "Days from a critical system's launch until its safeguard is bypassed, the shortest of a year", "days",
         3.0, 3.0, 3.0, "B",
         "9 to 12 June 2026 (juheapi.com, airoweb.com)", ("bypass_hazard", "flaw_chance")),
    Fact("bypass-stopped", "Days for which a bypass can be used until it is stopped", "days", 10.0, 10.0, 10.0, "B",
         "GTG-1002, September 2025: role-play bypass, stopped in about 10 days (acuvity.ai)"),
)  # fmt: skip

ATTACK = (
    Fact("crew-incidents", "Incidents that one crew causes in a year", "incidents", None, 25.0, 63.0, "C",
         "2025: 7,831 victims (Fortinet) of 124 groups (GuidePoint), 7,902 of 306 (Ransomware.live)", ("crew_gap_days",),
         "200 organisations stand for all of them and 1,000 actors attack these alone: rates per actor are not on the world's scale."),
    Fact("incident-growth", "Incidents in one year to those in the year before", "times", None, 1.12, 1.5, "B",
         "2023 to 2025: ransomware victims up 15 and 29 % (Ransomware.live), complaints 12 and 14 % (IC3), attacks 50 % (press)",
         note="Simulated is the second year to the first, when systems are stronger on both sides than in the years counted."),
    Fact("losses-growth", "Losses in one year to those in the year before", "times", None, 1.26, 1.33, "B",
         "IC3: US$ 12.5, 16.6 and 20.9 billion in 2023, 2024 and 2025 (oodaloop, trustwave, imtr.net)",
         note="One loss is drawn like another in every simulated year, so losses grow as incidents do."),
    Fact("uplift-trial", "How much a system multiplies the success of a novice", "times", None, 1.0, 6.87, "D",
         "biological tasks: 4.16, 95 % interval 2.63 to 6.87, at a screen (arXiv 2602.23329); none in the laboratory (Active Site)",
         ("uplift",),
         "No trial of cyber operations was found."),
    Fact("incidents-all", "Organisations with a significant incident in a year", SHARE, 0.093, 0.093, 0.093, "B",
         "Cyentia IRIS 2025, for 2024", ("size_spread",),
         "Incidents are simulated with no uplift by systems, as in the years in which they were counted."),
    Fact("incidents-largest", "Incidents a year at one of the largest organisations", "incidents", 0.347, 0.347, 0.347, "B", IRIS,
         ("base_hazard", "size_spread"), "Simulated are the largest 5 % of organisations, with no uplift by systems."),
    Fact("state-share", "Share of state actors among states and criminals", SHARE, 23 / 34, 23 / 34, 23 / 34, "B",
         "34 attributed zero-days of 2024, 23 government-linked (Google)", ("spy_share",),
         "Not alike: observed are exploits of unknown flaws, where states are strong, simulated are incidents, most of them crime."),
    Fact("insider-attempts", "Attempts of malicious insiders at one organisation in a year", "attempts", 3.5, 3.5, 3.5, "C",
         "Ponemon: 13.5 insider events, 26 % of them malicious", ("insider_gap_days",),
         "Ponemon counts every event, so attempts are compared. The gap was set beside all 13.5 events, and gives about as many."),
    Fact("loss-median", "Median loss of an incident", DOLLARS, 2.85e5, 2.85e5, 2.85e5, "B", IRIS, ("severity_mu",)),
    Fact("loss-p95", "95th percentile of losses", DOLLARS, 4.4e7, 4.4e7, 4.4e7, "C", f"{IRIS}, lognormal fit",
         ("severity_mu", "severity_sigma")),
    Fact("loss-p99", "99th percentile of losses", DOLLARS, 3.6e8, 3.6e8, 3.6e8, "C", f"{IRIS}, lognormal fit",
         ("severity_mu", "severity_sigma")),
    Fact("loss-top-1", "Share of all losses in the costliest 1 % of incidents", SHARE, 0.77, 0.77, 0.77, "C", f"{IRIS}, lognormal fit",
         ("severity_mu", "severity_sigma", "severity_cap"), "The fit has no largest loss, the model has."),
    Fact("loss-median-2024", "Median loss of an incident of 2024", DOLLARS, 3e6, 3e6, 3e6, "B", "Cyentia IRIS 2025 (seedpodcyber.com)",
         note="The report of 2025 puts the typical loss ten times higher than that of 2022, whose fit the model uses."),
    Fact("loss-mean", "Mean loss of an incident neither very small nor very large", DOLLARS, 4.44e6, 4.44e6, 1.022e7, "B",
         "IBM 2025: US$ 4.44 million worldwide, 10.22 in the US; breaches of about 2,500 to 100,000 records (chainstoreage.com)",
         note="Simulated are losses as large as breaches of that sample; between such ends any wide law has a mean of this order. Two "
              "thirds of the mean of all losses, about US$ 30 million, lie in the costliest 1 %."),
    Fact("refusal-service", "Jailbreak requests that a service of the most careful labs refuses", SHARE, 0.92, 0.88, 0.95, "B",
         "CAISI, September 2025: four US models of two labs complied in 5 to 12 % (hb.int2inf.com, ainews247.org)",
         note="A test repeats fixed requests, so the safeguard is compared, without the evasion of skilled actors. The model's typical "
              "safeguard is weaker, as most models hardly refuse offensive cyber tasks: other requests than those tested here."),
    Fact("refusal-stripped", "Attempts at misuse that the best open weights refuse", SHARE, 0.06, 0.0, 0.06, "B",
         "CAISI, September 2025: 94 % compliance, range 95 to 100 in others' quotes", ("residual_refusal",)),
    Fact("ten-tries", "Chance that ten tries get past a public service", SHARE, 0.5, 0.5, 0.5, "B",
         "International AI Safety Report (cybernoz.com)", ("evasion", "bypassed_share"),
         "Where about half of all tries pass, one of ten nearly always does; a chance of one half needs 93 % refused each time."),
    Fact("bans", "Bans an actor and half a year", "bans", None, None, None, "B",
         "1.45 million accounts banned by one lab in half a year (novaknown.com)", ("ban_chance",),
         "Nobody counts the attempts, or the actors behind the accounts: there is nothing to divide 1.45 million by."),
)  # fmt: skip

GOVERNANCE = (
    Fact("agency-tests", "Days of one agency's test", "days", None, 0.0, 30.0, "B",
         "order of 2 June 2026: up to 30 days (letsdatascience.com)",
         ("test_days",)),
    Fact("approvals", "Days from an application to its approval", "days", None, 15.0, 50.0, "A",
         "export licences: State 15 days in 2008, Commerce 50 in 2000 (GAO-01-528)", ("approval_days",)),
    Fact("preview-partners", "Partners approved within a day of the offer of a preview", "partners", 20.0, 18.0, 22.0, "B",
         "GPT-5.6, 25 and 26 June 2026: about 20 (tek54.com)", ("partners_max",),
         "An opening list was agreed before the offer; one by one, reviewers need weeks."),
    Fact("framework-days", "Days until a framework is in force", "days", 60.0, 60.0, 60.0, "B",
         "order of 2 June 2026: processes due in 60 days (letsdatascience.com)", ("political_delay_days",)),
    Fact("directives", "Days on which a directive is given, in half a year", "days", 1.0, 1.0, 1.0, "B",
         "12 June 2026, none other reported (juheapi.com, airoweb.com)", ("revocation",),
         "Under the policy that is named for it, where every bypass of a public system sets one off."),
    Fact("complied", "Labs that do as a government asks", SHARE, 1.0, 0.158, 1.0, "B",
         "both labs asked in 2026 did, 2 of 2", ("cooperation",),
         "Two cases bound the chance at 16 % and no better."),
    Fact("dark-days", "Days for which a directive takes a system away", "days", 19.0, 19.0, 19.0, "B",
         "12 June to 1 July 2026 (juheapi.com, airoweb.com)", ("dark_days",), "The lever is the fact."),
    Fact("licence-starved", "Days until a licence, world under-resourced-testers", "days", None, 120.0, 180.0, "B",
         "export licences in 2025, after freezes: 120 to 180 days and more (lenzo.ai)"),
)  # fmt: skip

FACTS: dict[str, Fact] = {fact.name: fact for theme in (FRONTIER, DEFENCE, ATTACK, GOVERNANCE) for fact in theme}
