"""The Dockerfile, and the scripts that belong to it."""

import re
import subprocess
import sys
from pathlib import Path

from support import DEPLOY, ROOT, expect, run

TOOLS = Path(sys.executable).parent


def check(binary):
    run(TOOLS / "hadolint", "--no-color", "--ignore", "DL3008", ROOT / "Dockerfile")
    run(TOOLS / "shellcheck", *sorted((DEPLOY / "docker").iterdir()), ROOT / "Scripts" / "check-deploy")
    build, runtime = _packages()
    _builds_with_what_bootstrap_installs(build)
    _packages_exist(build | runtime)
    _files_exist()
    if binary:
        _runtime_has_libraries(binary, runtime)


def _packages():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lists = [set(found.split()) for found in re.findall(r"--no-install-recommends ([^&]+)&&", text)]
    expect(len(lists) == 2, "Dockerfile: one list of packages for the build and one for the runtime are expected")
    return lists


def _builds_with_what_bootstrap_installs(packages):
    text = (ROOT / "Scripts" / "bootstrap").read_text()
    needed = set(re.search(r"^packages=\(([^)]+)\)", text, re.MULTILINE).group(1).split()) - {"curl", "openssl"}
    expect(packages == needed,
           f"Dockerfile and Scripts/bootstrap differ in packages to build with: {sorted(packages ^ needed)}")


def _packages_exist(packages):
    if "bookworm" not in Path("/etc/os-release").read_text():
        return
    for package in sorted(packages):
        run("apt-cache", "show", package)


def _files_exist():
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if not line.startswith("COPY ") or "--from" in line:
            continue
        for source in line.split()[1:-1]:
            expect(list(ROOT.glob(source)), f"Dockerfile: {source} does not exist")
            kept = any(source.split("/")[0] in kept for kept in (ROOT / ".dockerignore").read_text().splitlines()
                       if kept.startswith("!"))
            expect(kept or "*" in source, f".dockerignore keeps {source} out, which the Dockerfile copies")


def _runtime_has_libraries(binary, packages):
    """Every library that the executable names, or loads, is in a package of the list, or in one that these need."""
    if "bookworm" not in Path("/etc/os-release").read_text():
        return
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", binary))
    places = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", binary)))
    # This one is loaded when the first script runs.
    loaded = re.search(r'"(libjavascriptcoregtk[^"]+)"', (ROOT / "Sources/CJavaScriptCore/library.c").read_text())[1]
    names.append(loaded)
    places |= re.findall(rf"({re.escape(loaded)}) .*=> (/\S+)", run("/sbin/ldconfig", "-p"))
    needed = run("apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
                 "--no-breaks", "--no-replaces", "--no-enhances", "libc6", *sorted(packages))
    installed = set(re.findall(r"^(\S+)$", needed, re.MULTILINE))
    for name in names:
        place = places.get(name)
        if place is None or "/swift/" in place:
            continue
        owner = subprocess.run(["dpkg", "-S", place, str(Path(place).resolve())], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True).stdout
        packages_of_library = {line.split(":")[0] for line in owner.splitlines()}
        expect(packages_of_library & installed,
               f"Dockerfile: {name}, which wfserver needs, is in {packages_of_library or 'no package'}")
