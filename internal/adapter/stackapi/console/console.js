// The console of a gateway: what it serves, and the requests that it answers.
//
// Most of what is shown was written by strangers. It gets into the page as text
// alone: nothing here makes markup of a string.

const api = "/_postern/api/v1/";
const most = 1000; // rows that are kept
const $ = (id) => document.getElementById(id);

// el makes an element. Strings among the children are text.
function el(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) {
    if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
    else if (v !== null && v !== undefined) e.setAttribute(k, v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

// stranger is text that somebody else wrote: its direction stays in it.
const stranger = (text, attributes = {}) => el("bdi", { class: "stranger", ...attributes }, text);

async function get(path) {
  const res = await fetch(api + path, { headers: { Accept: "application/json" } });
  const body = await res.json();
  if (!res.ok) throw Object.assign(new Error(body.message), { code: body.code, help: body.help });
  return body;
}

const state = {
  info: null,
  apis: [],
  requests: [], // the newest first
  held: [], // that came during a pause, the oldest first
  last: 0, // number of the newest that came
  missed: 0, // that the gateway had forgotten before they came
  paused: false,
  open: "", // extended id of the request that is shown; clients choose request ids, and may repeat them
};

// ---- what is served

const named = (id) => state.apis.find((a) => a.id === id)?.name || id;

async function loadAPIs() {
  const { apis } = await get("endpoints");
  const before = JSON.stringify(state.apis);
  state.apis = apis;
  if (JSON.stringify(apis) === before && $("apis").childElementCount > 0) return;
  $("apis").replaceChildren(...apis.map(showAPI));
  if (apis.length === 0) {
    $("apis").append(el("p", { class: "empty" }, "Nothing is provisioned yet.", el("code", {}, "postern up template.yaml")));
  }
  showEmpty();
  render();
}

function showAPI(a) {
  const section = el("section", { class: "api" }, el("h2", {}, stranger(a.name || a.id)),
    el("div", { class: "sub" }, a.id, a.stack ? " · stack " + a.stack : ""));
  if (a.stages.length === 0) section.append(el("p", { class: "sub" }, "no stage: nothing is served"));
  for (const stage of a.stages) {
    section.append(el("h3", {}, "stage ", stranger(stage.name)),
      el("div", { class: "address" }, el("span", {}, stage.url), copyButton("copy", () => stage.url, "Copy the address of stage " + stage.name)));
    if (stage.problem) section.append(el("p", { class: "fault" }, "It serves an older deployment: " + stage.problem));
    section.append(el("ul", { class: "methods" }, ...stage.methods.map((m) => showMethod(m))));
  }
  return section;
}

function showMethod(m) {
  const words = (m.httpMethod === "ANY" ? "" : m.httpMethod + " ") + m.path;
  const pick = el("button", { class: "pick", type: "button", "aria-pressed": "false", title: "Show the requests of this method" },
    el("span", { class: "verb" }, m.httpMethod), el("span", { class: "path" }, stranger(m.path)), el("span", { class: "type" }, m.type || "no integration"));
  pick.dataset.words = words;
  pick.addEventListener("click", () => {
    $("filter").value = $("filter").value === words ? "" : words;
    render();
  });
  return el("li", {}, pick, copyButton("curl", () => curlOfMethod(m), "Copy a curl line for " + words));
}

// ---- live traffic

// listen follows the requests for ever, from the newest that it has seen.
async function listen() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 5000)) {
    try {
      const newest = state.held.at(-1) || state.requests[0];
      const since = newest ? "&since=" + encodeURIComponent(newest.extendedRequestId) : "";
      const res = await fetch(api + "traces?follow=true" + since);
      if (!res.ok) {
        const failure = await res.json();
        connection(false, "no live traffic");
        showEmpty(failure);
        return;
      }
      connection(true, "live");
      wait = 250;
      let again = newest; // of another run of the gateway, whose numbers begin anew
      await lines(res.body, (batch) => {
        const list = batch.map((l) => JSON.parse(l));
        if (again && list[0].number <= state.last) state.last = 0;
        again = undefined;
        arrived(list);
      });
    } catch {
      // The gateway went away; the next turn tells whether it is back.
    }
    connection(false, "the gateway does not answer; trying again");
    await new Promise((done) => setTimeout(done, wait));
  }
}

