"""From a problem to a pull request: a repository with a small faulty site, and agents that mend it, or do not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.ranking import run_rank
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.briefs import NOTICE
from replay_signals.schemas.rules import Rules
from support.problem_sites import put, shop
from support.warehouses import store_of

pytestmark = pytest.mark.slow
PROBLEM = "a" * 16
OURS = f"replay-signals/{PROBLEM}"
Run = Callable[..., tuple[int, str, str]]

SITE = "function pay() { form.submti(); }\n"
CHECK = """import os, sys, urllib.request
from pathlib import Path
if "BASE_URL" in os.environ:
    with urllib.request.urlopen(os.environ["BASE_URL"] + "/app.js") as answer:
        text = answer.read().decode()
else:
    text = Path("app.js").read_text()
print("looked at app.js \\x1b[31m```")
sys.exit(1 if "submti" in text else 0)
"""
MENDS = """
from pathlib import Path
Path("app.js").write_text(Path("app.js").read_text().replace("submti", "submit"))
"""
AGENTS = {
    "mends": MENDS,
    "idles": "import sys; print('I looked at it'); sys.exit(0)",
    "fails": "import sys; sys.exit('no idea')",
    "changes something else": "from pathlib import Path; Path('notes.txt').write_text('tried')",
    "edits the test": f"from pathlib import Path; Path('{OURS}/reproduce.py').write_text('')",
    "edits the test and mends": f"{MENDS}\nPath('{OURS}/reproduce.py').unlink()",
    "replaces the test by a link": f"""{MENDS}
test = Path("{OURS}/reproduce.py")
test.unlink()
test.symlink_to("/etc/hostname")
""",
    "commits by itself and leaves the branch": f"""{MENDS}
import subprocess
own = ["git", "-c", "core.hooksPath=/dev/null", "-c", "user.name=a", "-c", "user.email=a@b"]
for words in (["add", "-A"], ["commit", "-qm", "mine"], ["checkout", "-q", "--detach"]):
    subprocess.run([*own, *words], check=True)
""",
    "reads the task": f"""
import os, sys
from pathlib import Path
task = sys.stdin.read()
assert "{OURS}/reproduce.py" in task and {NOTICE!r} in task and "Land on `/shop`" in task, task
assert Path(os.environ["REPLAY_SIGNALS_BRIEF"]).read_text() in task
assert Path(os.environ["REPLAY_SIGNALS_TEST"]).exists()
{MENDS}
""",
}


def git(folder: Path, *words: str) -> str:
    own = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(own, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fix")
    put(folder, shop(2, 40, 0.3))
    run_rank(store_of(folder), Rules(), Limits(), into_folder(str(folder / "inbox"), Limits()))
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A site with a fault; its hooks refuse everything, and something in the checkout is not committed."""
    folder = tmp_path / "site"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "app.js").write_text(SITE)
    (folder / ".gitignore").write_text("*.log\nreplay-signals\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a site")
    for hook in ("pre-commit", "post-checkout", "commit-msg"):
        file = folder / ".git" / "hooks" / hook
        file.write_text('#!/bin/sh\ntouch "$(git rev-parse --git-common-dir)/hooked"\nexit 1\n')
        file.chmod(0o755)
    (folder / "app.js").write_text(SITE + "// not committed\n")
    return folder


@pytest.fixture
def fix(run_cli: Run, warehouse: Path, repository: Path, tmp_path: Path) -> Callable[..., tuple[int, str, Path]]:
    """Runs the command with an agent; gives exit code, what it said, and the folder of the problem."""

    def fixed(agent: str, *options: str, problem: str = PROBLEM[:8]) -> tuple[int, str, Path]:
        (tmp_path / "agent.py").write_text(AGENTS.get(agent, agent))
        (tmp_path / "check.py").write_text(CHECK)
        code, out, err = run_cli(
            "fix", *([problem] if problem else []), "--repo", str(repository), "-w", str(warehouse),
            "--agent", f"{sys.executable} '{tmp_path / 'agent.py'}'", "--test", str(tmp_path / "check.py"),
            "--test-command", f"{sys.executable} {{test}}",
            "-o", str(tmp_path / "out"), *options,
        )  # fmt: skip
        return code, out + err, tmp_path / "out" / PROBLEM

    return fixed


