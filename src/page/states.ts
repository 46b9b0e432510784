/** The page's life as one stream: hidden, seen, frozen, left, restored, and what others see of it. Nobody else listens for that. */
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { PageChange } from '../turn/marks.ts'

export interface PageStates {
  hidden(): boolean
  /** Nobody sees it, or it is gone. */
  away(): boolean
  /** Hears of every change from now on, after those who asked before. */
  on(hear: (change: PageChange) => void): Stop
  /** Something became of the page that only others can see. */
  tell(change: PageChange): void
  /** Begins to look; what is not known before. */
  watch(): Stop
}

export function createStates(guard: Guard): PageStates {
  const hearers = new Set<(change: PageChange) => void>()
  let hidden = document.hidden
  let left = false

  const tell = (change: PageChange): void => {
    for (const hear of hearers) guard(() => hear(change))
  }
  const see = (at: number, now = document.hidden): void => {
    if (now == hidden || left) return
    hidden = now
    tell({ kind: now ? 'hidden' : 'visible', at })
  }
  const hear = (target: EventTarget, type: string, handler: (at: number, event: Event) => void): Stop =>
    listen(
      target,
      type,
      guard.wrap((event: Event) => handler(event.timeStamp, event)),
    )

  return {
    hidden: () => hidden,
    away: () => hidden || left,
    on(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    tell,
    watch() {
      hidden = document.hidden
      left = false
      return stopAll([
        hear(document, 'visibilitychange', (at) => see(at)),
        hear(document, 'freeze', (at) => {
          see(at, true)
          tell({ kind: 'frozen', at })
        }),
        hear(document, 'resume', (at) => see(at)),
        // The event fires on the window, never on the document, and before `visibilitychange`:
        // https://html.spec.whatwg.org/multipage/document-lifecycle.html#unloading-documents
        hear(window, 'pagehide', (at) => {
          if (left) return
          left = true
          tell({ kind: 'left', at })
        }),
        // Old turns stay ended, new ones can end again.
        hear(window, 'pageshow', (at, event) => {
          if (!(event as PageTransitionEvent).persisted) return
          left = false
          tell({ kind: 'restored', at })
          see(at)
        }),
      ])
    },
  }
}
