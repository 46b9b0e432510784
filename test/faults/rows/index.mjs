// The fault table, rows 1 to 48: what goes wrong, how it is injected here, the trial and with it the promise's check.
import { collector } from './collector.mjs'
import { device } from './device.mjs'
import { leaving } from './leaving.mjs'
import { page } from './page.mjs'

/**
 * @typedef {object} FaultRow
 * @property {number | string} row
 * @property {string} title
 * @property {string} injected how
 * @property {(t: object) => Promise<void>} [trial] injects, and says by `t.expect` what did not hold; it must open a turn
 * @property {string} [stated] why there is no trial
 * @property {boolean} [simulated]
 * @property {boolean | string[]} [own] a browser and a profile of its own, which it may kill; in these engines
 * @property {boolean} [alone] runs when no other trial does
 * @property {boolean} [once] one trial is enough, it is a big one
 * @property {number} [mostMs] how long a trial may take
 * @property {boolean} [keeps] turns may be left on the device in the end
 * @property {boolean} [memory] they may be left in a page's memory too
 * @property {boolean} [drops] turns may be dropped, counted and with a reason
 * @property {string[]} [needs] what the engine must be able to do to a tab
 * @property {Record<string, string>} [not] engine → why it cannot be shown there
 */

/** @type {FaultRow[]} */
export const rows = [...leaving, ...collector, ...device, ...page].sort((a, b) => a.row - b.row)
if (rows.length !== 48 || rows.some(({ row }, i) => row !== i + 1))
  throw new Error('the fault table has 48 rows, one each')
