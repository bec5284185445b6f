"""Check that importing Readygate has no effect on other libraries."""

import subprocess
import sys


def test_expressions_of_the_standard_library_stay_usable() -> None:
    code = "import readygate.commands.action, re, json; re.sub(json.scanner.NUMBER_RE, '', '1')"
    subprocess.run([sys.executable, "-c", code], check=True)
