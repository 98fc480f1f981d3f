"""Changes of a description: those that break who was served by the old one, and some that don't."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def _write(folder, *changes):
    old = (HERE / "_parcels.yaml").read_text()
    new = old
    for before, after in changes:
        if before not in new:
            raise ValueError(f"{before!r} isn't in the description")
        new = new.replace(before, after, 1)
    (folder / "old.yaml").write_text(old)
    (folder / "openapi.yaml").write_text(new)
    return {"spec": "openapi.yaml", "base": {"file": "old.yaml"}}


def _breaks(name, statement, *changes):
    def build(folder):
        return _write(folder, *changes)

    members = {"__doc__": statement, "expected": "compatible", "build": staticmethod(build), "__module__": __name__}
    return type(name, (), members)


PathRemoved = _breaks("PathRemoved", "A path is gone without notice.", ("  /health:\n", "  /healthy:\n"))
MethodRemoved = _breaks("MethodRemoved", "A method is gone without notice.", ("    delete:\n", "    patch:\n"))
LimitLowered = _breaks("LimitLowered", "The largest page gets smaller.", ("maximum: 50", "maximum: 40"))
LimitRaised = _breaks(
    "LimitRaised", "The least page gets larger.", ("minimum: 1, maximum: 50", "minimum: 5, maximum: 50")
)
LimitText = _breaks(
    "LimitText",
    "A number of the query becomes a truth value.",
    (
        "schema: {type: integer, minimum: 1, maximum: 50, default: 20}, example: 10",
        "schema: {type: boolean, default: 20}",
    ),
)
DefaultChanged = _breaks(
    "DefaultChanged", "A request without a limit means another one.", ("default: 20", "default: 30")
)
LimitRequired = _breaks(
    "LimitRequired",
    "An optional parameter becomes required.",
    ("{name: limit, in: query,", "{name: limit, in: query, required: true,"),
)
StatusRenamed = _breaks(
    "StatusRenamed", "A parameter is called otherwise.", ("name: status, in: query", "name: state, in: query")
)
LimitMoved = _breaks(
    "LimitMoved", "A parameter moves into a header.", ("name: limit, in: query", "name: limit, in: header")
)
PatternNarrowed = _breaks(
    "PatternNarrowed", "Ids that were taken aren't any more.", ('pattern: "^p-[0-9]{4}$"', 'pattern: "^p-[0-4]{4}$"')
)
HeaderOptional = _breaks(
    "HeaderOptional",
    "A header of a response may be absent.",
    ("X-Total-Count: {required: true,", "X-Total-Count: {required: false,"),
)
HeaderRenamed = _breaks("HeaderRenamed", "A header of a response is called otherwise.", ("X-Total-Count", "X-Count"))
HeaderType = _breaks(
    "HeaderType",
    "A header of a response isn't a number any more.",
    (
        "X-Total-Count: {required: true, schema: {type: integer, minimum: 0}}",
        "X-Total-Count: {required: true, schema: {type: string}}",
    ),
)
FieldOptional = _breaks(
    "FieldOptional", "A field of a response may be absent.", ("required: [items, next]", "required: [items]")
)
FieldRenamed = _breaks(
    "FieldRenamed",
    "A field of a response is called otherwise.",
    ("                  next: {type", "                  following: {type"),
)
FieldNumber = _breaks(
    "FieldNumber",
    "A field of a response may be a number.",
    ('next: {type: [string, "null"]}', 'next: {type: [string, integer, "null"]}'),
)
MediaType = _breaks(
    "MediaType",
    "A response is offered in another media type only.",
    (
        'content: {application/json: {schema: {$ref: "#/components/schemas/Health"}, example: {status: ok}}}',
        'content: {text/xml: {schema: {$ref: "#/components/schemas/Health"}}}',
    ),
)
RequestMedia = _breaks(
    "RequestMedia",
    "A request is read in another media type only.",
    (
        '        content:\n          application/json:\n            schema: {$ref: "#/components/schemas/NewParcel"}',
        '        content:\n          text/csv:\n            schema: {$ref: "#/components/schemas/NewParcel"}',
    ),
)
SuccessGone = _breaks(
    "SuccessGone",
    "A success is answered with another status.",
    ('        "201":\n          description: Made', '        "200":\n          description: Made'),
)
Secured = _breaks(
    "Secured",
    "What everybody could call asks for credentials.",
    ("      security: []\n", "      security: [{bearer: []}]\n"),
)
OtherBase = _breaks(
    "OtherBase",
    "The servers move to another base path.",
    ("https://parcels.example.test", "https://parcels.example.test/v2"),
)


class UnknownCounts:
    """A change that nobody can judge is one too many."""

    expected = "compatible"

    @staticmethod
    def build(folder):
        return _write(
            folder, ('schema: {$ref: "#/components/schemas/NewParcel"}', 'schema: {$ref: "elsewhere.yaml#/NewParcel"}')
        )


class NoSuchCommit:
    """The base is a commit that isn't there."""

    expected = "compatible"

    @staticmethod
    def build(folder):
        return {**_write(folder), "base": {"git": "no-such-branch"}}


class Unchanged:
    """The same description twice."""

    expected = None

    @staticmethod
    def build(folder):
        return _write(folder)


class Widened:
    """Optional things are added on both sides, and limits of requests are widened."""

    expected = None

    @staticmethod
    def build(folder):
        return _write(
            folder,
            ("maximum: 50", "maximum: 100"),
            (
                "    post:\n      operationId",
                '    put:\n      operationId: replaceParcels\n      responses: {"204": {description: done}}\n    post:\n      operationId',
            ),
            (
                "{name: limit, in: query,",
                "{name: sort, in: query, schema: {type: string}}\n        - {name: limit, in: query,",
            ),
            (
                "                  next: {type",
                "                  previous: {type: string}\n                  next: {type",
            ),
        )


class UnchangedSinceCommit:
    """The description as it stands in the last commit."""

    expected = None

    @staticmethod
    def build(folder):
        options = _write(folder)
        run = [
            "git",
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.test",
            "-c",
            "commit.gpgsign=false",
            "-C",
            str(folder),
        ]
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
            subprocess.run([*run, *arguments], check=True, capture_output=True)
        return {**options, "base": {"git": "HEAD"}}
