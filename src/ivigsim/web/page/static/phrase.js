// The phrase boxes: what completes a phrase, and the sliders and boxes beside it.

const known = JSON.parse(document.getElementById("completions").textContent);
const box = (letter) => document.getElementById(`field-${letter.toLowerCase()}`);
const slider = (letter, part) => document.getElementById(`${part}-${letter.toLowerCase()}`);

// Offer courses for what follows the last plus sign.
function complete(field) {
  const list = document.getElementById(field.getAttribute("list"));
  const plus = field.value.lastIndexOf("+ ");
  const before = plus < 0 ? "" : field.value.slice(0, plus + 2);
  const options = known.filter((each) => !before || each !== "untreated");
  list.replaceChildren(...options.map((each) => new Option(before + each, before + each)));
}

function sayValue(range) {
  const text = `${Number(range.value)} ${range.dataset.unit}`.trim();
  document.querySelector(`output[for="${range.id}"]`).value = range.disabled ? "as the phrase says" : text;
  range.setAttribute("aria-valuetext", text);
}

// Show a phrase as controls, and in its canonical form.
export function showRecipes(recipes, phrases) {
  for (const [letter, recipe] of Object.entries(recipes)) {
    if (document.activeElement !== box(letter)) box(letter).value = phrases[letter];
    const grams = slider(letter, "grams");
    const infusions = slider(letter, "infusions");
    const unknown = recipe.infusions === null;
    if (recipe.grams_per_kg !== null) grams.value = recipe.grams_per_kg;
    if (!unknown) infusions.value = recipe.infusions;
    for (const each of [grams, infusions]) {
      each.disabled = unknown;
      sayValue(each);
    }
    for (const each of document.querySelectorAll(`[data-drug][data-letter="${letter}"]`)) {
      each.checked = recipe.drugs.includes(each.dataset.drug);
    }
  }
}

// Wire the boxes; `changed` is called when a phrase is complete, `rewrite` when a control was moved.
export function wire(changed, rewrite) {
  for (const field of document.querySelectorAll(".phrase")) {
    field.addEventListener("focus", () => complete(field));
    field.addEventListener("input", (event) => {
      complete(field);
      // a choice from the list, not a key: nothing more will be typed
      if (event.inputType === undefined || event.inputType === "insertReplacementText") changed();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") changed();
    });
  }
  for (const range of document.querySelectorAll("input[type=range]")) {
    range.addEventListener("input", () => sayValue(range));
    sayValue(range);
  }
  document.getElementById("controls").addEventListener("change", (event) => {
    const { recipe, letter, drug } = event.target.dataset;
    if (!recipe) return;
    const phrase = box(letter).value;
    if (recipe === "drug") rewrite({ letter, phrase, drug, given: event.target.checked });
    else {
      const infusions = Number(slider(letter, "infusions").value);
      // a dose that is moved while no infusion is given means one
      const least = recipe === "grams" ? 1 : 0;
      rewrite({ letter, phrase, grams: Number(slider(letter, "grams").value), infusions: Math.max(infusions, least) });
    }
  });
}
