/* Papers are chosen from disk and hashed here: the file itself is never sent. Where the browser
   reckons no hashes (plain http, no script) the field is filled by hand. */
"use strict";
(() => {
  const open = document.getElementById(location.hash.slice(1));
  if (open?.tagName === "DETAILS") open.open = true;
  if (!globalThis.crypto?.subtle) return;
  const busy = new Map();

  const wait = (form, by) => {
    const count = (busy.get(form) ?? 0) + by;
    busy.set(form, count);
    for (const button of form.querySelectorAll("button")) button.disabled = count > 0;
    form.toggleAttribute("aria-busy", count > 0);
  };

  const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");

  const hash = async (input) => {
    const file = input.files[0], target = document.getElementById(input.dataset.hash);
    if (!file || !target) return;
    target.value = "";
    target.removeAttribute("aria-invalid");
    wait(input.form, 1);
    try {
      target.value = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const named = input.dataset.named && document.getElementById(input.dataset.named);
      if (named && !named.value) named.value = file.name.slice(0, 200);
      target.dispatchEvent(new Event("input", { bubbles: true }));
    } catch {
      target.setAttribute("aria-invalid", "true"); // it cannot be read: typed by hand
    } finally {
      wait(input.form, -1);
    }
  };

  for (const input of document.querySelectorAll("input[data-hash]")) {
    input.hidden = false;
    input.addEventListener("change", () => hash(input));
  }
})();
