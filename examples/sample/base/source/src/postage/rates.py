"""Prices in cents."""

ZONES = {"home": 490, "near": 990, "far": 1990}
FREE_FROM = 5000


def price(zone: str, grams: int, value: int = 0) -> int:
    """The price of one parcel; parcels within the country are free from a value on."""
    if zone not in ZONES:
        raise ValueError(f"unknown zone: {zone}")
    if grams <= 0:
        raise ValueError("a parcel weighs something")
    if zone == "home" and value >= FREE_FROM:
        return 0
    steps = grams // 1000
    return ZONES[zone] + steps * 150


def insurance(value: int) -> int:
    """One percent of the value, at least one euro."""
    return max(100, value // 100)


def parse_weight(text: str) -> int:
    """Grams from "1.2 kg" or "300 g"."""
    number, _, unit = text.partition(" ")
    if unit == "kg":
        return round(float(number) * 1000)
    if unit == "g":
        return round(float(number))
    raise ValueError(f"unknown unit: {unit}")
