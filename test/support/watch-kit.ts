/** Runs in the test page: the watchers of src, wired as a page would, with ports that write down what they are told. */
import { pageClock } from '../../src/base/clock.ts'
import { createGuard } from '../../src/base/guard.ts'
import { timing } from '../../src/base/timing.ts'
import type { ScreenPort, ScreenTarget } from '../../src/turn/marks.ts'
import { watchActions } from '../../src/input/actions.ts'
import { createStates } from '../../src/page/states.ts'
import { createGestures } from '../../src/input/gestures.ts'
import { createPaintClock } from '../../src/screen/paint.ts'
import { watchTranscript } from '../../src/screen/transcript.ts'
import type { Ui } from '../../src/input/ui.ts'

/* oxlint-disable typescript/no-explicit-any -- it is read from functions that run in the page */
const clock = pageClock()
const said: string[] = []
const guard = createGuard({
  debug: true,
  console: { warn: (...all: any[]) => void said.push(all.map((x) => x?.stack ?? x).join(' ')), error() {} },
})
const log = () => {
  const log: any = { inserted: [], painted: [], feedback: [], progress: [], foreign: 0, asked: [], found: [], gone: [] }
  const port: ScreenPort = {
    inserted: (at, chars) => log.inserted.push({ at, chars }),
    painted: (frame) => log.painted.push(frame),
    feedback: (at) => log.feedback.push(at),
    progress: (at) => log.progress.push(at),
    foreign: () => log.foreign++,
    // A test that knows of a stream answers by `log.match`.
    candidate(shown, place, whole = false) {
      log.asked.push({ shown, place, whole, at: clock.now() })
      return !!log.match?.(shown, place, whole)
    },
    found: (how) => log.found.push(how),
    gone: (at) => log.gone.push(at),
  }
  const sum = (list: { chars: number }[]) => list.reduce((all, { chars }) => all + chars, 0)
  return Object.defineProperties(log, {
    port: { value: port },
    seen: { get: () => sum(log.painted), enumerable: true },
    arrived: { get: () => sum(log.inserted), enumerable: true },
  })
}
const states = createStates(guard)
states.watch()
const kit = {
  clock,
  guard,
  timing,
  said,
  log,
  /** With their controls read, as the engine does. `answer`: a selector of the one that is known. */
  watchActions: ({
    port,
    on,
    answer = 'none',
    ...options
  }: Parameters<typeof watchActions>[0] & { on: (control: string) => void; answer?: string }) => {
    const gestures = createGestures({
      ui: options.ui ?? {},
      timing,
      composer: () => actions.composer(),
      answer: () => document.querySelector(answer) ?? undefined,
      used: on,
    })
    const actions = watchActions({
      ...options,
      port: {
        ...port,
        gesture(seen) {
          const gesture = gestures.read(seen)
          if (gesture) port.gesture(gesture)
        },
        composerEmptied(at) {
          const send = gestures.emptied(at)
          if (send) port.gesture(send)
          port.composerEmptied(at)
        },
      },
    })
    return actions
  },
  states,
  createPaintClock,
  watchTranscript,
  wait: (ms: number) => new Promise((done) => setTimeout(done, ms)),
  frame: () => new Promise((done) => requestAnimationFrame(() => setTimeout(done))),
  /** When the frame was over that shows what the page changes right now. */
  shown: () => kit.frame().then(() => clock.now()),
  start(options: { beacon?: boolean; ui?: Ui } = {}) {
    const paint = createPaintClock({ doc: document, guard, clock, timing, states, beacon: options.beacon ?? true })
    const transcript = watchTranscript({
      guard,
      clock,
      paint,
      states,
      ui: options.ui,
      composer: () => document.querySelector('#composer') ?? undefined,
    })
    return {
      paint,
      ...transcript,
      stop() {
        transcript.stop()
        paint.stop()
      },
    }
  },
  /** A chat page's frame: a prompt's bubble and an empty message in the transcript. */
  ask(prompt = 'Tell me something') {
    const list = document.querySelector('#list')!
    list.insertAdjacentHTML('beforeend', '<div class="message user"></div><div class="message"></div>')
    const message = list.lastElementChild!
    message.previousElementSibling!.textContent = prompt
    return message
  },
  /** Says the answer word by word, as a tapped stream would, and lets `render(all, word)` show each. */
  async say(target: ScreenTarget, answer: string, render: (all: string, word: string) => void, gap = 12) {
    let all = ''
    for (const word of answer.match(/\S+\s*|\s+/g) ?? []) {
      all += word
      target.expectAnswer(word)
      render(all, word)
      await kit.wait(gap)
    }
  },
  /** Until frames run and nothing new was reported in them: a busy machine may take seconds for one. */
  async settled(log: any) {
    for (let same = 0, before = ''; same < 3;) {
      for (let i = 0; i < 3; i++) await kit.frame()
      await kit.wait(60)
      const now = `${log.painted.length} ${log.seen} ${log.arrived}`
      same = now == before ? same + 1 : 0
      before = now
    }
  },
  /** What one turn reported, once all frames are through. */
  async end(target: ScreenTarget, log: any, shown?: Element | string) {
    await kit.settled(log)
    const element = target.element()
    target.close()
    return {
      ...log,
      element: element?.className || element?.localName,
      rendered:
        shown === undefined ? undefined : kit.chars(typeof shown == 'string' ? shown : (shown.textContent ?? '')),
      errors: kit.said,
    }
  },
  /** Characters as src/base/characters.ts counts them. */
  chars: (text: string) => [...text].filter((c) => !/[\s\p{M}\u200b-\u200d\u2060]/u.test(c)).length,
}
;(globalThis as any).kit = kit
export type Kit = typeof kit
