/**
 * What the scripted model says: the texts of a small shop's assistant, and how one is chosen for a prompt.
 * The shop (Juniper, home espresso machines) is made up, so that a page of real-looking chats can be shown.
 */

/**
 * @typedef {object} Topic
 * @property {string} id
 * @property {RegExp} cue What a prompt about it looks like.
 * @property {string} [thought] What the model "thinks" before it answers, when reasoning is asked for.
 * @property {string[]} texts The answer, and other wordings of it for a second attempt.
 */

/** Order matters: the first topic whose cue is found wins. @type {Topic[]} */
const TOPICS = [
  {
    id: 'code-zh',
    cue: /代码|接口|脚本|编程|(python|javascript|sql).*[\u4e00-\u9fff]|[\u4e00-\u9fff].*(python|javascript|api)/i,
    thought: '用户想要可以直接运行的代码。先说明鉴权方式，再给出最短的例子，最后提醒限流。',
    texts: [
      `下面用 Python 读取最近的订单。先在**账户 → 开发者**里创建一个只读密钥，然后：

\`\`\`python
import os
import requests

def recent_orders(limit=10):
    """返回最近的订单，按时间倒序。"""
    reply = requests.get(
        "https://api.juniper.example/v1/orders",
        headers={"Authorization": f"Bearer {os.environ['JUNIPER_KEY']}"},
        params={"limit": limit, "sort": "-created_at"},
        timeout=10,
    )
    reply.raise_for_status()
    return reply.json()["orders"]

for order in recent_orders():
    print(order["id"], order["status"])
\`\`\`

几点说明：

- 每个密钥每分钟最多 **60 次**请求，超出会返回 \`429\` 和 \`Retry-After\`。
- 列表分页，下一页的地址在 \`next\` 字段里。
- 密钥请放在环境变量里，不要写进代码。`,
    ],
  },
  {
    id: 'returns-zh',
    cue: /退货|退款|退换|换货|七天|无理由/,
    thought: '用户问退货。核对政策：30 天内、机器未损坏即可。步骤要短，并说明退款到账时间。',
    texts: [
      `可以的。收到商品后 **30 天内**都能退货，机器拆封试用过也没关系。

### 怎么退

1. 打开**我的订单**，选择要退的商品，点“申请退货”。
2. 选择原因，系统会马上生成一张顺丰到付面单。
3. 用原包装寄回；没有原包装也可以，请把水箱倒空并用泡沫包好。
4. 仓库收到后 **1–2 个工作日**内验收，退款原路返回，一般 3–5 天到账。

> 咖啡豆和滤纸属于食品与耗材，拆封后不能退。

如果是机器有故障，请先告诉我型号和现象，很多问题换个垫圈就能解决，不必寄回。`,
      `换个说法：**30 天内，理由不限，运费我们出。**

- 在“我的订单”里点“申请退货”，打印面单寄回即可。
- 验收后退款原路返回，3–5 天到账。
- 拆封的咖啡豆和滤纸不能退。

需要我直接帮您发起申请吗？告诉我订单号就行。`,
    ],
  },
  {
    id: 'order-zh',
    cue: /订单|物流|快递|发货|到哪|什么时候到|送到/,
    thought: '用户想知道包裹在哪。需要用订单号查询物流，然后给出预计送达时间。',
    texts: [
      `订单 **JN-20418** 的最新情况：

| 时间 | 状态 |
|---|---|
| 周一 16:20 | 已从杭州仓发出 |
| 周二 07:45 | 到达上海转运中心 |
| 周二 13:10 | 派送中 |

预计**今天 18:00 前**送达。如果您不在家，可以在短信链接里改成放驿站或改约明天。`,
    ],
  },
  {
    id: 'compare-zh',
    cue: /对比|比较|区别|哪一?[款台个]|推荐|选哪/,
    thought: '三款机器：Uno、Duo、Pro。按价格、锅炉、升温时间来比，最后按使用习惯给建议。',
    texts: [
      `三款机器的主要区别：

| | Uno | Duo | Pro |
|---|---|---|---|
| 价格 | ¥2,190 | ¥3,690 | ¥6,480 |
| 锅炉 | 单加热块 | 双加热块 | 双锅炉 |
| 升温 | 35 秒 | 60 秒 | 6 分钟 |
| 适合 | 每天一两杯 | 常喝奶咖 | 连续出品 |

**怎么选**

- 主要喝美式或浓缩：**Uno** 就够了。
- 每天都打奶泡：**Duo** 可以边萃取边打奶，省一半时间。
- 家里人多，或者喜欢调水温曲线：选 **Pro**。

大多数客户最后选的是 Duo。您平时一天喝几杯、喝奶咖多吗？`,
    ],
  },
  {
    id: 'descale-zh',
    cue: /除垢|水垢|清洗|清洁|保养|漏水|不出水/,
    thought: '用户要保养机器。给出除垢步骤和频率。',
    texts: [
      `除垢大约需要 **25 分钟**，建议每两个月一次（硬水地区每月一次）。

1. 关机，倒空水箱，取下滤芯。
2. 水箱加 500 ml 水和一包除垢剂，摇匀。
3. 同时按住**单杯**和**蒸汽**键 5 秒，指示灯变橙色。
4. 机器会自动分段放水，中间停顿是正常的。
5. 提示灯闪白色后换清水，再冲洗一遍。

**不要用醋**：它会腐蚀密封圈，也会留下味道。`,
    ],
  },
  {
    id: 'code',
    cue: /\b(code|script|api|function|javascript|typescript|python|sql|regex|webhook|sdk|snippet)\b/i,
    thought:
      'They want something they can run. Show authentication, the shortest working call, then paging and limits. Keep secrets in the environment.',
    texts: [
      `Here is a small client that walks through all orders. Create a read-only key under **Account → Developers** first.

\`\`\`js
const API = 'https://api.juniper.example/v1'

/** Yields every order, newest first, one page at a time. */
export async function* orders({ key = process.env.JUNIPER_KEY, limit = 50 } = {}) {
  let url = \`\${API}/orders?limit=\${limit}\`
  while (url) {
    const reply = await fetch(url, { headers: { authorization: \`Bearer \${key}\` } })
    if (reply.status === 429) {
      // The gateway says how long to wait, in seconds.
      await new Promise((done) => setTimeout(done, 1000 * reply.headers.get('retry-after')))
      continue
    }
    if (!reply.ok) throw new Error(\`orders: \${reply.status}\`)
    const page = await reply.json()
    yield* page.orders
    url = page.next
  }
}

for await (const order of orders()) console.log(order.id, order.status)
\`\`\`

Three things to know:

- Each key may make **60 requests a minute**; beyond that you get a \`429\` with \`Retry-After\`.
- \`next\` is missing on the last page, which ends the loop.
- Webhooks are cheaper than polling: subscribe to \`order.updated\` and you will hear within seconds.

The same in one line of shell:

\`\`\`bash
curl -H "Authorization: Bearer $JUNIPER_KEY" https://api.juniper.example/v1/orders?limit=5
\`\`\`

More in the [API reference](https://docs.juniper.example/orders).`,
    ],
  },
  {
    id: 'order',
    cue: /\b(track|tracking|order|parcel|package|delivery|deliver(ed)?|shipping|shipped|arrive)\b/i,
    thought:
      'A delivery question. I need the order number, then the carrier status. Give the expected time first, the history after it.',
    texts: [
      `Your order **JN-20418** is out for delivery and should arrive **today before 6 pm**.

| When | Where | Status |
|---|---|---|
| Mon 16:20 | Rotterdam | Left our warehouse |
| Tue 05:45 | Cologne | Sorted at the hub |
| Tue 09:10 | Your town | On the van |

Not at home? Use the link in the carrier's message to choose a neighbour or a parcel shop. After two failed attempts it waits for you at the nearest shop for seven days.`,
      `It is on the van: **JN-20418**, expected **before 6 pm today**.

- It left our warehouse on Monday afternoon and was sorted in Cologne this morning.
- The driver has 14 stops before yours.
- You can still redirect it to a parcel shop until noon.

Would you like me to send the live map to your phone?`,
    ],
  },
  {
    id: 'compare',
    cue: /\b(compare|comparison|difference|versus|vs\.?|which (one|machine|model)|recommend|best machine|machines)\b/i,
    thought:
      'Three machines: Uno, Duo, Pro. The deciding question is how often they steam milk. Use a table, then a recommendation by habit, and ask one question back.',
    texts: [
      `All three make a proper espresso. They differ in how they handle **milk** and **back-to-back cups**.

| | Uno | Duo | Pro |
|---|---|---|---|
| Price | €279 | €469 | €829 |
| Heating | one thermoblock | two thermoblocks | dual boiler |
| Ready in | 35 s | 60 s | 6 min |
| Steam while brewing | no | yes | yes |
| Best for | one or two cups a day | milk drinks | a busy kitchen |

### Which one?
- **Mostly espresso or americano:** the Uno is all you need.
- **A flat white every morning:** the Duo brews and steams at the same time and saves you about two minutes a cup.
- **Guests every weekend, or you like to tinker:** the Pro lets you set temperature and pressure.

Most people who ask me this end up with the **Duo**. How many milk drinks do you make on a normal day?`,
      `In one sentence each:

- **Uno (€279)**: quick, small, for one or two black coffees a day.
- **Duo (€469)**: steams milk while it brews. The one most people keep.
- **Pro (€829)**: dual boiler, full control, needs six minutes to warm up.

If you make milk drinks daily, take the Duo; otherwise save the money and take the Uno.`,
    ],
  },
  {
    id: 'returns',
    cue: /\b(return|returns|refund|money back|send (it )?back|exchange|warranty|guarantee)\b/i,
    thought:
      'Policy question: 30 days, opened is fine, coffee excluded. Say yes first, then the steps, then when the money arrives.',
    texts: [
      `Yes. You can return any machine within **30 days**, also if you have opened and used it.

1. Open [My orders](https://juniper.example/orders) and choose **Return an item**.
2. Pick a reason. You get a prepaid label at once.
3. Pack the machine with an **empty water tank**. The original box is nice but not required.
4. Drop it at any parcel shop.

The money is back on your card **3–5 working days** after it reaches us.

> Opened coffee and filters cannot come back, for reasons you can imagine.

Is something wrong with the machine? Tell me what it does. Half of the time a new gasket solves it, and the two-year warranty covers that.`,
      `Short version: **30 days, any reason, we pay the postage.**

- Start it under [My orders](https://juniper.example/orders) → *Return an item*.
- Empty the tank, stick on the label, drop it at a parcel shop.
- Your refund arrives 3–5 working days after the parcel does.

If you give me the order number I can start it for you.`,
    ],
  },
  {
    id: 'descale',
    cue: /\b(descal\w*|clean(ing)?|limescale|maintenance|leak\w*|drip\w*|no water|orange light|blink\w*)\b/i,
    thought: 'Maintenance. Give the steps in order, the time it takes, and the one mistake people make (vinegar).',
    texts: [
      `Descaling takes about **25 minutes**. Do it every two months, or monthly where the water is hard.

1. Switch the machine off, empty the tank and take out the filter.
2. Fill in 500 ml of water and one sachet of descaler.
3. Hold **single cup** and **steam** together for five seconds until the light turns orange.
4. Put a one-litre bowl under the spout. The machine now pumps in bursts; the pauses are part of it.
5. When the light blinks white, rinse the tank, fill it with fresh water and press **single cup** once more.

**Please do not use vinegar.** It attacks the seals, and you will taste it for a week.

Does the orange light stay on afterwards? Then the counter was not reset: hold *steam* alone for ten seconds.`,
    ],
  },
  {
    id: 'account',
    cue: /\b(password|log ?in|sign ?in|account|e-?mail address|two-factor|2fa|locked out)\b/i,
    thought: 'Account access. Reset link, where the mail may hide, what to do when the address changed.',
    texts: [
      `Let's get you back in.

1. Go to [Sign in](https://juniper.example/login) and choose **Forgot password**.
2. Enter the e-mail address of your orders. The link arrives within a minute and is valid for **one hour**.
3. Choose a new password of at least twelve characters.

No mail? Look into the spam folder for *no-reply@juniper.example*. If you no longer have that address, I can hand you over to a colleague, who will check who you are by order number and postcode.`,
    ],
  },
  {
    id: 'speed',
    cue: /\b(ttft|latency|streaming|first token|token(s)? per second|opentelemetry|trace|observability)\b/i,
    thought: 'About streaming itself. Distinguish what the server measures from what the reader sees.',
    texts: [
      `The **time to first token** a server reports and the one you feel are different numbers.

- The server stops its clock when it *sends* the first token.
- Your eyes stop theirs when the first word is *painted*: after the network, the parser, the markdown renderer and the next frame.

For this very answer you can look at both: open the **Session** link above. It shows how long you waited, where the wait went, and how the text grew on your screen.

\`\`\`text
send ── request ── headers ── first chunk ── in the page ── painted
     client     server       model         render        paint
\`\`\`

Try the knobs in the **Try** menu to make me slow on purpose, and compare.`,
    ],
  },
  {
    id: 'thanks',
    cue: /^\s*(thanks?( you)?|thx|cheers|great|perfect|ok(ay)?|谢谢|多谢|好的)[\s!.。！]*$/i,
    texts: [`You're welcome! Anything else I can help with?`, `Happy to help. Enjoy your coffee! ☕`],
  },
  {
    id: 'hello',
    cue: /^\s*(hi|hello|hey|good (morning|evening|afternoon))\b[\s\w!.,]{0,20}$/i,
    texts: [
      `Hello! I'm Juniper's assistant. I can help with **orders**, **returns**, choosing and **looking after a machine**, and our **API**. What can I do for you?`,
    ],
  },
  {
    id: 'hello-zh',
    cue: /^\s*(你好|您好|在吗|嗨)/,
    texts: [`您好！我是 Juniper 的智能客服，可以帮您查**订单**、办**退货**、挑选和**保养咖啡机**。请问需要什么帮助？`],
  },
]

