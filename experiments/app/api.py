"""What the page may ask of Python: the library, comparisons, stories, reports, and its settings as files.

`POST` requests are JSON; what is wrong with one is `{"error": sentence}` with status 400, before anything is computed. What takes long
answers line by line (newline-delimited JSON): `{"waiting": n}`, `{"compiling": true}`, `{"done": k, "draws": n}`, `{"result": ...}` for
the draws so far, and one last line, `{"result": ..., "final": true}` or `{"error": sentence}`. Whoever leaves ends it.
"""

import asyncio
import shlex
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lockgate.experiments.app.asked import Case, CaseAsked, Known, StoryAsked, asked_for, case_of, content_of
from lockgate.experiments.app.guard import Receive, Scope, Send
from lockgate.experiments.app.jobs import Full, Job, Jobs, Line, Work, encoded
from lockgate.experiments.app.library import library
from lockgate.experiments.app.tale import tale
from lockgate.experiments.app.told import result
from lockgate.experiments.app.written import case_written
from lockgate.experiments.folder import plain
from lockgate.experiments.results.compare import growing
from lockgate.experiments.results.results import Results
from lockgate.experiments.study.effects import without_effect
from lockgate.sim.engine.kinds import Kinds, python_only
from lockgate.sim.engine.run import is_compiled
from lockgate.sim.errors import InputError, RuleError

FIRST_DRAWS = 8  # after which there is a first result; then there is one after twice as many
MOST_MORE = 512  # draws between two looks at whether somebody still waits, beside those of the progress


class Api:
    """Answers the page. `kinds` puts other kinds of agents in place of the model's own, as `compare` takes them."""

    def __init__(self, known: Known, *, kinds: Kinds = None, native: bool = False) -> None:
        self.known, self.kinds = known, kinds
        self.jobs = Jobs()
        self.library = JSONResponse(plain(library(known, native=native)))
        self.kept: tuple[str, Results] | None = None  # the last comparison, of which reports and stories are asked

    @property
    def routes(self) -> list[Route]:
        """Where each of these is."""
        return [
            Route("/api/library", self.give_library, methods=["GET"]),
            Route("/api/compare", self.compare, methods=["POST"]),
            Route("/api/story", self.story, methods=["POST"]),
            Route("/api/report", self.report, methods=["POST"]),
            Route("/api/toml", self.toml, methods=["POST"]),
        ]

    async def give_library(self, request: Request) -> Response:
        """What can be chosen, made once."""
        return self.library

    async def compare(self, request: Request) -> Response:
        """A comparison, with results for 8, 16, 32, ... draws on the way."""
        _, case = await self.case(request)
        return self.streamed(lambda job: {"result": self.told(self.compared(case, job, tell=True), case), "final": True})

    async def story(self, request: Request) -> Response:
        """The story of one draw; where none is named, of the typical one, for which all draws are made."""
        asked, case = await self.case(request, StoryAsked)

        def work(job: Job) -> Line:
            policy = min(asked.policy, len(case.policies) - 1)
            draw = asked.draw if asked.draw is not None else typical_draw(self.compared(case, job), policy)
            job.check()
            return {"result": tale(case, policy, draw, self.kinds), "final": True}

        return self.streamed(work)

    async def report(self, request: Request) -> Response:
        """A comparison as one HTML file, about one of its policies."""
        asked, case = await self.case(request, StoryAsked)

        def work(job: Job) -> Line:
            from lockgate.experiments.report.report import report

            results = self.compared(case, job)
            job.check()
            name = results.names[min(asked.policy, len(results.names) - 1)]
            html = report(results, name, shlex.split(case_written(case)["command"]))
            return {"result": {"name": "lockgate-report.html", "html": html}, "final": True}

        return self.streamed(work)

    async def toml(self, request: Request) -> Response:
        """What is asked for as files, a command and Python code. Nothing is run, and nothing is written here."""
        _, case = await self.case(request)
        return JSONResponse(await asyncio.to_thread(case_written, case))

    async def case(self, request: Request, kind: type[CaseAsked] = CaseAsked) -> tuple[Any, Case]:
        """What a request asks for, as it stands there and checked. Raises `InputError`."""
        asked = asked_for(kind, content_of(await request.body()))
        return asked, await asyncio.to_thread(case_of, asked, self.known)

    def streamed(self, work: Work) -> "Lines":
        """The lines of a computation as an answer."""
        return Lines(self.jobs, work)

    def compared(self, case: Case, job: Job, *, tell: bool = False) -> Results:
        """The results of a case, computed unless they were the last; `tell` says them for 8, 16, 32, ... draws on the way."""
        if self.kept is not None and self.kept[0] == case.key:
            return self.kept[1]
        if is_to_be_compiled(self.kinds):
            job.tell({"compiling": True})
        self.kept, done = None, 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            job.progress({"done": done, "draws": case.draws})

        run = growing(case.policies, case.world, case.seed, horizon_days=case.horizon_days, progress=advance, kinds=self.kinds)
        for draws in steps(case.draws):
            results = run(draws)
            job.check()
            if tell and draws < case.draws and is_doubled(draws):
                job.tell({"result": self.told(results, case)})
        self.kept = case.key, results
        return results

    def told(self, results: Results, case: Case) -> dict[str, Any]:
        """A result, with what of the policies has no effect."""
        idle = [] if self.kinds else without_effect(case.policies, [case.world], case.horizon_days)
        return {**result(results), "idle": idle}


