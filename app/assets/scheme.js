// Before anything is drawn: the theme that was chosen, else the system's. Afterwards: the grid follows the page's theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const set = () => {
    const chosen = localStorage.getItem("mantine-color-scheme-value");
    const dark = chosen === "dark" || (chosen !== "light" && system.matches);
    root.dataset.mantineColorScheme = dark ? "dark" : "light";
  };
  set();
  system.addEventListener("change", set);
  const follow = () => {
    if (document.body) document.body.dataset.agThemeMode = root.dataset.mantineColorScheme;
  };
  new MutationObserver(follow).observe(root, { attributeFilter: ["data-mantine-color-scheme"] });
  document.addEventListener("DOMContentLoaded", follow);
})();
