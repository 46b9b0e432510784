/** The page's own words, in two languages. */
const EN = {
  skip: 'Skip to the message box',
  conversations: 'Conversations',
  closeMenu: 'Close menu',
  openMenu: 'Open menu',
  newChat: 'New chat',
  human: 'Talk to a human',
  otherLanguage: '中文',
  dark: 'Dark',
  light: 'Light',
  format: 'Wire format',
  session: 'Session',
  sessionHint: 'What this session looked like to you, in the telemetry backend',
  hello: 'How can I help?',
  helloText: 'Orders, returns, choosing a machine and keeping it well.',
  messages: 'Messages',
  prompt: 'Ask about your coffee machine…',
  try: 'Try',
  stop: 'Stop generating',
  send: 'Send message',
  jump: 'Go to the latest message',
  note: 'A demo with made-up answers. Do not enter personal data.',
  today: 'Today',
  earlier: 'Earlier',
  rename: 'Rename',
  remove: 'Delete',
  removed: 'Conversation deleted',
  undo: 'Undo',
  you: 'You said',
  assistant: 'Juniper',
  thinking: 'Thinking…',
  thought: 'Thought for {s} s',
  tool_lookup_order: 'Looking up order JN-20418…',
  toolDone_lookup_order: 'Looked up order JN-20418',
  tool: 'Using {name}…',
  toolDone: 'Used {name}',
  copy: 'Copy',
  copied: 'Copied',
  copyCode: 'Copy code',
  good: 'Good answer',
  bad: 'Bad answer',
  regenerate: 'Regenerate',
  share: 'Share',
  edit: 'Edit message',
  save: 'Send',
  cancel: 'Cancel',
  retry: 'Try again',
  stopped: 'You stopped this answer.',
  cut: 'This answer was interrupted.',
  lengthEnd: 'The answer reached its length limit.',
  emptyEnd: 'The model gave no answer.',
  failed: 'Something went wrong',
  offline: 'The connection broke before the answer was complete.',
  refusedConnection: 'The server cannot be reached.',
  answering: 'Juniper is answering.',
  answered: 'Answer complete.',
  thanks: 'Thanks for the feedback',
  handed: 'You are in line. A colleague will join this chat (demo: nobody will).',
  linkCopied: 'Answer copied for sharing',
  language: 'en',
}

/** @type {typeof EN} */
const ZH = {
  skip: '跳到输入框',
  conversations: '会话',
  closeMenu: '关闭菜单',
  openMenu: '打开菜单',
  newChat: '新对话',
  human: '转人工客服',
  otherLanguage: 'English',
  dark: '深色',
  light: '浅色',
  format: '传输格式',
  session: '会话详情',
  sessionHint: '在遥测后端查看本次会话的体验数据',
  hello: '有什么可以帮您？',
  helloText: '查订单、办退货、选机器、做保养，都可以问我。',
  messages: '消息',
  prompt: '问问咖啡机的事…',
  try: '试一试',
  stop: '停止生成',
  send: '发送',
  jump: '回到最新消息',
  note: '演示页面，回答为预设内容，请勿输入个人信息。',
  today: '今天',
  earlier: '更早',
  rename: '重命名',
  remove: '删除',
  removed: '会话已删除',
  undo: '撤销',
  you: '您说',
  assistant: 'Juniper',
  thinking: '思考中…',
  thought: '思考了 {s} 秒',
  tool_lookup_order: '正在查询订单 JN-20418…',
  toolDone_lookup_order: '已查询订单 JN-20418',
  tool: '正在使用 {name}…',
  toolDone: '已使用 {name}',
  copy: '复制',
  copied: '已复制',
  copyCode: '复制代码',
  good: '有帮助',
  bad: '没帮助',
  regenerate: '重新生成',
  share: '分享',
  edit: '编辑消息',
  save: '发送',
  cancel: '取消',
  retry: '重试',
  stopped: '已停止生成。',
  cut: '回答被中断。',
  lengthEnd: '回答已达长度上限。',
  emptyEnd: '模型没有给出回答。',
  failed: '出了点问题',
  offline: '回答尚未完成，连接就中断了。',
  refusedConnection: '无法连接服务器。',
  answering: 'Juniper 正在回答。',
  answered: '回答完毕。',
  thanks: '感谢您的反馈',
  handed: '已为您排队，客服稍后加入（演示环境，不会真的有人）。',
  linkCopied: '回答已复制，可以分享',
  language: 'zh-CN',
}

let words = EN

/** @param {string} language */
export function speak(language) {
  words = language.startsWith('zh') ? ZH : EN
  document.documentElement.lang = words.language
}

/** @param {string} key @param {Record<string, string>} [values] */
export const word = (key, values = {}) =>
  (words[/** @type {keyof typeof EN} */ (key)] ?? '').replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? '')

export const isChinese = () => words === ZH

/** What the empty page offers: a title, a line, and the message it sends. */
export const cards = () =>
  isChinese()
    ? [
        ['对比三款机器', 'Uno、Duo、Pro 怎么选？', '帮我对比一下三款咖啡机，哪款适合我？'],
        ['查我的订单', 'JN-20418 到哪了？', '我的订单 JN-20418 到哪了？ /tool'],
        ['怎么退货', '30 天内无理由', '买了两周，可以退货吗？'],
        ['调用订单接口', '一段 Python 代码', '用 Python 写一段读取订单的代码'],
      ]
    : [
        ['Compare the machines', 'Uno, Duo or Pro?', 'Which machine should I get? Compare the three for me.'],
        ['Track my order', 'Where is JN-20418?', 'Where is my order JN-20418? /tool'],
        ['Descale it', 'Step by step, 25 minutes', 'How do I descale my machine?'],
        ['Use the orders API', 'With a code sample', 'Show me how to list my orders with the API in JavaScript.'],
      ]

/** The Try menu: what it shows and what it puts into the message box. */
export const tries = () => {
  const zh = isChinese()
  const ask = zh ? '怎么给机器除垢？' : 'How do I descale my machine?'
  return [
    [zh ? '首字等 3 秒' : 'First token after 3 s', `${ask} /delay 3000`],
    [zh ? '慢慢说' : 'Slow pace', `${ask} /pace 160`],
    [zh ? '中途卡顿' : 'Stall half-way', `${ask} /stall 4000`],
    [zh ? '先思考' : 'Think first', `${zh ? '三款机器哪款适合我？' : 'Which machine should I get?'} /reasoning 2500`],
    [zh ? '调用工具' : 'Call a tool', `${zh ? '我的订单到哪了？' : 'Where is my order?'} /tool 1500`],
    [zh ? '长回答' : 'Long answer', `${ask} /long`],
    [zh ? '英文回答' : 'Answer in Chinese', zh ? `${ask} /en` : `Compare the three machines /zh`],
    [zh ? '代码' : 'Code', zh ? '写一段代码 /code' : 'Show me some code /code'],
    [zh ? '流中报错' : 'Error mid-stream', `${ask} /error`],
    [zh ? '连接中断' : 'Connection cut', `${ask} /cut`],
    [zh ? '限流 429' : 'Rate limit (429)', `${ask} /429`],
    [zh ? '服务器错误 500' : 'Server error (500)', `${ask} /500`],
    [zh ? '长度上限' : 'Token limit', `${ask} /length`],
    [zh ? '拒绝回答' : 'Refusal', `${ask} /refuse`],
    [zh ? '空回答' : 'Empty answer', `${ask} /empty`],
  ]
}
