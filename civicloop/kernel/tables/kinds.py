"""What a file really is: told by its first bytes, never by its name."""

import re
import zipfile
from enum import Enum, auto
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import Limits, Unreadable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
_MARKUP = re.compile(rb"^\s*(<!doctype\s+html|<html|<head|<body|<table|<meta|<div|<script|<!--)", re.I)
_XML = re.compile(rb"^\s*<\?xml", re.I)
_RATIO_FROM = 20 * 2**20


class Kind(Enum):
    """How a file is to be read."""

    TEXT = auto()
    WORKBOOK = auto()


def kind_of(file: BinaryIO, filename: str, limits: Limits) -> Kind:
    """Tell the kind by content and refuse what is no table; leaves the file at its beginning."""
    size = file.seek(0, 2)
    file.seek(0)
    if size == 0:
        raise Unreadable(_("文件“%(name)s”是空的。") % _named(filename))
    if size > limits.file_bytes:
        shown = {**_named(filename), "limit": limits.file_bytes // 2**20}
        raise Unreadable(_("文件“%(name)s”超过 %(limit)d MB，请拆成几个文件。") % shown)
    head = file.read(4096)
    file.seek(0)
    if head.startswith(_OLE):
        _refuse_locked_or_foreign(file, filename)
        return Kind.WORKBOOK
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_zip(file, filename, limits)
        return Kind.WORKBOOK
    _refuse_known_others(head, filename)
    return Kind.TEXT


def _named(filename: str) -> dict[str, str]:
    return {"name": PurePath(filename).name[:100]}


def _refuse_known_others(head: bytes, filename: str) -> None:
    picture = head.startswith(_PICTURES) or head[8:12] == b"WEBP" or head[4:8] == b"ftyp"
    if picture and b"\x00" in head:
        raise Unreadable(_("“%(name)s”是图片，不是表格；请上传 XLSX 或 CSV 文件。") % _named(filename))
    if head.startswith(b"%PDF"):
        raise Unreadable(_("“%(name)s”是 PDF，不是表格；请上传 XLSX 或 CSV 文件。") % _named(filename))
    if head.startswith(_ARCHIVES):
        raise Unreadable(_("“%(name)s”是压缩包，请解压后上传里面的表格。") % _named(filename))
    markup = head.removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(markup) or (_XML.match(markup) and b"<" in markup):
        raise Unreadable(
            _("“%(name)s”其实是网页或 XML，只是名字像表格；请用表格软件打开，另存为 XLSX 后再上传。")
            % _named(filename)
        )


def _refuse_locked_or_foreign(file: BinaryIO, filename: str) -> None:
    """An OLE container holds an old workbook, an encrypted new one, or something else of Office."""
    names = file.read()
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in names:
        raise Unreadable(_locked(filename))
    if not any(word.encode("utf-16-le") in names for word in ("Workbook", "Book")):
        raise Unreadable(_not_a_workbook(filename))


def _locked(filename: str) -> str:
    return _("工作簿“%(name)s”有密码，请取消密码后再上传。") % _named(filename)


def _not_a_workbook(filename: str) -> str:
    return _("“%(name)s”不是电子表格；请上传 XLSX 或 CSV 文件。") % _named(filename)


def _check_zip(file: BinaryIO, filename: str, limits: Limits) -> None:
    """Look at the list of a packed workbook before anything is unpacked.

    The list may lie; the process that unpacks has a bound on its memory besides.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            manifest = b""
            if "META-INF/manifest.xml" in names and packed.getinfo("META-INF/manifest.xml").file_size < 2**20:
                manifest = packed.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as broken:
        raise Unreadable(_("“%(name)s”已损坏，打不开；请重新导出。") % _named(filename)) from broken
    finally:
        file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    packed_size = max(1, sum(part.compress_size for part in parts))
    too_dense = unpacked > _RATIO_FROM and unpacked / packed_size > limits.unpacked_ratio
    if unpacked > limits.unpacked_bytes or too_dense or len(names) != len(parts):
        raise Unreadable(_("“%(name)s”展开后大得不合常理，为安全起见没有打开。") % _named(filename))
    if b"encryption-data" in manifest:
        raise Unreadable(_locked(filename))
    if "xl/workbook.xml" not in names and not ("content.xml" in names and _is_calc(manifest)):
        raise Unreadable(_not_a_workbook(filename))


def _is_calc(manifest: bytes) -> bool:
    return b"opendocument.spreadsheet" in manifest
