// Charts of the plan and of scenarios: cash by week, stock with and without a line, spreads of cost, curves of stock and cash.
"use strict";

(() => {
  const library = document.currentScript.dataset.echarts;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const week = (text) => /^\d{4}-/.test(text) ? day.format(new Date(`${text}T00:00:00Z`)) : text;
  const LINES = ["#0f5c8c", "#b5541c", "#5d4a9c", "#2f7d4f", "#8a6d00", "#7a2f55"];
  const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3], "dashed", "dotted"];

  function frame(place, weeks, right) {
    const narrow = place.clientWidth <= 600;
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--quiet") },
      grid: { left: 52, right: narrow ? 12 : right, top: 20, bottom: 26 },
      xAxis: { type: "category", data: weeks, axisLabel: { formatter: week, interval: Math.ceil(weeks.length / (narrow ? 4 : 8)), color: colour("--quiet") }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", splitNumber: 3, splitLine: { lineStyle: { color: colour("--line-soft") } }, axisLabel: { color: colour("--quiet"), formatter: (value) => short.format(value) } },
      aria: { enabled: false },
    };
  }

  const named = (place, text, tint, dy = 0) => ({ show: place.clientWidth > 600, formatter: text, distance: 6, offset: [0, dy], fontSize: 12, color: tint });

  function tooltip(rows) {
    return { trigger: "axis", confine: true, formatter: (items) => {
      const box = document.createElement("div");
      const line = (text) => { const row = document.createElement("div"); row.textContent = text; box.append(row); };
      line(week(items[0].axisValue));
      for (const [label, values] of rows) {
        const value = values[items[0].dataIndex];
        if (value !== null && value !== undefined) line(`${label}: ${number.format(value)}`);
      }
      return box;
    } };
  }

  function cash(place, data) {
    const { owed, planned, later, total, budget } = place.dataset;
    const bar = (name, values, tint) => ({ name, type: "bar", stack: "week", data: values, itemStyle: { color: tint }, barMaxWidth: 18 });
    return {
      ...frame(place, data.weeks, 76),
      tooltip: tooltip([[owed, data.owed], [planned, data.planned], [later, data.later || []], [total, data.total], [budget, data.budget || []]]),
      series: [
        bar(owed, data.owed, "#9aa5b1"), bar(planned, data.planned, colour("--accent")),
        ...(data.later ? [bar(later, data.later, "#b9cfdc")] : []),
        { name: total, type: "line", symbol: "none", data: data.total, lineStyle: { color: colour("--ink"), width: 1.5 }, endLabel: named(place, total, colour("--ink")), labelLayout: { moveOverlap: "shiftY" } },
        ...(data.budget ? [{ name: budget, type: "line", step: "end", symbol: "none", data: data.budget, lineStyle: { color: colour("--danger"), width: 1.25, type: "dashed" }, endLabel: named(place, budget, colour("--danger")), labelLayout: { moveOverlap: "shiftY" } }] : []),
      ],
    };
  }

  function band(low, high, tint, opacity, name) {
    const silent = { type: "line", stack: name, symbol: "none", lineStyle: { opacity: 0 }, silent: true };
    return [{ ...silent, data: low }, { ...silent, data: high.map((value, index) => value - low[index]), areaStyle: { color: tint, opacity } }];
  }

  function line(place, data) {
    const words = place.dataset;
    return {
      ...frame(place, data.weeks, 118),
      tooltip: tooltip([[words.stock, data.stock], [words.nothing, data.stock_nothing], [words.demand, data.demand], [words.coming, data.coming], [words.from, data.from_line]]),
      series: [
        ...band(data.stock_low, data.stock_high, colour("--accent"), .14, "stock"),
        { type: "bar", stack: "in", data: data.coming, itemStyle: { color: "#9aa5b1" }, barMaxWidth: 14 },
        { type: "bar", stack: "in", data: data.from_line, itemStyle: { color: colour("--accent"), opacity: .55 }, barMaxWidth: 14 },
        ...band(data.demand_low, data.demand_high, colour("--warn"), .12, "demand"),
        { type: "line", symbol: "none", data: data.demand, lineStyle: { color: colour("--warn"), width: 1.25, type: "dotted" }, endLabel: named(place, words.demand, colour("--warn")), labelLayout: { moveOverlap: "shiftY" } },
        { type: "line", symbol: "none", data: data.stock_nothing, lineStyle: { color: colour("--quiet"), width: 1.25, type: "dashed" }, endLabel: named(place, words.nothing, colour("--quiet")), labelLayout: { moveOverlap: "shiftY" } },
        { type: "line", symbol: "none", data: data.stock, lineStyle: { color: colour("--accent"), width: 1.75 }, endLabel: named(place, words.stock, colour("--accent")), labelLayout: { moveOverlap: "shiftY" } },
      ],
    };
  }

  // One curve a way of ordering, the band of the first.
  function curves(place, data) {
    const first = data.ways[0];
    return {
      ...frame(place, data.weeks, 150),
      tooltip: tooltip(data.ways.map((way) => [way.name, way.mean])),
      series: [
        ...(first.low ? band(first.low, first.high, LINES[0], .12, "first") : []),
        ...data.ways.map((way, index) => ({ type: "line", symbol: "none", data: way.mean, lineStyle: { color: LINES[index % 6], width: 1.75, type: DASHES[index % 6] }, itemStyle: { color: LINES[index % 6] }, endLabel: named(place, way.name, LINES[index % 6]), labelLayout: { moveOverlap: "shiftY" } })),
      ],
    };
  }

  // How the cost of the futures spreads: a histogram by cost, one outline a way, with the middle future of each marked.
  function spread(place, data) {
    const plain = frame(place, data.bins.map((value) => short.format(value)), 40);
    return {
      ...plain,
      legend: { top: 0, left: 0, itemWidth: 26, itemHeight: 2, textStyle: { color: colour("--quiet") } },
      color: LINES,
      grid: { ...plain.grid, top: 44 },
      tooltip: tooltip(data.ways.map((way) => [way.name, way.share])),
      series: data.ways.map((way, index) => ({ type: "line", step: "middle", symbol: "none", name: way.name, data: way.share, markLine: { silent: true, symbol: "none", label: { show: false }, data: [{ xAxis: way.middle }], lineStyle: { color: LINES[index % 6], width: 1, type: "dashed" } }, areaStyle: { color: LINES[index % 6], opacity: .08 }, lineStyle: { color: LINES[index % 6], width: 1.75, type: DASHES[index % 6] } })),
    };
  }

  const drawings = { cash, line, curves, spread };
  let loading = null;
  function load() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return loading;
  }
  function draw(place) {
    const data = JSON.parse(document.getElementById(place.dataset.source).textContent);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(drawings[place.dataset.chart](place, data));
    new ResizeObserver(() => chart.resize()).observe(place);
    place.dataset.drawn = "yes";
  }
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      load().then(() => draw(entry.target));
    }
  }, { rootMargin: "200px" });
  const watch = () => document.querySelectorAll("[data-chart]:not([data-drawn])").forEach((place) => seen.observe(place));
  watch();
  document.addEventListener("htmx:after:swap", watch);
})();
