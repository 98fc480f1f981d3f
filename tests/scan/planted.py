"""A planted tree, written by template: true secrets of the redaction corpus in the files where they'd stand, and
look-alikes of both corpora and of our own. Neither side is made from the scanner's rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pytest_letsbe.checks.redaction.corpus import named
from pytest_letsbe.checks.redaction.synth import fill, synthesise

#: How people write a name and a value, by file. Multi-line values go to files of their own.
CARRIERS = {
    "deploy/{n}.env": "{KEY}={value}\n",
    "config/{n}.json": '{{"name": "hub", "{camel}": {json}, "port": 8080}}\n',
    "deploy/{n}/compose.yaml": "services:\n  hub:\n    environment:\n      {KEY}: {yaml}\n      PORT: 8080\n",
    "src/{n}.ts": "export const {camel} = {json};\nexport const port = 8080;\n",
    "app/{n}.py": "{KEY} = {json}\nPORT = 8080\n",
}
#: Kinds that are a file of a certain name.
FILES = {
    "pypirc": ".pypirc",
    "netrc": ".netrc",
    "npmrc": ".npmrc",
    "tfvars": "prod.tfvars",
    "kubernetes-secret": "secret.yaml",
}


@dataclass(frozen=True)
class Planted:
    """A file and whether it holds a secret; the secret's own text for the hygiene test."""

    path: str
    text: str
    true: bool
    name: str
    cores: tuple[str, ...] = field(default=(), repr=False)


def trues(per_kind: int = 3) -> Iterator[Planted]:
    """Every kind of secret of the redaction corpus in some carriers."""
    carriers = list(CARRIERS.items())
    for number, kind in enumerate(named(["secrets"]).kinds):
        for seed in range(per_kind):
            secret = synthesise(kind, seed)
            name = f"{kind.id}-{seed}"
            if "\n" in secret.value:
                if seed == 0:
                    yield Planted(
                        f"files/{name}/{FILES.get(kind.id, 'notes.txt')}",
                        secret.value + "\n",
                        True,
                        kind.id,
                        tuple(secret.cores),
                    )
                continue
            path, template = carriers[(number + seed) % len(carriers)]
            words = kind.key.lower().split("_")
            text = template.format(
                KEY=kind.key,
                camel=words[0] + "".join(word.title() for word in words[1:]),
                value=secret.value if _plain(secret.value) else json.dumps(secret.value, ensure_ascii=False),
                json=json.dumps(secret.value, ensure_ascii=False),
                yaml=json.dumps(secret.value, ensure_ascii=False),
            )
            yield Planted(path.format(n=name), text, True, kind.id, tuple(secret.cores))


def _plain(value: str) -> bool:
    return not set(value) & set(" #\"'$`\\")


_KEYS = ("password", "DB_PASSWORD", "apiToken", "client_secret", "API_KEY", "private_key")
_STAND_INS = (
    "changeme", "${{VAULT}}", "{{{{ value }}}}", "xxxxxxxxxxxx", "<your-token>", "your-api-key-here", "********",
    "process.env.TOKEN", "REPLACE_ME", "example-value", "TODO: ask ops", "secrets/db/password", "placeholder",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hub", "vault:secret/data/hub", "/run/secrets/db",
)  # fmt: skip
_BENIGN_LINES = (
    ("src/{n}.ts", "const {camel}Label = 'Enter your password again';\n"),
    ("src/{n}.ts", "if (!token) throw new Error('token is missing in the header');\n"),
    (
        "src/{n}.ts",
        "export type TokenKind = 'access' | 'refresh';\nconst tokenUrl = 'https://hub.example.test/oauth/token';\n",
    ),
    ("src/{n}.css", ":root {{ --token-color-primary-500: #{hex:6}; }}\n"),
    ("app/{n}.py", "token = request.headers['X-Api-Key']\npassword = getpass('Password: ')\n"),
    ("app/{n}.py", "PASSWORD_HASHERS = ['django.contrib.auth.hashers.Argon2PasswordHasher']\n"),
    (
        "locales/{n}.json",
        '{{"password": "Passwort", "forgotPassword": "Passwort vergessen?", "token": "Zugangscode"}}\n',
    ),
    ("deploy/{n}.env", "COMMIT={hex:40}\nBUILD_ID={uuid}\nIMAGE_DIGEST=sha256:{hex:64}\n"),
    (
        "deploy/{n}.yaml",
        "image: registry.example.test/hub@sha256:{hex:64}\nsecretName: hub-db\nsecretKeyRef: {{name: hub, key: password}}\n",
    ),
    ("docs/{n}.md", "Set `API_KEY` to the key from the console, such as `API_KEY=your-key`.\n"),
    (
        "web/{n}.html",
        '<input type="password" name="password" autocomplete="current-password" placeholder="Password">\n',
    ),
    ("pnpm/{n}/pnpm-lock.yaml", "packages:\n  zod@{semver}:\n    resolution: {{integrity: sha512-{b64bytes:64}}}\n"),
    ("src/{n}.go", 'const tokenHeader = "X-Auth-Token"\nvar ErrPassword = errors.New("wrong password")\n'),
    ("sql/{n}.sql", "CREATE TABLE users (id uuid, password_hash text NOT NULL, token_expires_at timestamptz);\n"),
    ("tf/{n}.tf", 'resource "random_password" "db" {{\n  length = 32\n}}\npassword = random_password.db.result\n'),
    ("src/{n}.ts", "const key = `cache:${{user.id}}:profile`;\nconst primaryKey = '{uuid}';\n"),
    ("src/{n}.test.ts", "expect(mask('sk_test_short')).toBe('sk_t…');\nconst password = 'test1234';\n"),
    ("keys/{n}.pub", "ssh-ed25519 {ssh_public} deploy@example.test\n"),
    ("certs/{n}.pem", "{pem_begin:CERTIFICATE}\n{certificate}\n{pem_end:CERTIFICATE}\n"),
    ("keys/{n}.pem", "{pem_begin:PUBLIC KEY}\n{rsa_public}\n{pem_end:PUBLIC KEY}\n"),
)


def benigns() -> Iterator[Planted]:
    """Look-alikes: the redaction corpus's benign texts, stand-ins beside a secret's name, and what code says."""
    for benign in named(["secrets"]).benign:
        yield Planted(f"texts/{benign.id}.txt", benign.render(0) + "\n", False, benign.id)
    for number, stand_in in enumerate(_STAND_INS):
        for index, key in enumerate(_KEYS):
            path, template = list(CARRIERS.items())[(number + index) % len(CARRIERS)]
            value = fill(stand_in, "stand-in", 0).value
            text = template.format(
                KEY=key.upper(), camel=key, value=value, json=json.dumps(value), yaml=json.dumps(value)
            )
            yield Planted(path.format(n=f"stand-in-{number}-{index}"), text, False, f"stand-in {stand_in}")
    for number, (path, template) in enumerate(_BENIGN_LINES):
        for seed in range(4):
            text = fill(template.replace("{camel}", "hub"), f"benign-{number}", seed).value
            yield Planted(path.format(n=f"line-{number}-{seed}"), text, False, f"line {number}")
