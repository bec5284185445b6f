"""Installs small distributions with entry points into a folder."""

import json
from pathlib import Path


def install(
    folder: Path, name: str, code: str, points: str, *, source: Path | None = None, files: Path | None = None
) -> None:
    """Write the distribution `name` 1.0 with one module of the same name into a folder.

    Args:
        points: the text of its `entry_points.txt`.
        source: the folder that `direct_url.json` names as its origin.
        files: where its module is written to, if not into `folder`.
    """
    module = name.replace("-", "_")
    (files or folder).joinpath(f"{module}.py").write_text(code, encoding="utf-8")
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    if source is not None:
        url = {"url": source.as_uri(), "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")
