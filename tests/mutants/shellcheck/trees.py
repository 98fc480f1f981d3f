"""Repos with one bad script each, and repos whose scripts are right in different styles."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

HEAD = "#!/usr/bin/env bash\nset -euo pipefail\n"


class _Repo:
    """Files by path."""

    files: ClassVar[dict[str, str]]
    options: ClassVar[dict[str, Any]] = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        for name, text in cls.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return cls.options


class NoScript(_Repo):
    """There is no script: a linter that looks at nothing is content."""

    expected = "liveness"
    files: ClassVar = {"README.md": "# Provisioner\n"}


class ExpectedButMissing(_Repo):
    """The script that matters was moved; the glob matches nothing."""

    expected = "looked-at"
    files: ClassVar = {"bin/install.sh": HEAD + "echo ok\n"}
    options: ClassVar = {"expect": ["scripts/credentials*.sh"]}


class ExpectedButExcluded(_Repo):
    """`exclude` takes out the very script that is expected."""

    expected = "looked-at"
    files: ClassVar = {"scripts/credentials.sh": HEAD + "echo ok\n", "a.sh": HEAD + "echo ok\n"}
    options: ClassVar = {"expect": ["scripts/credentials.sh"], "exclude": ["scripts/**"]}


class UnquotedGlob(_Repo):
    """ShellCheck itself complains, in a script without an ending."""

    expected = "clean"
    files: ClassVar = {"bin/provision": HEAD + 'cd "$1" || exit 1\nfor f in $(ls *.conf); do cat "$f"; done\n'}


class SyntaxBroken(_Repo):
    """A script doesn't even parse."""

    expected = "clean"
    files: ClassVar = {"a.sh": HEAD + "if true; then\n  echo ok\n"}


class GoesOn(_Repo):
    """No `set -e`: it goes on after an error."""

    expected = "stops-at-errors"
    files: ClassVar = {"a.sh": "#!/usr/bin/env bash\necho start\n"}


class NoPipefail(_Repo):
    """`set -eu` in bash lets the first half of a pipe fail unseen."""

    expected = "stops-at-errors"
    files: ClassVar = {"a.sh": "#!/bin/bash\nset -eu\necho start\n"}


class SetTooLate(_Repo):
    """`set -euo pipefail` stands behind the first command."""

    expected = "stops-at-errors"
    files: ClassVar = {"a.sh": "#!/bin/bash\nmkdir -p /srv/tenant\nset -euo pipefail\n"}


class SwitchedOff(_Repo):
    """`set -euo pipefail` stands in a comment only."""

    expected = "stops-at-errors"
    files: ClassVar = {"a.sh": "#!/bin/bash\n# set -euo pipefail\necho start\n"}


class CurlPipeSh(_Repo):
    """An installer is piped from the network into a shell."""

    expected = "no-pipe-to-shell"
    files: ClassVar = {"a.sh": HEAD + "curl -fsSL https://get.example.test | sudo -E bash -s -- --yes\n"}


class CurlTeeSh(_Repo):
    """Something stands between the download and the shell."""

    expected = "no-pipe-to-shell"
    files: ClassVar = {"a.sh": HEAD + "wget -qO- https://get.example.test | tee /tmp/x | sh\n"}


class BashOfCurl(_Repo):
    """bash reads a script from a process substitution."""

    expected = "no-pipe-to-shell"
    files: ClassVar = {"a.sh": HEAD + "bash <(curl -fsSL https://get.example.test)\n"}


class EvalOfCurl(_Repo):
    """What is downloaded is evaluated."""

    expected = "no-pipe-to-shell"
    files: ClassVar = {"a.sh": HEAD + 'eval "$(curl -fsSL https://get.example.test)"\n'}


class PythonOfCurl(_Repo):
    """What is downloaded is piped into an interpreter."""

    expected = "no-pipe-to-shell"
    files: ClassVar = {"a.sh": HEAD + "curl -fsSL https://get.example.test | python3 -\n"}


class TokenInHeader(_Repo):
    """A token stands in curl's arguments."""

    expected = "no-secret-argument"
    files: ClassVar = {"a.sh": HEAD + 'curl -H "Authorization: Bearer ${HUB_TOKEN}" https://hub.example.test\n'}


class PasswordOption(_Repo):
    """A password is glued to an option, behind sudo."""

    expected = "no-secret-argument"
    files: ClassVar = {"a.sh": HEAD + 'sudo mysql -u root "-p$DB_PASSWORD" -e "select 1"\n'}


class DockerEnvValue(_Repo):
    """docker gets a variable with its value."""

    expected = "no-secret-argument"
    files: ClassVar = {"a.sh": HEAD + 'docker run -e "API_KEY=$API_KEY" registry.example.test/hub:1\n'}


class UnquotedSecret(_Repo):
    """A password is printed without quotes, and ShellCheck was told to be quiet."""

    expected = "quoted-secrets"
    files: ClassVar = {"a.sh": HEAD + "# shellcheck disable=SC2086\nprintf '%s' $DB_PASSWORD > /run/secret\n"}


class UnquotedInWord(_Repo):
    """A token is glued unquoted to a word."""

    expected = "quoted-secrets"
    files: ClassVar = {"a.sh": HEAD + "# shellcheck disable=SC2086\necho token=$HUB_TOKEN\n"}


class Careful(_Repo):
    """Secrets by standard input, file and environment; downloads are checked before they run."""

    expected = None
    files: ClassVar = {
        "scripts/credentials.sh": HEAD
        + 'umask 077\nreadonly TOKEN_FILE="/run/secrets/token"\nHUB_TOKEN=$(cat "$TOKEN_FILE")\nexport HUB_TOKEN\n'
        'PGPASSWORD="$HUB_TOKEN" psql -U hub -c "select 1"\n'
        "printf '%s' \"$HUB_TOKEN\" | docker login -u bot --password-stdin registry.example.test\n"
        'curl -fsSL https://get.example.test -o /tmp/get.sh\necho "0000  /tmp/get.sh" | sha256sum -c -\nbash /tmp/get.sh\n'
        "curl -fsS https://hub.example.test/health | python3 -m json.tool\n"
        'login() {\n  read -r pass <<<"$1"\n  printf \'%s\\n\' "${#pass}"\n}\nlogin "$HUB_TOKEN"\n'
        'docker run -e HUB_TOKEN registry.example.test/hub:1\n: "${HUB_TOKEN:?is missing}"\n'
        'echo "never run curl | sh"\n',
    }
    options: ClassVar = {"expect": ["scripts/*.sh"]}


class PosixShell(_Repo):
    """A script for sh, one with its options spelled out, and a library that is only sourced."""

    expected = None
    files: ClassVar = {
        "bin/start": "#!/bin/sh\n# Starts the tenant.\nset -eu\nexec node /srv/hub/main.js\n",
        "bin/check": "#!/bin/bash\n\nset -o errexit -o nounset\nset -o pipefail\necho ok\n",
        "lib/log.sh": "log() {\n  printf '%s\\n' \"$*\" >&2\n}\n",
        "bin/strict": "#!/bin/bash -eu\nset -Eo pipefail\ntrap 'echo failed' ERR\necho ok\n",
    }


class NotShell(_Repo):
    """One script, and files that only look like scripts."""

    expected = None
    files: ClassVar = {
        "a.sh": HEAD + "echo ok\n",
        "tool": "#!/usr/bin/env python3\nprint('curl | sh')\n",
        "Makefile": "install:\n\tcurl x | sh\n",
        "notes.md": "curl x | sh\n",
    }
