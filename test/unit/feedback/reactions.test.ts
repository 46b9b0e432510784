/** What users say of answers and do with them: which turn it is about, and what is told once. */
import { expect, test } from 'vitest'
import { openPage, refTo } from './page.ts'

// Ids were random: the page's memory of what it had told ended with the page, and a backend could not tell the copies.
test('a signal told again after a reload is the same span, and the first telling stands', async () => {
  const first = openPage()
  first.answer('t1').press('share')
  first.reactions.signal('copy')
  await first.wait()
  const contexts = new Map([['m-t1', refTo('t1')]])
  const second = openPage({ contexts, at: 1_800_000_600_000 })
  for (const kind of ['share', 'copy'] as const) second.reactions.signal(kind, { message: 'm-t1' })
  await second.wait()
  expect(first.signals()).toHaveLength(2)
  expect(second.signals()).toHaveLength(2)
  for (const [i, again] of second.signals().entries()) {
    const { id, traceId, spanId, rev, signal } = first.signals()[i]!
    expect(again).toMatchObject({ id, traceId, spanId, signal })
    expect(again.rev).toBeLessThan(rev)
    expect(traceId).toMatch(/^[0-9a-f]{32}$/)
  }
  expect(new Set([...first.signals(), ...second.signals()].map(({ spanId }) => spanId)).size).toBe(2)
})

test('a page tells a signal of a turn once, however many others came between', async () => {
  const page = openPage()
  page.answer('t1').press('share')
  await page.wait()
  const ref = (i: number) => `00-${(i + 1).toString(16).padStart(32, '0')}-${(i + 1).toString(16).padStart(16, '0')}-01`
  for (let i = 0; i < 400; i++) page.reactions.signal('copy', { traceparent: ref(i) })
  await page.wait()
  page.reactions.signal('share', { message: 'm-t1' })
  await page.wait()
  expect(page.signals()).toHaveLength(401)
})

// The key of what was told was the turn's span id and the kind: without a turn, 'handoff' for all.
test('each hand-off without a turn is told, a double click once', async () => {
  const page = openPage()
  page.reactions.signal('handoff')
  await page.wait(200)
  page.reactions.signal('handoff')
  await page.wait(60_000)
  page.reactions.signal('handoff')
  await page.wait()
  expect(page.signals()).toHaveLength(2)
  expect(new Set(page.signals().flatMap(({ id, traceId, spanId }) => [id, traceId, spanId])).size).toBe(6)
})

test('a hand-off with a turn is told once', async () => {
  const page = openPage()
  page.answer('t1')
  for (let i = 0; i < 3; i++) {
    page.reactions.signal('handoff')
    await page.wait(60_000)
  }
  expect(page.signals()).toMatchObject([{ signal: 'handoff', turn: refTo('t1') }])
})

test('a signal is of the time it was given, and of no other kind than there are', async () => {
  const page = openPage()
  page.answer('t1')
  await page.wait(5000)
  page.reactions.signal('exposed', { message: 'm-t1' })
  page.reactions.signal('exposured' as 'exposed')
  await page.wait(0)
  expect(page.signals()).toMatchObject([{ signal: 'exposed', at: 1_800_000_005_000 }])
  expect(page.said).toEqual(['signal()'])
})

// Half a second after the press, the turn was looked for around a button that the page had taken away.
test('a thumb that gives way to a word of thanks is still its answer’s', async () => {
  const page = openPage()
  page.answer('t1')
  page.answer('t2').press('down').parentElement!.replaceWith('Thank you')
  await page.wait(600)
  expect(page.feedbacks()).toMatchObject([{ label: 'down', source: 'control', turn: refTo('t2') }])
})

test('a recognised thumb waits for the page to say it itself, and goes out when the user goes', async () => {
  const page = openPage()
  const answer = page.answer('t1')
  answer.press('up')
  await page.wait(100)
  expect(page.feedbacks()).toEqual([])
  page.hide()
  await page.wait()
  expect(page.feedbacks()).toMatchObject([{ label: 'up', source: 'control' }])
  answer.press('up')
  page.reactions.feedback('down', { message: answer.element })
  await page.wait(600)
  expect(page.feedbacks().map(({ source }) => source)).toEqual(['control', 'api'])
})

// It fell to the last turn, whatever that was about.
test('a traceparent that is none names no turn, and is said', async () => {
  const page = openPage()
  page.answer('t1')
  page.reactions.feedback('up', { traceparent: 'nonsense' })
  await page.wait()
  expect(page.feedbacks()).toMatchObject([{ label: 'up' }])
  expect(page.feedbacks()[0]!.turn).toBeUndefined()
  expect(page.said).toEqual(['feedback().traceparent', 'feedback() alone'])
})

test('what bind takes is an id, of a turn too', () => {
  const contexts = new Map()
  const page = openPage({ contexts })
  page.answer('t1')
  page.answer('t2')
  page.reactions.bind('own-1', 't1')
  page.reactions.bind('own-2')
  expect([contexts.get('own-1'), contexts.get('own-2')]).toEqual([refTo('t1'), refTo('t2')])
  page.reactions.bind(document.body as never)
  page.reactions.bind('own-3', {} as never)
  expect(contexts.has('own-3')).toBe(false)
  expect(page.said).toEqual(['bind()', 'bind()'])
})
