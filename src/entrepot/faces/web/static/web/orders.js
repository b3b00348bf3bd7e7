// One order by keyboard: arrows move between rows, Ctrl+Enter saves from any field, the print button prints.
"use strict";

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-order-form]");
  if (!form) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") return;
  const cell = event.target.closest("table td");
  if (!cell || event.target.type === "date") return;
  const row = cell.parentElement;
  const next = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  const field = next?.cells[cell.cellIndex]?.querySelector("input");
  event.preventDefault();
  if (field) {
    field.focus();
    field.select();
  } else if (event.key === "Enter") {
    form.querySelector("button[type=submit]").focus();
  }
});

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
