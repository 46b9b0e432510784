import { expect, test } from 'vitest'
import { labelReader } from '../../../src/input/labels.ts'
import { uiOf } from '../../../src/input/ui.ts'

const { name: read, token, icon, half } = labelReader()

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

// A word somewhere in a sentence made a control of each.
test.each([
  'Edit my travel plan',
  'Share the plan with my boss',
  'Stop wasting time',
  'Copy that works for ads',
  'Send flowers to Anna',
  'Retry strategy for HTTP clients',
  'Like a rolling stone',
  'New chat features explained',
  'Stop recording',
  'Send feedback',
  'Edit profile',
  '停止浪费时间',
  '帮我修改简历',
  '分享一个笑话',
  '送信元アドレスを教えて',
])('a suggestion that reads “%s” is no control', (label) => {
  expect(read(label)).toBeUndefined()
})

test.each([
  ['Stop generating (Esc)', 'stop'],
  ['Stop the response', 'stop'],
  ['停止回答', 'stop'],
  ['回答を停止する', 'stop'],
  ['응답 중지', 'stop'],
  ['Antwort neu generieren', 'regenerate'],
  ['Try again', 'regenerate'],
  ['Retry', 'regenerate'],
  ['Start a new chat', 'newConversation'],
  ['Gefällt mir nicht', 'down'],
  ['Gefällt mir', 'up'],
  ['This response was not helpful', 'down'],
  ['Give positive feedback', 'up'],
  ['Mauvaise réponse', 'down'],
  ['J’aime', 'up'],
  ['不喜欢', 'down'],
  ['没有帮助', 'down'],
  ['👎', 'down'],
  ['👍🏽', 'up'],
  ['thumb_up', 'up'],
  ['Copy response', 'copy'],
  ['Copy to clipboard', 'copy'],
  ['Share conversation', 'share'],
  ['Nachricht bearbeiten', 'edit'],
  ['メッセージを編集', 'edit'],
  ['Envoyer le message', 'send'],
  ['Отправить сообщение', 'send'],
])('the whole name “%s” is %s', (label, control) => {
  expect(read(label)).toBe(control)
})

test.each([
  ['edit-message', 'edit'],
  ['stop-button', 'stop'],
  ['stopButton', 'stop'],
  ['chat-message__edit', 'edit'],
  ['Message_editButton__x1Y2z', 'edit'],
  ['_stopButton_1x2y3_45', 'stop'],
  ['good-response-turn-action-button', 'up'],
  ['bad-response-turn-action-button', 'down'],
  ['copy-turn-action-button', 'copy'],
  ['action-bar-retry', 'regenerate'],
  ['composer-send-button', 'send'],
  ['btn-like', 'up'],
])('an author’s “%s” is %s', (label, control) => {
  expect(token(label)).toBe(control)
})

test.each([
  'editor-toolbar',
  'hover:stop',
  'group/edit',
  'share-of-voice',
  'edit-profile-button',
  'resend',
  'non-stop-flights',
  'likelihood',
  'dark:copy',
  'inline-flex',
  '',
])('an author’s “%s” is no control', (label) => {
  expect(token(label)).toBeUndefined()
})

test.each([
  ['lucide-thumbs-up', 'up'],
  ['fa-thumbs-down', 'down'],
  ['ThumbUpOutlinedIcon', 'up'],
  ['lucide:thumbs-down', 'down'],
  ['/sprite.svg#icon-dislike', 'down'],
  ['bi-hand-thumbs-up-fill', 'up'],
  ['content_copy', 'copy'],
  ['lucide-pencil', 'edit'],
  ['arrows-rotate', 'regenerate'],
  ['lucide-refresh-cw', 'regenerate'],
  ['fa-paper-plane', 'send'],
  ['fa-square', 'stop'],
])('an icon named “%s” is %s', (label, control) => {
  expect(icon(label)).toBe(control)
})

test('as one of two, a word says more than alone', () => {
  expect(['Yes', 'No', 'arrow-up', 'bad'].map(half)).toEqual(['up', 'down', undefined, 'down'])
  expect(['Yes', 'No'].map(read)).toEqual([undefined, undefined])
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
