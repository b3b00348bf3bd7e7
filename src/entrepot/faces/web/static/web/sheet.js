// A sheet: typed, pasted or scanned into; saved at every pause, checked and posted by its page's buttons.
// Addresses, words and columns stand in the data attributes of the section (templates/web/_sheet.html).
"use strict";

function startSheet(root) {
  const words = JSON.parse(root.dataset.words || "{}");
  const body = root.querySelector(".sheet-grid tbody");
  const status = root.querySelector("[data-status]");
  const live = root.querySelector("[data-live]");
  const list = root.querySelector("datalist");
  const readonly = root.dataset.readonly === "yes";
  let timer = null;
  let saving = Promise.resolve(true);
  let stopped = false;
  let dirty = false;

  const rows = () => (body ? [...body.rows] : []);
  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const shown = (row) => cells(row).filter((cell) => !cell.closest("td").hidden);
  const cellOf = (row, name) => row.querySelector(`[data-cell="${CSS.escape(name)}"]`);
  const say = (text, bad) => {
    status.textContent = text;
    status.classList.toggle("danger", Boolean(bad));
  };
  const tell = (text) => { live.textContent = ""; window.setTimeout(() => { live.textContent = text; }, 30); };

  function read() {
    const header = {};
    root.querySelectorAll("[data-head-field]").forEach((field) => { header[field.dataset.headField] = field.value; });
    const found = rows().map((row) => Object.fromEntries(cells(row).map((cell) => [cell.dataset.cell, cell.value])));
    while (found.length && Object.values(found[found.length - 1]).every((text) => !text)) found.pop();
    return { header, rows: found, version: Number(root.dataset.version) };
  }

  async function send(address, extra) {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.csrf },
      body: JSON.stringify({ ...read(), ...extra }),
    });
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    if (told && told.version) root.dataset.version = told.version;
    return { ok: answer.ok, status: answer.status, told };
  }

  function save() {
    window.clearTimeout(timer);
    timer = null;
    if (!root.dataset.save || readonly || stopped) return saving;
    saving = saving.then(async () => {
      if (!dirty) return true;
      dirty = false;
      let done;
      try {
        done = await send(root.dataset.save);
      } catch {
        dirty = true;
        say(words.offline, true);
        timer = window.setTimeout(save, 4000);
        return false;
      }
      if (done.ok) {
        say(words.saved);
        return true;
      }
      stopped = done.status === 409;
      say(done.told?.problem || words.failed, true);
      tell(done.told?.problem || words.failed);
      return false;
    });
    return saving;
  }

  function changed() {
    dirty = true;
    sums();
    if (readonly || stopped) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 800);
  }

  function renumber() {
    rows().forEach((row, place) => { row.querySelector(".row-no").textContent = place + 1; });
  }

  function sums() {
    root.querySelectorAll("[data-sum]").forEach((cell, place) => {
      if (!cell.classList.contains("num")) {
        if (place === 0) cell.textContent = words.rows.replace("%s", rows().filter((row) => cells(row).some((c) => c.value)).length);
        return;
      }
      const hundred = rows().reduce((sum, row) => {
        const text = (cellOf(row, cell.dataset.sum)?.value || "").replaceAll(",", "").trim();
        return /^-?\d+(\.\d+)?$/.test(text) ? sum + Math.round(Number(text) * 10000) : sum;
      }, 0);
      const name = cell.dataset.sum;
      const adds = !/price|per$|share$|rate|_bp$|line$/.test(name);
      cell.textContent = adds && hundred ? (hundred / 10000).toLocaleString(document.documentElement.lang) : "";
    });
  }

  function add(after) {
    const row = root.querySelector("template[data-empty]").content.firstElementChild.cloneNode(true);
    root.querySelectorAll("th[data-head]").forEach((head) => {
      const cell = cellOf(row, head.dataset.head);
      if (cell) cell.closest("td").hidden = head.hidden;
    });
    if (after) after.after(row); else body.append(row);
    renumber();
    return row;
  }

  function drop(row) {
    const all = rows();
    const place = all.indexOf(row);
    row.remove();
    if (!rows().length) add();
    renumber();
    changed();
    const next = rows()[Math.min(place, rows().length - 1)];
    shown(next)[0]?.focus();
  }

  function goTo(row, name) {
    const cell = (name && cellOf(row, name)) || shown(row)[0];
    if (!cell) return;
    cell.focus();
    if (cell.select && cell.value) cell.select();
  }

  // -- keys ------------------------------------------------------------------------------------------------
  root.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = document.querySelector("[data-sheet-post]:not([hidden]):not([disabled])") || document.querySelector("[data-sheet-try]");
      button?.click();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      dirty = true;
      save();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "b") {
      event.preventDefault();
      root.querySelector("[data-scan]")?.focus();
      return;
    }
    if (event.target.matches("[data-scan]")) {
      if (event.key === "Enter" || event.key === "Tab") {
        if (event.target.value.trim()) {
          event.preventDefault();
          scan(event.target);
        }
      }
      return;
    }
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const row = cell.closest("tr");
    const all = rows();
    const place = all.indexOf(row);
    const name = cell.dataset.cell;
    const step = (to) => { if (all[to]) { event.preventDefault(); goTo(all[to], name); } };
    const chooses = cell.tagName === "SELECT";
    if (event.key === "ArrowDown" && !event.altKey && !chooses && !cell.list) step(place + 1);
    else if (event.key === "ArrowUp" && !event.altKey && !chooses && !cell.list) step(place - 1);
    else if (event.key === "Enter") {
      event.preventDefault();
      if (event.shiftKey) step(place - 1);
      else if (all[place + 1]) goTo(all[place + 1], name);
      else if (!readonly && cells(row).some((c) => c.value)) goTo(add(row), shown(row)[0].dataset.cell);
    } else if (event.key === "Tab" && !event.shiftKey && !readonly && place === all.length - 1 && shown(row).at(-1) === cell && cells(row).some((c) => c.value)) {
      event.preventDefault();
      goTo(add(row));
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d" && place > 0 && !readonly) {
      event.preventDefault();
      cell.value = cellOf(all[place - 1], name).value;
      changed();
    } else if ((event.ctrlKey || event.metaKey) && (event.key === "Delete" || event.key === "Backspace") && !readonly) {
      event.preventDefault();
      drop(row);
    } else if (!chooses && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const left = event.key === "ArrowLeft";
      const edge = left ? cell.selectionEnd === 0 : cell.selectionStart === cell.value.length;
      const next = shown(row)[shown(row).indexOf(cell) + (left ? -1 : 1)];
      if (edge && next) { event.preventDefault(); next.focus(); }
    }
  });

  // -- paste -----------------------------------------------------------------------------------------------
  function table(text) {
    const found = [[""]];
    let quoted = false;
    const clean = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(/\n+$/, "");
    for (let i = 0; i < clean.length; i += 1) {
      const sign = clean[i];
      const line = found[found.length - 1];
      if (quoted) {
        if (sign === '"' && clean[i + 1] === '"') { line[line.length - 1] += '"'; i += 1; }
        else if (sign === '"') quoted = false;
        else line[line.length - 1] += sign === "\n" ? " " : sign;
      } else if (sign === '"' && line[line.length - 1] === "") quoted = true;
      else if (sign === "\t") line.push("");
      else if (sign === "\n") found.push([""]);
      else line[line.length - 1] += sign;
    }
    return found.map((line) => line.map((part) => part.trim()));
  }

  function put(cell, text) {
    if (cell.tagName === "SELECT") {
      const folded = text.toLowerCase();
      const option = [...cell.options].find((o) => o.value.toLowerCase() === folded || o.text.toLowerCase() === folded);
      cell.value = option ? option.value : "";
    } else cell.value = text;
  }

  root.addEventListener("paste", (event) => {
    const cell = event.target.closest("[data-cell]");
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!cell || readonly || !/[\t\n]/.test(text.replace(/\n+$/, ""))) return;
    event.preventDefault();
    let lines = table(text);
    let row = cell.closest("tr");
    let names = shown(row).map((c) => c.dataset.cell);
    names = names.slice(names.indexOf(cell.dataset.cell));
    const heads = new Map([...root.querySelectorAll("th[data-head]")].flatMap((head) => [
      [head.textContent.replace("*", "").trim().toLowerCase(), head.dataset.head], [head.dataset.head.toLowerCase(), head.dataset.head],
    ]));
    const first = lines[0].map((part) => heads.get(part.toLowerCase()));
    if (first.length > 1 && first.filter(Boolean).length * 2 > first.length) {
      names = first;
      lines = lines.slice(1);
      first.filter(Boolean).forEach((name) => show(name, true));
    }
    lines.forEach((line, place) => {
      if (place) row = rows()[rows().indexOf(row) + 1] || add(row);
      line.forEach((part, at) => {
        const target = names[at] && cellOf(row, names[at]);
        if (target) { put(target, part); forget(target); }
      });
    });
    changed();
    say(words.pasted.replace("%s", lines.length));
    names_of();
  });

  // -- scanning --------------------------------------------------------------------------------------------
  async function scan(field) {
    const text = field.value.trim();
    field.value = "";
    field.removeAttribute("data-bad");
    const code = root.dataset.code;
    const units = root.dataset.units;
    let found = { sku: text, label: "" };
    const known = rows().filter((row) => (cellOf(row, code)?.value || "") === text || row.dataset.scanned === text);
    if (!known.length) {
      const answer = await fetch(`${root.dataset.scanAt}?q=${encodeURIComponent(text)}`, { credentials: "same-origin" });
      found = answer.ok ? await answer.json() : {};
      if (!found.sku) {
        field.setAttribute("data-bad", "");
        say(words.unknown.replace("%s", text), true);
        tell(words.unknown.replace("%s", text));
        field.focus();
        return;
      }
    }
    const label = (row) => cellOf(row, "label")?.value || "";
    let row = known[0] || rows().find((r) => cellOf(r, code)?.value === found.sku && label(r) === (found.label || ""));
    if (!row) {
      row = rows().find((r) => cells(r).every((c) => !c.value)) || add();
      put(cellOf(row, code), found.sku);
      if (found.label && cellOf(row, "label")) put(cellOf(row, "label"), found.label);
      hint(cellOf(row, code), found.name || "");
    }
    if (text !== found.sku) row.dataset.scanned = text;
    const quantity = cellOf(row, units);
    quantity.value = String((parseInt(quantity.value, 10) || 0) + (found.units || 1));
    forget(quantity);
    rows().forEach((r) => r.classList.toggle("scanned", r === row));
    row.scrollIntoView({ block: "nearest" });
    say(`${cellOf(row, code).value}: ${quantity.value}`);
    tell(`${cellOf(row, code).value} ${quantity.value}`);
    changed();
    field.focus();
  }

  // -- names and suggestions -------------------------------------------------------------------------------
  let asked = 0;
  async function suggest(cell) {
    const mine = ++asked;
    const address = `${root.dataset.suggest}?what=${cell.dataset.what}&q=${encodeURIComponent(cell.value)}`;
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || mine !== asked) return;
    const { found } = await answer.json();
    list.replaceChildren(...found.map(([value, label]) => {
      const option = document.createElement("option");
      option.value = value;
      option.label = label ? `${value} · ${label}` : value;
      return option;
    }));
  }
  const hint = (cell, text) => { const place = cell?.parentElement.querySelector("[data-hint]"); if (place) place.textContent = text; };

  async function named(cell) {
    hint(cell, "");
    if (!cell.value.trim() || !root.dataset.scanAt) return;
    const answer = await fetch(`${root.dataset.scanAt}?q=${encodeURIComponent(cell.value.trim())}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    const found = await answer.json();
    if (!found.sku) return;
    if (found.sku !== cell.value.trim()) { cell.value = found.sku; changed(); }
    hint(cell, found.name || "");
  }
  async function names_of() {
    for (const cell of root.querySelectorAll('[data-cell][data-what="item"]')) {
      if (cell.value && !cell.parentElement.querySelector("[data-hint]")?.textContent && rows().length <= 60) await named(cell);
    }
  }

  let typing = null;
  root.addEventListener("input", (event) => {
    if (event.target.matches("[data-scan]")) return;
    if (event.target.matches("[data-column]")) return;
    forget(event.target);
    changed();
    if (event.target.dataset.what) {
      window.clearTimeout(typing);
      typing = window.setTimeout(() => suggest(event.target), 180);
    }
  });
  root.addEventListener("focusin", (event) => {
    if (event.target.dataset.what) { list.replaceChildren(); suggest(event.target); }
  });
  root.addEventListener("change", (event) => {
    if (event.target.matches("[data-column]")) show(event.target.dataset.column, event.target.checked);
    else if (event.target.dataset.what === "item" && event.target.dataset.cell) named(event.target);
  });
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-drop]")) drop(event.target.closest("tr"));
    else if (event.target.closest("[data-add]")) goTo(add());
    else if (event.target.closest("[data-all]")) {
      const expected = JSON.parse(root.dataset.expected || "{}");
      rows().forEach((row) => {
        const cell = cellOf(row, root.dataset.units);
        const units = expected[cellOf(row, root.dataset.code)?.value];
        if (cell && units && !cell.value) cell.value = units;
      });
      changed();
    }
  });

  function show(name, on) {
    root.querySelectorAll(`[data-head="${CSS.escape(name)}"], [data-sum="${CSS.escape(name)}"]`).forEach((cell) => { cell.hidden = !on; });
    rows().forEach((row) => { const cell = cellOf(row, name); if (cell) cell.closest("td").hidden = !on; });
    const box = root.querySelector(`[data-column="${CSS.escape(name)}"]`);
    if (box) box.checked = on;
  }

  // -- faults ----------------------------------------------------------------------------------------------
  function forget(field) {
    field.removeAttribute("aria-invalid");
    const place = field.closest("td, label")?.querySelector("[data-fault]");
    if (place) place.textContent = "";
  }
  function blame(faults) {
    root.querySelectorAll("[data-cell], [data-head-field]").forEach(forget);
    let first = null;
    for (const fault of faults) {
      const row = fault.row === null ? null : rows()[fault.row];
      const field = row ? cellOf(row, fault.column) || shown(row)[0] : root.querySelector(`[data-head-field="${CSS.escape(fault.column)}"]`);
      if (!field) continue;
      if (row && fault.column) show(fault.column, true);
      field.closest("details")?.setAttribute("open", "");
      field.setAttribute("aria-invalid", "true");
      const place = field.closest("td, label").querySelector("[data-fault]");
      if (place) place.textContent = fault.text;
      first = first || field;
    }
    first?.focus();
  }

  const effect = document.querySelector("[data-effect]");
  const tries = document.querySelector("[data-sheet-try]");
  const posts = document.querySelector("[data-sheet-post]");
  const late = document.querySelector("[data-sheet-late]");
  async function act(address, button) {
    button.disabled = true;
    say(words.working);
    await save();
    if (stopped) { button.disabled = false; return; }
    let done;
    try {
      done = await send(address, { late: Boolean(late?.checked) });
    } catch {
      say(words.offline, true);
      button.disabled = false;
      return;
    }
    button.disabled = false;
    if (done.told?.go) { dirty = false; window.location.assign(done.told.go); return; }
    blame(done.told?.faults || []);
    if (effect) effect.innerHTML = done.told?.html || "";
    if (late && done.told?.closed) late.closest("label").hidden = false;
    say(done.told?.problem || (done.ok ? "" : words.failed), !done.ok);
    tell(done.told?.problem || done.told?.said || "");
    if (done.ok && !done.told?.faults?.length && posts) posts.focus();
  }
  tries?.addEventListener("click", () => act(root.dataset.try, tries));
  posts?.addEventListener("click", () => act(root.dataset.post, posts));

  window.addEventListener("beforeunload", (event) => { if (dirty && !stopped && !readonly) { save(); event.preventDefault(); } });
  renumber();
  sums();
  names_of();
  if (!readonly) {
    const empty = [...root.querySelectorAll(".sheet-head > .sheet-field [data-required]")].find((field) => !field.value);
    const scanned = root.dataset.expected ? root.querySelector("[data-scan]") : null;
    const first = rows().map((row) => shown(row).find((cell) => !cell.value)).find(Boolean);
    (empty || scanned || first)?.focus({ preventScroll: true });
  }
}

document.querySelectorAll("[data-sheet]").forEach(startSheet);
