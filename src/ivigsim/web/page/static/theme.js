// Runs before the page is painted, so that nobody who prefers dark sees a white flash.
(() => {
  const chosen = new URLSearchParams(location.search).get("theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
