"""One scene for each family of problems: the place, and what is wrong with it."""

from collections.abc import Callable

from civicloop.demo.pictures import things
from civicloop.demo.pictures.brush import Canvas, Colour
from civicloop.demo.pictures.things import ASPHALT, PAINTS, PAVING, WALLS, WHITE

Scene = Callable[[Canvas, bool], None]


# Places


def street(canvas: Canvas, *, pavement: bool = False) -> tuple[float, float]:
    """A street that runs away from us; its kerbs, left and right, in metres from our line.

    With `pavement` we stand near the left kerb and see what is on it.
    """
    chance = canvas.chance
    canvas.sky()
    canvas.skyline()
    canvas.floor(PAVING)
    left, right = chance.uniform(-3.2, -1.4), chance.uniform(3.4, 6.0)
    if pavement:
        left, right = chance.uniform(-1.2, -0.3), chance.uniform(5.0, 7.0)
    canvas.ground(left, right, 0.8, 90, ASPHALT)
    for kerb in (left, right):
        canvas.ground(kerb - 0.12, kerb + 0.12, 0.8, 90, (224, 222, 214))
    middle = (left + right) / 2
    for step in range(9):
        canvas.ground(middle - 0.08, middle + 0.08, 2 + step * 5, 4.4 + step * 5, WHITE)
    for x in (left - chance.uniform(3.0, 4.6), right + chance.uniform(2.6, 4.4)):
        near = 60.0
        fronts = []
        while near > 6:
            deep = chance.uniform(8, 16)
            fronts.append((near - deep, near, chance.uniform(5, 19)))
            near -= deep
        for front, back, high in fronts:
            if chance.random() < 0.82:
                things.house_beside(canvas, x, max(front, 3), back, high)
    trees = [(left - 0.9, z) for z in (34, 25, 17, 11)] + [(right + 0.9, z) for z in (30, 21, 14)]
    for x, z in sorted(trees, key=lambda one: -one[1]):
        if chance.random() < 0.62:
            things.tree(canvas, x, z + chance.uniform(-1.5, 1.5), chance.uniform(4.2, 7.0))
    return left, right


def wall(canvas: Canvas, *, shop: bool = False) -> tuple[float, Colour]:
    """A house front across the pavement: its distance in metres and its colour."""
    chance = canvas.chance
    canvas.sky()
    canvas.skyline()
    canvas.floor(PAVING)
    z, colour = chance.uniform(9.0, 11.0), chance.choice(WALLS)
    edge, high = chance.uniform(2.2, 8.0) * chance.choice((-1, 1)), chance.uniform(6.5, 11)
    left, right = (-30.0, edge) if edge > 0 else (edge, 30.0)
    other = chance.choice(WALLS)
    canvas.upright(-30, 30, 0, high * chance.uniform(0.5, 0.9), z + 8, other, 0.9)
    things.windows(canvas, -14, 14, high * 0.6, z + 8)
    canvas.upright(left, right, 0, high, z, colour)
    canvas.upright(left, right, 0, 0.5, z, colour, 0.78)
    things.windows(canvas, max(left, -9), min(right, 9), high, z)
    if shop:
        x = max(left, -8.0) + 0.4
        while x + 2.8 < min(right, 8.0):
            canvas.upright(x, x + 2.6, 0.15, 2.5, z, things.mixed_glass(canvas))
            canvas.upright(x + 1.25, x + 1.35, 0.15, 2.5, z, (226, 226, 222))
            x += 3.0
    for row in range(7):
        canvas.ground(-30, 30, 1.0 + row, 1.04 + row, (180, 174, 164))
    for x in (chance.uniform(-7, -4.5), chance.uniform(4.5, 7)):
        if chance.random() < 0.7:
            things.tree(canvas, x, z - 0.8, chance.uniform(4, 6))
    return z, colour


