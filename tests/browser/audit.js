// The texts of a page, each with its context, and the texts that cannot be read.
() => {
  const SKIPPED =
    "script, style, noscript, code, pre, [data-testid=stIconMaterial], [translate=no], " +
    "[data-testid=stLogSkeleton]"
  const HIDES = new Set(["hidden", "clip"])
  const SCROLLS = new Set(["auto", "scroll"])
  const found = { texts: [], cut: [], wide: [] }

  const parentOf = (element) => element.parentElement ?? element.getRootNode().host
  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true })

  // The side on which an ancestor of a text truncates it; "" if none does.
  function cutBy(element, rectangle) {
    for (let box = element; box && box !== document.body; box = parentOf(box)) {
      const style = getComputedStyle(box)
      const { left, right, top, bottom, width, height } = box.getBoundingClientRect()
      // Read by screen readers only.
      if (width <= 1 || height <= 1) return ""
      if (style.display === "inline") continue
      if (SCROLLS.has(style.overflowX) || SCROLLS.has(style.overflowY)) return ""
      if (HIDES.has(style.overflowX) && box.scrollWidth > box.clientWidth) {
        // Text shortened by an ellipsis is complete on hover.
        const isShortened = style.textOverflow === "ellipsis" && box.closest("[title]")
        if (isShortened) return ""
        if (rectangle.right > right + 1.5) return "right"
        if (rectangle.left < left - 1.5) return "left"
      }
      if (HIDES.has(style.overflowY) && box.scrollHeight > box.clientHeight) {
        if (rectangle.bottom > bottom + 3) return "bottom"
        if (rectangle.top < top - 3) return "top"
      }
      if (box.tagName === "BUTTON" && rectangle.right > right + 1.5) return "button"
    }
    return ""
  }

  function look(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot)
      if (element.closest(SKIPPED) || !isShown(element)) continue
      for (const name of ["placeholder", "alt"])
        if (element.getAttribute(name)) found.texts.push(element.getAttribute(name))
      for (const node of element.childNodes) {
        const words = node.nodeType === Node.TEXT_NODE ? node.textContent.trim() : ""
        if (!words) continue
        found.texts.push(words)
        if (element.closest("svg")) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        const rectangle = range.getBoundingClientRect()
        const side = rectangle.width && cutBy(element, rectangle)
        if (side) found.cut.push(`${side}: ${words}`)
      }
    }
  }

  look(document)
  for (const box of document.querySelectorAll("html, [data-testid=stMain]"))
    if (box.scrollWidth > box.clientWidth + 1)
      found.wide.push(`${box.dataset.testid ?? "page"}: ${box.scrollWidth} in ${box.clientWidth}`)
  return found
}
