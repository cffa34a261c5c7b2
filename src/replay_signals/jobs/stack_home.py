"""What the local cluster is made of: jars by Maven (pinned, checksummed), Flink's home out of the PyFlink wheel, Java.

Everything lies in one folder (`.stack`); the declarations are in the project's `infra/`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import urllib.request
from pathlib import Path

import msgspec

from replay_signals.pipelines.files.paths import InputError

PROJECT = Path(__file__).resolve().parents[3]
INFRA = PROJECT / "infra"
JAVA_OK = range(17, 22)
FETCH_TRIES = 3


class Pinned(msgspec.Struct, frozen=True):
    """An archive, the folder in it, and its checksum."""

    name: str
    url: str
    sha256: str


MAVEN = Pinned(
    "apache-maven-3.9.9",
    "https://repo.maven.apache.org/maven2/org/apache/maven/apache-maven/3.9.9/apache-maven-3.9.9-bin.tar.gz",
    "7a9cdf674fc1703d6382f5f330b3d110ea1b512b51f1652846d9e4e8a588d766",
)
JAR_SETS = {
    "broker": ["-DincludeScope=runtime"],
    "flink": ["-DexcludeTransitive=true"],
}
"""Sets of jars with how Maven resolves them; each has a pom in infra/jars."""


class StackError(InputError):
    """The local cluster cannot be started or used; the message says what to do."""


def java_command() -> str:
    """The Java to use; raises StackError when there is none, or one that Flink does not run on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        raise StackError(
            "Java 17 is needed and was not found: install it (on Debian or Ubuntu: apt-get install "
            "openjdk-17-jre-headless) or set JAVA_HOME."
        )
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) not in JAVA_OK:
        version = found[1] if found else "unknown"
        raise StackError(f"Java 17 is needed; {java} is version {version}. Install Java 17 or set JAVA_HOME.")
    return java


