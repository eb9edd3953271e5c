"use strict";
// Search in the page: paragraphs, captions and table rows that hold the words are marked.
(function () {
  const box = document.getElementById("search"), told = document.getElementById("hits");
  const items = Array.from(document.querySelectorAll("main p,main li,main tr,main figcaption,main pre.out"));
  let timer = 0, at = -1, found = [];
  function run() {
    const words = box.value.trim().toLowerCase();
    items.forEach(function (x) { x.style.outline = ""; });
    found = words ? items.filter(function (x) { return x.textContent.toLowerCase().includes(words); }) : [];
    found.forEach(function (x) { x.style.outline = "2px solid #d9a400"; });
    told.textContent = words ? found.length + " places; Enter shows the next" : "";
    at = -1;
  }
  box.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(run, 150); });
  box.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !found.length) { return; }
    at = (at + 1) % found.length;
    const fold = found[at].closest("details");
    if (fold) { fold.open = true; }
    found[at].scrollIntoView({ block: "center" });
  });
}());
