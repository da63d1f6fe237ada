// Where it is: a click on the map or the phone's own position fills the two inputs, and the inputs move the pin.

import { draw, get, numbers } from "./map.js";

export default async function pick(root) {
  const lon = document.getElementById(root.dataset.lon);
  const lat = document.getElementById(root.dataset.lat);
  const place = root.querySelector(".map");
  const now = () => numbers(`${lon.value},${lat.value}`);
  const words = (text) => { root.querySelector("[data-pick-say]").textContent = text; };
  const clear = root.querySelector("[data-pick-clear]");

  let drawn;
  const set = (at) => {
    lon.value = at ? at[0].toFixed(6) : "";
    lat.value = at ? at[1].toFixed(6) : "";
    for (const input of [lon, lat]) input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const follow = () => { drawn?.pin(now()); clear.hidden = !now(); };
  lon.addEventListener("change", follow);
  lat.addEventListener("change", follow);
  clear.addEventListener("click", () => { set(null); words(""); });
  clear.hidden = !now();
  useMyPosition(root, set, words);

  if (now() && !place.dataset.bounds) place.dataset.here = now().join(",");
  drawn = await draw(place, await get(place.dataset.areas).then(ground, () => undefined));
  if (now()) drawn.pin(now());
  drawn.onClick((at) => { set(at); words(""); });
}

// Districts are only for finding one's way here: a click on one picks a place instead of leading away.
function ground(areas) {
  return { ...areas, features: areas.features.map((one) => ({ ...one, properties: { name: one.properties.name } })) };
}

function useMyPosition(root, set, words) {
  const button = root.querySelector("[data-pick-here]");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (!window.isSecureContext || !navigator.geolocation) {
      words(root.dataset.wordsInsecure);
      return;
    }
    words(root.dataset.wordsAsking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        set([coords.longitude, coords.latitude]);
        words(root.dataset.wordsGot.replace("%s", String(Math.round(coords.accuracy))));
      },
      () => words(root.dataset.wordsDenied),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
}
