export const roles = 'KHBF7543216LAEGROZMSNIYTUDC'
export const words: Record<string,string> = {
  en: `thank*|bad|problem|worries|mind|need to|continue|go on|keep going|next|haha*|nice|great|cool
huh|confus*|im lost|pardon|unclear|clarify|simpler|plain|layman*|source*|proof|evidence
wrong|incorrect*|false|inaccurate|mistake*|misunder*|off topic|useless|incomplete|broken|made up|no sense|nothing to do
forgot*|missed|missing|ignor*|skipped
how (many|much|long|old|far|often|tall)
why|what makes
when|what time
where
who
what|which|whats
how
still|same|keep|already
sure|certain|serious*|really|legit|true
error*|bug|fails|failing|crash*|throws
right|correct|work|working|help|enough|exist|possible|quite|good
again|retry|redo|regenerate|once more|scratch
another|other|different|new|else|alternative|one more
instead|rather|should*|actually|only|just|wait|too
i mean|my (question|point|request)|as (i|stated)
mean|meant|ask*|wanted|told|request*|specif*|talking|looking|thinking|expect*|saying
not|no|nope|never|nothing|[^ ]+nt|cannot
i|im|ive|id|we|my|me
you|youre|your
that|thats|this|it|its|these|those|they|answer*|code|response|result|output|solution|he|she|his|her|him|their|them|there
understand|get|clear
try|do|write|give|make|tell|show|draw|have|suggest|can|could|please
and|also|but|now|yes|the|are|for|was|does|did|will|would|with|from|about`,
  de: `danke*|kein problem|nicht (schlecht|ubel|notig)|schon gut|weiter
hae?h?|verwirrt|unklar|keine ahnung
falsch*|unsinn|missverst*|stimmt nicht
vergessen|ubersehen|ignoriert|fehlt
wie ?(viel*|lange|oft|alt|weit|hoch|gross)
warum|wieso
wann|welchen tag
wo|wohin|woher
wer
was|welche*
wie|womit
immer noch|gleiche*|derselbe|trotzdem
sicher|wirklich|echt
fehler*
richtig|korrekt|stimmt|funktioniert|geht|klappt|passt|so|ganz
noch ?mals?|noch einmal|erneut|neu
ander*|noch ein*
sondern|statt|eigentlich|nur|aber
gemeint|meinte|meine ich|(wollte|suchte|dachte|sprach|rede|spreche|fragte|bat) ich|ich (wollte|rede|spreche|fragte|bat|suchte)|meine frage|danach
gefragt|gesagt|meinst|meinen|heisst|soll|bedeutet
nicht*|kein*|nein|nie
ich|mir|mich|wir
du|sie|dir|ihr|dein*
das|dies*|es|antwort|er|ihn|da|davon|dazu
verstehe?|verstanden|schlau
versuch*|mach*|schreib*|gib|erzahl*|bitte
und|der|die|den|ein*|ist|sind|hast|haben|habe|hat|auf|fur|von|mit|bist|war|kann`,
  fr: `merci|pas (mal|grave|de souci|de probleme)|la suite|vas y
hein|confus
faux|incorrect*|hors sujet|mal compris
oublie*|manque*
combien
pourquoi
quand
ou
qui
que|quoi|quel*|quest
comment
toujours|meme*
sure?|certain|vraiment|serieu*
erreur*
correct|exact|marche|fonctionne|ca
encore|recommence*|refais|reessa*
autre*|nouve*
plutot|au lieu|seulement
je (voulais|parl*|veux dire|pensais|cherchais|demand*)|jai (bien |deja )?(demande|dit|precise)|ma question
dire|dit|demande|veux|voulez
pas|ne|non|n[ae][^ ]*|rien
je|jai|mon|ma|moi|me
tu|vous|es
cest|cela|ce|cette|reponse|il|elle|le|la|y|en
compris|comprends|clair
essa*|fais|ecris|donne*|propose*|raconte
et|un|de|des?|du|au|les|une|est|sont|pour|est ce`,
  es: `gracias|nada mal|no (importa|hay problema|pasa nada)|genial|perfecto
confus*|perdid*
mal|incorrect*|falso|equivoc*
olvid*|ignora*|falta*
cuant[oa]s?
por que|porque
0
donde
quien*
que|cual*
como
todavia|aun|sigue*|mismo|misma
segur*|cierto|verdad
error*|fall[oa]*
correct*|funciona*|asi|eso
otra vez|de nuevo
otr[oa]s?
sino|en (vez|lugar)|solo|pero
me (referia|refiero)|queria|hablo de|pedi|dije|pregunte|mi pregunta
decir|quiere*|significa
no|nunca
mi|me
tu|te|has|usted|estas
esto|eso|esta|este|esa|es|respuesta|lo|la|el|su
entien*|entend*
prueba|intent*|dame|escrib*|haz*|dime|genera|cuenta*
los|las|un|una|de|del|en|para|con|por|al|y|o|si|se`,
  pt: `obrigad*|nada mal|(nao|sem) (importa|tem problema|precisa|problema*)|continu(a|e|ar)|segue
ha|confus*|como assim|nao ficou claro
errad*|incorret*|falso|mal
esquec*|ignorou|falt(a|ou|am)
quant[oa]s?
0
0
onde
quem
que|qual|quais|o que
como
ainda|mesm[oa]
certeza|serio|verdade|mesmo
erro|falh*
cert[oa]|funcion*|deu|isso|resolve*|responde*
de novo|novamente|mais uma
outr[oa]s?
sim|em vez|mas
quis dizer|queria|falando d*|pedi|disse|perguntei|minha pergunta
dizer|quer|significa
nao|nada
eu|meu|minha|me
voce|tem|sua
essa|esta|e|resposta|ele
entend*|claro
tent*|faz*|faca|escrev*|da|conte
os?|as?|uma|para|com`,
  ru: `спасибо|неплохо|ничего страшного|продолж*
смысле|непонятно|неясно|запутал*|как так
неверн*|неправ*|ошиб(ся|лась|аешь*|очн*)|не т[оаеу]|не так
забыл*|пропустил*|проигнор*
сколько
почему
когда
где
кто
что|как(ой|ая|ое|ие|ого|ую)|чего|чем
как
все еще|по прежнему|та же|тот же|то же|опять|все равно
уверен*|точно|правда|серьезно|неужели
ошибк*
правильно|работает
снова|еще раз|заново|переделай
друг(ой|ое|ую|ие|ая)
вместо|а не|только|но
имел* в виду|имею в виду|я (же )?(просил*|спрашивал*|спросил*|говор*|хотел*|сказал*|про)|спрашивал*
имее(шь|те)|значит
не|нет
я|мне|меня
ты|вы|тебя
это|этот|ответ|он|она|оно|ее|их
поня(л*|тно|ть)|понимаю
попробуй|напиши|сделай|давай|расскажи|скажи
для|есть`,
  zh: `谢谢|感谢|不错|没错|没关系|没事|没有?(问题|疑问)|不客气|不用|算了|继续|接着
(什么|啥|何)意思|[看听搞弄]不(太|大)?[懂明]白?|不太?(懂|明白|理解)|没太?[看听搞弄]?(懂|明白|理解)|糊涂|通俗|依据|出处|哪来|解释
不对(?!称)|错|有误|不准|不正确|误解|瞎编|答非所问|没用|不行|有问题|没变|没解决|没反应|[用跑]不[了起]
忘记|漏|少了|缺|忽略|没看|没听
多少|几[个点岁次天年分]|多[长久大远高重]
为什么|怎么回事
什么时候|哪年|时间
哪里|哪儿|在哪
谁
什么|啥|哪|何
怎么|如何|怎样
还是|仍|依然|一样|同样|又|还在
确定|真的|真假|靠谱|不会吧|是吗
报错|异常|失败
这样|对
重新|再|重[写来做试]
换|别的|其他|其它|另外?|不同
应该|其实|才|只
不好意思|抱歉|我(的意思|[是就]?想问|指的|(想)?[说问要找]的是|说过|是[说想问]|要求)|不是[问说让]
[说问要指]的|想要的
不是|不要|不|没有?|别
我
你|您
这|它|此|他|她|那[个家首部]
明白
来|写|试|给|推荐|说|讲|画|想|请|帮|能|可以|吧
那|还有|好的?|嗯|哦|行|知道|的|了|吗|呢|啊|是|有|在|和|把|也|都|一下|[呀么]`,
  ja: `ありがと|大丈夫|結構です|構いません|悪くない|問題ない|続け
どういう(意味|こと)|[わ分判]か?ら(な|ん|ず)|わかりま?せん|分かりま?せん|理解でき|つまり|難し
違[いうくっ]|ちが[いうくっ]|間違|誤[りっ解]|勘違い|ではなく|じゃな[いく]|ではな|でなく|動[かき]ま?[なせ]|変わ(ら|りま|って(い)?な|って(い)?ま)
忘れ|抜け|無視|足り(な|ま)
いくら|何[人個枚回歳台]|どれ(くらい|ぐらい|だけ)|どの(くらい|ぐらい)
なぜ|どうして|なんで|何故
いつ|何時|何日
どこ|どちら
誰
何|なに|なん|どの|どんな
どう|やり方
まだ|まま|同じ
本当|確か|自信
エラー
0
もう[一1]?[度回]|やり直|書き直|再[生度]
別の|他[のに]|ほかの|もう[一1][つ個]|次の
のに|だけ|しか|でも|けど
(聞|訊|き)[いき](た|て)い?[たるのい]?(の|こと)|(言|い)い?(った|いたい|いたかった)|(聞き|知り)たい?(かった)?の|って(言|い)った|意味で
言って|聞いて|意味
ない|ません|いや|いいえ
私|俺
あなた|君
それ|これ|この|その|答え|回答|結果|彼|そう
わか|分か
して|ください|くれ|書い|やって|出し|教え|考え
はい|[はがをにでもへとのかよね]|ます|した`,
  ko: `고마|감사|괜찮|됐어|나쁘지|문제없|계속(해|써|말|하|이)|이어
무슨(말|뜻|소리|의미)|모르겠|헷갈|이해(가|를)?(잘)?(안|못|되지|하지)|어려(워|운|우)
틀[렸린려리]|잘못|오답|오해|엉뚱|(안|않)(돼|되|됩|됐)|작동(하지|안|이안)|해결(이)?(안|되지)
빠[졌뜨트]|빼먹|무시|까먹|잊[었으]
얼마|몇
왜
언제|며칠
어디
누구
뭐|무엇|어느|어떤|뭔
어떻게|방법
아직|똑같|그대로
정말|진짜|확실
오류|에러
0
다시|새로
다른|하나더|더(없|줘|보여)|바꿔
말고|만|잖아
(제|내)(말|질문|뜻)(은|는)|(제가|내가|저는|나는|전|난)?(물은|물어본|말한|원한|원하는|부탁한|요청한|찾는|말하는)(건|것|거|게)|달라고(했|말)|라고(했|말)|말이야
0
아니|안|않|없
제가|나는|전|난
너|당신|네가
그게|그거|이게|이건|그|이|저
이해
해|써|줘|주세요|알려
아|음|은|는|가|을|를|에|의|도|로|으로|요|까|니|어|야|지`,
}
