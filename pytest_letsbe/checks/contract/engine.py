"""Drives Schemathesis' engine once over a description and a server, and keeps what it saw of each operation.

The events are what Schemathesis' own command runs on; they aren't in its documentation, so everything that knows
them stands here and in ``record``. A release outside the range that this was written for is driven by its command
(``command``). Its pytest plugin is never imported.
"""

from __future__ import annotations

import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ...api.description import Description
from ...model import CheckFailure, UsageError
from . import command
from .record import CHECKS, Known, record
from .repeatable import repeatable
from .results import Results
from .settings import ANSWER, RUN, Settings, directly, is_excluded
from .unknown import Sent, ask

#: Releases whose engine is driven in this process; pyproject.toml names the same.
RANGE = ((4, 32), (5, 0))


def run(description: Description, url: str, settings: Settings) -> Results:
    """Generate requests in all phases, judge every response, and distribute it onto the operations.

    Raises:
        UsageError: schemathesis.toml is off.
        CheckFailure: Schemathesis isn't installed, or can't read the description.
    """
    if not _is_known():
        results = Results()
        succeeded: dict[str, Sent] = {}
        command.drive(description, url, settings, results, _known(description), succeeded)
        ask(description, url, succeeded, results, ANSWER)
        return results
    return _in_process(description, url, settings)


def _is_known() -> bool:
    """Whether the installed Schemathesis is one whose engine this module knows; True without one, for its sentence."""
    try:
        release = tuple(int(part) for part in version("schemathesis").split(".")[:2])
    except (PackageNotFoundError, ValueError):
        return True
    return RANGE[0] <= release < RANGE[1]


def _known(description: Description) -> dict[str, Known]:
    return {o.label: Known(o, bool(description.security(o))) for o in description.operations}


def _in_process(description: Description, url: str, settings: Settings) -> Results:
    try:
        from schemathesis.config import ConfigError
        from schemathesis.core.errors import LoaderError, SchemathesisError
        from schemathesis.engine import from_schema
    except ImportError as error:
        raise CheckFailure(
            f"the contract check needs Schemathesis ({error.name} is missing): pip install 'pytest-letsbe[contract]'"
        ) from None
    try:
        schema = _schema(description, url, settings)
    except (ConfigError, OSError, ValueError) as error:
        raise UsageError(f"{settings.config or 'schemathesis.toml'}: {error}") from None
    except (LoaderError, SchemathesisError) as error:
        raise CheckFailure(f"the description can't be read by Schemathesis: {error}") from None
    results = Results()
    succeeded: dict[str, Sent] = {}
    by_label = _known(description)
    deadline = time.monotonic() + RUN
    with directly(url), repeatable():
        stream = from_schema(schema).execute()
        for event in stream:
            _take(event, results, by_label, succeeded)
            if time.monotonic() > deadline:
                stream.stop()
                results.errors.append(f"the run was ended after {RUN:g} s")
                break
        else:
            ask(description, url, succeeded, results, ANSWER)
    return results


def _schema(description: Description, url: str, settings: Settings) -> Any:
    from schemathesis import openapi
    from schemathesis.config import HealthCheck, SchemathesisConfig

    config = SchemathesisConfig.from_path(settings.config) if settings.config else SchemathesisConfig()
    if settings.seed is not None and not config.has_explicit_seed:
        config.update(seed=settings.seed, max_failures=None)
    schema: Any = openapi.from_dict(description.data, config=config)
    config.suppress_health_check = [HealthCheck.all]  # a slow machine is no finding
    schema.location = description.path.resolve().as_uri()
    project = schema.config
    # A redirect is judged as the answer it is; followed, it could lead out of this machine.
    project.update(base_url=url, continue_on_failure=True, request_timeout=ANSWER, workers=1, max_redirects=0)
    if settings.auth and not project.auth.is_defined:
        from schemathesis.config._auth import AuthConfig

        project.auth = AuthConfig(openapi=settings.auth)
    project.checks.update(included_check_names=[CHECKS[name] for name in settings.checks])
    project.phases.update(phases=list(settings.phases))
    project.generation.update(max_examples=settings.max_examples, database="none", deterministic=False)
    for operation in description.operations:
        if is_excluded(operation, settings.exclude):
            schema = schema.exclude(path=operation.path, method=operation.method.upper())
    return schema


def _take(event: Any, results: Results, operations: dict[str, Known], succeeded: dict[str, Sent]) -> None:
    from schemathesis.engine import events

    if isinstance(event, events.ScenarioFinished):
        if event.is_test_scenario:
            record(event.recorder, results, operations, succeeded)
    elif isinstance(event, events.NonFatalError):
        text = _first_line(event.info)
        (results.of(event.label).errors if event.label in operations else results.errors).append(text)
    elif isinstance(event, events.FatalError):
        results.errors.append(f"Schemathesis ended: {type(event.exception).__name__}: {event.exception}")


def _first_line(info: Any) -> str:
    text = str(getattr(info, "message", "") or info)
    title = str(getattr(info, "title", ""))
    return f"{title}: {text}".replace("\n", " ")[:400]
