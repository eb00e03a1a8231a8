"use strict";
for (const section of document.querySelectorAll("section.drift")) {
  const search = section.querySelector(".search");
  if (search) {
    const parts = [...section.querySelectorAll("[data-column]")];
    const rows = parts.filter((part) => part.tagName === "TR");
    const input = search.querySelector("input");
    search.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      for (const part of parts) {
        part.hidden = !part.dataset.column.toLowerCase().includes(wanted);
      }
      const shown = rows.filter((row) => !row.hidden).length;
      search.querySelector("output").textContent = wanted && shown + " of " + rows.length;
    });
  }
}
