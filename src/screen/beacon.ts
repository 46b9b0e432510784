/** A speck of text whose own paint time the browser tells: it dates the frame it enters. Leaves when to use it to `paint`. */
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'

/** Nearly invisible, but not to the browser: with alpha 0, or off the viewport, no entry would come. */
const STYLE =
  'all:initial;position:fixed;top:0;left:0;width:2px;height:2px;overflow:hidden;contain:strict;font:2px/2px serif;' +
  'color:rgba(0,0,0,.004);pointer-events:none;user-select:none;z-index:2147483647'

interface PaintEntry extends PerformanceEntry {
  element?: Element
  renderTime?: number
  presentationTime?: number
}

/** Half of what pages that are not isolated get it late by at most: rounded up to 4 ms. Exact elsewhere (npm run bench:paint). */
const COARSE = globalThis.crossOriginIsolated ? 0 : 2

/** When the browser presented it, ms. */
export const presented = (entry: PerformanceEntry): number | undefined => {
  const time = (entry as PaintEntry).presentationTime || (entry as PaintEntry).renderTime
  return time && time - COARSE
}
/** Half-width of the error of `presented`, ms: input has its time in steps of 0.1 ms. */
export const presentedError = COARSE + 0.3

export const supports = (type: string): boolean => !!globalThis.PerformanceObserver?.supportedEntryTypes?.includes(type)

export interface Beacon {
  /** Dates the next frame painted: `seen` gets its time, once. A newer call forgets an older one that is still out. */
  place(seen: (at: number) => void): void
  /** Gives up on the one that is out. */
  remove: Stop
}

/** Undefined where the browser has no element timing. */
export function createBeacon(doc: Document, guard: Guard): Beacon | undefined {
  if (!supports('element')) return
  const name = 'chat-vitals'
  let span: HTMLElement | undefined
  let observer: PerformanceObserver | undefined
  const remove = (): void => {
    observer?.disconnect()
    observer = undefined
    span?.remove()
  }
  return {
    remove,
    place(seen) {
      remove()
      if (!span) {
        span = doc.createElement('span')
        span.textContent = '.'
        span.setAttribute('aria-hidden', 'true')
        span.setAttribute('elementtiming', name)
        // By CSSOM: a style attribute would be blocked by a strict style-src.
        for (const rule of STYLE.split(';')) {
          const [property = '', value = ''] = rule.split(':')
          span.style.setProperty(property, value, 'important')
        }
      }
      observer = new PerformanceObserver(
        guard.wrap((list: PerformanceObserverEntryList) => {
          for (const entry of list.getEntries())
            if ((entry as PaintEntry).element === span && observer) {
              const at = presented(entry)
              remove()
              if (at) seen(at)
            }
        }),
      )
      observer.observe({ type: 'element' })
      // At the end of <html>: no selector of the page that counts children of <body> notices it.
      doc.documentElement.append(span)
    },
  }
}
