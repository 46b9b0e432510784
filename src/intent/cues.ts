/**
 * What words do in a talk about an answer: a line per role, in the order of `roles`, and a table per language.
 * `a(b/c)[de]` is four cues; `*` stands for any ending; 0 for a role that the language needs no words for.
 */
export const roles = 'KHBF7543216LAEGROZMSNIYTUDC'
export const words: Record<string, string> = {
  en: `no (thank*/problem*/worries/need)|not bad|never mind|need to|go on|keep going|continue|next|haha*|lol|nice|great|cool|perfect|awesome|thank*|thx
huh|confus*|im lost|unclear|clarify|plain|simple terms|source*|proof|evidence
wrong|incorrect*|inaccurate*|false|mist(ake*/aken)|misunder*|off topic|nonsense|useless|irrelevant|nothing to do|bad answer|opposite
forgot*|miss(ed/ing)|ignor*|skipped|left out|made (that/it/this) up
0
0
0
where
who
what|which|whats
0
still|same|keep|already
sure|certain|really|legit|true
error*|bug|fail*|throws|crash*|broken
right|correct|work*|help*|good|accurate|sense|enough|close
again|retry|redo|regenerate|rephrase
another|other|different|new|one more|alternative*
instead|actually|only|wait|rather
i mean(t/)|my (question/point/request)|as i
mean|meant|ask*|wanted|request*|specif*|talking|saying|said|told|looking for|after
not|no|nope|never|nothing|cannot|cant|wont|aint|(do/does/did/is/was/are/were/could/would/should/has/have/had)n(t/)
i|im|me|ive
you|youre|your
that|thats|this|it|its|they|answer*|response|result
get|understand|follow
do|write|make|show|please|give|try|tell|can|could|would
and|but|now|was|will|about|so|ok|okay|well|yes|the|a|to|of|in|is`,
  de: `schon gut|danke*
ha(e/)(h/)
falsch*|stimmt nicht|umgekehrt|gegenteil
ignoriert|fehlt
wie( /)(viel*/lange/oft/alt/weit/hoch/gross)
wieso
wann
wo
0
was|welche*
wie|womit
immer noch|gleiche*
sicher|echt
fehler*
geht|ganz
noch( /)mal(s/)|neu
ander*|noch ein*
statt|eigentlich|aber
meinte|meine ich|(wollte/suchte/dachte/sprach/rede/spreche/fragte/bat) ich|ich (wollte/rede/spreche/fragte/bat/suchte)|danach
gefragt|meinst|heisst
nicht*|nein
ich|mir|mich|wir
du|sie|dir|ihr|dein*
das|es|er|dazu
versteh(e/)
versuch*|mach*|gib
der|ein*|hast|haben|auf|fur|bist`,
  fr: `pas (mal/grave/de souci/de probleme)|vas y|merci*
hein
faux|tromp*|contraire
oublie*|manque*
combien
pourquoi
0
ou
qui
que|quoi|quel*|quest
comment
toujours|meme*
sur(e/)|certain
erreur*
marche
encore|reessa*
autre*
au lieu
je (voulais/parl*/veux dire/pensais/cherchais/demand*)|jai (bien /deja /)(demande/dit/precise)|ma question
dire|dit|demande|veux|voulez
pas|non
je|jai|moi
tu|vous
cest|cela|cette|il|elle|le|la|y
compris|comprends|clair
essa*|donne*|propose*
et|un|du|est`,
  es: `nada mal|genial|gracias
0
mal|falso|equivoc*|al reves|contrario
ignora*|falta*
0
0
0
0
0
que
como
aun|sigue*|mismo|misma
segur*
error*
funciona*
otra vez
otr[oa](s/)
en (vez/lugar)
me (referia/refiero)|queria|hablo de|pedi|dije|pregunte|mi pregunta
decir|quiere*
no|sin
me
has|estas|quieres
esta|esa|es|respuesta|lo
entien*
prueba|intent*|dame
una|con|y|si|se`,
  pt: `obrigad*|nada mal|segue
ha
errad*|incorret*|falso|mal|contrario
ignorou|falt(a/ou/am)
0
0
0
onde
quem
que|qual
0
ainda|mesm[oa]|continua
certeza|serio|mesmo
erro|falh*
isso
de novo|mais uma
outr[oa](s/)
em vez
quis dizer|falando d*|pedi|disse|perguntei|minha pergunta
dizer|quer
nao|sem
me
voce|tem
essa|esta|e
entend*
tent*|faca|da
o(s/)|uma`,
  ru: `не (надо/нужно/беспокойся/страшно)|спасибо*|неплохо|продолж*|дальше|отлично|супер
смысле|непоня*|запутал*|источник*|проще
неверн*|неправ*|ошиба*|ошибся|ошиблись|не так|наоборот|ерунда|бред|не то
проигнор*|забыл*|пропустил*|выдумал*|не хватает|не учтен*
сколько
почему
когда
где
кто
что|как(ой/ая/ое/ие/ого/ую)|чем
как
по прежнему|та же|то же|все равно|все еще|опять
уверен*|правда|точно|действительно
ошибк*|падает
работает|верно|правильно|помог*
снова|еще раз|заново|переделай*|повтори*
друго*|другие|вариант*|еще один
вместо|а не|но|на самом деле|только
имел(/а/и) в виду|я (же /)(просил*/спрашивал*/спросил*/говор*/хотел*/сказал*/про)|спрашивал*|речь
имее(шь/те)|просил*|сказал*|хотел*|спросил*
не|нет|ни
я|мне|меня
ты|вы|тебя|вас
это*|ответ*|она|оно|ее
поня(л*/тно/ть)|понима*
сделай*|напиши*|дай*|попробу*|покажи*
и|в|на|а|же|с`,
  zh: `谢谢|感谢|不错|没错|没事|没关系|没问题|不客气|不用|不需要|接着|继续|很好|太好了
(什么/啥/何)意思|(没/不)(太/)[看听搞弄](懂/明白/清楚)|没(懂/明白/理解)|不(懂/明白/理解)|通俗|依据|出处|啥
不对|错|不准|答非所问|有问题|[用跑]不[了起通]|搞反|相反|胡说|跑题|乱七八糟|不符|没用|不是这个
漏|少了|缺|没看|忘了|忽略|编的
多少|几[个点岁次天年分]
为什么|怎么回事
什么时候
0
谁
什么|哪
怎么|如何|怎样
还是|仍|一样|又
确定|真的|靠谱
报错|失败
对|正确
重新|再(来/试/给/写/说/生成)|重[写来做试]
换|别的|其他|其它|另
应该|其实|才|只|而不是
不好意思|抱歉|我(的意思/想问/是想问/指的/说过/是说/要求)|我[说问要找]的是|我想[说问要找]的|不是[问说让我]
[说问要指]的|想要的
没(有/)|别|不是|不要
我
你|您
这|此|他|那|答案|回答
懂|明白|理解
试|说|想|请|能|吧|给
好(的/)|嗯|哦|行|的|吗|啊|是|在|把|也|了|呢|呀`,
  ja: `ありがと|大丈夫|結構です|構いません|悪くない|続け
どういう(意味/こと)
違[いうくっ]|間違|誤[りっ解]|じゃな[いく]|ではな|動[かき](ま/)[なせ]|逆|ちが[うい]
抜け|答えてい(ない/ません)
0
なぜ
0
どこ
0
どの|どんな
0
まだ|まま|同じ
本当|確か
エラー
0
もう(一/1/)[度回]
別の|他[のに]
のに|でも|けど
意味で
0
いや|ません
0
0
それ|これ|その|そう
分か
して|ください|やって
[はがをにでもへとのかよね]`,
  ko: `고마|괜찮|나쁘지
무슨(말/뜻/소리/의미)|모르겠|이해(가/를/)(잘/)(안/못/되지/하지)
틀[렸린려리]|잘못|(안/않)(돼/되/됩/됐)|반대
빠[졌뜨트]|빼먹|무시
0
0
0
0
0
뭐
어떻게|방법
아직|똑같
진짜|확실
오류
0
다시
다른|하나더
말고|만|잖아
(제가/내가/저는/나는/전/난/)(물은/물어본/말한/원한/원하는/부탁한/요청한/찾는/말하는)(건/것/거/게)|라고(했/말)|말이야
0
아니|안|없
난
너|당신
그게|그|이
0
해|써|줘|알려
아|음|을|에|의|로|으로|까|니|야|지`,
}
