"""A camera at eye height and a brush: things are placed in metres and drawn in perspective."""

import math
from collections.abc import Iterable, Sequence
from random import Random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 720, 540
FINE = 2  # drawn twice as large, so that edges come out smooth
EYE = 1.65  # metres

Colour = tuple[int, int, int]
Point = tuple[float, float]
Solid = tuple[float, float, float]

# Hour of day: sky above, sky at the horizon, tint of everything in it.
_HOURS: tuple[tuple[Colour, Colour, tuple[float, float, float]], ...] = (
    ((126, 178, 222), (218, 234, 242), (1.0, 1.0, 1.0)),
    ((106, 164, 214), (204, 226, 240), (1.03, 1.02, 1.0)),
    ((168, 190, 208), (226, 230, 232), (0.95, 0.97, 0.99)),
    ((188, 198, 206), (220, 222, 222), (0.91, 0.93, 0.95)),
    ((142, 170, 208), (250, 222, 190), (1.04, 0.98, 0.90)),
    ((160, 176, 200), (246, 206, 176), (1.0, 0.94, 0.87)),
)


_ROUND = tuple((math.cos(step / 18 * math.tau), math.sin(step / 18 * math.tau)) for step in range(18))


class Light:
    """The hour: what colour the sky has and what it does to all others."""

    def __init__(self, chance: Random) -> None:
        self.high, self.low, self.tint = chance.choice(_HOURS)

    def on(self, colour: Colour, share: float = 1.0) -> Colour:
        """`colour` in this light; `share` is how much of the light falls on it."""
        red, green, blue = (
            min(255, int(part * tint * share)) for part, tint in zip(colour, self.tint, strict=True)
        )
        return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a share of `other`."""
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


class Canvas:
    """What a scene draws on.  `chance` decides all about the place; x right, y up, z away, in metres."""

    def __init__(self, chance: Random, light: Light) -> None:
        self.chance, self.light = chance, light
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), light.on((200, 200, 200)))
        self.draw = ImageDraw.Draw(self.image)
        self.centre = WIDTH * FINE * chance.uniform(0.36, 0.64)
        self.horizon = HEIGHT * FINE * chance.uniform(0.36, 0.46)
        self.focal = WIDTH * FINE * chance.uniform(0.78, 0.98)

    def finished(self) -> Image.Image:
        return self.image.reduce(FINE)

    # Flat drawing

    def at(self, solid: Solid) -> Point:
        """Where a point of the world stands in the picture."""
        x, y, z = solid
        z = max(z, 0.4)
        return self.centre + self.focal * x / z, self.horizon - self.focal * (y - EYE) / z

    def per_metre(self, z: float) -> float:
        """How many pixels a metre has at this depth."""
        return self.focal / max(z, 0.4)

    def area(self, solids: Iterable[Solid], colour: Colour, share: float = 1.0) -> None:
        self.draw.polygon([self.at(one) for one in solids], fill=self.light.on(colour, share))

    def line(self, solids: Sequence[Solid], colour: Colour, metres: float) -> None:
        depth = sum(one[2] for one in solids) / len(solids)
        width = max(2, round(metres * self.per_metre(depth)))
        self.draw.line(
            [self.at(one) for one in solids], fill=self.light.on(colour), width=width, joint="curve"
        )

    def ball(
        self, solid: Solid, across: float, colour: Colour, *, high: float | None = None, share: float = 1.0
    ) -> None:
        """An upright oval around a point: crowns of trees, wheels, heads."""
        x, y = self.at(solid)
        half, tall = across / 2 * self.per_metre(solid[2]), (high or across) / 2 * self.per_metre(solid[2])
        self.draw.ellipse((x - half, y - tall, x + half, y + tall), fill=self.light.on(colour, share))

    def patch(
        self, x: float, z: float, across: float, deep: float, colour: Colour, share: float = 1.0
    ) -> None:
        """An oval lying on the ground: shadows, puddles."""
        ring = [(x + across / 2 * c, 0.0, max(z + deep / 2 * s, 0.9)) for c, s in _ROUND]
        self.area(ring, colour, share)

    def blot(self, x: float, z: float, across: float, deep: float, colour: Colour, corners: int = 11) -> None:
        """An uneven spot on the ground: potholes, spills."""
        ring = []
        for step in range(corners):
            turn, reach = step / corners * math.tau, self.chance.uniform(0.7, 1.0)
            ring.append((x + across / 2 * reach * math.cos(turn), 0.0, z + deep / 2 * reach * math.sin(turn)))
        self.area(ring, colour)

    # Solid drawing

    def ground(self, left: float, right: float, near: float, far: float, colour: Colour) -> None:
        self.area([(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], colour)

    def upright(
        self, left: float, right: float, low: float, high: float, z: float, colour: Colour, share: float = 1.0
    ) -> None:
        """A rectangle that faces us."""
        x0, y0 = self.at((left, high, z))
        x1, y1 = self.at((right, low, z))
        self.draw.rectangle((x0, y0, max(x1, x0), max(y1, y0)), fill=self.light.on(colour, share))

    def flank(
        self, x: float, low: float, high: float, near: float, far: float, colour: Colour, share: float = 0.86
    ) -> None:
        """A rectangle along our way."""
        self.area([(x, low, near), (x, high, near), (x, high, far), (x, low, far)], colour, share)

    def box(
        self,
        left: float,
        right: float,
        high: float,
        near: float,
        far: float,
        colour: Colour,
        low: float = 0.0,
    ) -> None:
        """A block: its top, the side that we see, its front."""
        if high < EYE:
            self.area(
                [(left, high, near), (right, high, near), (right, high, far), (left, high, far)], colour, 1.1
            )
        if right < 0:
            self.flank(right, low, high, near, far, colour, 0.82)
        if left > 0:
            self.flank(left, low, high, near, far, colour, 0.82)
        self.upright(left, right, low, high, near, colour)

    # What is behind everything

    def sky(self) -> None:
        rows = max(2, int(self.horizon))
        strip = Image.linear_gradient("L").resize((1, rows))
        for_all = Image.composite(
            Image.new("RGB", (1, rows), self.light.low), Image.new("RGB", (1, rows), self.light.high), strip
        )
        self.image.paste(for_all.resize((WIDTH * FINE, rows), Image.Resampling.NEAREST), (0, 0))
        for _ in range(self.chance.randint(1, 4)):
            x, y = self.chance.uniform(0, WIDTH * FINE), self.chance.uniform(0.05, 0.6) * self.horizon
            for _ in range(self.chance.randint(3, 5)):
                wide, tall = self.chance.uniform(60, 170), self.chance.uniform(18, 36)
                at = x + self.chance.uniform(-110, 110)
                self.draw.ellipse(
                    (at - wide, y - tall, at + wide, y + tall),
                    fill=mixed(self.light.low, (255, 255, 255), 0.5),
                )

    def skyline(self, z: float = 90.0) -> None:
        """Far houses in the haze."""
        x = -70.0
        while x < 70:
            wide, high = self.chance.uniform(5, 15), self.chance.uniform(6, 34)
            haze = mixed((128, 144, 160), self.light.low, self.chance.uniform(0.3, 0.65))
            self.upright(x, x + wide, 0, high, z, haze)
            x += wide + self.chance.choice((0.0, 0.0, 3.0))

    def floor(self, colour: Colour) -> None:
        """The ground from our feet to the horizon."""
        self.draw.rectangle((0, self.horizon, WIDTH * FINE, HEIGHT * FINE), fill=self.light.on(colour))
