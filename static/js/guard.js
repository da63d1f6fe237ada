// Asks before a changed form is left; a form that is being sent may go.

export default function guard(form) {
  const first = snapshot(form);
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && form.isConnected && snapshot(form) !== first) event.preventDefault();
  });
}

function snapshot(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? `${value.name}/${value.size}` : value]));
}