def room(canvas: Canvas) -> tuple[float, Colour]:
    """A hall: the depth of its far wall in metres and the colour of its walls."""
    chance = canvas.chance
    colour = chance.choice(((222, 214, 198), (206, 214, 214), (228, 224, 214), (210, 204, 188)))
    depth, half, high = chance.uniform(8, 11), chance.uniform(3.6, 5.2), chance.uniform(3.2, 4.0)
    floor = chance.choice(((176, 164, 148), (160, 166, 166), (184, 176, 160)))
    canvas.draw.rectangle((0, 0, *canvas.image.size), fill=canvas.light.on((236, 234, 226)))
    canvas.floor(floor)
    canvas.flank(-half, 0, high, 0.5, depth, colour, chance.uniform(0.8, 0.9))
    canvas.flank(half, 0, high, 0.5, depth, colour, chance.uniform(0.86, 0.96))
    canvas.upright(-half, half, 0, high, depth, colour)
    for step in range(1, 9):
        canvas.ground(-half, half, step, step + 0.03, (150, 144, 134))
    for z in (3.0, 5.2, 7.4):
        if z < depth:
            canvas.area(
                [(-0.5, high, z), (0.5, high, z), (0.5, high, z + 1.1), (-0.5, high, z + 1.1)],
                (255, 253, 240),
                1.1,
            )
            canvas.flank(half, 1.0, 2.6, z, z + 1.5, (196, 220, 232), 1.1)
    return depth, colour


# What is wrong in a street


def rubbish(canvas: Canvas, wrong: bool) -> None:
    left, _ = street(canvas, pavement=True)
    x, z = left + canvas.chance.uniform(-0.6, 0.8), canvas.chance.uniform(5.0, 6.2)
    things.bin_(canvas, x - 1.4, z + 1.6, (74, 112, 96), full=False)
    if wrong:
        things.litter(canvas, x + 0.4, z, 1.5, 24)
        for step in range(canvas.chance.randint(5, 8)):
            things.bag(
                canvas,
                x + canvas.chance.uniform(-0.9, 1.4),
                z + 1.0 - step * 0.16,
                canvas.chance.uniform(0.5, 0.85),
            )


def bins(canvas: Canvas, wrong: bool) -> None:
    z, _ = wall(canvas)
    near = z - canvas.chance.uniform(1.8, 3.0)
    x = canvas.chance.uniform(-2.4, -0.6)
    for step, colour in enumerate(((66, 104, 160), (86, 138, 84), (196, 70, 62), (120, 124, 128))):
        things.bin_(canvas, x + step * 0.95, near, colour, full=wrong)
    if wrong:
        things.litter(canvas, x + 1.6, near - 0.7, 1.5, 20)
        for step in range(4):
            things.bag(canvas, x + canvas.chance.uniform(0, 3.6), near - 0.3 - step * 0.15, 0.55)


def parking(canvas: Canvas, wrong: bool) -> None:
    left, right = street(canvas)
    chance, near = canvas.chance, canvas.chance.uniform(4.6, 6.0)
    edge = right - 2.5
    for step in range(4):
        z = near + step * 6
        canvas.ground(edge, right, z, z + 0.12, WHITE)
        canvas.ground(edge, edge + 0.1, z, z + 6, WHITE)
    paints = [chance.choice(PAINTS) for _ in range(4)]
    for step in (2, 1):
        things.car(canvas, edge + 1.3, near + step * 6 + 0.8, paint=paints[step])
    canvas.ground(left - 1.4, left - 0.9, 1, 60, (222, 190, 84))
    if wrong:
        things.car(canvas, left - 0.5, near + 4.5, paint=paints[3])
        things.car(canvas, edge - 0.2, near - 0.4, paint=paints[0])


def tactile(canvas: Canvas, wrong: bool) -> None:
    left, _ = street(canvas, pavement=True)
    x = left - canvas.chance.uniform(1.0, 1.5)
    canvas.ground(x - 0.35, x + 0.35, 1, 70, (226, 190, 78))
    for line in (-0.2, 0.0, 0.2):
        canvas.ground(x + line - 0.03, x + line + 0.03, 1, 70, (204, 166, 58))
    for step in range(4):
        z = 10.0 - step * 1.7
        things.bike(
            canvas,
            x - (0.6 if wrong else 2.6) + canvas.chance.uniform(-0.2, 0.2),
            z,
            fallen=wrong and step == 2,
        )


