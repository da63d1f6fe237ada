// Chosen photos are shown before they are sent, and can be taken out again.

export default function upload(field) {
  const input = field.querySelector('input[type="file"]');
  if (!input || typeof DataTransfer === "undefined") return;
  const english = document.documentElement.lang.startsWith("en");
  const most = Number(input.dataset.maxMb || 0) * 1024 * 1024;
  const list = document.createElement("ul");
  list.className = "upload-list";
  list.hidden = true;
  input.after(list);
  const held = new DataTransfer();

  input.addEventListener("change", () => {
    // A second choice adds to the first where several are allowed: phones give one photo at a time.
    if (!input.multiple) held.items.clear();
    for (const file of input.files) if (![...held.files].some((there) => same(there, file))) held.items.add(file);
    input.files = held.files;
    draw();
  });

  function draw() {
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(...[...held.files].map(entry));
    list.hidden = held.files.length === 0;
    const big = most && [...held.files].find((file) => file.size > most);
    input.setCustomValidity(big ? (english ? `${big.name} is too large` : `${big.name} 太大，请换一张或压缩后再选。`) : "");
  }

  function entry(file, index) {
    const item = document.createElement("li");
    if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) {
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      item.append(image);
    } else {
      const box = document.createElement("div");
      box.className = "photo-none";
      box.textContent = file.name.split(".").pop().toUpperCase();
      item.append(box);
    }
    const name = document.createElement("span");
    name.className = most && file.size > most ? "clip too-big" : "clip";
    name.textContent = `${file.name} · ${file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`}`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", english ? `Remove ${file.name}` : `去掉 ${file.name}`);
    remove.addEventListener("click", () => {
      held.items.remove(index);
      input.files = held.files;
      draw();
      input.focus();
    });
    item.append(name, remove);
    return item;
  }
}

function same(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}
