const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const SIZES = { "+": 1, "=": 1, "-": -1 }
const LEAST = 8
// The size of the photograph on the page, in pixels: an upright one must fit a screen.
const HIGHEST = 560

const between = (value, low, high) => Math.min(Math.max(value, low), high)

// Every square is [x, y, side] in pixels of the original photograph.
function inside([x, y, side], [width, height]) {
  const kept = between(side, Math.min(LEAST, width, height), Math.min(width, height))
  return [between(x, 0, width - kept), between(y, 0, height - kept), kept]
}

// From a fixed corner to the pointer: the side is the longer distance, or as much as fits.
function spanned([fromX, fromY], [toX, toY], [width, height]) {
  const right = toX >= fromX
  const down = toY >= fromY
  const room = Math.min(right ? width - fromX : fromX, down ? height - fromY : fromY)
  const side = Math.min(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY)), room)
  return [right ? fromX : fromX - side, down ? fromY : fromY - side, side]
}

function moved(event, square, [width, height]) {
  const step = Math.max(1, Math.round(Math.min(width, height) * (event.shiftKey ? 0.05 : 0.01)))
  const [x, y, side] = square
  if (WAYS[event.key]) {
    const [across, down] = WAYS[event.key]
    return [x + across * step, y + down * step, side]
  }
  const growth = SIZES[event.key]
  return growth && [x - (growth * step) / 2, y - (growth * step) / 2, side + growth * step]
}

function drag(event, square, at, size) {
  const corner = event.target.dataset?.corner
  const [x, y, side] = square
  if (corner) {
    const [right, bottom] = corner.split(" ").map(Number)
    const stays = [right ? x : x + side, bottom ? y : y + side]
    return (to) => spanned(stays, to, size)
  }
  if (event.target.className === "square")
    return (to) => [x + to[0] - at[0], y + to[1] - at[1], side]
  return (to) => spanned(at, to, size)
}

export default function ({ parentElement, data, setTriggerValue }) {
  const stage = parentElement.querySelector(".stage")
  const image = stage.querySelector("img")
  const frame = stage.querySelector(".square")
  const { size } = data
  let square = data.square

  const show = () => {
    const [x, y, side] = square
    const share = (part, of) => `${(100 * part) / of}%`
    frame.style.left = share(x, size[0])
    frame.style.top = share(y, size[1])
    frame.style.width = share(side, size[0])
    frame.style.height = share(side, size[1])
    const fields = { side, x, y }
    const spoken = data.spoken.replace(/{(\w+)}/g, (_, name) => Math.round(fields[name]))
    frame.setAttribute("aria-label", spoken)
  }
  const change = (next) => {
    square = inside(next, size)
    show()
  }
  const tell = () => setTriggerValue("drawn", square.map(Math.round))
  const place = (event) => {
    const { left, top, width, height } = stage.getBoundingClientRect()
    return [
      between(((event.clientX - left) / width) * size[0], 0, size[0]),
      between(((event.clientY - top) / height) * size[1], 0, size[1]),
    ]
  }

  if (image.src !== data.source) image.src = data.source
  image.alt = data.alt
  image.style.aspectRatio = `${size[0]} / ${size[1]}`
  stage.style.maxWidth = `${Math.round((HIGHEST * size[0]) / size[1])}px`
  show()

  stage.onpointerdown = (event) => {
    const before = square
    const at = place(event)
    const follow = drag(event, square, at, size)
    let far = false
    stage.setPointerCapture(event.pointerId)
    stage.onpointermove = (move) => {
      const to = place(move)
      far ||= Math.hypot(to[0] - at[0], to[1] - at[1]) > size[0] / 100
      if (far) change(follow(to))
    }
    stage.onpointerup = stage.onpointercancel = () => {
      stage.onpointermove = stage.onpointerup = stage.onpointercancel = null
      // A click with almost no movement does not draw a square.
      if (square !== before) tell()
    }
  }
  frame.onkeydown = (event) => {
    const next = moved(event, square, size)
    if (!next) return
    event.preventDefault()
    change(next)
    clearTimeout(frame.waiting)
    frame.waiting = setTimeout(tell, 250)
  }
}
