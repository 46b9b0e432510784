/** The page view's web vitals by the web-vitals package; loaded lazily, when the page is idle. */
import { onCLS } from 'web-vitals/onCLS.js'
import { onFCP } from 'web-vitals/onFCP.js'
import { onINP } from 'web-vitals/onINP.js'
import { onLCP } from 'web-vitals/onLCP.js'
import { onTTFB } from 'web-vitals/onTTFB.js'

export interface Vital {
  name: string
  /** ms, but for CLS, which has no unit. */
  value: number
  rating: string
}

/** Reports each vital whenever it is final or has changed on the way out. The package has no way to stop: the caller drops what comes later. */
export function watchWebVitals(report: (vital: Vital) => void): void {
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB])
    on(({ name, value, rating, navigationType }) => {
      // A page view ends with its `pagehide`: how fast it came back from the cache is not how it loaded.
      if (navigationType !== 'back-forward-cache') report({ name, value, rating })
    })
}
