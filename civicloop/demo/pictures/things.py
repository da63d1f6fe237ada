"""Things that stand, hang, lie or grow in a street."""

import math

from civicloop.demo.pictures.brush import Canvas, Colour

WALLS: tuple[Colour, ...] = (
    (214, 200, 178), (198, 176, 156), (186, 192, 196), (222, 210, 196), (176, 160, 150), (204, 188, 160),
    (190, 202, 200), (226, 222, 212), (188, 148, 128), (168, 180, 190),
)  # fmt: skip
PAINTS: tuple[Colour, ...] = (
    (236, 238, 240), (60, 66, 76), (172, 52, 48), (52, 92, 146), (198, 202, 206), (84, 112, 96),
    (214, 178, 84),
)  # fmt: skip
AWNINGS: tuple[Colour, ...] = ((196, 78, 66), (64, 128, 108), (72, 110, 164), (222, 166, 72), (150, 92, 120))
GLASS: Colour = (120, 146, 164)
ASPHALT: Colour = (126, 128, 132)
PAVING: Colour = (196, 190, 180)
WHITE: Colour = (238, 238, 232)
BAGS: tuple[Colour, ...] = ((52, 54, 60), (46, 50, 52), (196, 66, 60), (222, 224, 226), (70, 110, 160))


def tree(canvas: Canvas, x: float, z: float, high: float = 6.0) -> None:
    chance = canvas.chance
    canvas.patch(x, z, high * 0.5, high * 0.28, (92, 98, 96))
    canvas.line([(x, 0, z), (x + chance.uniform(-0.15, 0.15), high * 0.6, z)], (104, 84, 66), high * 0.045)
    green = chance.choice(((86, 132, 82), (98, 142, 86), (74, 118, 84), (124, 146, 82), (108, 128, 74)))
    for step in range(9):
        turn, reach = step * 2.4, high * 0.2
        at = (
            x + math.cos(turn) * reach * chance.uniform(0.3, 1.1),
            high * 0.72 + math.sin(turn) * reach * 0.8,
            z,
        )
        canvas.ball(at, high * chance.uniform(0.26, 0.4), green, share=0.84 + step * 0.03)


def bush(canvas: Canvas, x: float, z: float) -> None:
    for step in range(4):
        canvas.ball((x + step * 0.35, 0.35, z), 0.8, (92, 134, 84), high=0.7, share=0.86 + step * 0.06)


def windows(canvas: Canvas, left: float, right: float, high: float, z: float, *, low: float = 3.4) -> None:
    """Rows of windows on a wall that faces us."""
    chance = canvas.chance
    step = chance.uniform(1.9, 2.7)
    y = low
    while y + 1.5 < high:
        x = left + 0.6
        while x + 1.3 < right:
            canvas.upright(x - 0.07, x + 1.27, y - 0.07, y + 1.42, z, (232, 230, 224))
            canvas.upright(x, x + 1.2, y, y + 1.35, z, GLASS, chance.uniform(0.75, 1.2))
            if chance.random() < 0.25:
                canvas.upright(x + 0.2, x + 1.0, y - 0.62, y - 0.14, z, (212, 212, 208))
            x += step
        y += 2.9


def house_ahead(canvas: Canvas, left: float, right: float, high: float, z: float) -> None:
    """A house whose front faces us, with a row of shops below."""
    wall = canvas.chance.choice(WALLS)
    canvas.upright(left, right, 0, high, z, wall)
    canvas.upright(left, right, high - 0.35, high, z, wall, 0.84)
    windows(canvas, left, right, high - 0.6, z)


