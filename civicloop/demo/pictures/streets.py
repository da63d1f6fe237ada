"""What goes wrong in a street."""

from civicloop.demo.pictures import things
from civicloop.demo.pictures.brush import Canvas
from civicloop.demo.pictures.places import street
from civicloop.demo.pictures.things import PAINTS, WHITE


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
