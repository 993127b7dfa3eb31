"""Let libRoadRunner load where Python was built without a shared libpython, as on Debian.

Its wheel asks the loader for libpython by file name, although the running interpreter already
holds every symbol. The loader looks in the wheel's own folder first, so a link there under that
name, to a library that Python has loaded anyway, is enough.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path


def loads() -> bool:
    """Tell whether libRoadRunner can be imported in a fresh process."""
    return subprocess.run([sys.executable, "-c", "import roadrunner"], capture_output=True).returncode == 0


def loaded_library() -> str:
    """Return the path of the C mathematics library of this process."""
    found = re.search(r"/\S*/libm[.-]\S*", Path("/proc/self/maps").read_text())
    if found is None:
        sys.exit("libRoadRunner wants libpython: install Debian's libpython3.11, or a Python built with it")
    return found.group()


def main() -> None:
    """Make the link, unless libRoadRunner is absent or loads without it."""
    package = importlib.util.find_spec("roadrunner")
    if package is None or package.origin is None or loads():
        return
    name = f"libpython{sys.version_info.major}.{sys.version_info.minor}.so.1.0"
    link = Path(package.origin).with_name(name)
    link.unlink(missing_ok=True)
    link.symlink_to(loaded_library())
    if not loads():
        link.unlink()
        sys.exit(f"libRoadRunner does not load: install Debian's {name.removesuffix('.so.1.0')}")


if __name__ == "__main__":
    main()
