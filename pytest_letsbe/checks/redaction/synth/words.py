"""Words, names, passwords and pass-phrases."""

from __future__ import annotations

import base64
import random
from string import ascii_letters, digits
from urllib.parse import quote

from .chars import framed
from .context import Context, Generator, count, no_argument

_WORDS = """
amber anchor apple arrow autumn badge bamboo barley basil beacon birch bishop blanket border bottle branch breeze
bridge bronze bucket butter cabin candle canyon carbon castle cedar cherry cinder circle citrus clover cobalt coffee
copper coral cotton cradle crystal dagger desert domino dragon eagle ember engine fabric falcon feather fennel ferry
fiddle forest fossil galaxy garden garnet ginger glacier granite gravel hammer harbor hazel helmet hollow honey
indigo island ivory jacket jasper jungle kettle ladder lagoon lantern laurel lemon lichen lilac linen lotus magnet
mango maple marble meadow melon mirror monsoon mosaic nectar nickel north nutmeg oasis ocean olive onyx opal orbit
orchid otter oyster paddle palace paper parade pearl pebble pepper pigeon pillow planet plaster pocket pollen
prairie puzzle quartz quiver rabbit radish raven ribbon ripple river rocket saddle saffron salmon sandal satin
scarlet shadow shelter silver siren sparrow spiral spruce stable stone summer sunset tablet tangle temple thistle
thunder timber topaz tulip tundra tunnel turtle umbra valley velvet violet walnut willow window winter yarrow zephyr
zinc
"""
_FIRST = """
alina bruno carla dario elena fabio greta henrik ines jonas karin lukas maren nils oda pavel rosa sven
"""
_LAST = """
albers brandt calvo duarte ekholm ferrer gruber holm ivanova jansen keller lindqvist moreau novak olsen
"""
WORDS, FIRST, LAST = (tuple(text.split()) for text in (_WORDS, _FIRST, _LAST))

PUNCTUATION = "!#%*+-.=?@^_~"
UMLAUTS = "äöüßéñçø"
EMOJI = "🔑🦊🌵🚲🎈"


#: Two characters of spice between two that are letters or digits: nothing shorter has room for them.
SPICED = 4


def pick(rng: random.Random, length: int) -> list[str]:
    return rng.sample(WORDS, length)


def _spiced(rng: random.Random, length: int, spice: str) -> str:
    """A password that starts and ends with a letter or digit and shows at least two characters of ``spice``."""
    while True:
        text = framed(rng, ascii_letters + digits + spice, length)
        if sum(c in spice for c in text) >= 2:
            return text


def password(ctx: Context, arg: str) -> str:
    """``password:N``: letters, digits and punctuation that needs no quoting."""
    return _spiced(ctx.rng, count(arg, least=SPICED), PUNCTUATION)


def password_umlaut(ctx: Context, arg: str) -> str:
    return _spiced(ctx.rng, count(arg, least=SPICED), UMLAUTS + PUNCTUATION[:4])


def password_emoji(ctx: Context, arg: str) -> str:
    return _spiced(ctx.rng, count(arg, least=SPICED), EMOJI)


def password_url(ctx: Context, arg: str) -> str:
    """A password that may stand in a URL as it is."""
    return framed(ctx.rng, ascii_letters + digits + "-._~", count(arg))


def password_percent(ctx: Context, arg: str) -> str:
    """A password with characters that a URL shows percent-encoded, encoded."""
    return quote(_spiced(ctx.rng, count(arg, least=SPICED), "@:/?#%&"), safe="")


def password_b64(ctx: Context, arg: str) -> str:
    """A password in base64, as a Kubernetes Secret holds it."""
    return base64.b64encode(password(ctx, arg).encode()).decode()


def passphrase(ctx: Context, arg: str) -> str:
    """``passphrase:N``: N words and a number, with spaces."""
    return " ".join([*(word.capitalize() for word in pick(ctx.rng, count(arg, most=20))), str(ctx.rng.randint(10, 99))])


def basic_auth(ctx: Context, arg: str) -> str:
    """``basicauth:N``: base64 of ``user:password`` with a password of N characters."""
    return base64.b64encode(f"{ctx.rng.choice(WORDS)}:{password(ctx, arg)}".encode()).decode()


def words(ctx: Context, arg: str) -> str:
    return " ".join(pick(ctx.rng, count(arg, most=100)))


def slug(ctx: Context, arg: str) -> str:
    return "-".join(pick(ctx.rng, count(arg, most=20)))


def word(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return ctx.rng.choice(WORDS)


def email_local(ctx: Context, arg: str) -> str:
    """The part of an address before the ``@``."""
    no_argument(arg)
    return f"{ctx.rng.choice(FIRST)}.{ctx.rng.choice(LAST)}{ctx.rng.randint(10, 9999)}"


def person(ctx: Context, arg: str) -> str:
    no_argument(arg)
    return f"{ctx.rng.choice(FIRST).title()} {ctx.rng.choice(LAST).title()}"


GENERATORS: dict[str, Generator] = {
    "password": password,
    "password_umlaut": password_umlaut,
    "password_emoji": password_emoji,
    "password_url": password_url,
    "password_percent": password_percent,
    "password_b64": password_b64,
    "passphrase": passphrase,
    "basicauth": basic_auth,
    "words": words,
    "slug": slug,
    "word": word,
    "email_local": email_local,
    "person": person,
}
