"""The result judged by its format: the real validator where one is installed, and the structure in any case."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ...model import CheckFailure
from .compose import problems as compose_problems
from .shape import Invalid, Shape
from .shapes import shape

#: (sentence, line of the result)
Problem = tuple[str, int]


def problems(kind: str, text: str, timeout: float) -> Iterator[Problem]:
    """What is wrong with a result of that kind."""
    try:
        tree = shape(kind, text)
    except Invalid as error:
        yield str(error), error.line
        return
    if kind in _VALIDATORS:
        yield from _VALIDATORS[kind](tree, text, timeout)


def _compose(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    yield from compose_problems(tree)


def _cloud_init(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    if not text.startswith("#cloud-config"):
        yield "the first line isn't `#cloud-config`: cloud-init ignores the file", 1
    if len(tree.children) != 1 or tree.children[0].kind != "map":
        yield "cloud-config is one mapping", 1
        return
    for one in tree.children[0].children:
        if one.name in ("runcmd", "bootcmd", "write_files", "packages", "users", "ssh_authorized_keys"):
            if one.kind not in ("list", "null"):
                yield f"{one.name} takes a list", one.line
            elif one.name == "write_files":
                yield from _written(one)
    if shutil.which("cloud-init"):
        code, said = run(["cloud-init", "schema", "--config-file", "{file}"], text, "user-data.yaml", timeout)
        if code:
            yield f"cloud-init refuses it: {said.strip().splitlines()[-1][:200] if said.strip() else code}", 1


def _written(files: Shape) -> Iterator[Problem]:
    for one in files.children:
        keys = {child.name: child for child in one.children}
        if "path" not in keys:
            yield "an entry of write_files has no path", one.line
        if "permissions" in keys and keys["permissions"].kind != "str":
            yield "permissions isn't quoted: YAML reads an octal number as another one", keys["permissions"].line


def _shell(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    from ..shellcheck import lint
    from ..shellcheck.scripts import Script

    code, said = run(["bash", "-n", "{file}"], text, "result.sh", timeout)
    if code:
        line = re.search(r"line (\d+): (.*)", said)
        yield f"bash can't parse it: {line[2] if line else said[:200]}", int(line[1]) if line else 1
        return
    with tempfile.TemporaryDirectory(prefix="letsbe-templates-") as folder:
        (Path(folder) / "result.sh").write_text(text, encoding="utf-8")
        runs = bool(re.match(r"#!.*\b(?:ba|da|k)?sh\b", text))
        script = Script("result.sh", text.encode(), "bash", "", runs)
        for comment in lint.run(Path(folder), [script], "warning", timeout):
            yield f"{comment.message} (SC{comment.code})", comment.line


_UNIT_LINE = re.compile(r"[^\s:]*result\.\w+:(?P<line>\d+): (?P<said>.*)")
_NEEDS = {"service": ("Exec", "SuccessAction"), "timer": ("On",), "socket": ("Listen",)}


def _systemd(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    sections = {section.name: section for section in tree.children}
    found = next((name for name in ("Timer", "Socket", "Mount", "Path", "Service") if name in sections), None)
    if found is None and "Install" not in sections and "Unit" not in sections:
        yield "the unit has none of the sections that systemd reads", 1
        return
    kind: str = found or "Target"
    for name, starts in _NEEDS.items():
        section = sections.get(name.capitalize())
        if section and not any(child.name.startswith(starts) for child in section.children):
            yield f"[{section.name}] has no {starts[0]}*= setting", section.line
    if shutil.which("systemd-analyze"):
        _, said = run(["systemd-analyze", "verify", "--man=no", "{file}"], text, f"result.{kind.lower()}", timeout)
        for one in _UNIT_LINE.finditer(said):  # lines without a place are about this machine: a missing binary
            if "not executable" not in one["said"] and "deprecated" not in one["said"]:
                yield f"systemd says: {one['said'][:200]}", int(one["line"])


def _nginx(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    import crossplane

    lead, whole = _whole(tree, text)
    with tempfile.TemporaryDirectory(prefix="letsbe-nginx-") as folder:
        path = Path(folder) / "nginx.conf"
        path.write_text(whole, encoding="utf-8")
        parsed = crossplane.parse(str(path), single=True, catch_errors=True, strict=True)
    found = [(e["error"].rpartition(" in ")[0] or e["error"], (e["line"] or 1) - lead) for e in parsed["errors"]]
    found = [(said, line) for said, line in found if not said.startswith(_UNKNOWN) or is_slip(said)]
    yield from ((f"isn't valid for nginx: {said}", max(1, line)) for said, line in found)
    if not found and (binary := shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")):
        yield from _nginx_itself(binary, whole, lead, timeout)


_UNKNOWN = "unknown directive "


def is_slip(said: str) -> bool:
    """Whether the unknown directive is nearly a known one; else a module or a newer nginx may well know it."""
    from crossplane.analyzer import DIRECTIVES

    return bool(difflib.get_close_matches(said.removeprefix(_UNKNOWN).strip('"'), DIRECTIVES, n=1, cutoff=0.9))


#: About this machine, not about the file.
_OF_THE_MACHINE = re.compile(
    r"host not found|cannot load certificate|no such file|open\(\)|mkdir\(\)|getpwnam|getgrnam|BIO_new"
    r"|permission denied|bind\(\)|unknown log format|zero size shared memory|unknown \"\w+\" variable"
    r"|is duplicate|could not build",
    re.IGNORECASE,
)


def _nginx_itself(binary: str, whole: str, lead: int, timeout: float) -> Iterator[Problem]:
    """nginx looks names up while it tests: only inside a network namespace of its own."""
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if not shutil.which("unshare") or run([*alone, "true"], "", "x", timeout)[0]:
        return
    command = [*alone, binary, "-t", "-q", "-p", "{folder}", "-c", "{file}", "-g", "error_log stderr;"]
    code, said = run(command, whole, "nginx.conf", timeout)
    for line in said.splitlines() if code else []:
        found = re.search(r"\[emerg\] (?:\d+#\d+: )?(?P<said>.*?) in \S+:(?P<line>\d+)\Z", line)
        if found and not _OF_THE_MACHINE.search(found["said"]):
            yield f"nginx says: {found['said'][:200]}", max(1, int(found["line"]) - lead)


def _whole(tree: Shape, text: str) -> tuple[int, str]:
    """A fragment inside the blocks it is included from; and how many lines stand before it."""
    depth, first, top = 0, True, set()
    for token in tree.children:
        if token.kind == "word" and first and depth == 0:
            top.add(token.text)
        depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "mark" else 0
        first = token.kind == "mark"
    if top & {"events", "http", "stream", "worker_processes", "user", "pid"}:
        return 0, text
    if top & {"server", "upstream", "map", "geo", "limit_req_zone", "log_format", "proxy_cache_path", "types"}:
        return 1, f"events {{}} http {{\n{text}\n}}\n"
    return 1, f"events {{}} http {{ server {{\n{text}\n}} }}\n"


def _env(tree: Shape, text: str, timeout: float) -> Iterator[Problem]:
    if not tree.children:
        yield "the file sets nothing", 1


_VALIDATORS: Mapping[str, Callable[[Shape, str, float], Iterator[Problem]]] = {
    "compose": _compose,
    "cloud-init": _cloud_init,
    "shell": _shell,
    "systemd": _systemd,
    "nginx": _nginx,
    "env": _env,
}


def run(command: Sequence[str], text: str, name: str, timeout: float) -> tuple[int, str]:
    """Exit code and words of a validator; ``{file}`` and ``{folder}`` are filled in; its group dies at the deadline."""
    with tempfile.TemporaryDirectory(prefix="letsbe-templates-") as folder:
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8")
        argv = [part.replace("{file}", str(file)).replace("{folder}", folder) for part in command]
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            said, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise CheckFailure(f"{argv[0]} gave no answer within {timeout:g} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return process.returncode, said.decode("utf-8", "replace").replace(folder, "")
