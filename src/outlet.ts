/** Wires what takes records away: delivery, and the page view's own record. Loaded when the page rests, or with the engine. */
import type { Identity } from './api.ts'
import type { Clock } from './base/clock.ts'
import { attempt } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import { createLate } from './base/late.ts'
import type { Stop } from './base/listen.ts'
import { deliveryTiming } from './delivery/timing.ts'
import { firstTiming } from './base/timing.ts'
import type { Config } from './config.ts'
import { createDelivery } from './delivery/delivery.ts'
import type { Delivery, DeliveryOptions } from './delivery/delivery.ts'
import type { ConsentState } from './page/consent.ts'
import { originOf } from './page/origin.ts'
import { createPageView } from './page/page-view.ts'
import type { Session } from './page/session.ts'
import type { PageStates } from './page/states.ts'
import type { PageChange } from './turn/marks.ts'
import { recover } from './turn/outcome.ts'

declare const __VERSION__: string

/** What is loaded when it is needed; a part that is missing is simply not there. `attempt` counts from 0. */
export interface OutletParts {
  recovery: DeliveryOptions['recovery']
  writers: DeliveryOptions['writers']
  vitals?(attempt: number): Promise<typeof import('./page/web-vitals.ts')>
}

export interface OutletOptions {
  config: Config
  clock: Clock
  guard: Guard
  pageId: string
  session: Session
  consent: ConsentState
  states: Pick<PageStates, 'hidden'>
  /** Says what was done in a wrong way, by names that advice.ts knows. */
  advise(misuse: string): void
  /** As the page said it last; not cleaned. */
  identity: Identity
  /** Absolute. */
  endpoint?: string
  /** As they were when the first script came. Each may be missing, and storage may be denied. */
  natives: Pick<DeliveryOptions['natives'], 'fetch' | 'localStorage'>
  parts: OutletParts
  /** Turns opened so far. */
  opened(): number
  /** Messages of earlier page views are known: they may be rated here. */
  remembered(): void
  /** Told of what is given up, by the records' ids. */
  dropped?(ids: string[], reason: string): void
}

export interface Outlet extends Pick<Delivery, 'put' | 'context' | 'findContext' | 'flush' | 'counts'> {
  /** After the turns have taken it in. */
  page(change: PageChange): void
  /** Acts on what consent says now. */
  consented(): void
  /** Begins the page view; ended when consent is denied, and by `stop()`. */
  watch(): void
  /** Flushes within 2 s, then ends all activity. */
  stop(): Promise<void>
}

export function createOutlet(options: OutletOptions): Outlet {
  const { config, clock, guard, pageId, session, consent, states, identity, endpoint, parts, advise } = options
  const { exporter, service, attributes } = config
  let unwatch: Stop | undefined

  if (!endpoint && !exporter) advise('endpoint()')

  const delivery = createDelivery({
    endpoint,
    headers: config.headers,
    exporter,
    advise,
    resource: {
      'service.name': service.name,
      ...(service.version && { 'service.version': service.version }),
      ...(service.environment && { 'deployment.environment.name': service.environment }),
    },
    version: __VERSION__,
    sessionKeys: config.sessionKeys,
    sampled: (id) => consent.now() !== 'denied' && session.sampled(id),
    hidden: states.hidden,
    beforeSend: config.beforeSend,
    recovery: parts.recovery,
    writers: parts.writers,
    recover,
    clock,
    timing: { ...firstTiming, ...deliveryTiming, ...config.timing },
    guard,
    pageId,
    natives: {
      ...options.natives,
      fetchLater: attempt(() =>
        (globalThis as { fetchLater?: DeliveryOptions['natives']['fetchLater'] }).fetchLater?.bind(globalThis),
      ),
      indexedDB: config.storage === false ? undefined : attempt(() => indexedDB),
      locks: attempt(() => navigator.locks),
    },
    hold: consent.now() !== 'granted',
    remembered: options.remembered,
    dropped(ids, reason) {
      options.dropped?.(ids, reason)
      if (config.debug) console.info(`[chat-vitals] dropped (${reason})`, ids)
    },
  })

  const pageView = createPageView({
    clock,
    guard,
    pageId,
    origin: () => originOf(session.peek().id, { pageId, identity, attributes, guard }),
    vitals: createLate(parts.vitals, { run: guard }),
    opened: options.opened,
    put: (record) => delivery.put(record, 'ready'),
  })
  const end = () => {
    unwatch?.()
    unwatch = undefined
  }

  return {
    put: delivery.put,
    context: delivery.context,
    findContext: delivery.findContext,
    flush: delivery.flush,
    counts: delivery.counts,
    page({ kind }) {
      if (kind === 'beat') delivery.alive()
      else if (kind === 'hidden') delivery.hide()
      else if (kind === 'visible' || kind === 'restored') delivery.show()
      else if (kind === 'frozen') delivery.freeze()
      else if (kind === 'left') {
        pageView.put()
        delivery.leave()
      }
    },
    consented() {
      const now = consent.now()
      if (now === 'granted') return delivery.release()
      delivery.hold()
      if (now === 'pending') return
      end()
      delivery.purge('consent')
    },
    watch() {
      if (!unwatch && config.webVitals !== false && parts.vitals) unwatch = pageView.start()
    },
    async stop() {
      pageView.put()
      end()
      await delivery.stop()
    },
  }
}
