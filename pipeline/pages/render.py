"""A page as one self-contained file: style and script within it, no network, everything escaped.

The content security policy of the page names the style and the script by their digests: nothing
else runs, whatever a value holds. Pictures are data within the page.

It must not: know what a page shows; the templates do.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from edi.values import dollars

_PACKAGE = "pipeline.pages"


def render(template: str, **content: Any) -> str:
    """The page that a template of `templates` makes of its content."""
    return _environment().get_template(template).render(**content)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _text("page.css"), _text("page.js")
    environment.globals.update(
        style=Markup(style), script=Markup(script), policy=_policy(style, script), dollars=dollars
    )
    return environment


def _text(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
