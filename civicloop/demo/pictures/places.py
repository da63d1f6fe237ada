"""Where things go wrong: a street, a house front, a hall, a river bank."""

from civicloop.demo.pictures import things
from civicloop.demo.pictures.brush import Canvas, Colour
from civicloop.demo.pictures.things import ASPHALT, PAVING, WALLS, WHITE


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
