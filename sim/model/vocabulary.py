"""The words of the model as numbers: stages, channels, kinds of actor, kinds of event, structural choices."""

from enum import IntEnum


class Described(IntEnum):
    """An integer with a name and a sentence."""

    meaning: str

    def __new__(cls, value: int, meaning: str = "") -> "Described":
        """Keep the sentence beside the number."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    @property
    def label(self) -> str:
        """The name as users write it.

        >>> Channel.OPEN_WEIGHTS.label
        'open-weights'
        """
        return self.name.lower().replace("_", "-")


class Stage(Described):
    """Who may use a system."""

    UNUSED = 0, "no system yet"
    TESTING = 1, "trained, in the lab's own tests"
    HELD = 2, "ready, used by nobody outside the lab"
    PARTNERS = 3, "approved partners only"
    PUBLIC = 4, "a service open to all"
    OPEN_WEIGHTS = 5, "weights published: never closes again"
    DARK = 6, "access revoked"


class Regime(Described):
    """On whose word a system is restricted."""

    FREE = 0, "nobody's: released by the lab's own habit"
    OWN_PROGRAMME = 1, "the lab's own partner programme"
    GOVERNMENT = 2, "the government asked and the lab complied"
    PROHIBITED = 3, "nobody may release it"


class Channel(Described):
    """The way a bad actor reaches a system in one operation."""

    NO_MODEL = 0, "no system, or refused by all it tried"
    OPEN_WEIGHTS = 1, "published weights"
    PUBLIC_SERVICE = 2, "a service open to all"
    LEAKED_ACCESS = 3, "a partner's access, leaked or misused from inside"
    STOLEN_WEIGHTS = 4, "weights taken from a lab"


class ActorKind(Described):
    """The kinds of bad actor."""

    SPY = 0, "nation-state operator: few and skilled"
    CREW = 1, "cybercriminal crew: many"
    INSIDER = 2, "rogue insider of one organisation"


class Nationality(Described):
    """Where an organisation belongs, seen from the frontier labs' government."""

    DOMESTIC = 0, "of the labs' own country"
    ALLIED = 1, "of an allied country"
    OTHER = 2, "of any other country"


class Approval(Described):
    """Where an organisation stands in the queue for early access."""

    NONE = 0, "has not applied"
    PLANNED = 1, "will apply on a day of its own"
    WAITING = 2, "has applied and waits"
    IN_REVIEW = 3, "a reviewer works on it"
    APPROVED = 4, "may use restricted systems"
    REFUSED = 5, "was refused"


class Cause(Described):
    """Why a government takes a system away, or a preview is made longer."""

    NONE = 0, "no cause"
    ORDER = 1, "an order on the policy's date"
    BYPASS = 2, "a flaw of the safeguard that was found"
    INCIDENTS = 3, "incidents attributed to the system"
    LEAK = 4, "leaked access that was noticed"


class Feedback(Described):
    """Whether anything reacts to what happens."""

    NONE = 0, "nothing reacts: the direct effect of a policy stands alone"
    FULL = 1, "labs, governments, markets and actors react"


class Services(Described):
    """Which public services bad actors see, and those who distill."""

    BEST = 0, "the most capable one alone"
    EACH = 1, "each lab's most capable one"


class RaceInformation(Described):
    """What racing labs know of one another (Armstrong, Bostrom and Shulman 2016)."""

    NONE = 0, "no lab knows any capability, its own included"
    PRIVATE = 1, "each lab knows its own capability"
    PUBLIC = 2, "each lab knows every capability"


class RaceRule(Described):
    """What decides how careful a lab is."""

    WINNER = 0, "the equilibrium of a race that only its winner survives (Armstrong, Bostrom and Shulman 2016)"
    PRESSURE = 1, "the lab's lasting culture, pressed by rivals whose offers are ahead of its own"
    NONE = 2, "the lab's lasting culture alone"


class ServiceTimes(Described):
    """The distribution of the times that testers and reviewers need."""

    LOGNORMAL = 0, "lognormal with the stated mean and coefficient of variation"
    EXPONENTIAL = 1, "exponential with the stated mean"


class EventKind(Described):
    """What the event log records. `who` acts, `whom` is acted on, `value` is said in brackets."""

    TRAINED = 0, "a lab (who) finished training a system and begins its own tests [safety effort, share]"
    READY = 1, "a lab's (who) system is ready [capability, months]"
    ASKED = 2, "the government asked a lab (whom) to limit a system [chance that it complies]"
    COMPLIED = 3, "a lab (who) did as asked [threat from rivals, months]"
    DECLINED = 4, "a lab (who) did not [threat from rivals, months]"
    PROGRAMME = 5, "a lab (who) limits a system to partners by itself [partners at the start]"
    TEST_BEGUN = 6, "an agency (who) began to test a system of a lab (whom) [days waited]"
    FLAW_FOUND = 7, "an agency (who) found the hidden flaw of a system of a lab (whom) [days of the test]"
    TEST_PASSED = 8, "an agency (who) signed a system of a lab (whom) off [days of the test]"
    APPLIED = 9, "an organisation (who) asked for early access [time of the application, days]"
    APPROVED = 10, "an organisation (who) was given early access [days waited]"
    REFUSED_ACCESS = 11, "an organisation (who) was refused early access [days waited]"
    WITHDRAWN = 12, "an organisation (who) took its application back [days waited]"
    WAVE = 13, "the programme was widened to more partners [places in all]"
    PUBLIC = 14, "a lab's (who) system is open to all [days since ready]"
    WEIGHTS = 15, "a lab (who) published weights [capability, months]"
    STRIPPED = 16, "the safeguards of published weights (lab who) are stripped [refusal that remains]"
    HOLD = 17, "a foreign government (who) holds an open-weight lab's (whom) system back [days]"
    BYPASS = 18, "a public bypass of a system's (lab who) safeguard [safeguard left]"
    FIXED = 19, "a lab (who) fixed a safeguard [safeguard now]"
    DIRECTIVE = 20, "the government took a system of a lab (whom) away [days it is to last]"
    RESTORED = 21, "a system of a lab (whom) is back [days it was dark]"
    LEAK = 22, "a partner's (who) access leaked [days until it is noticed]"
    THEFT = 23, "a spy (who) took weights from a lab (whom) [capability, months]"
    BAN = 24, "an actor (who) was banned from all services [days]"
    INCIDENT = 25, "an actor (who) broke into an organisation (whom) [loss, US$]"
    FRAMEWORK = 26, "the government's (who) framework is in force [days it took]"
    LAB_BAN = 27, "an actor (who) was banned from the services of one lab (whom) [days]"
    LOOT = 28, "what a spy stole reached the other spies of its state (who) [capability, months]"
    GOODWILL = 32, "a restriction that nobody had announced costs a lab (who) goodwill [log-odds of cooperation it lacks now]"
    EXTENDED = 34, "the preview of a lab's (who) system is made longer [Cause]"
    WEIGHED = 35, "the government weighed whether to take a system of a lab (whom) away [Cause]"
    HARDENED = 37, "a lab (who) made a safeguard stronger [safeguard now]"
    GUARDED = 40, "the guarded configuration of a lab's (who) system is open to all [days since ready]"
    PARTLY_RESTORED = 41, "a system of a lab (whom) is back for domestic organisations alone [days it was dark]"
    ACCESS_ENDED = 42, "monitoring saw a misuse by an actor (who) and ended it; it had the access of an organisation (whom) [0]"
