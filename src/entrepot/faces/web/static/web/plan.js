// The plan's grid by keyboard: Enter and the arrows move in a column, a column of a sheet is pasted downwards, undo puts back.
"use strict";

(() => {
  const cells = (grid, name) => [...grid.querySelectorAll(`[data-cell="${name}"]`)];
  const told = (cell) => cell.dispatchEvent(new Event("change", { bubbles: true }));
  let goTo = null;

  function step(cell, by) {
    const column = cells(cell.closest("table"), cell.dataset.cell);
    const next = column[column.indexOf(cell) + by];
    if (!next) return false;
    next.focus();
    next.select?.();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (!cell) return;
    const text = cell.dataset.cell === "units";
    if (event.key === "Enter") {
      event.preventDefault();
      goTo = null;
      const column = cells(cell.closest("table"), cell.dataset.cell);
      const next = column[column.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      if (next) step(cell, event.shiftKey ? -1 : 1);
      else cell.blur();
    } else if (text && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(cell, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && "defaultValue" in cell) {
      cell.value = cell.defaultValue;
    }
  });

  // A row swapped in takes the focus with it that the row it replaces had.
  document.addEventListener("htmx:before:swap", () => {
    const cell = document.activeElement?.closest?.("[data-cell]");
    goTo = cell ? [cell.closest("tr").id, cell.dataset.cell] : null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!goTo) return;
    const cell = document.getElementById(goTo[0])?.querySelector(`[data-cell="${goTo[1]}"]`);
    goTo = null;
    if (cell && document.activeElement === document.body) {
      cell.focus();
      cell.select?.();
    }
  });

  document.addEventListener("paste", (event) => {
    const cell = event.target.closest?.('[data-cell="units"]');
    const lines = event.clipboardData?.getData("text").split(/\r?\n/).map((line) => line.split("\t")[0].trim().replaceAll(",", ""));
    while (lines?.length && lines.at(-1) === "") lines.pop();
    if (!cell || !lines || lines.length < 2) return;
    event.preventDefault();
    const column = cells(cell.closest("table"), "units");
    const from = column.indexOf(cell);
    const changed = lines.map((value, place) => [column[from + place], value]).filter(([target, value]) => target && /^\d+$/.test(value) && target.value !== value);
    for (const [target, value] of changed) {
      target.value = value;
      told(target);
    }
  });

  document.addEventListener("click", (event) => {
    const back = event.target.closest?.("[data-back]");
    if (back) {
      const row = back.closest("tr");
      let last = null;
      for (const name of ["units", "way", "on", "supplier"]) {
        const cell = row.querySelector(`[data-cell="${name}"]`);
        if (cell && back.dataset[name] && cell.value !== back.dataset[name]) {
          cell.value = back.dataset[name];
          last = cell;
        }
      }
      if (last) told(last);
    }
    if (event.target.closest?.("[data-print]")) window.print();
  });

  function count() {
    const button = document.querySelector("[data-chosen]");
    if (!button) return;
    const chosen = document.querySelectorAll('input[name="line"]:checked').length;
    button.disabled = chosen === 0;
    button.querySelector("[data-count]").textContent = chosen ? `(${chosen})` : "";
  }
  document.addEventListener("change", (event) => {
    if (event.target.dataset.cell) event.target.closest("tr").dispatchEvent(new CustomEvent("row-changed"));
    if (event.target.dataset.all) {
      document.querySelectorAll(`input[name="${event.target.dataset.all}"]`).forEach((box) => { box.checked = event.target.checked; });
    }
    count();
  });
  count();
})();
