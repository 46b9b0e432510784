/** What a page may say of its controls: selectors, and presets of well-known pages. Sees no events. */

import type { UiSelectors as Ui } from '../api.ts'
import type { GestureKind } from '../turn/marks.ts'

export type { UiSelectors as Ui } from '../api.ts'

export type Control = 'send' | 'stop' | 'regenerate' | 'edit' | 'copy' | 'share' | 'up' | 'down' | 'newConversation'

/** What using a control means for a turn; the others mean nothing for it. */
export const GESTURES: Partial<Record<Control, GestureKind>> = {
  send: 'submit',
  stop: 'stop',
  regenerate: 'regenerate',
  edit: 'edit',
  newConversation: 'new_conversation',
}

/** Selectors of well-known pages, from their sources. */
export const PRESETS: Record<string, Ui> = {
  chainlit: {
    answer: '[data-step-type=assistant_message]',
    prompt: '[data-step-type=user_message]',
    stop: '#stop-button',
  },
  'ai-chatbot': {
    input: '[data-testid=multimodal-input]',
    send: '[data-testid=send-button]',
    stop: '[data-testid=stop-button]',
  },
}

/** A preset's selectors, the page's own, or none. Undefined: there is no preset of that name. */
export const uiOf = (option: Ui | string | undefined): Ui | undefined =>
  typeof option == 'object' ? option : !option || option == 'auto' ? {} : PRESETS[option]
