// What is asked of a browser that is driven by WebDriver or its like.

/**
 * @typedef {object} Driven
 * @property {string} version
 * @property {number} clockLag how far the page's clock lies behind for its rounding, in the mean, ms
 * @property {(url: string) => Promise<unknown>} open
 * @property {() => Promise<unknown>} inFrame from now on the page's first frame is meant
 * @property {(code: string) => Promise<any>} run an expression, in the page; awaits its promise
 * @property {(text: string) => Promise<unknown>} type by trusted key presses
 * @property {() => Promise<{ show(): Promise<unknown>, hide(): Promise<unknown>, close(): Promise<void> }>} [other]
 *   another tab: shown, it hides the page. Missing where the driver cannot
 * @property {() => Promise<void>} close
 */

export const ENTER = '\uE006'

/** @param {string} text */
export const keyActions = (text) => [
  {
    type: 'key',
    id: 'keys',
    actions: [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]),
  },
]