async function lines(body, each) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    if (parts.length > 0) each(parts);
  }
}

function connection(live, text) {
  $("connection").className = live ? "" : "off";
  $("connection").textContent = text;
}

// arrived takes requests. Under load they are shown a few times a second.
let showing;
function arrived(batch) {
  for (const r of batch) {
    if (state.last && r.number > state.last + 1) state.missed += r.number - state.last - 1;
    state.last = r.number;
    state.held.push(r);
  }
  state.held.splice(0, state.held.length - most);
  showing ??= setTimeout(() => {
    showing = undefined;
    if (state.paused) showCount();
    else release();
  }, 100);
}

function release() {
  state.requests.unshift(...state.held.splice(0).reverse());
  state.requests.length = Math.min(state.requests.length, most);
  render();
}

function pause() {
  state.paused = !state.paused;
  $("pause").setAttribute("aria-pressed", String(state.paused));
  $("pause").textContent = state.paused ? "Go on" : "Pause";
  if (!state.paused) release();
  showCount();
}

// what says what failed.
function what(r) {
  const f = r.fault;
  if (f) return reason(r) + (f.cause ? ": " + f.cause : "");
  if (r.status < 400) return "";
  if (r.integrationStatus === r.status) return `the backend answered ${r.status}`;
  if (r.integrationStatus) return `the backend answered ${r.integrationStatus}, which the method makes ${r.status}`;
  return `the method answers ${r.status}`;
}

function reason(r) {
  const f = r.fault;
  if (f.log) return f.log.replace(/^Execution failed due to configuration error: /, "");
  if (r.resourcePath) return `${f.responseType}: ${f.message}`;
  if (f.responseType === "MISSING_AUTHENTICATION_TOKEN") return `no method is at ${r.httpMethod} ${r.path}`;
  if (f.responseType === "ACCESS_DENIED" && f.message === "Forbidden") {
    return state.apis.some((a) => a.id === r.api) ? `${named(r.api)} has no deployed stage ${r.stage}` : `there is no API ${r.api}`;
  }
  return `${f.responseType}: ${f.message}`;
}

function matches(r) {
  const status = $("status").value;
  if (status === "failed" ? r.status < 400 : status && String(r.status)[0] !== status) return false;
  const all = [r.status, r.httpMethod, r.path, r.resourcePath, r.url, named(r.api), r.api, r.stage, r.requestId, r.extendedRequestId, r.traceId,
    r.sourceIp, what(r)].join("\n").toLowerCase();
  return $("filter").value.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });

const made = new WeakMap(); // rows of requests

function row(r) {
  const several = String(state.apis.length); // names may have come since
  const old = made.get(r);
  if (old && old.dataset.apis === several) return old;
  const failure = what(r);
  const where = named(r.api) + "/" + r.stage;
  const tr = el("tr", { "data-id": r.extendedRequestId, "data-apis": several, onclick: () => show(r.extendedRequestId) },
    el("td", {}, el("a", { href: "#" + encodeURIComponent(r.extendedRequestId), "aria-label": `${r.status} ${r.httpMethod} ${r.path}` }, clock.format(new Date(r.time)))),
    el("td", { class: "status s" + String(r.status)[0] }, String(r.status)),
    el("td", {}, stranger(r.httpMethod)),
    el("td", { class: "where", title: where }, stranger(where)),
    el("td", { title: r.path }, stranger(r.path)),
    el("td", { class: "number" }, r.ms.toFixed(1)),
    el("td", { title: failure }, stranger(failure)));
  made.set(r, tr);
  return tr;
}

function render() {
  const list = state.requests.filter(matches);
  const scroll = $("scroll");
  const below = scroll.scrollTop > 0 ? scroll.scrollHeight - scroll.scrollTop : 0;
  const focused = document.activeElement?.closest?.("#rows tr")?.dataset.id;
  document.querySelector("table").classList.toggle("single", state.apis.reduce((n, a) => n + a.stages.length, 0) < 2);
  $("rows").replaceChildren(...list.map(row));
  for (const tr of $("rows").children) tr.setAttribute("aria-current", String(tr.dataset.id === state.open));
  if (below) scroll.scrollTop = scroll.scrollHeight - below; // what is read stays where it is
  if (focused) focusRow(focused);
  for (const pick of document.querySelectorAll(".pick")) pick.setAttribute("aria-pressed", String(pick.dataset.words === $("filter").value));
  showCount(list.length);
  showEmpty();
}

