// What was written is not lost: a page with something unsent warns before it closes, and a form is sent only
// when the portal answers. Without this script the forms work all the same.
"use strict";
(() => {
  let unsent = false;
  document.addEventListener("input", (event) => { if (event.target.closest("form")) unsent = true; });
  window.addEventListener("beforeunload", (event) => { if (unsent) event.preventDefault(); });

  const tell = (form) => {
    let said = form.querySelector(".panel-offline");
    if (!said) {
      said = document.createElement("p");
      said.className = "front-notice panel-alert panel-offline";
      said.setAttribute("role", "alert");
      form.append(said);
    }
    said.textContent = document.querySelector("[data-offline]").dataset.offline;
  };

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || form.dataset.sure) { unsent = false; return; }
    event.preventDefault();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    try {
      await fetch("/health/live", { cache: "no-store" });
    } catch {
      tell(form);
      return;
    } finally {
      delete form.dataset.asking;
    }
    form.dataset.sure = "yes";
    form.requestSubmit(submitter);
  });
})();
