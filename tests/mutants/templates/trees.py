"""Repos with one bad template each, and repos whose templates are right in different styles."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

DIGEST = "sha256:" + "0123456789abcdef" * 4
VARIABLES = """\
variables:
  tenant: {example: acme}
  db_password: {example: example-only, secret: true}
  port: {example: 8080}
"""


class _Repo:
    """Files by path; variables.yaml is added where a repo has none of its own."""

    files: ClassVar[dict[str, str]]
    outputs: ClassVar[str] = ""

    @classmethod
    def build(cls, folder: Path) -> dict[str, Any]:
        declared = VARIABLES + ("outputs:\n" + cls.outputs if cls.outputs else "")
        for name, text in ({"templates/variables.yaml": declared} | cls.files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return {}


class NoTemplate(_Repo):
    """The templates were moved, and the globs match nothing."""

    expected = "liveness"
    files: ClassVar = {"README.md": "x\n"}


class RendersToNothing(_Repo):
    """A condition that never holds swallows the only template."""

    expected = "liveness"
    files: ClassVar = {"templates/a.yaml.j2": "{% if port == 1 %}a: 1\n{% endif %}"}


class Misspelled(_Repo):
    """A variable that nobody declares."""

    expected = "renders"
    files: ClassVar = {"templates/a.yaml.j2": "tenant: {{ tennant | tojson }}\n"}


class MisspelledUnderDefault(_Repo):
    """`default` hides a misspelled variable."""

    expected = "renders"
    files: ClassVar = {"templates/a.yaml.j2": "tenant: {{ tennant | default('x') | tojson }}\n"}


class MisspelledInBranch(_Repo):
    """The misspelled variable stands in a branch that the example doesn't take."""

    expected = "renders"
    files: ClassVar = {"templates/a.yaml.j2": "a: 1\n{% if port == 1 %}b: {{ regoin | tojson }}\n{% endif %}"}


class UnknownFilter(_Repo):
    """A filter that only another tool has."""

    expected = "renders"
    files: ClassVar = {"templates/a.yaml.j2": "a: {{ tenant | ipaddr }}\n"}


class EnvsubstUndeclared(_Repo):
    """envsubst makes nothing of a variable that isn't set."""

    expected = "renders"
    files: ClassVar = {"templates/a.yaml.tmpl": 'a: "${REGION}"\nport: ${PORT}\n'}


class WrongEngine(_Repo):
    """Jinja's braces in a file that envsubst reads."""

    expected = "no-unresolved"
    files: ClassVar = {"templates/a.yaml.tmpl": 'port: ${PORT}\na: "{{ tenant }}"\n'}


class DollarInJinja(_Repo):
    """envsubst's name in a file that Jinja reads."""

    expected = "no-unresolved"
    files: ClassVar = {"templates/a.json.j2": '{"port": {{ port }}, "tenant": "${TENANT}"}\n'}


class Raw(_Repo):
    """`raw` keeps a statement from being read."""

    expected = "no-unresolved"
    files: ClassVar = {"templates/a.env.j2": "PORT={{ port }}\n{% raw %}A='{% if x %}1{% endif %}'{% endraw %}\n"}


class BadIndent(_Repo):
    """A block that is indented wrongly once it is rendered."""

    expected = "valid-result"
    files: ClassVar = {"templates/a.yaml.j2": "a:\n  b: {{ port }}\n c: 1\n"}


class TrailingComma(_Repo):
    """A loop leaves a comma behind its last row."""

    expected = "valid-result"
    files: ClassVar = {"templates/a.json.j2": '{"a": [{% for n in [1, 2] %}{{ n }},{% endfor %}]}\n'}


class ComposeTypo(_Repo):
    """A setting of a service is misspelled."""

    expected = "valid-result"
    files: ClassVar = {
        "templates/compose.yaml.j2": f"services:\n  hub:\n    image: hub@{DIGEST}\n    enviroment: {{}}\n"
    }


