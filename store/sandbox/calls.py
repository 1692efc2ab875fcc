"""Which system calls code that nobody has read may not make: a filter in the kernel's own form.

It leaves no way to sockets (a socket in the file system or of a virtual machine's host is no part
of any network namespace), to a process of its own (so that one limit of memory is the limit of all)
or to memory beside that limit, and it closes calls through which kernels were broken most often.
Threads are allowed. Numbers are those of the kernel's tables (``asm/unistd.h``).
"""

from __future__ import annotations

import errno
import struct

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How a call says what machine it is for (``linux/audit.h``)."""
_REFUSED = {
    "fork": (57, None),
    "vfork": (58, None),
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
"""Number of each call on either machine."""
_CLONE, _CLONE3 = (56, 220), 435
_THREAD = 0x10000
_OTHER_NUMBERS = 0x40000000
"""From here on x86 counts the calls of another form of itself (x32)."""
_LOAD, _EQUALS, _AT_LEAST, _HAS, _END = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16


def call_filter(machine: str) -> bytes:
    """The filter for a machine (``platform.machine()``) as a program of the kernel (seccomp-bpf);
    empty for a machine whose calls are not known. A refused call fails, "not permitted".
    """
    if machine not in _MACHINES:
        return b""
    column = [*_MACHINES].index(machine)
    refused = [numbers[column] for numbers in _REFUSED.values()]
    steps = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUALS, 1, 0, _MACHINES[machine]),
        (_END, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _OTHER_NUMBERS),
        (_END, 0, 0, _FAIL | errno.ENOSYS),
    ]
    for number in refused:
        if number is not None:
            steps += [(_EQUALS, 0, 1, number), (_END, 0, 0, _FAIL | errno.EPERM)]
    # Its arguments lie in memory, where a filter cannot look; who misses it takes the older call.
    steps += [(_EQUALS, 0, 1, _CLONE3), (_END, 0, 0, _FAIL | errno.ENOSYS)]
    steps += [
        (_EQUALS, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS, 1, 0, _THREAD),
        (_END, 0, 0, _FAIL | errno.EPERM),
        (_END, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
