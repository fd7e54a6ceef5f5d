"use strict";
(() => {
  // The places in a row, as htmlplan.go writes them.
  const SID = 0, TOPIC = 1, VERB = 2, CREATED = 3, LAST = 4, MEMBERS = 5, MESSAGES = 6, FILES = 7, BYTES = 8,
    FIDELITY = 9, SECONDS = 10, LOSSES = 11, REASON = 12, COUNTS = 13, STATE = 14;
  const PAGE = 50; // rows in the document at a time
  const find = id => document.getElementById(id);
  const read = id => find(id) ? JSON.parse(find(id).textContent) : [];

  // make makes an element; texts of people only ever become text nodes.
  const make = (tag, className, ...children) => {
    const e = document.createElement(tag);
    if (className) e.className = className;
    for (const c of children) if (c !== null && c !== undefined) e.append(c);
    return e;
  };
  const words = text => make("bdi", "", text);
  const comma = n => n.toLocaleString("en-US");
  const size = n => {
    const units = ["B", "KiB", "MiB", "GiB"];
    let i = 0;
    while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
    return (i ? n.toFixed(1) : n) + " " + units[i];
  };
  const time = s => s >= 3600 ? (s / 3600).toFixed(1) + " h" : s >= 60 ? (s / 60).toFixed(1) + " min" : s + " s";

  // A verification has no table, but differences to search.
  const different = find("different");
  if (different) {
    const all = [...different.children].map(e => [e, e.textContent.toLowerCase()]);
    const choose = () => {
      const q = find("find").value.trim().toLowerCase();
      let n = 0;
      for (const [e, text] of all) {
        e.hidden = !text.includes(q);
        if (!e.hidden) n++;
      }
      find("count").textContent = comma(n) + " of " + comma(all.length) + " conversations";
    };
    find("find").addEventListener("input", choose);
    find("tools").hidden = false;
    choose();
  }

  // clock is a time to the minute, or what stands there when it is none.
  const clock = at => /^\d{4}-\d\d-\d\dT\d\d:\d\d.*Z$/.test(at) ? at.slice(0, 10) + " " + at.slice(11, 16) + " UTC" : at.slice(0, 40);

  const rows = read("rows");
  const previews = new Map(read("previews").map(p => [p.sid, p]));
  const table = find("conv");
  if (!table) return;
  const lossesOf = row => Object.values(row[LOSSES] || {}).reduce((a, b) => a + b, 0);
  const haystack = rows.map(r => [r[SID], r[TOPIC], r[STATE], r[REASON], ...Object.keys(r[LOSSES] || {}),
    (previews.get(r[SID]) || {}).name].join("\n").toLowerCase());
  const state = {query: "", verb: "", key: null, up: true, page: 0, shown: []};

  const select = () => {
    const q = state.query.trim().toLowerCase();
    const chosen = [];
    for (let i = 0; i < rows.length; i++) {
      if (state.verb && rows[i][VERB] !== state.verb) continue;
      if (q && !haystack[i].includes(q)) continue;
      chosen.push(rows[i]);
    }
    if (state.key !== null) {
      const value = state.key === "losses" ? lossesOf : r => r[state.key];
      const keyed = chosen.map(r => [value(r), r]);
      const text = keyed.length > 0 && typeof keyed[0][0] === "string";
      const order = text ? new Intl.Collator("en", {numeric: true}).compare : (a, b) => a - b;
      keyed.sort((a, b) => state.up ? order(a[0], b[0]) : order(b[0], a[0]));
      state.shown = keyed.map(k => k[1]);
    } else {
      state.shown = chosen;
    }
    state.page = 0;
    draw();
  };

  const line = row => {
    const open = make("button", "open", words(row[TOPIC] || row[SID]));
    open.type = "button";
    open.dataset.sid = row[SID];
    const name = make("th", "", open, make("code", "", row[SID]));
    name.scope = "row";
    if (row[REASON]) name.append(make("span", "reason", words(row[REASON])));
    const cell = (text, label, n) => {
      const td = make("td", n ? "n" : "", text);
      td.dataset.label = label;
      return td;
    };
    const verb = cell(make("span", "chip " + row[VERB], row[VERB]), "Becomes");
    return make("tr", "", name, verb, cell(row[LAST] || "–", "Last message"), cell(comma(row[MEMBERS]), "Members", true),
      cell(comma(row[MESSAGES]), "Messages", true), cell(comma(row[FILES]), "Files", true), cell(row[FIDELITY] + " %", "Fidelity", true),
      cell(time(row[SECONDS]), "Time", true), cell(comma(lossesOf(row)), "Losses", true));
  };

  const draw = () => {
    const pages = Math.max(1, Math.ceil(state.shown.length / PAGE));
    const from = state.page * PAGE;
    table.tBodies[0].replaceChildren(...state.shown.slice(from, from + PAGE).map(line));
    find("count").textContent = state.shown.length === rows.length ? comma(rows.length) + " conversations"
      : comma(state.shown.length) + " of " + comma(rows.length) + " conversations";
    find("page").textContent = "Page " + comma(state.page + 1) + " of " + comma(pages);
    find("prev").disabled = state.page === 0;
    find("next").disabled = state.page >= pages - 1;
    find("pages").hidden = pages === 1;
  };

  const turn = by => { state.page += by; draw(); table.scrollIntoView({block: "start"}); };

  const files = list => list && list.length ? make("ul", "files", ...list.map(f => {
    const li = make("li");
    if (f.thumb) {
      const img = make("img");
      img.src = f.thumb;
      img.alt = "";
      li.append(img);
    }
    const about = [f.type, f.size ? size(f.size) : ""].filter(Boolean).join(", ");
    li.append(make("span", "", words(f.name || f.sid), about ? make("small", "", words(about)) : null));
    return li;
  })) : null;

  const bubble = (b, when) => make("div", "bubble", make("div", "who", words(b.from || "(no author)"), make("small", "", when)),
    b.text ? make("div", "said", words(b.text)) : null, b.more ? make("small", "more", "… and " + comma(b.more) + " more bytes") : null, files(b.files));

  const exchange = s => {
    // The ACS side names a file; its picture is that of the Twilio side.
    const pictures = new Map((s.before.files || []).map(f => [f.sid, f]));
    const after = (s.after || []).map(b => ({...b, files: (b.files || []).map(f => ({...pictures.get(f.sid), ...f}))}));
    const losses = (s.losses || []).length ? make("p", "codes", ...s.losses.map(c => make("span", "chip", c))) : null;
    return make("li", "pair",
      make("div", "from", make("h4", "", "Twilio"), bubble(s.before, clock(s.before.at || ""))),
      make("div", "to", make("h4", "", "ACS" + (after.length > 1 ? ", " + after.length + " parts" : "")),
        ...after.map(b => bubble(b, s.verb === "unchanged" ? "arrived already" : "day of the run"))),
      losses);
  };

  const facts = row => {
    const [create, update, remove, joined, left, stored] = row[COUNTS];
    const dl = make("dl", "facts");
    const add = (name, value) => { if (value) dl.append(make("div", "", make("dt", "", name), make("dd", "", words(String(value))))); };
    add("Becomes", row[VERB]);
    add("Why", row[REASON]);
    add("State in Twilio", row[STATE]);
    add("Created", row[CREATED]);
    add("Last message", row[LAST]);
    add("Messages", [create && "+" + comma(create), update && "~" + comma(update), remove && "-" + comma(remove)].filter(Boolean).join(" ")
      || comma(row[MESSAGES]));
    add("Members", [comma(row[MEMBERS]), joined && "+" + comma(joined), left && "-" + comma(left)].filter(Boolean).join(" "));
    add("Files", row[FILES] && comma(row[FILES]) + (stored ? " (+" + comma(stored) + ")" : ""));
    add("Size", size(row[BYTES]));
    add("Losses", Object.entries(row[LOSSES] || {}).map(([c, n]) => c + " ×" + n).join(", "));
    return dl;
  };

  const side = find("side");
  const show = sid => {
    const row = rows.find(r => r[SID] === sid);
    if (!row) return;
    const p = previews.get(sid);
    const body = [facts(row)];
    if (p && p.sample && p.sample.length) {
      const members = (p.members || []).flatMap((m, i) => i ? [", ", words(m)] : [words(m)]);
      if (p.moreMembers) members.push(" and " + comma(p.moreMembers) + " more");
      body.push(make("div", "titles",
        make("div", "from", make("h3", "", "What Twilio shows"), make("p", "", words(p.name))),
        make("div", "to", make("h3", "", "What ACS will show"), make("p", "", words(p.topic)), members.length ? make("p", "members", ...members) : null)));
      body.push(make("p", "note", "ACS shows every message at the moment it arrives: the day of the migration. The original time travels as metadata."));
      const list = make("ol", "pairs");
      let last = null;
      for (const s of p.sample) {
        if (last !== null && s.index > last + 1) list.append(make("li", "gap", "⋯"));
        list.append(exchange(s));
        last = s.index;
      }
      body.push(list, make("p", "note", p.sample.length < p.messages
        ? comma(p.sample.length) + " of " + comma(p.messages) + " messages: the first and last three, and what comes with losses between them"
        : comma(p.messages) + " messages"));
    } else {
      body.push(make("p", "note", "There is no side-by-side of this conversation: " + (p ? "no message of it would be carried." : "the file would have become too large.")));
    }
    find("side-title").replaceChildren(words(row[TOPIC] || sid));
    find("side-body").replaceChildren(...body);
    if (!side.open) side.showModal();
    side.scrollTop = 0;
    find("side-title").focus();
  };

  find("tools").hidden = table.hidden = false;
  let waiting;
  find("q").addEventListener("input", e => {
    state.query = e.target.value;
    clearTimeout(waiting);
    waiting = setTimeout(select, 80);
  });
  find("verb").addEventListener("change", e => { state.verb = e.target.value; select(); });
  find("prev").addEventListener("click", () => turn(-1));
  find("next").addEventListener("click", () => turn(1));
  find("close").addEventListener("click", () => side.close());
  side.addEventListener("click", e => { if (e.target === side) side.close(); });
  table.tBodies[0].addEventListener("click", e => {
    const open = e.target.closest("button.open");
    if (open) show(open.dataset.sid);
  });
  for (const th of table.querySelectorAll("th[data-key]")) {
    th.querySelector("button").addEventListener("click", () => {
      const key = th.dataset.key === "losses" ? "losses" : Number(th.dataset.key);
      // Names go up first, numbers down.
      state.up = state.key === key ? !state.up : key === TOPIC || key === VERB;
      state.key = key;
      for (const other of table.querySelectorAll("th[data-key]")) other.removeAttribute("aria-sort");
      th.setAttribute("aria-sort", state.up ? "ascending" : "descending");
      select();
    });
  }
  select();
})();