function focusRow(id) {
  [...$("rows").children].find((tr) => tr.dataset.id === id)?.querySelector("a").focus({ preventScroll: true });
}

function showCount(shown = $("rows").childElementCount) {
  const n = state.requests.length;
  const held = state.held.length;
  $("count").textContent = (shown === n ? `${n} request${n === 1 ? "" : "s"}` : `${shown} of ${n}`) + 
    (held ? `, ${held} more since the pause` : "") + (state.missed ? `, ${state.missed} missed` : "");
}

function showEmpty(failure) {
  const box = $("empty");
  if (failure) {
    box.dataset.final = "true";
    box.replaceChildren(el("p", {}, failure.message[0].toUpperCase() + failure.message.slice(1) + "."));
    if (failure.help) box.append(el("code", {}, failure.help));
    return;
  }
  if (box.dataset.final) return;
  if ($("rows").childElementCount > 0) return box.replaceChildren();
  if (state.requests.length > 0) return box.replaceChildren(el("p", {}, "None of them matches the filter."));
  const method = state.apis.flatMap((a) => a.stages).flatMap((s) => s.methods)[0];
  box.replaceChildren(el("p", {}, "No request has been answered yet."));
  if (method) {
    const line = curlOfMethod(method);
    box.append(el("p", {}, "Try:"), el("code", {}, line), el("p", {}, copyButton("Copy", () => line, "Copy the line", "")));
  }
}

// ---- one request

const stations = [
  ["mreq", "1", "method request"],
  ["ireq", "2", "integration request"],
  ["back", "", "backend"],
  ["ires", "3", "integration response"],
  ["mres", "4", "method response"],
];

// wanted is the id that the address names; empty: none.
function wanted() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

async function show(id) {
  if (wanted() !== id) {
    location.hash = encodeURIComponent(id); // comes back here
    return;
  }
  let trace;
  try {
    trace = await get("traces/" + encodeURIComponent(id));
  } catch (err) {
    if (wanted() !== id) return;
    state.open = id;
    $("trace").replaceChildren(el("p", { class: "fault" }, err.message), el("p", {}, err.help || ""));
    opened(true);
    return;
  }
  if (wanted() !== id) return; // another one is wanted by now
  state.open = trace.extendedRequestId;
  $("trace").replaceChildren(...traceOf(trace));
  $("trace").scrollTop = 0;
  opened(true);
}

function opened(yes) {
  $("trace").hidden = !yes;
  document.querySelector("main").classList.toggle("open", yes);
  for (const tr of $("rows").children) tr.setAttribute("aria-current", String(tr.dataset.id === state.open));
  $("rows").querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}

function close() {
  const id = state.open;
  state.open = "";
  history.replaceState(null, "", location.pathname);
  opened(false);
  focusRow(id);
}

const duration = (ms) => (ms >= 1000 ? (ms / 1000).toFixed(2) + " s" : ms.toFixed(1) + " ms");

