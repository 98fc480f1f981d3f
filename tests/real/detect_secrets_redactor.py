"""detect-secrets used as a redactor: what it reports for a file is replaced in the line where it reports it."""

from importlib.metadata import version
from io import StringIO
from tempfile import NamedTemporaryFile

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings
from stdio import serve


def redact(text: str) -> str:
    with NamedTemporaryFile("w", suffix=".txt", errors="surrogatepass", newline="") as file:
        file.write(text)
        file.flush()
        found = {(secret.line_number, secret.secret_value) for secret in scan_file(file.name) if secret.secret_value}
    lines = StringIO(text, newline="").readlines()  # cut where open() cuts
    for number, value in sorted(found, key=lambda item: -len(item[1])):
        lines[number - 1] = lines[number - 1].replace(value, "REDACTED")
    return "".join(lines)


with default_settings():
    serve(redact, "detect-secrets", version("detect-secrets"))
