"""Reads bare git repositories without checking anything out."""

import os
import subprocess


def git_folder(mirror, repository):
    """The git folder of `owner/name` in a mirror that stores it as `owner+name/repo`."""
    folder = os.path.join(mirror, repository.replace("/", "+"), "repo")
    inner = os.path.join(folder, ".git")
    return inner if os.path.isdir(inner) else folder


def _git(folder, *arguments):
    command = ["git", "--git-dir=" + folder, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def head_commit(folder, revision="HEAD"):
    return _git(folder, "rev-parse", revision).decode().strip()


def show(folder, path, revision="HEAD"):
    """The text of one file."""
    return _git(folder, "show", f"{revision}:{path}").decode("utf-8", "replace")


def commit_before_last_change(folder, path):
    """The commit before the last one that changed `path`."""
    changes = _git(folder, "log", "--format=%H", "--", path).decode().split()
    return head_commit(folder, changes[0] + "^")


def list_files(folder, revision="HEAD"):
    listing = _git(folder, "ls-tree", "-r", "-z", "--name-only", revision).decode("utf-8", "replace")
    return [path for path in listing.split("\0") if path]


def read_files(folder, paths, revision="HEAD"):
    """Yields (path, text) for each of `paths` that exists, all through one git process."""
    command = ["git", "--git-dir=" + folder, "cat-file", "--batch"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for path in paths:
            if "\n" in path or "\r" in path:  # one name a line
                continue
            process.stdin.write(f"{revision}:{path}\n".encode())
            process.stdin.flush()
            head = process.stdout.readline().split()
            if len(head) < 3 or head[-1] == b"missing":
                continue
            data = process.stdout.read(int(head[2]))
            process.stdout.read(1)  # the newline after each object
            yield path, data.decode("utf-8", "replace")
        process.stdin.close()
