// Photos on a phone: one thumb for the camera, one for the album.  Both end in the one field that is sent.

import upload from "./upload.js";

export default function photos(box) {
  upload(box);
  const field = box.querySelector("input[name]");
  const camera = box.querySelector("[data-photos-camera]");
  if (typeof DataTransfer === "undefined") return;
  box.querySelector("[data-photos-ways]").hidden = false;
  field.classList.add("visually-hidden");
  field.tabIndex = -1;
  camera.removeAttribute("hidden");
  camera.classList.add("visually-hidden");
  box.querySelector("[data-photos-choose]").addEventListener("click", () => field.click());
  box.querySelector("[data-photos-shoot]").addEventListener("click", () => camera.click());
  camera.addEventListener("change", () => {
    field.files = camera.files; // upload.js keeps what was chosen before
    field.dispatchEvent(new Event("change", { bubbles: true }));
    camera.value = "";
  });
}
