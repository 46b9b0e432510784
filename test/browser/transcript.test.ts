/** What the transcript watcher says of real pages: the answer's characters, each once, when they were on screen. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

/* oxlint-disable typescript/no-explicit-any -- what runs in the page is not typed here */
declare const kit: any

const HELLO = 'Hello there, here is a short answer about the sea and the sky. '
let pages: WatchPages
beforeAll(async () => {
  pages = await watchPages()
})
afterAll(() => pages?.close())

const CHAT = '<h1>Chat</h1><main id=list></main><form><textarea id=composer></textarea><button>Send</button></form>'

/** Opens the chat page and runs `play` in it. */
async function chat<R>(play: (answer: string) => Promise<R>, answer = HELLO, body = CHAT, options = {}): Promise<R> {
  const page = await pages.open(body, options)
  try {
    return await page.evaluate(play, answer)
  } finally {
    await page.close()
  }
}

describe('characters painted are the characters rendered', () => {
  const whole = (log: any): void => {
    expect(log.errors).toEqual([])
    expect(log.rendered).toBeGreaterThan(0)
    expect(log.arrived).toBe(log.rendered)
    expect(log.seen).toBe(log.rendered)
    expect(log.painted.every((frame: any, i: number) => !i || frame.at >= log.painted[i - 1].at)).toBe(true)
  }

  test('text appended to one text node', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        const text = message.appendChild(document.createTextNode(''))
        await kit.say(turn, answer.repeat(4), (_: string, word: string) => (text.data += word))
        return kit.end(turn, log, message)
      }),
    ))

  test('a text node appended per word', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        await kit.say(turn, answer.repeat(2), (_: string, word: string) => message.append(word))
        return kit.end(turn, log, message)
      }),
    ))

  test('innerHTML of the message set anew for each word', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        await kit.say(turn, answer.repeat(2), (all: string) => (message.innerHTML = `<p>${all}</p>`))
        return kit.end(turn, log, message)
      }),
    ))

  test('the whole transcript rendered anew for each word, with older turns that look alike', async () =>
    whole(
      await chat(async (answer) => {
        const list = document.querySelector('#list')!
        const old =
          '<div class="message user">Tell me something</div><div class="message"><p>Hello, an older answer.</p></div>'
        list.innerHTML = old
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Say hello again')
        await kit.say(turn, answer.repeat(2), (all: string) => {
          list.innerHTML = `${old}<div class="message user">Say hello again</div><div class="message"><p>${all}</p></div>`
        })
        return kit.end(turn, log, list.lastElementChild)
      }),
    ))

  test('a typewriter that paints on after the stream has ended', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        turn.expectAnswer(answer)
        for (let i = 1; i <= answer.length; i += 2) {
          await new Promise(requestAnimationFrame)
          message.textContent = answer.slice(0, i + 1)
        }
        return kit.end(turn, log, message)
      }),
    ))

  test('a span for each word', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const p = kit.ask().appendChild(document.createElement('p'))
        await kit.say(turn, answer.repeat(2), (_: string, word: string) => {
          const span = document.createElement('span')
          span.className = 'word'
          span.textContent = word
          p.append(span)
        })
        return kit.end(turn, log, p)
      }),
    ))

  test('markdown: headings, lists, code, a table', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        const content = document.createElement('div')
        message.append(content)
        const html = (text: string): string =>
          text
            .split('\n')
            .map((line) =>
              line.startsWith('# ')
                ? `<h2>${line.slice(2)}</h2>`
                : line.startsWith('- ')
                  ? `<ul><li>${line.slice(2).replace(/\*\*(.*?)\*\*/, '<strong>$1</strong>')}</li></ul>`
                  : line.startsWith('> ')
                    ? `<div class="code-block"><pre><code>${line.slice(2)}</code></pre></div>`
                    : line.startsWith('| ')
                      ? `<div class="wrap"><table><tr><td>${line.slice(2).replace(' | ', '</td><td>')}</td></tr></table></div>`
                      : `<p>${line}</p>`,
            )
            .join('')
        await kit.say(turn, answer, (all: string) => (content.innerHTML = html(all)))
        return kit.end(turn, log, message)
      }, '# A title\nSome words first.\n- **one** thing\n- another\n> let x = 1\n| a | b\nThe end of it.'),
    ))

  test('inside nested shadow roots, made before and during the turn', async () =>
    whole(
      await chat(
        async (answer) => {
          const host = document.querySelector('#host')!
          const outer = host.attachShadow({ mode: 'open' })
          outer.innerHTML = '<div id=all></div>'
          const log = kit.log()
          const turn = kit.start().open(log.port, 'Tell me something')
          const all = outer.querySelector('#all')!
          all.innerHTML = '<div class=user>Tell me something</div><div class=bot></div>'
          const inner = all.lastElementChild!.attachShadow({ mode: 'open' })
          inner.innerHTML = '<section><p></p></section>'
          await kit.say(turn, answer, (text: string) => (inner.querySelector('p')!.textContent = text))
          return kit.end(turn, log, inner.querySelector('p'))
        },
        HELLO,
        '<h1>Chat</h1><div id=host></div><textarea id=composer></textarea>',
      ),
    ))

  test('every node replaced while it streams, and the message remounted at the end', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        let message = kit.ask()
        await kit.say(turn, answer.repeat(2), (all: string) => {
          const next = message.cloneNode()
          next.innerHTML = `<div><p>${all}</p></div>`
          message.replaceWith(next)
          message = next
        })
        await kit.frame()
        const list = document.querySelector('#list')!
        list.innerHTML = `<article>Tell me something</article><article><p>${answer.repeat(2)}</p></article>`
        return kit.end(turn, log, list.lastElementChild)
      }),
    ))

  test('several paragraphs, the later ones in their own nodes', async () =>
    whole(
      await chat(async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        for (let i = 0; i < 4; i++) {
          const p = message.appendChild(document.createElement('p'))
          await kit.say(turn, answer, (all: string) => (p.textContent = all))
        }
        return kit.end(turn, log, message)
      }),
    ))

  // Each block in a box of its own: the second became a part of the answer by its growth, and stood in the way of the
  // third, so that the answer's end was not seen and the next send made it superseded.
  test('paragraphs and lists that each stand in a box', async () => {
    const log = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      for (const name of ['p', 'ul', 'p']) {
        const block = message.appendChild(document.createElement('div'))
        block.className = 'block'
        const text = block.appendChild(document.createElement(name))
        await kit.say(turn, answer, (all: string) => {
          text.innerHTML = name === 'p' ? all : `<li>${all.slice(0, 20)}</li><li>${all.slice(20)}</li>`
        })
      }
      return { ...(await kit.end(turn, log, message)), own: turn.element() === message }
    })
    whole(log)
    expect(log.own).toBe(true)
  })

  test('a note about the end, in the answer’s own message, is no part of it', async () => {
    const log = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      const text = message.appendChild(document.createElement('p'))
      await kit.say(turn, answer, (all: string) => (text.textContent = all))
      message.insertAdjacentHTML('beforeend', '<p role="alert">You stopped this answer.</p>')
      return { ...(await kit.end(turn, log, text)), own: turn.element() === text }
    })
    whole(log)
  })

  // Text of a batch that was not looked at yet passed for older than the answer, and what was unknown in one turn was
  // looked at again in the next: that answer was then sought in the message before.
  test('paragraphs of many words at once, and the next answer in the same words', async () => {
    const logs = await chat(async (answer) => {
      const watch = kit.start()
      const paragraphs = (message: any, words: string[]) => {
        for (const word of words) {
          const last = message.lastElementChild
          const p = last && last.childNodes.length < 12 ? last : message.appendChild(document.createElement('p'))
          p.append(word)
        }
      }
      const logs = []
      for (const prompt of ['Tell me something', 'And once more']) {
        const log = kit.log()
        const turn = watch.open(log.port, prompt)
        const message = kit.ask(prompt)
        const words = answer.repeat(4).match(/\S+\s*/g)!
        turn.expectAnswer(answer.repeat(4))
        paragraphs(message, words.splice(0, 1))
        await kit.settled(log)
        paragraphs(message, words)
        logs.push({ ...(await kit.end(turn, log, message)), own: turn.element() === message })
      }
      return logs
    })
    for (const log of logs) {
      whole(log)
      expect(log.own).toBe(true)
    }
  })

  test('text that is not what the stream said (rendered beyond recognition) is found by its growth', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      await kit.say(turn, answer.repeat(3), (all: string) => (message.textContent = all.replace(/[a-z]/gi, 'я')), 45)
      return kit.end(turn, log, message)
    })
    expect(log.errors).toEqual([])
    expect(log.seen).toBe(log.rendered)
  })

  test('without a tap, by growth alone', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      turn.expectUnseen()
      const message = kit.ask()
      let all = ''
      for (const word of answer.repeat(2).split(' ')) {
        all += word + ' '
        message.innerHTML = `<p>${all}</p>`
        await kit.wait(40)
      }
      return kit.end(turn, log, message)
    })
    expect(log.errors).toEqual([])
    expect(log.seen).toBe(log.rendered)
    // Its first text counts from the frame it came in, not from when it was recognised.
    expect(log.painted[0].chars).toBeLessThan(20)
  })

  // Only after a second it is known that no stream is seen: what had come until then was dated as of then.
  test('without a tap, what came before that was known', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      let all = ''
      const from = performance.now()
      for (const word of answer.split(' ').slice(0, 12)) {
        all += word + ' '
        message.innerHTML = `<p>${all}</p>`
        await kit.wait(40)
      }
      await kit.wait(300)
      turn.expectUnseen()
      await kit.wait(100)
      return { ...(await kit.end(turn, log, message)), late: log.painted[0].at - from }
    })
    expect(log.errors).toEqual([])
    expect(log.seen).toBe(log.rendered)
    expect(log.late).toBeLessThan(100)
    expect(log.painted[0].chars).toBeLessThan(20)
  })
})

