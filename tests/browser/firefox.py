"""Firefox by WebDriver BiDi, which needs no driver beside the browser: https://w3c.github.io/webdriver-bidi/."""

import base64
import json
import re
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("firefox-esr", "firefox")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
SECONDS = 60.0  # for the browser to start, and for one answer
# No network of its own; dark mode is chosen by a number (0 dark, 1 light).
PREFERENCES = {
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disabled": True,
    "services.settings.server": "",
    "toolkit.telemetry.server": "",
    "layout.css.prefers-color-scheme.content-override": 1,
}


def executable() -> str | None:
    """Where Firefox is, if it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A running Firefox with one tab; `problems` are its errors and its requests to elsewhere since the last page was opened."""

    def __init__(self, program: str, profile: Path) -> None:
        lines = "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        (profile / "user.js").write_text(lines)
        self.said = profile / "stderr.txt"
        with self.said.open("wb") as said:
            command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
            self.process = subprocess.Popen(command, stdout=said, stderr=said)
        self.held = ExitStack()
        self.held.callback(self.stop)
        self.count, self.problems, self.allowed = 0, list[str](), ""

    def __enter__(self) -> Self:
        from websockets.sync.client import connect

        try:
            self.socket = self.held.enter_context(connect(f"{self.address()}/session", max_size=None, proxy=None))
            self.call("session.new", capabilities={})
            self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.held.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.held.close()

    def stop(self) -> None:
        """End the browser."""
        self.process.terminate()
        self.process.wait(timeout=SECONDS)

    def address(self) -> str:
        """Where it listens, which it says once it has started."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if found := LISTENING.search(self.said.read_text(errors="replace")):
                return found[1]
            time.sleep(0.1)
        raise TimeoutError(f"Firefox did not start: {self.said.read_text(errors='replace')[-500:]}")

    def call(self, method: str, **parameters: Any) -> Any:
        """One command, and its result; events that come first are noted."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.recv(timeout=SECONDS))
            if told.get("id") == self.count:
                assert told["type"] == "success", told
                return told["result"]
            self.note(told)

    def note(self, event: dict[str, Any]) -> None:
        """Note what an event says is wrong."""
        told = event.get("params", {})
        if event.get("method") == "log.entryAdded" and told["level"] in {"error", "warn"}:
            self.problems.append(f"{told['type']}: {told['text']}")
        if event.get("method") == "network.beforeRequestSent":
            url = told["request"]["url"]
            if not url.startswith((self.allowed, "blob:", "data:", "about:", "resource:", "chrome:")):
                self.problems.append(f"request: {url}")

    def open(self, url: str, width: int = 1440, height: int = 900) -> None:
        """Open an address in a window so large."""
        self.problems.clear()
        self.allowed = url.partition("#")[0]
        self.call("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})
        self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression that JSON can hold."""
        wrapped = f"(async () => JSON.stringify(await ({expression})))()"
        told = self.call("script.evaluate", expression=wrapped, target={"context": self.context}, awaitPromise=True)
        assert told["type"] == "success", told
        value = told["result"].get("value")
        return None if value is None else json.loads(value)

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("input.performActions", context=self.context, actions=[{"type": "key", "id": "keys", "actions": actions}])

    def screenshot(self, path: Path) -> None:
        """Save what the window shows."""
        path.write_bytes(base64.b64decode(self.call("browsingContext.captureScreenshot", context=self.context)["data"]))
