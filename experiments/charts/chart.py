"""A figure that knows what made it: every PNG and SVG file that is saved of it says so, and is the same every time."""

import json
from io import BytesIO
from os import PathLike, fsdecode
from pathlib import PurePath
from threading import RLock
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from experiments.stamp import KEY

DRAWING = RLock()  # Matplotlib's settings, fonts and caches belong to the whole process
NO_DATE = {"png": {"Software": None}, "svg": {"Date": None}}  # nor the version of Matplotlib where it would stand alone
SCREEN_DPI = 100  # of a picture in a notebook: 1060 pixels wide
SHADES = 256  # of the same: as many as cover all that there are, for faint points are few and still mean something


class Chart(Figure):
    """A figure with its title on one line, and its provenance (`experiments.stamp`), which is empty where none is known."""

    def __init__(self, *args: Any, title: str = "", provenance: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title, self.provenance = title.replace(r"\$", "$"), provenance or {}

    def savefig(self, fname: Any, *, metadata: dict[str, Any] | None = None, **options: Any) -> None:
        """Save as `Figure.savefig` does. PNG and SVG carry the provenance beside the caller's own metadata, and no date."""
        kind = str(options.get("format") or suffix_of(fname) or mpl.rcParams["savefig.format"]).lower()
        if kind in NO_DATE:
            metadata = {**NO_DATE[kind], **self.stamp(), **(metadata or {})}
        with DRAWING, mpl.rc_context({"svg.hashsalt": "lockgate"}):
            super().savefig(fname, metadata=metadata, **options)

    def png(self) -> bytes:
        """A small PNG file for the screen, some 40 kB: fewer points and colours than `savefig` gives."""
        full, small = BytesIO(), BytesIO()
        self.savefig(full, format="png", dpi=SCREEN_DPI)
        with Image.open(full) as image:
            fewer = image.convert("RGB").quantize(SHADES, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        fewer.save(small, "PNG", pnginfo=self.png_text())
        return small.getvalue()

    def png_text(self) -> PngInfo:
        """The provenance as PNG has it."""
        text = PngInfo()
        for key, value in self.stamp().items():
            text.add_text(key, value)
        return text

    def stamp(self) -> dict[str, str]:
        """The provenance as text, if there is any."""
        return {KEY: json.dumps(self.provenance)} if self.provenance else {}

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        return self.png()


def suffix_of(name: Any) -> str:
    """The kind of file that a name asks for, if it is one."""
    return PurePath(fsdecode(name)).suffix.removeprefix(".") if isinstance(name, str | PathLike) else ""
