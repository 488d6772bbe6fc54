// The texts that a page's main area shows before anyone acts on it, in the order of the page.
//
// Everything that is drawn counts, far down the page as well: headings, captions, labels, buttons,
// explanations, values, names, placeholders, titles of charts and of their axes. Left out are
// - what is not drawn (closed expanders, popovers, tooltips) or only read by screen readers,
// - icons, logs and code, and the cells of tables,
// - captions of photographs in a grid, and those with a number below a single photograph,
// - the labels at the ticks of charts.
() => {
  const SKIPPED =
    "script, style, noscript, pre, table, option, [role=grid], [data-testid=stDataFrame], " +
    "[data-testid=stIconMaterial], [translate=no], .xtick, .ytick, .modebar"
  const FIELD = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=range], [type=file])"

  const parentOf = (element) => element.parentElement ?? element.getRootNode().host
  const isDrawn = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true })

  const isCaption = (element) =>
    Boolean(element.closest("li")?.querySelector("button > img")) ||
    (element.closest("figcaption")?.parentElement.querySelector("img") &&
      /\d/.test(element.textContent))

  // Boxes of a pixel hide what only screen readers read.
  function hasRoom(element) {
    for (let box = element; box; box = parentOf(box)) {
      const { width, height } = box.getBoundingClientRect()
      const { display, overflow } = getComputedStyle(box)
      if (["inline", "contents"].includes(display) || overflow === "visible") continue
      if (width <= 1 || height <= 1) return false
    }
    return true
  }

  const found = []
  function look(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot)
      if (element.closest(SKIPPED) || !isDrawn(element) || isCaption(element)) continue
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      const words = own.map((node) => node.textContent.trim()).join(" ")
      const written = element.matches(FIELD) ? element.value || element.placeholder : ""
      if ((words.trim() || written) && hasRoom(element)) found.push(words.trim() || written)
    }
  }
  look(document.querySelector("[data-testid=stMain]"))
  return found
}