Fix = Callable[..., tuple[int, str, Path]]


def untouched(repository: Path) -> bool:
    """The user's checkout is as it was: branch, files, no hook ran, no worktree is left."""
    return (
        git(repository, "status", "--short") == " M app.js\n"
        and git(repository, "symbolic-ref", "HEAD") == "refs/heads/main\n"
        and (repository / "app.js").read_text() == SITE + "// not committed\n"
        and not (repository / ".git" / "hooked").exists()
        and len(git(repository, "worktree", "list").splitlines()) == 1
    )


@pytest.mark.parametrize("agent", ["mends", "commits by itself and leaves the branch", "reads the task"])
def test_an_agent_that_mends_it_gives_a_branch_a_patch_and_a_pull_request(
    fix: Fix, repository: Path, tmp_path: Path, agent: str
) -> None:
    code, said, folder = fix(agent)
    assert code == ExitCode.OK, said
    assert f"Branch {OURS}" in said
    assert "Nothing is pushed" in said
    assert untouched(repository)
    assert git(repository, "show", f"{OURS}:app.js") == SITE.replace("submti", "submit")
    assert git(repository, "diff", "--name-only", "main", OURS).split() == [
        "app.js", f"{OURS}/brief.md", f"{OURS}/reproduce.py",
    ]  # fmt: skip
    subjects = git(repository, "log", "--format=%s", f"main..{OURS}").splitlines()
    assert subjects[-1] == f"Reproduce problem {PROBLEM}: nothing happens"
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "-b", "main", str(repository), str(other))
    git(other, "apply", str(folder / "fix.patch"))
    assert "submit" in (other / "app.js").read_text()
    text = (folder / "pull-request.md").read_text()
    for part in (
        f"# Mend problem {PROBLEM}: nothing happens",
        NOTICE,
        "- Hits ",
        "- `app.js`",
        "- Before: failed, the fault is there",
        "- After: passed, the fault is not there",
        "Land on `/shop`",
        f"`replay-signals inbox fixed {PROBLEM} --release NAME`",
    ):
        assert part in text, part
    result = json.loads((folder / "result.json").read_bytes())
    assert (result["outcome"], result["files"], result["edited_test"]) == ("fixed", ["app.js"], False)


@pytest.mark.parametrize("agent", ["idles", "fails", "changes something else"])
def test_one_that_does_not_gives_a_note_of_what_was_tried(fix: Fix, repository: Path, agent: str) -> None:
    code, said, folder = fix(agent)
    assert code == ExitCode.NOTHING, said
    assert untouched(repository)
    assert git(repository, "diff", "--name-only", "main", OURS).split() == [f"{OURS}/brief.md", f"{OURS}/reproduce.py"]
    note = (folder / "note.md").read_text()
    assert "The test still fails." in note
    assert "looked at app.js" in note
    assert "\x1b" not in note
    if agent == "changes something else":
        assert "notes.txt" in note
        assert "+tried" in (folder / "tried.patch").read_text()
    else:
        assert "Nothing." in note
    assert not (folder / "pull-request.md").exists()


