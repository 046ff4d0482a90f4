// Mouse, touch and keyboard on the timeline.

(() => {
  const { scroll, view, layout, draw, momentOf, xOf, geometry } = timeline;
  const whole = Math.max(data.recording.duration_ns, 1);
  const NEAREST = 20; // Nanoseconds; closer looks show nothing new.

  function show(from, to) {
    const span = clamp(to - from, NEAREST, whole);
    view.from = clamp(from, 0, whole - span);
    view.to = view.from + span;
    hideTip();
    draw();
  }
  const zoom = (factor, around = (view.from + view.to) / 2) =>
    show(around - (around - view.from) * factor, around + (view.to - around) * factor);
  const move = share => show(view.from + share * (view.to - view.from), view.to + share * (view.to - view.from));

  // What lies at a place of the canvas: a call, a part of density, a pause, or nothing.
  function at(x, y) {
    const { rows, gutter, head, LANE, RULER, partNs, width } = geometry();
    if (x < gutter) return null;
    const when = momentOf(x), reach = 2.5 * (view.to - view.from) / (width - gutter);
    if (y < head) return y > RULER ? pauseAt(when, reach) : null;
    const inside = y - head + scroll.scrollTop;
    const row = rows.find(row => inside >= row.y && inside < row.bottom);
    if (!row) return null;
    const depth = Math.floor((inside - row.top) / LANE);
    const lane = threadLanes[row.thread].lanes[depth];
    if (lane) {
      const position = firstAfter(lane, when - reach);
      if (position < lane.began.length && lane.began[position] <= when + reach) return { call: { thread: row.thread, depth, position } };
    }
    if (row.dense && inside >= row.top + row.lanes * LANE) {
      const density = data.drawing.density[row.thread], part = Math.floor(when / partNs);
      for (let index = 0; index < density.length; index += 3) {
        if (density[index] === part) return { lines: [counted(density[index + 1], "short call"), `${duration(density[index + 2])} in ${duration(partNs)}, none longer than ${duration(data.drawing.longest_dense_ns)}`] };
      }
    }
    const lost = threadLosses[row.thread].find(loss => loss.from - reach <= when && when <= loss.until + reach);
    if (lost) return { lines: [`${counted(lost.calls, "call")} made and not recorded`, `between ${duration(lost.from)} and ${duration(lost.until)}`] };
    return pauseAt(when, reach);
  }

  function pauseAt(when, reach) {
    const lines = [];
    for (const [generation, induced, began, took] of data.collections) {
      if (began - reach <= when && when <= began + (took ?? whole) + reach) {
        lines.push(`collection of generation ${generation}${induced ? ", asked for by the program" : ""}: ${took === null ? "its end was not seen" : duration(took)}`);
        break;
      }
    }
    for (const [reason, began, stopping, took] of data.pauses) {
      if (began - reach <= when && when <= began + (took ?? whole) + reach) {
        lines.push(`pause (${reason.replaceAll("_", " ")}): ${took === null ? "its end was not seen" : duration(took)}, from ${duration(began)} on`, `${duration(stopping)} of it until all threads had stopped`);
        break;
      }
    }
    return lines.length ? { lines } : null;
  }

  function choose(call) {
    view.chosen = call;
    const detail = byId("tl-detail");
    if (call) {
      const { name, lines } = describeCall(call);
      detail.replaceChildren(el("b", {}, name), " · ", lines.join(" · "));
    } else detail.textContent = "Point at a call, or choose one with the keyboard.";
    draw();
  }

  function zoomTo(call) {
    const lane = threadLanes[call.thread].lanes[call.depth];
    const span = Math.max(lane.ended[call.position] - lane.began[call.position], NEAREST);
    show(lane.began[call.position] - span * 0.1, lane.ended[call.position] + span * 0.1);
  }

  const place = event => {
    const box = timeline.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  const pointers = new Map();
  let dragged = false;
  timeline.canvas.addEventListener("pointerdown", event => {
    pointers.set(event.pointerId, event);
    dragged = false;
    timeline.canvas.setPointerCapture(event.pointerId);
  });
  timeline.canvas.addEventListener("pointermove", event => {
    const before = pointers.get(event.pointerId);
    const { gutter, width } = geometry();
    if (!before) {
      const found = at(...place(event));
      if (!found) return hideTip();
      const lines = found.call ? (({ name, lines }) => [name, ...lines])(describeCall(found.call)) : found.lines;
      return showTip(event, lines);
    }
    hideTip();
    if (pointers.size === 2) {
      // Two fingers: what is under each stays there.
      const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)[1];
      const apart = Math.abs(before.clientX - other.clientX), now = Math.abs(event.clientX - other.clientX);
      if (apart > 8 && now > 8) zoom(apart / now, momentOf(place(other)[0]));
    } else {
      const shift = (before.clientX - event.clientX) / (width - gutter) * (view.to - view.from);
      if (Math.abs(event.clientX - before.clientX) > 2 || dragged) {
        dragged = true;
        scroll.classList.add("dragging");
        show(view.from + shift, view.to + shift);
        if (event.pointerType === "mouse") scroll.scrollTop += before.clientY - event.clientY;
      } else return;
    }
    pointers.set(event.pointerId, event);
  });
  const release = event => {
    pointers.delete(event.pointerId);
    scroll.classList.remove("dragging");
  };
  timeline.canvas.addEventListener("pointerup", event => {
    if (!dragged && pointers.has(event.pointerId)) {
      const found = at(...place(event));
      choose(found?.call ?? null);
    }
    release(event);
  });
  timeline.canvas.addEventListener("pointercancel", release);
  timeline.canvas.addEventListener("pointerleave", hideTip);
  timeline.canvas.addEventListener("dblclick", event => {
    const found = at(...place(event));
    if (found?.call) zoomTo(found.call);
    else zoom(0.4, momentOf(place(event)[0]));
  });
  scroll.addEventListener("wheel", event => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(clamp(event.deltaY, -120, 120) * 0.004), momentOf(place(event)[0]));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      move(clamp((event.deltaX || event.deltaY) / 600, -0.5, 0.5));
    }
  }, { passive: false });
  scroll.addEventListener("scroll", () => { hideTip(); draw(); });
  scroll.addEventListener("focus", draw);
  scroll.addEventListener("blur", draw);

  function seeRow() {
    const { rows, height, head } = geometry();
    const row = rows[view.thread];
    if (row.y < scroll.scrollTop) scroll.scrollTop = row.y;
    if (row.bottom > scroll.scrollTop + height - head) scroll.scrollTop = row.bottom - height + head;
    draw();
  }
  function selectRow(step) {
    view.thread = clamp(view.thread + step, 0, geometry().rows.length - 1);
    choose(null);
    seeRow();
    const thread = data.threads[geometry().rows[view.thread].thread];
    byId("tl-detail").textContent = `${threadName(thread)}: ${counted(thread.calls, "call")}, ${counted(thread.callbacks, "callback")}`;
  }
  // The next or previous call at the depth of the chosen one; without one, the first in sight.
  function step(direction) {
    const thread = geometry().rows[view.thread].thread;
    const depth = view.chosen?.thread === thread ? view.chosen.depth : 0;
    const lane = threadLanes[thread].lanes[depth];
    if (!lane || lane.began.length === 0) return;
    const position = view.chosen?.thread === thread ? view.chosen.position + direction : firstAfter(lane, view.from);
    go({ thread, depth, position: clamp(position, 0, lane.began.length - 1) });
  }
  function go(call) {
    choose(call);
    const lane = threadLanes[call.thread].lanes[call.depth];
    const x = xOf(lane.began[call.position]), { gutter, width } = geometry();
    const span = view.to - view.from;
    if (x < gutter || x > width) show(lane.began[call.position] - span / 2, lane.began[call.position] + span / 2);
  }
  function nest(inwards) {
    if (!view.chosen) return step(0);
    const { thread, depth, position } = view.chosen;
    const here = threadLanes[thread].lanes[depth], there = threadLanes[thread].lanes[depth + (inwards ? 1 : -1)];
    if (!there) return;
    const found = firstAfter(there, here.began[position]);
    const fits = found < there.began.length && (inwards ? there.began[found] < here.ended[position] : there.began[found] <= here.began[position]);
    if (fits) go({ thread, depth: depth + (inwards ? 1 : -1), position: found });
  }

  const keys = {
    ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), ArrowUp: () => selectRow(-1), ArrowDown: () => selectRow(1),
    "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), "0": () => show(0, whole),
    Home: () => show(0, view.to - view.from), End: () => show(whole - (view.to - view.from), whole),
    n: () => step(1), p: () => step(-1), i: () => nest(true), o: () => nest(false),
    Enter: () => view.chosen && zoomTo(view.chosen), Escape: () => choose(null),
  };
  scroll.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  byId("tl-left").addEventListener("click", () => move(-0.25));
  byId("tl-right").addEventListener("click", () => move(0.25));
  byId("tl-in").addEventListener("click", () => zoom(0.5));
  byId("tl-out").addEventListener("click", () => zoom(2));
  byId("tl-fit").addEventListener("click", () => show(0, whole));
  byId("tl-order").addEventListener("change", layout);
  byId("find").addEventListener("input", event => {
    highlight.text = event.target.value.trim().toLowerCase();
    draw();
    highlight.changed.forEach(changed => changed());
  });
  addEventListener("resize", layout);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    draw();
    highlight.changed.forEach(changed => changed());
  });
})();
