// The calls that are drawn one by one, unpacked: for each thread its lanes, one for each depth of nesting. Calls of one lane do not
// overlap, so both their beginnings and their ends rise, and any moment is found by halving.

const OPEN = data.recording.duration_ns;
const MOST_LANES = 12;
const threadLanes = unpack();

function unpack() {
  const packed = Uint8Array.from(atob(data.drawing.calls), char => char.charCodeAt(0));
  let place = 0;
  const next = () => {
    let value = 0, scale = 1, byte;
    do {
      byte = packed[place++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  };
  return data.drawing.counts.map((number, index) => {
    const lanes = [];
    const around = [];
    const until = data.threads[index].ended_ns ?? OPEN;
    let began = 0, deeper = 0;
    for (let call = 0; call < number; call++) {
      began += next();
      const length = next();
      const target = next();
      const ended = Math.max(length === 0 ? until : began + length - 1, began);
      while (around.length && around[around.length - 1] <= began) around.pop();
      const depth = around.length;
      around.push(ended);
      if (depth >= MOST_LANES) {
        deeper++;
        continue;
      }
      const lane = lanes[depth] ??= { began: [], ended: [], target: [], open: [] };
      lane.began.push(began);
      lane.ended.push(ended);
      lane.target.push(target);
      lane.open.push(length === 0);
    }
    // Without nesting there may be holes only where a call around is missing, and then its lane is empty.
    for (let depth = 0; depth < lanes.length; depth++) lanes[depth] ??= { began: [], ended: [], target: [], open: [] };
    return { lanes, deeper };
  });
}

// Position of the first call of a lane that ends after this moment.
function firstAfter(lane, moment) {
  let low = 0, high = lane.ended.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.ended[middle] > moment) high = middle;
    else low = middle + 1;
  }
  return low;
}

// A chosen call: thread, depth and position in its lane. What is around it, from the outside in.
function chainOf({ thread, depth, position }) {
  const lanes = threadLanes[thread].lanes;
  const moment = lanes[depth].began[position];
  const chain = [];
  for (let outer = 0; outer < depth; outer++) {
    const at = firstAfter(lanes[outer], moment);
    if (at < lanes[outer].began.length && lanes[outer].began[at] <= moment) chain.push(data.targets[lanes[outer].target[at]]);
  }
  return chain;
}

function describeCall(choice) {
  const lane = threadLanes[choice.thread].lanes[choice.depth];
  const target = data.targets[lane.target[choice.position]];
  const thread = data.threads[choice.thread];
  const length = lane.ended[choice.position] - lane.began[choice.position];
  const open = lane.open[choice.position];
  const gone = open && thread.ended_ns !== null;
  const took = gone ? "never returned: its thread ended after " : open ? "had not returned after " : "took ";
  const chain = chainOf(choice).map(outer => outer.name);
  return {
    name: target.name,
    lines: [
      `${target.callback ? "callback" : "native call"}, ${took}${duration(length)}, from ${duration(lane.began[choice.position])} on`,
      target.method === target.name ? null : `declared as ${target.method}${target.assembly ? " in " + target.assembly : ""}`,
      `on ${threadName(thread)} (${thread.os})`,
      chain.length ? `inside ${chain.join(" › ")}` : null,
    ].filter(line => line),
  };
}

// For each thread the times in which calls were lost: from the last call that is known before to when the loss was noticed.
const threadLosses = data.threads.map(() => []);
for (const [thread, until, calls] of data.losses) {
  const lane = threadLanes[thread].lanes[0];
  const next = lane ? firstAfter(lane, until) : 0;
  const known = next > 0 ? lane.ended[next - 1] : data.threads[thread].began_ns;
  threadLosses[thread].push({ from: Math.min(known, until), until, calls });
}
