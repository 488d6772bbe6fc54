const CONFIG = {
  displaylogo: false,
  responsive: true,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
}

const charts = new WeakMap()

// One script for the page, however many charts ask for it.
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

function build(parent) {
  const figure = element("figure", "ps-chart", parent)
  const chart = {
    figure,
    title: element("figcaption", "ps-chart-title", figure),
    plot: element("div", "ps-chart-plot", figure),
    details: element("details", "ps-chart-numbers", figure),
  }
  element("summary", "", chart.details).textContent = "In words and numbers"
  chart.words = element("p", "", chart.details)
  chart.table = element("table", "", chart.details)
  chart.details.ontoggle = () => fillTable(chart)
  chart.plot.setAttribute("role", "img")
  return chart
}

function fillTable(chart) {
  if (!chart.details.open) return
  const { header, rows } = chart.data.table
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

function coloured(figure, dark) {
  const pairs = new Map(Object.entries(dark))
  return figure.replace(/#[0-9a-f]{6}/gi, (colour) => pairs.get(colour.toLowerCase()) ?? colour)
}

function draw(chart) {
  if (!window.Plotly || !chart.figure.isConnected) return
  const { figure, dark } = chart.data
  const { data, layout } = JSON.parse(isDark(chart.figure) ? coloured(figure, dark) : figure)
  window.Plotly.react(chart.plot, data, layout, CONFIG)
  if (chart.data.clickable && !chart.listens) listen(chart)
}

function listen(chart) {
  const pointer = (shape) => () => (chart.plot.querySelector(".nsewdrag").style.cursor = shape)
  chart.listens = true
  chart.plot.on("plotly_hover", pointer("pointer"))
  chart.plot.on("plotly_unhover", pointer(""))
  chart.plot.on("plotly_click", ({ points: [{ x, y, curveNumber, pointNumber }] }) =>
    // A cell of a heat map has two numbers, of which nobody needs the first.
    chart.tell("clicked", [String(x), String(y), curveNumber, [pointNumber].flat().at(-1)]),
  )
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component
  let chart = charts.get(parentElement)
  if (!chart) {
    chart = build(parentElement)
    charts.set(parentElement, chart)
  }
  chart.data = data
  chart.tell = setTriggerValue
  chart.title.textContent = data.title
  chart.words.textContent = data.summary
  chart.plot.setAttribute("aria-label", `${data.title}. ${data.summary}`)
  chart.plot.style.minHeight = `${JSON.parse(data.figure).layout.height}px`
  fillTable(chart)
  plotly(data.script).then(
    () => draw(chart),
    () => (chart.details.open = true),
  )
  return () => {
    window.Plotly?.purge(chart.plot)
    chart.figure.remove()
    charts.delete(parentElement)
  }
}
