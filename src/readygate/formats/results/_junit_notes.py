"""Collect what is odd about a JUnit report and does not change its counts."""

from readygate.formats.results._report_builder import note
from readygate.model.reports import Problem

_MAX_WORD = 40


class Oddities:
    """Counts oddities.

    Attributes:
        nameless: tests without a name.
        no_tests: elements that are not tests and did not fail.
        summed_up: results of suites that only repeat the number of their failed tests.
        bad_times: durations that are not numbers of seconds.
    """

    def __init__(self) -> None:
        self.nameless = self.no_tests = self.summed_up = self.bad_times = 0
        self._word = ""
        self._words = 0

    def add_word(self, word: str) -> None:
        """Record a word for an outcome that is not known."""
        self._word = self._word or word[:_MAX_WORD]
        self._words += 1

    def notes(self) -> list[Problem]:
        """Return a note for each kind."""
        notes = []
        if self.nameless:
            todo = "they are counted, but only their class distinguishes them"
            notes.append(note(f"tests without a name: {self.nameless:,}", todo=todo))
        if self.no_tests:
            todo = "nothing; they are not counted unless they fail"
            notes.append(note(f"elements of the tool itself, which are not tests: {self.no_tests:,}", todo=todo))
        if self.summed_up:
            todo = "nothing; they are not counted beside these tests"
            notes.append(note(f"results of suites that only sum up their failing tests: {self.summed_up:,}", todo=todo))
        if self.bad_times:
            todo = "they count as 0 s; outcomes are not touched"
            notes.append(note(f"durations that are no numbers of seconds: {self.bad_times:,}", todo=todo))
        if self._words:
            notes.append(
                note(
                    f"a result that is not one of this format: '{self._word}' ({self._words:,} in total)",
                    why="the tool uses a word of its own, or it only resembles the tools that write JUnit XML",
                    todo="such tests count as errored unless the word says that they were skipped",
                )
            )
        return notes
