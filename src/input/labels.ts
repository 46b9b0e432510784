/** What chat pages call their controls, in nine languages: tells a control by its whole name, by what its author called it, or by its icon's name. */
import type { Control } from './ui.ts'

/**
 * Names of controls; the first row that fits counts. English, German, French, Spanish, Portuguese, Russian, Chinese,
 * Japanese, Korean.
 */
const NAMES: [Control, string][] = [
  [
    'stop',
    'stop|abort|interrupt|halt|cancel (?:generation|generating|response|request|run|streaming)|anhalten|stopp|stoppen|arrêter|interrompre|detener|' +
      'parar|interromper|остановить|прервать|停止|中止|中断|终止|暂停生成|중지|정지|중단',
  ],
  [
    'regenerate',
    'regenerate|retry|try again|redo|rerun|rewrite|neu generieren|erneut (?:versuchen|generieren)|régénérer|réessayer|' +
      'regenerar|reintentar|gerar novamente|tentar novamente|повторить|сгенерировать заново|重新生成|重新回答|重新產生|重试|重試|' +
      '再试一次|再次生成|换一个|再生成|やり直す|再試行|다시 생성|다시 시도|재생성',
  ],
  [
    'newConversation',
    'new (?:chat|conversation|thread|topic|session)|neuer chat|nouvelle (?:discussion|conversation)|nouveau chat|nuevo chat|nueva conversación|' +
      'novo chat|nova conversa|новый чат|新对话|新建对话|新建会话|新会话|新建聊天|新聊天|新しいチャット|新規チャット|새 채팅|새 대화',
  ],
  [
    'down',
    "thumbs? ?down|dis ?liked?|(?:bad|poor) (?:response|answer|reply)|(?:not|isn't|wasn't) (?:helpful|useful)|unhelpful|down ?vote|vote down|" +
      "negative feedback|👎|schlechte antwort|nicht hilfreich|gefällt mir nicht|mauvaise réponse|je n'aime pas|mala respuesta|" +
      'no me gusta|resposta ruim|não gostei|плохой ответ|не нравится|踩|不喜欢|不喜歡|没帮助|无帮助|没有帮助|差评|不满意|低評価|' +
      '悪い回答|良くない|싫어요|나쁜 응답',
  ],
  [
    'up',
    'thumbs? ?up|liked?|(?:good|great) (?:response|answer|reply)|helpful|useful|up ?vote|vote up|positive feedback|👍|gute antwort|' +
      "hilfreich|gefällt mir|bonne réponse|j'aime|buena respuesta|me gusta|boa resposta|gostei|хороший ответ|нравится|" +
      '赞|讚|喜欢|喜歡|有帮助|有用|好评|满意|高評価|いいね|良い回答|좋아요|좋은 응답',
  ],
  [
    'copy',
    'copy|copied|copy (?:code|to clipboard)|clipboard|kopieren|copier|copiar|копировать|复制|複製|拷贝|コピー|복사',
  ],
  ['share', 'share|share link|teilen|partager|compartir|compartilhar|поделиться|分享|共有|공유'],
  ['edit', 'edit|edit and resend|bearbeiten|modifier|editar|изменить|редактировать|编辑|編輯|修改|編集|편집|수정'],
  ['send', 'send|submit|senden|absenden|envoyer|enviar|отправить|发送|發送|提交|提问|送信|보내기|전송'],
]

/** Words beside which a name is still that of its control: what it is done to. */
const ABOUT =
  'the|this|that|it|is|was|as|my|your|a|an|of|to|mark|rate|give|start|create|open|button|icon|response|reply|answer|message|prompt|chat|' +
  'conversation|output|text|content|result|generating|generation|streaming|responding|thinking|current|last|all|assistant|ai|bot|model|' +
  'die|den|antwort|nachricht|generierung|la|le|cette|réponse|génération|el|esta|respuesta|generación|mensaje|a|o|resposta|geração|' +
  'mensagem|ответ|этот|генерацию|сообщение|生成|產生|回答|回复|响应|输出|消息|内容|对话|会话|聊天|这个|此|该|的|点|點|一下|按钮|答案|开启|' +
  'メッセージ|応答|返信|この|を|する|생성|응답|답변|메시지|하기|이|을|를'

