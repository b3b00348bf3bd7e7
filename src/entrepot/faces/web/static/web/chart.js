// Draws the charts of a page; the library is loaded only when one comes into view.
"use strict";

(() => {
  const library = document.currentScript.dataset.echarts;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const week = (text) => day.format(new Date(`${text}T00:00:00Z`));

  function demand(place, data) {
    const weeks = [...data.history, ...data.forecast].map((point) => point.week);
    const pad = data.history.map(() => null);
    const named = (text, dy) => ({ show: true, formatter: text, distance: 6, offset: [0, dy], fontSize: 12 });
    const last = data.history.at(-1)?.units ?? null;
    const low = [...pad, ...data.forecast.map((point) => point.low)];
    const band = [...pad, ...data.forecast.map((point) => point.high - point.low)];
    const mean = [...pad, ...data.forecast.map((point) => point.mean)];
    const fan = { type: "line", stack: "fan", symbol: "none", lineStyle: { opacity: 0 }, silent: true };
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--quiet") },
      grid: { left: 44, right: 92, top: 16, bottom: 26 },
      xAxis: { type: "category", data: weeks, axisLabel: { formatter: week, interval: Math.ceil(weeks.length / 8), color: colour("--quiet") }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", splitNumber: 3, splitLine: { lineStyle: { color: colour("--line-soft") } }, axisLabel: { color: colour("--quiet"), formatter: (value) => number.format(value) } },
      tooltip: { trigger: "axis", confine: true, formatter: (items) => tip(items, data, place) },
      series: [
        { ...fan, data: low },
        { ...fan, data: band, areaStyle: { color: colour("--accent"), opacity: .14 }, endLabel: band.some((width) => width > 0) ? named(place.dataset.range, -14) : undefined },
        { name: "sold", type: "line", step: "middle", symbol: "none", data: data.history.map((point) => point.out ? null : point.units), lineStyle: { color: colour("--ink"), width: 1.5 }, itemStyle: { color: colour("--ink") }, markArea: { silent: true, itemStyle: { color: "#f1e4d3", opacity: .7 }, label: { color: colour("--warn"), fontSize: 11, position: "insideTop" }, data: gaps(data.history, place.dataset.out) } },
        { name: "mean", type: "line", symbol: "none", data: mean, lineStyle: { color: colour("--accent"), width: 1.5, type: "dashed" }, itemStyle: { color: colour("--accent") }, endLabel: { ...named(place.dataset.expected, 4), color: colour("--accent") } },
      ],
      aria: { enabled: false },
      last,
    };
  }

  function gaps(history, label) {
    const areas = [];
    let open = null;
    history.forEach((point, index) => {
      if (point.out && open === null) open = index;
      if (open !== null && (!point.out || index === history.length - 1)) {
        const end = point.out ? index : Math.max(open, index - 1);
        areas.push([{ name: areas.length ? "" : label, xAxis: history[open].week }, { xAxis: history[Math.min(end + 1, history.length - 1)].week }]);
        open = null;
      }
    });
    return areas;
  }

  function tip(items, data, place) {
    const at = items[0].axisValue;
    const box = document.createElement("div");
    const line = (text) => { const row = document.createElement("div"); row.textContent = text; box.append(row); };
    line(week(at));
    const sold = data.history.find((point) => point.week === at);
    const coming = data.forecast.find((point) => point.week === at);
    if (sold) line(sold.out ? place.dataset.out : `${number.format(sold.units ?? 0)} ${place.dataset.sold}`);
    if (coming) line(`≈ ${number.format(coming.mean)} (${number.format(coming.low)}–${number.format(coming.high)}) ${place.dataset.expected}`);
    return box;
  }

  // History, weeks out of stock with what was thought wanted in them, one-off orders, and the fan of the coming weeks.
  function fan(place, data) {
    const weeks = [...data.history, ...data.fan].map((point) => point.week);
    const past = data.history.length;
    const pad = data.history.map(() => null);
    const rest = data.fan.map(() => null);
    const ahead = (read) => [...pad, ...data.fan.map(read)];
    const behind = (read) => [...data.history.map(read), ...rest];
    const silent = { type: "line", symbol: "none", lineStyle: { opacity: 0 }, silent: true };
    const band = (name, low, high, opacity, label) => [
      { ...silent, stack: name, data: low },
      { ...silent, stack: name, data: high.map((value, index) => value === null ? null : Math.max(0, value - low[index])), areaStyle: { color: colour("--accent"), opacity }, endLabel: label },
    ];
    const named = (text, dy, tint) => ({ show: place.clientWidth > 600, formatter: text, distance: 6, offset: [0, dy], fontSize: 12, color: tint });
    const narrow = place.clientWidth <= 600;
    // Weeks in a row with the same mark have one area and one word.
    const marks = [];
    data.fan.forEach((point, index) => {
      if (!point.mark) return;
      if (index && data.fan[index - 1].mark === point.mark) marks.at(-1)[1].xAxis = point.week;
      else marks.push([{ xAxis: point.week, name: point.mark }, { xAxis: point.week }]);
    });
    const leadEnd = data.fan[Math.min(data.lead, data.fan.length) - 1];
    const lead = leadEnd ? [[{ xAxis: data.fan[0].week, name: place.dataset.lead }, { xAxis: leadEnd.week }]] : [];
    const bulk = data.history.filter((point) => point.bulk > 0).map((point) => ({ coord: [point.week, point.sold ?? 0], value: point.bulk }));
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--quiet") },
      grid: { left: 44, right: narrow ? 12 : 118, top: 24, bottom: 26 },
      xAxis: { type: "category", data: weeks, axisLabel: { formatter: week, interval: Math.ceil(weeks.length / (narrow ? 4 : 9)), color: colour("--quiet") }, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", min: 0, splitNumber: 3, splitLine: { lineStyle: { color: colour("--line-soft") } }, axisLabel: { color: colour("--quiet"), formatter: (value) => number.format(value) } },
      tooltip: { trigger: "axis", confine: true, formatter: (items) => fanTip(items, data, place) },
      series: [
        ...band("wide", ahead((point) => point.q[0]), ahead((point) => point.q[4]), .13, named(place.dataset.range, -10, colour("--quiet"))),
        ...band("inner", ahead((point) => point.q[1]), ahead((point) => point.q[3]), .2),
        ...band("refilled", behind((point) => point.out ? point.low : null), behind((point) => point.out ? point.high : null), .18),
        { type: "line", symbol: "none", connectNulls: false, silent: true, data: behind((point) => point.out ? point.demand : null), lineStyle: { color: colour("--accent"), width: 1.25, type: "dotted" } },
        { name: "sold", type: "line", step: "middle", symbol: "none", data: behind((point) => point.out ? null : point.sold), lineStyle: { color: colour("--ink"), width: 1.25 }, itemStyle: { color: colour("--ink") },
          markPoint: { silent: true, symbol: "triangle", symbolSize: 8, itemStyle: { color: colour("--warn") }, label: { show: false }, data: bulk },
          markArea: { silent: true, itemStyle: { color: "#f1e4d3", opacity: .7 }, label: { color: colour("--warn"), fontSize: 11, position: "insideTop" }, data: gaps(data.history, place.dataset.out) } },
        ...(data.before ? [{ type: "line", symbol: "none", silent: true, data: [...pad, ...data.before], lineStyle: { color: colour("--quiet"), width: 1.25, type: "dotted" }, endLabel: named(place.dataset.before, 18, colour("--quiet")) }] : []),
        { name: "mean", type: "line", symbol: "none", data: ahead((point) => point.mean), lineStyle: { color: colour("--accent"), width: 1.75 }, itemStyle: { color: colour("--accent") }, endLabel: named(place.dataset.expected, 2, colour("--accent")),
          markArea: { silent: true, itemStyle: { color: colour("--accent"), opacity: .05 }, label: { color: colour("--accent"), fontSize: 11, position: "insideTopLeft" }, data: lead } },
        { type: "line", symbol: "none", silent: true, data: [...pad, ...rest], markArea: { silent: true, itemStyle: { color: "transparent", borderColor: colour("--quiet"), borderWidth: 1, borderType: "dotted" }, label: { color: colour("--quiet"), fontSize: 11, position: "top", distance: 2 }, data: marks } },
      ],
      aria: { enabled: false },
      past,
    };
  }

  function fanTip(items, data, place) {
    const at = items[0].axisValue;
    const box = document.createElement("div");
    const line = (text) => { const row = document.createElement("div"); row.textContent = text; box.append(row); };
    const span = (low, high) => `${number.format(low)}–${number.format(high)}`;
    line(week(at));
    const sold = data.history.find((point) => point.week === at);
    const coming = data.fan.find((point) => point.week === at);
    if (sold?.out) {
      line(place.dataset.out);
      if (sold.demand !== null) line(`≈ ${number.format(sold.demand)}${sold.low === null ? "" : ` (${span(sold.low, sold.high)})`} ${place.dataset.refilled}`);
    } else if (sold && sold.sold !== null) line(`${number.format(sold.sold)} ${place.dataset.sold}`);
    if (sold?.bulk) line(`${number.format(sold.bulk)} ${place.dataset.bulk}`);
    if (coming) {
      line(`≈ ${number.format(coming.mean)} ${place.dataset.expected}`);
      line(`${span(coming.q[0], coming.q[4])} ${place.dataset.range}`);
      if (coming.mark) line(coming.mark);
    }
    return box;
  }

  // Money out (down) by flow and in (up) by week, billed in full colour and expected pale, and what it comes to since now.
  function cash(place, data) {
    const tint = { suppliers: "--fam-purchase", freight: "--fam-first_leg", duty_tax: "--fam-duty_tax", other: "--fam-storage", payouts: "--fam-profit", tax_back: "--fam-first_leg" };
    const incoming = ["payouts", "tax_back"];
    const narrow = place.clientWidth <= 600;
    const used = data.flows.filter((flow) => [...flow.known, ...flow.expected].some((value) => value));
    const bar = (flow, values, opacity) => ({
      name: flow.name, type: "bar", stack: "cash", barWidth: "58%", silent: false, itemStyle: { color: colour(tint[flow.flow]), opacity },
      data: values.map((value) => (incoming.includes(flow.flow) ? value : -value)),
    });
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--quiet") },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: colour("--ink"), fontSize: 12 }, data: [...used.map((flow) => flow.name), data.running_name] },
      grid: { left: 8, right: 12, top: narrow ? 64 : 36, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: data.labels, axisLabel: { interval: narrow ? 3 : 0, color: colour("--quiet") }, axisTick: { show: false }, axisLine: { onZero: true, lineStyle: { color: colour("--line") } } },
      yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: colour("--line-soft") } }, axisLabel: { color: colour("--quiet"), formatter: (value) => compact.format(value / data.scale) } },
      tooltip: { trigger: "axis", confine: true, formatter: (items) => cashTip(items[0].dataIndex, used, data) },
      series: [
        ...used.flatMap((flow) => [bar(flow, flow.known, 1), bar(flow, flow.expected, .4)]),
        { name: data.running_name, type: "line", symbol: "none", data: data.running, lineStyle: { color: colour("--ink"), width: 1.75 }, itemStyle: { color: colour("--ink") } },
      ],
      aria: { enabled: false },
    };
  }
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });

  function cashTip(at, used, data) {
    const box = document.createElement("div");
    const line = (text) => { const row = document.createElement("div"); row.textContent = text; box.append(row); };
    line(data.labels[at]);
    used.filter((flow) => flow.known[at] || flow.expected[at]).forEach((flow) => line(`${flow.name}: ${flow.told[at]}`));
    line(`${data.running_name}: ${data.running_told[at]}`);
    return box;
  }

  const drawings = { demand, fan, cash };

  function draw(place) {
    const data = JSON.parse(document.getElementById(place.dataset.source).textContent);
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(drawings[place.dataset.chart](place, data));
    new ResizeObserver(() => chart.resize()).observe(place);
    place.dataset.drawn = "yes";
  }

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
