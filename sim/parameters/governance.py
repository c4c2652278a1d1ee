"""What testing and approval cost in time, and how government works."""

from sim.parameters.parameter import Parameter, Triangular, Uniform

GOVERNANCE = (
    Parameter("staffing", 1.0, "share", (0, 10), "D", "Working time that testers and reviewers have, relative to what policies assume; 0 stops them.",
              "CAISI has US$ 15 M of the 84 M a year it needs (Institute for Progress, May 2026)"),
    Parameter("test_days", 14.0, "days", (0, 730), "C", "Mean days of one agency's test.",
              "o3 under a week, GPT-4 six months; the 2026 order allows up to 30", Triangular(5, 14, 30)),
    Parameter("test_days_cv", 0.5, "ratio", (0, 5), "D", "Coefficient of variation of test days.", "judgement"),
    Parameter("detection_half_life_days", 60.0, "days", (0.1, 3650), "C", "Days of testing that find a hidden flaw with chance one half.",
              "a dangerous GPT-4 capability was found after two months; swept 10 to 90", Uniform(10, 90)),
    Parameter("approval_days", 10.0, "days", (0, 730), "D", "Mean days of one reviewer's work on one application.",
              "export licences 15 to 50 days, fast lane 2 to 5; no figure for customer approval is public", Triangular(2, 10, 30)),
    Parameter("approval_days_cv", 1.0, "ratio", (0, 5), "D", "Coefficient of variation of approval days.", "judgement"),
    Parameter("approval_refusal_chance", 0.1, "chance", (0, 1), "E", "Chance that an application is refused.", "swept", Uniform(0.0, 0.3)),
    Parameter("background_applications_per_day", 0.1, "per day", (0, 1000), "E", "Other applicants that load the same reviewers (Poisson).",
              "swept", Uniform(0.0, 0.3)),
    Parameter("political_delay_days", 30, "days", (0, 3650), "C", "Days from the decision on a framework until it is in force.",
              "order of 2 June 2026: processes due in 60 days; drafts ran 14 to 90", Triangular(0, 30, 120)),
    Parameter("attribution_chance", 0.3, "chance", (0, 1), "D", "Chance that an incident is attributed to the system it used.",
              "34 of 75 zero-days of 2024 were attributed", Uniform(0.1, 0.5)),
)
