"""Every pytest hook of the suite, a few lines each; what is heavy is imported when a letsbe.yaml is met."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .corpus_items import CorpusFile
    from .items import LetsbeFile

pytest_plugins = ("pytest_letsbe.fixtures",)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare what other packages may add."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Three options; everything else stands in the manifest."""
    group = parser.getgroup("letsbe", "LetsBe security and contract checks (letsbe.yaml)")
    group.addoption("--letsbe-report", metavar="FILE", default=None, help="write the JSON report of this run")
    group.addoption(
        "--letsbe-profile",
        choices=("pr", "nightly", "replay"),
        default="pr",
        help="pr: fixed seeds (default); nightly: more samples, random; replay: what failed before",
    )
    group.addoption(
        "--letsbe-update", action="store_true", default=False, help="write baselines instead of judging them"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and the reporter."""
    from .report import Reporter
    from .state import STATE, State

    config.addinivalue_line("markers", "letsbe_check(name): this test counts for the check `name` in the matrix")
    config.addinivalue_line("markers", "letsbe_invariant(id): this test proves the invariant `id` of its check")
    config.addinivalue_line("markers", "redaction_corpus(name): one redaction_case for each kind of the corpus")
    config.stash[STATE] = State()
    reporter = Reporter(config)
    config.pluginmanager.register(reporter, "letsbe-reporter")
    # xdist sets `dist` on the controller, and back to "no" on its workers.
    if config.getoption("dist", "no") != "no":
        from .distributed import ControllerHooks

        config.pluginmanager.register(ControllerHooks(config, reporter), "letsbe-controller")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End every target, also after Ctrl-C."""
    from .state import STATE

    if (state := config.stash.get(STATE, None)) is not None:
        state.close()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch over the run; collect the root's letsbe.yaml also where ``testpaths`` names only the tests."""
    from .watch import watch

    config = session.config
    if (watching := watch(config)) is not None:
        config.pluginmanager.register(watching, "letsbe-watch")
    manifest = config.rootpath / "letsbe.yaml"
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and manifest.is_file():
        config.args.append(str(manifest))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Where pytest finds no test of the name that was asked for, say which one of letsbe.yaml is near."""
    try:
        return (yield)
    except pytest.UsageError as error:
        from .state import STATE
        from .unknown_ids import unknown_ids

        loaded = ((path, list(one.cases())) for path, one in session.config.stash[STATE].manifests.items())
        near = unknown_ids(session.config.args, session.config.invocation_params.dir, loaded)
        raise pytest.UsageError(*error.args, *near) from None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> LetsbeFile | CorpusFile | None:
    """letsbe.yaml is the package's manifest; corpora/<check>/*.yaml validates its own rows."""
    if file_path.name == "letsbe.yaml":
        from .items import LetsbeFile

        return LetsbeFile.from_parent(parent, path=file_path)
    if file_path.suffix == ".yaml" and file_path.parent.parent.name == "corpora":
        from .corpus_items import CorpusFile

        return CorpusFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """A manifest that can't be read is a usage error (exit 4), not a failed test."""
    from .state import STATE

    config.stash[STATE].raise_errors()
