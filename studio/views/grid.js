const COLUMN_KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }

function tile({ id, source, caption, alt }, sources) {
  const item = document.createElement("li")
  const button = document.createElement("button")
  const image = document.createElement("img")
  const words = document.createElement("span")
  button.type = "button"
  button.dataset.id = id
  button.title = caption
  image.src = sources[source]
  image.alt = alt
  words.textContent = caption
  button.append(image, words)
  item.append(button)
  return item
}

// The same photographs with a different image: replaced in place to avoid flicker.
function refresh(item, { source, caption, alt }, sources) {
  const image = item.querySelector("img")
  if (image.src !== sources[source]) image.src = sources[source]
  image.alt = alt
  item.querySelector("span").textContent = caption
}

function columns(buttons) {
  const top = buttons[0].offsetTop
  const next = buttons.findIndex((button) => button.offsetTop > top)
  return next < 0 ? buttons.length : next
}

// One stop of the Tab key for the whole grid; the arrow keys move inside it.
function moved(event, buttons) {
  const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  const step = rows ? rows * columns(buttons) : COLUMN_KEYS[event.key]
  const from = buttons.indexOf(event.target)
  if (!step || from < 0) return
  event.preventDefault()
  // Elsewhere on the page, arrow keys may lead from photograph to photograph.
  event.stopPropagation()
  const to = from + step
  if (rows && (to < 0 || to >= buttons.length)) return
  const target = buttons[Math.min(Math.max(to, 0), buttons.length - 1)]
  buttons.forEach((button) => (button.tabIndex = button === target ? 0 : -1))
  target.focus()
}

function mark(buttons, isOn) {
  buttons.forEach((button) => button.setAttribute("aria-pressed", isOn(button.dataset.id)))
}

function stopAt(buttons, chosen) {
  const first = buttons.find((button) => button.dataset.id === chosen) ?? buttons[0]
  buttons.forEach((button) => (button.tabIndex = button === first ? 0 : -1))
}

// Selects or deselects a tile; with Shift, the whole range from the last one.
function pick(list, buttons, button, through) {
  const on = !list.picked.has(button.dataset.id)
  const last = buttons.findIndex(({ dataset }) => dataset.id === list.last)
  const here = buttons.indexOf(button)
  const from = through && last >= 0 ? Math.min(last, here) : here
  const to = through && last >= 0 ? Math.max(last, here) : here
  for (const { dataset } of buttons.slice(from, to + 1))
    on ? list.picked.add(dataset.id) : list.picked.delete(dataset.id)
  list.last = button.dataset.id
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const list = parentElement.querySelector("ul")
  const { sources } = data
  const shown = data.tiles.map(({ id }) => id).join()
  const isNew = list.dataset.shown !== shown
  list.style.setProperty("--width", `${data.width}px`)
  if (isNew) {
    list.dataset.shown = shown
    list.setAttribute("aria-label", data.label)
    list.style.setProperty("--aspect", data.aspect)
    list.replaceChildren(...data.tiles.map((each) => tile(each, sources)))
  } else data.tiles.forEach((each, place) => refresh(list.children[place], each, sources))
  const buttons = [...list.querySelectorAll("button")]
  const ids = buttons.map((button) => button.dataset.id)
  list.toggleAttribute("data-picking", Boolean(data.picks))
  if (data.picks && (isNew || list.stamp !== data.picks.stamp)) {
    list.picked = new Set(data.picks.ids)
    list.stamp = data.picks.stamp
  }
  if (!data.picks) list.stamp = undefined
  const isOn = (id) => (data.picks ? list.picked.has(id) : id === data.chosen)
  mark(buttons, isOn)
  stopAt(buttons, data.chosen)
  list.onkeydown = (event) => moved(event, buttons)
  list.onclick = (event) => {
    const button = event.target.closest("button")
    if (!button) return
    stopAt(buttons, button.dataset.id)
    if (data.picks) {
      pick(list, buttons, button, event.shiftKey)
      mark(buttons, isOn)
      const on = ids.filter(isOn)
      // The time makes a repeated identical selection a new value.
      setStateValue("picked", { on, off: ids.filter((id) => !isOn(id)), at: Date.now() })
      return
    }
    mark(buttons, (id) => id === button.dataset.id)
    if (data.keeps) setStateValue("chosen", button.dataset.id)
    else setTriggerValue("clicked", button.dataset.id)
  }
}
