"""Arrows go down only, and a suite without a manifest pays next to nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pytest_letsbe"
if not PACKAGE.is_dir():  # the tests run against an installed wheel
    import pytest_letsbe

    PACKAGE = Path(pytest_letsbe.__file__).parent

#: The seam: the only modules that know pytest.
SEAM = {
    "plugin.py", "state.py", "items.py", "corpus_items.py", "session.py", "report.py", "terminal.py", "distributed.py",
    "fixtures.py", "hookspecs.py", "watch.py",
}  # fmt: skip
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_only_the_seam_imports_pytest(path):
    if path.name in SEAM and path.parent == PACKAGE:
        return
    assert not [name for name in imports(path) if name.split(".")[0] in ("pytest", "_pytest")]


def test_nobody_imports_the_insides_of_pytest():
    for path in MODULES:
        assert not [name for name in imports(path) if name.split(".")[0] == "_pytest"], path


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_every_module_says_in_a_sentence_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_command_line_never_imports_pytest():
    code = "import sys; from pytest_letsbe.cli import main; main(['list']); sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode == 0


def test_a_session_without_a_manifest_imports_nothing_heavy(pytester):
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure(config):\n"
        "    heavy = {'hypothesis', 'msgspec', 'yaml', 'regex', 'schemathesis'} & sys.modules.keys()\n"
        "    print('heavy:', sorted(heavy))\n"
    )
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_subprocess("--disable-plugin-autoload", "-p", "letsbe")
    result.stdout.fnmatch_lines(["heavy: []"])
