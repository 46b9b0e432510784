// What a team looks at: the rates with their intervals, how waits spread, trends, and what differs between models or versions.
import { histogramChart, intervalBar, trendChart, volumeChart } from './charts.mjs'
import { h, keep } from './dom.mjs'
import { filters } from './filters.mjs'
import { number, NONE, percent, plural, seconds } from './format.mjs'
import { CAUSES, label, OUTCOMES, PARTS, ratingMark, stack } from './words.mjs'

export function overviewPage(page) {
  document.title = 'Overview · chat-vitals'
  const bar = filters(page, { search: false })
  const count = h('span.count')
  const body = h('div.overview')
  page.main.append(h('div.page-head', null, h('h1', null, 'Overview'), count), bar.element, body)
  let sort = { name: 'turns', down: true }
  /** The breakdown that is shown. */
  let breakdownOf

  async function update() {
    const query = bar.query()
    const data = await page.get(`/api/overview?${query}`)
    if (query !== bar.query()) return
    bar.offer(data.facets)
    const { totals } = data
    count.textContent = totals.turns
      ? `${plural(totals.turns, 'turn')} in ${plural(data.turnsPerSession.sessions, 'session')}`
      : ''
    if (!totals.turns) return keep(body, [bar.active()], () => 'empty', nothing)
    const show = {
      cards: () => cards(data),
      wait: () => waitRow(data),
      trends: () => trends(data),
      breakdown: () =>
        breakdown(
          data,
          sort,
          (name) => {
            sort = { name, down: sort.name === name ? !sort.down : name !== 'value' }
            void update()
          },
          (by) => bar.set('by', by),
          bar,
        ),
      rest: () => rest(data),
    }
    const parts = {
      cards: [data.totals, data.turnsPerSession, data.corrections],
      wait: [data.histogram, data.ttftParts, data.totals],
      trends: data.trend,
      breakdown: [data.breakdown, data.by, data.dimensions, sort],
      rest: [data.totals, data.outcomes, data.corrections, data.stallCauses, data.quality, data.turnsPerSession],
    }
    // A list that is being chosen from must not close.
    const choosing = document.activeElement?.tagName === 'SELECT' && body.contains(document.activeElement)
    if (choosing && breakdownOf?.by === data.by) parts.breakdown = breakdownOf.part
    else breakdownOf = { by: data.by, part: parts.breakdown }
    keep(
      body,
      Object.entries(parts),
      ([name]) => name,
      ([name]) => show[name](),
    )
  }
  return { update, every: 5000 }
}

const nothing = (filtered) =>
  h(
    'div.empty',
    null,
    h('h2', null, filtered ? 'No turn matches these filters' : 'No turns yet'),
    h(
      'p',
      null,
      filtered
        ? 'Widen the time or clear a filter.'
        : 'Send messages in the chat page; rates appear here with how sure they are.',
    ),
  )

const TIMES = { good: 2, poor: 5 }
const SHARES = { stall_ratio: { good: 0.01, poor: 0.05 }, qoe: { good: 0.95, poor: 0.8, better: 'high' } }
const nice = (it) => [0.05, 0.1, 0.2, 0.3, 0.5, 1].find((max) => it <= max) ?? 1

/** One headline number with n, its 95 % interval and rating. */
function card({ name, value, format, low, high, n, of, max, zones, rating, note, title }) {
  const range =
    low === undefined ? (n ? 'n too small for an interval' : 'no data yet') : `95 %: ${format(low)} to ${format(high)}`
  return h(
    'article.metric',
    { title },
    h('h3', null, name),
    h('p.big', null, h('b', null, n ? format(value) : NONE), ratingMark(n ? rating : undefined)),
    intervalBar({ value: n ? value : undefined, low, high, max, zones }, range),
    h('p.fine', null, h('span', null, range), h('span', null, of)),
    note && h('p.fine.note', null, note),
  )
}

const thumbs = ({ bad, participation }) =>
  bad.n > 0 && `bad ${unbroken(bad.value)} · ${unbroken(participation.value)} of exposed took part`

