// Photos open in a dialog instead of leaving the page.

let dialog, image, words, links = [], at = 0;

export default function lightbox(root) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-photo]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog ??= build();
    links = [...root.querySelectorAll("a[data-photo]")];
    dialog.classList.toggle("single", links.length < 2);
    show(links.indexOf(link));
    dialog.showModal();
  });
}

function build() {
  const english = document.documentElement.lang.startsWith("en");
  const box = document.createElement("dialog");
  box.className = "lightbox";
  image = document.createElement("img");
  words = document.createElement("p");
  box.append(image, words);
  for (const [name, sign, label, act] of [
    ["close", "×", english ? "Close" : "关闭", () => box.close()],
    ["back", "‹", english ? "Previous photo" : "上一张", () => show(at - 1)],
    ["on", "›", english ? "Next photo" : "下一张", () => show(at + 1)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `lightbox-${name}`;
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    box.append(button);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  box.addEventListener("close", () => links[at]?.focus());
  document.body.append(box);
  return box;
}

function show(index) {
  at = (index + links.length) % links.length;
  const figure = links[at].closest("figure");
  image.src = links[at].href;
  image.alt = links[at].querySelector("img").alt;
  const role = figure.querySelector(".photo-role")?.textContent ?? "";
  const caption = [...(figure.querySelector("figcaption")?.children ?? [])].map((one) => one.textContent.trim()).filter(Boolean);
  words.textContent = [role, ...caption, links.length > 1 ? `${at + 1} / ${links.length}` : ""].filter(Boolean).join(" · ");
  dialog?.setAttribute("aria-label", image.alt);
}
