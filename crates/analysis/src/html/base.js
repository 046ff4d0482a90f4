"use strict";
// Names in the data come from the program that was recorded: they go to the page as text, never as markup.

window.addEventListener("error", event => {
  const place = document.getElementById("failure");
  place.textContent = "This page could not be drawn as it should: " + event.message;
  place.hidden = false;
  document.documentElement.dataset.failed = event.message;
});

const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);

// An element with attributes and children; children that are no elements become text.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg"; // A name, not an address that is fetched.

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const count = number => Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

// As the text report writes durations: three digits that say something.
function duration(ns) {
  for (const [unit, size] of [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]]) {
    const value = ns / size;
    let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    if (unit === "ns") decimals = value < 99.95 && value % 1 >= 0.05 ? 1 : 0;
    const text = value.toFixed(decimals);
    if (Number(text) < 1000) return `${text} ${unit}`;
  }
  return `${count(ns / 1e9)} s`;
}

// Moments on an axis that goes up to `most`: all in one unit, with as many digits as the step between two of them asks for.
function moment(ns, step, most) {
  const [unit, size] = most >= 1e9 ? ["s", 1e9] : most >= 1e6 ? ["ms", 1e6] : most >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  const decimals = clamp(Math.ceil(-Math.log10(step / size) - 1e-9), 0, 9);
  return `${(ns / size).toFixed(decimals)} ${unit}`;
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

function hash(text) {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return value >>> 0;
}

// A step between marks of an axis that is at least this and a round number.
function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map(factor => factor * size).find(step => step >= rough);
}

// Text that fits into so many pixels: a target without its library first, then cut.
function fitted(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  const short = text.includes("!") ? text.slice(text.indexOf("!") + 1) : text;
  if (pen.measureText(short).width <= room) return short;
  const characters = Math.floor(room / 6.4) - 1;
  return characters < 3 ? "" : short.slice(0, characters) + "…";
}

function cut(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  let kept = text.length;
  while (kept > 1 && pen.measureText(text.slice(0, kept) + "…").width > room) kept--;
  return text.slice(0, kept) + "…";
}

// Native functions are cool, callbacks warm; the hue within tells targets apart. Hatching says the same without colour.
let paints = [];
let paper = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  const value = name => style.getPropertyValue(name).trim();
  for (const name of ["panel", "ink", "muted", "line", "soft", "accent", "pause", "page"]) paper[name] = value("--" + name);
  paper.boxInk = value("--box-ink");
  paints = data.targets.map(target => {
    const turn = hash(target.name) % 1000 / 1000;
    return target.callback
      ? `hsl(${12 + turn * 34} 62% ${value("--callback-l")})`
      : `hsl(${178 + turn * 95} ${value("--native-s")} ${value("--native-l")})`;
  });
}
readColours();

const threadName = thread => thread.name || (thread.kind === "main" ? "main" : `thread ${thread.os}`);
const kindWords = { threadpool_worker: "pool worker", thread_pool: "pool worker", main: "main thread", finalizer: "finalizer", foreign: "native thread", user: "thread" };
const kindOf = thread => thread.kind ? kindWords[thread.kind] || thread.kind.replaceAll("_", " ") : "";

// What is highlighted: a part of a name, in lower case.
const highlight = { text: "", changed: [] };
const isHighlighted = target => !highlight.text || `${target.name} ${target.method}`.toLowerCase().includes(highlight.text);

const tip = byId("tip");
function showTip(event, lines) {
  tip.replaceChildren(...lines.map(line => el("div", {}, line)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const x = event.clientX + 14 + box.width > innerWidth ? event.clientX - box.width - 10 : event.clientX + 14;
  const y = event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18;
  tip.style.left = `${Math.max(4, x)}px`;
  tip.style.top = `${Math.max(4, y)}px`;
}
const hideTip = () => { tip.hidden = true; };
