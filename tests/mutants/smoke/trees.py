"""Provisioners with one fault each, and such as are right in different styles."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

HEAD = "#!/usr/bin/env bash\nset -euo pipefail\numask 077\n"
WORK = (
    "install -d -m 0755 /etc/hub\n"
    "[ -s /etc/hub/secret ] || { head -c 24 /dev/urandom | base64 >/etc/hub/secret.new; mv /etc/hub/secret.new /etc/hub/secret; }\n"
    "install -d -m 0750 /srv/hub\n"
)
UNIT = "printf '[Service]\\nExecStart=/usr/bin/true\\n' >/etc/systemd/system/hub.service\n"
#: A server without a tool that may be missing: perl is essential on Debian.
LISTEN = (
    "perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen=>1,LocalAddr=>q(127.0.0.1),LocalPort=>%d) or die; sleep 60'"
    " >/dev/null 2>&1 &\n"
)


class _Script:
    """scripts/provision.sh, and what the manifest says of it."""

    script: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        (folder / "scripts").mkdir()
        (folder / "scripts" / "provision.sh").write_text(cls.script, encoding="utf-8")
        base = {"run": ["bash", "scripts/provision.sh"], "secrets": ["/etc/hub/secret", "HUB_TOKEN"], "timeout": 30}
        return base | {"expect": {"files": {"/etc/hub/secret": "0600"}}} | cls.options


class DoesNothing(_Script):
    """It ends with 0 and has done nothing."""

    expected = "liveness"
    script: ClassVar = HEAD + "echo done\n"


class Fails(_Script):
    """It needs a folder that only an old machine has."""

    expected = "first-run"
    script: ClassVar = HEAD + WORK + "cp /srv/old/config /srv/hub/\n"


class Hangs(_Script):
    """It waits for somebody who never comes."""

    expected = "first-run"
    script: ClassVar = HEAD + WORK + "sleep 600\n"
    options: ClassVar = {"timeout": 2}


class SecondFails(_Script):
    """mkdir without -p fails the second time."""

    expected = "idempotent"
    script: ClassVar = HEAD + WORK + "mkdir /srv/hub/data\n"


class Appends(_Script):
    """Each run appends a line."""

    expected = "idempotent"
    script: ClassVar = HEAD + WORK + "echo '127.0.0.1 hub' >>/etc/hosts\n"


class Rotates(_Script):
    """Each run makes the secret anew, and the service has the old one."""

    expected = "idempotent"
    script: ClassVar = HEAD + WORK + "rm /etc/hub/secret\n" + WORK


class Stamps(_Script):
    """Each run writes the time into the configuration."""

    expected = "idempotent"
    script: ClassVar = HEAD + WORK + "date +%s%N >/etc/hub/provisioned\n"


class WrongMode(_Script):
    """The secret's group may read it, and the manifest says otherwise."""

    expected = "expected-files"
    script: ClassVar = HEAD + WORK + "chmod 0640 /etc/hub/secret\n"


class NoFile(_Script):
    """A declared file isn't written."""

    expected = "expected-files"
    script: ClassVar = HEAD + WORK
    options: ClassVar = {"expect": {"files": {"/etc/hub/hub.conf": "0644"}}}


class ExtraService(_Script):
    """It enables a service that nobody declared."""

    expected = "declared-services"
    script: ClassVar = HEAD + WORK + UNIT + "systemctl enable --now hub\n"


class NoService(_Script):
    """The declared unit isn't written."""

    expected = "declared-services"
    script: ClassVar = HEAD + WORK
    options: ClassVar = {"expect": {"services": ["hub"]}}


class ExtraPort(_Script):
    """A helper goes on listening."""

    expected = "declared-ports"
    script: ClassVar = HEAD + WORK + LISTEN % 9999 + "until grep -q :270F /proc/net/tcp; do sleep 0.1; done\n"


class NoPort(_Script):
    """The declared port stays closed."""

    expected = "declared-ports"
    script: ClassVar = HEAD + WORK
    options: ClassVar = {"expect": {"ports": [8080]}}


class OpenSecret(_Script):
    """Everybody reads the secret."""

    expected = "secrets-private"
    script: ClassVar = HEAD + WORK + "chmod 0644 /etc/hub/secret\n"


class OpenCopy(_Script):
    """A second file with the secret is open."""

    expected = "secrets-private"
    script: ClassVar = HEAD + WORK + "umask 022\nprintf 'token=%s\\n' \"$HUB_TOKEN\" >/etc/hub/hub.env\n"


