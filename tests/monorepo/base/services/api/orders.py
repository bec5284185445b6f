"""Orders of the shop."""


def total(prices, discount=0):
    if not prices:
        return 0
    return sum(prices) * (100 - discount) // 100


def receipt(prices):
    lines = [f"{price:>8}" for price in prices]
    return "\n".join([*lines, f"{total(prices):>8}"])
