"""Reads report.html as a browser does and says what in it is not the page's own."""

import json
import re
import warnings
from typing import Any

from readygate.render.html.document import content_policy
from readygate.render.html.from_markdown import ELEMENTS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import html5lib

OWN_WORDS = (
    "html head body meta title style script a header span nav main section figure figcaption footer form label input "
    "select option noscript svg desc polyline circle path line text"
)
OWN = ELEMENTS | frozenset(OWN_WORDS.split())
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ADDRESS = re.compile(r"https://github\.com/acme/widgets/[\w/.%#~+-]*|#[a-z]+")
VALUES = {
    "href": ADDRESS,
    "id": re.compile(r"[a-z]+(?:-[a-z0-9]+)*"),
    "aria-label": re.compile(r"[A-Z][a-z ]+\d*"),
    "aria-labelledby": re.compile(r"[a-z0-9 -]+"),
    "points": re.compile(r"[\d., -]+"),
    "viewBox": re.compile(r"[\d ]+"),
    "d": re.compile(r"[MlZz\d. -]+"),
    "value": re.compile(r"[a-z]*"),
    "data-key": re.compile(r"[a-z]+"),
    "content": re.compile(r"[ -~]+"),
    "http-equiv": re.compile("Content-Security-Policy"),
    "charset": re.compile("utf-8"),
    **dict.fromkeys(
        ("class", "role", "scope", "name", "type", "autocomplete", "spellcheck", "text-anchor", "lang"),
        re.compile(r"[a-z/ -]*"),
    ),
    **dict.fromkeys(("hidden", "open"), re.compile("")),
    **dict.fromkeys(("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "tabindex", "colspan"), NUMBER),
}


def page_problems(text: str) -> list[str]:
    """What a browser would see that the page does not write itself: an element, an attribute, a script."""
    document = html5lib.HTMLParser(namespaceHTMLElements=False).parse(text)
    found = []
    for element in document.iter():
        if not isinstance(element.tag, str):
            found.append(f"a comment: {element.text}")
            continue
        tag = element.tag.rpartition("}")[2]
        if tag not in OWN:
            found.append(f"<{tag}>")
        for name, value in element.attrib.items():
            if name not in VALUES or not VALUES[name].fullmatch(value):
                found.append(f"<{tag} {name}={value!r}>")
    scripts = [element.attrib for element in document.iter("script")]
    if scripts != [{"type": "application/json", "id": "data"}, {}]:
        found.append(f"scripts: {scripts}")
    if len(list(document.iter("style"))) != 1:
        found.append("not one style")
    policies = [element.attrib["content"] for element in document.iter("meta") if "http-equiv" in element.attrib]
    if policies != [content_policy()]:
        found.append(f"policies: {policies}")
    return found


def page_data_of(text: str) -> Any:
    """The data of the lists, read as the page reads it."""
    document = html5lib.parse(text, namespaceHTMLElements=False)
    (element,) = (each for each in document.iter("script") if each.attrib.get("id") == "data")
    return json.loads(element.text or "")


def page_text(text: str) -> str:
    """The words of the page, without style and scripts."""
    document = html5lib.parse(text, namespaceHTMLElements=False)
    for parent in document.iter():
        for child in list(parent):
            if child.tag in ("script", "style"):
                parent.remove(child)
    return "".join(document.itertext())
