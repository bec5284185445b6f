"""What single producers of JUnit XML write in their own way, one rule each, with its source.

A rule applies only to what its producer writes. Everything else is read by the general rules of `_junit_result`,
`_junit_builder` and `_suite_totals`.
"""

import re
from collections.abc import Mapping
from typing import Final

from readygate.model.results import EXPECTED_FAILURE, Outcome
from readygate.support.source_files import strip_checkout

Attributes = Mapping[str, str]

_SCRIPT: Final = re.compile(r"(?!/|[A-Za-z]:)[^\n]*\.[cm]?[jt]sx?")
_LINE_IN_CLASS: Final = re.compile(r"(.*\.\w{1,5}):\d+", re.DOTALL)
_ABSOLUTE: Final = re.compile(r"/|[A-Za-z]:[/\\]")


def stable_class(name: str) -> str:
    """Return a class name without what differs between two runs of the same test.

    - busted appends the line, `./a_spec.lua:4`:
      https://github.com/lunarmodules/busted/blob/master/busted/outputHandlers/junit.lua
    - PHPUnit and others name files by their absolute path.
    """
    if _ABSOLUTE.match(name):
        name = strip_checkout(name)
    found = _LINE_IN_CLASS.fullmatch(name) if ":" in name else None
    return found[1] if found else name


_TIME_IN_SUITE: Final = re.compile(r"(.+)-20\d{12}", re.DOTALL)


def stable_suite(name: str) -> str:
    """Return the name of a suite without what differs between two runs.

    - unittest-xml-reporting appends the time of the run, `test_v.A-20261130185705`:
      https://github.com/xmlrunner/unittest-xml-reporting/blob/master/xmlrunner/runner.py
    - PHPUnit names the outermost suite after the absolute path of its configuration file.
    """
    found = _TIME_IN_SUITE.fullmatch(name)
    return stable_class(found[1] if found else name)


def script_of(case: Attributes, suite: Attributes) -> str:
    """Return the script that a test is in, relative to the repository; empty if it is not a script or unknown.

    The test runners of JavaScript name a test by its describe blocks alone, so that two files may have a test of the
    same name. The file is stated by the test, the suite, or the name of the suite:
    https://github.com/jest-community/jest-junit#configuration (`addFileAttribute`, `suiteNameTemplate`),
    https://github.com/michaelleeallen/mocha-junit-reporter/blob/master/index.js
    """
    for stated in (case.get("file"), suite.get("file"), suite.get("filepath"), suite.get("name")):
        if stated and stated[-1] in "sx":
            path = strip_checkout(stated)
            if _SCRIPT.fullmatch(path):
                return path
    return ""


_PLAYWRIGHT_ROOT: Final = frozenset(("id", "name", "tests", "failures", "skipped", "errors", "time"))


def playwright_project(suite: Attributes, root: Attributes) -> str:
    """Return the project of a suite that Playwright wrote, which runs each test once a project; empty otherwise.

    Playwright states it as the host name; with other producers that is the name of a machine:
    https://github.com/microsoft/playwright/blob/main/packages/playwright/src/reporters/junit.ts
    """
    project = suite.get("hostname", "")
    return project if project and root.keys() == _PLAYWRIGHT_ROOT and script_of({}, suite) else ""


_CONFIGURATION: Final = frozenset(("init_per_suite", "end_per_suite", "init_per_group", "end_per_group"))


def is_configuration(case: Attributes) -> bool:
    """Return whether Erlang's Common Test lists a configuration function, which counts only if it fails.

    https://github.com/erlang/otp/blob/master/lib/common_test/src/cth_surefire.erl
    """
    return "log" in case and case.get("name") in _CONFIGURATION


def is_remainder(case: Attributes) -> bool:
    """Return whether an element is what pytest-xdist leaves of a crashed worker's test: a duration and no name.

    https://github.com/pytest-dev/pytest-xdist/issues/1139
    """
    return case.keys() == {"time"}


