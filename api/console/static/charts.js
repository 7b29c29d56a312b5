// Draws values over time: lines, spots, bars and bands, with limits, marks and gaps. It knows no
// page: `Charts.draw(box, spec)` is all, for a lift's day, its wear over weeks, and Grafana's panels.
//
// spec: from, to (s), height, lines [{label, at, values, how, colour, dash, of, loose}], bands [[above,
// below]],
// limits [{at, colour, label}], marks [{from, to, label, colour}], say (a value in words), zero, room, sync
"use strict";
const Charts = (() => {
  const ZONE = "Asia/Shanghai";
  const DAY_S = 86400;
  const HEIGHT = 170;
  const FONT = "12px system-ui, sans-serif";
  const LINES = 8;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const tone = (colour) => (colour.startsWith("--") ? css(colour) : colour);
  const line = (k) => css(`--line-${(k % LINES) + 1}`);
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hourCycle: "h23", ...options });
  const TWO = { month: "2-digit", day: "2-digit" };
  const PARTS = { year: "numeric", ...TWO, hour: "2-digit", minute: "2-digit" };
  const parts = format(PARTS);

  // A moment as people here write it: 03-02 14:05, with the year where it matters.
  function moment(at, span) {
    const told = Object.fromEntries(parts.formatToParts(at * 1000).map((one) => [one.type, one.value]));
    if (span <= 2 * DAY_S) return `${told.hour}:${told.minute}`;
    const day = `${told.month}-${told.day}`;
    if (span > 300 * DAY_S) return `${told.year}-${day}`;
    return span > 20 * DAY_S ? day : `${day} ${told.hour}:${told.minute}`;
  }

  // Under an axis there is less room: what all ticks share is left out.
  function ticks(plot, found) {
    const span = plot.scales.x.max - plot.scales.x.min;
    const apart = found.length > 1 ? found[1] - found[0] : span;
    return found.map((at) => {
      const told = moment(at, span > 2 * DAY_S && apart >= DAY_S ? Math.max(span, 21 * DAY_S) : span);
      return span > 300 * DAY_S ? told.slice(0, 7) : told;
    });
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

  const HOW = {
    line: () => ({ points: { show: false } }),
    spots: (colour) => ({ paths: () => null, points: { show: true, size: 4, fill: colour, stroke: colour } }),
    both: (colour) => ({ points: { show: true, size: 4, fill: colour, stroke: colour } }),
    steps: () => ({ paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } }),
    bars: (colour, one) => ({ paths: uPlot.paths.bars({ size: [0.8, 40] }), points: { show: false }, fill: one.told ? colour : `${colour}99` }),
  };

  // One value alone has no line: it is shown as a spot.
  function lineOf(spec, one, k) {
    const colour = one.colour ? tone(one.colour) : line(one.of ?? k);
    const told = one.values.filter((value) => value !== null).length;
    const how = !one.loose && (one.how || "line") === "line" && told < 40 ? "both" : one.how || "line";
    return {
      label: one.label, stroke: colour, width: one.width ?? 1.5, spanGaps: Boolean(one.bridge), dash: one.dash, auto: !one.loose,
      value: (plot, value, series, at) => {
        const own = one.told && at !== null ? one.told[at] : value; // of a stack its own part
        if (own == null) return plot.cursor.idx == null ? "" : "–";
        return spec.say(own);
      },
      ...HOW[how](colour, one),
    };
  }

  function range(spec) {
    const told = (loose) => spec.lines.filter((one) => Boolean(one.loose) === loose).flatMap((one) => one.values).filter((value) => value !== null);
    const near = Math.max(...told(false).map(Math.abs), 0) * 3;
    const loose = told(true).filter((value) => Math.abs(value) <= near / 2);
    const shown = (spec.limits || []).map((one) => one.at).filter((at) => spec.show === "limits" && Math.abs(at) <= near);
    return (plot, low, high) => {
      const edges = [low, high, ...shown, ...(loose.length ? [Math.min(...loose), Math.max(...loose)] : []), ...(spec.zero ? [0] : []), ...(spec.room ? [-spec.room, spec.room] : [])];
      const kept = edges.filter((edge) => typeof edge === "number");
      if (!kept.length) return [0, 1];
      const bottom = Math.min(...kept);
      const highest = Math.max(...kept);
      const top = highest > bottom ? highest : bottom + (Math.abs(bottom) * 0.2 || 1);
      const spare = (top - bottom) * 0.1;
      return [spec.zero && bottom >= 0 ? 0 : bottom - spare, top + spare];
    };
  }

  function stroke(plot, colour, dash, draw) {
    plot.ctx.save();
    plot.ctx.strokeStyle = plot.ctx.fillStyle = colour;
    plot.ctx.setLineDash(dash.map((one) => one * devicePixelRatio));
    plot.ctx.lineWidth = devicePixelRatio;
    plot.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    draw(plot.ctx, plot.bbox);
    plot.ctx.restore();
  }

  function through(context, x0, y0, x1, y1) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  // The limits of a rule, where they lie within what is drawn; two of one place share a word.
  const limitsOf = (spec) => (plot) => {
    const taken = [];
    for (const limit of spec.limits || []) {
      const y = Math.round(plot.valToPos(limit.at, "y", true));
      if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) continue;
      stroke(plot, tone(limit.colour || "--s1"), limit.dash || [6, 4], (context, box) => {
        through(context, box.left, y, box.left + box.width, y);
        const near = taken.some((at) => Math.abs(at - y) < 13 * devicePixelRatio);
        if (!limit.label || near) return;
        taken.push(y);
        context.textAlign = "right";
        const above = y - 4 * devicePixelRatio;
        context.fillText(limit.label, box.left + box.width - 3, above < box.top + 10 * devicePixelRatio ? y + 12 * devicePixelRatio : above);
      });
    }
  };

  // What happened when: a line from top to bottom, with a shade as long as it lasted.
  const marksOf = (spec) => (plot) => {
    let free = 0;
    for (const mark of spec.marks || []) {
      const from = plot.valToPos(mark.from, "x", true);
      const to = mark.to ? plot.valToPos(mark.to, "x", true) : from;
      stroke(plot, tone(mark.colour || "--quiet"), [3, 3], (context, box) => {
        const left = Math.max(from, box.left), right = Math.min(to, box.left + box.width);
        if (right < box.left || left > box.left + box.width) return;
        context.globalAlpha = 0.08;
        if (right > left) context.fillRect(left, box.top, right - left, box.height);
        context.globalAlpha = 0.8;
        if (from >= box.left) through(context, left, box.top, left, box.top + box.height);
        if (!mark.label || left < free) return;
        const width = context.measureText(mark.label).width;
        const back = left + width + 6 > box.left + box.width;
        context.globalAlpha = 1;
        context.textAlign = back ? "right" : "left";
        context.fillText(mark.label, left + (back ? -4 : 4), box.top + box.height - 5 * devicePixelRatio);
        free = left + width + 10 * devicePixelRatio;
      });
    }
  };

  function options(spec, width) {
    const axis = { stroke: css("--quiet"), grid: { stroke: css("--grid"), width: 1 }, ticks: { show: false }, font: FONT };
    const shown = (plot) => plot.scales.x.max - plot.scales.x.min;
    return {
      width, height: spec.height || HEIGHT,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), ZONE),
      cursor: { sync: spec.sync ? { key: spec.sync } : undefined, y: false },
      scales: { x: { time: true, range: (plot, low, high) => (plot.zoomed ? [low, high] : [spec.from, spec.to]) }, y: { range: range(spec) } },
      axes: [
        { ...axis, space: 70, size: 28, values: ticks },
        { ...axis, size: spec.wide || 52, values: (plot, found) => found.map((value) => (spec.tick || String)(value)) },
      ],
      series: [{ value: (plot, at) => (at == null ? "" : moment(at, shown(plot))), label: " " }, ...spec.lines.map((one, k) => lineOf(spec, one, k))],
      bands: (spec.bands || []).map((pair) => ({ series: pair, fill: css("--line-1-soft") })),
      hooks: {
        drawClear: [marksOf(spec), limitsOf(spec)],
        setSelect: [(plot) => { plot.zoomed = plot.select.width > 0; }],
        ready: [(plot) => plot.over.addEventListener("dblclick", () => { plot.zoomed = false; })],
      },
    };
  }

  function say(box, text) {
    const told = document.createElement("p");
    told.className = "quiet";
    told.textContent = text;
    box.replaceChildren(told);
  }

  // Draws into a box, or says there what to say of nothing; gives back the plot, if there is one.
  function draw(box, spec) {
    const told = spec.lines.filter((one) => one.values.some((value) => value !== null));
    if (!told.length) {
      say(box, spec.none);
      return null;
    }
    const tables = spec.lines.map((one) => [one.at, one.values]);
    const data = tables.length > 1 ? uPlot.join(tables, tables.map(() => [1, 1])) : tables[0];
    box.replaceChildren();
    return new uPlot(options({ say: String, ...spec }, box.clientWidth), data, box);
  }

  // Drawn anew when the width or the colours change.
  function redrawn(redraw) {
    let width = window.innerWidth;
    window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; redraw(); } });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  return { draw, say, moment, withGaps, redrawn, tone };
})();
