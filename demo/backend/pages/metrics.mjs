// The one table of metrics: SQL, API and pages are made of it. Rates are of counted turns; quantiles are of raw values.
// `k` and `n` are conditions on a turn; times in seconds, shares 0..1. `term` is what the page says of it where it stands.

export const INTERRUPTED = `outcome IN ('stopped', 'abandoned', 'superseded')`
export const CORRECTED = `correction IN ('repeat', 'rephrase', 'correction', 'edit')`
export const UNDERSTOOD = `wire IN ('known', 'learned') AND screen IN ('matched', 'named')`
const SENT = `outcome <> 'cancelled'`
const SHOWED = '(first_text IS NOT NULL OR chars > 0)'
const IN_VIEW = 'coalesce(hidden, 0) = 0 AND coalesce(ttft_user, 0) = 0'

/** @type {Record<string, { title: string, k: string, n: string, of: string, worse?: 'high' | 'low', term: string }>} */
export const RATES = {
  interruption: {
    title: 'Interruption',
    k: INTERRUPTED,
    n: SENT,
    of: 'sends',
    worse: 'high',
    term: 'Stopped, left or overtaken by a new message, of all sends that ended and were not cancelled by the application',
  },
  waitAbandonment: {
    title: 'Gave up waiting',
    k: `${INTERRUPTED} AND phase = 'waiting'`,
    n: SENT,
    of: 'sends',
    worse: 'high',
    term: 'Interrupted before any answer text was seen',
  },
  errorRate: {
    title: 'Errors',
    k: `outcome = 'error'`,
    n: SENT,
    of: 'sends',
    worse: 'high',
    term: 'Request, stream or server failed',
  },
  correction: {
    title: 'Corrections',
    k: CORRECTED,
    n: 'pair',
    of: 'follow-ups',
    worse: 'high',
    term: 'The user repeated, rephrased, corrected or edited, of all messages that follow an answer with text',
  },
  participation: {
    title: 'Feedback given',
    k: 'rated',
    n: 'exposed',
    of: 'exposed',
    term: 'Rated, of answers whose rating control was in view for a second, or used',
  },
  good: {
    title: 'Rated good',
    k: 'good',
    n: 'rated AND good IS NOT NULL',
    of: 'ratings',
    worse: 'low',
    term: 'Good, of good and bad ratings that stand',
  },
  bad: {
    title: 'Rated bad',
    k: 'NOT good',
    n: 'rated AND good IS NOT NULL',
    of: 'ratings',
    worse: 'high',
    term: 'Bad, of good and bad ratings that stand',
  },
  copies: {
    title: 'Copied',
    k: 'copied',
    n: SHOWED,
    of: 'answers',
    term: 'Copied whole or in part, of answers that showed text',
  },
  shares: { title: 'Shared', k: 'shared', n: SHOWED, of: 'answers', term: 'Shared by a button or a call of the page' },
  scrollBacks: {
    title: 'Scrolled back',
    k: 'scrolled',
    n: SHOWED,
    of: 'answers',
    term: 'The beginning of an ended answer came back into view',
  },
  understood: {
    title: 'Understood',
    k: UNDERSTOOD,
    n: 'wire IS NOT NULL',
    of: 'turns that say how they are known',
    worse: 'low',
    term: 'The stream was read and the answer found on the screen; of other turns less is known',
  },
}

/** @type {Record<string, { title: string, column: string, where: string, q: number, good: number, poor: number, better?: 'high', unit: 's' | 'share' | 'score', term: string }>} */
export const QUANTILES = {
  ttft: {
    title: 'Time to first text',
    column: 'first_text',
    where: IN_VIEW,
    q: 0.75,
    good: 2,
    poor: 5,
    unit: 's',
    term: 'From sending until the first answer text was painted; three of four turns are at least this fast',
  },
  first_feedback: {
    title: 'First feedback',
    column: 'first_feedback',
    where: IN_VIEW,
    q: 0.75,
    good: 0.2,
    poor: 0.5,
    unit: 's',
    term: 'Until something on the screen acknowledged the message',
  },
  first_progress: {
    title: 'First progress',
    column: 'first_progress',
    where: IN_VIEW,
    q: 0.75,
    good: 2,
    poor: 5,
    unit: 's',
    term: 'Until thinking, tool or status text was painted',
  },
  stall_ratio: {
    title: 'Left waiting while reading',
    column: 'stall_ratio',
    where: 'true',
    q: 0.75,
    good: 0.01,
    poor: 0.05,
    unit: 'share',
    term: 'Share of the reading time in which a reader of usual speed had nothing left to read',
  },
  stall_longest: {
    title: 'Longest stall',
    column: 'stall_longest',
    where: 'true',
    q: 0.75,
    good: 1,
    poor: 3,
    unit: 's',
    term: 'The longest time the reader had nothing left to read',
  },
  gap_p95: {
    title: 'Gap p95',
    column: 'gap_p95',
    where: 'true',
    q: 0.75,
    good: 0.2,
    poor: 0.5,
    unit: 's',
    term: 'Between two frames in which text grew, the 95th percentile of a turn',
  },
  qoe: {
    title: 'Delivery quality',
    column: 'qoe',
    where: 'true',
    // Better is higher: three of four turns reach the 25th percentile.
    q: 0.25,
    good: 0.95,
    poor: 0.8,
    better: 'high',
    unit: 'score',
    term: 'Quality of experience, 0 to 1; at 1 the answer never made its reader wait',
  },
}

/** Problems a list can be narrowed to. */
export const FLAGS = {
  slow: {
    title: 'Slow',
    where: 'first_text > 5 OR (first_text IS NULL AND ended - started > 5000)',
    term: 'More than 5 s to the first text, or in vain',
  },
  down: { title: 'Thumbs down', where: 'rated AND NOT good', term: 'Rated bad' },
  corrected: {
    title: 'Corrected',
    where: `pair AND ${CORRECTED}`,
    term: 'Repeated, rephrased, corrected or edited after an answer',
  },
  stopped: { title: 'Interrupted', where: INTERRUPTED, term: 'Stopped, left or overtaken by a new message' },
  error: { title: 'Failed', where: `outcome = 'error'`, term: 'Request, stream or server failed' },
  handoff: {
    title: 'Handed off',
    where: `session IN (SELECT session FROM reactions WHERE sort = 'handoff')`,
    term: 'The user asked for a person',
  },
}

/** What a breakdown may go by, besides any attribute of the turn or its resource. */
export const DIMENSIONS = [
  'model',
  'outcome',
  'service',
  'environment',
  'version',
  'trigger',
  'phase',
  'ended_by',
  'finish',
  'wire',
  'screen',
  'gesture',
]
export { IN_VIEW, SHOWED }