def is_pytest(suite: Attributes, root: Attributes) -> bool:
    """Return whether pytest wrote a suite; `junit_suite_name` changes the name of the suite, not that of the root.

    https://github.com/pytest-dev/pytest/blob/main/src/_pytest/junitxml.py
    """
    return suite.get("name") == "pytest" or root.get("name") == "pytest tests"


def is_teardown_error(message: str) -> bool:
    """Return whether the message of an error is pytest's for a teardown; a failed test has it as a second element.

    https://github.com/pytest-dev/pytest/blob/main/src/_pytest/junitxml.py (`append_error`)
    """
    return message.startswith('failed on teardown with "')


_RETRY: Final = re.compile(r"\bretr(?:y|ied|ying)\b", re.IGNORECASE)


def is_retried(skip: Attributes, suite: Attributes) -> bool:
    """Return whether a skip of TestNG is an attempt that failed and was repeated.

    TestNG marks an attempt that its retry analyzer repeats as skipped; its own reports state `ignored` for a suite:
    https://github.com/testng-team/testng/blob/master/testng-core/src/main/java/org/testng/reporters/JUnitReportReporter.java
    """
    return _RETRY.search(skip.get("message", "")) is not None or ("ignored" in suite and not skip)


_CTEST_SKIP: Final = re.compile(r"SKIP_RETURN_CODE=-?\d+|SKIP_REGULAR_EXPRESSION_MATCHED")
_EUNIT_NAME: Final = re.compile(r"[^\s:]+:\d+ ")


def could_not_run(case: Attributes, skip: Attributes) -> bool:
    """Return whether a test that is written as skipped was to run and could not, which its tool counts as a failure.

    - CTest: every reason but the two by which a test skips itself. It writes the name as the class, too:
      https://github.com/Kitware/CMake/blob/master/Source/CTest/cmCTestTestHandler.cxx (`WriteJUnitXML`)
    - EUnit: a skip with a type was cancelled, as by a time limit:
      https://github.com/erlang/otp/blob/master/lib/eunit/src/eunit_surefire.erl
    - behave: a scenario is untested if a hook before it failed, which the file does not say otherwise:
      https://github.com/behave/behave/blob/main/behave/reporter/junit.py
    - nose2: a test that was expected to fail and passed, which fails the run:
      https://github.com/nose-devs/nose2/blob/main/nose2/plugins/junitxml.py
    """
    if case.get("status") == "untested" or skip.get("message") == "test passes unexpectedly":
        return True
    if case.get("status") == "notrun" and "result" not in case and case.get("classname") == case.get("name"):
        return bool(skip.get("message")) and _CTEST_SKIP.fullmatch(skip["message"]) is None
    return "type" in skip and "classname" not in case and _EUNIT_NAME.match(case.get("name", "")) is not None


_NO_FAILURES: Final = {
    **dict.fromkeys(
        (
            "PHPUnit\\Framework\\RiskyTestError",
            "PHPUnit\\Framework\\OutputError",
            "PHPUnit\\Framework\\CoveredCodeNotExecutedException",
            "PHPUnit\\Framework\\MissingCoversAnnotationException",
            "PHPUnit\\Framework\\UnintentionallyCoveredCodeError",
            "PHPUnit_Framework_RiskyTestError",
            "PHPUnit_Framework_OutputError",
        ),
        "risky test",
    ),
    "org.testng.SkipException": "",
}


def harmless_type(type_name: str) -> str | None:
    """Return the label of a type of error with which the run passes, which may be empty; None for any other type.

    - PHPUnit up to 9 writes a risky test as an error and passes unless `failOnRisky` is set:
      https://docs.phpunit.de/en/9.6/risky-tests.html
    - TestNG's `SkipException` skips a test:
      https://javadoc.io/doc/org.testng/testng/latest/org/testng/SkipException.html
    """
    return _NO_FAILURES.get(type_name)


