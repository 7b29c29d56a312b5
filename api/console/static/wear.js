// What wears, over weeks: the piece is loaded once the page stands, and drawn by `Charts`. While it
// cannot be read it says so and asks again, so that nobody has to reload.
"use strict";
(() => {
  const box = document.getElementById("wear");
  if (!box) return;
  const AGAIN_MS = 5000;
  const words = box.dataset;
  const FLAT = [1, 0];
  let waiting = null;

  function specOf(figure, data) {
    const unit = figure.dataset.unit;
    const say = (value) => `${+value.toFixed(Math.abs(value) < 1 ? 3 : 2)}${unit === "%" ? "%" : ` ${unit}`}`;
    const lines = [{ label: words.mean, at: data.at, values: data.mean }];
    const wide = data.low.some((value) => value !== null);
    if (wide) {
      lines.push({ label: words.high, at: data.at, values: data.high, of: 0, width: 0, loose: true });
      lines.push({ label: words.low, at: data.at, values: data.low, of: 0, width: 0, loose: true });
    }
    if (data.forecast.length) {
      lines.push({ label: words.forecast, at: data.forecast.map((one) => one[0]), values: data.forecast.map((one) => one[1]), colour: "--line-2", dash: [4, 4], bridge: true });
    }
    const limits = data.limits.map(({ at, grave }) => ({ at, colour: grave ? "--s1" : "--s2", label: `${words.limit} ${say(at)}` }));
    if (data.usual !== null) limits.push({ at: data.usual, colour: "--quiet", dash: FLAT, label: `${words.usual} ${say(data.usual)}` });
    return {
      from: data.from, to: data.to, height: 190, say, tick: say, wide: 66, lines, limits, show: "limits", room: data.room, none: words.none, sync: "wear",
      bands: wide ? [[2, 3]] : [],
      marks: [...data.replaced.map((mark) => ({ ...mark, colour: "--ok" })), ...data.since.map((mark) => ({ ...mark, colour: "--s2" }))],
    };
  }

  function draw() {
    for (const figure of box.querySelectorAll(".chart")) {
      figure.chart?.destroy();
      const data = JSON.parse(figure.querySelector("script").textContent);
      figure.chart = Charts.draw(figure.querySelector(".plot"), specOf(figure, data));
    }
  }

  function follow(floor) {
    document.getElementById("wear-floor")?.addEventListener("change", (event) => load(event.target.value, true));
    if (floor) document.getElementById("wear-floor")?.focus();
  }

  async function load(floor, chosen) {
    clearTimeout(waiting);
    const query = floor ? `?floor=${floor}` : "";
    try {
      const answer = await fetch(`/console/lifts/${encodeURIComponent(words.lift)}/wear${query}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      box.innerHTML = await answer.text();
      follow(chosen);
      draw();
      box.dataset.drawn = "true";
    } catch (error) {
      box.dataset.drawn = "waiting";
      Charts.say(box, words.failed);
      waiting = setTimeout(() => load(floor), AGAIN_MS);
    }
  }

  Charts.redrawn(draw);
  load("");
})();
