// Where a click or a key leads. Pages are drawn by the server; nothing here knows what they show.
(() => {
  const open = (href, event) => {
    if (!href) return;
    if (event && (event.ctrlKey || event.metaKey || event.button === 1)) {
      window.open(href, "_blank", "noopener");
      return;
    }
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  };

  // A row of the grid, by click or by Enter.
  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    openRow: (params) => open(params.data && params.data.href, params.event),
    openRowByKey: (params) => {
      if (params.event.key === "Enter") open(params.data && params.data.href, params.event);
    },
  });

  // A mark of a figure: its address is its customdata.
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    clausemeter: {
      openMark: () => {
        const context = window.dash_clientside.callback_context;
        const clicked = context.triggered.map((one) => one.value).find((value) => value && value.points);
        if (clicked) open(clicked.points.map((point) => point.customdata).find(Boolean));
      },
    },
  });

  // A link of ours loads nothing anew; with a key held down it does what links do.
  addEventListener("click", (event) => {
    const link = event.target.closest("a.goes");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link.getAttribute("href"));
  });

  // Keys: `g s` the scorecard, `g t` the statements, Escape closes what is folded out or leaves a field.
  let before = "";
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (before === "g" && event.key === "s") open("/");
    if (before === "g" && event.key === "t") open("/statements");
    before = event.key;
  });

  // What was drawn says its title and language; an address with a place in the page leads there.
  const settle = () => {
    const drawn = document.getElementById("drawn");
    if (!drawn) return;
    document.title = drawn.dataset.title;
    document.documentElement.lang = drawn.dataset.lang === "zh" ? "zh-CN" : "en";
    document.querySelectorAll(".is-target").forEach((one) => one.classList.remove("is-target"));
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (place) {
      place.classList.add("is-target");
      place.scrollIntoView({ block: "center" });
    }
  };
  addEventListener("DOMContentLoaded", () => {
    let seen = null;
    new MutationObserver(() => {
      const drawn = document.getElementById("drawn");
      const now = drawn && drawn.firstElementChild;
      if (now && now !== seen) {
        seen = now;
        settle();
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  addEventListener("_dashprivate_pushstate", () => setTimeout(settle, 0));
})();

// Who was signed out meanwhile is led to the way in, and back to where they were.
(() => {
  const ask = window.fetch;
  const SLOW_MS = 10000;
  const isLost = (lost) => {
    const bar = document.getElementById("lost");
    if (bar) bar.hidden = !lost;
  };
  // What took long and comes when its reader has gone on to another page is told there.
  const tell = (title, href) => {
    const bar = document.getElementById("ready");
    if (!bar || location.pathname + location.search === href) return;
    const [words, link] = bar.children;
    words.textContent = words.textContent.replace("{page}", title);
    link.href = href;
    bar.hidden = false;
  };
  window.fetch = async (...asked) => {
    const isWish = String(asked[0]).includes("/_dash-update-component");
    const began = performance.now();
    const [title, here] = [document.title, location.pathname + location.search];
    const answer = await ask(...asked).catch((error) => {
      if (isWish && error.name !== "AbortError") isLost(true);
      throw error;
    });
    if (isWish) isLost(answer.status >= 500);
    if (isWish && answer.ok && performance.now() - began > (window.clausemeterSlow || SLOW_MS)) tell(title, here);
    if ((answer.status === 401 || answer.status === 403) && String(asked[0]).includes("/_dash-")) {
      const said = await answer.clone().json().catch(() => ({}));
      if (said.to) {
        location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
        return new Promise(() => {}); // the page is left: nothing more is made of the answer
      }
    }
    return answer;
  };

  // Freshness: an open page asks now and then whether anything was published since it was drawn, says so, and is drawn
  // again at its own address, filters and all, when its reader asks for it, or while nobody looks at it.
  const EVERY_MS = 20000;
  const redraw = () => window.dash_clientside.set_props("url", { search: location.search });
  const look = async () => {
    const drawn = document.getElementById("drawn");
    const news = document.getElementById("news");
    if (!drawn || !news || !drawn.dataset.stamp) return;
    const answer = await fetch("/stamp", { headers: { "If-None-Match": `"${drawn.dataset.stamp}"` } }).catch(() => null);
    if (!answer || answer.status !== 200) return;
    const found = await answer.json().catch(() => null);
    if (!found || found.stamp === drawn.dataset.stamp) return;
    if (document.hidden) redraw();
    else news.hidden = false;
  };
  addEventListener("click", (event) => {
    if (event.target.closest("#redraw")) redraw();
    if (event.target.closest("#again")) location.reload();
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  setInterval(look, EVERY_MS);
  window.clausemeterLook = look; // for tests
})();
