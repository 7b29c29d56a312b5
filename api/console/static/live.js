// Keeps a page as things are: the stream says what changed, the server renders it again.
// Nothing here knows a language or a lift; a piece that can be loaded again says from where.
"use strict";
(() => {
  const SILENT_MS = 40000; // the server speaks every 15 s
  const PACE_MS = 400;
  const SLOW_MS = 4000;
  const MANY = 80;
  const ROWS = "#open .row, #room .row";
  const live = document.getElementById("live");
  const state = document.getElementById("live-state");
  const clock = document.getElementById("clock");
  const ahead = Number(clock.dataset.now) - Date.now(); // of the server's clock over ours
  const now = () => Date.now() + ahead;
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", timeStyle: "medium" });
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  let heard = Date.now();

  function elapsed(ms, day) {
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const rest = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    return s >= 86400 ? `${Math.floor(s / 86400)} ${day} ${rest.slice(0, 5)}` : rest;
  }

  function tick() {
    clock.textContent = time.format(now());
    for (const one of document.querySelectorAll("[data-since]")) {
      one.textContent = elapsed(now() - Number(one.dataset.since), one.dataset.day);
    }
    for (const one of document.querySelectorAll("[data-due]")) due(one);
    if (live && !document.hidden && Date.now() - heard > SILENT_MS) lose();
  }

  // A running clock counts down; when it is over it says so in a word as well as by its colour.
  function due(one) {
    const left = Number(one.dataset.due) - now();
    const over = left < 0;
    const text = elapsed(over ? -left : left + 999, one.dataset.day);
    one.textContent = over ? `${one.dataset.over} ${text}` : text;
    one.classList.toggle("over", over);
    one.classList.toggle("soon", !over && left < 60000);
  }

  function hear() {
    heard = Date.now();
    state.dataset.state = "live";
    document.body.dataset.feed = "live";
    showHeard();
  }

  function showHeard() {
    const shown = document.querySelector("[data-heard]");
    if (shown) shown.textContent = time.format(heard + ahead);
  }

  function lose() {
    if (state.dataset.state === "lost") return;
    document.getElementById("lost-at").textContent = time.format(heard + ahead);
    state.dataset.state = "lost";
    document.body.dataset.feed = "lost";
  }

  // One load of a piece at a time; what is asked for meanwhile is one more load after it.
  const busy = new Map();
  async function again(key, load) {
    if (busy.has(key)) {
      busy.set(key, true);
      return;
    }
    do {
      busy.set(key, false);
      const began = Date.now();
      await Promise.all([load().catch(() => lose()), wait(PACE_MS)]);
      const took = Date.now() - began - PACE_MS; // when a load is slow, most of the time is left to people
      if (took > 0) await wait(Math.min(3 * took, SLOW_MS));
    } while (busy.get(key));
    busy.delete(key);
  }

  function reload(id) {
    const piece = document.getElementById(id);
    if (!piece) return;
    const from = id === "open" ? "/console/open" : piece.dataset.reload;
    again(id, async () => {
      const before = new Set([...document.querySelectorAll(ROWS)].map((row) => row.id));
      await htmx.ajax("GET", from, { target: `#${id}`, swap: "outerMorph" });
      announce(before);
    });
  }

  function announce(before) {
    const open = list();
    if (!open) return;
    title();
    const fresh = [...open.querySelectorAll(".row")].filter((row) => !before.has(row.id));
    for (const row of fresh) row.classList.add("fresh");
    const told = document.getElementById("announce");
    const grave = fresh.filter((row) => Number(row.dataset.severity) <= 2);
    if (grave.length) {
      told.textContent = `${told.dataset.new}: ${grave.map((row) => row.dataset.say).join("; ")}`;
    }
  }

  // A row that shows what it showed is left alone: of hundreds, few change at a time.
  document.addEventListener("htmx:before:morph:node", (event) => {
    const { oldNode, newNode } = event.detail;
    const mark = oldNode.dataset?.mark;
    if (mark && mark === newNode.dataset?.mark) event.preventDefault();
  });

  const list = () => document.getElementById("room") || document.getElementById("open");
  const named = document.title;
  function title() {
    const { urgent, worst } = list()?.dataset || {};
    const cry = worst ? `‼ ${worst} · ` : "";
    document.title = Number(urgent || 0) ? `(${urgent}) ${cry}${named}` : named;
  }

  // A lift heard of for the first time: the whole board is loaded, once, if it belongs there.
  const met = new Set();
  function meetLift(lift) {
    const board = document.getElementById("board");
    if (!board || board.dataset.whole !== "true" || met.has(lift.lift)) return;
    if (board.dataset.estate && board.dataset.estate !== lift.estate) return;
    met.add(lift.lift);
    reload("board");
  }

  const stale = new Set();
  function showLift(lift) {
    const seen = [lift.heard_at || "", lift.online || "", ...lift.open_incidents].join("|");
    const shown = document.getElementById("now") || document.getElementById(`tile-${lift.lift}`);
    if (!shown) return meetLift(lift);
    if (shown.dataset.seen === seen) return;
    if (shown.id === "now") return reload("now");
    stale.add(lift.lift);
    again("tiles", async () => {
      const lifts = [...stale].slice(0, MANY);
      for (const name of lifts) stale.delete(name);
      if (stale.size) busy.set("tiles", true);
      if (!lifts.length) return;
      await htmx.ajax("GET", `/console/tiles?lift=${lifts.join(",")}`, { source: "#board", swap: "none" });
    });
  }

  function changed(incident) {
    reload("open");
    reload("room");
    reload("lift-incidents");
    if (document.getElementById("incident")?.dataset.id === incident.id) {
      for (const id of ["incident", "story", "evidence"]) reload(id);
      reloadMoves(incident.version);
      followTold();
    }
  }

  // Nothing that somebody types is taken from them: their form is told to be of before.
  function reloadMoves(version) {
    const moves = document.getElementById("moves");
    if (!moves || Number(moves.dataset.version) === version) return;
    const fields = [...moves.querySelectorAll("input:not([type=hidden]), textarea, select")];
    const typed = fields.some((one) => (one.type === "checkbox" ? one.checked : one.value));
    if (!typed && !moves.querySelector("details[open]")) return reload("moves");
    document.getElementById("moves-changed").hidden = false;
  }

  // People are told a moment after a change, and channels answer in their own time: looked at
  // again a few times, and not for ever.
  let looks = [];
  function followTold() {
    for (const look of looks) clearTimeout(look);
    looks = [500, 4000, 20000].map((ms) => setTimeout(() => reload("told"), ms));
  }

  function everything() {
    for (const id of ["board", "room", "now", "lift-incidents", "incident", "story", "evidence", "told"]) reload(id);
    reloadMoves();
  }

  // What can be scrolled sideways can be reached and scrolled by keyboard, too.
  function scrolls() {
    for (const one of document.querySelectorAll(".scroll")) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  }

  tick();
  setInterval(tick, 1000);
  scrolls();
  window.addEventListener("resize", scrolls);
  document.addEventListener("htmx:after:swap", scrolls);
  document.addEventListener("toggle", scrolls, true);
  if (!live) return;
  title();
  if (document.getElementById("told")?.dataset.waits) followTold();
  document.addEventListener("htmx:after:swap", () => { title(); tick(); showHeard(); });
  live.addEventListener("incident", (event) => { hear(); changed(JSON.parse(event.detail.data)); });
  live.addEventListener("lift", (event) => { hear(); showLift(JSON.parse(event.detail.data)); });
  live.addEventListener("alive", hear);
  live.addEventListener("reset", () => { hear(); everything(); });
  live.addEventListener("htmx:sse:after:connection", hear);
  live.addEventListener("htmx:sse:error", lose);
  live.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0 && !document.hidden) lose();
  });
  // The extension tries again once a connection has stood; a first one that fails is ours to repeat.
  const repeat = () => { lose(); setTimeout(() => { if (!live._htmx?.sse) htmx.trigger(live, "load"); }, 3000); };
  live.addEventListener("htmx:error", repeat);
  live.addEventListener("htmx:response:error", repeat);
  document.addEventListener("visibilitychange", () => { heard = Date.now(); });
})();
