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
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = (column === 0 && row.dataset.column) || cell.dataset.sort || cell.textContent.trim();
    const number = Number(text.replace(/[,%\s]/g, ""));
    return text === "" || text === "NaN" || Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => {
    if (typeof a !== typeof b) {
      return typeof a === "number" ? -1 : 1;
    }
    return typeof a === "number" ? a - b : a.localeCompare(b);
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [value(row, column), row]);
      rows.sort((a, b) => sign * compare(a[0], b[0]));
      body.append(...rows.map((pair) => pair[1]));
    });
  });
}
