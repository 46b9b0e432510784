/** What the screen tells where no stream does: which text is an answer by how it grew, and from which frame on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

/* oxlint-disable typescript/no-explicit-any -- what runs in the page is not typed here */
declare const kit: any

const WORDS =
  'Lamps go back within thirty days, in the box they came in, with the paper that says when they were bought. '
const CHAT = '<h1>Chat</h1><main id=list></main><form><textarea id=composer></textarea><button>Send</button></form>'
let pages: WatchPages
beforeAll(async () => {
  pages = await watchPages()
})
afterAll(() => pages?.close())

async function chat(play: (words: string) => Promise<any>, body = CHAT): Promise<any> {
  const page = await pages.open(body)
  try {
    return await page.evaluate(play, WORDS)
  } finally {
    await page.close()
  }
}

describe('an answer that grows below the user’s words is found by that alone', () => {
  test('text appended in place: told from its first frame on, each frame with its own time', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      const came: number[] = []
      const by = kit.shown()
      for (const word of words.split(' ')) {
        message.append(word + ' ')
        came.push(kit.clock.now())
        await kit.wait(60)
      }
      return { ...(await kit.end(turn, log, message)), came, by: await by }
    })
    expect(log.errors).toEqual([])
    expect(log.found).toEqual(['growth'])
    expect(log.arrived).toBe(log.rendered)
    expect(log.seen).toBe(log.rendered)
    expect(log.inserted[0].at - log.came[0]).toBeLessThan(5)
    expect(log.painted[0].chars).toBe(5)
    // Three frames were told late, and none in one lump.
    expect(log.painted.length).toBeGreaterThan(log.came.length / 2)
    expect(log.painted[0].at - log.came[0]).toBeGreaterThan(-3)
    expect(log.painted[0].at).toBeLessThan(log.by + 20)
    for (const [i, frame] of log.painted.entries())
      if (i) expect(frame.at).toBeGreaterThanOrEqual(log.painted[i - 1].at)
  })

  test('letters typed into a text that was empty: told from their first frame on', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      const text = message.appendChild(document.createTextNode(''))
      await kit.wait(100)
      const by = kit.shown()
      const at = kit.clock.now()
      for (let i = 0; i < words.length; i += 3) {
        text.appendData(words.slice(i, i + 3))
        await kit.frame()
      }
      return { ...(await kit.end(turn, log, message)), at, by: await by }
    })
    expect(log.found).toEqual(['growth'])
    expect(log.seen).toBe(log.rendered)
    expect(log.painted[0].at).toBeLessThan(log.by + 20)
    expect(log.inserted[0].at - log.at).toBeLessThan(5)
  })

  // Its first frames were taken for a part of the prompt, and not followed.
  test('an answer that begins with words of the prompt', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me if lamps go back')
      const message = kit.ask('Tell me if lamps go back')
      const at = kit.clock.now()
      for (const word of words.split(' ')) {
        message.append(word + ' ')
        await kit.wait(60)
      }
      return { ...(await kit.end(turn, log, message)), at }
    })
    expect(log.found).toEqual(['growth'])
    expect(log.seen).toBe(log.rendered)
    expect(log.inserted[0].at - log.at).toBeLessThan(5)
  })

  test('paragraphs of which none grew often enough by itself', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      for (const part of words.match(/.{1,20}/g)!) {
        const p = message.appendChild(document.createElement('p'))
        p.append(part.slice(0, 10))
        await kit.wait(50)
        p.append(part.slice(10))
        await kit.wait(50)
      }
      return kit.end(turn, log, message)
    })
    expect(log.found).toEqual(['growth'])
    expect(log.seen).toBe(log.rendered)
  })

  test('the whole list rendered anew for each word, with what was primed before its turn opened', async () => {
    const log = await chat(async (words) => {
      const list = document.querySelector('#list')!
      const old = '<article>An older question?</article><article><p>And its older answer, of some length.</p></article>'
      list.innerHTML = old
      const watch = kit.start()
      watch.prime('Tell me something')
      const log = kit.log()
      let turn
      let all = ''
      const by = kit.shown()
      for (const word of words.split(' ')) {
        all += word + ' '
        list.innerHTML = `${old}<article>Tell me something</article><article><p>${all}</p></article>`
        await kit.wait(40)
        // Its request went out late.
        if (all.length > 40) turn ??= watch.open(log.port, 'Tell me something')
      }
      return { ...(await kit.end(turn, log, list.lastElementChild)), by: await by }
    })
    expect(log.errors).toEqual([])
    expect(log.found).toEqual(['growth'])
    expect(log.seen).toBe(log.rendered)
    expect(log.painted[0].chars).toBe(5)
    expect(log.painted[0].at).toBeLessThan(log.by + 20)
  })

  test('after a placeholder in the same block, which is no part of it', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      for (const dots of ['Thinking', 'Thinking.', 'Thinking..', 'Thinking…']) {
        message.textContent = dots
        await kit.wait(60)
      }
      const at = kit.clock.now()
      let all = ''
      for (const word of words.split(' ')) {
        message.textContent = all += word + ' '
        await kit.wait(40)
      }
      return { ...(await kit.end(turn, log, message)), at }
    })
    expect(log.found).toEqual(['growth'])
    expect(log.painted[0].at).toBeGreaterThan(log.at - 3)
    expect(log.seen).toBe(log.rendered)
  })

  test('in a list that is built from its end', async () => {
    const log = await chat(
      async (words) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const list = document.querySelector('#list')!
        list.insertAdjacentHTML('afterbegin', '<div>Tell me something</div>')
        await kit.wait(50)
        list.insertAdjacentHTML('afterbegin', '<div></div>')
        const message = list.firstElementChild!
        for (const word of words.split(' ')) {
          message.append(word + ' ')
          await kit.wait(40)
        }
        return kit.end(turn, log, message)
      },
      CHAT.replace('id=list', 'id=list style="display:flex;flex-direction:column-reverse"'),
    )
    expect(log.found).toEqual(['growth'])
    expect(log.seen).toBe(log.rendered)
  })

  test('not while a stream that is known still may tell', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      message.insertAdjacentHTML('beforebegin', '<div></div>')
      const note = message.previousElementSibling
      turn.expectAnswer('Whatever')
      for (let i = 0; i < 5; i++) {
        note.append('status ')
        await kit.wait(40)
      }
      await kit.say(turn, words, (all: string) => (message.textContent = all))
      return kit.end(turn, log, message)
    })
    // The stream's own words come later than its first one, which was not on the page.
    expect(log.found).not.toContain('growth')
  })
})