/** How far a verdict on rephrasing can be trusted; beside every rate made of such verdicts. */
const detectorNote = ({ precision, recall, pairs }) =>
  `detector: precision ${unbroken(precision)}, recall ${unbroken(recall)} on ${number(pairs)} test pairs`
const unbroken = (share) => percent(share).replace(' ', '\u00a0')

function cards({ totals: t, turnsPerSession, corrections }) {
  const rateCard = (name, rate, of, title, note) =>
    card({
      name,
      ...rate,
      format: percent,
      of: `${number(rate.k)} of ${number(rate.n)} ${of}`,
      max: nice(rate.high ?? 1),
      title,
      note,
    })
  const high = t.ttft.high ?? t.ttft.p75 ?? 0
  return h(
    'section.metrics',
    { 'aria-label': 'Headline numbers' },
    card({
      name: 'TTFT p75',
      title: 'Submit until the first answer text was painted; three of four turns are at least this fast',
      value: t.ttft.p75,
      format: seconds,
      low: t.ttft.low,
      high: t.ttft.high,
      n: t.ttft.n,
      of: `n ${number(t.ttft.n)}`,
      max: Math.max(8, high * 1.15),
      zones: TIMES,
      rating: t.ttft.rating,
      note: t.ttft.leftOutHidden > 0 && `${plural(t.ttft.leftOutHidden, 'turn')} in a hidden page left out`,
    }),
    rateCard(
      'Interruption rate',
      t.interruption,
      'sends',
      'Stopped, abandoned or superseded, of all sends that are over and were not cancelled by the application',
      t.interruption.upperBound.k > t.interruption.k &&
        `at most ${percent(t.interruption.upperBound.value)} if the lost ones were too`,
    ),
    rateCard('Wait abandonment', t.waitAbandonment, 'sends', 'Interrupted before any answer text was seen'),
    card({
      name: 'Reader stall ratio p75',
      title: 'Share of the reading time in which the reader was out of text; three of four turns are at most this',
      ...t.stall_ratio,
      format: percent,
      of: `n ${number(t.stall_ratio.n)}`,
      max: Math.max(0.08, (t.stall_ratio.high ?? t.stall_ratio.value ?? 0) * 1.15),
      zones: SHARES.stall_ratio,
    }),
    card({
      name: 'QoE p25',
      title: 'Quality of the delivery, 0 to 1; three of four turns are at least this',
      ...t.qoe,
      format: (it) => it?.toFixed(3) ?? NONE,
      of: `n ${number(t.qoe.n)}`,
      max: 1,
      zones: SHARES.qoe,
    }),
    rateCard(
      'Correction frequency',
      t.correction,
      'pairs',
      'The user repeated, rephrased, corrected or edited, of all follow-ups to an answer that showed text',
      detectorNote(corrections.detector),
    ),
    rateCard(
      'Feedback participation',
      t.participation,
      'exposed',
      'Turns with a rating that still stands, of those where the rating control was seen for a second or used',
      !t.participation.n && t.turns > 0 && 'no rating control was seen: the rate has no denominator',
    ),
    rateCard('Good rate', t.good, 'ratings', 'Good of good and bad ratings that stand', thumbs(t)),
    rateCard(
      'Human hand-off',
      t.handoff,
      'sessions',
      'Sessions in which the user asked for a person, of all sessions with a turn',
      turnsPerSession.median != null &&
        `${number(turnsPerSession.median, 1)} turns per session (median), p90 ${number(turnsPerSession.p90, 1)}`,
    ),
    rateCard(
      'Copied answers',
      t.copies,
      'answers',
      'Answers that were copied, whole or in part, of those that showed text',
      t.dwell.n > 0 && `stayed ${seconds(t.dwell.value)} after the answer (median, n ${number(t.dwell.n)})`,
    ),
  )
}

