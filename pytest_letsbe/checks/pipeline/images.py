"""Image references inside scripts, and what counts as pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .shell import commands
from .workflows import Workflow, mapping, sequence, text

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_VARIABLE = re.compile(r"\$\{\{|\$\{?\w|\{\{|<[\w-]+>")
_WITH_VALUE = frozenset(
    [
        "-v",
        "--volume",
        "-e",
        "--env",
        "-p",
        "--publish",
        "--name",
        "--network",
        "--net",
        "-w",
        "--workdir",
        "-u",
        "--user",
        "--entrypoint",
        "--env-file",
        "--mount",
        "--platform",
        "--label",
        "-l",
        "--memory",
        "-m",
        "--cpus",
        "--add-host",
        "--dns",
        "--cap-add",
        "--cap-drop",
        "--security-opt",
        "-h",
        "--hostname",
        "--restart",
        "--pull",
        "--log-driver",
        "--log-opt",
        "--tmpfs",
        "--ulimit",
        "--shm-size",
        "--gpus",
        "--device",
        "--health-cmd",
        "--health-interval",
        "--health-retries",
        "--health-timeout",
        "--network-alias",
        "--stop-timeout",
        "--cidfile",
        "--group-add",
        "--ip",
        "--link",
        "--pid",
        "--ipc",
        "--userns",
        "--volumes-from",
        "--expose",
        "-c",
        "--cpu-shares",
        "--creds",
        "--authfile",
        "--arch",
        "--os",
    ]
)
_CLIENTS = frozenset({"docker", "podman", "nerdctl"})


def pinned(image: str) -> bool:
    """By digest, or a name that only a run knows: a variable is judged where it is set."""
    return bool(_DIGEST.search(image)) or bool(_VARIABLE.search(image)) or image == "scratch"


def run_images(script: str) -> Iterator[tuple[int, str]]:
    """Images that a script pulls or runs, each with its line in the script."""
    for number, words in commands(script):
        tool = words[0].rpartition("/")[2]
        if tool in _CLIENTS:
            image = _image(words[1:])
            if image:
                yield number, image
        elif tool in ("skopeo", "crane") and words[1:2] in (["copy"], ["pull"]):
            source = next((w for w in words[2:] if not w.startswith("-")), "")
            if source.startswith("docker://") or (tool == "crane" and source):
                yield number, source.removeprefix("docker://")


def _image(words: list[str]) -> str:
    if words[:1] in (["container"], ["image"]):
        words = words[1:]
    if words[:1] not in (["run"], ["pull"], ["create"]):
        return ""
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith("-"):
            return word.strip("\"'")
        if word in _WITH_VALUE:
            next(rest, None)
    return ""


def built_here(workflow: Workflow) -> set[str]:
    """Names, without tags, of images that the workflow itself builds or loads."""
    found: set[str] = set()
    for step in workflow.steps():
        for _, words in commands(step.run):
            tags = [words[i + 1] for i, w in enumerate(words[:-1]) if w in ("-t", "--tag")]
            tags += [w.partition("=")[2] for w in words if w.startswith("--tag=")]
            if words[0].rpartition("/")[2] in _CLIENTS and words[1:2] == ["tag"]:
                tags += words[-1:]
            found |= {re.sub(r":[^/]*\Z", "", tag) for tag in tags}
        for tag in sequence(mapping(step.data.get("with")).get("tags")):
            found |= {re.sub(r":[^/]*\Z", "", part) for part in re.split(r"[\s,]+", text(tag)) if part}
    return found
