"""Make the part of PyGithub that sends requests. No other module imports PyGithub.

PyGithub's own retries and pauses are off; `client.py` has the retry policy and says why.
"""

from logging import Logger

import github
from github.Requester import Requester


def requester(token: str, api_url: str, *, timeout: int, user_agent: str) -> Requester:
    """Return a requester without retries and pauses of its own; `timeout` is in seconds."""
    Requester.injectLogger(_silent())
    return Requester(
        auth=github.Auth.Token(token),
        base_url=api_url,
        timeout=timeout,
        user_agent=user_agent,
        per_page=30,
        verify=True,
        retry=None,
        pool_size=None,
        lazy=True,
    )


def _silent() -> Logger:
    """Return a logger that drops everything: PyGithub logs whole responses, and a response can repeat the token."""
    silent = Logger("readygate.pygithub")
    silent.disabled = True
    return silent
