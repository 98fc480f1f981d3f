"""Values that only their name gives away, in every syntax that names stand in."""

import pytest

from pytest_letsbe.reference.redactor import ReferenceRedactor
from pytest_letsbe.reference.redactor.names import sort_of

from .made import PASSWORD, PHRASE, run_of

redactor = ReferenceRedactor()
V = PASSWORD
GONE = "REDACTED-secret"

SYNTAXES = {
    "env": ("A=1\nDB_PASSWORD={}\nB=2\n"),
    "export": ("export DB_PASSWORD='{}'\nmake\n"),
    "ini": ("[db]\ndb_password = {}\ntimeout = 30\n"),
    "toml": ('db_password = "{}"\nn = 3\n'),
    "yaml": ("db_password: {}\nn: 3\n"),
    "yaml comment": ("db_password: {}  # from the vault\n"),
    "yaml block": ("db_password: |-\n  {}\nnext: 1\n"),
    "json": ('{{"user": "a", "db_password": "{}", "n": 1}}'),
    "json camel": ('{{"dbPassword": "{}"}}'),
    "json nested value": ('{{"db_password": {{"value": "{}", "type": "string"}}}}'),
    "json in json": ('{{"body": "{{\\"password\\": \\"{}\\", \\"n\\": 2}}"}}'),
    "json twice in json": ('{{"log": "{{\\"line\\": \\"{{\\\\\\"password\\\\\\": \\\\\\"{}\\\\\\"}}\\"}}"}}'),
    "name and value": ('[{{"name": "DB_PASSWORD", "value": "{}"}}]'),
    "kubernetes env": ("- name: DB_PASSWORD\n  value: {}\n"),
    "python": ("Error: {{'user': 'ci', 'password': '{}', 'port': 1}}"),
    "source": ('const dbPassword = "{}";\n'),
    "ruby": (":password => '{}', :user => 'a'"),
    "log": ("INFO login user=a password={} status=200"),
    "message": ("request failed: password={} (attempt 2)"),
    "header": ("X-Api-Token: {}\r\nAccept: */*\r\n"),
    "cookie": ("Cookie: theme=dark; auth_token={}; lang=en\r\n"),
    "set-cookie": ("Set-Cookie: session_token={}; Path=/; HttpOnly\r\n"),
    "url": ("https://h.test/?page=2&access_token={}&sort=name"),
    "form": ("user=a&password={}&scope=read"),
    "connection string": ("Server=h;User Id=a;Password={};Encrypt=True"),
    "xml": ("<job><db-password>{}</db-password><n>2</n></job>"),
    "cdata": ("<db-password><![CDATA[{}]]></db-password>"),
    "attribute": ('<server host="h" password="{}" pool="8"/>'),
    "input": ('<input name="password" value="{}">'),
    "csv": ("name,value,owner\npassword,{},alice\n"),
    "markdown table": ("| name | value |\n|---|---|\n| password | {} |\n"),
    "multipart": ('--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{}\r\n--b--\r\n'),
    "argument": ("deploy --db-password={} --wait"),
    "spaced argument": ("agent --db-password {} --port 8080"),
    "build argument": ("docker build --build-arg NPM_TOKEN={} --tag x ."),
    "sql": ("UPDATE s SET n = 3, password = '{}' WHERE name = 'b';"),
    "diff": ("@@ -1 +1 @@\n-password=\n+password={}\n timeout=30\n"),
    "netrc": ("machine h login alice password {}\n"),
    "sentence": ("I looked: the db password is {} for now.\n"),
    "quoted mail": ("> db_password: {}\n> n: 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", SYNTAXES)
def test_the_value_goes_and_everything_else_stays(name):
    before, after = SYNTAXES[name].replace("{{", "\1").replace("}}", "\2").split("{}")
    before, after = (part.replace("\1", "{").replace("\2", "}") for part in (before, after))
    assert redactor.redact(f"{before}{V}{after}")["text"] == f"{before}{GONE}{after}"


@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "token", "Token"])
def test_the_scheme_of_an_authorization_stays(scheme):
    text = f"Authorization: {scheme} {run_of(40)}\r\nAccept: */*\r\n"
    assert redactor.redact(text)["text"] == f"Authorization: {scheme} {GONE}\r\nAccept: */*\r\n"


def test_a_bare_number_in_json_becomes_a_string():
    assert redactor.redact('{"pin": 493817, "n": 1}')["text"] == '{"pin": "REDACTED-secret", "n": 1}'
    nested = '{"body": "{\\"pin\\": 493817}"}'
    assert redactor.redact(nested)["text"] == '{"body": "{\\"pin\\": \\"REDACTED-secret\\"}"}'


@pytest.mark.parametrize(
    "text",
    [
        "job failed backup_passphrase={} status=200 took=31ms",
        "agent --backup-passphrase {} --port 8080",
        "passphrase={}&scope=read",
        "backup_passphrase: {}\nn: 3",
        '"backupPassphrase": "{}"',
    ],
)
def test_a_passphrase_goes_to_its_last_word(text):
    assert redactor.redact(text.replace("{}", PHRASE))["text"] == text.replace("{}", "REDACTED-passphrase")


BENIGN = [
    "password reset, password policy: at least 12 characters",
    "Password: please enter your password",
    "the token expired, please sign in again",
    "max_tokens: 4096, token_count=17",
    "password: ${DB_PASSWORD}",
    "password=$DB_PASSWORD",
    "password: {{ vault.db }}",
    "password: <YOUR_PASSWORD>",
    "API_TOKEN=changeme",
    "token: null",
    "password: ********",
    "password: [REDACTED]",
    "token = await next_token()",
    "password = getpass('Password: ')",
    "token: string;",
    "token: str | None = None",
    'password = os.environ["DB_PASSWORD"]',
    "connect(password=self.password)",
    "password: process.env.DB_PASSWORD,",
    "my $pass = $assert->{pass};",
    '"password": {"type": "string", "minLength": 12}',
    '"password": "Enter your password"',
    "auth: basic",
    '"auth": "oauth2", "session": "default"',
    "PWD=/srv/app",
    "PASSWORD_FILE=/run/secrets/db",
    "password: /run/secrets/db",
    "secretName: hub-db",
    "password_policy: strict-12-characters",
    "if token == expected1234567:",
    "key: user-profile-2024-11",
    "value: vault:kv/data/hub#smtp",
    "def read(prompt='Password: ', stream=None):",
    "primary key: customer_id_2024",
]


@pytest.mark.parametrize("text", BENIGN)
def test_names_words_and_references_are_no_secrets(text):
    assert redactor.redact(text)["text"] == text


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("DB_PASSWORD", "secret"), ("dbPassword", "secret"), ("x-api-key", "token"), ("accessKey", "token"),
        ("PASSWORD_HASH", "secret"), ("client_secret_2", "secret"), ("BACKUP_PASSPHRASE", "phrase"), ("SSN", "number"),
        ("tax_id", "number"), ("auth", "random"), ("sessionId", "token"), ("monkey", None), ("max_tokens", None),
        ("token_count", None), ("secretName", None), ("password_policy", None), ("tokenizer", None), ("key", None),
        ("REDACTED-secret", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_tells_what_its_value_is(name, sort):
    assert sort_of(name) == sort


@pytest.mark.parametrize("after", ["make", "--part--", "next-line", "LOG_LEVEL=info", " indented"])
def test_a_long_token_ends_with_its_line(after):
    text = f"API_TOKEN={run_of(64)}\n{after}\n"
    assert redactor.redact(text)["text"] == f"API_TOKEN={GONE}\n{after}\n"
