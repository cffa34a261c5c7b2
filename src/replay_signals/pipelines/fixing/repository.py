"""A git repository in which something is tried: a branch in a worktree of its own; the user's checkout stays as it is.

Commits are made without hooks and signatures of the repository: nobody is there to answer them.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from replay_signals.pipelines.fixing.programs import FixError, own_environment

TIMEOUT_S = 120
SETTINGS = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "core.quotePath=true")
AUTHOR = ("-c", "user.name=Replay Signals", "-c", "user.email=replay-signals@localhost")
MAX_BRANCHES = 100


class Trial(NamedTuple):
    """A branch of a repository, checked out in a folder; `base` is the commit that it began at."""

    repository: Path
    folder: Path
    branch: str
    base: str

    def commit(self, message: str, ours: str) -> str:
        """A commit of all that the folder holds, as the next one of the branch, wherever others left the folder's HEAD.

        What the repository ignores is left out, but for the folder `ours`. Gives the commit's id, or that of the one
        before when nothing changed. Raises FixError.
        """
        before = self.head()
        git(self.folder, "add", "--all", "--", ".")
        git(self.folder, "add", "--force", "--", ours)
        tree = git(self.folder, "write-tree")
        if tree == git(self.folder, "rev-parse", f"{before}^{{tree}}"):
            return before
        made = git(self.folder, "commit-tree", tree, "-p", before, "-m", message, author=True)
        git(self.folder, "update-ref", f"refs/heads/{self.branch}", made, before)
        return made

    def head(self) -> str:
        """The newest commit of the branch. Raises FixError."""
        return git(self.repository, "rev-parse", f"refs/heads/{self.branch}")

    def back_to(self, commit: str) -> None:
        """Sets the branch back. Raises FixError."""
        git(self.repository, "update-ref", f"refs/heads/{self.branch}", commit)

    def changes(self, since: str, until: str) -> str:
        """The patch between two commits, binary files included. Raises FixError."""
        return git(self.repository, "diff", "--binary", "--no-ext-diff", "--no-color", since, until, "--") + "\n"

    def files(self, since: str, until: str) -> list[str]:
        """Paths that differ between two commits. Raises FixError."""
        return git(self.repository, "diff", "--name-only", "--no-ext-diff", since, until, "--").splitlines()

    def clean(self, commit: str) -> None:
        """Sets the folder to a commit, without what running something left in it. Raises FixError."""
        git(self.folder, "reset", "--quiet", "--hard", commit)
        git(self.folder, "clean", "--quiet", "--force", "-d")

    def remove(self) -> None:
        """Takes the folder away; the branch stays. Raises FixError."""
        git(self.repository, "worktree", "remove", "--force", "--force", str(self.folder))


def trial_of(repository: Path, name: str, folder: Path, base: str = "HEAD") -> Trial:
    """A new branch called so, or with the next number, in a worktree in `folder`. Raises FixError."""
    try:
        root = Path(git(repository, "rev-parse", "--show-toplevel"))
        start = git(root, "rev-parse", "--verify", "--end-of-options", f"{base}^{{commit}}")
    except FixError as error:
        raise FixError(f"{repository} is no git repository with a commit {base}: {error}") from error
    taken = set(git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines())
    names = [name, *(f"{name}-{number}" for number in range(2, MAX_BRANCHES))]
    branch = next((one for one in names if one not in taken), "")
    if not branch:
        raise FixError(f"{MAX_BRANCHES} branches {name} are there already: delete those that are done.")
    git(root, "worktree", "add", "--quiet", "-b", branch, str(folder), start)
    return Trial(root, folder, branch, start)


def push(trial: Trial, remote: str) -> None:
    """Pushes the branch. Raises FixError."""
    git(trial.repository, "push", "--quiet", "--end-of-options", remote, f"refs/heads/{trial.branch}")


def git(folder: Path, *arguments: str, author: bool = False) -> str:
    """What a git command prints. Raises FixError with what it says."""
    words = ["git", *SETTINGS, *(AUTHOR if author else ()), *arguments]
    try:
        done = subprocess.run(
            words, cwd=folder, env=own_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FixError(f"git cannot be run: {error}.") from error
    if done.returncode:
        raise FixError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")