function waitRow({ histogram, ttftParts, totals }) {
  const { ttft } = totals
  const total = Object.values(ttftParts.seconds).reduce((sum, it) => sum + it, 0)
  const means = Object.fromEntries(
    Object.entries(ttftParts.seconds).map(([name, it]) => [name, ttftParts.n ? (it / ttftParts.n) * 1000 : 0]),
  )
  return h(
    'div.two',
    null,
    h(
      'section.panel.wide',
      null,
      h(
        'h2',
        null,
        'Time to first text',
        h('small', null, `n ${number(ttft.n)}${ttft.leftOutHidden ? `, ${ttft.leftOutHidden} hidden left out` : ''}`),
      ),
      h(
        'p.figures',
        null,
        [
          ['p50', ttft.p50],
          ['p75', ttft.p75],
          ['p95', ttft.p95],
        ].map(([name, it]) => h('span', null, h('small', null, name), h('b', null, seconds(it)))),
      ),
      ttft.n
        ? histogramChart(
            histogram,
            [
              ['p50', ttft.p50],
              ['p75', ttft.p75],
              ['p95', ttft.p95],
            ],
            TIMES,
          )
        : h('p.note', null, 'No first text was seen yet'),
      h(
        'p.keys',
        null,
        [
          ['good', '≤ 2 s good'],
          ['fair', 'to 5 s fair'],
          ['poor', '> 5 s poor'],
        ].map(([name, text]) => h('span', null, h(`i.key.r-${name}`), text)),
      ),
    ),
    h(
      'section.panel',
      null,
      h('h2', null, 'Where the wait went', h('small', null, `mean per turn, n ${number(ttftParts.n)}`)),
      total > 0 ? stack(means, PARTS, 'p', 'Mean wait by part') : h('p.note', null, 'No parts known yet'),
      h('h3', null, 'Other waits', h('small', null, 'p75')),
      h(
        'dl.others',
        null,
        [
          ['First feedback', totals.first_feedback, 'Submit until something on screen acknowledged it'],
          ['First progress', totals.first_progress, 'Submit until thinking, tool or status text was painted'],
          ['Gap p95 of a turn', totals.gap_p95, 'Between two frames in which text grew'],
          ['Longest reader stall', totals.stall_longest, 'The reader had nothing left to read'],
        ].map(([name, it, title]) =>
          h(
            'div',
            { title },
            h('dt', null, name),
            h(
              'dd',
              null,
              h('b', null, seconds(it.value)),
              ratingMark(it.rating, false),
              h('small', null, `n ${number(it.n)}`),
            ),
          ),
        ),
      ),
    ),
  )
}

function trends({ trend, bucket }) {
  const ms = bucket === 'day' ? 864e5 : 36e5
  const panel = (title, chart) =>
    h('section.panel', null, h('h2', null, title, h('small', null, `by ${bucket}`)), chart)
  return h(
    'div.three',
    null,
    panel(
      'TTFT',
      trendChart(trend, {
        bucket: ms,
        format: seconds,
        tick: (v) => (v ? `${v} s` : '0'),
        n: (row) => row.ttft.n,
        lines: [
          { name: 'p50', class: 'l-soft', of: (row) => row.ttft.p50 },
          { name: 'p75', class: 'l-main', of: (row) => row.ttft.p75 },
        ],
      }),
    ),
    panel(
      'Interruption rate',
      trendChart(trend, {
        bucket: ms,
        format: percent,
        tick: (v) => `${Math.round(v * 100)} %`,
        n: (row) => row.interruption.n,
        floor: 0.1,
        band: (row) => (row.interruption.n ? [row.interruption.low, row.interruption.high] : undefined),
        lines: [{ name: 'rate, 95 % interval', class: 'l-warm', of: (row) => row.interruption.value }],
      }),
    ),
    panel('Turns by outcome', volumeChart(trend, ms, ['completed', 'interrupted', 'error', 'cancelled', 'lost'])),
  )
}

