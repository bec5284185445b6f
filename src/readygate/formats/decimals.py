"""Parse numbers in the texts of reports."""


def parse_decimal(text: str | None, digits: int = 9) -> int | None:
    """Parse an unsigned number in ASCII digits; return None for any other text, and for more than `digits` digits.

    `int` accepts much that no report means (`1_0`, `+1`, digits of other scripts) and raises for thousands of digits.
    `str.isdigit` accepts superscripts, for which `int` raises.
    """
    if not text or len(text) > digits or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