/** Words that authors put beside the one that says what it is, in ids, classes and names of icons. */
const AUTHORS =
  `${ABOUT}|btn|svg|ico|msg|turn|action|actions|bar|control|controls|toolbar|tool|item|menu|wrap|wrapper|container|box|primary|secondary|ghost|` +
  'small|sm|md|lg|xl|line|fill|filled|outline|outlined|solid|regular|light|bold|rounded|round|sharp|off|alt|thin|user|query|composer|input|form|' +
  'toggle|trigger|hand|circle|feedback|rating|vote|is|fa|fas|far|lucide|mdi|ri|bi|ti|ph|tabler|iconify|i|ant|anticon|el|mui|ui|js|cmd|' +
  'thread|evaluate|evaluation|op|oper|operation|handle|handler|on|do'

/** What icons are called beside that; of these none is one control's alone. */
const ICONS: [Control, string][] = [
  ['stop', 'square|player stop'],
  ['send', 'paper plane|paper airplane|arrow up|arrow narrow up'],
  [
    'regenerate',
    'refresh|reload|rotate|sync|autorenew|replay|restart|arrows? rotate|arrow path|arrow clockwise|cw|ccw|right|left',
  ],
  ['edit', 'pen|pencil|pen to square|square pen'],
]

/** Two siblings of which one says this and one the other are thumbs. */
const PAIRS: [Control, string][] = [
  ['down', 'bad|poor|negative|no|down|wrong|incorrect|unsatisfied|nein|non|否|差|没用|❌'],
  ['up', 'good|great|positive|yes|up|right|correct|satisfied|ja|oui|是|好|✅'],
]

type Read = (label: string) => Control | undefined

const EAST = /[\u2e80-\uffff]/
/** Words stand alone where there are spaces to stand between. */
function pattern(words: string): string {
  const all = words.split('|')
  // What is in brackets goes together.
  let depth = 0
  const [west, east]: [string[], string[]] = [[], []]
  let word = ''
  for (const part of all) {
    word += (word && '|') + part
    depth += part.split('(').length - part.split(')').length
    if (depth) continue
    ;(EAST.test(word) ? east : west).push(word)
    word = ''
  }
  return [`(?<![\\p{L}'])(?:${west.join('|')})(?![\\p{L}'])`, ...east].join('|')
}

/** Reads labels that hold a word of `rows` and beside it no other than those of `about`. */
function reader(rows: [Control, string][], about: string): Read {
  const tests = rows.map(([control, words]) => [control, new RegExp(pattern(words), 'gu')] as const)
  const rest = new RegExp(pattern(about), 'gu')
  return (label) => {
    if (!label || label.length > 60 || /[?？]/.test(label)) return
    const text = label
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .replace(/’/g, "'")
      // Shortcuts, counts, what separates.
      .replace(/\([^)]*\)/g, ' ')
      .replace(/[^\p{L}\p{M}'👍👎✅❌]+/gu, ' ')
    return tests.find(([, words]) => {
      const left = text.replace(words, '')
      return left !== text && !left.replace(rest, '').trim()
    })?.[0]
  }
}

export interface Reader {
  /** By a whole accessible name: `Edit my travel plan` is none. */
  name: Read
  /** By a test id, an id, a name, or one class: `edit-message`. */
  token: Read
  /** By the name of an icon, or of its class. */
  icon: Read
  /** As one of two that stand side by side. */
  half: Read
}

/** Classes hold hashes and the names of what they stand in: `Message_editButton__x1Y2z`. */
const partsOf = (token: string): string[] =>
  /[:/[\]%]/.test(token) ? [] : token.split(/__|--/).map((part) => part.replace(/([-_][A-Za-z]*\d[A-Za-z0-9]*)+$/, ''))

export function labelReader(): Reader {
  const name = reader(NAMES, ABOUT)
  const author = reader(NAMES, AUTHORS)
  const icon = reader([...ICONS, ...NAMES], AUTHORS)
  const half = reader([...NAMES.filter(([control]) => control === 'down' || control === 'up'), ...PAIRS], AUTHORS)
  const first = (read: Read, token: string) => {
    for (const part of partsOf(token)) {
      const control = read(part)
      if (control) return control
    }
  }
  return {
    name,
    token: (token) => first(author, token),
    icon: (token) => first(icon, token.replace(/^.*[#:]/, '')),
    half: (token) => first(half, token),
  }
}
