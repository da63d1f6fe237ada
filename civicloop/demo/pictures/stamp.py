"""The stamp 示例图片 in strokes of our own, so that it stands there on machines without a Chinese font."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Stroke = tuple[tuple[float, float], ...]

# Each character on a field of 100 × 100, y downwards.
GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "示": (
        ((24, 18), (76, 18)), ((8, 40), (92, 40)), ((50, 40), (50, 90), (38, 84)),
        ((30, 56), (24, 68), (12, 82)), ((70, 56), (78, 68), (88, 80)),
    ),
    "例": (
        ((27, 8), (20, 26), (7, 46)), ((18, 32), (18, 94)), ((32, 16), (67, 16)),
        ((47, 16), (42, 34), (31, 56)), ((42, 35), (64, 35), (58, 58), (47, 76), (33, 91)),
        ((42, 54), (53, 66)), ((76, 26), (76, 68)),
        ((92, 8), (92, 91), (82, 86)),
    ),
    "图": (
        ((12, 12), (88, 12), (88, 92), (12, 92), (12, 12)), ((45, 20), (38, 32), (26, 44)),
        ((40, 30), (67, 30), (52, 48), (26, 60)),
        ((35, 36), (52, 50), (76, 60)), ((45, 62), (57, 69)),
        ((38, 74), (61, 83)),
    ),
    "片": (
        ((28, 10), (28, 52), (23, 74), (9, 93)), ((28, 38), (86, 38)), ((60, 8), (60, 38)),
        ((28, 60), (71, 60), (71, 94)),
    ),
}  # fmt: skip
TEXT = "示例图片"
EM, GAP, PAD = 25, 4, 8  # pixels in the finished picture
_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
)
_FONT_FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/truetype/wqy",
)


def put_stamp(image: Image.Image) -> None:
    """Stamp the picture at its upper right."""
    label, mask = _stamp()
    image.paste(label, (image.width - label.width - 14, 14), mask)


def put_caption(image: Image.Image, caption: str) -> None:
    """Write one line on a dark band at the foot; without a Chinese font only what it can show."""
    font, chinese = _font()
    text = caption if chinese else "".join(char for char in caption if char.isascii()).strip()
    if not text:
        return
    band = image.crop((0, image.height - 30, image.width, image.height)).point(lambda value: value * 0.42)
    ImageDraw.Draw(band).text((12, 6), text[:80], font=font, fill=(244, 244, 240))
    image.paste(band, (0, image.height - 30))


@cache
def _stamp() -> tuple[Image.Image, Image.Image]:
    fine = 4
    wide, tall = len(TEXT) * EM + (len(TEXT) - 1) * GAP + 2 * PAD, EM + 2 * PAD
    mask = Image.new("L", (wide * fine, tall * fine), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, wide * fine - 1, tall * fine - 1), radius=6 * fine, fill=225
    )
    label = Image.new("RGB", mask.size, (178, 40, 36))
    draw = ImageDraw.Draw(label)
    for number, char in enumerate(TEXT):
        left, top = (PAD + number * (EM + GAP)) * fine, PAD * fine
        for stroke in GLYPHS[char]:
            points = [(left + x * EM * fine / 100, top + y * EM * fine / 100) for x, y in stroke]
            draw.line(points, fill="white", width=int(2.1 * fine), joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill="white")
    return label.reduce(fine), mask.reduce(fine)


@cache
def _font() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    for name in (*_FONTS, *(str(Path(folder) / file) for folder in _FONT_FOLDERS for file in _FONTS)):
        try:
            return ImageFont.truetype(name, 16), True
        except OSError:
            continue
    return ImageFont.load_default(16), False
