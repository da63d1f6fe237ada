"""What a file is, told by its first bytes: never by its name or by what the sender claims."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD = 4096  # bytes that are enough to tell


@dataclass(frozen=True)
class Kind:
    """A kind of file that the door knows how to open.

    formats  the Pillow formats that may open it; empty for documents
    """

    name: str
    mime: str
    suffix: str
    formats: tuple[str, ...] = ()


JPEG = Kind("jpeg", "image/jpeg", ".jpg", ("JPEG",))
PNG = Kind("png", "image/png", ".png", ("PNG",))
WEBP = Kind("webp", "image/webp", ".webp", ("WEBP",))
HEIC = Kind("heic", "image/heic", ".heic", ("HEIF",))
PDF = Kind("pdf", "application/pdf", ".pdf")
DOCX = Kind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
XLSX = Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")

PHOTOS = frozenset({JPEG, PNG, WEBP, HEIC})
DOCUMENTS = frozenset({PDF, DOCX, XLSX})
BY_MIME = {kind.mime: kind for kind in PHOTOS | DOCUMENTS}

ZIP = "zip"  # DOCX and XLSX open alike; documents.py looks inside
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}

# What people send by mistake, so that the refusal can name it.
_STRANGERS: tuple[tuple[bytes, str | Promise], ...] = (
    (b"GIF8", _("GIF 动图")),
    (b"II*\x00", _("TIFF 图片")),
    (b"MM\x00*", _("TIFF 图片")),
    (b"II+\x00", _("TIFF 图片")),
    (b"MM\x00+", _("TIFF 图片")),
    (b"BM", _("BMP 图片")),
    (b"8BPS", _("Photoshop 文件")),
    (b"MZ", _("程序")),
    (b"\x7fELF", _("程序")),
    (b"#!", _("脚本")),
    (b"Rar!", _("压缩包")),
    (b"7z\xbc\xaf", _("压缩包")),
    (b"\x1f\x8b", _("压缩包")),
    (b"PK", _("压缩包或办公文档")),
    (b"%PDF", _("PDF 文档")),
    (b"\xd0\xcf\x11\xe0", _("旧版办公文档")),
    (b"ID3", _("音频")),
    (b"\x1aE\xdf\xa3", _("视频")),
    (b"RIFF", _("音频或视频")),
)


def sniff(head: bytes) -> Kind | str | None:
    """The kind of a file from its first `HEAD` bytes; `ZIP` for a container to look into, None for others."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return HEIC if _is_heic(head) else None
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    return None


def stranger(head: bytes) -> str:
    """How to call a file that is not let in: "GIF 动图", "网页" …; "" when nothing is known about it."""
    for magic, name in _STRANGERS:
        if head.startswith(magic):
            return str(name)
    if head[4:8] == b"ftyp":
        return str(_("AVIF 图片")) if head[8:12] in (b"avif", b"avis") else str(_("视频"))
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").replace(b"\x00", b"").lower()
    if b"<svg" in text:
        return str(_("SVG 图片"))
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<head", b"<body")) or b"<script" in text:
        return str(_("网页"))
    if text.startswith(b"<?xml"):
        return str(_("XML 文件"))
    return ""


def _is_heic(head: bytes) -> bool:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, length - 3, 4)}
    sequence_or_avif = {b"avif", b"avis", b"hevc", b"hevx"} & brands
    return head[8:12] in _HEIC_BRANDS and not (sequence_or_avif and not brands & (_HEIC_BRANDS - {b"mif1"}))
