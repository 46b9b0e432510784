/** What the icons in a control are called, wherever pages write that down; who understands it is in labels.ts. */
import { attributesOf } from './sayings.ts'

/** Elements of a control that are looked at: it is small, or it is none. */
const MOST = 12
const FONT = /material-(icons|symbols)|google-symbols|icon-?font|mat-icon/

/**
 * How the outlines of well-known thumbs begin, of icons that come without any name: Lucide, Feather, Material, Heroicons,
 * Remix, Carbon, Ant Design.
 */
const OUTLINES: [string, RegExp][] = [
  ['thumbs-up', /^(M7 10v12|M15 5\.88|M14 9V5a3|M1 21h4V9|M9 21h9c|M6\.633 10|M14\.5998 8|M26 12h-6|M885\.9 533)/],
  [
    'thumbs-down',
    /^(M17 14V2|M9 18\.12|M10 15v4a3|M15 3H6c|M7\.498 15|M7\.5 15\.25|M9\.40017 16|M30 16V9|M885\.9 490)/,
  ],
]

/** Names of the icons in and of `element`; none where it holds more than a control does. */
export function iconsOf(element: Element): string[] {
  const parts = element.getElementsByTagName('*')
  if (parts.length > MOST) return []
  const names: string[] = []
  for (const part of [element, ...parts]) {
    const drawn = /^(svg|use|path|i|img|image)$|icon/.test(part.localName)
    const kind = part.getAttribute('class') ?? ''
    if (part !== element || drawn) names.push(...kind.split(/\s+/))
    names.push(...attributesOf(part, 'data-icon data-lucide data-mat-icon-name fonticon icon svgicon'))
    if (part.localName === 'use') names.push(...attributesOf(part, 'href xlink:href').filter((at) => at.includes('#')))
    if (drawn) names.push(...attributesOf(part, 'data-testid name aria-label title alt'))
    if (part.localName === 'title' || FONT.test(kind)) names.push(part.textContent!.slice(0, 40))
    if (part.localName === 'img') names.push(/([^/]*?)(\.\w+)?([?#].*)?$/.exec(part.getAttribute('src') ?? '')![1]!)
    const outline = part.localName === 'path' && (part.getAttribute('d') ?? '').trim()
    if (outline) for (const [name, begins] of OUTLINES) if (begins.test(outline)) names.push(name)
  }
  return names.filter(Boolean)
}