describe('what is no answer text', () => {
  test('a placeholder in the very element of the answer is progress, and counts no characters', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      message.textContent = 'Thinking…'
      await kit.wait(100)
      const before = { seen: log.seen, arrived: log.arrived }
      const at = kit.clock.now()
      await kit.say(turn, answer, (all: string) => (message.textContent = all))
      return { ...(await kit.end(turn, log, message)), before, at }
    })
    expect(log.before).toEqual({ seen: 0, arrived: 0 })
    expect(log.progress).toHaveLength(1)
    expect(log.feedback[0]).toBeLessThan(log.at)
    expect(log.progress[0]).toBeLessThan(log.at)
    expect(log.painted[0].at).toBeGreaterThan(log.at - 3)
    expect(log.seen).toBe(log.rendered)
  })

  test('reasoning in its own block is progress', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      message.innerHTML = '<details open><summary>Thoughts</summary><p></p></details><div class="content"></div>'
      const thought = message.querySelector('p')
      let all = ''
      for (const word of 'First I need to think about what was asked here. '.split(' ')) {
        turn.expectReasoning(word + ' ')
        thought.textContent = all += word + ' '
        await kit.wait(10)
      }
      const before = log.arrived
      await kit.say(turn, answer, (text: string) => (message.lastElementChild.textContent = text))
      return { ...(await kit.end(turn, log, message.lastElementChild)), before }
    })
    expect(log.before).toBe(0)
    expect(log.progress).toHaveLength(1)
    expect(log.seen).toBe(log.rendered)
    expect(log.arrived).toBe(log.rendered)
  })

  test('buttons, times, icons and hidden duplicates inside the message', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      message.innerHTML = '<div class="avatar">H</div><div class="content"></div>'
      const content = message.lastElementChild
      await kit.say(turn, answer, (all: string) => (content.innerHTML = `<p>${all}</p>`))
      content.insertAdjacentHTML('beforeend', '<button>Copy code</button><span class="sr-only">Hidden words</span>')
      message.insertAdjacentHTML(
        'beforeend',
        '<div class="actions"><button>👍</button><span role="button">👎</span></div><time>12:30</time><span class="timestamp">12:30 today</span>',
      )
      return kit.end(turn, log, content.firstElementChild)
    })
    expect(log.seen).toBe(log.rendered)
    expect(log.arrived).toBe(log.rendered)
  })

  test('a prompt that reads like the answer, and its bubble', async () => {
    const log: any = await chat(async () => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Hello')
      const message = kit.ask('Hello')
      await kit.wait(30)
      await kit.say(turn, 'Hello! What can I do for you?', (all: string) => (message.textContent = all))
      return kit.end(turn, log, message)
    })
    expect(log.seen).toBe(log.rendered)
  })
})

