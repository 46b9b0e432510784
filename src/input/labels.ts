/** What chat pages call their controls, in nine languages: tells a control by its label. */
import { isRating } from './pressable.ts'
import type { Control } from './ui.ts'

/**
 * Words by which a control is known: in its label, title, test id, name, class or text; the first row that fits counts
 * (`bad response` before `response`). English, German, French, Spanish, Portuguese, Russian, Chinese, Japanese, Korean.
 */
const LABELS: [Control, string][] = [
  [
    'stop',
    'stop|abort|interrupt|anhalten|stopp|arrêter|detener|parar|остановить|停止|中止|中断|终止|暂停生成|중지|정지',
  ],
  [
    'regenerate',
    'regenerate|retry|try again|redo|neu generieren|régénérer|réessayer|regenerar|reintentar|повторить|重新生成|重试|' +
      '再试一次|换一个|再生成|やり直す|다시 생성|재생성',
  ],
  [
    'newConversation',
    'new (chat|conversation|thread|topic)|neuer chat|nouvelle (discussion|conversation)|nuevo chat|novo chat|новый чат|' +
      '新对话|新建对话|新建会话|新会话|新聊天|新しいチャット|새 채팅|새 대화',
  ],
  [
    'down',
    'thumbs? ?down|dis ?like|bad (response|answer)|not helpful|unhelpful|down ?vote|👎|踩|不喜欢|没帮助|无帮助|低評価|싫어요',
  ],
  ['up', 'thumbs? ?up|like|good (response|answer)|helpful|up ?vote|👍|赞|喜欢|有帮助|高評価|좋아요'],
  ['copy', 'copy|clipboard|kopieren|copier|copiar|копировать|复制|拷贝|コピー|복사'],
  ['share', 'share|teilen|partager|compartir|compartilhar|поделиться|分享|共有|공유'],
  ['edit', 'edit|bearbeiten|modifier|editar|изменить|编辑|修改|編集|편집'],
  ['send', 'send|submit|senden|envoyer|enviar|отправить|发送|提交|提问|送信|보내기|전송'],
]

/** Words of a label that rates: longer ones are sentences, and so are questions (`Was this helpful?`). */
const WORDS = 3
/** Two signs of a script without spaces are a word, and so is an emoji. */
const WORD = /[a-zà-ÿа-я']+|[^\0-\u2fff]{1,2}/gi
const isSentence = (text: string) => /[?？]/.test(text) || text.match(WORD)!.length > WORDS

/** Tells a control by a label. Latin and Cyrillic words stand alone; the others have no spaces to stand between. */
export function labelReader(): (label: string) => Control | undefined {
  const rows = LABELS.map(
    ([control, words]) => [control, new RegExp(`(^|[^a-zà-ÿа-я])(${words})(?![a-zà-ÿа-я])`, 'i')] as const,
  )
  return (label) => {
    const text = label.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[-_]/g, ' ')
    const control = rows.find(([, words]) => words.test(text))?.[0]
    return isRating(control) && isSentence(text) ? undefined : control
  }
}
