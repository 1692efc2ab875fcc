"""What is checked of a zipped document before any library unpacks it.

Word and PowerPoint files are zip archives of XML. A few kilobytes of one can unpack to gigabytes,
and entities in XML multiply without end; so sizes are read from the archive's directory first, and
XML that declares a document type is refused (Office Open XML forbids it, ECMA-376 part 2).
"""

from __future__ import annotations

import zlib
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from configs.errors import ParseError

_MOST_FILES = 20_000
_MOST_BYTES = 1_000_000_000
_MOST_XML = 100_000_000
"""Bytes of all XML parts together; parsed they take ten times that."""
_HIGHEST_RATIO = 200
"""XML of real documents unpacks to 5 to 50 times its size."""
_HEAD = 100
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
"""What may stand in front of XML: the marks of its encoding, and spaces."""
_SMALL = 20_000_000
"""Bytes below which the ratio does not matter."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_DOCTYPE = tuple("<!DOCTYPE".encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be"))


def check_archive(file: Path) -> None:
    """Refuse what is no archive, is encrypted, or would not stay within bounds.

    Raises:
        ParseError: says which it is.
    """
    with file.open("rb") as opened:
        if opened.read(4) == _OLD_OFFICE:
            raise ParseError(
                ": is encrypted, or in Office's old format; save it without a password as "
                f"{file.suffix}"
            )
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            _check_sizes(archive, members)
            for member in members:
                _check_member(archive, member)
    except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise ParseError(f": is no {file.suffix} file, or broken ({error})") from None


def _check_sizes(archive: ZipFile, members: list[ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    few = members[:_MOST_FILES]
    xml = sum(member.file_size for member in few if _may_be_xml(archive, member))
    dense = [
        member
        for member in members
        if member.file_size > _SMALL
        and member.file_size > _HIGHEST_RATIO * max(member.compress_size, 1)
    ]
    if len(members) > _MOST_FILES or total > _MOST_BYTES or xml > _MOST_XML or dense:
        raise ParseError(
            f": would unpack to {total:,} bytes in {len(members):,} parts, as zip bombs do; "
            "it was not unpacked"
        )


def _check_member(archive: ZipFile, member: ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        raise ParseError(f": holds a part named {member.filename!r}, which points out of it")
    if member.flag_bits & 1:
        raise ParseError(": is encrypted; save it without a password")
    if _is_xml(member):
        data = archive.read(member)
        if any(sign in data for sign in _DOCTYPE):
            raise ParseError(
                f": its part {member.filename} declares a document type, by which XML can grow "
                "without end; it was not parsed"
            )


def _is_xml(member: ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels"))


def _may_be_xml(archive: ZipFile, member: ZipInfo) -> bool:
    """Whether a part can be parsed as XML. Its type decides that, and its name may be any."""
    if _is_xml(member) or member.flag_bits & 1:
        return _is_xml(member)
    with archive.open(member) as part:
        return part.read(_HEAD).lstrip(_BEFORE_XML).startswith(b"<")