def house_beside(canvas: Canvas, x: float, near: float, far: float, high: float) -> None:
    """A house along the street, seen at a slant."""
    chance, wall = canvas.chance, canvas.chance.choice(WALLS)
    canvas.flank(x, 0, high, near, far, wall, chance.uniform(0.78, 0.98))
    outer = x - 40 if x < 0 else x + 40
    canvas.upright(min(outer, x), max(outer, x), 0, high, near, wall, 0.72)
    canvas.flank(x, 0, 3.0, near, far, chance.choice(AWNINGS), 0.5)
    z = near + 0.6
    while z + 2.2 < far:
        canvas.flank(x, 0.3, 2.4, z, z + 2.2, mixed_glass(canvas), 0.95)
        canvas.flank(x, 2.45, 3.1, z - 0.1, z + 2.3, chance.choice(AWNINGS), 0.95)
        y = 3.9
        while y + 1.4 < high:
            canvas.flank(x, y, y + 1.4, z + 0.3, z + 1.8, mixed_glass(canvas), 1.0)
            y += 3.0
        z += 3.2


def mixed_glass(canvas: Canvas) -> Colour:
    grey = canvas.chance.randint(-22, 26)
    return GLASS[0] + grey, GLASS[1] + grey, GLASS[2] + grey


def car(canvas: Canvas, x: float, z: float, *, paint: Colour | None = None) -> None:
    """A car seen from behind; `x` is its middle, `z` its rear."""
    paint = paint or canvas.chance.choice(PAINTS)
    canvas.patch(x, z + 1.6, 2.3, 4.4, (84, 86, 90))
    side = -0.9 if x > 0 else 0.9
    canvas.area(
        [(x + side, 0.3, z), (x + side, 0.95, z), (x + side, 1.0, z + 4.2), (x + side, 0.3, z + 4.2)],
        paint,
        0.76,
    )
    canvas.area(
        [
            (x + side, 0.95, z + 0.3),
            (x + side * 0.86, 1.45, z + 0.9),
            (x + side * 0.86, 1.45, z + 2.6),
            (x + side, 0.97, z + 3.4),
        ],
        (70, 84, 96),
    )
    canvas.area(
        [
            (x - 0.76, 1.45, z + 0.9),
            (x + 0.76, 1.45, z + 0.9),
            (x + 0.74, 1.47, z + 2.6),
            (x - 0.74, 1.47, z + 2.6),
        ],
        paint,
        1.08,
    )
    canvas.area(
        [(x - 0.9, 0.95, z), (x + 0.9, 0.95, z), (x + 0.76, 1.45, z + 0.9), (x - 0.76, 1.45, z + 0.9)],
        paint,
        0.94,
    )
    canvas.area(
        [
            (x - 0.76, 1.0, z + 0.06),
            (x + 0.76, 1.0, z + 0.06),
            (x + 0.66, 1.4, z + 0.8),
            (x - 0.66, 1.4, z + 0.8),
        ],
        (72, 88, 100),
    )
    for wheel in (-0.7, 0.7):
        canvas.upright(x + wheel - 0.13, x + wheel + 0.13, 0, 0.4, z + 0.1, (40, 42, 46))
    canvas.upright(x - 0.9, x + 0.9, 0.28, 0.96, z, paint)
    canvas.upright(x - 0.9, x + 0.9, 0.28, 0.4, z, (58, 60, 64))
    for lamp in (-0.88, 0.6):
        canvas.upright(x + lamp, x + lamp + 0.28, 0.66, 0.84, z, (198, 56, 50))
    canvas.upright(x - 0.24, x + 0.24, 0.46, 0.6, z, (70, 112, 178))


