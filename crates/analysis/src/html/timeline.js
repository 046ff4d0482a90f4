// The timeline: a canvas of the size of what is seen, which scrolls down through the threads.

const timeline = (() => {
  const scroll = byId("tl-scroll"), canvas = byId("tl-canvas"), space = byId("tl-space");
  const LANE = 15, PAD = 7, RULER = 22, RUNTIME = 17, DENSE = 5, LABEL = 15;
  const length = Math.max(data.recording.duration_ns, 1);
  const hasRuntime = data.pauses.length + data.collections.length > 0;
  const head = RULER + (hasRuntime ? RUNTIME : 0);
  const partNs = Math.floor(length / data.drawing.parts) + 1;
  const view = { from: 0, to: length, chosen: null, thread: 0 };
  let rows = [], width = 0, height = 0, gutter = 0, whole = 0, waiting = false;

  const orders = {
    first: (a, b) => a - b,
    native: (a, b) => timeOf(b) - timeOf(a) || a - b,
    calls: (a, b) => data.threads[b].calls + data.threads[b].callbacks - data.threads[a].calls - data.threads[a].callbacks || a - b,
    name: (a, b) => threadName(data.threads[a]).localeCompare(threadName(data.threads[b])) || a - b,
  };
  // Time in calls that are open is not in the sums, and is what one looks for here.
  const timeOf = index => {
    const lane = threadLanes[index].lanes[0];
    return lane ? lane.ended.reduce((sum, ended, at) => sum + ended - lane.began[at], 0) : 0;
  };

  function layout() {
    width = scroll.clientWidth;
    gutter = width >= 700 ? 190 : 0;
    const order = data.threads.map((_, index) => index).sort(orders[byId("tl-order").value]);
    let y = 0;
    rows = order.map(thread => {
      const dense = data.drawing.density[thread].length > 0 ? DENSE : 0;
      const top = y + (gutter ? 4 : LABEL + 2);
      const lanes = Math.max(1, threadLanes[thread].lanes.length);
      const row = { thread, y, top, lanes, dense, bottom: Math.max(top + lanes * LANE + dense + PAD, gutter ? y + 36 : 0) };
      y = row.bottom;
      return row;
    });
    whole = head + y + 2;
    height = Math.min(whole, Math.max(260, Math.round(innerHeight * 0.62)));
    scroll.style.height = `${height + 2}px`;
    space.style.height = `${Math.max(0, whole - height)}px`;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    draw();
  }

  const xOf = moment => gutter + (moment - view.from) / (view.to - view.from) * (width - gutter);
  const momentOf = x => view.from + (x - gutter) / (width - gutter) * (view.to - view.from);

  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const pen = canvas.getContext("2d");
      const ratio = devicePixelRatio || 1;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.fillStyle = paper.panel;
      pen.fillRect(0, 0, width, height);
      pen.font = "11px system-ui, 'DejaVu Sans', sans-serif";
      pen.textBaseline = "middle";
      pen.save();
      pen.beginPath();
      pen.rect(0, head, width, height - head);
      pen.clip();
      const top = head - scroll.scrollTop;
      rows.forEach((row, index) => {
        if (row.bottom + top > head && row.y + top < height) drawThread(pen, row, top, index);
      });
      drawPauses(pen, head, height);
      rows.forEach(row => {
        if (row.bottom + top > head && row.y + top < height) drawName(pen, row, top);
      });
      pen.restore();
      drawHead(pen);
      const percent = 100 * (view.to - view.from) / length;
      byId("tl-window").textContent = percent > 99.99
        ? `all of ${duration(length)}`
        : `${duration(view.from)} to ${duration(view.to)}: ${duration(view.to - view.from)} of ${duration(length)}`;
    });
  }

  function drawThread(pen, row, top, index) {
    const thread = data.threads[row.thread];
    pen.fillStyle = index % 2 ? paper.soft : paper.panel;
    pen.fillRect(0, row.y + top, width, row.bottom - row.y);
    // The time in which the thread was there, as a ground for its calls.
    const born = clamp(xOf(thread.began_ns), gutter, width), gone = clamp(xOf(thread.ended_ns ?? length), gutter, width);
    pen.globalAlpha = 0.5;
    pen.fillStyle = paper.line;
    pen.fillRect(born, row.top + top + row.lanes * LANE, Math.max(gone - born, 1), 1);
    pen.globalAlpha = 1;
    pen.save();
    pen.beginPath();
    pen.rect(gutter, row.y + top, width - gutter, row.bottom - row.y);
    pen.clip();
    threadLanes[row.thread].lanes.forEach((lane, depth) => drawLane(pen, row, lane, depth, row.top + top + depth * LANE));
    drawLosses(pen, threadLosses[row.thread], row.top + top + row.lanes * LANE + row.dense + 1);
    if (row.dense) drawDensity(pen, data.drawing.density[row.thread], row.top + top + row.lanes * LANE + 1);
    pen.restore();
  }

  function drawLane(pen, row, lane, depth, y) {
    const perNs = (width - gutter) / (view.to - view.from);
    // Calls narrower than a pixel share it: how much of it they cover is how strong it is painted.
    let column = -1, covered = 0, target = 0;
    const flush = () => {
      if (column < 0) return;
      pen.globalAlpha = isHighlighted(data.targets[target]) ? 0.35 + 0.65 * Math.min(1, covered) : 0.12;
      box(pen, column, y, 1, target, false);
      column = -1;
    };
    for (let at = firstAfter(lane, view.from); at < lane.began.length && lane.began[at] < view.to; at++) {
      const x = gutter + (lane.began[at] - view.from) * perNs;
      const wide = (lane.ended[at] - lane.began[at]) * perNs;
      if (wide < 1.2) {
        const here = Math.floor(x);
        if (here !== column) {
          flush();
          column = here;
          covered = 0;
          target = lane.target[at];
        } else if (data.targets[lane.target[at]].callback) target = lane.target[at];
        covered += Math.max(wide, 0.05);
        continue;
      }
      flush();
      const left = Math.max(x, gutter - 4), right = Math.min(x + wide, width + 4);
      const chosen = view.chosen && view.chosen.thread === row.thread && view.chosen.depth === depth && view.chosen.position === at;
      pen.globalAlpha = isHighlighted(data.targets[lane.target[at]]) ? 1 : 0.18;
      box(pen, left, y, right - left, lane.target[at], lane.open[at]);
      if (chosen) {
        pen.globalAlpha = 1;
        pen.strokeStyle = paper.ink;
        pen.lineWidth = 2;
        pen.strokeRect(left + 1, y + 1, Math.max(right - left - 2, 2), LANE - 3);
      }
    }
    flush();
    pen.globalAlpha = 1;
    if (view.chosen && view.chosen.thread === row.thread && view.chosen.depth === depth) {
      const x = xOf((lane.began[view.chosen.position] + lane.ended[view.chosen.position]) / 2);
      pen.fillStyle = paper.ink;
      pen.beginPath();
      pen.moveTo(x - 4, y - 4);
      pen.lineTo(x + 4, y - 4);
      pen.lineTo(x, y + 1);
      pen.fill();
    }
  }

  function box(pen, x, y, wide, target, open) {
    const tall = LANE - 2;
    pen.fillStyle = paints[target];
    const gap = wide > 4 ? 0.6 : 0;
    if (open && wide > 8) {
      // A torn edge: it goes on behind what is known.
      pen.beginPath();
      pen.moveTo(x, y);
      for (let step = 0; step <= 4; step++) pen.lineTo(x + wide - (step % 2 ? 5 : 0), y + tall * step / 4);
      pen.lineTo(x, y + tall);
      pen.fill();
    } else pen.fillRect(x, y, wide - gap, tall);
    if (data.targets[target].callback && wide > 3) {
      pen.save();
      pen.beginPath();
      pen.rect(x, y, wide - gap, tall);
      pen.clip();
      pen.strokeStyle = "rgb(255 255 255 / .28)";
      pen.lineWidth = 2;
      pen.beginPath();
      const first = Math.max(x, gutter) - (Math.max(x, gutter) - x) % 7;
      for (let at = first - tall; at < Math.min(x + wide, width) + tall; at += 7) {
        pen.moveTo(at, y + tall);
        pen.lineTo(at + tall, y);
      }
      pen.stroke();
      pen.restore();
    }
    const left = Math.max(x, gutter) + 4, room = Math.min(x + wide, width) - left - (open ? 8 : 3);
    if (room > 34) {
      const name = (data.targets[target].callback ? "↩ " : "") + data.targets[target].name;
      pen.fillStyle = paper.boxInk;
      pen.fillText(fitted(pen, name, room), left, y + tall / 2 + 0.5);
    }
  }

  function drawDensity(pen, density, y) {
    pen.fillStyle = paper.muted;
    for (let at = 0; at < density.length; at += 3) {
      const from = density[at] * partNs;
      if (from + partNs < view.from || from > view.to) continue;
      pen.globalAlpha = 0.22 + 0.78 * Math.min(1, density[at + 2] / partNs);
      const x = xOf(from);
      pen.fillRect(x, y, Math.max(xOf(from + partNs) - x, 1), DENSE - 1);
    }
    pen.globalAlpha = 1;
  }

  function drawLosses(pen, losses, y) {
    pen.fillStyle = paper.pause;
    for (const { from, until } of losses) {
      if (until < view.from || from > view.to) continue;
      const left = Math.max(xOf(from), gutter), right = Math.min(Math.max(xOf(until), left + 2), width);
      for (let x = left; x < right; x += 7) pen.fillRect(x, y, Math.min(4, right - x), 2);
    }
  }

  function drawName(pen, row, top) {
    const thread = data.threads[row.thread];
    const chosen = document.activeElement === scroll && rows[view.thread] === row;
    const y = row.y + top;
    const kind = kindOf(thread);
    const deeper = threadLanes[row.thread].deeper;
    const about = [kind === threadName(thread) ? "" : kind, thread.os, deeper ? `${count(deeper)} deeper calls not drawn` : ""].filter(word => word).join(" · ");
    if (gutter) {
      pen.fillStyle = paper.panel;
      pen.fillRect(0, y, gutter - 1, row.bottom - row.y);
      pen.fillStyle = paper.line;
      pen.fillRect(gutter - 1, y, 1, row.bottom - row.y);
      pen.fillRect(0, y, width, 1);
    }
    pen.fillStyle = chosen ? paper.accent : paper.ink;
    pen.font = `${chosen ? "bold " : ""}12px system-ui, 'DejaVu Sans', sans-serif`;
    const mark = chosen ? "▸ " : "";
    if (gutter) {
      pen.fillText(cut(pen, mark + threadName(thread), gutter - 16), 8, y + 11);
      pen.font = "10.5px system-ui, 'DejaVu Sans', sans-serif";
      pen.fillStyle = paper.muted;
      pen.fillText(cut(pen, about, gutter - 16), 8, y + 25);
    } else pen.fillText(cut(pen, `${mark}${threadName(thread)} · ${about}`, width - 12), 5, y + 9);
    pen.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  }

  // Each pause through all threads: dotted until all had stopped, filled while they were held.
  function drawPauses(pen, from, to) {
    let last = -1;
    for (const [, began, stopping, took] of data.pauses) {
      const ended = took === null ? length : began + took;
      if (ended < view.from || began > view.to) continue;
      const x = Math.max(xOf(began), gutter), stopped = clamp(xOf(began + stopping), gutter, width), end = clamp(xOf(ended), gutter, width);
      if (end - x < 1 && Math.floor(x) === last) continue;
      last = Math.floor(x);
      pen.fillStyle = paper.pause;
      pen.globalAlpha = 0.22;
      pen.fillRect(stopped, from, Math.max(end - stopped, 1), to - from);
      pen.globalAlpha = 0.55;
      if (stopped - x > 3) for (let dotX = x + 2; dotX < stopped; dotX += 5) for (let y = from + 2; y < to; y += 5) pen.fillRect(dotX, y, 1.5, 1.5);
      pen.globalAlpha = 0.8;
      if (end - x > 2) {
        pen.fillRect(x, from, 1, to - from);
        pen.fillRect(end - 1, from, 1, to - from);
      }
    }
    pen.globalAlpha = 1;
  }

  function drawHead(pen) {
    pen.fillStyle = paper.soft;
    pen.fillRect(0, 0, width, head);
    const step = niceStep((view.to - view.from) / Math.max(2, (width - gutter) / 110));
    pen.strokeStyle = paper.line;
    for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
      const x = Math.round(xOf(at)) + 0.5;
      pen.fillStyle = paper.line;
      pen.fillRect(x, 0, 1, RULER);
      pen.fillStyle = paper.muted;
      const text = moment(at, step, view.to);
      if (x + 4 + pen.measureText(text).width < width) pen.fillText(text, x + 4, RULER / 2);
    }
    if (gutter) {
      pen.fillStyle = paper.soft;
      pen.fillRect(0, 0, gutter - 1, head);
    }
    if (hasRuntime) {
      pen.fillStyle = paper.ink;
      if (gutter) pen.fillText("runtime: pauses, collections", 8, RULER + RUNTIME / 2);
      pen.save();
      pen.beginPath();
      pen.rect(gutter, RULER, width - gutter, RUNTIME);
      pen.clip();
      drawPauses(pen, RULER, RULER + RUNTIME);
      for (const [generation, , began, took] of data.collections) {
        const x = xOf(began), end = xOf(took === null ? length : began + took);
        if (end < gutter || x > width) continue;
        pen.fillStyle = paper.pause;
        pen.fillRect(x, RULER + 3, Math.max(end - x, 1.5), RUNTIME - 6);
        if (end - x > 42) {
          pen.fillStyle = paper.panel;
          pen.fillText(`gen ${generation}`, Math.max(x, gutter) + 4, RULER + RUNTIME / 2);
        }
      }
      pen.restore();
    }
    pen.fillStyle = paper.line;
    pen.fillRect(0, head - 1, width, 1);
  }

  const geometry = () => ({ rows, width, height, gutter, head, whole, partNs, length, LANE, RULER });
  return { scroll, canvas, view, layout, draw, xOf, momentOf, geometry };
})();
