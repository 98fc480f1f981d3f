LEVELS = ("observe", "ask", "act")


def test_autonomy_levels_are_ordered():
    assert LEVELS.index("observe") < LEVELS.index("ask") < LEVELS.index("act")
