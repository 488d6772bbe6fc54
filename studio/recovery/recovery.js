// A page loads again at most this often, in milliseconds, so that a lasting fault is no endless loop.
const PAUSE = 20_000
const LAST = "plant-studio.recovered"

let watching = false

function isEmpty() {
  return !document.getElementById("root")?.childElementCount
}

function recover() {
  if (!isEmpty() || Date.now() - Number(sessionStorage.getItem(LAST)) < PAUSE) return
  sessionStorage.setItem(LAST, Date.now())
  console.warn("Plant Studio: the page was empty after an error and is loaded again.")
  location.reload()
}

export default function () {
  if (watching) return
  watching = true
  for (const kind of ["error", "unhandledrejection"]) {
    window.addEventListener(kind, () => setTimeout(recover, 500))
  }
}