def trading(canvas: Canvas, wrong: bool) -> None:
    left, _ = street(canvas, pavement=True)
    shift = 0.5 if wrong else -2.6
    for step in range(3 if wrong else 2):
        z = 12.0 - step * 3.2
        things.stall(canvas, left - 1.9 + shift, z)
        if wrong:
            things.carton(canvas, left + 0.9, z - 0.7)
            things.person(canvas, left + 1.6, z - 0.9)


def crossing(canvas: Canvas, wrong: bool) -> None:
    left, right = street(canvas)
    chance, z = canvas.chance, canvas.chance.uniform(4.6, 6.4)
    x = left + 0.3
    while x + 0.45 < right:
        if not wrong or chance.random() < 0.86:
            canvas.ground(x, x + 0.45, z, z + 3.2, WHITE if not wrong else (176, 176, 174))
        x += 0.9
    canvas.line([(right + 0.5, 0, z + 3), (right + 0.5, 3.2, z + 3)], (92, 96, 100), 0.1)
    canvas.upright(right + 0.28, right + 0.72, 2.4, 3.3, z + 3, (46, 48, 52))
    canvas.ball((right + 0.5, 3.08, z + 3), 0.3, (214, 62, 54) if wrong else (90, 60, 58))
    canvas.ball((right + 0.5, 2.62, z + 3), 0.3, (60, 84, 66) if wrong else (88, 190, 112))
    walkers = [part + chance.uniform(0, 0.16) for part in (0.12, 0.38, 0.66)]
    for at in walkers:
        things.person(canvas, left + (right - left) * at if wrong else left - 0.2 - at * 1.6, z + 1.6 + at)
    if wrong:
        things.bike(canvas, (left + right) / 2, z + 0.6)


def pothole(canvas: Canvas, wrong: bool) -> None:
    street(canvas)
    chance = canvas.chance
    x, z, wide = chance.uniform(-0.9, 1.2), chance.uniform(4.2, 5.4), chance.uniform(1.3, 2.0)
    if not wrong:
        canvas.ground(x - wide * 0.62, x + wide * 0.62, z - 0.9, z + 0.9, (104, 106, 110))
        return
    canvas.blot(x, z, wide * 1.25, 1.9, (112, 112, 112))
    canvas.blot(x, z, wide, 1.4, (82, 78, 74))
    canvas.blot(x + 0.05, z - 0.05, wide * 0.7, 0.9, (64, 60, 58))
    canvas.blot(x - 0.05, z - 0.1, wide * 0.45, 0.5, (126, 142, 154))
    for _ in range(4):
        way = chance.choice((-1, 1))
        canvas.line(
            [
                (x + way * wide * 0.5, 0, z + chance.uniform(-0.4, 0.5)),
                (x + way * wide * 0.8, 0, z + chance.uniform(-0.3, 0.9)),
                (x + way * wide * 1.1, 0, z + chance.uniform(0, 1.2)),
            ],
            (86, 86, 88),
            0.03,
        )
    for _ in range(12):
        canvas.blot(
            x + chance.uniform(-1.3, 1.3),
            z + chance.uniform(-0.7, 1.0),
            0.13,
            0.1,
            (150, 146, 140),
            corners=5,
        )


def manhole(canvas: Canvas, wrong: bool) -> None:
    street(canvas)
    x, z = canvas.chance.uniform(-0.8, 1.0), canvas.chance.uniform(4.4, 5.4)
    if wrong:
        canvas.blot(x + 0.4, z + 0.5, 3.8, 3.0, (124, 138, 148))
        canvas.blot(x + 0.7, z + 0.6, 2.0, 1.3, (156, 172, 182))
    canvas.patch(x, z, 1.1, 1.0, (150, 148, 144))
    canvas.patch(x, z, 0.92, 0.84, (34, 34, 36) if wrong else (88, 90, 94))
    if wrong:
        canvas.patch(x + 1.0, z + 0.2, 0.95, 0.86, (84, 86, 90))
        return
    for line in range(-3, 4):
        reach = (1 - (line / 4) ** 2) ** 0.5 * 0.4
        canvas.line(
            [(x + line * 0.11, 0, z - reach), (x + line * 0.11, 0, z + reach)], (116, 118, 122), 0.025
        )