class ComposeWithoutImage(_Repo):
    """A service has neither image nor build."""

    expected = "valid-result"
    files: ClassVar = {"templates/compose.yaml.j2": "services:\n  hub:\n    restart: always\n"}


class CloudConfigHeader(_Repo):
    """A comment stands before `#cloud-config`, so cloud-init ignores the file."""

    expected = "valid-result"
    files: ClassVar = {"templates/user-data.j2": "# for {{ port }}\n#cloud-config\npackages: [git]\n"}


class NginxSemicolon(_Repo):
    """A semicolon is missing."""

    expected = "valid-result"
    files: ClassVar = {"templates/nginx/hub.conf.j2": "server {\n  listen {{ port }}\n  root /srv;\n}\n"}


class UnitTypo(_Repo):
    """A unit without a command."""

    expected = "valid-result"
    files: ClassVar = {"templates/hub.service.j2": "[Unit]\nDescription=Hub\n[Service]\nExecStrat=/usr/bin/true\n"}


class ShellOpenIf(_Repo):
    """A condition of a script isn't closed."""

    expected = "valid-result"
    files: ClassVar = {"templates/run.sh.j2": "#!/bin/bash\nif true; then\n  echo {{ port }}\n"}


class YamlUnquoted(_Repo):
    """A value stands bare in YAML."""

    expected = "no-injection"
    files: ClassVar = {"templates/a.yaml.j2": "tenant: {{ tenant }}\n"}


class YamlQuotesOnly(_Repo):
    """Quotes around a value aren't escaping."""

    expected = "no-injection"
    files: ClassVar = {"templates/a.yaml.j2": 'tenant: "{{ tenant }}"\n'}


class JsonQuotesOnly(_Repo):
    """The same in JSON."""

    expected = "no-injection"
    files: ClassVar = {"templates/a.json.j2": '{"tenant": "{{ tenant }}"}\n'}


class BlockUnindented(_Repo):
    """A block scalar whose second line falls out of it."""

    expected = "no-injection"
    files: ClassVar = {"templates/a.yaml.j2": "a:\n  motd: |\n    {{ tenant }}\n"}


class ShellDoubleQuotes(_Repo):
    """Double quotes let a command be substituted."""

    expected = "no-injection"
    files: ClassVar = {"templates/run.sh.j2": '#!/bin/bash\necho "{{ tenant }}"\n'}


class HereDocument(_Repo):
    """A here-document without quotes expands what a tenant is called."""

    expected = "no-injection"
    files: ClassVar = {"templates/run.sh.j2": "#!/bin/bash\ncat <<EOF\n{{ tenant }}\nEOF\n"}


class ShellComment(_Repo):
    """A comment ends at the line end that a value brings along."""

    expected = "no-injection"
    files: ClassVar = {"templates/run.sh.j2": "#!/bin/bash\n# for {{ tenant }}\necho ok\n"}


class RunCommand(_Repo):
    """YAML is right, and the shell below runcmd isn't."""

    expected = "no-injection"
    files: ClassVar = {"templates/user-data.j2": "#cloud-config\nruncmd:\n  - {{ ('hostname ' ~ tenant) | tojson }}\n"}


class NginxWord(_Repo):
    """A name ends its directive."""

    expected = "no-injection"
    files: ClassVar = {"templates/nginx/hub.conf.j2": "server {\n  server_name {{ tenant }};\n}\n"}


class EnvLine(_Repo):
    """A value brings a second line, and with it a second variable."""

    expected = "no-injection"
    files: ClassVar = {"templates/hub.env.j2": "TENANT={{ tenant }}\nPORT={{ port }}\n"}


class UnitEnvironment(_Repo):
    """A value with a blank becomes a second assignment."""

    expected = "no-injection"
    files: ClassVar = {"templates/hub.service.j2": "[Service]\nEnvironment=T={{ tenant }}\nExecStart=/usr/bin/true\n"}


class EnvsubstYaml(_Repo):
    """envsubst escapes nothing, and the variable has no pattern."""

    expected = "no-injection"
    files: ClassVar = {"templates/a.yaml.tmpl": 'tenant: "${TENANT}"\n'}


