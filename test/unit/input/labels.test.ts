import { expect, test } from 'vitest'
import { labelReader } from '../../../src/input/labels.ts'
import { uiOf } from '../../../src/input/ui.ts'

const read = labelReader()

test.each([
  ['Stop generating', 'stop'],
  ['stopButton', 'stop'],
  ['停止生成', 'stop'],
  ['Regenerate response', 'regenerate'],
  ['换一个', 'regenerate'],
  ['New chat', 'newConversation'],
  ['新建会话', 'newConversation'],
  ['Bad response', 'down'],
  ['thumbs-down', 'down'],
  ['Dislike', 'down'],
  ['Good response', 'up'],
  ['点赞', 'up'],
  ['Mark as helpful', 'up'],
  ['喜欢这个回答', 'up'],
  ['👍 12', 'up'],
  ['Copy', 'copy'],
  ['复制', 'copy'],
  ['Edit message', 'edit'],
  ['send-button', 'send'],
  ['发送', 'send'],
  ['Envoyer', 'send'],
])('“%s” is %s', (label, control) => {
  expect(read(label)).toBe(control)
})

// Each of them sent a thumb-up once.
test.each(['Was this helpful?', 'What is it like in June?', 'I would like it too', '这个回答有帮助吗', '有帮助吗？'])(
  '“%s” rates nothing',
  (label) => {
    expect(read(label)).toBeUndefined()
  },
)

test.each(['Nonstop music', 'credit', 'resend later', 'Likely', 'sharepoint', 'editor', 'Settings', ''])(
  '“%s” is no control',
  (label) => {
    expect(read(label)).toBeUndefined()
  },
)

test('an unknown preset is told from none', () => {
  expect(uiOf('auto')).toEqual({})
  expect(uiOf(undefined)).toEqual({})
  expect(uiOf({ stop: '#x' })).toEqual({ stop: '#x' })
  expect(uiOf('no-such-page')).toBeUndefined()
})
