// Tables that sort by any column and filter by text, with sums over what is shown; and histograms.

const TABLE_ROWS = 100;

// columns: title, of (the value to sort by), text (how it is shown), sum, bar (a bar shows its share), words (sorts as text).
function table(place, { noun, rows, columns, name, opened }) {
  let order = columns.findIndex(column => column.first), falling = true, filter = "", all = false;
  const input = el("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${noun}s`, autocomplete: "off", spellcheck: "false", oninput: () => { filter = input.value.trim().toLowerCase(); draw(); } });
  const said = el("output", { class: "muted" });
  const head = el("tr"), body = el("tbody"), foot = el("tfoot");
  const more = el("button", { type: "button", onclick: () => { all = true; draw(); } });
  const open = new Set();
  place.replaceChildren(
    el("div", { class: "toolbar" }, input, said),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), body, foot)),
    el("p", {}, more),
  );

  function draw() {
    const column = columns[order];
    const value = row => column.of(row) ?? -1;
    const found = rows.filter(row => !filter || name(row).join(" ").toLowerCase().includes(filter));
    found.sort((a, b) => (column.words ? String(column.of(b)).localeCompare(String(column.of(a))) : value(b) - value(a)) * (falling ? 1 : -1));
    head.replaceChildren(...columns.map((one, index) => el("th", { scope: "col", "aria-sort": index === order ? (falling ? "descending" : "ascending") : "none" },
      el("button", { type: "button", title: one.hint, onclick: () => {
        [order, falling] = index === order ? [order, !falling] : [index, !one.words];
        draw();
        head.children[index].firstChild.focus();
      } }, one.title + (index === order ? (falling ? " ▼" : " ▲") : "")))));
    const shown = all ? found : found.slice(0, TABLE_ROWS);
    const most = columns.map(one => one.bar ? Math.max(1, ...rows.map(row => one.of(row) ?? 0)) : 0);
    body.replaceChildren(...shown.flatMap(row => lines(row, most)));
    foot.replaceChildren(el("tr", {}, ...columns.map((one, index) => {
      if (index === 0) return el("th", { scope: "row" }, found.length === rows.length ? "Sum" : "Sum of those that match");
      if (!one.sum) return el("td");
      const sum = found.reduce((sum, row) => sum + (one.of(row) ?? 0), 0);
      return el("td", { "data-sum": one.key, "data-value": sum }, one.text(sum));
    })));
    said.textContent = found.length === rows.length ? counted(rows.length, noun) : `${count(found.length)} of ${counted(rows.length, noun)}`;
    more.hidden = shown.length === found.length;
    more.textContent = `Show all ${count(found.length)}`;
  }

  function lines(row, most) {
    const cells = columns.map((one, index) => {
      const value = one.of(row);
      if (index === 0) {
        const [title, ...about] = name(row);
        const heading = opened ? el("button", { type: "button", "aria-expanded": String(open.has(row)), onclick: event => toggle(row, event) }, title) : title;
        return el("th", { scope: "row" }, heading, el("small", {}, about.filter(part => part).join(" · ")));
      }
      const cell = el("td", { "data-value": value ?? "", class: one.bar ? "bar" : null }, value === null || value === undefined ? "–" : one.text(value));
      if (one.bar) cell.style.setProperty("--share", `${100 * (value ?? 0) / most[index]}%`);
      return cell;
    });
    const line = el("tr", {}, ...cells);
    return open.has(row) ? [line, el("tr", { class: "opened" }, el("td", { colspan: columns.length }, opened(row)))] : [line];
  }

  function toggle(row, event) {
    const index = [...body.querySelectorAll("th[scope=row] button")].indexOf(event.currentTarget);
    open.has(row) ? open.delete(row) : open.add(row);
    draw();
    body.querySelectorAll("th[scope=row] button")[index]?.focus();
  }
  draw();
}

// Buckets as in the data: four to each doubling.
const lowerBound = bucket => bucket < 4 ? bucket : (4 + bucket % 4) * 2 ** (Math.floor(bucket / 4) - 1);