def bike(canvas: Canvas, x: float, z: float, *, fallen: bool = False) -> None:
    """An electric bicycle from the side."""
    paint = canvas.chance.choice(PAINTS[1:])
    flat = 0.35 if fallen else 1.0
    canvas.patch(x + 0.55, z, 1.6, 0.5, (120, 118, 114))
    for wheel in (0.0, 1.15):
        canvas.ball((x + wheel, 0.28 * flat, z), 0.56, (44, 46, 50), high=0.56 * flat)
        canvas.ball((x + wheel, 0.28 * flat, z), 0.3, (168, 170, 172), high=0.3 * flat)
    canvas.line(
        [
            (x, 0.3 * flat, z),
            (x + 0.35, 0.42 * flat, z),
            (x + 0.85, 0.42 * flat, z),
            (x + 1.05, 0.95 * flat, z),
        ],
        paint,
        0.16,
    )
    canvas.line(
        [(x + 1.15, 0.3 * flat, z), (x + 1.0, 1.0 * flat, z), (x + 0.85, 1.02 * flat, z)], (60, 62, 66), 0.06
    )
    canvas.line([(x + 0.05, 0.72 * flat, z), (x + 0.6, 0.74 * flat, z)], (40, 42, 46), 0.15)
    canvas.line([(x + 0.2, 0.42 * flat, z), (x + 0.25, 0.7 * flat, z)], paint, 0.2)


def bag(canvas: Canvas, x: float, z: float, size: float = 0.6) -> None:
    """A tied rubbish bag."""
    colour = canvas.chance.choice(BAGS)
    canvas.patch(x, z, size * 1.5, size * 0.8, (108, 106, 102))
    canvas.ball((x, size * 0.42, z), size, colour, high=size * 0.86)
    canvas.ball((x - size * 0.16, size * 0.52, z), size * 0.3, colour, high=size * 0.4, share=1.3)
    canvas.area(
        [
            (x - 0.07, size * 0.8, z),
            (x + 0.07, size * 0.8, z),
            (x + 0.16, size * 1.06, z),
            (x - 0.14, size * 1.08, z),
        ],
        colour,
        0.9,
    )


def carton(canvas: Canvas, x: float, z: float, size: float = 0.55, low: float = 0.0) -> None:
    tall = size * canvas.chance.uniform(0.6, 1.0)
    brown = canvas.chance.choice(((190, 150, 104), (176, 138, 96), (204, 168, 122)))
    canvas.box(x, x + size, low + tall, z, z + size * 0.8, brown, low=low)
    canvas.upright(x + size * 0.42, x + size * 0.58, low, low + tall, z, (222, 200, 150))


def litter(canvas: Canvas, x: float, z: float, spread: float, pieces: int) -> None:
    """Paper, peel and cups on the ground."""
    chance = canvas.chance
    for _ in range(pieces):
        at, deep, size = (
            x + chance.uniform(-spread, spread),
            z + chance.uniform(-spread, spread) * 0.7,
            chance.uniform(0.08, 0.2),
        )
        colour = chance.choice(
            ((240, 238, 230), (206, 70, 62), (232, 196, 92), (110, 150, 190), (164, 120, 84))
        )
        canvas.blot(at, max(deep, 1.6), size * 1.6, size * 1.3, colour, corners=5)


def bin_(canvas: Canvas, x: float, z: float, colour: Colour, *, full: bool) -> None:
    """A wheeled bin; a full one cannot close its lid."""
    canvas.patch(x + 0.3, z + 0.2, 1.0, 0.8, (108, 106, 102))
    canvas.box(x, x + 0.62, 1.0, z, z + 0.6, colour)
    canvas.upright(x + 0.14, x + 0.48, 0.42, 0.72, z, WHITE)
    if full:
        for step in range(3):
            canvas.ball((x + 0.12 + step * 0.2, 1.1, z + 0.1), 0.42, canvas.chance.choice(BAGS))
        canvas.area(
            [
                (x - 0.02, 1.05, z + 0.6),
                (x + 0.64, 1.05, z + 0.6),
                (x + 0.66, 1.62, z + 0.75),
                (x - 0.04, 1.62, z + 0.75),
            ],
            colour,
            0.8,
        )
    else:
        canvas.area(
            [
                (x - 0.03, 1.04, z - 0.03),
                (x + 0.65, 1.04, z - 0.03),
                (x + 0.65, 1.12, z + 0.62),
                (x - 0.03, 1.12, z + 0.62),
            ],
            colour,
            1.15,
        )
        canvas.upright(x - 0.03, x + 0.65, 0.98, 1.06, z - 0.03, colour, 0.9)


