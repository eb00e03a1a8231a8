"""Checks a registry of layout 1 without the library: every seal, digest and link.

python3 verify.py layout-1
"""

import hashlib
import json
import pathlib
import re
import sys


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sealed(path):
    data = path.read_bytes()
    document = json.loads(data)
    zeroed = re.sub(rb'("seal" : "sha256:)[0-9a-f]{64}', rb"\g<1>" + b"0" * 64, data)
    assert document["seal"] == sha256(zeroed), path
    return document, sha256(data)


def version(folder):
    manifest, digest = sealed(folder / "manifest.json")
    assert manifest["card"] == sha256((folder / "card.json").read_bytes()), folder
    listing = []
    for name in sorted(manifest["files"], key=lambda n: n.encode()):
        data = (folder / "files" / name).read_bytes()
        entry = manifest["files"][name]
        assert entry == {"bytes": len(data), "digest": sha256(data)}, name
        listing.append(f"{entry['digest'][7:]}  {name}\n")
    files = {str(p.relative_to(folder / "files")) for p in (folder / "files").rglob("*") if p.is_file()}
    assert files == set(manifest["files"]), files
    if manifest.get("folder"):
        assert manifest["digest"] == sha256("".join(listing).encode()), folder
    else:
        assert [manifest["digest"]] == [e["digest"] for e in manifest["files"].values()], folder
    print(folder.name, manifest["model"], manifest["digest"], "manifest", digest)
    return manifest, digest


def main(root):
    assert json.loads((root / "layout.json").read_text())["layout"] == 1
    for model in sorted((root / "models").iterdir()):
        versions = {}
        for folder in sorted((model / "versions").iterdir()):
            manifest, digest = version(folder)
            assert manifest["number"] == int(folder.name) and manifest["model"] == model.name
            versions[manifest["number"]] = (manifest["digest"], digest)
        for alias in sorted(model.glob("aliases/*")):
            previous, before = None, None
            for number, path in enumerate(sorted(alias.iterdir()), 1):
                record, digest = sealed(path / "record.json" if path.is_dir() else path)
                assert path.name == f"{number:06d}.json" and record["number"] == number
                assert record.get("previous") == previous, path
                assert record.get("from", {}).get("number") == before, path
                to = record["to"]
                assert (to["digest"], to["manifest"]) == versions[to["number"]], path
                print(alias.name, number, "to", to["number"], "by", record["actor"], digest)
                previous, before = digest, to["number"]


main(pathlib.Path(sys.argv[1]))
