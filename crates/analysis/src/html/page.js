// Puts the page together.

(() => {
  const about = data.recording;
  const wrong = about.end === "cut" || data.missing.length > 0;
  byId("command").textContent = about.command.join(" ");
  const ends = { exit: `exit code ${about.end_code}`, signal: `ended by signal ${about.end_code}`, stopped: "recording stopped, the process went on", cut: "not closed: killed, or still running" };
  const fact = (word, value) => value ? el("li", {}, `${word} `, el("b", {}, value)) : null;
  const date = new Date(about.began_unix_ns / 1e6);
  // A clock that was never set says nothing, and a damaged one may say anything.
  const began = about.began_unix_ns > 0 && !Number.isNaN(date.valueOf()) ? date.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC") : "";
  byId("facts").append(...[
    fact("runtime", about.runtime), fact("process", String(about.pid)), fact("began", began), fact("lasted", duration(about.duration_ns)),
    fact("end", ends[about.end]), fact("seen by", about.source), fact("clrhost", about.clrhost_version),
  ].filter(item => item));

  const sum = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0);
  const natives = data.targets.filter(target => !target.callback && target.calls > 0);
  const callbacks = data.targets.filter(target => target.callback && target.calls > 0);
  const held = data.pauses.reduce((sum, [, , , took]) => sum + (took ?? 0), 0);
  const tile = (key, word, value, text, bad) => el("div", bad ? { class: "bad" } : {}, el("dt", {}, word), el("dd", { "data-tile": key, "data-value": value }, text));
  const tiles = [
    ["calls", "Native calls", sum(data.threads, thread => thread.calls), count],
    ["callbacks", "Callbacks", sum(data.threads, thread => thread.callbacks), count],
    ["native_ns", "In native code", sum(data.threads, thread => thread.native_ns), duration],
    ["functions", "Native functions", natives.length, count],
    ["threads", "Threads", data.threads.length, count],
    ["pauses", "Pauses", about.pauses, count],
    ["held_ns", "Threads held", held, duration],
    ["open", "Did not return", sum(data.threads, thread => thread.open), count],
  ];
  byId("tiles").append(...tiles.map(([key, word, value, text]) => tile(key, word, value, text(value), false)));

  // A number and its unit stay on one line.
  const together = line => line.replace(/(\d) (ns|µs|ms|s|%)(?=\W|$)/g, "$1\u00a0$2");
  byId("words-warnings").append(...data.missing.map(line => el("li", {}, together(line))));
  byId("words-list").append(...(data.time.length ? data.time : ["No call was long, and the runtime was not seen to hold its threads."]).map(line => el("li", {}, together(line))));

  byId("legend-lost").hidden = data.losses.length === 0;
  const notes = [];
  if (data.drawing.dense) {
    byId("legend-dense").hidden = false;
    notes.push(`Of ${counted(about.calls, "call")} the ${count(data.drawing.drawn)} longest are drawn one by one; the ${count(data.drawing.dense)} others, none longer than ${duration(data.drawing.longest_dense_ns)}, are drawn as the grey line below each thread. All sums, tables, histograms and the flame graph are of all recorded calls.`);
  }
  if (data.bands_left_out) notes.push(`${counted(data.bands_left_out, "short pause or collection")} not drawn.`);
  if (notes.length) {
    byId("tl-note").textContent = notes.join(" ");
    byId("tl-note").hidden = false;
  }

  const ns = value => duration(value);
  const returned = of => target => target.completed ? of(target) : null;
  const columns = who => [
    { title: who, of: target => target.name, words: true },
    { title: "Calls", key: "calls", of: target => target.calls, text: count, sum: true, bar: true },
    { title: "Total", key: "total_ns", of: target => target.total_ns, text: ns, sum: true, bar: true, first: true, hint: "Time from call to return, calls inside included" },
    { title: "Self", key: "self_ns", of: target => target.self_ns, text: ns, sum: true, bar: true, hint: "Without calls over the border inside" },
    { title: "Mean", of: returned(target => target.total_ns / target.completed), text: value => duration(value >= 1e6 ? Math.round(value) : Math.round(value * 10) / 10) },
    { title: "p50", of: returned(target => target.p50_ns), text: ns },
    { title: "p99", of: returned(target => target.p99_ns), text: ns },
    { title: "Longest", of: returned(target => target.max_ns), text: ns },
    { title: "Threads", of: target => target.threads, text: count },
    { title: "Open", key: "open", of: target => target.open, text: count, sum: true, hint: "Had not returned at the end of the recording" },
    ...(data.targets.some(target => target.unwound) ? [{ title: "Unwound", key: "unwound", of: target => target.unwound, text: count, sum: true, hint: "Never returned: the thread ended inside" }] : []),
  ];
  const callersOf = target => target.callers.map(([caller, calls]) => `${caller === null ? "native threads" : data.targets[caller].name} (${count(calls)})`);
  const nameOf = target => [target.name, target.name === target.method ? null : target.method, target.assembly, target.kind.replaceAll("_", " "),
    target.callers.length ? `called from ${callersOf(target).slice(0, 2).join(", ")}${target.callers.length > 2 ? ` and ${target.callers.length - 2} more` : ""}` : null];
  const details = target => el("div", {},
    target.file ? el("p", { class: "muted" }, target.file) : null,
    target.callers.length > 2 ? el("p", { class: "muted" }, `called from ${callersOf(target).join(", ")}`) : null,
    latencyCard(target));
  const fill = (place, rows, noun, who) => rows.length
    ? table(byId(place), { noun, rows, columns: columns(who), name: nameOf, opened: details })
    : byId(place).replaceChildren(el("p", { class: "muted" }, `No ${noun} in the recording.`));
  fill("targets-table", natives, "native function", "Function");
  fill("callbacks-table", callbacks, "callback", "Method");
  table(byId("threads-table"), {
    noun: "thread", rows: data.threads,
    name: thread => [threadName(thread), kindOf(thread), String(thread.os)],
    columns: [
      { title: "Thread", of: threadName, words: true },
      { title: "Native calls", key: "calls", of: thread => thread.calls, text: count, sum: true, bar: true },
      { title: "Callbacks", key: "callbacks", of: thread => thread.callbacks, text: count, sum: true, bar: true },
      { title: "In native code", key: "native_ns", of: thread => thread.native_ns, text: ns, sum: true, bar: true, first: true, hint: "Callbacks not included, of calls that returned" },
      { title: "Depth", of: thread => thread.depth, text: count, hint: "Most calls inside each other" },
      { title: "Did not return", key: "open", of: thread => thread.open, text: count, sum: true },
      { title: "Came", of: thread => thread.began_ns, text: ns, hint: "First came to the border" },
      { title: "Ended", of: thread => thread.ended_ns, text: ns },
    ],
  });

  const byTotal = [...natives, ...callbacks].filter(target => target.completed).sort((a, b) => b.total_ns - a.total_ns);
  const more = byId("latency-more");
  const cards = number => {
    byId("latency-cards").replaceChildren(...byTotal.slice(0, number).map(latencyCard));
    more.hidden = number >= byTotal.length;
    more.textContent = `Show all ${count(byTotal.length)}`;
  };
  more.addEventListener("click", () => cards(byTotal.length));
  cards(12);
  if (!byTotal.length) byId("latency-cards").textContent = "No call returned.";

  const list = lines => el("ul", { class: "sentences" }, ...lines.map(line => el("li", {}, together(line))));
  byId("missing-body").append(
    wrong ? list(data.missing) : el("p", {}, "Nothing: the recording was closed, and no call was lost."),
    el("h3", { class: "sub" }, "Open at the end"),
    data.open.length ? list(data.open) : el("p", {}, "No call was open."),
  );
  byId("footer").textContent = `Made by clrhost ${data.made_by} from ${counted(about.calls, "recorded call")}. It holds everything it shows; nothing is fetched.`;

  timeline.layout();
  flame.draw();
  document.documentElement.dataset.ready = "yes";
})();