def fetch_jars(root: Path) -> dict[str, Path]:
    """Folders of jars by set, fetched when missing, and checked against infra/jars/SHA256SUMS. Raises StackError."""
    sums = _declared_sums()
    folders = {name: root / "libs" / name for name in JAR_SETS}
    (root / "libs").mkdir(parents=True, exist_ok=True)
    with (root / "libs" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two set-ups at once would fetch into each other's files
        for name, folder in folders.items():
            if not all((root / "libs" / file).is_file() for file in sums if file.startswith(f"{name}/")):
                _fetch(name, folder, maven_command(root))
    for file, digest in sums.items():
        path = root / "libs" / file
        if not path.is_file() or _sha256(path) != digest:
            raise StackError(f"{path} is not the file that infra/jars/SHA256SUMS names: delete it and start again.")
    return folders


def maven_command(root: Path) -> str:
    """The machine's Maven, which knows the mirrors that its owner set, else one of our own. Raises StackError."""
    own = root / "maven" / MAVEN.name / "bin" / "mvn"
    found = shutil.which("mvn")
    if found or own.is_file():
        return found or str(own)
    archive = root / "maven.tar.gz"
    try:
        with urllib.request.urlopen(MAVEN.url, timeout=60) as answer:
            archive.write_bytes(answer.read())
    except OSError as error:
        raise StackError(f"Maven is not here and could not be fetched from {MAVEN.url}: {error}.") from None
    if _sha256(archive) != MAVEN.sha256:
        raise StackError(f"What came from {MAVEN.url} is not the Maven that is pinned: nothing was unpacked.")
    with tarfile.open(archive) as content:
        content.extractall(root / "maven", filter="data")
    archive.unlink()
    return str(own)


def _fetch(name: str, folder: Path, maven: str) -> None:
    command = [maven, "-q", "-B", "-f", str(INFRA / "jars" / name / "pom.xml"), "dependency:copy-dependencies"]
    command += [*JAR_SETS[name], f"-DoutputDirectory={folder}"]
    for _ in range(FETCH_TRIES):  # a repository may drop a connection; what did arrive is kept
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not done.returncode:
            return
    raise StackError(f"Maven could not fetch the {name} jars: {(done.stdout or done.stderr).strip()[-400:]}")


def _declared_sums() -> dict[str, str]:
    pairs = (line.split() for line in (INFRA / "jars" / "SHA256SUMS").read_text().splitlines())
    return {file: digest for digest, file in pairs}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flink_python() -> Path:
    """The interpreter of the environment that has PyFlink; raises StackError."""
    python = Path(os.environ.get("REPLAY_SIGNALS_FLINK_PYTHON", PROJECT / ".venv-flink" / "bin" / "python"))
    if not python.is_file():
        raise StackError(
            f"No PyFlink environment at {python.parent.parent}: `make {python.parent.parent.name}` sets it up."
        )
    return python.absolute()


def site_packages(python: Path) -> Path:
    """Where the environment of an interpreter has its packages; raises StackError when PyFlink is not among them."""
    found = next(python.parent.parent.glob("lib/python3*/site-packages/pyflink"), None)
    if found is None:
        raise StackError(f"{python} has no PyFlink: set its environment up from requirements/flink.txt.")
    return found.parent


def make_flink_home(root: Path, jars: Path, python: Path) -> Path:
    """A Flink home out of the wheel and the fetched jars.

    `opt` must be a real folder with links inside: Flink looks for its Python module there. The Python jar lies in
    `lib` too, so that the second job of a TaskManager in thread mode finds the interpreter already loaded.
    """
    wheel, home = site_packages(python) / "pyflink", root / "flink"
    for folder in ("lib", "opt", "conf", "log", "plugins", "bin"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for old in (*(home / "lib").iterdir(), *(home / "opt").iterdir(), *(home / "bin").iterdir()):
        old.unlink()
    for jar in [*(wheel / "lib").glob("*.jar"), *jars.glob("*.jar"), *(wheel / "opt").glob("flink-python-*.jar")]:
        (home / "lib" / jar.name).symlink_to(jar.resolve())
    for jar in (wheel / "opt").glob("*.jar"):
        (home / "opt" / jar.name).symlink_to(jar.resolve())
    for script in (wheel / "bin").iterdir():
        (home / "bin" / script.name).symlink_to(script.resolve())
    shutil.copytree(wheel / "plugins", home / "plugins", dirs_exist_ok=True)
    for conf in (wheel / "conf").glob("log*"):
        shutil.copyfile(conf, home / "conf" / conf.name)
    return home


def shared_settings(*, metrics: bool) -> str:
    """Flink's settings that are the same on every machine; with `metrics` those of its reporter, too."""
    names = ["config.yaml", *(["metrics.yaml"] if metrics else [])]
    return "".join((INFRA / "flink" / name).read_text() for name in names)


def java_options(python: Path) -> str:
    """The `env.java.opts.all` that Flink's own configuration carries: the module openings it needs."""
    text = (site_packages(python) / "pyflink" / "conf" / "config.yaml").read_text()
    found = re.search(r"^ +all: (.+)$", text, re.MULTILINE)
    if found is None:
        raise StackError("The configuration in the PyFlink wheel has no env.java.opts.all: this is another version.")
    return found[1]


def flink_environment(home: Path, python: Path) -> dict[str, str]:
    """Variables for Flink's scripts, for clients, and for an embedded cluster (`python job.py`)."""
    folders = {
        "FLINK_HOME": home,
        "FLINK_CONF_DIR": home / "conf",
        "FLINK_LIB_DIR": home / "lib",
        "FLINK_PLUGINS_DIR": home / "plugins",
        "FLINK_OPT_DIR": home / "opt",
        "FLINK_LOG_DIR": home / "log",
    }
    # thread mode embeds an interpreter in the JVM, which finds packages by this alone
    paths = f"{site_packages(python)}{os.pathsep}{PROJECT / 'src'}"
    # Flink logs the environment it starts Python with, so passwords of catalogs stay out of it
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith("PYICEBERG_CATALOG")}
    return {**inherited, **{name: str(path) for name, path in folders.items()}, "PYTHONPATH": paths}
