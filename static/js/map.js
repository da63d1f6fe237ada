// Our own GeoJSON on a map: MapLibre where WebGL is, an SVG drawing where it is not, and a list for everyone.
// Nothing is fetched from elsewhere unless the page names a tile source.

const TONES = ["neutral", "info", "busy", "warn", "danger", "ok", "muted", "brand"];
const EMPTY = { type: "FeatureCollection", features: [] };

export default async function map(root) {
  const [areas, points] = await Promise.all([get(root.dataset.areas), get(withView(root))].map((one) => one.catch(() => {
    tell(root, root.dataset.wordsFailed);
    return EMPTY;
  })));
  // A map of one place needs no list of the districts around it.
  if (points.features.length || !root.dataset.here) fillList(root, points.features.length ? points : areas);
  const drawn = await draw(root, areas, points);
  if ("byView" in root.dataset) drawn.onView(async (bounds, zoom) => {
    try {
      const found = await get(withView(root, bounds, zoom));
      drawn.points(found);
      fillList(root, found);
    } catch { tell(root, root.dataset.wordsFailed); }
  });
}

/** Draw a map into `root`; returns {points, pin, onClick, onView} whichever way it is drawn. */
export async function draw(root, areas = EMPTY, points = EMPTY) {
  const box = root.querySelector("[data-map-box]");
  box.hidden = false;
  const bounds = boundsOf(root, areas, points);
  if (hasWebGL()) {
    try {
      return await drawWithGL(root, box, bounds, areas, points);
    } catch (error) {
      console.warn("map falls back to SVG", error);
      box.replaceChildren();
    }
  }
  return drawAsSVG(root, box, bounds, areas, points);
}

export async function get(url) {
  if (!url) return EMPTY;
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

function withView(root, bounds, zoom) {
  if (!root.dataset.points || !bounds) return root.dataset.points;
  const url = new URL(root.dataset.points, location.href);
  url.searchParams.set("bbox", bounds.map((one) => one.toFixed(5)).join(","));
  url.searchParams.set("zoom", String(Math.round(zoom)));
  return url;
}

function tell(root, words) {
  const place = root.querySelector("[data-map-say]");
  if (place) { place.textContent = words; place.hidden = false; }
  const list = root.querySelector("[data-map-list]");
  if (list) list.open = true;
}

function fillList(root, found) {
  const list = root.querySelector("[data-map-list]");
  const named = found.features.filter(({ properties }) => properties.name || properties.url);
  if (!list || !named.length || (!list.hidden && list.querySelector("li") && !("filled" in list.dataset))) return;
  list.dataset.filled = "";
  list.hidden = false;
  list.querySelector("ul").replaceChildren(...named.slice(0, 300).map(({ properties }) => {
    const item = document.createElement("li");
    const name = document.createElement(safe(properties.url) ? "a" : "span");
    if (safe(properties.url)) name.href = properties.url;
    name.textContent = properties.name || [properties.count, properties.state].filter(Boolean).join(" ") || "·";
    item.append(name);
    if (properties.state && properties.name) item.append(text("span", "hint", properties.state));
    if (properties.count != null) item.append(text("span", "num", properties.count));
    return item;
  }));
}

function text(tag, name, words) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = String(words);
  return element;
}

// Only addresses of this site; data never brings a "javascript:" along.
function safe(url) {
  if (!url) return false;
  try { return new URL(url, location.href).origin === location.origin; } catch { return false; }
}

function tone(properties, otherwise = "brand") {
  return TONES.includes(properties.tone) ? properties.tone : otherwise;
}

function hasWebGL() {
  try { return Boolean(document.createElement("canvas").getContext("webgl2")); } catch { return false; }
}

function* positions(geometry) {
  if (!geometry) return;
  if (geometry.type === "GeometryCollection") for (const one of geometry.geometries) yield* positions(one);
  else yield* flat(geometry.coordinates);
}

function* flat(nested) {
  if (typeof nested[0] === "number") yield nested;
  else for (const one of nested) yield* flat(one);
}

function boundsOf(root, areas, points) {
  const given = (root.dataset.bounds || "").split(",").map(Number);
  if (given.length === 4 && given.every(Number.isFinite)) return given;
  const here = numbers(root.dataset.here) || numbers(root.dataset.centre);
  if (here) return [here[0] - 0.01, here[1] - 0.008, here[0] + 0.01, here[1] + 0.008];
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const feature of [...areas.features, ...points.features])
    for (const [lon, lat] of positions(feature.geometry)) {
      west = Math.min(west, lon); east = Math.max(east, lon);
      south = Math.min(south, lat); north = Math.max(north, lat);
    }
  if (west > east) return [73, 18, 135, 54];
  const pad = 0.002;
  return [west - pad, south - pad, east + pad, north + pad];
}

