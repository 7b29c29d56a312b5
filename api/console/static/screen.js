// The screen in a hall keeps itself fresh. When nothing comes it says so, and tries again.
"use strict";
(() => {
  const { every, lost: lostAfter } = document.body.dataset;
  const EVERY_MS = Number(every) * 1000;
  let failed = 0;

  async function again() {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of ["main", "footer"]) {
        const here = document.querySelector(part), there = fresh.querySelector(part);
        if (!there) throw new Error(`no ${part}`);
        here.replaceWith(document.adoptNode(there));
      }
      failed = 0;
    } catch {
      failed += 1;
    }
    document.getElementById("screen-lost").hidden = failed < Number(lostAfter);
    setTimeout(again, EVERY_MS);
  }
  setTimeout(again, EVERY_MS);
})();
