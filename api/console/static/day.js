// The last day of one lift, from the telemetry API. A signal nobody told is no error.
"use strict";
(() => {
  const box = document.getElementById("charts");
  if (!box) return;
  const DAY_S = 86400;
  const AGAIN_MS = 5000;
  const api = `/v1/lifts/${encodeURIComponent(box.dataset.lift)}/telemetry`;
  const to = Math.ceil(Date.now() / 1000);
  const from = to - DAY_S;
  const number = (value) => (typeof value === "number" ? value : null);
  const seconds = (item) => Date.parse(item.at) / 1000;

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
  const broken = (line) => Charts.withGaps(line, 2400);

  function perHour(items) {
    const hours = new Map();
    for (let hour = Math.floor(from / 3600) * 3600; hour < to; hour += 3600) hours.set(hour, 0);
    for (const item of items) {
      const hour = Math.floor(seconds(item) / 3600) * 3600;
      if (hours.has(hour)) hours.set(hour, hours.get(hour) + 1);
    }
    return items.length ? [[...hours.keys()].map((hour) => hour + 1800), [...hours.values()]] : [[], []];
  }

  const rides = () => read("ride", ["level_error_mm", "load_pct", "duration_s"]);
  const state = () => read("state", ["position_m", "machine_room_c", "car_c"], "10m");
  const doors = () => read("door", ["open_s", "close_s"]);
  const RECIPES = {
    rides: { from: rides, lines: (items) => [perHour(items)], zero: true, how: "bars" },
    position: { from: state, unit: " m", band: true, how: "steps",
      lines: (items) => [part(items, "position_m", "max"), part(items, "position_m", "min")].map(broken) },
    level: { from: rides, unit: " mm", lines: (items) => [points(items, "level_error_mm")], how: "spots", limits: [-20, 20], room: 25 },
    doors: { from: doors, unit: " s", lines: (items) => [points(items, "open_s"), points(items, "close_s")], how: "spots", zero: true },
    load: { from: rides, unit: " %", lines: (items) => [points(items, "load_pct")], how: "spots", limits: [110], zero: true },
    heat: { from: state, unit: " °C", lines: (items) => ["machine_room_c", "car_c"].map((name) => broken(part(items, name, "mean"))), limits: [40] },
  };

  function specOf(figure, items) {
    const recipe = RECIPES[figure.dataset.chart];
    const names = figure.dataset.series.split("|");
    const labels = recipe.band ? [`${names[0]} ↑`, `${names[0]} ↓`] : names;
    return {
      from, to, sync: "day", zero: recipe.zero, room: recipe.room, none: figure.querySelector(".plot").dataset.none,
      say: (value) => `${+value.toFixed(1)}${recipe.unit || ""}`,
      lines: recipe.lines(items).map(([at, values], k) => ({ at, values, label: labels[k], how: recipe.how, of: recipe.band ? 0 : k })),
      bands: recipe.band ? [[1, 2]] : [],
      limits: (recipe.limits || []).map((at) => ({ at })),
    };
  }

  function draw(figure) {
    figure.chart?.destroy();
    figure.chart = figure.items ? Charts.draw(figure.querySelector(".plot"), specOf(figure, figure.items)) : null;
  }

  // What cannot be read is said, and asked for again until it can: nobody has to reload.
  async function load(figures) {
    const sources = new Map();
    const failed = [];
    for (const figure of figures) {
      const source = RECIPES[figure.dataset.chart].from;
      if (!sources.has(source)) sources.set(source, source());
      try {
        figure.items = await sources.get(source);
        draw(figure);
      } catch (error) {
        failed.push(figure);
        const plot = figure.querySelector(".plot");
        Charts.say(plot, plot.dataset.failed);
      }
    }
    box.dataset.drawn = failed.length ? "waiting" : "true";
    if (failed.length) setTimeout(() => load(failed), AGAIN_MS);
  }

  const all = [...box.querySelectorAll(".chart")];
  Charts.redrawn(() => all.forEach(draw));
  load(all);
})();