/** Columns of the breakdown: title, value to sort by, what is shown. */
const COLUMNS = {
  value: ['', (row) => row.value ?? ''],
  turns: ['Turns', (row) => row.turns],
  p50: ['TTFT p50', (row) => row.ttft.p50],
  p75: ['p75', (row) => row.ttft.p75],
  p95: ['p95', (row) => row.ttft.p95],
  interruption: ['Interrupted', (row) => row.interruption.value],
  errors: ['Errors', (row) => row.errorRate.value],
  stall: ['Stall p75', (row) => row.stall_ratio.value],
  qoe: ['QoE p25', (row) => row.qoe.value],
  correction: ['Corrected', (row) => row.correction.value],
  participation: ['Took part', (row) => row.participation.value],
  good: ['Good', (row) => row.good.value],
  handoff: ['Hand-off', (row) => row.handoff.value],
}

function breakdown(data, sort, sortBy, choose, bar) {
  const of = COLUMNS[sort.name][1]
  const rows = [...data.breakdown].sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x == null || y == null) return Number(x == null) - Number(y == null)
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.down ? -1 : 1)
  })
  const rate = (it) =>
    h(
      'td',
      { title: it.n ? `${it.k} of ${it.n}, 95 %: ${percent(it.low)} to ${percent(it.high)}` : 'no data' },
      h('span.cell', null, h('b', null, percent(it.value)), h('small', null, `n ${number(it.n)}`)),
      it.n > 0 && intervalBar({ ...it, max: 1 }, `95 %: ${percent(it.low)} to ${percent(it.high)}`),
    )
  const cell = (text, rating) => h('td', null, h('span.cell', null, h('b', null, text), ratingMark(rating, false)))
  const narrow = ['model', 'outcome', 'service'].includes(data.by)
  return h(
    'section.panel',
    null,
    h(
      'h2',
      null,
      h(
        'label',
        null,
        'Break down by ',
        h(
          'select',
          { onchange: (event) => choose(event.target.value) },
          data.dimensions
            .concat(data.dimensions.includes(data.by) ? [] : [data.by])
            .map((name) => h('option', { value: name, selected: name === data.by }, label(name))),
        ),
      ),
    ),
    h(
      'div.scroll',
      { tabindex: 0, role: 'region', 'aria-label': 'Breakdown' },
      h(
        'table.breakdown',
        null,
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            Object.entries(COLUMNS).map(([name, [title]]) =>
              h(
                'th',
                {
                  scope: 'col',
                  'aria-sort': sort.name === name ? (sort.down ? 'descending' : 'ascending') : undefined,
                },
                h('button', { type: 'button', onclick: () => sortBy(name) }, title || label(data.by)),
              ),
            ),
          ),
        ),
        h(
          'tbody',
          null,
          rows.map((row) =>
            h(
              'tr',
              null,
              h(
                'th',
                { scope: 'row' },
                row.value == null
                  ? h('span.none', null, data.by === 'outcome' ? 'open' : 'none')
                  : h(
                      'button.link',
                      {
                        type: 'button',
                        title: 'Show only these',
                        onclick: () =>
                          bar.set(narrow ? data.by : 'attr', narrow ? row.value : `${data.by}:${row.value}`),
                      },
                      label(row.value),
                    ),
              ),
              cell(number(row.turns)),
              cell(seconds(row.ttft.p50)),
              cell(seconds(row.ttft.p75), row.ttft.rating),
              cell(seconds(row.ttft.p95)),
              rate(row.interruption),
              rate(row.errorRate),
              cell(percent(row.stall_ratio.value), row.stall_ratio.rating),
              cell(row.qoe.value?.toFixed(3) ?? NONE, row.qoe.rating),
              rate(row.correction),
              rate(row.participation),
              rate(row.good),
              rate(row.handoff),
            ),
          ),
        ),
      ),
    ),
  )
}

function bars(items, set) {
  const top = Math.max(...items.map((it) => it.n), 1)
  return h(
    'ul.bars',
    null,
    items.map((it) =>
      h(
        'li',
        { title: it.title },
        h('span', null, it.name, it.detail && h('small', null, it.detail)),
        h('i', null, h(`i.${set}-${it.key ?? 'any'}`, { style: { width: `${(it.n / top) * 100}%` } })),
        h('b', null, number(it.n)),
      ),
    ),
  )
}

