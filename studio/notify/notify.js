const shown = new Set()

// Permission may be requested only by a click, and only if it was neither granted nor denied.
function offer(parent, words) {
  const button = parent.querySelector("button") ?? document.createElement("button")
  if (!button.isConnected) {
    button.className = "ps-notify"
    button.onclick = async () => {
      await window.Notification.requestPermission()
      offer(parent, words)
    }
    parent.append(button)
  }
  button.textContent = words
  button.hidden = !("Notification" in window) || window.Notification.permission !== "default"
}

export default function ({ parentElement, data }) {
  offer(parentElement, data.button)
  for (const { id, title, body } of data.alerts) {
    if (shown.has(id)) continue
    shown.add(id)
    if (window.Notification?.permission === "granted") {
      // The same alert in two tabs is one notification.
      new window.Notification(title, { body, tag: id })
    }
  }
}
