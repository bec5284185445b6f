"""Check the setup on GitHub with requests that change nothing.

Write permissions of a token only show when it writes; read permissions and the rules of a branch can be checked:
https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch . Only administrators see the rules of the older
branch protection, so missing rules prove nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from readygate.baseline.run_records import Record, decode_record
from readygate.baseline.store_paths import history_path
from readygate.baseline.stores import open_store
from readygate.doctor import Context, Diagnostics, advice, good, wrong
from readygate.doctor.workflows import ActionStep
from readygate.github.client import GitHub
from readygate.model.subject import DEFAULT_GATE
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, ReadygateError

LOW: Final = 100
"""Remaining requests of the hour below which the doctor warns."""
_HINDERING: Final = frozenset(
    ("creation", "update", "pull_request", "required_signatures", "required_status_checks", "non_fast_forward")
)


def default_branch(github: GitHub) -> str:
    """Return the default branch of the repository; empty if the token may not read it."""
    try:
        return str(github.get("").get("default_branch", ""))
    except ForgeError:
        return ""


def branch_rules(github: GitHub, branch: str) -> dict[str, list[dict[str, object]]] | None:
    """Return the rules in force on a branch, by type; None if the token may not read them."""
    found: dict[str, list[dict[str, object]]] = {}
    try:
        for rule in github.pages(f"/rules/branches/{quote(branch, safe='')}"):
            found.setdefault(str(rule.get("type")), []).append(rule.get("parameters") or {})
    except ForgeError:
        return None
    return found


def the_token_reads(context: Context) -> Diagnostics:
    """Check that the token is valid and has the read permissions that every run needs."""
    github = context.github
    if github is None:
        return
    asked: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("the repository", "metadata: read", lambda: github.get("")),
        ("commits", "contents: read", lambda: github.rows("/commits")),
        ("check runs", "checks: read", lambda: github.get(f"/commits/{context.default_branch or 'HEAD'}/check-runs")),
    )
    may = []
    for what, permission, ask in asked:
        try:
            ask()
        except PermissionDeniedError as error:
            if error.status == 401:
                yield wrong("token", "GitHub does not know the token; it is wrong or has expired.")
                return
            yield wrong("token", f"The token may not read {what}.", fix_snippet=f"permissions:\n  {permission}")
        except NotFoundError:
            if what == "the repository":
                yield wrong("token", f"The token does not reach {github.repository}, or there is no such repository.")
                return
        except ForgeError as error:
            yield advice("token", f"Whether the token may read {what} is not known: {error}")
        else:
            may.append(what)
    if may:
        yield good("token", f"The token may read {', '.join(may)}. What it may write shows when it writes.")


def results_are_stored(context: Context) -> Diagnostics:
    """Check that the data branch or ref has results, and whether they include the tip of the default branch."""
    if context.github is None:
        return
    told = set()
    for step in context.action_steps:
        url, gate = step.given("baseline", "branch"), step.given("name", DEFAULT_GATE)
        if not step.gates or url.partition(":")[0] not in ("branch", "ref"):
            continue
        if "${{" in url + gate or (url, gate) in told:
            continue
        told.add((url, gate))
        yield from _stored(context, context.github, step, url, gate)


def _stored(context: Context, github: GitHub, step: ActionStep, url: str, gate: str) -> Diagnostics:
    try:
        store, path = open_store(url, Path(), github), history_path(gate)
        data = store.history(path, iter(()))
        record = decode_record(data, f"{store.where}, {path}") if data is not None else Record()
    except ReadygateError as error:
        yield wrong("baseline", f"The stored results cannot be read: {error}", step.where)
        return
    mine = {run.commit for run in record.runs if run.is_baseline}
    if not mine:
        yield advice(
            "baseline",
            f"The gate `{gate}` has no stored results yet: the first run on a push to `{context.default_branch}` "
            "stores some; until then every failure counts as new.",
            step.where,
        )
        return
    try:
        tip = (
            str(github.get(f"/commits/{quote(context.default_branch, safe='')}")["sha"])
            if context.default_branch
            else ""
        )
    except ForgeError:
        tip = ""
    newest = tip in mine if tip else None
    about = {
        True: f"the tip of `{context.default_branch}` among them",
        False: f"not of the tip of `{context.default_branch}` ({tip[:7]}); is its run still going, or did it fail?",
        None: "of which commits was not looked up",
    }[newest]
    diagnostic = advice if newest is False else good
    yield diagnostic("baseline", f"The gate `{gate}` has results of {len(mine):,} commits, {about}.", step.where)


def the_data_branch_is_free(context: Context) -> Diagnostics:
    """Check that no rule for all branches prevents storing results."""
    if context.github is None:
        return
    told = set()
    for step in context.action_steps:
        scheme, _, name = step.given("baseline", "branch").partition(":")
        name = name or "readygate-data"
        if not step.records or scheme != "branch" or name in told or "${{" in name:
            continue
        told.add(name)
        found = sorted(_HINDERING & set(branch_rules(context.github, name) or {}))
        if found:
            yield wrong(
                "data-branch",
                f"Rules of the repository cover the branch `{name}` ({', '.join(found)}); storing fails unless the "
                "token's app may bypass them. Leave the branch out of the ruleset.",
                step.where,
            )


def the_verdict_is_required(context: Context) -> Diagnostics:
    """Check that a rule of the default branch requires the check run or the job of a gate."""
    gates = [step for step in context.action_steps if step.gates]
    if context.rules is None or not gates:
        return
    contexts = [
        str(row.get("context"))
        for parameters in context.rules.get("required_status_checks", [])
        for row in _rows(parameters.get("required_status_checks"))
    ]
    names = {step.given("name", DEFAULT_GATE) for step in gates} | {step.job.name for step in gates}
    if names & set(contexts):
        yield good("required", f"`{min(names & set(contexts))}` is required on `{context.default_branch}`.")
    else:
        yield advice(
            "required",
            f"No ruleset of `{context.default_branch}` requires the verdict; a branch protection may, which only "
            f"administrators see. Require the job `{gates[0].job.name}` (works for forks, too) or the check run "
            f"`{gates[0].given('name', 'readygate')}`.",
        )


def a_merge_queue_gets_its_check(context: Context) -> Diagnostics:
    """Check that a step runs on `merge_group`; a merge queue otherwise waits for its check forever."""
    if context.rules is None or "merge_queue" not in context.rules:
        return
    if any("merge_group" in step.events for step in context.action_steps):
        yield good("merge-queue", "The merge queue gets its check.")
    elif context.action_steps:
        yield wrong(
            "merge-queue",
            f"`{context.default_branch}` has a merge queue, and no step runs on `merge_group`: a required check never "
            "comes and the queue stops.",
            context.action_steps[0].workflow.path,
            "on:\n  merge_group:",
        )


def requests_are_left(context: Context) -> Diagnostics:
    """Check the remaining requests; all runs of a repository share a limit per hour."""
    if context.github is None:
        return
    try:
        core = context.github.rate()["resources"]["core"]
        left, limit = int(core["remaining"]), int(core["limit"])
    except (ForgeError, KeyError, TypeError, ValueError):
        return  # GitHub Enterprise Server may have no limit
    if left < LOW:
        yield advice("rate-limit", f"Of {limit:,} requests an hour {left:,} are left; a run needs about 10.")


def _rows(value: object) -> list[dict[str, object]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


CHECKS: Final = (
    the_token_reads,
    results_are_stored,
    the_data_branch_is_free,
    the_verdict_is_required,
    a_merge_queue_gets_its_check,
    requests_are_left,
)
