// TTFT in Chromium: the record's figure beside the compositor's own trace.
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './chromium.mjs'

const categories = [
  '-*',
  'blink.user_timing',
  'disabled-by-default-devtools.screenshot',
  'cc,benchmark',
  'disabled-by-default-devtools.timeline.frame',
]

/** In a tab of its own: whether a picture holds the answer's colour. */
const hasMagenta = async (base64) => {
  const image = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob())
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  let found = 0
  for (let i = 0; i < data.length; i += 4) if (data[i] - data[i + 1] > 60 && data[i + 2] - data[i + 1] > 60) found++
  return found > 2
}

/** Traces what `work` does. */
async function traced(tab, work) {
  const events = []
  const stop = tab.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await tab.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories } })
  await work()
  const complete = new Promise((resolve) => {
    const off = tab.on('Tracing.tracingComplete', () => (off(), resolve()))
  })
  await tab.send('Tracing.end')
  await complete
  stop()
  return events
}

/** Ms from the submit to the presentation of the first frame with the answer's colour; or why it is not known. */
async function truthOf(events, eye) {
  const submit = events.findLast(({ name, cat }) => name === 'cv-submit' && cat.includes('user_timing'))
  if (!submit) return { why: 'no submit in the trace' }
  const shots = events
    .filter(({ name, args }) => name === 'Screenshot' && args.snapshot)
    .sort((a, b) => a.args.frame_sequence - b.args.frame_sequence)
  let first
  for (const shot of shots) {
    if (!(await eye.run(hasMagenta, shot.args.snapshot))) continue
    first = shot
    break
  }
  if (!first) return { why: 'never seen' }
  const open = new Map()
  for (const { name, ph, pid, id2, args, ts } of [...events].sort((a, b) => a.ts - b.ts)) {
    if (pid !== submit.pid) continue
    const key = id2?.local
    if (name === 'PipelineReporter' && ph === 'b') open.set(key, args.frame_reporter)
    // Its stage, not the report itself: where a first stage is noted before the report, the trace swaps their ends.
    else if (name === 'SubmitCompositorFrameToPresentationCompositorFrame' && ph === 'e') {
      const frame = open.get(key)
      if (frame?.frame_sequence === first.args.frame_sequence && /PRESENTED/.test(frame.state))
        return { at: (ts - submit.ts) / 1000 }
    }
  }
  return { why: 'the frame has no report' }
}

async function press(tab) {
  for (const type of ['keyDown', 'keyUp'])
    await tab.send('Input.dispatchKeyEvent', {
      type,
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode: 13,
      ...(type === 'keyDown' && { text: '\r' }),
    })
}

/**
 * Truth: the trace's screenshots show which frame first held the answer's magenta; that frame's pipeline report says when
 * it was presented. The submit is a user timing mark in the same trace, so that no two clocks are compared.
 *
 * @returns {Promise<import('../paint.mjs').Engine>}
 */
export async function startChromium() {
  const browser = await launch()
  const eye = await browser.tab()
  const { product } = await browser.send('Browser.getVersion')
  return {
    version: product.replace('/', ' '),
    truth: () => 'end of the frame in the compositor’s trace',
    skips: () => undefined,
    async open({ name, slow, hide, scroll, unseen }, url) {
      const tab = await browser.tab(url)
      const inner = name === 'iframe' ? 'f.contentWindow.' : ''
      await tab.show()
      await sleep(600)
      if (slow) await tab.send('Emulation.setCPUThrottlingRate', { rate: slow })
      let said = 0
      return {
        async run() {
          const before = await tab.run(`${inner}records.length`)
          await tab.run(`${inner}document.querySelector('#log').textContent = ''; ${inner}box.focus()`)
          await tab.send('Input.insertText', { text: `Tell me of ${++said}` })
          const other = hide && (await browser.tab())
          await tab.show()
          const events = await traced(tab, async () => {
            await sleep(50)
            await press(tab)
            if (hide) {
              await sleep(40)
              await other.show()
              await sleep(450)
              if (!unseen) await tab.show()
            }
            if (scroll) {
              await sleep(350)
              await tab.run("document.querySelector('#log').scrollTop = 1e6")
            }
            await sleep(slow ? 900 : 450)
          })
          if (hide) await other.close()
          // The record is handed out when the turn has settled.
          if (hide) await tab.show()
          for (let tries = 0; tries < 60 && (await tab.run(`${inner}records.length`)) === before; tries++)
            await sleep(100)
          const { more, record, peers } = await tab.run(
            `({ more: ${inner}records.length > ${before}, record: ${inner}records.at(-1), peers: ${inner}peers })`,
          )
          return { record: more ? record : undefined, peers, ...(await truthOf(events, eye)) }
        },
        close: () => tab.close(),
      }
    },
    close: () => browser.close(),
  }
}
