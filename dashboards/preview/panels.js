// A dashboard's panels on its grid, drawn from the answers to their queries. Curves are drawn by the
// console's `Charts`; what Grafana's own words for units, limits, mappings and links mean is here.
"use strict";
(() => {
  const board = JSON.parse(document.getElementById("board").textContent);
  const said = board.said;
  const COLOURS = { green: "--ok", red: "--s1", "dark-red": "--s1", orange: "--s2", yellow: "--s3", blue: "--line-1", gray: "--quiet" };
  const ROWS_SHOWN = 60;
  const DAY = 86400;
  const tone = (colour) => COLOURS[colour] || colour || "";
  const css = (colour) => (tone(colour).startsWith("--") ? `var(${tone(colour)})` : tone(colour));
  const round = (value, most) => String(+value.toFixed(most));

  function element(name, words = {}, ...inside) {
    const made = document.createElement(name);
    Object.assign(made, words);
    made.append(...inside);
    return made;
  }

  function number(value) {
    const size = Math.abs(value);
    if (size >= 1000) return value.toLocaleString("en-GB", { maximumFractionDigits: 0 });
    return round(value, size >= 100 ? 1 : size >= 1 ? 2 : 4);
  }

  function lasting(seconds, most = 2) {
    const size = Math.abs(seconds);
    if (size < 60) return `${round(seconds, most)} s`;
    if (size < 3600) return `${round(seconds / 60, 1)} min`;
    return size < 2 * DAY ? `${round(seconds / 3600, 1)} h` : `${round(seconds / DAY, 1)} ${said.days}`;
  }

  function ago(ms) {
    const seconds = (board.to - ms) / 1000;
    return seconds < 1 ? said.now : `${lasting(seconds, 0)} ${said.ago}`;
  }

  const moment = (ms) => Charts.moment(ms / 1000, 400 * DAY) + " " + Charts.moment(ms / 1000, DAY);
  const UNITS = {
    s: lasting, d: (value) => `${round(value, 1)} ${said.days}`, m: (value) => `${round(value, 1)} min`,
    percentunit: (value) => `${round(100 * value, 2)}%`, velocityms: (value) => `${round(value, 2)} m/s`,
    lengthmm: (value) => `${round(value, 1)} mm`, celsius: (value) => `${round(value, 1)} °C`,
    ops: (value) => `${number(value)} /s`, dateTimeAsLocal: moment, dateTimeFromNow: ago,
    currencyCNY: (value) => `¥${value.toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
  };

  function inUnit(unit) {
    if (unit?.startsWith("suffix:")) return (value) => `${number(value)} ${unit.slice(7).trim()}`;
    return UNITS[unit] || number;
  }

  // A field's properties: the panel's defaults, and what overrides say of its name.
  function propertiesOf(panel, name) {
    const found = { ...panel.fieldConfig.defaults };
    for (const { matcher, properties } of panel.fieldConfig.overrides) {
      const pattern = matcher.options;
      const fits = matcher.id === "byName" ? pattern === name : new RegExp(pattern.slice(1, pattern.lastIndexOf("/"))).test(name);
      if (fits) for (const one of properties) found[one.id] = one.value;
    }
    return found;
  }

  function limitOf(properties, value) {
    const steps = properties.thresholds?.steps || [];
    return [...steps].reverse().find((step) => step.value === null || step.value === undefined || value >= step.value)?.color;
  }

  // A value in words with its colour: mapped, in its unit, or as it is.
  function shown(properties, value, type) {
    if (value === null || value === undefined) return { text: "" };
    for (const { type: how, options } of properties.mappings || []) {
      const mapped = how === "value" ? options[String(value)] : options.result;
      const pattern = how === "regex" ? new RegExp(options.pattern) : null;
      if (pattern?.test(value)) return { text: String(value).replace(pattern, mapped.text), colour: mapped.color };
      if (!pattern && mapped) return { text: mapped.text, colour: mapped.color };
    }
    if (type === "time") return { text: inUnit(properties.unit || "dateTimeAsLocal")(value) };
    if (typeof value !== "number") return { text: String(value) };
    return { text: inUnit(properties.unit)(value), colour: properties.thresholds ? limitOf(properties, value) : "" };
  }

  function linkOf(properties, value, row) {
    const [link] = properties.links || [];
    if (!link) return null;
    const url = link.url.replace("${__value.raw}", encodeURIComponent(value)).replace(/\$\{__data\.fields\.(\w+)\}/g, (_, name) => encodeURIComponent(row[name]));
    const page = url.match(/^\/d\/([\w-]+)/);
    return page ? `${page[1]}.html` : url.replace("${console}", board.console);
  }

  function gauge(text, share, colour) {
    const bar = element("i");
    bar.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    if (colour) bar.style.background = css(colour);
    return element("div", { className: "gauge" }, element("div", {}, bar), element("b", { textContent: text }));
  }

  function cell(column, k, row) {
    const { field, properties } = column;
    const value = field.values[k];
    const { text, colour } = shown(properties, value, field.type);
    const url = value === null ? null : linkOf(properties, value, row);
    const made = element("td");
    if (properties["custom.cellOptions"]?.type === "gauge") made.append(gauge(text, value / column.most));
    else made.append(url ? element("a", { href: url, textContent: text }) : text);
    if (colour && properties["custom.cellOptions"]) made.firstChild.nodeType === 1 ? made.firstChild.style.color = css(colour) : made.style.color = css(colour);
    if (field.type === "number" && !properties.mappings) made.className = "number";
    if (field.type === "time") made.className = "moment";
    return made;
  }

  // By the column that the panel is sorted by, or as the rows came.
  function order(panel, columns, many) {
    const places = Array.from({ length: many }, (_, k) => k);
    const [by] = panel.options.sortBy || [];
    const column = columns.find(({ field, properties }) => by && by.displayName === (properties.displayName || field.name));
    if (!column) return places;
    const { values } = column.field;
    return places.sort((a, b) => (values[a] > values[b] ? 1 : -1) * (by.desc ? -1 : 1));
  }

  function table(panel, body) {
    const fields = panel.frames[0] || [];
    const many = fields[0]?.values.length || 0;
    if (!many) return Charts.say(body, panel.fieldConfig.defaults.noValue || said.none);
    const columns = fields.map((field) => ({ field, properties: propertiesOf(panel, field.name) }))
      .filter(({ properties }) => !properties["custom.hidden"] && !properties["custom.hideFrom"]?.viz)
      .map((one) => ({ ...one, most: Math.max(...one.field.values.map(Number), 1) }));
    const head = element("tr", {}, ...columns.map(({ field, properties }) => {
      const made = element("th", { scope: "col", textContent: properties.displayName || field.name });
      if (properties["custom.width"]) made.style.width = `${properties["custom.width"]}px`;
      if (field.type === "number" && !properties.mappings && !properties["custom.cellOptions"]?.type?.includes("gauge")) made.className = "number";
      return made;
    }));
    const rows = order(panel, columns, many).slice(0, ROWS_SHOWN).map((k) => {
      const row = Object.fromEntries(fields.map((field) => [field.name, field.values[k]]));
      return element("tr", {}, ...columns.map((column) => cell(column, k, row)));
    });
    body.replaceChildren(element("table", { className: "cells" }, element("thead", {}, head), element("tbody", {}, ...rows)));
    if (many > ROWS_SHOWN) body.append(element("p", { className: "quiet", textContent: `+ ${many - ROWS_SHOWN} ${said.more}` }));
  }

  function stat(panel, body) {
    const field = panel.frames[0]?.find((one) => one.type === "number");
    const value = field?.values.filter((one) => one !== null).at(-1);
    const properties = propertiesOf(panel, field?.name || "");
    if (value === undefined) return Charts.say(body, properties.noValue || said.none);
    const { text, colour } = shown(properties, value, "number");
    const made = element("div", { className: "stat", textContent: text });
    made.style.color = css(colour);
    body.replaceChildren(made);
  }

  function bars(panel, body) {
    const [words, numbers] = ["string", "number"].map((type) => panel.frames[0]?.find((field) => field.type === type));
    if (!numbers?.values.length) return Charts.say(body, panel.fieldConfig.defaults.noValue || said.none);
    const properties = propertiesOf(panel, numbers.name);
    const most = Math.max(...numbers.values, 1);
    const rows = numbers.values.flatMap((value, k) => {
      const { text, colour } = shown(properties, value, "number");
      return [element("span", { textContent: words ? words.values[k] : "" }), gauge(text, value / most, colour)];
    });
    body.replaceChildren(element("div", { className: "bars" }, ...rows));
  }

  function states(panel, body) {
    const [time, told] = panel.frames[0] || [];
    if (!told?.values.length) return Charts.say(body, panel.fieldConfig.defaults.noValue || said.none);
    const properties = propertiesOf(panel, told.name);
    const spans = [];
    told.values.forEach((value, k) => {
      const to = time.values[k + 1] ?? panel.to;
      if (spans.length && spans.at(-1).value === value) spans.at(-1).to = to;
      else spans.push({ value, from: time.values[k], to });
    });
    const place = (at) => (100 * (at - panel.from)) / (panel.to - panel.from);
    const strip = element("div", { className: "strip" }, ...spans.map((span) => {
      const { text, colour } = shown(properties, span.value, told.type);
      const made = element("span", { textContent: text, title: text });
      made.style.cssText = `left: ${place(span.from)}%; width: ${place(span.to) - place(span.from)}%; background: ${css(colour) || "var(--line-1)"}`;
      return made;
    }));
    const times = [0, 0.25, 0.5, 0.75, 1].map((share) => panel.from + share * (panel.to - panel.from));
    body.replaceChildren(strip, element("div", { className: "strip-times" }, ...times.map((at) => element("span", { textContent: Charts.moment(at / 1000, (panel.to - panel.from) / 1000) }))));
  }

  // Bars over one another: each stands on those before it, the whole is drawn first.
  function stacked(lines) {
    const at = [...new Set(lines.flatMap((one) => one.at))].sort((a, b) => a - b);
    const sums = at.map(() => 0);
    return lines.map((one, k) => {
      const own = new Map(one.at.map((time, n) => [time, one.values[n]]));
      const told = at.map((time) => own.get(time) ?? 0);
      told.forEach((value, n) => { sums[n] += value; });
      return { ...one, at, told, values: [...sums], of: k };
    }).reverse();
  }

  function curves(panel, body) {
    const defaults = panel.fieldConfig.defaults;
    const custom = defaults.custom || {};
    const say = inUnit(defaults.unit);
    const how = custom.drawStyle === "bars" ? "bars" : "line";
    const lines = panel.frames.map(([time, field], k) => ({
      label: propertiesOf(panel, field.name).displayName || field.name, of: k, how,
      at: time.values.map((at) => at / 1000), values: field.values,
    }));
    const drawn = custom.stacking?.mode === "normal" ? stacked(lines) : lines;
    const limits = custom.thresholdsStyle?.mode === "line" ? defaults.thresholds.steps.filter((step) => typeof step.value === "number") : [];
    const box = element("div", { className: "plot" });
    const height = Math.max(body.clientHeight - (lines.length > 6 ? 58 : 36), 90);
    body.replaceChildren(box);
    panel.chart = Charts.draw(box, {
      from: panel.from / 1000, to: panel.to / 1000, height, say, tick: say, sync: "board", lines: drawn,
      zero: defaults.min === 0, none: defaults.noValue || said.none, wide: 64, show: "limits",
      limits: limits.map((step) => ({ at: step.value, colour: tone(step.color), label: say(step.value) })),
      marks: board.marks.map((mark) => ({ from: mark.from / 1000, to: mark.to / 1000, colour: tone(mark.colour) })),
    });
  }

  const DRAW = { table, stat, bargauge: bars, "state-timeline": states, timeseries: curves };
  function draw() {
    for (const panel of board.panels) {
      panel.chart?.destroy();
      const body = document.getElementById(`panel-${panel.id}`);
      if (panel.error) Charts.say(body, `${said.failed}: ${panel.error}`);
      else DRAW[panel.type](panel, body);
    }
  }

  function frame(panel) {
    const { x, y, w, h } = panel.gridPos;
    const title = element("h2", { textContent: panel.title });
    if (panel.description) title.append(element("small", { textContent: panel.description }));
    const made = element("section", { className: "panel" }, title, element("div", { className: "body", id: `panel-${panel.id}` }));
    made.style.gridArea = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
    return made;
  }

  const chosen = board.variables.map((one) => `${one.label}: ${one.text}`);
  const span = `${moment(board.from)} – ${moment(board.to)}`;
  const head = element("div", { className: "board-head" }, element("h1", { textContent: board.title }),
    ...[span, ...chosen, ...board.trouble, said.preview].map((text) => element("span", { className: "quiet", textContent: text })));
  document.getElementById("main").append(head, element("div", { className: "board" }, ...board.panels.map(frame)));
  draw();
  Charts.redrawn(draw);
  document.body.dataset.drawn = "true";
})();
