"""Formats in which text alone misleads: each parser gives the values that are credentials, with names and places.

All are tolerant: a template with ``{{ }}`` in it, or half a file, still gives what can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..text import Text
from .base import Field
from .clusters import docker_config, kubeconfig, kubernetes_secret, yaml_env
from .machines import cloud_init, terraform, terraform_state
from .plain import dockerfile, dotenv, htpasswd, ini, netrc, pgpass, systemd_unit, xml

PARSERS: dict[str, Callable[[Text], Iterator[Field]]] = {
    "dotenv": dotenv,
    "netrc": netrc,
    "pgpass": pgpass,
    "docker-config": docker_config,
    "kubeconfig": kubeconfig,
    "kubernetes-secret": kubernetes_secret,
    "terraform-state": terraform_state,
    "terraform": terraform,
    "cloud-init": cloud_init,
    "systemd-unit": systemd_unit,
    "yaml-env": yaml_env,
    "ini": ini,
    "dockerfile": dockerfile,
    "htpasswd": htpasswd,
    "xml": xml,
}
