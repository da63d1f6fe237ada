"""What goes wrong indoors, in parks and on the water."""

from civicloop.demo.pictures import things
from civicloop.demo.pictures.brush import Canvas, Colour
from civicloop.demo.pictures.places import room, wall, water
from civicloop.demo.pictures.things import PAINTS, WHITE


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
    for far in (30, 24, 18, 13, 10):
        for _ in range(2):
            things.tree(
                canvas,
                chance.choice((-1, 1)) * chance.uniform(3.2, 12),
                far + chance.uniform(-1, 1),
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