function traceOf(t) {
  const failure = what(t);
  const facts = [
    ["asked", t.url],
    ["x-amzn-RequestId", t.requestId],
    ["API", `${named(t.api)} (${t.api}), stage ${t.stage}, ${t.resourcePath ? "method " + t.httpMethod + " " + t.resourcePath : "no method"}`],
    ["x-amz-apigw-id", t.extendedRequestId],
    ["client", `${t.sourceIp}; ${t.requestBytes} bytes sent, ${t.responseBytes} bytes got`],
    ["X-Amzn-Trace-Id", t.traceId],
  ];
  return [
    el("div", { class: "title" },
      el("span", { class: "status s" + String(t.status)[0] }, String(t.status)),
      el("h2", {}, stranger(t.httpMethod + " " + t.path)),
      el("span", { class: "sub" }, duration(t.ms) + " · " + new Date(t.time).toLocaleString()),
      el("div", { class: "tools" },
        copyButton("Copy as curl", () => curlOf(t), "Copy the request as a curl line", ""),
        el("button", { type: "button", onclick: close, "aria-label": "Close the trace" }, "Close"))),
    failure ? el("p", { class: "fault" }, stranger(failure)) : null,
    el("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, stranger(value))])),
    el("div", { class: "corridor" }, ...stations.map((s, i) => box(t, s, i))),
  ].filter((e) => e !== null);
}

function box(t, [area, number, name], i) {
  const failedAt = t.fault ? stations.findIndex((s) => s[2] === t.fault.station) : stations.length;
  let title = name;
  let about = "";
  let nothing = "nothing is logged";
  if (name === "method response" && failedAt < i) {
    title = "gateway response";
    number = "";
    about = t.fault.responseType;
  } else if (i > failedAt) {
    nothing = "not reached";
  } else if (t.cache === "hit" && i > 0) {
    nothing = "spared: the stage cache answered";
  } else if (name === "backend") {
    nothing = "none is called";
    if (t.integrationMs) about = `${t.integrationStatus || "no answer"} after ${duration(t.integrationMs)}`;
  }
  const log = t.log.filter((l) => l.station === title).map((l) => l.text);
  const failed = i === failedAt;
  if (failed && t.fault.log) log.splice(log.lastIndexOf(t.fault.log), log.includes(t.fault.log) ? 1 : 0);
  const heading = el("h3", {}, (number ? number + " " : "") + title, about ? el("span", {}, stranger(about)) : null);
  const e = el("section", { class: "box " + area, "aria-label": title }, heading);
  if (log.length > 0) e.append(el("dl", { class: "log" }, ...log.flatMap(logLine)));
  if (failed) {
    e.append(el("div", { class: "fault" }, stranger(t.fault.log || reason(t)), t.fault.cause ? el("code", {}, stranger(t.fault.cause)) : null));
  }
  e.classList.toggle("failed", failed);
  if (log.length === 0 && !failed) {
    e.classList.add("idle");
    heading.append(el("span", {}, about ? "" : nothing));
  }
  return e;
}

// logLine shows a line of the execution log: what it tells of, and what it tells.
function logLine(text) {
  const [, label, value] = /^(Sending request to|Received response)\.? (.*)$/s.exec(text) || /^(.*?): (.*)$/s.exec(text) || [null, text, null];
  if (value === null) return [el("dt", {}, stranger(label))];
  if (value.trim() === "" || value === "{}") return [el("dt", {}, stranger(label), ": " + (value === "{}" ? "none" : "empty"))];
  const dd = el("dd", {}, stranger(/(headers|path|query string)$/.test(label) ? fields(value) : pretty(value)));
  if (value.length > 1000 || value.split("\n").length > 12) dd.tabIndex = 0; // so that the keyboard scrolls it
  return [el("dt", {}, stranger(label)), dd];
}

// fields sets the fields of {name=value, …} below one another.
function fields(text) {
  return text.replace(/^\{/, "").replace(/\}$/, "").replace(/, (?=[\w!#$%&'*+.^`|~-]+=)/g, "\n");
}

// pretty sets a JSON document apart if that changes blanks alone, and leaves other
// texts as they are: a number that JavaScript would round stays what it was.
function pretty(text) {
  try {
    const document = JSON.parse(text);
    const bare = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
    if (JSON.stringify(document) === bare) return JSON.stringify(document, null, 2);
  } catch {
    // It is no JSON, or was cut.
  }
  return text.trimEnd();
}

// ---- curl

// word quotes a text for a shell. Control characters are written as escapes.
function word(s) {
  if (/^[\w@%+=:,./-]+$/.test(s)) return s;
  if (!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(s)) return "'" + s.replaceAll("'", "'\\''") + "'";
  return "$'" + [...s].map((c) => {
    const n = c.codePointAt(0);
    if (c === "'" || c === "\\") return "\\" + c;
    return n < 0x20 || (n >= 0x7f && n < 0xa0) ? "\\u" + n.toString(16).padStart(4, "0") : c;
  }).join("") + "'";
}

function verb(method) {
  return method === "GET" || method === "ANY" ? [] : method === "HEAD" ? ["-I"] : ["-X", word(method)];
}

function curlOfMethod(m) {
  const out = ["curl", ...verb(m.httpMethod)];
  if (["POST", "PUT", "PATCH"].includes(m.httpMethod)) out.push("-H", "'Content-Type: application/json'", "-d", "'{}'");
  for (const name of m.headers || []) out.push("-H", word(name + ": …"));
  if (m.scope) out.push("--aws-sigv4", word(m.scope), "--user", "…:…");
  const query = (m.query || []).map((name) => name + "=…").join("&");
  out.push(word(m.url + (query ? "?" + query : "")));
  return out.join(" ");
}

// Of a request, what curl says itself, and what ends at a connection.
const ownHeaders = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent", "expect", "keep-alive"];
const maskedHeaders = ["authorization", "x-api-key", "cookie", "proxy-authorization", "x-amz-security-token"];
const bodyLabel = "Method request body before transformations: ";

// curlOf is the line that asks the same again, at this gateway. What is masked or
// cut has … in its place.
function curlOf(t) {
  const [, host, path] = /^\w+:\/\/([^/?]*)(.*)$/s.exec(t.url);
  const out = ["curl", ...verb(t.httpMethod)];
  let target = t.url;
  if (host !== location.host) {
    out.push("-H", word("Host: " + host));
    target = location.origin + path;
  }
  for (const [name, value] of t.headers) {
    if (ownHeaders.includes(name.toLowerCase()) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue;
    if (name.toLowerCase() === "accept" && value === "*/*") continue;
    out.push("-H", word(name + ": " + (maskedHeaders.includes(name.toLowerCase()) ? "…" : value)));
  }
  const line = t.log.find((l) => l.text.startsWith(bodyLabel));
  if (t.requestBytes > 0) {
    const body = line ? line.text.slice(bodyLabel.length) : " [TRUNCATED]";
    out.push("--data-raw", word(body.endsWith(" [TRUNCATED]") ? "…" : body));
  }
  if (/[[\]{}]/.test(target)) out.push("--globoff");
  out.push(word(target));
  return out.join(" ");
}

function copyButton(label, text, title, kind = "copy") {
  return el("button", { type: "button", class: kind || null, title, "aria-label": title, onclick: () => copy(text()) }, label);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    prompt("Copy this:", text); // the browser keeps the clipboard to itself
  }
}

let saying;
function say(text) {
  $("said").textContent = text;
  clearTimeout(saying);
  saying = setTimeout(() => ($("said").textContent = ""), 1500);
}

// ---- keys

function move(by) {
  const rows = [...$("rows").children];
  if (rows.length === 0) return;
  const now = document.activeElement?.closest?.("#rows tr") || $("rows").querySelector('[aria-current="true"]');
  const i = now ? rows.indexOf(now) + by : 0;
  const next = rows[Math.max(0, Math.min(rows.length - 1, i))];
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
  if (state.open) show(next.dataset.id);
}

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const typing = e.target.matches("input, select, textarea");
  if (e.key === "Escape") {
    if (e.target === $("filter") && $("filter").value) {
      $("filter").value = "";
      render();
    } else if (typing) e.target.blur();
    else if (state.open) close();
    return;
  }
  if (typing) return;
  const act = { "/": () => $("filter").focus(), j: () => move(1), k: () => move(-1), p: pause }[e.key];
  if (act) {
    e.preventDefault();
    act();
  }
});

$("filter").addEventListener("input", render);
$("status").addEventListener("input", render);
$("pause").addEventListener("click", pause);
function follow() {
  if (wanted()) show(wanted());
  else if (state.open) close();
}
addEventListener("hashchange", follow);

// ---- begin

try {
  state.info = await get("info");
  const i = state.info;
  $("gateway").textContent = `${location.host} · ${i.region} · account ${i.accountId} · ${i.version}`;
  await loadAPIs();
} catch (err) {
  showEmpty(err instanceof TypeError ? { message: "The gateway does not answer" } : err);
}
listen();
follow();
setInterval(() => document.hidden || loadAPIs().catch(() => {}), 5000);
