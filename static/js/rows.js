// j, k and Enter on the rows of a table; choosing several.

export default function rows(wrap) {
  const all = () => [...wrap.querySelectorAll("tbody tr")];
  document.addEventListener("keydown", (event) => {
    if (document.querySelector('[data-module="rows"]') !== wrap || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog[open]") || !["j", "k"].includes(event.key)) return;
    const list = all();
    const here = list.findIndex((row) => row.classList.contains("is-here"));
    const next = list[Math.min(list.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)))];
    if (!next) return;
    list[here]?.classList.remove("is-here");
    next.classList.add("is-here");
    next.querySelector("a.link-row, a")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });

  const master = wrap.querySelector("input[data-check-all]");
  if (!master) return;
  const boxes = () => [...wrap.querySelectorAll(`input[name="${CSS.escape(master.dataset.checkAll)}"]`)];
  const bulk = document.querySelector(`[data-bulk="${CSS.escape(master.dataset.checkAll)}"]`);
  const show = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    master.checked = chosen > 0 && chosen === boxes().length;
    master.indeterminate = chosen > 0 && !master.checked;
    if (!bulk) return;
    bulk.hidden = chosen === 0;
    const count = bulk.querySelector("[data-bulk-count]");
    if (count) count.textContent = String(chosen);
  };
  master.addEventListener("change", () => { boxes().forEach((box) => { box.checked = master.checked; }); show(); });
  wrap.addEventListener("change", show);
  show();
}
