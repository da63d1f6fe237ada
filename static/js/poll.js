// Fetches a fragment again and again while somebody looks: data-url, data-every in seconds.  304 leaves the page alone.

export default function poll(element) {
  const every = Math.max(5, Number(element.dataset.every || 15)) * 1000;
  let etag = "";
  const timer = setInterval(async () => {
    if (!element.isConnected) { clearInterval(timer); return; }
    if (document.hidden || element.contains(document.activeElement)) return;
    try {
      const headers = { "HX-Request": "true", "X-Poll": "1", ...(etag && { "If-None-Match": etag }) };
      const answer = await fetch(element.dataset.url || location.href, { headers, cache: "no-store", redirect: "error" });
      if (answer.status !== 200) return;
      etag = answer.headers.get("ETag") || "";
      element.innerHTML = await answer.text();
      document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: element } }));
    } catch { /* the network is away; the next round asks again */ }
  }, every);
}
