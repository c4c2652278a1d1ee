"""The page as files, the same whether it is served or exported: one that has all within, and the worker that keeps it.

One file works from any address, from a folder without any server, and is whole or not there at all. What it may do is said in its head,
by the hashes of its own style and script.
"""

import gzip
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.report.document import hashed
from lockgate.experiments.report.html import data_block
from lockgate.scenarios import World, list_policies, load_policy
from lockgate.sim.model.policy import Policy

PAGE, OFFLINE = "index.html", "sw.js"
TEMPLATE = "app.html"
FOLDERS = (files("lockgate.experiments.app") / "page", files("lockgate.experiments.report") / "page")
STYLE = re.compile(r'<link rel="stylesheet" href="([\w.]+)">\n')
SCRIPT = re.compile(r'<script defer src="([\w.]+)"></script>\n')
MODULE = re.compile(r'<script type="module" src="([\w.]+)"></script>\n')
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)
ALLOWED = {  # nothing from elsewhere, and no script but the page's own
    "default-src": "'none'",
    "script-src": "{script} 'wasm-unsafe-eval'",
    "style-src": "{style}",
    "worker-src": "'self' blob:",
    "connect-src": "'self'",
    "img-src": "data: blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
}


@dataclass(frozen=True)
class Begin:
    """What the page begins with: policies of which the first is the reference, a world, the seed of all draws, and days."""

    policies: tuple[Policy, ...]
    world: World
    seed: int = 1
    horizon_days: int = 540


def page(begin: Begin, *, native: bool = False) -> str:
    """The page as one HTML file that begins with these policies, and has those of the library.

    Raises `InputError` where the model that is shipped is not that of these sources, unless this program makes all runs (`native`).
    """
    style, script, template = parts()
    head = f'<meta http-equiv="Content-Security-Policy" content="{content_policy(style, script)}">\n<style>{style}</style>\n'
    data = data_block(carried(begin, native=native), id="lockgate-data")
    return template.replace("</head>", f"{head}</head>").replace("</body>", f"{data}\n<script>{script}</script>\n</body>")


def parts() -> tuple[str, str, str]:
    """The style and the script, and the page without its links to the files that they are made of."""
    template = text(TEMPLATE)
    style, scripts = ("\n".join(text(name) for name in kind.findall(template)) for kind in (STYLE, SCRIPT))
    script = "\n".join([scripts, *(joined(name) for name in MODULE.findall(template))])
    return style, script, MODULE.sub("", SCRIPT.sub("", STYLE.sub("", template)))


def joined(name: str) -> str:
    """A module and all that it imports as one script: from a file, a page may not load modules. No two may declare the same name."""
    whole = "".join(EXPORT.sub("", IMPORT.sub("", text(each))) for each in modules(name))
    return f'(() => {{\n"use strict";\n{whole}}})();\n'


def modules(name: str, seen: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of a module and of all that it imports, those that are imported first, as a browser runs them."""
    found: tuple[str, ...] = ()
    for _, other in IMPORT.findall(text(name)):
        if other not in (*seen, *found, name):
            found += modules(other, (*seen, *found, name))
    return *found, name


def content_policy(style: str, script: str) -> str:
    """The content security policy of the page."""
    return "; ".join(f"{name} {value}" for name, value in ALLOWED.items()).format(style=hashed(style), script=hashed(script))


def carried(begin: Begin, *, native: bool) -> dict[str, Any]:
    """What the page carries: the model, and what it is told of it."""
    from lockgate.experiments.browser.module import module_bytes, shipped
    from lockgate.experiments.browser.spec import spec

    known = {policy.name: policy for policy in begin.policies}
    others = [load_policy(name) for name in list_policies() if name not in known]
    told = spec([*known.values(), *others], begin.world, begin.seed, begin.horizon_days)
    module = b64encode(gzip.compress(shipped() if native else module_bytes(), mtime=0)).decode()
    return {"spec": {**told, "chosen": list(known)}, "module": module}


def exported_files(begin: Begin) -> dict[str, bytes]:
    """What any web host can serve, by name: the page, and the worker by which a browser keeps it for when there is no network."""
    made = page(begin).encode()
    version = f"{lockgate_version()} {sha256(made).hexdigest()[:16]}"
    return {PAGE: made, OFFLINE: text(OFFLINE).replace("@VERSION", version).encode()}


def is_native() -> bool:
    """Whether the page's model is not that of these sources, so that the page has to ask this program for every run."""
    from lockgate.experiments.browser.module import fresh_stamp, stamp

    return stamp() != fresh_stamp()


def text(name: str) -> str:
    """A file of the page, or of those that it shares with the report."""
    return next(found for folder in FOLDERS if (found := folder / name).is_file()).read_text(encoding="utf-8")
