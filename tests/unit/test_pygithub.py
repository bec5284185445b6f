"""PyGithub is loaded without what it would need for GitHub Apps and secrets, and gets that when it asks for it."""

from __future__ import annotations

import subprocess
import sys

LOAD = "import sys; from readygate.github import pygithub; github = pygithub.load()\n"


def _run(code: str, before: str = "") -> str:
    command = [sys.executable, "-I", "-W", "error", "-c", before + LOAD + code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


MAKE = "made = pygithub.requester('t', 'https://api.github.com', timeout=3, user_agent='me')\n"


def test_no_library_is_loaded_that_is_not_needed() -> None:
    names = "('jwt', 'nacl', 'cryptography', 'chardet', 'charset_normalizer', 'github.Repository')"
    assert _run(MAKE + f"print([name for name in {names} if name in sys.modules])").strip() == "[]"


def test_nor_by_a_session_that_asks_something() -> None:
    code = """
import sys
from readygate.budget import Budget
from readygate.errors import ForgeError
from readygate.github.client import GitHub
hub = GitHub(api_url="http://127.0.0.1:9", token="t", repository="a/b", budget=Budget(1))
try:
    hub.get("/pulls/1")
except ForgeError:
    print([name for name in ("requests", "chardet", "charset_normalizer", "jwt") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['requests']"


def test_the_rest_of_pygithub_is_there_when_something_asks_for_it() -> None:
    code = """
print(github.Github is __import__("github.MainClass").MainClass.Github, isinstance(made, github.Requester.Requester))
import github.InstallationAuthorization as last
print(last.InstallationAuthorization.__module__, github.Repository.Repository.__name__)
try:
    github.Nothing
except AttributeError:
    print("no")
"""
    told = "True True github.InstallationAuthorization Repository no"
    assert _run(MAKE + code).split() == told.split()


def test_an_answer_without_an_encoding_is_read() -> None:
    code = "import requests; answer = requests.Response(); answer._content = 'h\\u00e4'.encode()\n"
    code += "print(ascii(answer.text))"
    assert _run(MAKE + code).strip() == r"'h\xe4'"


def test_a_version_whose_parts_need_more_is_loaded_whole() -> None:
    code = """
again = sys.modules["github"]
print(again.Github.__name__)
"""
    start = "from readygate.github import pygithub as early; early._PARTS = ('Consts', 'NotThere')\n"
    assert _run(code, start).strip() == "Github"


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
