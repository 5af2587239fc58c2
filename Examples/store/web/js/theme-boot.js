// Applies the remembered theme before anything is painted. A classic script on
// purpose: modules are deferred, and the page would flash.
(function () {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be blocked; the system preference applies.
  }
})();
