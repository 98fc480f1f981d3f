"""Descriptions and Pact files with one fault each, and some without."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def _parcels(folder, *changes):
    """The description with pieces of its text replaced; a piece that isn't there is a mistake in the mutant."""
    text = (HERE / "_parcels.yaml").read_text()
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} isn't in the description")
        text = text.replace(old, new, 1)
    (folder / "openapi.yaml").write_text(text)
    return {"spec": "openapi.yaml"}


def _pact(folder, *changes, **interaction):
    """The description, and the Pact of a shop with one interaction."""
    given = {
        "description": "a parcel",
        "request": {"method": "GET", "path": "/parcels/p-0001", "headers": {"Authorization": "Bearer x"}},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": {"id": "p-0001", "status": "waiting"},
        },
        **interaction,
    }
    pact = {
        "consumer": {"name": "shop"},
        "provider": {"name": "parcels"},
        "interactions": [given],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    (folder / "shop.pact.json").write_text(json.dumps(pact, indent=2))
    return {**_parcels(folder, *changes), "consumers": ["*.pact.json"]}


class Valid:
    """The description as it is."""

    expected = None

    @staticmethod
    def build(folder):
        return _parcels(folder)


class OldVersion:
    """OpenAPI 3.0 with nullable, exclusive limits written as booleans, and an example that is null."""

    expected = None

    @staticmethod
    def build(folder):
        text = """
openapi: 3.0.3
info: {title: Old, version: "1"}
security: [{key: []}]
paths:
  /things:
    get:
      operationId: listThings
      responses:
        default:
          description: Things
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}
              example: [{name: null, size: 0.5}]
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Thing:
      type: object
      required: [name, size]
      properties:
        name: {type: string, nullable: true, example: null}
        size: {type: number, minimum: 0, exclusiveMinimum: true}
        $ref: {type: string, example: "#/no/reference"}
"""
        (folder / "openapi.yaml").write_text(text)
        return {"spec": "openapi.yaml"}


class Reads:
    """A consumer that reads a part of what is promised, and expects to be refused once."""

    expected = None

    @staticmethod
    def build(folder):
        return _pact(folder)


class Refused:
    """A consumer that sends what is wrong, and says so."""

    expected = None

    @staticmethod
    def build(folder):
        request = {"method": "POST", "path": "/parcels", "body": {"to": ""}}
        problem = {"title": "No", "status": 422}
        headers = {"Content-Type": "application/problem+json"}
        return _pact(folder, request=request, response={"status": 422, "headers": headers, "body": problem})


class NoOperation:
    """A description without a single operation."""

    expected = "liveness"

    @staticmethod
    def build(folder):
        text = 'openapi: 3.1.0\ninfo: {title: Empty, version: "1"}\npaths: {}\nsecurity: []\n'
        (folder / "openapi.yaml").write_text(text)
        return {"spec": "openapi.yaml"}


class NotYaml:
    """A bracket is never closed."""

    expected = "valid-document"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("info: {title: Parcels, version: 1.0.0}", "info: {title: Parcels, version: 1.0.0"))


class NoDescription:
    """A response without its required description."""

    expected = "valid-document"

    @staticmethod
    def build(folder):
        return _parcels(folder, ('"204": {description: Cancelled}', '"204": {summary: Cancelled}'))


class WrongPlace:
    """A parameter that is in no place there is."""

    expected = "valid-document"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("name: limit, in: query", "name: limit, in: url"))


class UnboundParameter:
    """The path has a placeholder that no parameter fills."""

    expected = "valid-document"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("  /parcels/{parcelId}:", "  /parcels/{parcel}:"))


class UnknownType:
    """A schema of the type `int`."""

    expected = "valid-document"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("grams: {type: integer}", "grams: {type: int}"))


class DeadReference:
    """A schema that is nowhere."""

    expected = "refs-resolve"

    @staticmethod
    def build(folder):
        return _parcels(
            folder, ('items: {$ref: "#/components/schemas/Parcel"}', 'items: {$ref: "#/components/schemas/Box"}')
        )


