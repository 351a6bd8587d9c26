"""Notices that the editor is gone, even when it left stdin open behind it."""

from __future__ import annotations

import asyncio
import os
import sys

INTERVAL = 0.5


async def wait_until_gone(pid: int) -> None:
    """Returns once no process has this id any more."""
    while is_alive(pid):  # noqa: ASYNC110 - no portable event tells of a process that is not our child
        await asyncio.sleep(INTERVAL)


def is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes  # noqa: PLC0415 - only Windows needs it

    synchronize, timed_out = 0x00100000, 0x00000102
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(synchronize, 0, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)
