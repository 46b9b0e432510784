/** The page's icons: 24 × 24 line drawings, by name. */
const PATHS = {
  plus: '<path d="M12 5v14M5 12h14"/>',
  close: '<path d="M6 6l12 12M18 6 6 18"/>',
  menu: '<path d="M4 7h16M4 12h16M4 17h10"/>',
  up: '<path d="M12 19V5M6 11l6-6 6 6"/>',
  down: '<path d="M12 5v14M6 13l6 6 6-6"/>',
  stop: '<rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" stroke="none"/>',
  sliders: '<path d="M4 8h10M18 8h2M4 16h2M10 16h10"/><circle cx="16" cy="8" r="2"/><circle cx="8" cy="16" r="2"/>',
  headset:
    '<path d="M4 14v-2a8 8 0 0 1 16 0v2"/><path d="M4 14h3v5H5a1 1 0 0 1-1-1zM20 14h-3v5h2a1 1 0 0 0 1-1zM19 19c0 1.500-2 2-5 2"/>',
  globe: '<circle cx="12" cy="12" r="8.500"/><path d="M3.500 12h17M12 3.500c5 5 5 12 0 17M12 3.500c-5 5-5 12 0 17"/>',
  theme: '<circle cx="12" cy="12" r="8.500"/><path d="M12 3.500a8.500 8.500 0 0 1 0 17z" fill="currentColor"/>',
  copy: '<rect x="9" y="9" width="11" height="11" rx="2.500"/><path d="M5.500 15A1.500 1.500 0 0 1 4 13.500v-8A1.500 1.500 0 0 1 5.500 4h8A1.500 1.500 0 0 1 15 5.500"/>',
  check: '<path d="M5 12.500l4.500 4.500L19 7.500"/>',
  thumbUp:
    '<path d="M7 11v9H4.500A1.500 1.500 0 0 1 3 18.500v-6A1.500 1.500 0 0 1 4.500 11zM7 11l4-7.500c1.500 0 2.600 1.100 2.300 2.700L12.600 10H19a2 2 0 0 1 2 2.300l-1 6a2 2 0 0 1-2 1.700H7"/>',
  thumbDown:
    '<path d="M17 13V4h2.500A1.500 1.500 0 0 1 21 5.500v6a1.500 1.500 0 0 1-1.500 1.500zM17 13l-4 7.500c-1.500 0-2.600-1.100-2.300-2.700l.7-3.800H5a2 2 0 0 1-2-2.300l1-6A2 2 0 0 1 6 4h11"/>',
  again: '<path d="M19.500 12a7.500 7.500 0 1 1-2.300-5.400L19.500 9"/><path d="M19.500 4.500V9H15"/>',
  edit: '<path d="M4 20l1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L8 19z"/>',
  trash: '<path d="M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7"/>',
  share: '<path d="M12 15V4M8 7.500 12 4l4 3.500"/><path d="M6 12H5v8h14v-8h-1"/>',
  chevron: '<path d="M9 6l6 6-6 6"/>',
  tool: '<path d="M14.500 6.500a4 4 0 0 0 5 5L11 20a2.100 2.100 0 0 1-3-3l8.500-8.500"/><path d="M14.500 6.500 17 4a4 4 0 0 1 3 3l-2.500 2.500"/>',
  alert: '<path d="M12 4 2.800 19.500h18.400z"/><path d="M12 10v4.500M12 17v.1"/>',
}

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const holder = document.createElement('span')
  holder.className = 'i'
  holder.setAttribute('aria-hidden', 'true')
  holder.innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${PATHS[name] ?? ''}</svg>`
  return holder
}