def is_to_be_compiled(kinds: Kinds) -> bool:
    """Whether the rules are to be compiled first, which takes about 10 s."""
    with suppress(RuleError):  # of a rule that reads what no rule can, which only Mesa runs
        return not any(python_only(*own) for own in (kinds or {}).items()) and not is_compiled(kinds=kinds)
    return False


def steps(draws: int) -> Iterator[int]:
    """The numbers of draws after which a computation stops to look around, up to so many.

    >>> list(steps(20)), list(steps(1500))[-4:]
    ([8, 16, 20], [256, 512, 1024, 1500])
    """
    step = FIRST_DRAWS
    while step < draws:
        yield step
        step += min(step, MOST_MORE)
    yield draws


def is_doubled(draws: int) -> bool:
    """Whether so many draws are 8, 16, 32, and so on."""
    return draws % FIRST_DRAWS == 0 and (draws // FIRST_DRAWS).bit_count() == 1


def typical_draw(results: Results, policy: int) -> int:
    """The draw whose difference is nearest the median, under the policy at this place."""
    from lockgate.experiments.answers.divergence.examples import typical

    return typical(results, results.names[policy]).draw


class Lines(Response):
    """An answer in lines of JSON, each sent as soon as it is there. When the client leaves, the computation ends."""

    def __init__(self, jobs: Jobs, work: Work) -> None:
        self.jobs, self.work = jobs, work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all lines, or say that too many wait."""
        try:
            async with self.jobs.place() as before, anyio.create_task_group() as group:
                group.start_soon(self.leave, receive, group.cancel_scope.cancel)
                await self.send_lines(self.jobs.lines(self.work, before), send)
                group.cancel_scope.cancel()
        except* Full as full:
            await JSONResponse({"error": f"{full.exceptions[0]}."}, 503, {"retry-after": "10"})(scope, receive, send)

    async def send_lines(self, lines: AsyncIterator[Line], send: Send) -> None:
        """Send each line, and end."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/x-ndjson")]})
        try:
            async for line in lines:
                body = await asyncio.to_thread(encoded, line)
                await send({"type": "http.response.body", "body": body, "more_body": True})
        finally:
            await lines.aclose()  # type: ignore[attr-defined]  # ends the computation at once, and not when memory is tidied
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def leave(self, receive: Receive, cancel: Callable[[], None]) -> None:
        """Wait until the client has left, and end the computation."""
        while (await receive())["type"] != "http.disconnect":
            pass
        cancel()


async def refused(request: Request, error: Exception) -> Response:
    """What a user did wrong, in a sentence."""
    return JSONResponse({"error": f"{error}."}, 400)


HANDLERS = {InputError: refused}
