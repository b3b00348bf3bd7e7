// Fast hands: search on "/", "g" then a letter, decisions by j/k/Enter/u, movement and copying in tables.
"use strict";

document.documentElement.classList.add("js");

const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
let pendingGo = false;

function go(letter) {
  const link = document.querySelector(`.side a[data-key="${CSS.escape(letter)}"]`);
  if (link) link.click();
}

function focusDecision(step) {
  const all = [...document.querySelectorAll(".decision")];
  if (!all.length) return;
  const now = all.indexOf(document.activeElement.closest(".decision"));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function decisionKey(event) {
  const item = event.target.closest(".decision");
  if (!item || event.target !== item) return false;
  const button = item.querySelector(event.key === "Enter" ? "[data-approve]" : "[data-undo]");
  if (!button) return false;
  button.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    const hits = document.getElementById("hits");
    if (hits) hits.replaceChildren();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (pendingGo) {
    pendingGo = false;
    event.preventDefault();
    go(event.key);
  } else if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search")?.focus();
  } else if (event.key === "g") {
    pendingGo = true;
    window.setTimeout(() => { pendingGo = false; }, 1500);
  } else if (event.key === "?") {
    document.querySelector(".side-foot a")?.click();
  } else if (event.key === "j" || event.key === "k") {
    focusDecision(event.key === "j" ? 1 : -1);
  } else if (event.key === "Enter" || event.key === "u") {
    if (decisionKey(event)) event.preventDefault();
  }
});

// A menu closes when something else is clicked.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// Filters apply when they change; empty ones stay out of the address.
function send(form) {
  for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  form.requestSubmit();
  for (const field of form.elements) field.disabled = false;
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) send(form);
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  if (event.target.id === "file") nameFile(event.target);
});

// Column choice is one list in the address.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) event.preventDefault();
  if (!form.dataset.columns) return;
  const first = form.querySelector("[data-first]").value;
  const chosen = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
  form.elements[form.dataset.columns].value = [first, ...chosen].join(",");
});

// Rows by arrow keys, Enter opens, Ctrl+C copies the table as a spreadsheet takes it.
function moveRow(table, step) {
  const rows = [...table.tBodies[0].rows];
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
  rows.forEach((row) => row.removeAttribute("aria-selected"));
  if (!next) return;
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  const region = event.target.closest?.(".table-wrap");
  if (!region || event.target !== region) return;
  const table = region.querySelector("table");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    moveRow(table, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    table.querySelector("tr[aria-selected] a")?.click();
  } else if (event.key === "c" && (event.ctrlKey || event.metaKey) && window.getSelection().isCollapsed) {
    const text = [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim().replaceAll("\u2212", "-")).join("\t")).join("\n");
    navigator.clipboard?.writeText(text);
  }
});

// After a decision was swapped in, focus stays on it, so that Enter, j and u go on.
document.addEventListener("htmx:after:swap", () => {
  const swapped = document.querySelector(".decision[data-swapped]");
  if (swapped) {
    swapped.removeAttribute("data-swapped");
    swapped.focus();
  }
});

// Dropping a file.
function nameFile(input) {
  const place = document.getElementById("chosen");
  if (place) place.textContent = [...input.files].map((file) => file.name).join(", ");
}
const drop = document.querySelector(".drop");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const over = (on) => (event) => {
    event.preventDefault();
    drop.classList.toggle("over", on);
  };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    input.files = event.dataTransfer.files;
    nameFile(input);
  });
}
