// Values that say where they come from: a line when pointed at, everything when pressed; and copying.

const tip = document.getElementById("tip");
const dialog = document.getElementById("detail");

function place(target) {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const at = target.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - tip.offsetWidth - 8);
  const above = at.top - tip.offsetHeight - 6;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 0 ? above : at.bottom + 6}px`;
}

const tipped = (event) => event.target.closest?.("[data-tip]");

// Wire the page; `ask` gets the key of a value that was pressed.
export function wire(ask) {
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => tipped(event) && place(tipped(event)));
  }
  for (const kind of ["pointerout", "focusout"]) {
    document.addEventListener(kind, (event) => tipped(event) && (tip.hidden = true));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });
  document.addEventListener("click", (event) => {
    const value = event.target.closest("[data-about]");
    if (value) ask(value.dataset.about);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside the box
  });
  for (const button of dialog.querySelectorAll("[data-copy-detail]")) {
    const part = button.dataset.copyDetail;
    button.addEventListener("click", () => {
      copy(dialog.querySelector(`[data-detail="${part}"]`).textContent, button);
    });
  }
}

export function showDetail(found) {
  for (const each of dialog.querySelectorAll("[data-detail]")) {
    const text = found[each.dataset.detail];
    if (each.dataset.detail === "link") {
      const safe = /^https?:\/\/\S+$/.test(text);
      each.parentElement.hidden = !safe;
      if (safe) each.href = text;
    } else each.textContent = text || "-";
  }
  for (const part of dialog.querySelectorAll("[data-part]")) part.hidden = !found[part.dataset.part];
  tip.hidden = true;
  if (!dialog.open) dialog.showModal();
}

// Copy a text and say so on the button; without the clipboard (a plain address of another machine) by selection.
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (button.closest("dialog") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.dataset.label ?? button.textContent;
  button.dataset.label = before;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), 1500);
}