def lamp(canvas: Canvas, wrong: bool) -> None:
    left, right = street(canvas)
    canvas.image.paste(canvas.image.point(lambda value: value * 0.42))
    for z in (26.0, 17.0, 10.0):
        for x in (left - 0.4, right + 0.4):
            lit = not (wrong and z < 20)
            if lit:
                canvas.patch(x + (1.2 if x < 0 else -1.2), z, 4.4, 4.0, (158, 146, 112))
            things.lamp_post(canvas, x, z, lit=lit)


# What is wrong at a wall


def posters(canvas: Canvas, wrong: bool) -> None:
    z, colour = wall(canvas)
    chance = canvas.chance
    if not wrong:
        canvas.upright(-2.4, 2.4, 0.6, 2.4, z, colour, 1.05)
        return
    for _ in range(22):
        x, y, wide = chance.uniform(-3.2, 2.8), chance.uniform(0.6, 2.1), chance.uniform(0.35, 0.62)
        paper = chance.choice((WHITE, (236, 206, 108), (226, 150, 150), (164, 206, 224), (238, 226, 190)))
        things.notice(canvas, x, x + wide, y, y + wide * 1.35, z, paper=paper)
    for _ in range(3):
        x, y = chance.uniform(-2.8, 2.0), chance.uniform(0.8, 1.8)
        canvas.line(
            [(x + step * 0.22, y + chance.uniform(-0.2, 0.25), z) for step in range(7)], (168, 48, 52), 0.06
        )


def cables(canvas: Canvas, wrong: bool) -> None:
    z, _ = wall(canvas)
    chance = canvas.chance
    for step in range(4):
        things.bike(canvas, -3.4 + step * 1.8, z - 0.9)
    if not wrong:
        canvas.box(3.4, 4.0, 1.5, z - 0.5, z - 0.1, (92, 150, 118))
        return
    for step in range(4):
        x, top = -3.0 + step * 1.8, chance.uniform(3.6, 6.2)
        sag = chance.uniform(-0.9, 0.9)
        path = [
            (x + sag * (1 - part) + 0.25 * (part * (1 - part)) * 4, 0.6 + (top - 0.6) * part, z - 0.4)
            for part in (0, 0.2, 0.4, 0.6, 0.8, 1)
        ]
        canvas.line(path, chance.choice(((40, 40, 44), (196, 60, 52), (238, 238, 236))), 0.05)
    for y in (3.3, 3.6):
        drops = [(x, y - 0.35 * (1 - ((x + 4) % 4 - 2) ** 2 / 4), z - 0.2) for x in range(-8, 9)]
        canvas.line(drops, (46, 46, 50), 0.05)


def sign(canvas: Canvas, wrong: bool) -> None:
    z, _ = wall(canvas, shop=True)
    chance, tilt = canvas.chance, canvas.chance.uniform(0.5, 0.9)
    x = chance.uniform(-3.4, -1.6)
    for step in range(-1, 2):
        left, cloth = x + step * 3.4, chance.choice(things.AWNINGS)
        drop = tilt if wrong and step == 0 else 0.0
        canvas.area(
            [
                (left, 2.6, z - 0.2),
                (left + 3.1, 2.6 - drop, z - 0.2),
                (left + 3.1, 3.5 - drop, z - 0.2),
                (left, 3.5, z - 0.2),
            ],
            cloth,
        )
        for mark in range(4):
            at, fall = left + 0.5 + mark * 0.58, drop * (0.5 + mark * 0.58) / 3.1
            canvas.upright(at, at + 0.4, 2.86 - fall, 3.24 - fall, z - 0.22, WHITE)
    if wrong:
        canvas.line([(x + 3.1, 3.5, z - 0.2), (x + 3.1, 3.5 - tilt, z - 0.2)], (60, 60, 62), 0.05)