def person(canvas: Canvas, x: float, z: float, shirt: Colour | None = None) -> None:
    """Somebody, seen from behind and nobody in particular."""
    shirt = shirt or canvas.chance.choice(PAINTS[2:])
    canvas.patch(x, z, 0.8, 0.4, (110, 110, 110))
    for leg in (-0.11, 0.11):
        canvas.line([(x + leg, 0.02, z), (x + leg * 0.8, 0.85, z)], (62, 68, 82), 0.17)
    canvas.area([(x - 0.25, 1.42, z), (x + 0.25, 1.42, z), (x + 0.2, 0.8, z), (x - 0.2, 0.8, z)], shirt)
    for arm in (-1, 1):
        canvas.line([(x + arm * 0.25, 1.38, z), (x + arm * 0.32, 0.9, z)], shirt, 0.12)
    canvas.ball((x, 1.6, z), 0.25, (222, 186, 158), high=0.3)
    canvas.ball((x, 1.66, z), 0.27, (50, 44, 42), high=0.24)


def lamp_post(canvas: Canvas, x: float, z: float, *, lit: bool = False) -> None:
    lean = 1.2 if x < 0 else -1.2
    canvas.line([(x, 0, z), (x, 5.6, z), (x + lean, 6.0, z)], (120, 124, 128), 0.12)
    canvas.ball((x + lean, 5.95, z), 0.6, (255, 240, 190) if lit else (150, 154, 158), high=0.25)


def notice(
    canvas: Canvas, left: float, right: float, low: float, high: float, z: float, *, paper: Colour = WHITE
) -> None:
    """A sheet with lines that stand for writing."""
    canvas.upright(left, right, low, high, z, paper)
    wide, tall = right - left, high - low
    canvas.upright(
        left + wide * 0.2, right - wide * 0.2, high - tall * 0.2, high - tall * 0.1, z, (186, 60, 52)
    )
    for row in range(3, 9):
        y = high - tall * row / 10
        canvas.upright(
            left + wide * 0.1,
            right - wide * canvas.chance.uniform(0.1, 0.4),
            y - tall * 0.025,
            y,
            z,
            (128, 128, 128),
        )


def stall(canvas: Canvas, x: float, z: float, wide: float = 2.2) -> None:
    """A table under an awning, with fruit on it."""
    chance, cloth = canvas.chance, canvas.chance.choice(AWNINGS)
    for pole in (0.05, wide - 0.05):
        canvas.line([(x + pole, 0, z), (x + pole, 2.2, z)], (140, 140, 140), 0.06)
    canvas.box(x, x + wide, 0.85, z, z + 0.9, (170, 132, 96))
    for step in range(int(wide / 0.32)):
        fruit = chance.choice(((206, 72, 56), (226, 150, 52), (112, 152, 70), (232, 206, 92), (140, 84, 120)))
        for pile in range(3):
            canvas.ball(
                (x + 0.2 + step * 0.32 + pile * 0.06, 0.95 + pile % 2 * 0.1, z + 0.1),
                0.2,
                fruit,
                share=0.9 + pile * 0.08,
            )
    for stripe in range(6):
        left, right = x - 0.15 + stripe * (wide + 0.3) / 6, x - 0.15 + (stripe + 1) * (wide + 0.3) / 6
        colour = cloth if stripe % 2 == 0 else WHITE
        canvas.area(
            [(left, 2.2, z - 0.3), (right, 2.2, z - 0.3), (right, 2.7, z + 0.9), (left, 2.7, z + 0.9)], colour
        )
        canvas.upright(left, right, 2.0, 2.2, z - 0.3, colour, 0.88)