describe('seen and arrived', () => {
  test('text below the fold is arrived, and seen once it is scrolled to', async () => {
    const log: any = await chat(
      async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        await kit.say(turn, answer, (all: string) => (message.innerHTML = `<p>${all}</p>`))
        await kit.settled(log)
        const before = { seen: log.seen, arrived: log.arrived }
        const at = kit.clock.now()
        message.scrollIntoView({ behavior: 'instant' })
        await kit.wait(50)
        return { ...(await kit.end(turn, log, message)), before, at }
      },
      HELLO,
      `<div style="height:3000px">${'<p>old</p>'}</div>${CHAT}`,
    )
    expect(log.before).toEqual({ seen: 0, arrived: log.rendered })
    expect(log.seen).toBe(log.rendered)
    expect(log.painted[0].at).toBeGreaterThanOrEqual(log.at - 8)
  })

  test('a long answer in one piece is seen as far as it reaches into view', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      turn.expectAnswer(answer)
      message.innerHTML = `<p>${answer.repeat(10)}</p>`.repeat(30)
      return kit.end(turn, log, message)
    })
    expect(log.arrived).toBe(log.rendered)
    expect(log.seen).toBeGreaterThan(500)
    expect(log.seen).toBeLessThan(log.rendered / 2)
  })

  test('a scrolled container that clips the newest text', async () => {
    const log: any = await chat(
      async (answer) => {
        const log = kit.log()
        const turn = kit.start().open(log.port, 'Tell me something')
        const message = kit.ask()
        await kit.say(turn, answer.repeat(6), (all: string) => (message.textContent = all), 6)
        return kit.end(turn, log, message)
      },
      HELLO,
      CHAT.replace('id=list', 'id=list style="height:100px;width:200px;overflow:auto"'),
    )
    expect(log.arrived).toBe(log.rendered)
    expect(log.seen).toBeGreaterThan(30)
    expect(log.seen).toBeLessThan(log.rendered)
  })

  test('nothing is painted in a hidden page, and all of it in the frame that shows it', async () => {
    const page = await pages.open(CHAT)
    await page.evaluate(async (answer) => {
      // Headless Chromium shows every tab: the page is told it is hidden, and gets no frames.
      const global = globalThis as any
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => global.asleep })
      global.asleep = false
      const log = (global.log = kit.log())
      const turn = (global.turn = kit.start().open(log.port, 'Tell me something'))
      const message = kit.ask()
      await kit.wait(100)
      const main = document.querySelector('main')!
      main.style.display = 'none'
      global.asleep = true
      document.dispatchEvent(new Event('visibilitychange'))
      await kit.say(turn, answer, (all: string) => (message.textContent = all))
      await kit.wait(300)
    }, HELLO)
    const log: any = await page.evaluate(async () => {
      const { log, turn } = globalThis as any
      const before = { seen: log.seen, arrived: log.arrived }
      const at = kit.clock.now()
      document.querySelector('main')!.style.display = ''
      ;(globalThis as any).asleep = false
      document.dispatchEvent(new Event('visibilitychange'))
      return { ...(await kit.end(turn, log, document.querySelector('main')!.lastElementChild)), before, at }
    })
    await page.close()
    expect(log.before).toEqual({ seen: 0, arrived: log.rendered })
    expect(log.seen).toBe(log.rendered)
    expect(log.painted[0].at).toBeGreaterThanOrEqual(log.at - 3)
  })
})