def board(canvas: Canvas, wrong: bool) -> None:
    z, _ = wall(canvas)
    near = z - canvas.chance.uniform(2.0, 3.0)
    x, wide = canvas.chance.uniform(-2.6, -1.4), canvas.chance.uniform(3.0, 4.0)
    frame = canvas.chance.choice(((150, 60, 54), (92, 108, 124), (120, 96, 72)))
    for leg in (0.2, wide - 0.3):
        canvas.upright(x + leg, x + leg + 0.12, 0, 1.0, near, frame, 0.8)
    canvas.upright(x - 0.1, x + wide + 0.1, 0.7, 2.5, near, frame)
    canvas.upright(x, x + wide, 0.8, 2.3, near, (206, 212, 214))
    for step in range(4):
        left = x + 0.12 + step * wide / 4
        if not wrong:
            things.notice(canvas, left, left + wide / 4 - 0.24, 0.92, 2.18, near)
        elif step == 1:
            canvas.area(
                [
                    (left, 1.0, near),
                    (left + 0.5, 0.92, near),
                    (left + 0.6, 1.8, near),
                    (left + 0.2, 2.1, near),
                ],
                (226, 220, 196),
            )
    if wrong:
        canvas.line(
            [(x + 0.6, 2.3, near), (x + 1.2, 1.6, near), (x + 1.0, 1.2, near), (x + 1.7, 0.8, near)],
            (140, 148, 152),
            0.03,
        )
    things.bush(canvas, x + wide + 0.4, near)


def fence(canvas: Canvas, wrong: bool) -> None:
    chance = canvas.chance
    canvas.sky()
    canvas.skyline()
    crane, z = chance.uniform(-9, 9), 34
    canvas.line([(crane, 0, z), (crane, 24, z)], (206, 156, 62), 0.7)
    canvas.line([(crane - 5, 22, z), (crane + 15, 22.5, z)], (206, 156, 62), 0.5)
    floors = chance.randint(4, 7)
    left = chance.uniform(-14, 2)
    for level in range(floors):
        canvas.upright(left, left + 14, level * 2.9, level * 2.9 + 0.5, 30, (160, 160, 156))
        for pillar in range(5):
            canvas.upright(
                left + pillar * 3.4,
                left + pillar * 3.4 + 0.5,
                level * 2.9,
                level * 2.9 + 2.9,
                30,
                (148, 148, 144),
            )
    canvas.floor((172, 160, 142))
    canvas.ground(-30, 30, 1, 3.2, ASPHALT)
    near, panel = chance.uniform(6, 7.5), chance.choice(((92, 142, 120), (96, 130, 166), (206, 206, 202)))
    broken = chance.randint(-2, 1)
    for step in range(-7, 7):
        x = step * 1.9
        if wrong and step in (broken, broken + 1):
            canvas.area(
                [
                    (x + 0.1, 0, near - 0.9),
                    (x + 1.8, 0, near - 1.3),
                    (x + 1.9, 0.5, near - 0.2),
                    (x + 0.2, 0.9, near),
                ],
                panel,
                0.8,
            )
            continue
        canvas.upright(x, x + 1.84, 0, 2.4, near, panel, 0.94 + step % 2 * 0.08)
        canvas.upright(x, x + 1.84, 0, 0.35, near, (226, 196, 84))
        if step % 3 == 0:
            things.notice(canvas, x + 0.3, x + 1.5, 0.7, 2.1, near)
    if wrong:
        for _ in range(5):
            canvas.blot(chance.uniform(-3, 3), chance.uniform(2.6, 4.6), 1.4, 0.7, (190, 174, 148))
        for step in range(3):
            canvas.ball((broken * 1.9 + 1.5 + step, 0.5, near + 0.4), 2.0, (180, 164, 136), high=1.2)


# What is wrong elsewhere