_EXPECTED: Final = re.compile(r"may[ _-]?fail|should[ _-]?fail|x-?fail|expected|known|todo", re.IGNORECASE)
_BOOST_TYPES: Final = frozenset(("assertion error", "fatal error"))


def if_left_out(case: Attributes, skip: Attributes | None, type_name: str, *, has_output: bool) -> Outcome | None:
    """Return the outcome of a failed test if the totals of its suite leave its failure out; None if they cannot.

    - Flank states `flaky="true"` and the first failure of a test that passed then:
      https://flank.github.io/flank/
    - Catch2 (`[!mayfail]`, `[!shouldfail]`), karma and minitest-junit write a skip beside the failure:
      https://github.com/catchorg/Catch2/blob/devel/src/catch2/reporters/catch_reporter_junit.cpp
      https://github.com/aespinosa/minitest-junit
    - Boost.Test writes `system-err` for a failed test, and none for `expected_failures`:
      https://github.com/boostorg/test/blob/develop/include/boost/test/impl/junit_log_formatter.ipp
    """
    if case.get("flaky") == "true":
        return Outcome.FLAKY
    if skip is not None or ("assertions" in case and type_name in _BOOST_TYPES and not has_output):
        return Outcome.SKIPPED
    return None


def expected_failure(message: str, skip: Attributes | None) -> str:
    """Return the reason of a test that failed without failing the run, by what the skip beside it says."""
    reason = "xfail" if skip is None else f"{skip.get('type', '')} {skip.get('message', '')}"
    if not _EXPECTED.search(reason):
        return message
    return f"{EXPECTED_FAILURE}: {message}" if message else EXPECTED_FAILURE


def states_tests(suite: Attributes, root: Attributes, *, only_status: bool) -> bool:
    """Return whether the attribute `tests` of a suite is its number of tests.

    - Catch2 and doctest state assertions; Catch2 has no host name, doctest before 2.4.12 no version:
      https://github.com/catchorg/Catch2/blob/devel/src/catch2/reporters/catch_reporter_junit.cpp
      https://github.com/doctest/doctest/blob/master/doctest/parts/private/reporters/junit.h
    - pytest counts subtests, too: https://docs.pytest.org/en/stable/how-to/subtests.html

    Args:
        suite: the attributes of the suite.
        root: those of the outermost one.
        only_status: whether a test states `status="run"` and no `result`.
    """
    if suite.get("hostname") == "tbd" or "doctest_version" in suite or is_pytest(suite, root):
        return False
    return not (only_status and suite.keys() <= {"name", "errors", "failures", "tests", "time", "timestamp"})


_HOOK: Final = re.compile(r'"(?:before|after) (?:all|each)" hook')


def is_hook(name: str) -> bool:
    """Return whether a name is that of a Mocha hook; the tests after a failed one do not run and have no element.

    https://mochajs.org/#hooks
    """
    return _HOOK.search(name) is not None


_BUSTED_RUN: Final = re.compile(r"Run \d+ of \d+")
_BUSTED_PLACE: Final = re.compile(r"\s*([^\s:]+\.\w+):\d+:")


def suite_error_name(suite: str, text: str) -> str:
    """Return the name of an error of a suite; that of busted is the file, since all its suites are `Run 1 of 1`.

    https://github.com/lunarmodules/busted/blob/master/busted/outputHandlers/junit.lua
    """
    found = _BUSTED_PLACE.match(text) if _BUSTED_RUN.fullmatch(suite) else None
    return found[1] if found else suite


_EXIT_CODE: Final = re.compile(r"Dubious, test returned (\d{1,3}) ")


def failing_of_exit(message: str) -> int | None:
    """Return the exit code in a suite's error of Perl's prove, which is the number of its failed tests.

    https://metacpan.org/pod/Test::More#EXIT-CODES
    """
    found = _EXIT_CODE.match(message)
    return int(found[1]) if found else None