describe('several turns', () => {
  test('two answers that stream at the same time are counted apart', async () => {
    const [one, two]: any[] = await chat(async (answer) => {
      const kept = kit.start()
      const logs = [kit.log(), kit.log()]
      const first = kept.open(logs[0].port, 'Tell me something')
      const a = kit.ask()
      await kit.say(first, 'One answer begins here. ', (all: string) => (a.textContent = all))
      const second = kept.open(logs[1].port, 'And now another')
      const b = kit.ask('And now another')
      b.textContent = 'Thinking…'
      await Promise.all([
        kit.say(first, answer, (all: string) => (a.textContent = 'One answer begins here. ' + all), 20),
        kit.say(second, 'Quite different words ' + answer, (all: string) => (b.textContent = all), 30),
      ])
      return [await kit.end(first, logs[0], a), await kit.end(second, logs[1], b)]
    })
    expect(one.seen).toBe(one.rendered)
    expect(two.seen).toBe(two.rendered)
    expect(one.arrived).toBe(one.rendered)
    expect(two.arrived).toBe(two.rendered)
  })

  test('what a gesture changed before its request went out is the turn’s feedback', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const kept = kit.start()
      const at = kit.clock.now()
      kept.prime('Tell me something')
      const message = kit.ask()
      await kit.wait(200)
      const request = kit.clock.now()
      const turn = kept.open(log.port, 'Tell me something')
      await kit.say(turn, answer, (all: string) => (message.textContent = all))
      return { ...(await kit.end(turn, log, message)), at, request }
    })
    expect(log.feedback[0]).toBeGreaterThanOrEqual(log.at)
    expect(log.feedback[0]).toBeLessThan(log.request)
    expect(log.seen).toBe(log.rendered)
  })

  test('regenerated in place, the new answer counts from nothing', async () => {
    const log: any = await chat(async (answer) => {
      const message = kit.ask()
      message.innerHTML = `<p>${answer.repeat(3)}</p>`
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      message.innerHTML = ''
      await kit.say(turn, 'Hello once more, with other words.', (all: string) => (message.innerHTML = `<p>${all}</p>`))
      return kit.end(turn, log, message)
    })
    expect(log.seen).toBe(log.rendered)
  })
})

