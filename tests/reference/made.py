"""Secrets for these tests, put together when they run: no literal that a scanner would find."""

import random

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def run_of(length, seed=1, alphabet=_LETTERS):
    chosen = random.Random(seed)
    return "".join(chosen.choices(alphabet, k=length - 3)) + "x7Q"


GITHUB = "gh" + "p_" + run_of(36)
ANTHROPIC = "sk-" + "ant-api03-" + run_of(95)
PASSWORD = "kT3" + "!xw#Lq9" + "zV4"
PHRASE = "Lantern Orchid Saffron Velvet Willow 42"
PEM_LINES = [run_of(64, seed) for seed in range(4)]
PEM = "\n".join(["-----BEGIN " + "PRIVATE KEY-----", *PEM_LINES, "-----END " + "PRIVATE KEY-----"])
