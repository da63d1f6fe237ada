// What HTML has no answer to, hung on data- attributes.  Every page works without it.

const LOADED = new WeakSet();

/** Start the modules named on elements inside `root`: data-module="rows" loads ./rows.js and calls its default. */
function start(root) {
  const named = [...root.querySelectorAll("[data-module]")];
  if (root.matches?.("[data-module]")) named.push(root);
  for (const element of named) {
    if (LOADED.has(element)) continue;
    LOADED.add(element);
    import(`./${element.dataset.module}.js`)
      .then((module) => module.default(element))
      .catch((error) => console.error(element.dataset.module, error));
  }
}

/** Say something to those who listen to the page. */
export function say(words) {
  const place = document.getElementById("say");
  if (place) place.textContent = words;
}

// Once: a form that is under way is not sent again; coming back to the page frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.once === "off") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "1";
  // After the event, so that the pressed button's own name and value still go along.
  setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; button.setAttribute("aria-busy", "true"); }));
});

function free(form) {
  delete form.dataset.sending;
  buttonsOf(form).forEach((button) => { button.disabled = false; button.removeAttribute("aria-busy"); });
}

function buttonsOf(form) {
  return [...form.elements].filter((one) => one.type === "submit" && (one.getAttribute("aria-busy") || form.dataset.sending));
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(free);
});

// Dialogs, copying, going back.
document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  if (event.target.matches("dialog.dialog")) event.target.close();
  if (event.target.closest("[data-back]")) {
    event.preventDefault();
    // A refused POST must not be sent again by a reload; its page before shows the present state.
    if (document.referrer && new URL(document.referrer).origin === location.origin) location.assign(document.referrer);
    else location.assign(location.pathname);
  }
  const copier = event.target.closest("[data-copy]");
  if (copier && navigator.clipboard) {
    event.preventDefault();
    await navigator.clipboard.writeText(copier.dataset.copy);
    copier.classList.add("copied");
    say(document.documentElement.lang.startsWith("en") ? "Copied" : "已复制");
    setTimeout(() => copier.classList.remove("copied"), 1500);
  }
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// Keys: only when nobody is typing.
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  if (event.key === "/") {
    const search = document.querySelector('.search input, .filters input[type="search"], .filters input[type="text"]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  } else if (before === "g" && event.key === "h") {
    document.querySelector("a.brand")?.click();
  }
  before = event.key;
});

// Relative times stay true while the page is open; words come from the browser in the page's language.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, length]) => Math.abs(seconds) >= length) || [];
    if (unit && Math.abs(seconds) < 60 * 86400) time.textContent = relative.format(Math.trunc(seconds / size), unit);
  }
}, 60_000);

document.querySelectorAll("button[data-dialog][hidden]").forEach((button) => { button.hidden = false; });

// A whole page where a part was asked for: an error page speaks in a dialog, a log-in page is gone to.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!/^\s*<!doctype html/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  if (xhr.status < 400) {
    location.assign(xhr.responseURL || location.href);
    return;
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  tell(page.querySelector("h1")?.textContent, page.querySelector("#main .large")?.textContent);
});
document.addEventListener("htmx:sendError", () => {
  const { wordsOffline, wordsOfflineTitle } = document.getElementById("say").dataset;
  tell(wordsOfflineTitle, wordsOffline);
});

/** Tell something that must not be overlooked. */
export function tell(title, words) {
  const dialog = document.getElementById("tell");
  if (!dialog || !words) return;
  dialog.querySelector("h2").textContent = title || "";
  dialog.querySelector("p").textContent = words;
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("htmx:load", (event) => start(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.dataset?.sending) free(event.detail.elt); });
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('input[name="csrfmiddlewaretoken"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

start(document);
