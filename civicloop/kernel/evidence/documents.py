"""Looking into documents without opening them: PDF, DOCX and XLSX, where a caller lets them in.

Documents are kept as they are and handed out only as downloads, so this looks for what is dangerous to
the one who opens them and for what is not the document it says.
"""

import zipfile
from typing import IO

from django.utils.translation import gettext as _

from civicloop.kernel.evidence.kinds import DOCX, XLSX, Kind
from civicloop.kernel.refused import Refused

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200
XML_HEAD = 64 * 1024
CHUNK = 256 * 1024

_MAIN = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_ACTIVE_PARTS = ("vbaproject.bin", "activex", "oleobject", "vbadata.xml", "/macrosheets/")
_ACTIVE_PDF = (
    b"/JavaScript",
    b"/JS ",
    b"/JS(",
    b"/JS<",
    b"/Launch",
    b"/EmbeddedFile",
    b"/RichMedia",
    b"/XFA",
)
_DOCTYPES = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_SYMLINK = 0o120000


def office_kind(content: IO[bytes]) -> Kind:
    """DOCX or XLSX.  Refuses archives of another sort, bombs, paths that climb, macros and XML entities."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
            _check_members(members)
            kind = next((kind for name, kind in _MAIN.items() if name in archive.namelist()), None)
            if kind is None or "[Content_Types].xml" not in archive.namelist():
                raise Refused(_("是压缩包，不是 DOCX 或 XLSX 文档。请解压后逐个上传。"))
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        head = part.read(XML_HEAD)
                    if any(word in head.upper() if word.isascii() else word in head for word in _DOCTYPES):
                        raise Refused(_("含有不允许的外部引用。请用办公软件另存一份后上传。"))
            return kind
    except Refused:
        raise
    except Exception as broken:  # archives made by strangers fail in many ways
        raise Refused(_("已损坏或没有传完整，打不开。请重新选择原文件后上传。")) from broken


def check_pdf(content: IO[bytes], size: int) -> None:
    """Refuses a PDF that is cut short or carries scripts, programs or attached files."""
    content.seek(0)
    tail = b""
    while chunk := content.read(CHUNK):
        seen = tail + chunk
        if any(word in seen for word in _ACTIVE_PDF):
            raise Refused(_("含有脚本、附件或可执行内容。请用“打印为 PDF”另存一份后上传。"))
        tail = seen[-2048:]
    if b"%%EOF" not in tail:
        raise Refused(_("已损坏或没有传完整，打不开。请重新选择原文件后上传。"))


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > max(packed, 10_000) * MAX_RATIO:
        raise Refused(_("解开后过大，可能是压缩炸弹，不能接收。请精简内容后上传。"))
    climbing = any(
        name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names
    )
    linked = any((member.external_attr >> 16) & 0o170000 == _SYMLINK for member in members)
    if climbing or linked or len(set(names)) != len(names):
        raise Refused(_("内部结构不正常，不能接收。请用办公软件另存一份后上传。"))
    if any(word in f"/{name.lower()}" for name in names for word in _ACTIVE_PARTS):
        raise Refused(_("含有宏或嵌入对象，不能接收。请另存为不含宏的 DOCX 或 XLSX 后上传。"))
    if any(member.flag_bits & 1 for member in members):
        raise Refused(_("设有密码，打不开。请去掉密码后上传。"))