describe('what grows otherwise is none', () => {
  /** Sends, and lets `go(list, i)` change the page twelve times. */
  const play = (go: string, body = CHAT, prompt = 'Tell me something') =>
    chat(
      new Function(
        'words',
        `return (async () => {
          const log = kit.log()
          const turn = kit.start().open(log.port, ${JSON.stringify(prompt)})
          turn.expectUnseen()
          const list = document.querySelector('#list')
          const go = ${go}
          await kit.wait(20)
          for (let i = 0; i < 12; i++) { go(list, i, words); await kit.wait(45) }
          return kit.end(turn, log)
        })()`,
      ) as any,
      body,
    )
  const none = (log: any): void => {
    expect(log.errors).toEqual([])
    expect(log.found).toEqual([])
    expect(log.inserted).toEqual([])
    expect(log.painted).toEqual([])
  }
  const bubble = `if (!i) list.insertAdjacentHTML('beforeend', '<div class=mine>Tell me something</div>');`

  test('a messenger whose messages come whole', async () =>
    none(
      await play(
        `(list, i, words) => { ${bubble} list.insertAdjacentHTML('beforeend', '<div><p>' + words + i + '</p></div>') }`,
      ),
    ))

  test('a messenger that renders its list anew, whose messages say when they were delivered', async () =>
    none(
      await play(`(list, i, words) => {
        list.innerHTML = '<div class=mine>Tell me something <i>' + (i > 3 ? 'Delivered' : 'Sent') + '</i></div>' +
          Array.from({ length: 1 + (i >> 1) }, (_, n) => '<div><p>' + n + words.slice(n * 3) + '</p></div>').join('')
      }`),
    ))

  test('a feed of notices, and counters in it', async () =>
    none(
      await play(`(list, i, words) => {
        ${bubble}
        list.insertAdjacentHTML('beforeend', '<div class=notice>' + words.slice(i) + '<time>now</time></div>')
        for (const one of list.querySelectorAll('time')) one.textContent = i + ' min ago'
      }`),
    ))

  test('a list without end', async () =>
    none(
      await play(
        `(list, i, words) => { ${bubble} list.insertAdjacentHTML('beforeend', ('<p>' + words + '</p>').repeat(5)) }`,
      ),
    ))

  test('the tail of a log', async () =>
    none(
      await play(
        `(list, i) => { ${bubble} if (!i) list.insertAdjacentHTML('beforeend', '<pre></pre>'); list.lastElementChild.append('12:00 job ' + i + ' done\\n') }`,
      ),
    ))

  test('rows of a terminal', async () =>
    none(
      await play(`(list, i) => {
        ${bubble}
        if (!i) list.insertAdjacentHTML('beforeend', '<div style="font-family:Menlo,monospace"><div></div></div>')
        list.lastElementChild.firstElementChild.append('out ')
      }`),
    ))

  test('text that repeats what was typed', async () =>
    none(
      await play(
        `(list, i) => { ${bubble} if (!i) list.insertAdjacentHTML('beforeend', '<div>$ Tell me something</div>'); list.lastElementChild.append(' line ' + i) }`,
      ),
    ))

  test('text above the user’s words', async () =>
    none(await play(`(list, i) => { ${bubble} document.querySelector('h1').append(' more') }`)))

  test('a page that shows no words of the user', async () =>
    none(
      await play(
        `(list, i) => { if (!i) list.append(document.createElement('p')); list.firstElementChild.append(' word' + i) }`,
      ),
    ))

  test('a status that counts', async () =>
    none(
      await play(
        `(list, i) => { ${bubble} if (!i) list.append(document.createElement('p')); list.lastElementChild.textContent = 'Working for ' + (i + 7) + ' s' }`,
      ),
    ))

  test('a thought in a <details>', async () =>
    none(
      await play(
        `(list, i) => { ${bubble} if (!i) list.insertAdjacentHTML('beforeend', '<details open><summary>Thoughts</summary><p></p></details>'); list.querySelector('p').append(' hm' + i) }`,
      ),
    ))
})