class DeadFile:
    """A reference into a file that isn't there."""

    expected = "refs-resolve"

    @staticmethod
    def build(folder):
        return _parcels(folder, ('"#/components/schemas/Health"', '"health.yaml#/Health"'))


class RemoteReference:
    """A reference to somebody else's server, which would be asked at each run."""

    expected = "refs-resolve"

    @staticmethod
    def build(folder):
        return _parcels(folder, ('"#/components/schemas/Health"', '"https://schemas.example.test/health.json"'))


class WrongBodyExample:
    """The example of a body is heavier than its schema allows."""

    expected = "examples-match"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("example: {to: Lyon, grams: 1200}", "example: {to: Lyon, grams: 120000}"))


class WrongParameterExample:
    """The example of a parameter isn't of its pattern."""

    expected = "examples-match"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("example: p-0001", "example: parcel-1"))


class WrongSharedExample:
    """The example of a shared response lacks what is required."""

    expected = "examples-match"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("example: {title: No such parcel, status: 404}", "example: {title: No such parcel}"))


class SameId:
    """Two operations with one name: generated clients have one of them."""

    expected = "operation-ids-unique"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("operationId: listParcels", "operationId: getParcel"))


class NoId:
    """An operation without a name."""

    expected = "operation-ids-unique"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("      operationId: listParcels\n", ""))


class NoSecurity:
    """Nobody said who may call."""

    expected = "security-declared"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("security: [{bearer: []}]\n", ""))


class UnknownScheme:
    """A scheme that isn't declared opens everything."""

    expected = "security-declared"

    @staticmethod
    def build(folder):
        return _parcels(folder, ("security: [{bearer: []}]", "security: [{session: []}]"))


class ReadsUnpromised:
    """A consumer reads a field that the description doesn't have."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        headers, body = {"Content-Type": "application/json"}, {"id": "p-0001", "eta": "tomorrow"}
        return _pact(folder, response={"status": 200, "headers": headers, "body": body})


class ReadsOtherType:
    """A consumer reads a number as text."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        headers, body = {"Content-Type": "application/json"}, {"grams": "1200"}
        return _pact(folder, response={"status": 200, "headers": headers, "body": body})


class ReadsInList:
    """A consumer reads a field of each entry that entries don't have."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        headers, body = {"Content-Type": "application/json"}, {"items": [{"id": "p-0001", "weight": 1}]}
        request = {"method": "GET", "path": "/parcels"}
        return _pact(folder, request=request, response={"status": 200, "headers": headers, "body": body})


class ExpectsStatus:
    """A consumer waits for a status that never comes."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        return _pact(folder, response={"status": 206})


class SendsInvalid:
    """A consumer sends what is refused, and expects a success."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        request = {"method": "POST", "path": "/parcels", "body": {"to": "Lyon"}}
        return _pact(folder, request=request, response={"status": 201})


class SendsUnknownQuery:
    """A consumer sends a parameter that is ignored."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        request = {"method": "GET", "path": "/parcels", "query": {"sort": ["created"]}}
        return _pact(folder, request=request, response={"status": 200})


class CallsUnknown:
    """A consumer calls what was removed."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        return _pact(
            folder, ("    delete:\n", "    x-delete:\n"), request={"method": "DELETE", "path": "/parcels/p-0001"}
        )


class FieldRemoved:
    """The provider dropped a field that the shop reads."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        change = ('        status: {$ref: "#/components/schemas/Status"}\n        note', "        note")
        return _pact(
            folder, change, ("required: [id, to, grams, status, created]", "required: [id, to, grams, created]")
        )


class NoFile:
    """The consumers' files were moved, and the glob wasn't."""

    expected = "consumer"

    @staticmethod
    def build(folder):
        return {**_parcels(folder), "consumers": ["pacts/*.json"]}
