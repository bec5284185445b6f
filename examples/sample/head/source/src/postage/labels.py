"""The text on a parcel."""

WIDTH = 24


def wrap(line: str) -> list[str]:
    """Cut a line at the width of a label, between words where there are any."""
    rows = [""]
    for word in line.split():
        if len(rows[-1]) + len(word) + 1 > WIDTH:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def label(name: str, street: str, city: str, country: str = "") -> str:
    """All lines of an address; the country only if it is another."""
    rows = [*wrap(name), *wrap(street), *wrap(city)]
    if country:
        rows.append(country.upper())
    return "\n".join(rows)


def barcode(number: int) -> str:
    """A parcel's number with its check digit."""
    digits = f"{number:011d}"
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
