/** What a page may say of its controls: selectors, and presets of well-known pages. Sees no events. */

import type { GestureKind } from '../turn/marks.ts'

/** Selectors of a chat page; each overrides what is recognised by itself. */
export interface Ui {
  /** Holds all messages. */
  messages?: string
  /** One answer's text. */
  answer?: string
  /** One prompt as shown in the transcript. */
  prompt?: string
  /** The composer. */
  input?: string
  send?: string
  stop?: string
  regenerate?: string
  edit?: string
  copy?: string
  share?: string
  up?: string
  down?: string
  newConversation?: string
}

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