test('a page that names where answers stand needs no words of the user', async () => {
  const log = await chat(async (words) => {
    const log = kit.log()
    const turn = kit.start({ ui: { answer: '.answer' } }).open(log.port)
    document.querySelector('#list')!.innerHTML = '<div class=answer></div>'
    const message = document.querySelector('.answer')!
    for (const word of words.split(' ')) {
      message.append(word + ' ')
      await kit.wait(40)
    }
    return kit.end(turn, log, message)
  })
  expect(log.found).toEqual(['named'])
  expect(log.seen).toBe(log.rendered)
})

describe('text that no stream explained is asked about', () => {
  test('at 16 letters, at 48, and when it is whole; then the stream tells, and dates nothing late', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      // Known by the third question only, as of a stream that is learned.
      log.match = () => {
        if (log.asked.length < 3) return false
        turn.expectAnswer(words)
        return true
      }
      const by = kit.shown()
      // In chunks that are no growth in place.
      for (const part of words.match(/.{1,22}/g)!) {
        message.insertAdjacentHTML('beforeend', `<p>${part}</p>`)
        await kit.wait(80)
      }
      await kit.wait(900)
      return { ...(await kit.end(turn, log, message)), by: await by }
    })
    expect(log.errors).toEqual([])
    expect(log.asked.length).toBeGreaterThanOrEqual(3)
    expect(log.asked.length).toBeLessThanOrEqual(5)
    expect(log.asked[0].shown.length).toBeGreaterThanOrEqual(16)
    expect(log.asked.at(-1).whole).toBe(true)
    expect(log.found).toEqual(['matched'])
    expect(log.seen).toBe(log.rendered)
    expect(log.painted[0].at).toBeLessThan(log.by + 20)
    expect(log.painted.length).toBeGreaterThan(3)
  })

  test('an answer shown at once, however short', async () => {
    for (const answer of ['42 days', WORDS]) {
      const page = await pages.open(CHAT)
      const log: any = await page.evaluate(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        await kit.wait(50)
        const by = kit.shown()
        message.textContent = answer
        log.match = (shown: string, _: string, whole: boolean) => {
          if (!whole || shown !== answer) return false
          turn.expectAnswer(answer)
          return true
        }
        await kit.wait(1000)
        return { ...(await kit.end(turn, log, message)), by: await by }
      }, answer)
      await page.close()
      expect(log.errors).toEqual([])
      expect(log.found).toEqual(['matched'])
      expect(log.seen).toBe(log.rendered)
      expect(log.painted[0].at).toBeLessThan(log.by + 20)
    }
  })

  test('after growth has told, once more for the stream: then both say so', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      log.match = (shown: string) => {
        if (shown.length < 60) return false
        turn.expectAnswer(words)
        return true
      }
      for (const word of words.split(' ')) {
        message.append(word + ' ')
        await kit.wait(40)
      }
      return kit.end(turn, log, message)
    })
    expect(log.found).toEqual(['growth', 'matched'])
    expect(log.seen).toBe(log.rendered)
    expect(log.asked.length).toBeLessThanOrEqual(5)
  })

  test('thoughts in a <details> as thoughts', async () => {
    const log = await chat(async (words) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      message.innerHTML = '<details open><summary>Thoughts</summary><p></p></details>'
      for (const word of words.split(' ')) {
        message.querySelector('p').append(word + ' ')
        await kit.wait(20)
      }
      return kit.end(turn, log)
    })
    expect(log.asked[0].place).toBe('reasoning')
    expect(log.found).toEqual([])
    expect(log.seen).toBe(0)
  })

  test('never about a stream’s own answer, nor about what stood there before', async () => {
    const log = await chat(async (words) => {
      document.querySelector('#list')!.innerHTML = '<p>Older words that stand here since the page was opened.</p>'
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      await kit.say(turn, words, (all: string) => (message.textContent = all))
      await kit.wait(800)
      return kit.end(turn, log, message)
    })
    expect(log.asked).toEqual([])
    expect(log.found).toEqual(['matched'])
  })
})

test('a stream whose words are read long after they were painted dates them as they were painted', async () => {
  const log = await chat(async (words) => {
    const log = kit.log()
    const turn = kit.start().open(log.port, 'Tell me something')
    const message = kit.ask()
    const [first, ...rest] = words.split(' ')
    await kit.wait(50)
    const by = kit.shown()
    message.append(first + ' ')
    // A socket is known by its second piece.
    await kit.wait(1200)
    turn.expectAnswer(first + ' ')
    for (const word of rest) {
      turn.expectAnswer(word + ' ')
      message.append(word + ' ')
      await kit.wait(30)
    }
    return { ...(await kit.end(turn, log, message)), by: await by }
  })
  expect(log.found).toEqual(['matched'])
  expect(log.seen).toBe(log.rendered)
  expect(log.painted[0].chars).toBe(5)
  expect(log.painted[0].at).toBeLessThan(log.by + 20)
  expect(log.painted[1].at - log.painted[0].at).toBeGreaterThan(1100)
})
