// Asks before a changed form is left; a form that is being sent may go.

export default function guard(form) {
  const english = document.documentElement.lang.startsWith("en");
  const first = snapshot(form);
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {  // the browser would throw the page away; what is typed must stay
      event.preventDefault();
      event.stopImmediatePropagation();
      alert(english ? "There is no network, so nothing was sent. What you typed is still here." : "现在没有网络，没有提交。内容还在页面上，有网络后再提交。");
      return;
    }
    sending = true;
  }, { capture: true });
  window.addEventListener("pageshow", (event) => { if (event.persisted) sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && form.isConnected && snapshot(form) !== first) event.preventDefault();
  });
}

function snapshot(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? `${value.name}/${value.size}` : value]));
}