def stairwell(canvas: Canvas, wrong: bool) -> None:
    chance = canvas.chance
    depth, _ = room(canvas)
    side = chance.choice((-1, 1))
    for step in range(9):
        z, y = depth - 4.4 + step * 0.42, (step + 1) * 0.2
        left, right = (0.2, 3.4) if side > 0 else (-3.4, -0.2)
        canvas.upright(left, right, 0, y, z, (182, 178, 170), 0.8 + step * 0.03)
        canvas.area([(left, y, z), (right, y, z), (right, y, z + 0.42), (left, y, z + 0.42)], (206, 202, 194))
    rail = 0.2 * side
    canvas.line([(rail, 0.9, depth - 4.5), (rail, 2.7, depth - 0.7)], (110, 72, 56), 0.09)
    for step in range(5):
        z = depth - 4.4 + step * 0.9
        canvas.line([(rail, step * 0.42, z), (rail, 0.95 + step * 0.42, z)], (96, 100, 104), 0.04)
    door = -2.4 * side
    canvas.upright(door - 0.55, door + 0.55, 0, 2.2, depth, (136, 98, 74))
    canvas.upright(door - 0.42, door + 0.42, 1.2, 2.0, depth, (152, 112, 86))
    canvas.upright(door + 0.8, door + 1.2, 1.3, 1.7, depth, (196, 60, 52))
    if not wrong:
        return
    for step in range(5):
        x = door - 0.9 + chance.uniform(-0.3, 1.5)
        z = depth - 1.6 - step * 0.55
        things.carton(canvas, x, z, chance.uniform(0.5, 0.8))
        if chance.random() < 0.6:
            things.carton(canvas, x + 0.1, z, 0.45, low=0.6)
    things.bike(canvas, (0.3 if side > 0 else -1.6), depth - 5.0)
    things.bag(canvas, door + 1.0, depth - 4.0)


def bench(canvas: Canvas, wrong: bool) -> None:
    chance = canvas.chance
    canvas.sky()
    canvas.skyline()
    canvas.floor((136, 164, 104))
    bend = chance.uniform(-3, 3)
    canvas.area(
        [
            (-1.8, 0, 1),
            (2.6, 0, 1),
            (bend + 2.2, 0, 12),
            (bend * 3 + 2.0, 0, 40),
            (bend * 3, 0, 40),
            (bend - 0.4, 0, 12),
        ],
        (204, 192, 166),
    )
    for z in (30, 24, 18, 13, 10):
        for _ in range(2):
            things.tree(
                canvas,
                chance.choice((-1, 1)) * chance.uniform(3.2, 12),
                z + chance.uniform(-1, 1),
                chance.uniform(4, 8),
            )
    x, z = chance.uniform(-2.4, 0.4), chance.uniform(4.4, 5.6)
    wood: Colour = (158, 112, 74)
    canvas.patch(x + 1.0, z, 2.6, 1.0, (110, 134, 88))
    for leg in (0.15, 1.75):
        canvas.upright(x + leg, x + leg + 0.1, 0, 0.9 if not wrong or leg > 1 else 0.3, z, (80, 84, 88))
    for slat in range(3):
        drop = 0.34 if wrong and slat < 2 else 0.0
        y = 0.42 + slat * 0.04
        canvas.area(
            [
                (x, y - drop, z - 0.4 + slat * 0.16),
                (x + 2.0, y, z - 0.4 + slat * 0.16),
                (x + 2.0, y, z - 0.27 + slat * 0.16),
                (x, y - drop, z - 0.27 + slat * 0.16),
            ],
            wood,
            0.94 + slat * 0.06,
        )
    for slat in range(3):
        if wrong and slat == 1:
            continue
        canvas.area(
            [
                (x, 0.58 + slat * 0.17 - (0.25 if wrong else 0), z),
                (x + 2.0, 0.58 + slat * 0.17, z),
                (x + 2.0, 0.7 + slat * 0.17, z),
                (x, 0.7 + slat * 0.17 - (0.25 if wrong else 0), z),
            ],
            wood,
        )
    if wrong:
        things.litter(canvas, x + 0.8, z - 0.9, 1.3, 14)
    things.bin_(canvas, x + 2.8, z + 0.4, (92, 116, 92), full=False)