const GENERIC = `I don't have a prepared answer to that. To be honest with you: I am a **scripted demo model**, not a real one. I pick from a handful of texts by the words in your message.

Things I can talk about:

- tracking an **order**
- **returns** and refunds
- **comparing** our machines
- **descaling** and other care
- the orders **API**, with code
- 中文也可以：退货、订单、对比、除垢

To talk to a real model on this very page, start the demo with \`MODEL_BASE_URL\`, \`MODEL_API_KEY\` and \`MODEL\` set. The demo's README shows how.`

const GENERIC_ZH = `这个问题我没有准备答案。坦白说：我是一个**照稿回答的演示模型**，只会根据关键词挑选几段文字。

我能聊的有：

- 查**订单**和物流
- **退货**与退款
- **对比**几款机器
- **除垢**和日常保养
- 用**代码**调用订单接口

想在这个页面上使用真正的模型，请在启动时设置 \`MODEL_BASE_URL\`、\`MODEL_API_KEY\` 和 \`MODEL\`，演示的 README 里有说明。`

const LONG = `# Looking after an espresso machine

A machine that is cared for lasts fifteen years; one that is not lasts three. Most of the difference is **five minutes a week**. This guide goes through the year in the order in which things need you.

## Every day

Flush the group head for two seconds after the last cup. Old coffee oil turns rancid overnight, and tomorrow's first shot will taste of it. Wipe the steam wand at once, while the milk is still soft, and open the valve for a second so that nothing dries inside.

Empty the drip tray before it is full. It sounds obvious; nevertheless a good third of the machines that come back to us with "water damage" were simply never emptied.

## Every week

1. Put a blind basket into the portafilter.
2. Add half a teaspoon of cleaning powder.
3. Run the pump for ten seconds, wait for ten, and repeat five times.
4. Rinse, and pull one shot to throw away.

Take the shower screen off once a month. One screw, one minute, and you will be surprised by what is behind it.

## Every two months

This is when limescale becomes visible in the numbers, long before you can see it:

| Hardness | Descale every | Filter lasts |
|---|---|---|
| soft (below 7 °dH) | 4 months | 4 months |
| medium (7–14 °dH) | 2 months | 2 months |
| hard (above 14 °dH) | 4 weeks | 6 weeks |

Use a descaler made for the machine. Vinegar attacks the seals, and citric acid, when it is too warm, leaves a salt that is harder to remove than the limescale was.

## Every year

Replace the group gasket. It costs four euros and takes ten minutes, and it is the reason for most leaks that people write to us about. While the screen is off, look at the holes: if some stay dark against the light, let it lie in cleaning powder overnight.

Check the grinder, too. Burrs of a household grinder are worn after about 300 kg of coffee, which sounds like a lot until you work it out: two people with two cups a day get there in **nine years**, an office with ten people in **one**.

## When something is wrong

- **Nothing comes out.** The grind is too fine, or the pump has air. Open the steam valve, run the pump for five seconds, close it again.
- **It runs through too fast.** Grind finer before you change anything else. Then look at the basket: a hair crack is enough.
- **It drips from the group.** The gasket, see above.
- **The steam is wet.** Let it out for two seconds before you steam the milk. When it stays wet, the boiler is overfilled and the probe is dirty.
- **The orange light stays on.** The descaling counter was not reset. Hold *steam* for ten seconds.

## What you should leave to us

Anything behind a screw with a drop of red paint on it. There is pressure of up to twelve bar inside and mains voltage beside it. The warranty covers the work in the first two years, and afterwards a full service costs €89, gaskets included.

> A rule of thumb that has never failed me: when the coffee suddenly tastes different, first change the beans, then clean, and only then touch a screw.

If you tell me which machine you have and how hard your water is, I can put this into a calendar for you, with a reminder for each of the dates.`

