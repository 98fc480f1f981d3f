"""The structure of a compose file: known keys, services that name an image or a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...suggest import did_you_mean
from .shape import Shape

_TOP = frozenset(re.findall(r"\w+", "name version services networks volumes configs secrets include models"))
#: Keys of a service: compose-spec, 05-services.md.
_SERVICE = frozenset(
    re.findall(
        r"\w+",
        """annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name
    cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec
    depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file
    environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation
    label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models
    network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged
    profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open
    stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes
    volumes_from working_dir""",
    )
)
_KINDS = {
    "ports": ("list",),
    "volumes": ("list",),
    "environment": ("map", "list"),
    "labels": ("map", "list"),
    "image": ("str",),
    "command": ("str", "list"),
    "depends_on": ("list", "map"),
}


def services(tree: Shape) -> Iterator[tuple[str, dict[str, Shape], int]]:
    """Name, settings by key, and line of each service."""
    for document in tree.children[:1]:
        for section in document.children:
            if section.name == "services":
                for one in section.children:
                    yield one.name, {child.name: child for child in one.children}, one.line


def problems(tree: Shape) -> Iterator[tuple[str, int]]:
    """(sentence, line) for everything that compose would refuse."""
    if len(tree.children) != 1 or tree.children[0].kind != "map":
        yield "a compose file is one mapping", 1
        return
    top = {child.name: child for child in tree.children[0].children}
    for name, node in top.items():
        if name not in _TOP and not name.startswith("x-"):
            yield f"compose knows no {name!r}{did_you_mean(name, _TOP)}", node.line
    if "include" not in top and ("services" not in top or not top["services"].children):
        yield "there is no service", 1
    merges = {name for name, keys, _ in services(tree) if "<<" in keys}
    for name, keys, line in services(tree):
        if not keys:
            yield f"service {name} is empty", line
            continue
        for key, node in keys.items():
            if key not in _SERVICE and not key.startswith("x-") and key != "<<":
                yield f"service {name} has no setting {key!r}{did_you_mean(key, _SERVICE)}", node.line
            elif node.kind not in (*_KINDS.get(key, (node.kind,)), "null"):
                yield f"{key} of service {name} takes {' or '.join(_KINDS[key])}", node.line
        if name not in merges and not {"image", "build", "extends", "provider"} & keys.keys():
            yield f"service {name} has neither image nor build", line
