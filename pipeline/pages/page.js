"use strict";

// The worklist of the report: open a row, sort, filter, copy a command. Everything is on the page
// already; nothing is fetched. A page without a worklist has none of these parts.

const table = document.querySelector("[data-work-items]");
const filters = document.querySelector("[data-filters]");

function setOpen(button, isOpen) {
  button.setAttribute("aria-expanded", String(isOpen));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !isOpen;
}

function compare(name, one, other) {
  const left = one.dataset[name] ?? "";
  const right = other.dataset[name] ?? "";
  if (name === "amount") return Number(left) - Number(right);
  if (left === "" || right === "") return (left === "" ? 1 : 0) - (right === "" ? 1 : 0);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortBy(button) {
  const header = button.closest("th");
  const first = button.dataset.sort === "amount" ? "descending" : "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const order = header.getAttribute("aria-sort") === first ? second : first;
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", order);
  const direction = order === "ascending" ? 1 : -1;
  const items = [...table.tBodies].sort((one, other) => direction * compare(button.dataset.sort, one, other));
  table.append(...items);
}

function isShown(item, wanted) {
  for (const name of ["owner", "payer", "cause", "kind", "stage"]) {
    const value = wanted.get(name);
    if (value && item.dataset[name] !== value) return false;
  }
  const days = wanted.get("due");
  if (days) {
    if (item.dataset.days === undefined) return false;
    const left = Number(item.dataset.days);
    if (days === "0" ? left >= 0 : left > Number(days)) return false;
  }
  const text = (wanted.get("text") ?? "").trim().toLowerCase();
  return !text || item.textContent.toLowerCase().includes(text);
}

function filter() {
  const wanted = new FormData(filters);
  let shown = 0;
  let cents = 0;
  for (const item of table.tBodies) {
    item.hidden = !isShown(item, wanted);
    if (!item.hidden) {
      shown += 1;
      cents += Number(item.dataset.amount);
    }
  }
  const money = (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
  document.querySelector("[data-count]").textContent = `${shown} of ${table.tBodies.length} items, ${money} at risk`;
}

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page opened from a file share has no clipboard of its own: the old way still works.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  button.textContent = "Copied";
}

if (table) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("open")) setOpen(button, button.getAttribute("aria-expanded") !== "true");
    else if (button.dataset.sort) sortBy(button);
    else if (button.dataset.copy) copy(button);
  });
  for (const change of ["input", "change"]) filters.addEventListener(change, filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(filter));
  filter();
}