const LONG_ZH = `# 家用咖啡机保养指南

保养得当的机器可以用十五年，放任不管的只能用三年。区别主要在于**每周五分钟**。

## 每天

做完最后一杯，让冲煮头空放两秒。残留的咖啡油一夜之间就会氧化，第二天的第一杯会带上哈喇味。奶泡打完立刻擦拭蒸汽棒，再放一秒蒸汽，避免牛奶在管内干结。

接水盘不要等满了再倒。返修的“进水”机器里，有三分之一只是因为从来没倒过水。

## 每周

1. 手柄装上盲碗。
2. 放半茶匙清洁粉。
3. 开泵十秒，停十秒，重复五次。
4. 冲洗干净，再萃取一杯倒掉。

## 每两个月

| 水质硬度 | 除垢周期 | 滤芯寿命 |
|---|---|---|
| 软水 | 四个月 | 四个月 |
| 中等 | 两个月 | 两个月 |
| 硬水 | 四周 | 六周 |

请使用专用除垢剂。醋会腐蚀密封圈；柠檬酸在温度过高时会生成更难清除的盐。

## 每年

更换冲煮头的密封圈。零件只要三十元，十分钟就能换好，大部分漏水问题都由它引起。拆下分水网时对着光看一看，如果有小孔不透光，用清洁粉泡一夜。

## 遇到问题

- **不出水**：研磨太细，或者泵里有空气。打开蒸汽阀，开泵五秒，再关上。
- **流速太快**：先把研磨调细，再检查粉碗是否有细裂纹。
- **冲煮头滴水**：更换密封圈。
- **橙灯常亮**：除垢计数没有复位，长按蒸汽键十秒。

> 经验之谈：味道突然变了，先换豆子，再清洁，最后才动螺丝。

告诉我您的机型和当地水质，我可以帮您排一份保养日历。`

