"""Repos in which something of the banned stack stands, each in another surface, and repos that only look like it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, ClassVar

WORD = "n8" + "n"
ALLOW = "letsbe: " + "allow"


class _Repo:
    """Files by path; ``{w}`` is the banned word, which no file of ours spells out."""

    files: ClassVar[dict[str, str]]
    options: ClassVar[dict[str, Any]] = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        for name, text in {"README.md": "# A service\n", **cls.files}.items():
            path = folder / name.replace("{w}", WORD)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{w}", WORD).replace("{W}", WORD.upper()), encoding="utf-8")
        return {"cache": False, **cls.options}


class ImageInCompose(_Repo):
    """A compose file runs a banned image by its registry's name."""

    expected = "no-banned"
    files: ClassVar = {"compose.yaml": "services:\n  flows:\n    image: docker.{w}.io/{w}io/{w}:1.2\n"}


class ImageByDigest(_Repo):
    """A Dockerfile starts from an end-of-life image, pinned by digest all the same."""

    expected = "no-banned"
    files: ClassVar = {"Dockerfile": f"FROM debian:buster-slim@sha256:{'ab' * 32}\nRUN true\n"}


class PackageInManifest(_Repo):
    """package.json asks for a banned package."""

    expected = "no-banned"
    files: ClassVar = {"package.json": '{\n  "name": "hub",\n  "dependencies": {\n    "{w}-workflow": "^1"\n  }\n}\n'}


class PackageOnlyInLock(_Repo):
    """A banned package comes in through another: only the lock file names it."""

    expected = "no-banned"
    files: ClassVar = {
        "package.json": '{"name": "hub", "dependencies": {"ok": "1"}}\n',
        "package-lock.json": '{"lockfileVersion": 3, "packages": {"node_modules/flatmap-stream": {"version": "0.1.1"}}}\n',
    }


class PackageAliased(_Repo):
    """A banned package is installed under another name."""

    expected = "no-banned"
    files: ClassVar = {"package.json": '{"name": "hub", "dependencies": {"flows": "npm:{w}@1"}}\n'}


class EnvName(_Repo):
    """A variable of the banned stack is read, glued to its name by an underscore."""

    expected = "no-banned"
    files: ClassVar = {"src/config.ts": "export const host = process.env.{W}_HOST;\n"}


class Domain(_Repo):
    """A webhook URL points at a host of the banned stack."""

    expected = "no-banned"
    files: ClassVar = {"src/hooks.py": 'URL = "https://{w}.example.com/webhook/4"\n'}


class WordInCamelCase(_Repo):
    """A class is named after the banned stack."""

    expected = "no-banned"
    files: ClassVar = {"src/flows.ts": "export class My{w}Service {}\nconst {w}Client = 1;\n"}


class ZeroWidth(_Repo):
    """A zero-width space hides the word from grep."""

    expected = "no-banned"
    files: ClassVar = {"docs/a.md": f"We still run {WORD[0]}\u200b{WORD[1:]} here.\n"}


class InBase64(_Repo):
    """The word stands in a base64 value of a manifest."""

    expected = "no-banned"
    files: ClassVar = {
        "k8s/c.yaml": f"data:\n  url: {base64.b64encode(f'https://{WORD}.io/rest/flows'.encode()).decode()}\n"
    }


class WorkflowContainer(_Repo):
    """A CI job runs in a banned image."""

    expected = "no-banned"
    files: ClassVar = {
        ".gitea/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    container: {w}io/{w}:latest\n    steps: []\n"
    }


class NameOfAFile(_Repo):
    """Only the name of a file is left."""

    expected = "no-banned"
    files: ClassVar = {"flows/{w}-export.json": "{}\n"}


class DeployTarget(_Repo):
    """A file of a deprecated deploy target is left."""

    expected = "no-banned"
    files: ClassVar = {"Procfile": "web: node dist/main.js\n"}


class AllowedTooLong(_Repo):
    """The exception's day has passed."""

    expected = "exceptions-valid"
    files: ClassVar = {"a.yaml": f"image: {{w}}io/{{w}}  # {ALLOW} {WORD}-image until 2026-01-31 reason issue 12\n"}


class AllowsNothing(_Repo):
    """The exception covers a line on which nothing is banned any more."""

    expected = "exceptions-valid"
    files: ClassVar = {"a.yaml": f"image: postgres:17  # {ALLOW} {WORD}-image until 2099-01-31 reason issue 12\n"}


class TooLargeToRead(_Repo):
    """A text of 40 MB is passed over, and with it whatever stands in it."""

    expected = "coverage"
    files: ClassVar = {"dump.sql": "-- dump\n" * 1200}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        with (folder / "dump.sql").open("r+b") as file:
            file.truncate(40_000_000)
        return options


class EverythingExcluded(_Repo):
    """`exclude` leaves no file over."""

    expected = "liveness"
    files: ClassVar = {"a.yaml": "image: {w}io/{w}\n"}
    options: ClassVar = {"exclude": ["**"]}


class Noise(_Repo):
    """The letters stand in hashes, base64, minified code and other words only."""

    expected = None
    files: ClassVar = {
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n  zod@3.23.8:\n"
        "    resolution: {integrity: sha512-{w}Aa0Bb1Cc2Dd3Ee4Ff5Gg6Hh7Ii8Jj9Kk0Ll1Mm2Oo3Pp4Qq5Rr6Ss7Tt8Uu9Vv0Ww1Xx2Yy3Zz4{w}==}\n",
        "src/a.ts": "import { win8native } from './win8native';\nconst querystring = await import('node:querystring');\n",
        "dist/app.min.js": "var a=1,{w}=2;\n",
        "app.json": '{"expo": {"name": "letsbe"}}\n',
    }


class OrdinaryService(_Repo):
    """A service as the stack wants it."""

    expected = None
    files: ClassVar = {
        "Dockerfile": 'FROM node:24-bookworm-slim\nCOPY . .\nCMD ["node", "dist/main.js"]\n',
        "compose.yaml": "services:\n  hub:\n    image: registry.example.test/hub:1.4\n  db:\n    image: postgres:17\n",
        "package.json": '{"name": "hub", "dependencies": {"fastify": "5", "@faker-js/faker": "9", "picocolors": "1"}}\n',
        "src/main.py": "import os\nfrom urllib.request import urlopen\n",
    }


class AllowedInTime(_Repo):
    """An exception with a reason and a day to come covers what it names."""

    expected = None
    files: ClassVar = {"a.yaml": f"image: {{w}}io/{{w}}  # {ALLOW} {WORD}-image until 2099-01-31 reason issue 12\n"}
