"""Files that mean harm, or only look like photos: (what it is called, its bytes)."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image

from civicloop.kernel.evidence.tests.made import jpeg, saved, scene

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes = b"", *extra: bytes) -> bytes:
    """A PNG that claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"".join(extra) + png_chunk(b"IDAT", zlib.compress(data)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body


def jpeg_of(width: int, height: int) -> bytes:
    """A real JPEG whose header was changed to claim another size."""
    data = bytearray(jpeg(1, (64, 64)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + b"\x00\x00\x00\x00"
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body += b"VP8L" + struct.pack("<I", 6) + b"\x2f\x00\x00\x00\x00\x00"
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def tiff_loop() -> bytes:
    """A TIFF whose directory points to itself."""
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHIII", 1, 256, 4, 1, 1, 8)


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def frames(format: str) -> bytes:
    return saved(
        scene(1, (80, 60)), format, save_all=True, append_images=[scene(2, (80, 60)), scene(3, (80, 60))]
    )


def heic() -> bytes:
    return saved(scene(1, (320, 240)), "HEIF", quality=60)


def never_photos() -> Iterator[tuple[str, bytes]]:
    """None of these may come in as a photo."""
    good_jpeg, good_png, good_webp = jpeg(), saved(scene(), "PNG"), saved(scene(), "WEBP")
    yield "空的.jpg", b""
    yield "一个字节.jpg", b"\xff"
    yield "网页.jpg", HTML
    yield "网页带BOM.jpg", b"\xef\xbb\xbf  " + HTML
    yield "宽字节网页.png", HTML.decode().encode("utf-16")
    yield "脚本.jpg", b"<script>alert(1)</script>"
    yield "矢量.svg", SVG
    yield "矢量.png", SVG
    yield "无声明矢量.jpg", b"\n\n<svg onload=alert(1)>"
    yield (
        "实体.svg",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    )
    yield "压缩包.jpg", zipped(("a.txt", b"a"))
    yield "文档.jpg", zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))
    yield "文档.pdf", b"%PDF-1.7\n%%EOF\n"
    yield "动图.gif", frames("GIF")
    yield "单帧.gif", saved(scene(1, (40, 30)), "GIF")
    yield "动图改名.jpg", frames("GIF")
    yield "网页动图.gif", b"GIF89a" + b"/*" + HTML + b"*/"
    yield "循环.tif", tiff_loop()
    yield "大端循环.jpg", b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08"
    yield "图片.tiff", saved(scene(1, (40, 30)), "TIFF")
    yield "图片.bmp", saved(scene(1, (40, 30)), "BMP")
    yield "图标.ico", saved(scene(1, (32, 32)), "ICO")
    yield "动的.png", frames("PNG")
    yield "动的.webp", frames("WEBP")
    yield "六万四.png", png_of(64_000, 64_000)
    yield "五万.png", png_of(50_000, 50_000)
    yield "细长.png", png_of(40_000_000, 1)
    yield "长条.png", png_of(20_000, 100, b"\x00" * (20_000 * 3 + 1) * 100)
    yield "三十一位.png", png_of(0x7FFFFFFF, 0x7FFFFFFF)
    yield "零宽.png", png_of(0, 100)
    yield "六万五.jpg", jpeg_of(65_500, 65_500)
    yield "零高.jpg", jpeg_of(100, 0)
    yield "一万六.webp", webp_of(16_383, 16_383)
    yield "略超.png", png_of(5_100, 5_000)
    yield "炸弹.png", png_of(5_000, 5_000, b"\x00" * 1_000)
    yield "半张.jpg", good_jpeg[: len(good_jpeg) // 2]
    yield "只有头.jpg", good_jpeg[:40]
    yield "三个字节.jpg", b"\xff\xd8\xff"
    yield "半张.png", good_png[: len(good_png) // 2]
    yield "只有头.png", good_png[:33]
    yield "半张.webp", good_webp[: len(good_webp) // 2]
    yield "只有头.webp", good_webp[:20]
    yield "坏数据.png", png_of(100, 100, b"short")
    yield "头是JPEG身是网页.jpg", b"\xff\xd8\xff\xe0" + HTML
    yield "头是PNG身是网页.png", b"\x89PNG\r\n\x1a\n" + HTML
    yield (
        "大文字块.png",
        png_of(8, 8, b"\x00" * 200, png_chunk(b"zTXt", b"k\x00\x00" + zlib.compress(b"a" * 80_000_000))),
    )
    yield "EICAR.jpg", EICAR
    yield "程序.jpg", b"MZ\x90\x00" + b"\x00" * 200
    yield "照片\u202egpj.exe", b"MZ\x90\x00" + b"\x00" * 200
    yield "程序.elf", b"\x7fELF" + b"\x00" * 60
    yield "脚本.sh.jpg", b"#!/bin/sh\nrm -rf /\n"
    yield "php.jpg", b"<?php system($_GET['c']); ?>"
    yield "视频.heic", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 50
    yield "新格式.avif", b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + b"\x00" * 50
    yield "假的.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 50
    yield "半张.heic", heic()[:300]
    yield "声音.webp", b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40
    yield "../../etc/passwd", b"root:x:0:0"
    yield "..\\..\\boot.ini", b"[boot loader]"
    yield "名字\x00.jpg", b"\x00" * 100
    yield "名" * 500 + ".jpg", b"GIF87a"
    yield "随机.jpg", bytes(range(256)) * 40


def only_neutralised() -> Iterator[tuple[str, bytes]]:
    """Whole photos with something behind or beside them: let in, and harmless in the copies."""
    good = jpeg()
    yield "照片加压缩包.jpg", good + zipped(("evil.html", HTML))
    yield "照片加网页.jpg", good + HTML
    yield "照片加EICAR.jpg", good + EICAR
    yield "注释里的网页.jpg", good[:2] + b"\xff\xfe" + struct.pack(">H", len(HTML) + 2) + HTML + good[2:]
    yield "扩展名不对.exe", good
    yield "照片\u202egpj.jpg", good
    yield "元数据炸弹.jpg", jpeg(1, (64, 64), exif=exif_bomb())
    yield "元数据绕圈.jpg", jpeg(1, (64, 64), exif=b"Exif\x00\x00" + tiff_loop())
    yield "元数据乱码.jpg", jpeg(1, (64, 64), exif=b"Exif\x00\x00MM\x00*" + bytes(range(256)))
    yield "PNG加网页.png", saved(scene(1, (64, 64)), "PNG") + HTML


def exif_bomb() -> bytes:
    """Five thousand entries which all say that they are the same sixty thousand bytes."""
    count = 5_000
    entries = b"".join(struct.pack("<HHII", 0x8000 + at, 7, 60_000, 8) for at in range(count))
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + struct.pack("<H", count) + entries + b"\x00" * 4


def rgb16() -> Image.Image:
    """Grey in sixteen bits, as scanners make."""
    return Image.linear_gradient("L").convert("I").point(lambda value: value * 256).convert("I;16")
