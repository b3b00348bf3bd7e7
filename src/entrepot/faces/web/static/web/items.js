// The items sheet. Rows stand in memory; only those in sight are in the page, so that thousands of rows stay quick.
"use strict";

(() => {
  const wrap = document.querySelector("[data-items]");
  const data = JSON.parse(document.getElementById("items-data").textContent);
  const body = wrap.querySelector("tbody");
  const status = document.querySelector("[data-status]");
  const list = document.querySelector("[data-faults]");
  const names = data.columns.map((column) => column[0]);
  const numeric = data.columns.map((column) => column[2]);
  const place = new Map(names.map((name, i) => [name, i]));
  const rows = data.rows.map(([cells, seen]) => ({ cells, seen, was: cells.slice(), bad: new Map() }));
  let shown = rows.slice();
  let at = { row: 0, column: 0 };
  let editing = null;
  const undone = [];
  let height = 30;
  const say = (text, bad) => { status.textContent = text; status.classList.toggle("danger", Boolean(bad)); };
  const isChanged = (row) => !row.seen || row.cells.some((text, i) => text !== row.was[i]);
  const postButton = document.querySelector("[data-post]");
  const undoButton = document.querySelector("[data-undo]");

  function count() {
    const changed = rows.filter(isChanged).length;
    let text = data.words.rows.replace("%s", shown.length.toLocaleString());
    if (changed) text += ` · ${data.words.changed.replace("%s", changed)}`;
    document.querySelector("[data-count]").textContent = text;
    if (postButton) { postButton.disabled = !changed; undoButton.disabled = !undone.length; }
  }

  function draw() {
    if (editing) return;
    const first = Math.max(0, Math.floor(wrap.scrollTop / height) - 10);
    const last = Math.min(shown.length, first + Math.ceil(wrap.clientHeight / height) + 20);
    const focused = wrap.contains(document.activeElement) && document.activeElement !== wrap;
    const piece = document.createDocumentFragment();
    const pad = (size) => {
      const row = document.createElement("tr");
      row.className = "pad";
      row.setAttribute("aria-hidden", "true");
      const cell = row.insertCell();
      cell.colSpan = names.length;
      cell.style.height = `${size}px`;
      piece.append(row);
    };
    if (first) pad(first * height);
    for (let i = first; i < last; i += 1) {
      const row = document.createElement("tr");
      shown[i].cells.forEach((text, column) => {
        const cell = document.createElement(column ? "td" : "th");
        if (!column) cell.scope = "row";
        cell.textContent = text;
        cell.dataset.row = i;
        cell.dataset.column = column;
        cell.tabIndex = i === at.row && column === at.column ? 0 : -1;
        if (numeric[column]) cell.classList.add("num");
        if (text !== shown[i].was[column] || !shown[i].seen) cell.classList.add("changed");
        const bad = shown[i].bad.get(column);
        if (bad) { cell.classList.add("bad"); cell.title = bad; cell.setAttribute("aria-invalid", "true"); }
        row.append(cell);
      });
      piece.append(row);
    }
    if (last < shown.length) pad((shown.length - last) * height);
    body.replaceChildren(piece);
    if (focused) cellAt(at.row, at.column)?.focus({ preventScroll: true });
  }

  const cellAt = (row, column) => body.querySelector(`[data-row="${row}"][data-column="${column}"]`);

  function go(row, column) {
    if (!shown.length) return;
    at = { row: Math.min(Math.max(row, 0), shown.length - 1), column: Math.min(Math.max(column, 0), names.length - 1) };
    const top = at.row * height;
    const head = wrap.querySelector("thead").offsetHeight;
    if (top < wrap.scrollTop) wrap.scrollTop = top;
    else if (top + height + head > wrap.scrollTop + wrap.clientHeight) wrap.scrollTop = top + height + head - wrap.clientHeight + 4;
    draw();
    const cell = cellAt(at.row, at.column);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function put(changes) {
    const before = [];
    changes.forEach(({ row, column, text }) => {
      const may = data.editable && (column || !row.seen);
      const clean = text.replace(/\s+/g, " ").trim();
      if (!may || row.cells[column] === clean) return;
      before.push({ row, column, text: row.cells[column] });
      row.cells[column] = clean;
      row.bad.delete(column);
    });
    if (before.length) undone.push(before);
    count();
    return before.length;
  }

  function edit(start) {
    const row = shown[at.row];
    if (!data.editable || editing || !row || (!at.column && row.seen)) return;
    const cell = cellAt(at.row, at.column);
    if (!cell) return;
    const input = document.createElement("input");
    input.value = start ?? row.cells[at.column];
    input.setAttribute("aria-label", data.columns[at.column][1]);
    editing = { row, column: at.column, input };
    cell.replaceChildren(input);
    input.focus();
    if (start === undefined) input.select();
    input.addEventListener("blur", () => keep());
  }

  function keep(drop) {
    if (!editing) return;
    const { row, column, input } = editing;
    editing = null;
    if (!drop) put([{ row, column, text: input.value }]);
    draw();
  }

  wrap.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key.toLowerCase() === "s") { event.preventDefault(); keep(); post(); return; }
    if (editing) {
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        keep();
        if (event.key === "Enter") go(at.row + (event.shiftKey ? -1 : 1), at.column);
        else go(at.row, at.column + (event.shiftKey ? -1 : 1));
      } else if (event.key === "Escape") { event.preventDefault(); keep(true); go(at.row, at.column); }
      return;
    }
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [15, 0], PageUp: [-15, 0] };
    if (held && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
    if (held && event.key.toLowerCase() === "d" && at.row > 0) {
      event.preventDefault();
      put([{ row: shown[at.row], column: at.column, text: shown[at.row - 1].cells[at.column] }]);
      draw();
      return;
    }
    if (steps[event.key]) {
      event.preventDefault();
      const [down, right] = held ? steps[event.key].map((n) => n * 100000) : steps[event.key];
      go(at.row + down, at.column + right);
    } else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(); }
    else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      put([{ row: shown[at.row], column: at.column, text: "" }]);
      draw();
    } else if (event.key.length === 1 && !held && !event.altKey) { event.preventDefault(); edit(event.key); }
  });

  wrap.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-row]");
    if (!cell || event.target.tagName === "INPUT") return;
    const again = Number(cell.dataset.row) === at.row && Number(cell.dataset.column) === at.column && document.activeElement === cell;
    keep();
    go(Number(cell.dataset.row), Number(cell.dataset.column));
    if (again && event.detail > 1) edit();
  });
  wrap.addEventListener("dblclick", () => edit());
  wrap.addEventListener("focus", () => { if (document.activeElement === wrap) go(at.row, at.column); });
  wrap.addEventListener("scroll", () => window.requestAnimationFrame(draw), { passive: true });

  wrap.addEventListener("copy", (event) => {
    if (editing || !shown[at.row]) return;
    event.clipboardData.setData("text/plain", shown[at.row].cells[at.column]);
    event.preventDefault();
  });

  wrap.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!data.editable || (editing && !/[\t\n]/.test(text.trim()))) return;
    event.preventDefault();
    keep(true);
    let lines = text.replaceAll("\r", "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const labels = new Map(data.columns.flatMap(([name, label], i) => [[name, i], [label.toLowerCase(), i]]));
    const heads = lines[0].map((part) => labels.get(part.trim().toLowerCase()));
    const changes = [];
    if (lines.length > 1 && heads.includes(0) && heads.filter((i) => i !== undefined).length > 1) {
      // A table with its headings: rows find their item by SKU, unknown ones become new items.
      const known = new Map(rows.map((row) => [row.cells[0], row]));
      lines = lines.slice(1);
      lines.forEach((line) => {
        const sku = (line[heads.indexOf(0)] || "").trim();
        if (!sku) return;
        if (!known.has(sku)) { known.set(sku, fresh()); changes.push({ row: known.get(sku), column: 0, text: sku }); }
        heads.forEach((column, i) => { if (column) changes.push({ row: known.get(sku), column, text: line[i] ?? "" }); });
      });
    } else {
      lines.forEach((line, down) => line.forEach((part, right) => {
        const row = shown[at.row + down];
        if (row && at.column + right < names.length) changes.push({ row, column: at.column + right, text: part });
      }));
    }
    say(data.words.pasted.replace("%s", put(changes) || 0));
    draw();
  });

  function fresh() {
    const row = { cells: names.map(() => ""), seen: "", was: names.map(() => ""), bad: new Map() };
    rows.push(row);
    shown.push(row);
    return row;
  }

  function undo() {
    const last = undone.pop();
    if (!last) return;
    last.forEach(({ row, column, text }) => { row.cells[column] = text; });
    count();
    draw();
  }

  const find = document.querySelector("[data-find]");
  const only = document.querySelector("[data-only]");
  function filter() {
    keep();
    const wanted = find.value.trim().toLowerCase();
    const today = new Date().toISOString().slice(0, 10);
    const until = place.get("discontinued_on");
    const needed = ["hs_code", "unit_weight_g", "unit_length_mm", "unit_width_mm", "unit_height_mm"].map((name) => place.get(name));
    shown = rows.filter((row) => {
      if (wanted && !row.cells.some((text) => text.toLowerCase().includes(wanted))) return false;
      if (only.value === "active") return !row.cells[until] || row.cells[until] > today;
      if (only.value === "gaps") return needed.some((i) => !row.cells[i]);
      return only.value !== "changed" || isChanged(row);
    });
    at = { row: 0, column: at.column };
    wrap.scrollTop = 0;
    count();
    draw();
  }
  find.addEventListener("input", filter);
  only.addEventListener("change", filter);
  document.querySelector("[data-items-tools]").addEventListener("submit", (event) => event.preventDefault());

  document.querySelector("[data-fill]")?.addEventListener("click", () => {
    const column = place.get(document.querySelector("[data-fill-column]").value);
    const text = document.querySelector("[data-fill-text]").value;
    say(data.words.filled.replace("%s", put(shown.map((row) => ({ row, column, text }))) || 0));
    draw();
  });
  document.querySelector("[data-new]")?.addEventListener("click", () => { fresh(); count(); go(shown.length - 1, 0); edit(""); });
  undoButton?.addEventListener("click", undo);
  postButton?.addEventListener("click", () => { keep(); post(); });

  async function post() {
    const changed = rows.filter(isChanged).filter((row) => row.cells.some((text) => text));
    if (!changed.length) { say(data.words.nothing); return; }
    postButton.disabled = true;
    say(data.words.saving);
    list.replaceChildren();
    rows.forEach((row) => row.bad.clear());
    const told = changed.map((row) => ({ seen: row.seen, cells: Object.fromEntries(names.map((name, i) => [name, row.cells[i]])) }));
    let answer;
    let said;
    try {
      answer = await fetch(data.post, {
        method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": wrap.dataset.csrf },
        body: JSON.stringify({ rows: told }),
      });
      said = await answer.json();
    } catch {
      say(data.words.offline, true);
      postButton.disabled = false;
      return;
    }
    if (answer.ok) { window.onbeforeunload = null; sessionStorage.setItem("items-said", said.said); window.location.reload(); return; }
    (said.faults || []).forEach(({ sku, column, text }) => {
      const row = rows.find((one) => one.cells[0] === sku);
      row?.bad.set(place.get(column) ?? 0, text);
    });
    list.replaceChildren(...(said.faults || []).slice(0, 100).map(({ sku, column, text }) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = `${sku} · ${data.columns[place.get(column) ?? 0][1]}: ${text}`;
      button.addEventListener("click", () => {
        if (!shown.some((row) => row.cells[0] === sku)) { find.value = ""; only.value = "all"; filter(); }
        go(shown.findIndex((row) => row.cells[0] === sku), place.get(column) ?? 0);
      });
      line.append(button);
      return line;
    }));
    say(said.problem || data.words.faults.replace("%s", (said.faults || []).length), true);
    postButton.disabled = false;
    draw();
  }

  window.addEventListener("beforeunload", (event) => { if (rows.some((row) => row.seen ? isChanged(row) : row.cells.some(Boolean)) && status.textContent !== data.words.saving) event.preventDefault(); });
  say(sessionStorage.getItem("items-said") || "");
  sessionStorage.removeItem("items-said");
  count();
  draw();
  height = body.querySelector("tr:not(.pad)")?.offsetHeight || height;
  draw();
})();
