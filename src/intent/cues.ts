export const roles = 'KHBF7543216LAEGROZMSNIYTUDC'
export const words: Record<string, string> = {
  en: `problem|need to|go on|next|haha*|nice|great|cool
huh|confus*|im lost|clarify|plain|source*|proof|evidence
wrong|incorrect*|false|misunder*|off topic|nothing to do
forgot*|missed|ignor*
0
0
0
where
who
what|which|whats
0
still|same|keep|already
sure|certain|really|legit|true
error*|bug|fails|throws
right|correct|work|help
again|retry|redo|regenerate
another|other|different|new|one more
instead|actually|only|wait
i mean|my (question|point|request)|as (i|stated)
mean|meant|ask*|wanted|request*|specif*|talking|saying
not|no|nope|never|nothing|[^ ]+nt
im|me
you|youre|your
that|thats|this|it|its|they|answer*|she|her
get
do|write|make|show|please
and|but|now|was|will|about`,
  de: `schon gut
hae?h?
falsch*|stimmt nicht
ignoriert|fehlt
wie ?(viel*|lange|oft|alt|weit|hoch|gross)
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
noch ?mals?|neu
ander*|noch ein*
statt|eigentlich|aber
meinte|meine ich|(wollte|suchte|dachte|sprach|rede|spreche|fragte|bat) ich|ich (wollte|rede|spreche|fragte|bat|suchte)|danach
gefragt|meinst|heisst
nicht*|nein
ich|mir|mich|wir
du|sie|dir|ihr|dein*
das|es|er|dazu
verstehe?
versuch*|mach*|gib
der|ein*|hast|haben|auf|fur|bist`,
  fr: `pas (mal|grave|de souci|de probleme)|vas y
hein
faux
oublie*|manque*
combien
pourquoi
0
ou
qui
que|quoi|quel*|quest
comment
toujours|meme*
sure?|certain
erreur*
marche
encore|reessa*
autre*
au lieu
je (voulais|parl*|veux dire|pensais|cherchais|demand*)|jai (bien |deja )?(demande|dit|precise)|ma question
dire|dit|demande|veux|voulez
pas|non
je|jai|moi
tu|vous
cest|cela|cette|il|elle|le|la|y
compris|comprends|clair
essa*|donne*|propose*
et|un|du|est`,
  es: `nada mal|genial
0
mal|falso|equivoc*
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
otr[oa]s?
en (vez|lugar)
me (referia|refiero)|queria|hablo de|pedi|dije|pregunte|mi pregunta
decir|quiere*
no
me
has|estas
esta|esa|es|respuesta|lo
entien*
prueba|intent*|dame
una|con|y|si|se`,
  pt: `obrigad*|nada mal|segue
ha
errad*|incorret*|falso|mal
ignorou|falt(a|ou|am)
0
0
0
onde
quem
que|qual
0
ainda|mesm[oa]
certeza|serio|mesmo
erro|falh*
isso
de novo|mais uma
outr[oa]s?
em vez
quis dizer|falando d*|pedi|disse|perguntei|minha pergunta
dizer|quer
nao
me
voce|tem
essa|esta|e
entend*
tent*|faca|da
os?|uma`,
  ru: `0
смысле
неверн*|неправ*
проигнор*
сколько
0
0
0
0
что|как(ой|ая|ое|ие|ого|ую)|чем
как
по прежнему|та же|все равно
уверен*
ошибк*
работает
снова|еще раз
0
вместо|а не|но
имел* в виду|я (же )?(просил*|спрашивал*|спросил*|говор*|хотел*|сказал*|про)|спрашивал*
имее(шь|те)
не|нет
0
ты|вы
это|ответ|она|оно|ее
поня(л*|тно|ть)
0
0`,
  zh: `谢谢|感谢|不错|没错|没事|不客气|不用|接着
(什么|啥|何)意思|没太?[看听搞弄]?(懂|明白|理解)|通俗|依据|出处
不对(?!称)|错|不准|答非所问|有问题|[用跑]不[了起]
漏|少了|缺|没看
多少|几[个点岁次天年分]
为什么|怎么回事
0
0
谁
什么|哪
怎么|如何|怎样
还是|仍|一样|又
确定|真的
0
对
重新|再|重[写来做试]
换|别的|其他|其它
应该|其实|才|只
不好意思|抱歉|我(的意思|[是就]?想问|指的|(想)?[说问要找]的是|说过|是[说想问]|要求)|不是[问说让]
[说问要指]的
没有?|别
0
你|您
这|此|他
0
试|说|想|请|能|吧
好的?|嗯|哦|行|的|吗|啊|是|在|把|也`,
  ja: `ありがと|大丈夫|結構です|構いません|悪くない|続け
どういう(意味|こと)
違[いうくっ]|間違|誤[りっ解]|じゃな[いく]|ではな|動[かき]ま?[なせ]
抜け
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
もう[一1]?[度回]
別の|他[のに]
のに|でも|けど
意味で
0
いや
0
0
それ|これ|その|そう
分か
して|ください|やって
[はがをにでもへとのかよね]`,
  ko: `고마|괜찮|나쁘지
무슨(말|뜻|소리|의미)|모르겠|이해(가|를)?(잘)?(안|못|되지|하지)
틀[렸린려리]|잘못|(안|않)(돼|되|됩|됐)
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
(제가|내가|저는|나는|전|난)?(물은|물어본|말한|원한|원하는|부탁한|요청한|찾는|말하는)(건|것|거|게)|라고(했|말)|말이야
0
아니|안|없
난
너|당신
그게|그|이
0
해|써|줘|알려
아|음|을|에|의|로|으로|까|니|야|지`,
}
