// The flame graph: boxes are buttons, so that the keyboard reaches them. Only what is wide enough to see is made.

const flame = (() => {
  const graph = byId("fl-graph"), note = byId("fl-note"), detail = byId("fl-detail"), reset = byId("fl-reset");
  const ROW = 22, MOST_ROWS = 60, MOST_BOXES = 3000;
  const nodes = data.flame.map(([target, parent, calls, total, self]) => ({ target, parent, calls, total, self, children: [] }));
  const root = { target: null, parent: null, calls: 0, total: 0, self: 0, children: [] };
  for (const node of nodes) {
    const around = node.parent === null ? root : nodes[node.parent];
    node.around = around;
    around.children.push(node);
    if (around === root) root.total += node.total;
  }
  for (const node of [root, ...nodes]) node.children.sort((a, b) => b.total - a.total || b.calls - a.calls);
  let shown = root;

  const sentence = node => {
    const target = data.targets[node.target];
    const share = root.total ? 100 * node.total / root.total : 0;
    return [target.name, `${target.callback ? "callback" : "native call"}: ${counted(node.calls, "call")}, ${duration(node.total)} in all (${share.toFixed(1)} %), ${duration(node.self)} of its own`,
      ...(node.around === root ? [] : [`inside ${chain(node.around).map(outer => data.targets[outer.target].name).join(" › ")}`])];
  };
  function chain(node) {
    const all = [];
    for (; node !== root; node = node.around) all.unshift(node);
    return all;
  }

  function draw() {
    const width = graph.clientWidth;
    const outer = shown === root ? [] : chain(shown);
    let boxes = 0, thin = 0, deepest = outer.length;
    const parts = [];
    const add = (node, left, share, row, around) => {
      const target = data.targets[node.target];
      const wide = share * width;
      deepest = Math.max(deepest, row + 1);
      boxes++;
      const button = el("button", {
        type: "button",
        class: [target.callback ? "callback" : "native", wide < 8 ? "thin" : "", around ? "around" : "", isHighlighted(target) ? "" : "dim"].filter(word => word).join(" "),
        "aria-label": sentence(node).join(". "),
        onclick: () => { shown = node; draw(); graph.querySelector(`[data-row="${chain(node).length - 1}"]`)?.focus(); },
        onfocus: () => { detail.textContent = sentence(node).join(" · "); },
        onpointermove: event => showTip(event, sentence(node)),
        onpointerleave: hideTip,
        "data-row": row,
      }, wide > 26 ? `${target.callback ? "↩ " : ""}${target.name}` : "");
      button.style.left = `${100 * left}%`;
      button.style.width = `${100 * share}%`;
      button.style.top = `${row * ROW}px`;
      button.style.backgroundColor = paints[node.target];
      parts.push(button);
    };
    outer.forEach((node, row) => add(node, 0, 1, row, node !== shown));
    const walk = (node, left, share, row) => {
      let at = left;
      for (const child of node.children) {
        const part = node.total ? share * child.total / node.total : 0;
        if (part * width < 2 || row >= MOST_ROWS || boxes >= MOST_BOXES) thin++;
        else {
          add(child, at, part, row, false);
          walk(child, at, part, row + 1);
        }
        at += part;
      }
    };
    walk(shown, 0, 1, outer.length);
    graph.replaceChildren(...parts);
    graph.style.height = `${Math.max(1, deepest) * ROW + 2}px`;
    reset.disabled = shown === root;
    note.textContent = [
      nodes.length === 0 ? "No call in the recording." : `${duration(shown.total)} on all threads together`,
      thin ? `${counted(thin, "box")} too thin to draw`.replace("boxs", "boxes") : "",
      data.flame_folded ? `${counted(data.flame_folded, "call")} too deep, or in chains too many to keep apart, count as part of the call around them` : "",
    ].filter(part => part).join(" · ");
  }

  function out() {
    if (shown === root) return;
    shown = shown.around;
    draw();
  }
  reset.addEventListener("click", () => { shown = root; hideTip(); draw(); });
  graph.addEventListener("keydown", event => { if (event.key === "Escape") { out(); graph.querySelector("button")?.focus(); } });
  highlight.changed.push(draw);
  addEventListener("resize", draw);
  return { draw, total: () => root.total };
})();