def water(canvas: Canvas) -> None:
    chance = canvas.chance
    canvas.sky()
    canvas.skyline()
    canvas.floor((124, 152, 160))
    canvas.upright(-80, 80, 0, chance.uniform(1.4, 2.6), 52, (122, 142, 104))
    for _ in range(12):
        things.tree(canvas, chance.uniform(-24, 24), chance.uniform(42, 50), chance.uniform(4, 10))
    for _ in range(42):
        x, z = chance.uniform(-14, 14), chance.uniform(4, 36)
        wide = chance.uniform(0.6, 2.6)
        canvas.ground(x, x + wide, z, z + 0.05 + z * 0.006, mixed_water(canvas))
    lean = chance.uniform(-0.8, 0.8)
    canvas.area([(-20, 0, 1), (20, 0, 1), (20, 0, 2.5 + lean), (-20, 0, 2.5 - lean)], (178, 172, 162))
    for post in range(-6, 7):
        x = post * 1.1 + chance.uniform(-0.02, 0.02)
        canvas.line([(x, -0.1, 2.9), (x, 0.62, 2.9)], (226, 226, 222), 0.07)
    for y in (0.3, 0.58):
        canvas.line([(-9, y, 2.9), (9, y, 2.9)], (226, 226, 222), 0.05)


def mixed_water(canvas: Canvas) -> Colour:
    up = canvas.chance.randint(-14, 30)
    return 134 + up, 162 + up, 172 + up


def river(canvas: Canvas, wrong: bool) -> None:
    water(canvas)
    chance = canvas.chance
    if not wrong:
        return
    x, z = chance.uniform(-2.5, 1.5), chance.uniform(4.8, 7.0)
    canvas.blot(x, z, 5.4, 2.6, (124, 140, 96))
    for _ in range(16):
        at = (x + chance.uniform(-2.4, 2.4), 0.03, z + chance.uniform(-1.0, 1.2))
        canvas.ball(
            at,
            chance.uniform(0.16, 0.4),
            chance.choice(((240, 240, 236), (206, 84, 72), (102, 160, 196), (226, 200, 110))),
            high=0.14,
        )
    things.bag(canvas, x + 0.6, z, 0.5)


def sewage(canvas: Canvas, wrong: bool) -> None:
    water(canvas)
    x, z = canvas.chance.uniform(-2.0, 1.4), 4.6
    canvas.upright(x - 0.9, x + 0.9, -0.2, 0.95, z + 0.7, (160, 156, 148))
    canvas.ball((x, 0.5, z + 0.6), 0.8, (120, 118, 114))
    canvas.ball((x, 0.5, z + 0.6), 0.62, (52, 52, 52))
    if wrong:
        canvas.blot(x, z - 0.2, 3.6, 1.6, (104, 98, 78))
        canvas.area(
            [(x - 0.26, 0.42, z + 0.6), (x + 0.26, 0.42, z + 0.6), (x + 0.5, 0, z), (x - 0.5, 0, z)],
            (124, 116, 92),
        )
        canvas.blot(x - 0.1, z - 0.4, 1.7, 0.6, (150, 144, 122))


def market(canvas: Canvas, wrong: bool) -> None:
    chance = canvas.chance
    depth, _ = room(canvas)
    for z in (depth - 1.6, depth - 3.8, depth - 6.0):
        if z > 2.6:
            things.stall(canvas, -4.2, z, 2.6)
            things.stall(canvas, 1.7, z, 2.6)
    things.person(canvas, chance.uniform(-0.6, 0.6), depth - 2.5)
    if not wrong:
        return
    canvas.blot(chance.uniform(-0.4, 0.4), depth - 5.0, 1.9, 2.6, (132, 144, 150))
    canvas.blot(0.2, depth - 5.2, 1.0, 1.0, (172, 184, 190))
    for step in range(4):
        things.carton(canvas, chance.uniform(-1.3, 0.9), depth - 3.0 - step * 0.8, 0.5)
    things.litter(canvas, 0, depth - 5.4, 1.2, 18)