class ComposeTag(_Repo):
    """An image by tag."""

    expected = "images-pinned"
    files: ClassVar = {"templates/compose.yaml.j2": "services:\n  hub: {image: 'registry.example.test/hub:1.2'}\n"}


class DockerfileTag(_Repo):
    """The second stage starts from a tag."""

    expected = "images-pinned"
    files: ClassVar = {
        "templates/Dockerfile.j2": f"FROM node@{DIGEST} AS build\nFROM debian:12\nCOPY --from=build /a /a\n"
    }


class ManifestLatest(_Repo):
    """A Kubernetes manifest with latest."""

    expected = "images-pinned"
    files: ClassVar = {
        "templates/hub.yaml.j2": "apiVersion: v1\nkind: Pod\nmetadata: {name: hub}\n"
        "spec:\n  containers:\n    - {name: hub, image: 'hub:latest'}\n"
    }


class UnitRunsTag(_Repo):
    """A unit runs an image by tag."""

    expected = "images-pinned"
    files: ClassVar = {
        "templates/hub.service.j2": "[Service]\nExecStart=/usr/bin/docker run --rm --name hub -p 80:80 hub:1.2\n"
    }


class LiteralPassword(_Repo):
    """A password in clear."""

    expected = "no-credential"
    files: ClassVar = {"templates/hub.env.j2": "DB_PASSWORD=" + "Xk9vQ2mR" + "7pLw4tZs\nPORT={{ port }}\n"}


class DefaultPassword(_Repo):
    """A secret with a default."""

    expected = "no-credential"
    files: ClassVar = {"templates/a.yaml.j2": "p: {{ db_password | default('changeit') | tojson }}\n"}
    outputs: ClassVar = '  "templates/a.yaml.j2": {mode: "0600"}\n'


class SecretReadable(_Repo):
    """A secret in a file that everybody reads."""

    expected = "no-credential"
    files: ClassVar = {"templates/a.yaml.j2": "p: {{ db_password | tojson }}\n"}
    outputs: ClassVar = '  "templates/a.yaml.j2": {mode: "0644"}\n'


class SecretEncoded(_Repo):
    """base64 hides a secret from nobody; no mode is declared."""

    expected = "no-credential"
    files: ClassVar = {"templates/a.yaml.j2": "p: {{ db_password | b64encode }}\n"}


class WorldWritable(_Repo):
    """Everybody may write the file."""

    expected = "file-modes"
    files: ClassVar = {"templates/a.yaml.j2": "port: {{ port }}\n"}
    outputs: ClassVar = '  "templates/a.yaml.j2": {mode: "0666"}\n'


class ExecutableUnit(_Repo):
    """A unit that may be run."""

    expected = "file-modes"
    files: ClassVar = {"templates/hub.service.j2": "[Service]\nExecStart=/usr/bin/true {{ port }}\n"}
    outputs: ClassVar = '  "templates/hub.service.j2": {mode: "0755"}\n'


class Jinja(_Repo):
    """Everything by Jinja, each value escaped as its format asks."""

    expected = None
    files: ClassVar = {
        "templates/compose.yaml.j2": "# {{ port }}\nname: letsbe\nservices:\n  hub:\n"
        f"    image: registry.example.test/hub@{DIGEST}\n"
        "    environment:\n      TENANT: {{ tenant | tojson }}\n      HOME_DIR: ${HOME}\n"
        "    ports: ['127.0.0.1:{{ port }}:8080']\n    secrets: [db]\n"
        "    healthcheck: {test: [CMD, docker, inspect, --format, '{{ '{{.State}}' }}']}\n"
        "secrets:\n  db: {file: ./db}\n",
        "templates/db.json.j2": '{% import "_macros.j2" as m %}{"password": {{ m.text(db_password) }}}\n',
        "templates/_macros.j2": "{% macro text(value) %}{{ value | to_json }}{% endmacro %}",
        "templates/motd.txt.j2": "Welcome to {{ tenant }}\n",
        "templates/run.sh.j2": "#!/usr/bin/env bash\nset -euo pipefail\ntenant={{ tenant | quote }}\n"
        "printf '%s\\n' \"${tenant}\" {{ tenant | quote }}\ncat <<'X'\nplain ${text}\nX\n",
        "templates/user-data.j2": "#cloud-config\nhostname: {{ tenant | tojson }}\nruncmd:\n"
        "  - [hostname, {{ tenant | tojson }}]\n  - {{ ('echo ' ~ (tenant | quote)) | to_json }}\n"
        "write_files:\n  - path: /etc/t\n    permissions: '0644'\n    content: {{ tenant | tojson }}\n",
        "templates/tree.yaml.j2": "url: {{ ('https://x.test/' ~ (tenant | urlencode)) | tojson }}\n"
        "sum: {{ tenant | b64encode }}\nnote: |\n  {{ tenant | indent(2) }}\n",
    }
    outputs: ClassVar = '  "templates/db.json.j2": {kind: json, mode: "0640"}\n'