function rest({ outcomes, corrections, stallCauses, quality, totals }) {
  const causes = Object.fromEntries(Object.entries(stallCauses.seconds).map(([name, it]) => [name, it * 1000]))
  const line = (name, value, detail, title) =>
    h('div', { title }, h('dt', null, name), h('dd', null, h('b', null, value), detail && h('small', null, detail)))
  const interval = (rate) => (rate.n ? `95 %: ${percent(rate.low)} to ${percent(rate.high)}` : 'no data yet')
  return h(
    'div.five',
    null,
    h(
      'section.panel',
      null,
      h('h2', null, 'How turns ended'),
      bars(
        outcomes.map((it) => ({
          name: it.outcome ?? 'open',
          key: it.outcome ?? 'open',
          detail:
            it.outcome === 'completed'
              ? it.phase === 'waiting'
                ? 'without text'
                : ''
              : [it.phase, label(it.endedBy)].filter(Boolean).join(' · '),
          n: it.n,
          title: OUTCOMES[it.outcome ?? 'open']?.[1],
        })),
        'o',
      ),
    ),
    h(
      'section.panel',
      null,
      h(
        'h2',
        null,
        'What follow-ups were',
        h('small', null, `${number(corrections.rate.k)} corrections of ${number(corrections.rate.n)} pairs`),
      ),
      corrections.kinds.length
        ? bars(
            corrections.kinds.map((it) => ({ name: label(it.kind), n: it.n })),
            'k',
          )
        : h('p.note', null, 'No follow-up was judged yet'),
      h(
        'p.fine',
        null,
        `Judged on the device; ${detectorNote(corrections.detector)}. Corrections are counted of follow-ups to an answer that showed text; regenerate and clarification are none.`,
      ),
    ),
    h(
      'section.panel',
      null,
      h('h2', null, 'Why readers waited', h('small', null, plural(stallCauses.n, 'turn'))),
      Object.values(causes).some(Boolean)
        ? stack(causes, CAUSES, 'c', 'Stalled time by cause')
        : h('p.note', null, 'No reader was left waiting'),
    ),
    h(
      'section.panel',
      null,
      h('h2', null, 'What users did with answers', h('small', null, `${number(totals.copies.n)} answers with text`)),
      h(
        'dl.quality',
        null,
        [
          ['Copied', totals.copies, 'Whole, in part, or code of it'],
          ['Shared', totals.shares, 'By a share button or a call of the page'],
          ['Scrolled back to', totals.scrollBacks, 'Its beginning came back into view after it had left it'],
          ['Rated good', totals.good, 'Of ratings that stand'],
          ['Rated bad', totals.bad, 'Of ratings that stand'],
          ['Rated at all', totals.participation, 'Of answers whose rating control was seen or used'],
          ['Sessions handed to a person', totals.handoff, 'Of sessions with a turn'],
        ].map(([name, it, title]) =>
          line(
            name,
            percent(it.value),
            it.n ? `${number(it.k)} of ${number(it.n)}; ${interval(it)}` : 'no data yet',
            title,
          ),
        ),
      ),
    ),
    h(
      'section.panel',
      null,
      h('h2', null, 'How far to trust this'),
      h(
        'dl.quality',
        null,
        line(
          'Turns lost',
          percent(quality.loss.value),
          quality.loss.n
            ? `${number(quality.received)} of ${number(quality.opened)} opened arrived; a lower bound`
            : 'no data yet',
          interval(quality.loss),
        ),
        line(
          'Raw duplicates',
          percent(quality.duplicates.value),
          `${number(quality.duplicates.k)} of ${number(quality.duplicates.n)} spans; removed before anything is computed`,
          interval(quality.duplicates),
        ),
        line('Dropped on devices', number(quality.dropped), `over ${plural(quality.pageViews, 'page view')}`),
        line('Recovered later', number(quality.recovered), `${number(quality.late)} sent late`),
      ),
    ),
  )
}
