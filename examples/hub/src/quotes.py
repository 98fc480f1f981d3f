"""A quote is the sum of its lines, in cents."""


def total(lines: list[tuple[int, int]]) -> int:
    """``lines`` are pairs of quantity and unit price in cents."""
    return sum(quantity * price for quantity, price in lines)
