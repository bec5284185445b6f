"""Files out of the response to a GraphQL query: only the bytes that the id names count."""

import pytest

from readygate.github.files import whole_text
from readygate.support.git_names import blob_id

OID = blob_id(b"a\n")


def test_the_bytes_of_the_id_are_returned() -> None:
    assert whole_text({"oid": OID, "text": "a\n", "isTruncated": False}) == b"a\n"


@pytest.mark.parametrize("text", ["a", None, "", "\ud800"])
def test_any_other_text_is_none(text: str | None) -> None:
    assert whole_text({"oid": OID, "text": text, "isTruncated": False}) is None


def test_a_text_that_was_cut_is_none() -> None:
    assert whole_text({"oid": OID, "text": "a\n", "isTruncated": True}) is None