class Envsubst(_Repo):
    """envsubst and plain files; what a value may hold is declared."""

    expected = None
    files: ClassVar = {
        "templates/variables.yaml": "variables:\n"
        '  tenant: {example: acme, pattern: "[a-z][a-z0-9-]{0,30}"}\n'
        f'  image: {{example: "hub@{DIGEST}", pattern: "[a-z0-9./-]+@sha256:[0-9a-f]{{64}}"}}\n'
        '  db_password: {example: example-only, secret: true, pattern: "[A-Za-z0-9_-]+"}\n'
        'outputs:\n  "templates/hub.env.tmpl": {kind: env, mode: "0600"}\n',
        "templates/nginx/hub.conf.tmpl": "server {\n  listen 127.0.0.1:80;\n  server_name ${TENANT}.example.test;\n"
        "  location / {\n    proxy_pass http://127.0.0.1:8080;\n    proxy_set_header Host $host;\n  }\n}\n",
        "templates/hub.env.tmpl": "TENANT=${TENANT}\nDB_PASSWORD=${DB_PASSWORD}\n",
        "templates/docker-compose.yml.tmpl": "services:\n  ${TENANT}:\n    image: ${IMAGE}\n    env_file: [hub.env]\n",
        "templates/run.sh.envsubst": '#!/bin/bash\nset -eu\nfor name in "$@"; do\n  echo "$name ${TENANT} $HOME"\ndone\n',
        "templates/logrotate": "/var/log/*.log {\n  weekly\n}\n",
        "templates/hub.service": "[Unit]\nDescription=Hub\n[Service]\nExecStart=/usr/bin/env A=${B} true\n"
        "[Install]\nWantedBy=multi-user.target\n",
    }


class Plain(_Repo):
    """Refuses what it doesn't know, builds its own image, and has numbers bare."""

    expected = None
    files: ClassVar = {
        "templates/variables.yaml": "variables:\n  tenant: {example: acme}\n  plan: {example: small}\n"
        "  port: {example: 8080}\n  peers: {example: [{name: a}, {name: b}]}\n  tls: {example: true}\n"
        'outputs:\n  templates/hub.json.jinja: {mode: "0644"}\n',
        "templates/hub.json.jinja": '{"cpus": {{ {"small": 1, "large": 4}[plan] }}, "tls": {{ tls | tojson }},\n'
        ' "peers": [{% for peer in peers %}{{ peer | tojson }}{{ "," if not loop.last }}{% endfor %}]}\n',
        "templates/compose.yaml.jinja": "services:\n  hub:\n    build: .\n    image: hub:dev\n    ports:\n"
        '      - "{{ port }}:80"\n    labels:\n      tenant: {{ tenant | tojson }}\n',
        "templates/hub.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
        "templates/Dockerfile": f"FROM node@{DIGEST} AS build\nFROM scratch\nCOPY --from=build /a /a\n",
        "templates/alerts.yaml": 'groups:\n  - name: hub\n    summary: "{{ $labels.x }} is {{ .Value }}"\n',
    }
