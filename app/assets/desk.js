// What a desk does by itself: saves a chart or a list, searches, closes. Where things lead, the server says.
(() => {
  const go = (href) => {
    history.pushState({}, "", href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  };
  const make = (tag, name, text) => {
    const one = document.createElement(tag);
    if (name) one.className = name;
    if (text) one.textContent = text;
    return one;
  };
  const save = (blob, name) => {
    const link = make("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // --- a chart as the data that it was drawn from ---
  const cell = (text) => {
    const isNumber = /^-?\d+(\.\d+)?$/.test(text);
    const safe = !isNumber && /^[=+\-@\t\r\n＝＋－＠']/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const asCsv = (table) => "\ufeff" + table.map((row) => row.map(cell).join(",") + "\r\n").join("");

  // --- a chart as a picture: Plotly's own, or the elements as they are drawn ---
  const styled = (from, to) => {
    const found = getComputedStyle(from);
    for (const name of found) to.style.setProperty(name, found.getPropertyValue(name));
    [...from.children].forEach((child, n) => styled(child, to.children[n]));
  };
  const drawn = (node) => {
    const { width, height } = node.getBoundingClientRect();
    const copy = node.cloneNode(true);
    styled(node, copy);
    copy.style.margin = "0";
    const inside = new XMLSerializer().serializeToString(copy);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${inside}</foreignObject></svg>`;
    return { url: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, width, height };
  };
  const picture = async (chart) => {
    const plot = chart.querySelector(".js-plotly-plot");
    const scale = 2;
    let found;
    if (plot) {
      const { width, height } = plot.getBoundingClientRect();
      found = { url: await window.Plotly.toImage(plot, { format: "png", width, height, scale }), width, height };
    } else {
      found = drawn(chart.firstElementChild);
    }
    const image = new Image();
    image.src = found.url;
    await image.decode();
    const canvas = make("canvas");
    canvas.width = found.width * scale;
    canvas.height = found.height * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };
  document.addEventListener("click", async (event) => {
    const tool = event.target.closest("[data-save]");
    const chart = tool && tool.closest(".charted");
    if (!chart) return;
    const name = chart.dataset.name.replace(/[\\/:*?"<>|]+/g, "-");
    if (tool.dataset.save === "data") {
      save(new Blob([asCsv(JSON.parse(chart.dataset.table))], { type: "text/csv" }), `${name}.csv`);
    } else {
      save(await picture(chart), `${name}.png`);
    }
  });

  // --- a list as a file: read piece by piece, so that one sees how far it is; a very long one the browser saves itself ---
  const LONGEST = 300000;
  const fill = (text, n, m) => text.replace("{n}", n.toLocaleString("en")).replace("{m}", m.toLocaleString("en"));
  const pieces = async (answer, say) => {
    const reader = answer.body.getReader();
    const parts = [];
    let held = new Uint8Array(0);
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      let at = 0;
      while (joined.length - at >= 8) {
        const view = new DataView(joined.buffer, at, 8);
        const size = view.getUint32(4);
        if (joined.length - at < 8 + size) break;
        parts.push(joined.slice(at + 8, at + 8 + size));
        say(view.getUint32(0));
        at += 8 + size;
      }
      held = joined.slice(at);
    }
    return parts;
  };
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-rows]");
    const rows = link && Number(link.dataset.rows);
    if (!link || rows > LONGEST || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (link.dataset.busy) return;
    link.dataset.busy = "yes";
    const bar = make("div", "export-bar", fill(link.dataset.saving, 0, rows));
    bar.setAttribute("role", "status");
    const progress = make("progress");
    progress.max = rows;
    const words = make("div");
    words.textContent = bar.textContent;
    bar.replaceChildren(words, progress);
    document.body.append(bar);
    try {
      const answer = await fetch(`${link.href}${link.href.includes("?") ? "&" : "?"}frames=1`);
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const parts = await pieces(answer, (done) => {
        progress.value = done;
        words.textContent = fill(link.dataset.saving, done, rows);
      });
      const named = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
      save(new Blob(parts, { type: answer.headers.get("Content-Type") }), named ? named[1] : "items");
      words.textContent = fill(link.dataset.saved, rows, rows);
      setTimeout(() => bar.remove(), 4000);
    } catch {
      bar.remove();
      location.assign(link.href);
    } finally {
      delete link.dataset.busy;
    }
  });

  // --- search ---
  const OF_A_STATEMENT = /^\/(?:indicator|items|item|statement|data|bridge|contract)\/([^/]+)/;
  let shut = () => {};
  const search = () => {
    const button = document.querySelector(".search-button");
    if (!button || document.querySelector(".search")) return;
    const { placeholder, hint, none } = button.dataset;
    const over = make("div", "search");
    const box = make("div", "search-box");
    const input = make("input");
    const list = make("div", "search-found");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", placeholder);
    input.type = "search";
    input.placeholder = placeholder;
    input.setAttribute("aria-label", placeholder);
    box.append(input, list, make("div", "search-hint", hint));
    over.append(box);
    document.body.append(over);
    input.focus();
    const before = document.activeElement;
    let chosen = 0;
    let asked = 0;
    const rows = () => [...list.querySelectorAll(".search-one")];
    const mark = (n) => {
      const all = rows();
      chosen = all.length ? (n + all.length) % all.length : 0;
      all.forEach((one, place) => one.classList.toggle("is-on", place === chosen));
      if (all[chosen]) all[chosen].scrollIntoView({ block: "nearest" });
    };
    shut = () => {
      over.remove();
      shut = () => {};
      if (before && before.focus) before.focus();
    };
    const ask = async () => {
      const mine = (asked += 1);
      const text = input.value.trim();
      if (!text) return list.replaceChildren();
      const at = OF_A_STATEMENT.exec(location.pathname);
      const wish = new URLSearchParams({ q: text, at: at ? decodeURIComponent(at[1]) : "" });
      const answer = await fetch(`/_search?${wish}`);
      if (mine !== asked) return;
      if (answer.status === 401) return location.assign("/login");
      const found = answer.ok ? await answer.json() : [];
      list.replaceChildren(
        ...found.map((one) => {
          const row = make("a", "search-one");
          row.href = one.href;
          row.append(make("span", "search-kind", one.kind), make("span", "", one.text), make("span", "quiet", one.note));
          row.addEventListener("click", (event) => {
            event.preventDefault();
            shut();
            go(one.href);
          });
          return row;
        }),
        ...(found.length ? [] : [make("div", "search-hint", none)])
      );
      mark(0);
    };
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 120);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && rows()[chosen]) {
        rows()[chosen].click();
      }
    });
    over.addEventListener("click", (event) => event.target === over && shut());
  };
  document.addEventListener("click", (event) => event.target.closest(".search-button") && search());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (document.querySelector(".search")) shut();
      else if (document.querySelector(".menu[open]")) document.querySelectorAll(".menu[open]").forEach((one) => (one.open = false));
      else if (document.activeElement !== document.body) document.activeElement.blur();
    }
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    search();
  });
})();
