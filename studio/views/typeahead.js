const MOST = 50
// In pixels: the gap between the box and its list, and the maximum height of the list.
const GAP = 4
const HIGHEST = 300
const LEAST = 80
const MARKS = /\p{M}/gu

const plain = (words) => words.normalize("NFD").replace(MARKS, "").toLowerCase()

// The indices of the names that start with the typed text, then of those with a word that does, then
// of those that contain it anywhere.
function fitting(forms, typed) {
  const wanted = plain(typed.trim())
  const ranks = [[], [], []]
  forms.forEach((form, place) => {
    const at = form.indexOf(wanted)
    if (at >= 0) ranks[at === 0 ? 0 : form.includes(` ${wanted}`) ? 1 : 2].push(place)
  })
  return ranks.flat()
}

class Choice {
  constructor(root) {
    const part = (selector) => root.querySelector(selector)
    this.label = part("label")
    this.box = part(".box")
    this.input = part("input")
    this.clear = part(".clear")
    this.popup = part(".popup")
    this.list = part("ul")
    this.note = part("p")
    this.reposition = () => (this.popup.isConnected ? this.position() : this.close())
    this.listen()
  }

  listen() {
    const { box, input, clear, list, popup } = this
    input.onclick = () => this.isOpen || this.open()
    input.oninput = () => this.search(input.value)
    input.onkeydown = (event) => this.press(event)
    input.onblur = () => this.close()
    // The input keeps the focus when anything else is clicked.
    popup.onmousedown = (event) => event.preventDefault()
    box.onmousedown = (event) => {
      if (event.target === input) return
      event.preventDefault()
      input.focus()
      if (event.target === box) this.isOpen ? this.close() : this.open()
    }
    clear.onclick = () => this.choose(null)
    list.onclick = (event) => {
      const item = event.target.closest("li")
      if (item) this.choose(item.dataset.name)
    }
  }

  show(data, tell) {
    this.data = data
    this.tell = tell
    this.forms = undefined
    this.label.textContent = data.label
    this.input.placeholder = data.words.all
    this.clear.ariaLabel = data.words.clear
    this.list.setAttribute("aria-label", data.label)
    if (!this.isOpen) return this.settle()
    this.draw()
    this.activate(this.row)
  }

  get isOpen() {
    return this.input.ariaExpanded === "true"
  }

  open() {
    this.input.select()
    this.search("")
  }

  search(typed) {
    if (!this.isOpen) {
      this.input.ariaExpanded = "true"
      this.popup.showPopover()
      document.addEventListener("scroll", this.reposition, true)
      window.addEventListener("resize", this.reposition)
    }
    this.typed = typed
    this.draw()
    this.activate(typed ? 0 : -1)
  }

  close() {
    if (!this.isOpen) return
    document.removeEventListener("scroll", this.reposition, true)
    window.removeEventListener("resize", this.reposition)
    this.input.ariaExpanded = "false"
    if (this.popup.isConnected) this.popup.hidePopover()
    this.list.replaceChildren()
    this.activate(-1)
    this.settle()
  }

  // The box shows the choice, regardless of the typed text.
  settle() {
    const { chosen, names } = this.data
    this.input.value = this.input.title = chosen ? this.written(names.indexOf(chosen)) : ""
    this.clear.hidden = !chosen
  }

  written(place) {
    return `${this.data.names[place]} (${this.number(this.data.counts[place])})`
  }

  number(value) {
    return value.toLocaleString(this.data.language, { useGrouping: "always" })
  }

  draw() {
    this.forms ??= this.data.names.map(plain)
    const places = fitting(this.forms, this.typed)
    const more = places.length - MOST
    this.list.replaceChildren(...places.slice(0, MOST).map((...at) => this.option(...at)))
    const { words } = this.data
    const left = more > 0 ? words.more.replace("{n}", this.number(more)) : ""
    this.note.textContent = places.length ? left : words.none
    this.position()
  }

  option(place, row) {
    const item = document.createElement("li")
    const words = document.createElement("span")
    item.id = `option-${row}`
    item.dataset.name = this.data.names[place]
    item.setAttribute("role", "option")
    item.setAttribute("aria-selected", item.dataset.name === this.data.chosen)
    words.textContent = item.title = this.written(place)
    item.append(words)
    return item
  }

  // Below the box, or above it if there is more space.
  position() {
    const box = this.box.getBoundingClientRect()
    const below = window.innerHeight - box.bottom - 2 * GAP
    const { popup, list, note } = this
    popup.style.minWidth = `${box.width}px`
    list.style.maxHeight = `${HIGHEST}px`
    const isBelow = popup.offsetHeight <= below || below >= box.top
    const room = (isBelow ? below : box.top - 2 * GAP) - note.offsetHeight
    list.style.maxHeight = `${Math.min(Math.max(room, LEAST), HIGHEST)}px`
    const left = Math.min(box.left, document.documentElement.clientWidth - popup.offsetWidth - GAP)
    popup.style.left = `${Math.max(left, 0)}px`
    popup.style.top = `${isBelow ? box.bottom + GAP : box.top - GAP - popup.offsetHeight}px`
  }

  activate(row) {
    this.row = row
    const items = [...this.list.children]
    items.forEach((item, at) => item.classList.toggle("active", at === row))
    if (!items[row]) return this.input.removeAttribute("aria-activedescendant")
    this.input.setAttribute("aria-activedescendant", items[row].id)
    items[row].scrollIntoView({ block: "nearest" })
  }

  press(event) {
    if (event.isComposing) return
    const last = this.list.children.length - 1
    const rows = { ArrowDown: this.row < last ? this.row + 1 : 0, Home: 0, End: last }
    rows.ArrowUp = this.row > 0 ? this.row - 1 : last
    if (!this.isOpen) {
      // Typed text replaces the text of the choice.
      if (event.key.length === 1 || event.key === "Backspace") this.input.select()
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
      this.open()
      this.activate(event.key === "ArrowDown" ? 0 : this.list.children.length - 1)
    } else if (event.key in rows) this.activate(rows[event.key])
    else if (event.key === "Escape") this.close()
    else if (event.key === "Enter" && this.row >= 0)
      this.choose(this.list.children[this.row]?.dataset.name ?? this.data.chosen)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  choose(name) {
    const isOther = name !== this.data.chosen
    this.data = { ...this.data, chosen: name }
    if (this.isOpen) this.close()
    else this.settle()
    if (isOther) this.tell({ name })
  }
}

const choices = new WeakMap()

export default function ({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".box")
  if (!choices.has(box)) choices.set(box, new Choice(parentElement))
  choices.get(box).show(data, (picked) => setTriggerValue("picked", picked))
}
