import { expect, test } from 'vitest'

import { startChat } from './chat.ts'

const script = { latin: 52, han: 181 }
type Run = [count: number, chars: number, from: number, every: number]

/** Frames on a turn whose submit is 0, and the settled record. */
function painted(runs: Run[], weight: number) {
  const chat = startChat()
  chat.gesture('submit').call().headers().chunk('text')
  const t0 = chat.clock.now()
  for (const [count, chars, from, every] of runs)
    for (let i = 0; i < count; i++) {
      chat.wait(t0 + from + i * every - chat.clock.now())
      chat.paint(chars, { readingMs: chars * weight })
    }
  return chat.finish('stop').end().rest().record
}

const vectors: [string, Run[], number, Record<string, number | undefined>][] = [
  [
    '1: all at once',
    [[1, 1000, 500, 0]],
    script.latin,
    {
      first: 500,
      useful: 500,
      last: 500,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 0,
      reading: 52000,
      qoe: 1,
    },
  ],
  [
    '2: all at once, late',
    [[1, 200, 4000, 0]],
    script.latin,
    {
      first: 4000,
      useful: 4000,
      last: 4000,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 0,
      reading: 10400,
      qoe: 0.6341,
    },
  ],
  [
    '3: faster than reading',
    [[50, 10, 800, 100]],
    script.latin,
    {
      first: 800,
      useful: 900,
      last: 5700,
      cps: 100,
      gap: 100,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 0,
      reading: 26000,
      qoe: 1,
    },
  ],
  [
    '4: slower than reading',
    [[50, 10, 800, 1000]],
    script.latin,
    {
      first: 800,
      useful: 1800,
      last: 49800,
      cps: 10,
      gap: 1000,
      stall: 23520,
      stalls: 49,
      longest: 480,
      ratio: 0.475,
      freezes: 49,
      reading: 26000,
      qoe: 0.5292,
    },
  ],
  [
    '5: a freeze with enough to read',
    [
      [20, 20, 800, 50],
      [20, 20, 6750, 50],
    ],
    script.latin,
    {
      first: 800,
      useful: 800,
      last: 7700,
      cps: 113,
      gap: 5000,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 1,
      reading: 41600,
      qoe: 1,
    },
  ],
  [
    '6: a freeze with nothing to read',
    [
      [5, 20, 800, 50],
      [20, 20, 11000, 50],
    ],
    script.latin,
    {
      first: 800,
      useful: 800,
      last: 11950,
      cps: 43,
      gap: 10000,
      stall: 5000,
      stalls: 1,
      longest: 5000,
      ratio: 0.1613,
      freezes: 1,
      reading: 26000,
      qoe: 0.772,
    },
  ],
  [
    '7: late, then fast',
    [[100, 5, 6000, 50]],
    script.latin,
    {
      first: 6000,
      useful: 6150,
      last: 10950,
      cps: 100,
      gap: 50,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 0,
      reading: 26000,
      qoe: 0.7222,
    },
  ],
  [
    '8: Chinese, fast',
    [[60, 6, 1200, 100]],
    script.han,
    {
      first: 1200,
      useful: 1200,
      last: 7100,
      cps: 60,
      gap: 100,
      stall: 0,
      stalls: 0,
      longest: 0,
      ratio: 0,
      freezes: 0,
      reading: 65160,
      qoe: 0.9939,
    },
  ],
  [
    '9: Chinese, slow',
    [[30, 3, 1200, 1000]],
    script.han,
    {
      first: 1200,
      useful: 2200,
      last: 30200,
      cps: 3,
      gap: 1000,
      stall: 13253,
      stalls: 29,
      longest: 457,
      ratio: 0.4486,
      freezes: 29,
      reading: 16290,
      qoe: 0.544,
    },
  ],
]

test.each(vectors)('vector %s', (_, runs, weight, want) => {
  const { moments, render } = painted(runs, weight)
  const round = (value: number | undefined, digits: number) => value && Number(value.toFixed(digits))
  expect({
    first: moments.firstText,
    useful: moments.usefulText,
    last: moments.lastText,
    cps: round(render.charsPerSecond, 1),
    gap: render.gapMaxMs,
    stall: render.stallMs,
    stalls: render.stalls,
    longest: render.stallLongestMs,
    ratio: round(render.stallRatio, 4),
    freezes: render.freezes,
    reading: render.chars * weight,
    qoe: round(render.qoe, 4),
  }).toEqual(want)
})