def hall(canvas: Canvas, wrong: bool) -> None:
    chance = canvas.chance
    depth, _ = room(canvas)
    canvas.upright(-2.8, 2.8, 2.3, 2.9, depth - 0.05, chance.choice(things.AWNINGS))
    for step in range(5):
        canvas.upright(-2.2 + step * 0.95, -1.7 + step * 0.95, 2.42, 2.78, depth - 0.06, WHITE)
    for step in range(3):
        left = -2.6 + step * 1.9
        canvas.upright(left, left + 1.3, 1.1, 2.1, depth - 0.05, (188, 204, 212))
        if not wrong:
            things.notice(canvas, left + 0.1, left + 0.7, 1.2, 2.0, depth - 0.06)
            things.person(canvas, left + 1.0, depth - 0.6)
    canvas.box(-3.0, 3.0, 1.05, depth - 1.6, depth - 0.9, (172, 128, 92))
    for step in range(3):
        x = -2.4 + step * 1.9
        canvas.upright(
            x, x + 0.7, 0.45, 0.9, depth - 1.62, WHITE if not wrong or step == 1 else (150, 112, 80)
        )
    plant = chance.choice((-3.0, 2.6))
    canvas.box(plant, plant + 0.45, 0.5, depth - 3.2, depth - 2.8, (170, 104, 80))
    things.bush(canvas, plant - 0.3, depth - 3.1)
    if wrong:
        for step in range(6):
            things.person(
                canvas, -1.6 + step % 3 * 1.4 + chance.uniform(-0.3, 0.3), depth - 2.4 - step // 3 * 0.9
            )
    else:
        for step in range(4):
            canvas.box(-2.0 + step * 1.0, -1.3 + step * 1.0, 0.45, depth - 4.4, depth - 4.0, (96, 132, 158))


def yard(canvas: Canvas, wrong: bool) -> None:
    z, _ = wall(canvas)
    chance, near = canvas.chance, z - 1.8
    canvas.ground(-5, 5, near - 1.6, near + 0.8, (128, 156, 98))
    for x in (-4.6, -2.8, 3.0, 4.4):
        things.bush(canvas, x, near + 0.7)
    if not wrong:
        for _ in range(14):
            canvas.ball(
                (chance.uniform(-2.2, 2.4), 0.25, near),
                0.22,
                chance.choice(((222, 110, 120), (236, 206, 92), WHITE)),
            )
        return
    for row in range(3):
        for step in range(7):
            canvas.ball((-2.2 + step * 0.7, 0.16, near - 1.2 + row * 0.6), 0.42, (92, 150, 70), high=0.3)
    for pole in (-2.8, 2.8):
        canvas.line([(pole, 0, near), (pole, 2.3, near)], (120, 110, 96), 0.08)
    canvas.line([(-2.8, 2.2, near), (0, 2.05, near), (2.8, 2.2, near)], (70, 70, 72), 0.04)
    for step in range(6):
        x, cloth = -2.5 + step * 0.85, chance.choice(things.AWNINGS + PAINTS)
        canvas.upright(x, x + 0.62, 2.1 - chance.uniform(0.7, 1.2), 2.08, near, cloth)


_SCENES: dict[str, Scene] = {
    "ENV01": rubbish, "ENV02": bins, "ENV03": hall, "ENV04": posters, "SAF01": cables, "SAF02": stairwell, "SAF03": sign,
    "RES01": stairwell, "RES02": yard, "RES03": board, "ORD01": hall, "ORD02": parking, "ORD03": trading, "ORD05": parking,
    "TRA04": tactile, "TRA05": board, "BEH": bench, "INF01": pothole, "INF02": manhole, "INF03": lamp, "INF04": bench,
    "INF05": board, "ACC01": tactile, "PUB04": fence, "SIT": fence, "RIV01": river, "RIV02": sewage, "MIN03": sign,
    "MIN05": sign, "MIN04": market, "BEH04": market, "VIL": board,
    "TRA": crossing, "ORD": trading, "PUB": board, "SVC": hall, "ACC": hall, "MKT": market, "MIN": hall, "COM": hall,
    "HOS": hall, "CUL": sign, "NCP": hall, "REC": hall, "ENV": rubbish, "SAF": stairwell, "RES": yard, "INF": pothole, "RIV": river,
}  # fmt: skip


def scene_of(kind_code: str) -> Scene:
    """The scene for a problem kind: its own, its family's, or a street with rubbish."""
    return _SCENES.get(kind_code) or _SCENES.get(kind_code[:3]) or rubbish