export function numbers(words) {
  const found = (words || "").split(",").map((one) => (one.trim() === "" ? NaN : Number(one)));
  return found.length === 2 && Math.abs(found[0]) <= 180 && Math.abs(found[1]) <= 90 ? found : null;
}

// A place inside the area's largest ring for its name: the middle of its box is good enough for districts.
function middle(geometry) {
  const ring = geometry.type === "Polygon" ? geometry.coordinates[0]
    : geometry.coordinates.map((one) => one[0]).sort((a, b) => b.length - a.length)[0];
  let twice = 0, x = 0, y = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const cross = ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
    twice += cross; x += (ring[j][0] + ring[i][0]) * cross; y += (ring[j][1] + ring[i][1]) * cross;
  }
  return twice ? [x / (3 * twice), y / (3 * twice)] : ring[0];
}

const isArea = ({ geometry }) => geometry && /Polygon$/.test(geometry.type);

function areaLabel({ properties }) {
  const label = document.createElement(safe(properties.url) ? "a" : "span");
  if (safe(properties.url)) label.href = properties.url;
  label.className = "map-area";
  label.append(text("span", "", properties.name ?? ""));
  if (properties.count != null) label.append(text("span", "num", properties.count));
  return label;
}

function pointMark({ properties }, otherWord) {
  const many = Number(properties.count) > 1;
  const mark = document.createElement(safe(properties.url) ? "a" : "span");
  if (safe(properties.url)) mark.href = properties.url;
  mark.dataset.tone = tone(properties);
  mark.className = many ? "map-cluster num" : "map-dot";
  if (many) mark.textContent = properties.count;
  const words = [properties.name, properties.state, many ? `${properties.count} ${otherWord || ""}` : ""].filter(Boolean).join(" ");
  mark.title = words;
  if (!many || words) { mark.setAttribute("aria-label", words || "·"); if (!mark.href) mark.setAttribute("role", "img"); }
  return mark;
}

function pinMark() {
  const pin = document.createElement("div");
  pin.className = "map-pin";
  const icons = document.querySelector('use[href*="icons"]')?.getAttribute("href").split("#")[0];
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#pin`);
  svg.append(use);
  svg.setAttribute("viewBox", "0 0 24 24");
  pin.append(svg);
  return pin;
}

// MapLibre

let library;

function load(root) {
  library ??= new Promise((done, failed) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: root.dataset.css });
    const script = Object.assign(document.createElement("script"), { src: root.dataset.library });
    script.onload = () => {
      if (!window.maplibregl) { failed(new Error("no maplibregl")); return; }
      window.maplibregl.setWorkerUrl(root.dataset.worker);
      done(window.maplibregl);
    };
    script.onerror = () => failed(new Error(script.src));
    document.head.append(sheet, script);
  });
  return library;
}

async function drawWithGL(root, box, bounds, areas, points) {
  const gl = await load(root);
  const look = getComputedStyle(box);
  const colour = (name) => look.getPropertyValue(name).trim();
  const tiles = root.dataset.tiles;
  const chart = new gl.Map({
    container: box,
    bounds: [[bounds[0], bounds[1]], [bounds[2], bounds[3]]],
    fitBoundsOptions: { padding: 24 },
    attributionControl: tiles ? {} : false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
    maxZoom: 19,
    style: {
      version: 8,
      sources: {
        areas: { type: "geojson", data: areas },
        ...(tiles && { tiles: { type: "raster", tiles: [tiles], tileSize: 256 } }),
      },
      layers: [
        { id: "land", type: "background", paint: { "background-color": colour("--map-land") } },
        ...(tiles ? [{ id: "tiles", type: "raster", source: "tiles" }] : []),
        { id: "areas", type: "fill", source: "areas", paint: {
          "fill-color": ["match", ["get", "tone"], ...TONES.flatMap((one) => [one, colour(`--${one}-line`)]), colour("--map-area")],
          "fill-opacity": tiles ? 0.25 : 0.75 } },
        { id: "edges", type: "line", source: "areas", paint: { "line-color": colour("--map-edge"), "line-width": 1.2 } },
      ],
    },
  });
  chart.touchZoomRotate.disableRotation();
  chart.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  chart.getCanvas().setAttribute("aria-label", root.dataset.label);
  // Without the full drawing within its time the list and the SVG serve better than a grey box.
  await new Promise((done, failed) => { chart.once("load", done); chart.once("error", ({ error }) => failed(error)); setTimeout(() => failed(new Error("map is slow")), 15_000); })
    .catch((error) => { chart.remove(); throw error; });

  for (const area of areas.features.filter(isArea)) new gl.Marker({ element: areaLabel(area) }).setLngLat(middle(area.geometry)).addTo(chart);
  let marks = [];
  const drawn = {
    points(found) {
      marks.forEach((mark) => mark.remove());
      marks = found.features.filter(({ geometry }) => geometry?.type === "Point").slice(0, 800)
        .map((point) => new gl.Marker({ element: pointMark(point, root.dataset.wordsCount) }).setLngLat(point.geometry.coordinates).addTo(chart));
    },
    pin: pinner((at) => new gl.Marker({ element: pinMark(), anchor: "bottom", draggable: Boolean(drawn.dragged) }).setLngLat(at).addTo(chart), (at) => chart.easeTo({ center: at, zoom: Math.max(chart.getZoom(), 14), animate: !still() })),
    onClick: (act) => chart.on("click", ({ lngLat }) => act([lngLat.lng, lngLat.lat])),
    onView: (act) => chart.on("moveend", () => act(chart.getBounds().toArray().flat(), chart.getZoom())),
  };
  drawn.points(points);
  const here = numbers(root.dataset.here);
  if (here) drawn.pin(here, false);
  box.dataset.drawn = "gl";
  return drawn;
}