describe('a good guest', () => {
  test('after close nothing observes and attachShadow is the page’s own', async () => {
    const out = await chat(async (answer) => {
      const original = Element.prototype.attachShadow
      let observers = 0
      for (const name of ['MutationObserver', 'ResizeObserver', 'IntersectionObserver', 'PerformanceObserver']) {
        const Original = (globalThis as any)[name]
        ;(globalThis as any)[name] = class extends Original {
          seen = 0
          observe(...all: unknown[]) {
            this.seen++
            observers++
            return super.observe(...all)
          }
          unobserve(...all: unknown[]) {
            if (this.seen) {
              this.seen--
              observers--
            }
            return super.unobserve(...all)
          }
          disconnect() {
            observers -= this.seen
            this.seen = 0
            return super.disconnect()
          }
        }
      }
      const log = kit.log()
      const kept = kit.start()
      const idle = observers
      const turn = kept.open(log.port, 'Tell me something')
      const patched = Element.prototype.attachShadow !== original
      const message = kit.ask()
      await kit.say(turn, answer, (all: string) => (message.textContent = all))
      await kit.wait(400)
      const open = observers
      await kit.end(turn, log, message)
      return {
        idle,
        open,
        patched,
        left: observers,
        restored: Element.prototype.attachShadow === original,
        speck: document.documentElement.lastElementChild!.localName,
      }
    })
    expect(out).toMatchObject({ idle: 0, patched: true, restored: true, speck: 'body' })
    expect(out.open).toBeGreaterThan(0)
    // IntersectionObserver and ResizeObserver count re-observations of what they already let go.
    expect(out.left).toBeLessThanOrEqual(0)
  })

  test('under a strict Content-Security-Policy with Trusted Types', async () => {
    const page = await pages.open(CHAT, {
      headers: {
        'content-security-policy':
          "default-src 'self'; style-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
      },
    })
    const wrong: string[] = []
    page.on('console', (message) => message.type() == 'error' && wrong.push(message.text()))
    const log: any = await page.evaluate(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = document.querySelector('#list')!.appendChild(document.createElement('div'))
      await kit.say(turn, answer, (all: string) => (message.textContent = all))
      return kit.end(turn, log, message)
    }, HELLO)
    await page.close()
    expect(wrong).toEqual([])
    expect(log.errors).toEqual([])
    expect(log.seen).toBe(log.rendered)
    // A busy machine may present the beacon's frame too late for it to be used; an error of the policy would be in `wrong`.
    expect(['beacon', 'observer']).toContain(log.painted[0].method)
  })

  test('a page title that repeats the prompt is not taken for an answer that begins like it', async () => {
    // A demo page wrote `hello · Juniper` into its title; the answer began with "Hello" and was never found.
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, answer.slice(0, 5))
      const message = kit.ask()
      const p = message.appendChild(document.createElement('p'))
      await kit.say(turn, answer, (all: string) => {
        document.title = `${answer.slice(0, 5)} · Juniper`
        p.textContent = all
      })
      return kit.end(turn, log, message)
    })
    expect(log.seen).toBe(log.rendered)
    expect(log.seen).toBeGreaterThan(0)
  })

  test('a translator that rewrites the answer adds no characters, and is told', async () => {
    const log: any = await chat(async (answer) => {
      const log = kit.log()
      const turn = kit.start().open(log.port, 'Tell me something')
      const message = kit.ask()
      const p = message.appendChild(document.createElement('p'))
      await kit.say(turn, answer, (all: string) => (p.textContent = all))
      await kit.settled(log)
      const rendered = kit.chars(p.textContent)
      p.innerHTML = `<font style="vertical-align: inherit"><font style="vertical-align: inherit">${'Viel längerer Text. '.repeat(20)}</font></font>`
      return { ...(await kit.end(turn, log)), rendered }
    })
    expect(log.foreign).toBeGreaterThan(0)
    expect(log.seen).toBe(log.rendered)
  })
})

test('an element that the page names holds the answer, whatever is in it', async () => {
  const log: any = await chat(async (answer) => {
    const log = kit.log()
    const turn = kit.start().open(log.port, 'Tell me something')
    turn.expectUnseen()
    const message = kit.ask()
    turn.use(message)
    for (const word of answer.split(' ')) {
      message.append(word + ' ')
      await kit.wait(10)
    }
    return kit.end(turn, log, message)
  })
  expect(log.seen).toBe(log.rendered)
  expect(log.element).toBe('message')
})

test('selectors name the answer', async () => {
  const log: any = await chat(async (answer) => {
    const log = kit.log()
    const turn = kit.start({ ui: { answer: '.answer', prompt: '.user' } }).open(log.port, 'Tell me something')
    const message = kit.ask()
    message.innerHTML = '<p class=title></p><div class=answer></div>'
    await kit.say(turn, answer, (all: string) => {
      message.firstElementChild.textContent = all
      message.lastElementChild.textContent = all
    })
    return kit.end(turn, log, message.lastElementChild)
  })
  expect(log.seen).toBe(log.rendered)
  expect(log.element).toBe('answer')
})
