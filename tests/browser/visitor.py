"""A visitor who does anything that the page offers, in an order that a seed decides."""

from typing import Any

from lockgate.sim.model.chance import Purpose, uniform

# What can be used now. Printing opens a dialog of the system, and links lead away.
USABLE = """() => { const found = [...document.querySelectorAll('button, input, select, summary, textarea')]
    .filter((each) => !each.disabled && each.checkVisibility() && !(each.dataset.do || '').startsWith('print'));
  found.forEach((each, place) => { each.dataset.place = place; });
  return found.map((each) => [each.tagName, each.type || '', each.options?.length || 0, each.dataset.do || '']); }"""
KEYS = ("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End")
TEXTS = ("", "0", "7", "30", "-1", "1e9", "2.5", "pace", "<img src=x onerror=alert(1)>\"'&", "x" * 300, "\u540d\u202e")
SHORTCUTS = ("Control+z", "Control+y", "Escape", "Tab", "Enter")


class Visitor:
    """Uses a page of Playwright; the same seed tries the same. What the page has drawn anew since it was looked at is left alone."""

    def __init__(self, page: Any, seed: int) -> None:
        self.page, self.seed, self.count, self.done = page, seed, 0, list[str]()

    def below(self, end: int) -> int:
        """A whole number below an end."""
        self.count += 1
        return int(uniform(self.seed, Purpose.PRIOR, self.count, 0) * end)

    def act(self) -> None:
        """One thing: press a key, or use one of the controls that are there."""
        if self.below(12) == 0:
            self.note(key := SHORTCUTS[self.below(len(SHORTCUTS))])
            self.page.keyboard.press(key)
            return
        controls = self.page.evaluate(USABLE)
        place = self.below(len(controls))
        tag, kind, options, what = controls[place]
        self.note(f"{tag} {kind} {what} {place}".lower())
        where = f"[data-place='{place}']"
        if tag == "SELECT":
            self.choose(where, self.below(options))
        elif kind == "range":
            self.page.evaluate(f'document.querySelector("{where}")?.focus()')
            for _ in range(1 + self.below(5)):
                self.page.keyboard.press(KEYS[self.below(len(KEYS))])
        elif kind in {"number", "text", "search", "textarea"}:
            self.type(where, TEXTS[self.below(len(TEXTS))])
        else:  # as a pointer does it, wherever on the page it is
            self.page.evaluate(f'document.querySelector("{where}")?.click()')

    def choose(self, where: str, place: int) -> None:
        """One of the options of a list."""
        self.page.evaluate(
            f"""(() => {{ const at = document.querySelector("{where}"); if (!at || at.selectedIndex === {place}) return;
                 at.selectedIndex = {place};
                 for (const kind of ["input", "change"]) at.dispatchEvent(new Event(kind, {{ bubbles: true }})); }})()"""
        )

    def type(self, where: str, text: str) -> None:
        """Other text, by keys as far as the page lets it."""
        self.page.evaluate(f'document.querySelector("{where}")?.focus()')
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press(("Tab", "Enter")[self.below(2)])

    def note(self, what: str) -> None:
        """Remember the last things that were done, for a message."""
        self.done = [*self.done[-30:], what]
