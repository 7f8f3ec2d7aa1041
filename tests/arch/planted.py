"""A small tree of planted files, for tests that show that a check can fail."""
import contextlib
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


@contextlib.contextmanager
def tree(files):
    """A temporary folder with `files`: name to text, or to bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield folder


def run(program, files):
    """The check as `./run test` calls it: exit code and output."""
    with tree(files) as folder:
        done = subprocess.run([sys.executable, HERE / program, folder],
                              capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
