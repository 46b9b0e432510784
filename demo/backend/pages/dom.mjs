// Makes and updates elements. Text is always text, never markup.

const SVG = 'http://www.w3.org/2000/svg'

/**
 * @param {string} tag `div`, `a.row.wide`; tags beginning with `svg:` are SVG
 * @param {Record<string, any> | null} [props] attributes; `style` is an object, `on…` a listener
 * @param {...any} children nodes, text, lists; empty ones are skipped
 * @returns {any}
 */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.replace('svg:', '').split('.')
  const element = tag.startsWith('svg:') ? document.createElementNS(SVG, name) : document.createElement(name || 'div')
  if (classes.length) element.setAttribute('class', classes.join(' '))
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (key === 'style') for (const [name_, it] of Object.entries(value)) element.style.setProperty(name_, String(it))
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
    else element.setAttribute(key, value === true ? '' : String(value))
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== undefined && child !== null && child !== false && child !== ''),
  )
  return element
}

const kept = new WeakMap()

/**
 * Makes `parent` show `items`, touching only what changed, so that polling does not flicker, close or blur anything.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => HTMLElement} render
 */
export function keep(parent, items, key, render) {
  const old = kept.get(parent) ?? new Map()
  const now = new Map()
  let after = null
  for (const item of items) {
    const signature = JSON.stringify(item)
    let entry = old.get(key(item))
    if (entry?.signature !== signature) {
      const node = render(item)
      if (entry) carryOver(entry.node, node)
      else if (kept.has(parent)) node.classList.add('arrived')
      entry?.node.replaceWith(node)
      entry = { signature, node }
    }
    const place = after ? after.nextSibling : parent.firstChild
    if (entry.node !== place) parent.insertBefore(entry.node, place)
    now.set(key(item), entry)
    after = entry.node
  }
  while (after ? after.nextSibling : parent.firstChild) (after ? after.nextSibling : parent.firstChild).remove()
  kept.set(parent, now)
}

/** Open folds and the focus go on in the new node. */
function carryOver(from, to) {
  for (const fold of from.querySelectorAll('details[data-k]')) {
    const twin = to.querySelector(`details[data-k="${CSS.escape(fold.dataset.k)}"]`)
    if (twin) twin.open = fold.open
  }
  const { activeElement } = document
  if (!activeElement || !from.contains(activeElement)) return
  const all = [...from.querySelectorAll('a, button, select, summary')]
  const place = all.indexOf(activeElement)
  queueMicrotask(() =>
    (place < 0 ? to : to.querySelectorAll('a, button, select, summary')[place])?.focus?.({ preventScroll: true }),
  )
}

/** A chart redrawn for the width it has. @param {string} className @param {(width: number) => Node} draw */
export function responsive(className, draw) {
  const box = h('div', { class: className })
  let drawn = 0
  const observer = new ResizeObserver(([entry]) => {
    if (!box.isConnected) return observer.disconnect()
    const width = Math.round(entry.contentRect.width)
    if (width === drawn || !width) return
    drawn = width
    box.replaceChildren(draw(width))
  })
  observer.observe(box)
  return box
}

/** A button that copies `text` and says so. @param {string} text @param {string} what */
export function copyButton(text, what) {
  const button = h('button.copy', { type: 'button', 'aria-label': `Copy ${what}`, title: `Copy ${what}` }, icon('copy'))
  button.addEventListener('click', async (event) => {
    event.preventDefault()
    event.stopPropagation()
    await navigator.clipboard?.writeText(text).catch(() => {})
    button.replaceChildren(icon('check'))
    button.setAttribute('aria-label', 'Copied')
    setTimeout(() => {
      button.replaceChildren(icon('copy'))
      button.setAttribute('aria-label', `Copy ${what}`)
    }, 1200)
  })
  return button
}

/** 16 × 16, stroked. */
const ICONS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.8',
  stop: 'M4.5 4.5h7v7h-7z',
  skip: 'M3 4.5 7 8l-4 3.5M8.5 4.5l4 3.5-4 3.5',
  leave: 'M7 3H3.5v10H7M6.5 8h6.5M10.5 5.2 13.2 8l-2.7 2.8',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  slash: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8zM4.4 4.4l7.2 7.2',
  unknown: 'M5.6 6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.5M8 12.2v.2',
  open: 'M4 8v.1M8 8v.1M12 8v.1',
  again: 'M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.8 2.6v2.6h-2.6',
  copy: 'M6 6h6.5v6.5H6zM10 6V3.5H3.5V10H6',
  up: 'M5 7.2 7.6 2.8c1 0 1.6.6 1.6 1.6v2h3c.8 0 1.3.7 1.1 1.4l-1 4.2c-.1.6-.6 1-1.2 1H5zM2.6 7.2H5V13H2.6z',
  down: 'M5 8.8 7.6 13.2c1 0 1.6-.6 1.6-1.6v-2h3c.8 0 1.3-.7 1.1-1.4l-1-4.2c-.1-.6-.6-1-1.2-1H5zM2.6 8.8H5V3H2.6z',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8',
  moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z',
  auto: 'M8 2.6a5.4 5.4 0 1 0 0 10.8zM8 2.6a5.4 5.4 0 0 1 0 10.8',
  chevron: 'M6 4l4 4-4 4',
  circle: 'M8 2.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6z',
  diamond: 'M8 1.4 14.6 8 8 14.6 1.4 8z',
  triangle: 'M8 1.8l6.8 12H1.2z',
  eye: 'M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8zM8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z',
  share: 'M8 9.5V2.8M5.4 5.2 8 2.6l2.6 2.6M4.4 7.4H3.4v6h9.2v-6h-1',
  clock: 'M8 2.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6zM8 5v3.2l2.2 1.4',
  upward: 'M8 13V3.4M4.4 7 8 3.4 11.6 7',
  person: 'M8 2.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM3.2 13.4c.4-2.8 2.2-4.2 4.8-4.2s4.4 1.4 4.8 4.2',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2',
}

/** @param {keyof typeof ICONS | string} name @param {boolean} [filled] */
export const icon = (name, filled) =>
  h(
    'svg:svg',
    { class: filled ? 'icon filled' : 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    h('svg:path', { d: ICONS[name] ?? ICONS.unknown }),
  )