function histogram(target) {
  if (target.completed === 0) return el("p", { class: "muted" }, "No call of it returned.");
  const counts = new Map();
  for (let at = 0; at < target.histogram.length; at += 2) counts.set(target.histogram[at], target.histogram[at + 1]);
  const first = Math.max(0, Math.min(...counts.keys()) - 1), last = Math.max(...counts.keys()) + 1;
  const wide = 340, tall = 104, left = 34, right = 6, top = 14, base = tall - 18;
  const most = Math.max(...counts.values());
  const x = bucket => left + (bucket - first) / (last + 1 - first) * (wide - left - right);
  // A call alone is to be seen, and ten times as many by as much again.
  const high = calls => (base - top) * (Math.log10(calls) + 0.35) / (Math.log10(most) + 0.35);
  const xOf = ns => {
    let bucket = first;
    while (bucket < last && lowerBound(bucket + 1) <= ns) bucket++;
    const low = lowerBound(bucket), next = lowerBound(bucket + 1);
    return x(bucket + (ns - low) / (next - low));
  };
  const parts = [svg("line", { class: "axis", x1: left, x2: wide - right, y1: base, y2: base })];
  for (let power = 1; power <= most; power *= 10) {
    const y = base - high(power);
    if (power === 1 || power * 10 > most || Math.log10(most) < 3) parts.push(svg("text", { x: left - 4, y: y + 3, "text-anchor": "end" }, power >= 1e6 ? `${power / 1e6}M` : power >= 1e3 ? `${power / 1e3}k` : `${power}`));
    parts.push(svg("line", { class: "axis", x1: left, x2: wide - right, y1: y, y2: y }));
  }
  for (const [bucket, calls] of counts) {
    const bar = svg("rect", { class: target.callback ? "callback" : "native", x: x(bucket) + 0.3, width: Math.max(1, x(bucket + 1) - x(bucket) - 0.6), y: base - high(calls), height: high(calls) });
    const lines = [counted(calls, "call"), `${duration(lowerBound(bucket))} to ${duration(lowerBound(bucket + 1))}`];
    bar.append(svg("title", {}, lines.join(", ")));
    parts.push(bar);
  }
  // Powers of ten; where there are few, what lies between them too; where there is none, the ends.
  const from = Math.max(1, lowerBound(first)), to = lowerBound(last + 1);
  const factors = to / from > 300 ? [1] : to / from > 20 ? [1, 3] : [1, 2, 3, 5, 7];
  const ticks = Array.from({ length: 14 }, (_, power) => factors.map(factor => factor * 10 ** power)).flat().filter(at => at >= from && at <= to);
  let labelled = -Infinity;
  for (const at of ticks.length ? ticks : [from, to]) {
    const place = xOf(at);
    if (place - labelled < 46 || place > wide - 20) continue;
    labelled = place;
    parts.push(svg("text", { x: place, y: tall - 5, "text-anchor": "middle" }, duration(at).replace(/\.0+ /, " ")));
    parts.push(svg("line", { class: "axis", x1: place, x2: place, y1: base, y2: base + 4 }));
  }
  const [half, nearly] = [xOf(target.p50_ns), xOf(target.p99_ns)];
  const mark = place => parts.push(svg("line", { class: "mark", x1: place, x2: place, y1: top - 2, y2: base }));
  const word = (place, anchor, text) => parts.push(svg("text", { x: clamp(place, left + 20, wide - 22), y: 9, "text-anchor": anchor }, text));
  mark(half);
  mark(nearly);
  if (nearly - half < 2) word(half, "middle", "p50, p99");
  else {
    word(half, "end", "p50");
    word(nearly, "start", "p99");
  }
  return svg("svg", { viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": `Latency of ${target.name}: median ${duration(target.p50_ns)}, 99th percentile ${duration(target.p99_ns)}, longest ${duration(target.max_ns)}` }, ...parts);
}

function latencyCard(target) {
  const line = target.completed ? `${counted(target.completed, "call")} · p50 ${duration(target.p50_ns)} · p99 ${duration(target.p99_ns)} · longest ${duration(target.max_ns)}` : "";
  return el("div", { class: "card" }, el("h3", {}, (target.callback ? "↩ " : "") + target.name), el("p", {}, line), histogram(target));
}
