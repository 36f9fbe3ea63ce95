"""Runs slither on the contracts and compares what it finds with findings.toml: a finding that is not explained there fails, and
so does an explanation that nothing needs any more."""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def place(detector: dict) -> str:
    """The function or variable that a finding is about: Contract.name."""
    element = detector["elements"][0]
    names = []
    while element:
        if element.get("type") in ("contract", "function", "variable"):
            names.append(element["name"])
        element = element.get("type_specific_fields", {}).get("parent")
    return ".".join(reversed(names))


def findings() -> list[dict]:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        command = ["slither", ".", "--filter-paths", "node_modules|test/", "--json", str(report)]
        environment = {**os.environ, "FOUNDRY_PROFILE": "symbolic"}
        run = subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True, text=True)
        # Findings make slither's exit code, too; only a missing report says that it failed.
        if not report.exists() or not json.loads(report.read_text())["success"]:
            sys.exit(f"slither failed:\n{run.stdout}{run.stderr}")
        return json.loads(report.read_text())["results"].get("detectors", [])


def main() -> None:
    explained = tomllib.loads((HERE / "findings.toml").read_text())["finding"]
    needed = set()
    unexplained = []
    found = findings()
    for finding in found:
        check, where = finding["check"], place(finding)
        for number, entry in enumerate(explained):
            for name in entry["in"]:
                if entry["check"] == check and name in ("*", where):
                    needed.add((number, name))
                    break
            else:
                continue
            break
        else:
            unexplained.append(f"{finding['impact']}: {check} in {where}\n{finding['description']}")
    for text in unexplained:
        print(text, file=sys.stderr)
    stale = [
        f"{entry['check']} in {name}"
        for number, entry in enumerate(explained)
        for name in entry["in"]
        if (number, name) not in needed
    ]
    for text in stale:
        print(f"findings.toml explains {text}, which slither does not find: remove it", file=sys.stderr)
    if unexplained or stale:
        sys.exit(f"{len(unexplained)} findings without an explanation, {len(stale)} explanations without a finding")
    print(f"slither: {len(found)} findings, each explained in analysis/findings.toml")


main()
