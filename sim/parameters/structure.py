"""How large the world is, which mechanisms act, and which structural variants they use."""

from sim.parameters.parameter import Parameter, switch
from sim.vocabulary import Feedback, RaceInformation, ServiceTimes

STRUCTURE = (
    Parameter("labs", 5, "labs", (1, 20), "S", "Frontier labs; the first is the covered lab of the story.", "scale of the model"),
    Parameter("open_weight_labs", 4, "labs", (0, 20), "S", "Labs that publish their weights.", "scale of the model"),
    Parameter("organisations", 200, "organisations", (1, 2_000_000), "S",
              "Organisations: possible partners, defenders and targets.", "size of the largest partner programme seen (Glasswing, June 2026)"),
    Parameter("bad_actors", 1000, "actors", (0, 20_000_000), "S", "Spies, crews and rogue insiders together.",
              "scale of the model; 124 to 306 ransomware groups and 170 to 280 named state groups were counted in 2025"),
    Parameter("spy_share", 0.05, "share", (0, 1), "D", "Share of bad actors that are nation-state spies.",
              "68:32 state to criminal among attributed zero-days of 2024, corrected for activity"),
    Parameter("insider_share", 0.10, "share", (0, 1), "D", "Share of bad actors that are rogue insiders.", "judgement"),
    Parameter("feedback", Feedback.FULL, "choice", (0, 1), "S",
              "Whether anything reacts: pace, distillation, revocation, bans, race pressure, reinvestment.", "structural switch", choices=Feedback),
    Parameter("race_information", RaceInformation.PUBLIC, "choice", (0, 2), "S", "What racing labs know of one another.",
              "Armstrong, Bostrom and Shulman (2016), Racing to the precipice", choices=RaceInformation),
    Parameter("service_times", ServiceTimes.LOGNORMAL, "choice", (0, 1), "S", "Distribution of testing and review times.",
              "structural switch", choices=ServiceTimes),
    switch("theft_on", "Spies can steal weights."),
    switch("leaks_on", "Partners' access can leak."),
    switch("insiders_on", "Rogue insiders act."),
    switch("stripping_on", "Safeguards of published weights can be stripped."),
    switch("head_start_on", "Partners search with restricted systems before others can."),
    switch("distillation_on", "Open-weight labs learn from frontier systems that are broadly served."),
    switch("queues_on", "Testers and reviewers are scarce, so that applicants wait."),
    Parameter("discount_per_year", 0.0, "per year", (0, 1), "S", "Discount rate of harm, continuous, per 365.25 days.", "structural choice"),
)