const REFUSAL = `I'm sorry, but I can't help with that request. If you think this is a mistake, please rephrase it or ask for a colleague.`
const REFUSAL_ZH = '抱歉，这个请求我无法协助。如果您认为这是误判，请换一种说法，或转人工客服。'

const THOUGHT =
  'Let me see what the customer really needs here. I should check whether one of the prepared articles covers it, keep the answer short, and ask back if it does not.'
const THOUGHT_ZH = '先弄清楚用户真正的需求，看看现有的资料里有没有相关内容，回答要简短，不确定就追问。'

/** The words by which a user says that the last answer missed. */
const MISSED =
  /^\s*(no[,.! ]|not that|i meant|that'?s not|that is not|wrong|you misunderstood|again|try again|不对|不是|我的意思|我是说|重新)/i

const byId = (/** @type {string} */ id) => TOPICS.find((topic) => topic.id === id)

/**
 * @param {string[]} prompts The user's messages, oldest first, knobs taken out.
 * @param {import('./knobs.mjs').Knobs} knobs
 * @param {() => number} random 0..1, chooses among wordings.
 * @returns {{ topic: string, thought: string, text: string, refusal?: boolean }}
 */
export function answerTo(prompts, knobs, random) {
  const prompt = prompts.at(-1) ?? ''
  const zh = knobs.zh ?? (!knobs.en && /[\u4e00-\u9fff]/.test(prompt))
  // Squared: the first wording most of the time.
  const pick = (/** @type {string[]} */ texts) => texts[Math.floor(random() ** 2 * texts.length)] ?? ''
  const thought = zh ? THOUGHT_ZH : THOUGHT
  if (knobs.empty) return { topic: 'empty', thought, text: '' }
  if (knobs.refuse) return { topic: 'refusal', thought, text: zh ? REFUSAL_ZH : REFUSAL, refusal: true }
  if (knobs.long) return { topic: 'long', thought, text: zh ? LONG_ZH : LONG }
  const asked = knobs.code ? byId(zh ? 'code-zh' : 'code') : TOPICS.find((topic) => topic.cue.test(prompt))
  let topic = asked && zh ? (byId(`${asked.id}-zh`) ?? asked) : asked
  const missed = MISSED.test(prompt)
  // "No, I meant …" without a subject is about what came before.
  if (!topic && missed) topic = prompts.slice(0, -1).toReversed().map(topicOf).find(Boolean)
  if (!topic && knobs.zh && !prompt.trim()) topic = byId('compare-zh')
  if (!topic) return { topic: 'generic', thought, text: zh ? GENERIC_ZH : GENERIC }
  const text = missed ? (topic.texts.at(-1) ?? '') : pick(topic.texts)
  const sorry = zh ? '抱歉理解错了，我再说明一次。\n\n' : 'Sorry, I misread that. Once more:\n\n'
  return { topic: topic.id, thought: topic.thought ?? thought, text: missed ? sorry + text : text }
}

const topicOf = (/** @type {string} */ prompt) => TOPICS.find((topic) => topic.cue.test(prompt))
