"""Parse test and coverage reports.

Each module of `results/` and `coverage/` defines one `FORMAT`. Exactly one format must match the content of a file;
its name does not matter. `docs/formats.md` lists the formats.
"""

from readygate.formats.format import Format
from readygate.formats.registry import all_formats, choose, identify, parse
from readygate.formats.sniffing import FileSample
from readygate.formats.source import Source

__all__ = ["FileSample", "Format", "Source", "all_formats", "choose", "identify", "parse"]
