// One board per key. When an element above it appears or disappears, Streamlit mounts the component in
// another place, before or after it removes the old one: the board moves there with the reader's zoom.
const boards = new Map()
const SECONDS_AWAY = 5

// Formats that a browser can save by itself, without rendering on the server.
const saveAs = (format) => (plot) =>
  window.Plotly.downloadImage(plot, { format, filename: plot.dataset.title, scale: 2, ...sizeOf(plot) })

const sizeOf = (plot) => ({ width: plot._fullLayout.width, height: plot._fullLayout.height })

// Plotly would offer an upload of the chart to its vendor's servers.
const PRIVATE = { responsive: true, showSendToCloud: false }

// Made once per language: with a new configuration object Plotly redraws and loses the zoom.
const configurations = new Map()

function config(words) {
  if (!configurations.has(words.language)) configurations.set(words.language, configuration(words))
  return configurations.get(words.language)
}

function configuration({ language, png, svg, html, plotly: dictionary }) {
  const { Icons } = window.Plotly
  return {
    ...PRIVATE,
    displaylogo: false,
    locale: language,
    locales: { [language]: { dictionary } },
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toImage"],
    modeBarButtonsToAdd: [
      { name: png, icon: Icons.camera, click: saveAs("png") },
      { name: svg, icon: Icons.pencil, click: saveAs("svg") },
      { name: html, icon: Icons.disk, click: saveAsPage },
    ],
  }
}

// A self-contained page: Plotly's script and the figure in one file.
async function saveAsPage(plot) {
  const script = await (await fetch(plot.script)).text()
  const { data, layout } = window.Plotly.Plots.graphJson(plot, false, "keepdata", "object")
  const figure = JSON.stringify({ data, layout: { ...layout, width: undefined } })
  const parts = [
    `<!doctype html><meta charset="utf-8"><title>${plot.dataset.title}</title><div id="plot"></div>`,
    "<script>", script.replaceAll("</script", "<\\/script"), "</script><script>",
    `const figure = ${figure.replaceAll("</", "<\\/")};`,
    `const config = ${JSON.stringify(PRIVATE)};`,
    "Plotly.newPlot('plot', figure.data, figure.layout, config)</script>",
  ]
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob(parts, { type: "text/html" }))
  link.download = `${plot.dataset.title}.html`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// The script is loaded once per page, for any number of charts.
function plotly(url) {
  window.plantStudioPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = url
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => reject(new Error(`cannot load ${url}`))
    document.head.append(script)
  })
  return window.plantStudioPlotly
}

function element(name, className, parent) {
  const made = document.createElement(name)
  made.className = className
  parent.append(made)
  return made
}

function newChart(board) {
  const figure = element("figure", "ps-chart", board.root)
  const chart = {
    figure,
    title: element("figcaption", "ps-chart-title", figure),
    plot: element("div", "ps-chart-plot", figure),
    details: element("details", "ps-chart-numbers", figure),
    traces: [],
    seen: false,
    stale: true,
  }
  chart.summary = element("summary", "", chart.details)
  chart.words = element("p", "", chart.details)
  chart.table = element("table", "", chart.details)
  chart.details.ontoggle = () => fillTable(chart)
  chart.plot.setAttribute("role", "img")
  figure.chart = chart
  board.watcher.observe(figure)
  return chart
}

function newBoard() {
  const board = { root: document.createElement("div"), charts: new Map(), number: 0, calls: 0 }
  board.root.className = "ps-charts"
  board.waiting = new Set()
  // A chart outside the viewport is drawn when it scrolls into view.
  const look = (changes) =>
    changes.forEach(({ target, isIntersecting }) => {
      target.chart.seen = isIntersecting
      soon(board, target.chart)
    })
  board.watcher = new IntersectionObserver(look, { rootMargin: "200px" })
  return board
}

function fillTable(chart) {
  if (!chart.details.open) return
  const { header, rows } = chart.numbers
  const head = document.createElement("thead")
  const body = document.createElement("tbody")
  const line = (parent, cells, name) => {
    const row = parent.insertRow()
    cells.forEach((cell, place) => {
      const made = element(place === 0 ? "th" : name, "", row)
      made.textContent = cell
      if (place === 0 || name === "th") made.scope = name === "th" ? "col" : "row"
    })
  }
  line(head, header, "th")
  rows.forEach((row) => line(body, row, "td"))
  chart.table.replaceChildren(head, body)
}

function isDark(node) {
  const probe = document.createElement("canvas").getContext("2d")
  probe.fillStyle = getComputedStyle(node).getPropertyValue("--st-background-color").trim()
  probe.fillRect(0, 0, 1, 1)
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128
}

