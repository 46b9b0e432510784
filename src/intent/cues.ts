/**
 * What words do in a talk about an answer: a line per role, in the order of `roles`, and a table per language.
 * `a(b/c)[de]` is four cues; `*` stands for any ending; an empty line is a role that the language needs no words for.
 * `?` ends a question as its mark does.
 */
export const roles = 'KHBF73216LAEGROZMSNIYTUDC?'
export const words: Record<string, string> = {
  en: `no (thank*/problem/worries)|not bad|never mind|need to|go on|continue|next|haha|nice|great|cool|perfect|thank*
huh|confus*|im lost|plain|source*
wrong|incorrect*|false|mistake*|misunder*|off topic|to do with|opposite|useless|vague|generic|biased|nonsense|boring|outdated|incomplete
forgot*|miss(ed/ing)|ignor*|left out|made (that/it/this) up

where
who
what|which|whats

still|same|keep|already
sure|certain|really|true
error*|bug|fail*
right|correct|work*|help*|good|accurate|sense|enough
again|retry|redo|regenerate
another|other|different|new|one more
instead|actually|only|wait|rather
i mean(t/)|my (question/point/request)|as i
mean|ask*|wanted|request*|specif*|talking|saying|said|told|looking for|after|supposed|hoping
not|no|nope|never|nothing|cant|wont|(do/does/did/is/was/are/were/could/would/should/has/have)n(t/)
i|im|me|ive
you|youre|your
that|thats|this|it|its|they|answer*
get|understand|follow
do|write|make|show|please|give|try|tell|can|could|would
and|but|now|was|will|about|so|ok|well|yes|the|a|to|of|in|is`,
  de: `danke
hae
falsch*|stimmt nicht
ignoriert|fehlt
wie viel*
wo

was|welche*
wie
immer noch|gleiche*
sicher|wirklich
fehler*
geht|ganz|richtig
noch( /)mal|neu
ander*|noch ein*
statt|sondern
meinte|ich (wollte/fragte)
gefragt|meinst|gesagt|wollte
nicht*|nein|kein*
ich|mir|mich
du|sie|dir
das|es|er
versteh(e/)|verstanden
versuch*|mach*|gib
der|ein*|hast|haben|auf|fur|bist`,
  fr: `pas (mal/grave/de souci)|merci

faux|fausse|tromp*
oubli*|manque*



que|quoi|quel*|quest

toujours|meme*
sure|es sur|certain
erreur*
marche|fonctionne
encore|reessa*
autre*
au lieu
je (voulais/parl*/veux dire/demand*)|ma question
dire|dit|demande
pas|non
je|jai|moi
tu|vous
cest|ca|cela|il|elle|le|la|y
compris|comprends|clair
essa*|donne*
et|un|du|est`,
  es: `nada mal|gracias

mal|falso|equivoc*|incorrect*
ignora*|falta*|olvid*

donde

que

sigue*|mism[oa]
segur*
error*
funciona*
otra vez|de nuevo
otr[oa]
en vez|sino
me refer*|queria|pedi|pregunt*
decir|quiere*
no|sin
me
has|estas|quieres
esta|esa|eso|es|respuesta|lo
entien*|entendi
intent*|dame
una|con|y|si|se`,
  pt: `obrigad*|nada mal|sem problema

errad*|incorret*|falso|mal
ignorou|falt*|esquec*



que|qual

ainda|mesm[oa]|continua
certeza|verdade
erro
isso|funciona
de novo|mais uma
outr[oa]
em vez
quis dizer|falando|pedi|pergunt*
dizer|quer*
nao|sem
me
voce|tem
essa|esta|e
entend*
tent*|faca|da
o(s/)|uma`,
  ru: `спасибо
смысле|непоня*
неверн*|неправ*|не то
забыл*

где

что|как*|чем

та же|все равно
уверен*
ошибк*
работает
снова|еще раз
друго*
вместо|а не
в виду|я (просил*/спрашивал*/хотел*/про)
просил*|спрашивал*
не|нет
я|мне
ты|вы
это*|ответ*|она
поня(л/ла/тно)
попробу*
и|в|на|а`,
  zh: `谢谢|不错|没(错/事/关系/问题)|不(客气/用/需要)|继续
(什么/啥)意思|没(看/听/)懂|不懂|[没不]明白|理解不|通俗|啥
错|不[对准]|答非所问|有问题|[用跑]不[了起通]|反了|不是这个
[漏缺忘]|少了|没看
多少|几

谁
什么|哪
怎么|如何
还是|一样|[仍又]
确定|真的
报错
对
重(新/写/来)|再(来/试/给/写/说)
换|别的|其他
应该|其实|[才只]
不好意思|抱歉|我(的意思/想问/是想问/指的/是说)|我[说问要找]的是|不是[问说让]
[说问要指]的
没(有/)|别|不是
我
[你您]
[这他那答]
懂|明白|理解
[试说想请能吧给]
好(的/)|[嗯哦行的啊是在把也了呢]
吗`,
  ja: `
どういう
違|ちが|間違|じゃな[いく]|ではな|動[かき](ま/)[なせ]|逆
抜け|忘れ

どこ

どの|どんな

まだ|まま|同じ
本当
エラー

もう[一度回]
別の|他[のに]
のに|けど


ません


それ|これ|その|そう
分か
して|ください
[はがをにでもへとのかよね]
か[. ]`,
  ko: `괜찮
무슨|모르겠|이해(가/)(안/못)
틀[렸린려]|잘못|[안않][돼되됐]
빠졌|무시



뭐
어떻게
아직|똑같
진짜|확실|정말
오류

다시
다른|하나더
말고|만|잖아
물은|물어본|말한|원하는|라고했

아니|[안없]
난
너
그게|[그이]

[해써줘]|알려
[아음을에의로까니야지]`,
}
