"""PyGithub is loaded without what it would need for GitHub Apps and secrets, and gets that when it asks for it."""

from __future__ import annotations

import subprocess
import sys

LOAD = "import sys; from readygate.github import pygithub; github = pygithub.load()\n"


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-I", "-c", LOAD + code], check=True, capture_output=True, text=True).stdout


def test_neither_library_is_loaded() -> None:
    assert _run("print([name for name in ('jwt', 'nacl', 'cryptography') if name in sys.modules])").strip() == "[]"


def test_each_is_loaded_when_pygithub_needs_it() -> None:
    code = """
from github.PublicKey import encrypt
print(len(encrypt("4Xz1TIvZFuFMMGNoTqJjIYc3qFxnSGnRRTnFBKqQzAo=", "secret")) > 20)
try:
    github.Auth.AppAuth(1, "no key").create_jwt()
except Exception as error:
    print(type(error).__name__)
"""
    assert _run(code).split() == ["True", "InvalidKeyError"]


def test_others_get_the_real_ones() -> None:
    assert _run("import jwt, nacl.public; print(jwt.__version__ > '0', nacl.public.Box.__name__)").split() == [
        "True",
        "Box",
    ]
