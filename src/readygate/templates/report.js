
"use strict";
// Builds the lists from the data of the page. Every value is written as text: nothing in it can become an element.
(() => {
  const PAGE = 100;
  const data = JSON.parse(document.getElementById("data").textContent);
  const OUTCOMES = { p: "passed", k: "flaky, passed", s: "skipped", f: "failed", e: "errored" };
  const WEIGHT = { p: 0, k: 1, s: 2, f: 3, e: 4 };
  const MARKS = {
    n: "newly failing", s: "still failing", u: "known to be flaky", q: "quarantined", x: "fixed", w: "newly skipped",
    a: "added", r: "renamed",
  };

  const make = (tag, text, kind) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };
  const number = (value) => value.toLocaleString("en-US");
  const plural = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // One list: `size` rows known by their number, of which a filter and an order make what is shown, a page at a time.
  function list(id, noun, size, keys, row, accepts, words, first) {
    const table = document.getElementById(`${id}-list`);
    const body = table.tBodies[0];
    const told = document.getElementById(`${id}-count`);
    const pages = document.getElementById(`${id}-pages`);
    const text = document.getElementById(`${id}-text`);
    const kind = document.getElementById(`${id}-kind`);
    const labels = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    const everything = Uint32Array.from({ length: size }, (_, at) => at);
    let order = first;
    let down = true;
    let sorted = everything;
    let shown = everything;
    let start = 0;

    const back = make("button", "Previous page");
    const next = make("button", "Next page");
    back.type = next.type = "button";
    pages.append(back, next);

    function draw() {
      body.replaceChildren(...Array.from(shown.subarray(start, start + PAGE), (at) => {
        const line = row(at);
        [...line.cells].forEach((cell, column) => { cell.dataset.label = labels[column]; });
        return line;
      }));
      const end = Math.min(shown.length, start + PAGE);
      const part = shown.length > PAGE ? `, ${number(start + 1)} to ${number(end)} shown` : "";
      const of = shown.length === size ? "" : ` of ${number(size)}`;
      told.textContent = shown.length ? `${plural(shown.length, noun)}${of}${part}.${words}` : `No ${noun} fits.${words}`;
      pages.hidden = shown.length <= PAGE;
      back.disabled = start === 0;
      next.disabled = end >= shown.length;
    }
    function filter() {
      const parts = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = kind.value;
      shown = parts.length || wanted ? sorted.filter((at) => accepts(at, parts, wanted)) : sorted;
      start = 0;
      draw();
    }
    function sort() {
      const key = keys[order];
      const sign = down ? -1 : 1;
      sorted = everything.slice().sort((a, b) => sign * compare(key(a), key(b)) || a - b);
      for (const cell of table.tHead.rows[0].cells) {
        if (cell.dataset.key === order) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
      }
      filter();
    }
    for (const cell of table.tHead.rows[0].cells) {
      const key = cell.dataset.key;
      if (!key) continue;
      const button = make("button", cell.textContent);
      button.type = "button";
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        down = order === key ? !down : typeof keys[key](0) === "number";
        order = key;
        sort();
      });
    }
    let waiting = 0;
    text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
    kind.addEventListener("change", filter);
    text.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
    back.addEventListener("click", () => { start -= PAGE; draw(); table.scrollIntoView(); });
    next.addEventListener("click", () => { start += PAGE; draw(); table.scrollIntoView(); });
    text.form.hidden = false;
    table.hidden = false;
    sort();
  }

  function tests() {
    const classes = data.tests;
    let size = 0;
    for (const each of classes) size += each[2].length;
    const home = new Uint32Array(size);
    const place = new Uint32Array(size);
    let at = 0;
    classes.forEach((each, index) => {
      for (let inner = 0; inner < each[2].length; inner++, at++) { home[at] = index; place[at] = inner; }
    });
    const label = classes.map(([group, klass]) => (group ? (klass ? `${klass} (${group})` : group) : klass));
    const low = classes.map((_, index) => label[index].toLowerCase());
    const name = (row) => classes[home[row]][2][place[row]];
    const letter = (row) => classes[home[row]][3][place[row]];
    const mark = (row) => classes[home[row]][5][place[row]] || "";
    const keys = {
      name,
      klass: (row) => label[home[row]],
      outcome: (row) => WEIGHT[letter(row)] * 2 + (mark(row) === "n" ? 1 : 0),
      time: (row) => classes[home[row]][4][place[row]],
    };
    const kinds = {
      failing: (row) => letter(row) === "f" || letter(row) === "e",
      flaky: (row) => letter(row) === "k",
      skipped: (row) => letter(row) === "s",
      passed: (row) => letter(row) === "p" || letter(row) === "k",
    };
    function accepts(row, parts, wanted) {
      if (wanted && !(kinds[wanted] ? kinds[wanted](row) : mark(row) === wanted)) return false;
      if (!parts.length) return true;
      const own = name(row).toLowerCase();
      return parts.every((part) => own.includes(part) || low[home[row]].includes(part));
    }
    function draw(row) {
      const line = make("tr");
      const head = make("th");
      head.scope = "row";
      head.append(make("code", name(row)));
      const detail = classes[home[row]][6][place[row]];
      if (detail) {
        const [message, trace, legs] = detail;
        if (legs) head.append(make("div", `On ${legs}`));
        if (trace) {
          const fold = make("details");
          fold.append(make("summary", message || "Trace"), make("pre", trace));
          head.append(fold);
        } else if (message) head.append(make("div", message));
      }
      const klass = make("td");
      if (label[home[row]]) klass.append(make("code", label[home[row]]));
      const state = OUTCOMES[letter(row)];
      const became = MARKS[mark(row)];
      const told = became && became.endsWith("failing") && letter(row) === "e" ? `errored, ${became}`
        : became && became.endsWith("failing") ? became
        : became ? `${state}, ${became}` : state;
      line.append(head, klass, make("td", told, WEIGHT[letter(row)] > 2 ? "bad" : ""),
        make("td", (keys.time(row) / 1000).toFixed(3), "number"));
      return line;
    }
    const lost = data.left_out;
    const words = lost ? ` ${plural(lost, "test")} that passed ${lost === 1 ? "is" : "are"} left out of this list.` : "";
    list("tests", "test", size, keys, draw, accepts, words, "outcome");
  }

  function files() {
    const rows = data.files;
    const low = rows.map((row) => row[0].toLowerCase());
    const minus = (text) => (text.startsWith("\u2212") ? -1 : 1) * parseFloat(text.replace(/[^\d.]/g, "") || "0");
    const deltas = rows.map((row) => minus(row[5]));
    const keys = {
      path: (at) => rows[at][0],
      total: (at) => rows[at][1],
      missed: (at) => rows[at][2],
      share: (at) => (rows[at][4] === null ? -1 : rows[at][4]),
      delta: (at) => deltas[at],
    };
    function accepts(at, parts, wanted) {
      if (wanted === "missed" && !rows[at][2]) return false;
      if (wanted === "zero" && (!rows[at][1] || rows[at][1] !== rows[at][2])) return false;
      if (wanted === "down" && deltas[at] >= 0) return false;
      return parts.every((part) => low[at].includes(part));
    }
    function draw(at) {
      const [path, total, missed, shown, , delta, lines] = rows[at];
      const line = make("tr");
      const head = make("th");
      head.scope = "row";
      head.append(make("code", path));
      line.append(head, make("td", number(total), "number"), make("td", number(missed), "number"),
        make("td", shown, "number"), make("td", delta, "number"), make("td", lines || "none"));
      return line;
    }
    const lost = data.files_left_out;
    const words = lost ? ` ${plural(lost, "file")} with the fewest lines not covered ${lost === 1 ? "is" : "are"} left out.` : "";
    list("files", "file", rows.length, keys, draw, accepts, words, "missed");
  }

  if (document.getElementById("files-list")) files();
  tests();

  // A listing begins where a reader looks first: at the first changed line that no test runs.
  for (const fold of document.querySelectorAll("details.listing")) {
    const source = fold.querySelector(".source");
    const wanted = fold.querySelector(".missed.changed") || fold.querySelector(".changed");
    if (!source || !wanted) continue;
    const go = () => { if (fold.open) source.scrollTop = wanted.offsetTop - 4 * wanted.offsetHeight; };
    fold.addEventListener("toggle", go, { once: true });
    go();
  }

  // What is folded is printed, too.
  let folded = [];
  addEventListener("beforeprint", () => {
    const closed = [...document.querySelectorAll("details:not([open])")];
    for (const fold of closed) fold.open = true;
    folded.push(...closed);
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
    folded = [];
  });
})();
