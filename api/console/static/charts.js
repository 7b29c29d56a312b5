// Draws the last day of one lift from the telemetry API. A signal nobody told is no error.
"use strict";
(() => {
  const box = document.getElementById("charts");
  if (!box) return;
  const DAY_S = 86400;
  const HEIGHT = 170;
  const api = `/v1/lifts/${box.dataset.lift}/telemetry`;
  const to = Math.ceil(Date.now() / 1000);
  const from = to - DAY_S;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = (value) => (typeof value === "number" ? value : null);
  const seconds = (item) => Date.parse(item.at) / 1000;
  const sync = uPlot.sync("day");

  async function read(kind, signals, step) {
    const query = new URLSearchParams({ kind, from: new Date(from * 1000).toISOString() });
    for (const name of signals) query.append("signal", name);
    if (step) query.set("step", step);
    const answer = await fetch(`${api}?${query}`);
    if (!answer.ok) throw new Error(`${kind}: ${answer.status}`);
    return (await answer.json()).items;
  }

  const column = (items, pick) => {
    const kept = items.map((item) => [seconds(item), pick(item)]).filter((pair) => pair[1] !== null);
    return [kept.map((pair) => pair[0]), kept.map((pair) => pair[1])];
  };
  const points = (items, name) => column(items, (item) => number(item[name]));
  const part = (items, name, of) => column(items, (item) => number(item[name]?.[of] ?? item[name]));

  function perHour(items) {
    const hours = new Map();
    for (let hour = Math.floor(from / 3600) * 3600; hour < to; hour += 3600) hours.set(hour, 0);
    for (const item of items) {
      const hour = Math.floor(seconds(item) / 3600) * 3600;
      if (hours.has(hour)) hours.set(hour, hours.get(hour) + 1);
    }
    return items.length ? [[...hours.keys()].map((hour) => hour + 1800), [...hours.values()]] : [[], []];
  }

  // Lines break where nothing was told for a while, instead of bridging it.
  function withGaps([times, values], longest) {
    const out = [[], []];
    times.forEach((at, k) => {
      if (k && at - times[k - 1] > longest) {
        out[0].push(times[k - 1] + 1);
        out[1].push(null);
      }
      out[0].push(at);
      out[1].push(values[k]);
    });
    return out;
  }

  const rides = () => read("ride", ["level_error_mm", "load_pct", "duration_s"]);
  const state = () => read("state", ["position_m", "machine_room_c", "car_c"], "10m");
  const doors = () => read("door", ["open_s", "close_s"]);
  const SPOTS = { paths: () => null, points: { show: true, size: 4 } };
  const LINE = { points: { show: false } };
  const RECIPES = {
    rides: { from: rides, lines: (items) => [perHour(items)], zero: true,
      draw: { paths: uPlot.paths.bars({ size: [0.8, 40] }), points: { show: false } }, fill: true },
    position: { from: state, unit: " m", band: true,
      lines: (items) => [part(items, "position_m", "max"), part(items, "position_m", "min")].map((line) => withGaps(line, 2400)),
      draw: { paths: uPlot.paths.stepped({ align: 1 }), ...LINE } },
    level: { from: rides, unit: " mm", lines: (items) => [points(items, "level_error_mm")], draw: SPOTS, limits: [-20, 20], room: 25 },
    doors: { from: doors, unit: " s", lines: (items) => [points(items, "open_s"), points(items, "close_s")], draw: SPOTS, zero: true },
    load: { from: rides, unit: " %", lines: (items) => [points(items, "load_pct")], draw: SPOTS, limits: [110], zero: true },
    heat: { from: state, unit: " °C", lines: (items) => ["machine_room_c", "car_c"].map((name) => withGaps(part(items, name, "mean"), 2400)), draw: LINE, limits: [40] },
  };

  function range(recipe) {
    return (plot, low, high) => {
      const edges = [low, high, ...(recipe.zero ? [0] : []), ...(recipe.room ? [-recipe.room, recipe.room] : [])];
      const told = edges.filter((edge) => typeof edge === "number");
      const bottom = Math.min(...told), top = Math.max(...told, bottom + 1);
      const spare = (top - bottom) * 0.08;
      return [recipe.zero && bottom >= 0 ? 0 : bottom - spare, top + spare];
    };
  }

  // The limits of a rule, where they lie within what is drawn.
  const limitsOf = (recipe) => (plot) => {
    for (const limit of recipe.limits || []) {
      const y = Math.round(plot.valToPos(limit, "y", true));
      if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) continue;
      plot.ctx.save();
      plot.ctx.strokeStyle = css("--s1");
      plot.ctx.setLineDash([6, 4]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(plot.bbox.left, y);
      plot.ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }
  };

  function series(recipe, names) {
    const colours = [css("--line-1"), css("--line-2")];
    const said = (plot, value) => (value == null ? "–" : `${+value.toFixed(1)}${recipe.unit || ""}`);
    const of = (label, colour) => ({ label, stroke: colour, width: 1.5, value: said, spanGaps: false,
      fill: recipe.fill ? css("--line-1-soft") : undefined, ...recipe.draw,
      ...(recipe.draw.points.show ? { points: { ...recipe.draw.points, fill: colour, stroke: colour } } : {}) });
    if (recipe.band) return [of(`${names[0]} ↑`, colours[0]), of(`${names[0]} ↓`, colours[0])];
    return names.map((name, k) => of(name, colours[k]));
  }

  function options(recipe, names, width) {
    const axis = { stroke: css("--quiet"), grid: { stroke: css("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    return {
      width, height: HEIGHT,
      cursor: { sync: { key: sync.key }, y: false },
      scales: { x: { time: true, range: (plot, low, high) => (plot.zoomed ? [low, high] : [from, to]) }, y: { range: range(recipe) } },
      axes: [{ ...axis, space: 60, size: 28, values: (plot, ticks) => ticks.map((at) => clock.format(at * 1000)) }, { ...axis, size: 44 }],
      series: [{ value: (plot, at) => (at == null ? "–" : clock.format(at * 1000)), label: " " }, ...series(recipe, names)],
      bands: recipe.band ? [{ series: [1, 2], fill: css("--line-1-soft") }] : [],
      hooks: {
        drawClear: [limitsOf(recipe)],
        setSelect: [(plot) => { plot.zoomed = plot.select.width > 0; }],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => { plot.zoomed = false; })],
      },
    };
  }

  function say(plot, text) {
    const told = document.createElement("p");
    told.className = "quiet";
    told.textContent = text;
    plot.replaceChildren(told);
  }

  function draw(figure, items) {
    const recipe = RECIPES[figure.dataset.chart];
    const plot = figure.querySelector(".plot");
    const lines = recipe.lines(items);
    if (!lines.some((line) => line[0].length)) return say(plot, plot.dataset.none);
    const data = lines.length > 1 ? uPlot.join(lines, lines.map(() => [1, 1])) : lines[0];
    plot.replaceChildren();
    figure.chart = new uPlot(options(recipe, figure.dataset.series.split("|"), plot.clientWidth), data, plot);
  }

  async function load() {
    const sources = new Map();
    for (const figure of box.querySelectorAll(".chart")) {
      const source = RECIPES[figure.dataset.chart].from;
      if (!sources.has(source)) sources.set(source, source());
      const plot = figure.querySelector(".plot");
      try {
        figure.items = await sources.get(source);
        draw(figure, figure.items);
      } catch (error) {
        say(plot, plot.dataset.failed);
      }
    }
    box.dataset.drawn = "true";
  }

  const redraw = () => {
    for (const figure of box.querySelectorAll(".chart")) {
      figure.chart?.destroy();
      figure.chart = null;
      if (figure.items) draw(figure, figure.items);
    }
  };
  let width = window.innerWidth;
  window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; redraw(); } });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  load();
})();
