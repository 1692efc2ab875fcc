"use strict";
// Without this script every dataset is listed all the same.
const index = JSON.parse(document.getElementById("index").textContent);
const items = [...document.querySelectorAll(".dataset")];
const fields = ["q", "status", "language"].map((id) => document.getElementById(id));
const [query, status_, language] = fields;
const count = document.getElementById("count");

function read() {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const field of fields) field.value = said.get(field.id) || "";
}

function keep() {
  const said = new URLSearchParams();
  for (const field of fields) if (field.value) said.set(field.id, field.value);
  history.replaceState(null, "", "#" + said);
}

function mark(words) {
  if (!window.Highlight) return;
  const ranges = [];
  for (const item of words.length ? items.filter((each) => !each.hidden) : []) {
    const walk = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode.data.toLowerCase();
      // A letter may become longer in lower case; then places would not fit.
      if (text.length !== walk.currentNode.data.length) continue;
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(walk.currentNode, at);
          range.setEnd(walk.currentNode, at + word.length);
          ranges.push(range);
        }
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

function search() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  index.forEach((each, n) => {
    const fits = words.every((word) => each.text.includes(word))
      && (!status_.value || each.status === status_.value)
      && (!language.value || each.language === language.value);
    items[n].hidden = !fits;
    shown += fits;
  });
  count.textContent = shown === index.length ? `${shown} dataset${shown === 1 ? "" : "s"}` : `${shown} of ${index.length} datasets`;
  mark(words);
}

for (const field of fields) field.addEventListener("input", () => { search(); keep(); });
addEventListener("hashchange", () => { read(); search(); });
document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("search").hidden = false;
read();
search();
