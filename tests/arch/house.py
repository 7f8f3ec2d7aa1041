"""The project's own files: everything below its root but what is built, hidden or cached."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MADE = {"build", "__pycache__", "node_modules"}


def files(root):
    """Every file of the tree, sorted, as a path relative to `root`."""
    for path in sorted(pathlib.Path(root).iterdir()):
        if path.name in MADE or path.name == ".git" or path.name == ".cache":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from (pathlib.Path(path.name) / below for below in files(path))
        elif path.is_file():
            yield pathlib.Path(path.name)