function coloured(look, dark) {
  const pairs = new Map(Object.entries(dark))
  const other = (colour) => pairs.get(colour.toLowerCase()) ?? colour
  return JSON.parse(JSON.stringify(look).replace(/#[0-9a-f]{6}/gi, other))
}

function listen(board, chart) {
  const pointer = (shape) => () => (chart.plot.querySelector(".nsewdrag").style.cursor = shape)
  chart.listens = true
  chart.plot.on("plotly_hover", pointer("pointer"))
  chart.plot.on("plotly_unhover", pointer(""))
  chart.plot.on("plotly_click", ({ points: [{ x, y, curveNumber, pointNumber }] }) =>
    // A cell of a heat map has two indices; the first is not needed.
    board.tell("clicked", [String(x), String(y), curveNumber, [pointNumber].flat().at(-1)]),
  )
}

// The kept points of a trace, followed by the new ones.
function grown(trace, { keep, x, y, look }) {
  return {
    look: look ?? trace?.look ?? {},
    x: [...(trace?.x ?? []).slice(0, keep), ...x],
    y: [...(trace?.y ?? []).slice(0, keep), ...y],
  }
}

function take(chart, entry, words) {
  const changed = entry.figure || entry.layout || entry.traces.some((t) => t.x.length || t.look)
  const shrunk = entry.traces?.some((t, place) => t.keep < (chart.traces[place]?.x.length ?? 0))
  chart.stale ||= Boolean(changed || shrunk)
  if (entry.figure) {
    const { data, layout } = JSON.parse(entry.figure)
    chart.layout = layout
    chart.traces = data.map(({ x, y, ...look }) => ({ look, x, y }))
  } else {
    chart.layout = entry.layout ?? chart.layout
    chart.traces = entry.traces.map((t, place) => grown(chart.traces[place], t))
  }
  chart.numbers = entry.table
  chart.summary.textContent = words.numbers
  chart.title.textContent = chart.plot.dataset.title = entry.title
  chart.words.textContent = entry.summary
  chart.plot.setAttribute("aria-label", `${entry.title}. ${entry.summary}`)
  chart.plot.style.minHeight = `${chart.layout.height}px`
  fillTable(chart)
}

// One chart per frame, from the top: the first is visible while the others are drawn.
function soon(board, chart) {
  board.waiting.add(chart)
  board.frame ??= requestAnimationFrame(() => drawNext(board))
}

function drawNext(board) {
  const { chart } = [...board.root.children].find((figure) => board.waiting.has(figure.chart)) ?? {}
  board.waiting.delete(chart)
  board.frame = board.waiting.size ? requestAnimationFrame(() => drawNext(board)) : undefined
  if (chart) draw(board, chart)
}

function draw(board, chart) {
  if (!window.Plotly || !chart.figure.isConnected || !chart.seen) return
  const dark = isDark(chart.figure)
  if (!chart.stale && chart.dark === dark) return
  chart.stale = false
  chart.dark = dark
  const shown = ({ look }) => (dark ? coloured(look, board.colours) : look)
  const data = chart.traces.map((trace) => {
    const points = trace.x === undefined ? {} : { x: trace.x, y: trace.y }
    return { ...structuredClone(shown(trace)), ...points }
  })
  const { separators } = board.language
  const layout = { ...structuredClone(shown({ look: chart.layout })), separators }
  chart.plot.script = board.script
  window.Plotly.react(chart.plot, data, layout, config(board.language))
  if (board.clickable && !chart.listens) listen(board, chart)
}

function update(board, { charts, number, base }) {
  if (number !== undefined && number === board.number) return true
  if (base && base !== board.number) return false
  const names = new Set(charts.map(({ name }) => name))
  for (const [name, chart] of board.charts) {
    if (!names.has(name)) remove(board, name, chart)
  }
  for (const entry of charts) {
    if (!base && number !== undefined && board.charts.has(entry.name)) {
      board.charts.get(entry.name).traces = []
    }
    if (!board.charts.has(entry.name)) board.charts.set(entry.name, newChart(board))
    take(board.charts.get(entry.name), entry, board.language)
  }
  inOrder(board, charts)
  board.number = number ?? 0
  return true
}

function inOrder(board, charts) {
  charts.forEach(({ name }, place) => {
    const { figure } = board.charts.get(name)
    if (board.root.children[place] !== figure) {
      board.root.insertBefore(figure, board.root.children[place] ?? null)
    }
  })
}

function remove(board, name, chart) {
  board.watcher.unobserve(chart.figure)
  board.waiting.delete(chart)
  window.Plotly?.purge(chart.plot)
  chart.figure.remove()
  board.charts.delete(name)
}

// Whether a place that the board has left requests it back with an old message.
const isOutdated = (board, parent, { number }) =>
  board.root.isConnected && board.root.parentElement !== parent && number < board.number

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  const board = boards.get(data.key) ?? newBoard()
  if (isOutdated(board, parentElement, data)) return undefined
  boards.set(data.key, board)
  clearTimeout(board.timer)
  if (board.root.parentElement !== parentElement) parentElement.append(board.root)
  board.colours = data.dark
  board.script = data.script
  board.language = data.words
  board.clickable = data.clickable
  board.tell = setTriggerValue
  const call = (board.calls += 1)
  if (!update(board, data)) setTriggerValue("gap", true)
  const charts = () => [...board.charts.values()]
  plotly(data.script).then(
    () => charts().forEach((chart) => soon(board, chart)),
    () => charts().forEach((chart) => (chart.details.open = true)),
  )
  return () => {
    // If messages arrive fast, Streamlit also ends a call that a newer one has overtaken, while
    // the newer one has the board on the page.
    if (call !== board.calls) return
    board.root.remove()
    board.timer = setTimeout(() => end(data.key, board), SECONDS_AWAY * 1_000)
  }
}

function end(key, board) {
  boards.delete(key)
  for (const [name, chart] of board.charts) remove(board, name, chart)
  board.watcher.disconnect()
}
