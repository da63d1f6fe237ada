// Filters go by themselves when data-auto is set, and leave empty fields out of the address.

export default function filters(form) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  if (!("auto" in form.dataset)) return;
  form.addEventListener("change", (event) => {
    if (!event.target.matches('input[type="search"], input[type="text"]') || event.target.value !== event.target.defaultValue) form.requestSubmit();
  });
}