class Echoes(_Script):
    """It prints the token."""

    expected = "no-secret-in-logs"
    script: ClassVar = HEAD + WORK + 'echo "using token $HUB_TOKEN"\n'


class LogsEncoded(_Script):
    """A log holds the secret in base64."""

    expected = "no-secret-in-logs"
    script: ClassVar = HEAD + WORK + "printf '%s' \"$HUB_TOKEN\" | base64 -w0 >/var/log/hub\n"


class Traces(_Script):
    """`set -x` writes every command with its secret to stderr."""

    expected = "no-secret-in-logs"
    script: ClassVar = HEAD + WORK + 'set -x\nsecret=$(cat /etc/hub/secret)\n[ -n "$secret" ]\n'


class ShortArgument(_Script):
    """A command that ends at once has the token among its arguments."""

    expected = "no-secret-in-arguments"
    script: ClassVar = HEAD + WORK + 'expr "$HUB_TOKEN" : x >/dev/null || true\n'


class OwnPath(_Script):
    """The same by an absolute path, for as long as a request takes."""

    expected = "no-secret-in-arguments"
    script: ClassVar = HEAD + WORK + 'PATH=/usr/bin\n/usr/bin/env -- sh -c "sleep 1" "$(cat /etc/hub/secret)"\n'


class StubbedArgument(_Script):
    """A stubbed docker gets the token with -e."""

    expected = "no-secret-in-arguments"
    script: ClassVar = HEAD + WORK + 'docker run -e "TOKEN=$HUB_TOKEN" hub\n'
    options: ClassVar = {"stubs": ["docker"]}


class DoneTooSoon(_Script):
    """It marks itself as done before it is."""

    expected = "resumes"
    script: ClassVar = HEAD + "[ -e /etc/hub.done ] && exit 0\ntouch /etc/hub.done\n" + WORK


class LockStays(_Script):
    """A lock outlives the run that was killed."""

    expected = "resumes"
    script: ClassVar = HEAD + "mkdir /etc/hub.lock\n" + WORK + "rmdir /etc/hub.lock\n"


class HalfFile(_Script):
    """A file that was begun counts as whole."""

    expected = "resumes"
    script: ClassVar = (
        HEAD + WORK + "[ -e /etc/hub/conf ] || { echo a >/etc/hub/conf; sleep 0.2; echo b >>/etc/hub/conf; }\n"
    )


class OpenMeanwhile(_Script):
    """The secret is open until the next command closes it."""

    expected = "resumes"
    script: ClassVar = (
        HEAD + "install -d -m 0755 /etc/hub\numask 022\n"
        '[ -s /etc/hub/secret ] || printf "%s" "$HUB_TOKEN" >/etc/hub/secret\nchmod 0600 /etc/hub/secret\n'
    )


class Careful(_Script):
    """Makes each thing whole and once; a unit, a port, and a log of its own."""

    expected = None
    script: ClassVar = (
        HEAD + WORK + "umask 022\n" + UNIT + "systemctl daemon-reload\nsystemctl enable --now hub\n" + LISTEN % 8080
        + 'echo "provisioned" | tee -a /var/log/provision.log\nchown 33:33 /srv/hub || true\ndocker compose up -d\n'
    )  # fmt: skip
    options: ClassVar = {
        "expect": {
            "files": {"/etc/hub/secret": "0600", "/srv/hub": "0750", "/etc/systemd/system/hub.service": "0644"},
            "services": ["hub.service"],
            "ports": [8080],
        },
        "stubs": ["docker"],
    }


class PosixAndPaths(_Script):
    """sh, with commands by their whole path, and a closed folder around an open file."""

    expected = None
    script: ClassVar = (
        "#!/bin/sh\nset -eu\n/usr/bin/mkdir -p /etc/hub\n/usr/bin/chmod 0700 /etc/hub\n"
        "if [ ! -s /etc/hub/secret ]; then\n  umask 077\n  printf '%s' \"$HUB_TOKEN\" >/etc/hub/.new\n"
        "  /usr/bin/mv /etc/hub/.new /etc/hub/secret\nfi\numask 022\nprintf 'token=%s\\n' \"$HUB_TOKEN\" >/etc/hub/env\n"
        'echo "token has ${#HUB_TOKEN} characters" >&2\n'
    )


class OnlyBuiltins(_Script):
    """A script without a single command."""

    expected = None
    script: ClassVar = HEAD + "printf 'a=1\\n' >/etc/hub.conf\n"
    options: ClassVar = {"expect": {"files": {"/etc/hub.conf": "0600"}}, "secrets": []}