def test_one_that_hangs_is_ended_with_all_that_it_started(fix: Fix, repository: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    agent = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", deaf])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
    started = time.monotonic()
    code, said, folder = fix(agent, "--timeout", "2")
    assert code == ExitCode.NOTHING, said
    assert time.monotonic() - started < 60
    assert "its time was over" in (folder / "note.md").read_text()
    assert untouched(repository)
    assert [pid for pid in map(int, pids.read_text().split()) if lives(pid)] == []


def lives(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked after does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_one_that_edits_the_test_gains_nothing_and_is_told_of(fix: Fix, repository: Path) -> None:
    code, said, folder = fix("edits the test")
    assert code == ExitCode.NOTHING, said
    assert "The agent changed the test; the original was run." in said
    assert "**The agent changed or removed the test.**" in (folder / "note.md").read_text()
    assert git(repository, "show", f"{OURS}:{OURS}/reproduce.py") == CHECK


@pytest.mark.parametrize("agent", ["edits the test and mends", "replaces the test by a link"])
def test_one_that_edits_the_test_and_mends_is_told_of_too(fix: Fix, repository: Path, agent: str) -> None:
    code, said, folder = fix(agent)
    assert code == ExitCode.OK, said
    assert "**The agent changed or removed the test.**" in (folder / "pull-request.md").read_text()
    assert git(repository, "show", f"{OURS}:{OURS}/reproduce.py") == CHECK
    assert git(repository, "ls-tree", OURS, f"{OURS}/reproduce.py").startswith("100644")
    assert untouched(repository)


def test_what_is_not_there_needs_no_agent(fix: Fix, repository: Path) -> None:
    (repository / "app.js").write_text(SITE.replace("submti", "submit"))
    git(repository, "add", "-A")
    git(repository, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "mended")
    code, said, folder = fix("import sys; sys.exit('never run')")
    assert code == ExitCode.NOTHING, said
    assert "passes without any change" in (folder / "note.md").read_text()
    assert not (folder / "agent.log").exists()


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_site_of_the_branch_is_served_while_the_test_runs(fix: Fix, repository: Path, port: int) -> None:
    serve = ("--serve", f"{sys.executable} -m http.server {port} --bind 127.0.0.1")
    code, said, _ = fix("mends", *serve, "--base-url", f"http://127.0.0.1:{port}")
    assert code == ExitCode.OK, said
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
    assert untouched(repository)


def test_a_site_that_does_not_answer_is_no_fault_of_the_code(fix: Fix, repository: Path, port: int) -> None:
    serve = ("--serve", f"{sys.executable} -c pass")
    code, said, folder = fix("mends", *serve, "--base-url", f"http://127.0.0.1:{port}")
    assert code == ExitCode.NOTHING, said
    note = (folder / "note.md").read_text()
    assert "did not come as far as its check" in note
    assert "The site did not answer" in note
    assert untouched(repository)


def test_again_is_another_branch_and_pushed_only_where_it_is_told_to(
    fix: Fix, repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert fix("idles")[0] == ExitCode.NOTHING
    assert git(tmp_path / "remote.git", "branch") == ""
    code, said, folder = fix("mends", "--push", "origin")
    assert code == ExitCode.OK, said
    assert git(tmp_path / "remote.git", "branch").split() == [f"{OURS}-2"]
    assert not (folder / "note.md").exists()
    assert "Nothing is pushed" not in said


def test_new_problems_of_an_inbox_are_mended_once(fix: Fix, repository: Path) -> None:
    follow = ("--follow", "--until-quiet", "0")
    code, said, folder = fix("mends", *follow, "--above", "99", problem="")
    assert (code, folder.exists()) == (0, False), said
    code, said, folder = fix("mends", *follow, "--above", "1", "--json", problem="")
    assert code == 0, said
    assert json.loads((folder / "result.json").read_bytes())["outcome"] == "fixed"
    (folder / "result.json").unlink()
    fix("mends", *follow, "--above", "1", problem="")
    assert not (folder / "result.json").exists(), "the ledger knows it"
    assert len(git(repository, "branch").splitlines()) == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--agent", "no-such-program"), "cannot be started"),
        (("--agent", "'"), "cannot be read"),
        (("--test-command", "python"), "{test}"),
        (("--serve", "python"), "--base-url"),
        (("--base", "nowhere"), "no git repository with a commit nowhere"),
    ],
)
def test_what_cannot_be_tried_says_why(fix: Fix, repository: Path, options: tuple[str, ...], says: str) -> None:
    code, said, _ = fix("idles", *options)
    assert code == ExitCode.USAGE, said
    assert says in said
    assert untouched(repository)


def test_without_a_script_a_test_is_asked_for(run_cli: Run, warehouse: Path, repository: Path, tmp_path: Path) -> None:
    words: Any = ("fix", PROBLEM, "--repo", str(repository), "-w", str(warehouse), "--agent", "true")
    code, _, err = run_cli(*words, "-o", str(tmp_path / "out"))
    assert code == ExitCode.USAGE
    assert "--test FILE" in err


def test_an_environment_of_git_leads_nowhere_else(
    fix: Fix, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", os.fspath(tmp_path))
    assert fix("mends")[0] == ExitCode.OK
    monkeypatch.undo()
    assert untouched(repository)
