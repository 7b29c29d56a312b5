// The duty room's hands and voice: one key per action, and a sound when somebody is in danger.
// It knows no language: what is shown and said stands in the page.
"use strict";
(() => {
  const AGAIN_MS = 30000; // while nobody has taken it, it rings again
  const APART_MS = 4000;
  const live = document.getElementById("live");
  const button = document.getElementById("sound");
  const room = () => document.getElementById("room");
  const rows = () => [...document.querySelectorAll("#room .row")];

  // --- sound ---------------------------------------------------------------------------------
  const remembered = { get: () => "on", set: () => {} };
  try {
    remembered.get = () => localStorage.getItem("sound") || "on";
    remembered.set = (value) => localStorage.setItem("sound", value);
    remembered.get();
  } catch {
    remembered.get = () => button.dataset.wanted || "on"; // no store: for this page alone
    remembered.set = (value) => { button.dataset.wanted = value; };
  }
  let ears = null;

  function show() {
    const wanted = remembered.get() === "on";
    const state = !wanted ? "off" : ears?.state === "running" ? "on" : "waiting";
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(wanted));
  }

  // Browsers let a page sound only after somebody has touched it.
  async function wake() {
    if (remembered.get() !== "on" || ears?.state === "running") return;
    try {
      ears = ears || new AudioContext();
      ears.onstatechange = show;
      await ears.resume();
    } catch {
      ears = null; // a machine without a loudspeaker: the button goes on saying so
    }
    show();
  }

  let rang = -Infinity;
  function ring() {
    if (remembered.get() !== "on" || ears?.state !== "running") return;
    if (performance.now() - rang < APART_MS) return; // many at once are one bell, not a noise
    rang = performance.now();
    button.dataset.rung = Number(button.dataset.rung || 0) + 1;
    for (let beat = 0; beat < 6; beat += 1) {
      const from = ears.currentTime + beat * 0.28;
      const tone = ears.createOscillator();
      const loud = ears.createGain();
      tone.type = "square";
      tone.frequency.value = beat % 2 ? 660 : 880;
      loud.gain.setValueAtTime(0.0001, from);
      loud.gain.exponentialRampToValueAtTime(0.18, from + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.25);
      tone.connect(loud).connect(ears.destination);
      tone.start(from);
      tone.stop(from + 0.26);
    }
  }

  function toggle() {
    const wasOn = remembered.get() === "on";
    if (wasOn && ears?.state !== "running") return wake(); // pressed to let it sound
    remembered.set(wasOn ? "off" : "on");
    if (wasOn) show();
    else wake();
  }

  button.hidden = false;
  button.addEventListener("click", toggle);
  const touched = (event) => { if (!button.contains(event.target)) wake(); };
  document.addEventListener("pointerdown", touched);
  document.addEventListener("keydown", touched);
  show();

  // Once for each time that it was raised, however often its changes are told.
  const known = new Set(rows().map((row) => `${row.dataset.id}/${row.dataset.times}`));
  live.addEventListener("incident", (event) => {
    const one = JSON.parse(event.detail.data);
    if (one.severity !== 1 || one.state !== "raised" || one.alarm !== "raised" || one.late) return;
    const name = `${one.id}/${one.occurrences}`;
    if (known.has(name)) return;
    known.add(name);
    ring();
  });
  setInterval(() => { if (Number(room()?.dataset.unanswered || 0)) ring(); }, AGAIN_MS);

  // --- keys ----------------------------------------------------------------------------------
  let chosen = "";

  function choose(row) {
    chosen = row.id;
    mark();
    row.querySelector(".row-what a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function mark() {
    for (const row of rows()) row.classList.toggle("chosen", row.id === chosen);
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.id === chosen);
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    choose(all[Math.min(Math.max(to, 0), all.length - 1)]);
  }

  // With nothing chosen a key chooses the first one and does nothing yet: it must be seen first.
  function acting(act) {
    const row = rows().find((one) => one.id === chosen);
    if (row) act(row);
    else step(1);
  }

  const go = (row, move) => {
    if (!row.dataset.moves.split(" ").includes(move)) return;
    location.assign(`/incidents/${row.dataset.id}?move=${move}`);
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => acting((row) => row.querySelector(".row-act form")?.requestSubmit()),
    d: () => acting((row) => go(row, "dispatch")),
    c: () => acting((row) => go(row, "comment")),
    n: () => document.querySelector("#room a[href='/call']")?.click(),
    m: toggle,
    "?": () => document.getElementById("keys").showModal(),
  };
  const isTyped = (target) => target.closest?.("input, textarea, select, [contenteditable]");

  if (room()) {
    document.getElementById("help").addEventListener("click", keys["?"]);
    document.addEventListener("focusin", (event) => {
      const row = event.target.closest?.("#room .row");
      if (row) { chosen = row.id; mark(); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyped(event.target) || document.querySelector("dialog[open]")) return;
      const act = keys[event.key];
      if (!act || (event.repeat && !"jk".includes(event.key))) return;
      event.preventDefault();
      act();
    });
  }

  // What was not done must not look as if it were.
  const failed = document.getElementById("failed");
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, (event) => {
      if (failed && event.target.closest?.("#room form")) failed.hidden = false;
    });
  }
  document.addEventListener("submit", () => { if (failed) failed.hidden = true; });

  // What was opened by hand stays open, and the chosen row stays chosen, when it is shown anew.
  const unfolded = new Set();
  document.addEventListener("toggle", (event) => {
    const fold = event.target;
    if (!fold.classList?.contains("folded")) return;
    if (fold.open) unfolded.add(fold.id);
    else unfolded.delete(fold.id);
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    for (const id of unfolded) {
      const fold = document.getElementById(id);
      if (fold) fold.open = true;
    }
    mark();
  });

  // A form that is asked for by its address is ready to be filled in.
  document.querySelector("#moves details[open] :is(input:not([type=hidden]), textarea, select)")?.focus();
})();
