/** The page view's web vitals by the web-vitals package; loaded lazily, when the page is idle. */
import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'

export interface Vital {
  name: string
  /** ms, but for CLS, which has no unit. */
  value: number
  rating: string
}

/** Reports each vital whenever it is final or has changed on the way out. The package has no way to stop: the caller drops what comes later. */
export function watchWebVitals(report: (vital: Vital) => void): void {
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB])
    on(({ name, value, rating }) => report({ name, value, rating }))
}
