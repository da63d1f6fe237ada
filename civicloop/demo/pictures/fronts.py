"""What goes wrong at a house front or a building site."""

from civicloop.demo.pictures import things
from civicloop.demo.pictures.brush import Canvas
from civicloop.demo.pictures.places import wall
from civicloop.demo.pictures.things import ASPHALT, WHITE


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
