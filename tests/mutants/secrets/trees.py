"""Repos with a credential in clear, each where another tool forgets to look, and repos that only look like it."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any, ClassVar

from pytest_letsbe.checks.redaction.synth import fill

ALLOW = "letsbe: " + "allow"
GITHUB = "ghp_«{base62:30}{crc32b62}»"


def made(template: str, name: str = "planted") -> str:
    """A template as text; the secret is made while this runs."""
    return fill(template, name, 0).value


class _Repo:
    """Files by path, their texts templates of secrets."""

    files: ClassVar[dict[str, str]]
    options: ClassVar[dict[str, Any]] = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        for name, template in {"README.md": "# A service\n", **cls.files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made(template, name), encoding="utf-8")
        return {"cache": False, **cls.options}


class TokenInDotEnv(_Repo):
    """A forge token stands in .env, which git doesn't track yet."""

    expected = "no-plaintext"
    files: ClassVar = {".env": f"GITHUB_TOKEN={GITHUB}\n"}


class PasswordInCode(_Repo):
    """A database password is assigned in TypeScript."""

    expected = "no-plaintext"
    files: ClassVar = {"src/db.ts": "export const dbPassword = '{password_url:18}';\n"}


class PrivateKeyOnManyLines(_Repo):
    """An RSA key of many lines stands in a YAML block."""

    expected = "no-plaintext"
    files: ClassVar = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        pem = made("{pem_begin:RSA PRIVATE KEY}\n{rsa_pkcs1}\n{pem_end:RSA PRIVATE KEY}\n")
        body = "".join(f"  {line}\n" for line in pem.splitlines())
        (folder / "secret.yaml").write_text(f"tls.key: |\n{body}")
        return options


class UrlWithPassword(_Repo):
    """A database URL carries its password."""

    expected = "no-plaintext"
    files: ClassVar = {"config.toml": 'url = "postgresql://hub:{password_url:20}@db.internal:5432/hub"\n'}


class KubernetesSecretInBase64(_Repo):
    """A Kubernetes secret is only encoded."""

    expected = "no-plaintext"
    files: ClassVar = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        value = base64.b64encode(made("{password_url:24}").encode()).decode()
        (folder / "secret.yaml").write_text(
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: db}}\ntype: Opaque\ndata:\n  password: {value}\n"
        )
        return options


class Netrc(_Repo):
    """A .netrc holds a password without a sign beside it."""

    expected = "no-plaintext"
    files: ClassVar = {".netrc": "machine git.example.test login bot password {password_url:20}\n"}


class DockerConfig(_Repo):
    """A docker config holds user and password, encoded together."""

    expected = "no-plaintext"
    files: ClassVar = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        auth = base64.b64encode(made("deploy:{password_url:24}").encode()).decode()
        (folder / ".docker").mkdir()
        (folder / ".docker/config.json").write_text(json.dumps({"auths": {"registry.example.test": {"auth": auth}}}))
        return options


class InUtf16(_Repo):
    """A file that Windows saved in UTF-16 holds a token."""

    expected = "no-plaintext"
    files: ClassVar = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        (folder / "notes.txt").write_bytes(made(f"token {GITHUB}\n").encode("utf-16"))
        return options


class InsideAnArtifact(_Repo):
    """The repo is clean; the archive that is shipped isn't."""

    expected = "no-plaintext"
    files: ClassVar = {}
    options: ClassVar = {"artifacts": ["dist/*.tgz"]}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        (folder / "dist").mkdir()
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("app/.npmrc", made("//registry.npmjs.org/:_authToken=npm_«{base62:30}{crc32b62}»\n"))
        with tarfile.open(folder / "dist/app.tgz", "w:gz") as archive:
            member = tarfile.TarInfo("package/inner.zip")
            member.size = len(inner.getvalue())
            archive.addfile(member, io.BytesIO(inner.getvalue()))
        return options


class RemovedButInHistory(_Repo):
    """The token was committed and taken out again: the range still holds it."""

    expected = "no-plaintext"
    files: ClassVar = {}
    options: ClassVar = {"history": "HEAD~2..HEAD"}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)

        def git(*arguments: str) -> None:
            who = ["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"]
            subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)

        git("init", "-q")
        for text in ("first\n", made(f"T={GITHUB}\n"), "gone\n"):
            (folder / "a.txt").write_text(text)
            git("add", "-A")
            git("commit", "-qm", "change")
        return options


class Expired(_Repo):
    """The exception's day has passed."""

    expected = "exceptions-valid"
    files: ClassVar = {"deploy.sh": f"T={GITHUB}  # {ALLOW} github-pat until 2026-01-31 reason issue 12\n"}


class NoReason(_Repo):
    """The exception gives no reason."""

    expected = "exceptions-valid"
    files: ClassVar = {"deploy.sh": f"T={GITHUB}  # {ALLOW} github-pat until 2099-01-31\n"}


class TooLargeToRead(_Repo):
    """A log of 40 MB is passed over, and with it whatever stands in it."""

    expected = "coverage"
    files: ClassVar = {"app.log": "started\n" * 1200}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        options = super().build(folder)
        with (folder / "app.log").open("r+b") as file:
            file.truncate(40_000_000)
        return options


class EverythingExcluded(_Repo):
    """`exclude` leaves no file over."""

    expected = "liveness"
    files: ClassVar = {".env": f"GITHUB_TOKEN={GITHUB}\n"}
    options: ClassVar = {"exclude": ["**"]}


class Placeholders(_Repo):
    """Only stand-ins, references and documented examples stand beside the names of secrets."""

    expected = None
    files: ClassVar = {
        ".env.example": "DB_PASSWORD=changeme\nAPI_TOKEN=xxxxxxxxxxxxxxxx\nKEY=<your-key>\n",
        "deploy.yaml": "password: ${DB_PASSWORD}\ntoken: '{{ vault_token }}'\nsecretKeyRef: {name: hub, key: token}\n",
        "src/a.ts": "const token = process.env.TOKEN;\nconst passwordLabel = 'Enter your password';\n",
    }

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        for name, text in cls.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return {"cache": False}


class Digests(_Repo):
    """Hashes, UUIDs, lock files and public keys are no secrets."""

    expected = None
    files: ClassVar = {
        "deploy/x.env": "COMMIT={hex:40}\nBUILD_ID={uuid}\nIMAGE=registry.example.test/hub@sha256:{hex:64}\n",
        "pnpm-lock.yaml": "packages:\n  zod@3.23.8:\n    resolution: {{integrity: sha512-{b64bytes:64}}}\n",
        "deploy.pub": "ssh-ed25519 {ssh_public} deploy@example.test\n",
    }