function pinner(make, look) {
  let pin;
  return (at, move = true) => {
    pin?.remove();
    pin = at ? make(at) : undefined;
    if (at && move) look(at);
  };
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// SVG

const SVG = "http://www.w3.org/2000/svg";

function drawAsSVG(root, box, bounds, areas, points) {
  const width = box.clientWidth || 640, height = box.clientHeight || 400, pad = 18;
  const north = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
  const south = (y) => ((2 * Math.atan(Math.exp(y)) - Math.PI / 2) * 180) / Math.PI;
  const rad = Math.PI / 180;
  const scale = Math.min((width - 2 * pad) / ((bounds[2] - bounds[0]) * rad), (height - 2 * pad) / (north(bounds[3]) - north(bounds[1])));
  const left = (width - (bounds[2] - bounds[0]) * rad * scale) / 2;
  const top = (height - (north(bounds[3]) - north(bounds[1])) * scale) / 2;
  const place = ([lon, lat]) => [left + (lon - bounds[0]) * rad * scale, top + (north(bounds[3]) - north(lat)) * scale];
  const back = ([x, y]) => [bounds[0] + (x - left) / (rad * scale), south(north(bounds[3]) - (y - top) / scale)];

  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": root.dataset.label });
  const ground = element("g"), above = element("g"), pins = element("g");
  svg.append(ground, above, pins);
  for (const area of areas.features.filter(isArea)) {
    const polygons = area.geometry.type === "Polygon" ? [area.geometry.coordinates] : area.geometry.coordinates;
    const path = polygons.flat().map((ring) => `M${ring.map((one) => place(one).map((n) => n.toFixed(1)).join(" ")).join("L")}Z`).join("");
    const [x, y] = place(middle(area.geometry));
    const label = element("text", { x, y });
    label.textContent = [area.properties.name, area.properties.count].filter((one) => one != null).join(" ");
    ground.append(linked(area.properties, element("path", { d: path, class: "area", "fill-rule": "evenodd" }), label));
  }
  const drawn = {
    points(found) {
      above.replaceChildren(...found.features.filter(({ geometry }) => geometry?.type === "Point").map(({ geometry, properties }) => {
        const [x, y] = place(geometry.coordinates), many = Number(properties.count) > 1;
        const dot = element("circle", { cx: x, cy: y, r: many ? 12 : 6, class: "place" });
        const parts = [dot];
        if (many) {
          const count = element("text", { x, y: y + 4, class: "place-count" });
          count.textContent = properties.count;
          parts.push(count);
        }
        const group = linked(properties, ...parts);
        group.dataset.tone = tone(properties);
        group.setAttribute("aria-label", [properties.name, properties.state, many ? `${properties.count} ${root.dataset.wordsCount || ""}` : ""].filter(Boolean).join(" ") || "·");
        if (!group.hasAttribute("href")) group.setAttribute("role", "img");
        return group;
      }));
    },
    pin(at) {
      if (!at) { pins.replaceChildren(); return; }
      const [x, y] = place(at);
      const dot = element("circle", { cx: x, cy: y, r: 8, class: "place" });
      const group = element("g");
      group.dataset.tone = "danger";
      group.append(dot);
      pins.replaceChildren(group);
    },
    onClick: (act) => svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      act(back([((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height]));
    }),
    onView() {},
  };
  drawn.points(points);
  const here = numbers(root.dataset.here);
  if (here) drawn.pin(here);
  box.replaceChildren(svg);
  box.dataset.drawn = "svg";
  return drawn;
}

function element(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function linked(properties, ...children) {
  const group = element(safe(properties.url) ? "a" : "g");
  if (safe(properties.url)) group.setAttribute("href", properties.url);
  group.append(...children);
  return group;
}
