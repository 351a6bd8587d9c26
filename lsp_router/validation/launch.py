"""The child's side of the sandbox: a program of its own that puts up the walls and then becomes the tool.

Run by path with a bare interpreter, so it imports nothing of ours. On Linux it makes new namespaces: no network, no
other processes, and a file system where only the room may be written. It stays as the first process in there, because
when that one ends, everything it started ends too.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any

CANNOT_START = 126
TOO_MANY = 125

_NEW = 0x20000 | 0x10000000 | 0x20000000 | 0x40000000 | 0x08000000  # mounts, user, pid, net, ipc
_NEW_USER = 0x10000000
_BIND, _PRIVATE, _RECURSIVE = 4096, 1 << 18, 16384
_SETATTR, _HERE, _RECURSIVELY, _READ_ONLY = 442, -100, 0x8000, 1
_DEATH_SIGNAL, _DROP_BOUND, _NO_NEW_PRIVILEGES = 1, 24, 38
_HIDDEN = ("/run/user", "/run/dbus", "/run/docker", "/run/containerd", "/run/podman", "/tmp/.X11-unix")  # noqa: S108 - to be hidden
_PULSE = 0.02
_MEEKER = 10
"""Tools are nicer than who watches them, and than the editor."""


def main(arguments: list[str]) -> int:
    told, command = json.loads(arguments[0]), arguments[1:]
    if not told["walls"]:
        return _become(command, told)
    try:
        _enter(os.getuid(), os.getgid())
    except OSError as error:
        sys.stderr.write(f"no walls: {error}\n")
        return CANNOT_START
    first = os.fork()
    if first == 0:
        os._exit(_first_process(command, told))
    return _code(os.waitpid(first, 0)[1])


def _first_process(command: list[str], told: dict[str, Any]) -> int:
    """Inside: nothing outlives this process."""
    _call("prctl", _DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    try:
        _wall_up(told["room"])
    except OSError as error:
        sys.stderr.write(f"no walls: {error}\n")
        return CANNOT_START
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    worker = os.fork()
    if worker == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        _give_up_power()
        os.nice(_MEEKER)
        os._exit(_become(command, told))
    return _watch(worker, told["processes"])


def _watch(worker: int, most: int) -> int:
    """Wait for the tool; its exit code, unless it and its children become too many."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == worker:
            return _code(status)
        if sum(entry.name.isdigit() for entry in os.scandir("/proc")) > most:
            return TOO_MANY
        if pid == 0:
            signal.sigtimedwait({signal.SIGCHLD}, _PULSE)


def _become(command: list[str], told: dict[str, Any]) -> int:
    _limit(told)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
    return CANNOT_START


def _limit(told: dict[str, Any]) -> None:
    import resource  # noqa: PLC0415 - POSIX only

    wanted = {
        resource.RLIMIT_CPU: int(told["cpu"]),
        resource.RLIMIT_FSIZE: told["file_bytes"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 1024,
    }
    if sys.platform == "linux":
        wanted[resource.RLIMIT_DATA] = told["memory_bytes"]
        if told["walls"]:  # counted in the namespace alone; outside it would count all of the user's processes
            wanted[resource.RLIMIT_NPROC] = told["processes"]
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (ceiling, ceiling))


def _enter(uid: int, gid: int) -> None:
    """New namespaces; root needs no user of its own for them."""
    _call("unshare", _NEW & ~_NEW_USER if uid == 0 else _NEW)
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", "ascii")


def _wall_up(room: str) -> None:
    """Everything read-only but the room; sockets that lead out are covered."""
    _mount(None, "/", None, _PRIVATE | _RECURSIVE)
    _mount("proc", "/proc", "proc", 0)
    _mount(room, room, None, _BIND)
    for path in _HIDDEN:
        if Path(path).is_dir():
            _mount("tmpfs", path, "tmpfs", 0)
    for entry in os.scandir("/run") if Path("/run").is_dir() else ():
        if stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode):
            _mount("/dev/null", entry.path, None, _BIND)
    _set_attributes("/", set_=_READ_ONLY, clear=0, how=_RECURSIVELY)
    _set_attributes(room, set_=0, clear=_READ_ONLY, how=0)
    os.chdir(Path.cwd())  # the directory as it is seen through the new mounts


def _give_up_power() -> None:
    """What could take the walls down again is gone before the tool runs, and cannot come back."""
    for capability in range(64):
        _libc().prctl(_DROP_BOUND, capability, 0, 0, 0)
    _call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    _call("mount", *encoded, ctypes.c_ulong(flags), None)


def _set_attributes(path: str, *, set_: int, clear: int, how: int) -> None:
    attributes = (ctypes.c_uint64 * 4)(set_, clear, 0, 0)
    _call("syscall", _SETATTR, _HERE, os.fsencode(path), how, ctypes.byref(attributes), ctypes.c_size_t(32))


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc(), name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
