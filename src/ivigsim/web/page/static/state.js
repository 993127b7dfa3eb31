// The address is the state: the form is written from it once and read into it at every change.

const form = () => document.getElementById("controls");
const fields = () => [...form().elements].filter((each) => each.name);
const switches = () => [...document.querySelectorAll("[data-switch]")];

const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "yes" : "") : field.value.trim());
const usualOf = (field) => field.dataset.default ?? "";

// Fill the form from an address; what the form cannot show, the server refuses in words.
export function fill(query) {
  const given = new URLSearchParams(query);
  for (const field of fields()) {
    if (!given.has(field.name)) continue;
    if (field.type === "checkbox") field.checked = given.get(field.name) === "yes";
    else field.value = given.get(field.name);
  }
  const listed = (key) => (given.get(key) ?? "").split(",");
  for (const box of switches()) {
    if (listed("off").includes(box.dataset.switch)) box.checked = false;
    if (listed("on").includes(box.dataset.switch)) box.checked = true;
  }
}

// Return the address of what is chosen, without what is as usual.
export function query() {
  const found = new URLSearchParams();
  for (const field of fields()) {
    if (valueOf(field) !== usualOf(field)) found.set(field.name, valueOf(field));
  }
  const turned = (wanted) =>
    switches()
      .filter((box) => box.checked === wanted && (box.dataset.default === "on") !== wanted)
      .map((box) => box.dataset.switch)
      .join(",");
  if (turned(false)) found.set("off", turned(false));
  if (turned(true)) found.set("on", turned(true));
  const view = document.querySelector("[data-view].active").dataset.view;
  if (view !== "courses") found.set("view", view);
  const product = document.getElementById("field-product");
  if (!product && new URLSearchParams(location.search).has("product")) {
    found.set("product", new URLSearchParams(location.search).get("product"));
  }
  return found.toString();
}

// Put the address into the bar; the theme stays in it when it was chosen.
export function show(text, theme) {
  const full = new URLSearchParams(text);
  if (theme) full.set("theme", theme);
  const shown = full.toString();
  history.replaceState(null, "", shown ? `?${shown}` : location.pathname);
}
