/** What words do in a talk about an answer, in German, French, Spanish and Portuguese. */
export const words = {
  de: `Kdanke|super|perfekt|prima|alles klar|nicht (schlecht/ubel)|kein* (problem/stress/ding)|macht nichts|egal|weiter|mach weiter|erzahl mehr|schon (gut/ok)|passt so|das wars|ja|ok|gerne|klar|funktioniert jetzt|geht jetzt|was wenn|ich auch*
Hhae|ha|wie bitte|bitte was|hm|verwirrt|unklar|unverst*|keine ahnung|nur bahnhof|komm* ich nicht mit|keinen sinn|zu hoch|nicht klar
Asicher|wirklich|echt|ernst*|tatsachlich|ehrlich|glaub*|bezweif*|zweifel|verlassen|pruf*|wahr|komisch
Pquelle*|beleg*|nachweis*|beweis*|woher|wer sagt|wie kommst|wie bist du auf|stammt
Weinfach*|erklar*|verstandlich*|genauer|klarer|in worten|technisch|fachchin*|normalen worten|laien|auf deutsch
Bfalsch*|stimmt (so /gar /aber /uberhaupt /auch /)nicht|nicht (richtig/korrekt/ganz/wirklich)|inkorrekt|verkehrt|gelogen|irrst|irren|liegst|tauschst|vertauscht|verwechsel*|andersrum|andersherum|umgekehrt|gegenteil|fehlerhaft|passt nicht|kann (doch/das) nicht
Qunsinn|quatsch|blodsinn|nutzlos|schwach|mist|was soll das|zu (allgemein/vage/lang/kurz/kompliz*/form*)|zu tun|missverst*|missvers*|gelesen|liest du|wiederholst|erfindest|denkst dir|horst|ausweich*|weichst|hor auf|lass das|schluss|gefallt|uberzeugt|falsch verstanden|nicht gemeint|lies|widersprichst|hilft mir nicht|bringt (mir /)nichts|thema
Fvergessen|ignoriert|weggelassen|ubersehen|ausgelassen|fehl(t/en)|unvollst*|nur die halfte|nicht alles|abgeschn*|wo (ist/bleibt/sind)|nicht beantw*
Xsorry|entschuld*|ups|oh|vertippt|verschrieben|moment|halt
Vzeile|punkt|schritt|link|summe|datum|zweite*|letzte*|antwort|teil
7wie (viel*/viele)
3wo
2wer
4warum|wieso
1was|welche*
6wie
Limmer noch|noch immer|gleiche*|selbe*|wieder|weiterhin|schon|bereits|gesagt|doch
Efehler*|geht (immer noch /so /leider /)nicht|funktioniert (immer noch /so /leider /)nicht|klappt (immer noch /)nicht|kaputt|passiert|absturz|sturzt|ohne erfolg|nix|hilft nicht|geholfen
Ggeht|richtig|funktion*|klappt|lauft|gibt es|sollte|musste
Rnoch( /)(mal/mals)|noch einmal|erneut|neu|wiederhol*|von vorn*|zweiter versuch
Oander*|noch ein*|weiter(e/es/en)|was anderes|alternativ*|mehr (vorschl*/ideen)|variante
Zstatt|sondern|eigentlich|nur|eher
Mich (meinte/meine/wollte/suchte/suche/fragte/sagte/brauche)|meine frage|mein* ich|(das/danach) hab*|was ich|wie gesagt|hab* ich (doch/nicht)|es geht (um/mir)|mir g*|wollte ich|ich hab* (nach/von/um/doch)
Sgefragt|meinst|meinen|gesagt|wollte|gemeint|gewollt|verlangt|frage|bedeutet|heisst|heißt|gesucht|damit
Nnicht*|nein|kein*|ne|no|nee|ohne
Iich|mir|mich|mein*
Ydu|sie|dir|dich|deine
Tdas|es|er|dies*|da
Uversteh*|verstanden|kapier*|begreif*|check|raff*
Dversuch*|mach*|gib|zeig|schreib*|sag|kannst|konntest|bitte|probier
Cder|die|den|dem|des|ein*|hast|haben|habe|hab|auf|fur|bist|ist|sind|und|oder|zu|zum|zur|in|im|am|an|mit|von|vom|bei|hat|war|so|sich|wird|wann|kann|ich|nach|um|als|aus`,
  fr: `Kmerci|super|parfait|genial|daccord|ok|pas (mal/grave/de souci/de probleme)|laisse tomber|peu importe|continue|la suite|dis men|cest bon|ca ira|cest tout|oui|moi (aussi/non plus)|tres bien|plus derreur
Hhein|pardon|comment|perdu|perds|flou|confus|pas (tres /)clair*|pige|cest a dire|pas de sens
Asur|sure|certain|vraiment|vrai|exact|serieux|ah bon|doute*|crois pas|verifi*|bizarre
Psource*|preuve*|dou|qui (dit/a dit)|comment (tu sais/sais tu/tu arrives)|ou as
Wsimple*|expli*|clair|autrement|en mots|technique|redis|en francais
Bfau(x/sse)|incorrect*|inexact*|errone*|tromp*|tort|pas (ca/bon/juste/correct/exactement/tout a fait/vraiment)|linverse|contraire|confondu|melange|inverse|mauvais*|peut pas|colle pas
Qnul*|inutile|nimporte quoi|ridicule|trop (vague/long*/court*/general*/compliq*)|mal (compris/lu)|rien compris|aucun rapport|quel rapport|rapport|inventes|repetes|ecoutes|arrete*|ne maide|ne sert|contredis|relis*|lu (ma/mon)|sujet|question
Foubli*|manque*|ignore|saute|omis|zappe|incomplet|coupe|pas fini|pas repondu|ou (est/sont) (la/le/les)
Xdesole*|oups|faute de frappe
Vligne|point|etape|lien|total|date|deuxieme|dernier*|reponse
7combien
3ou
2qui
4pourquoi
1que|quoi|quel*|quest|laquelle
6comment
Ltoujours|encore la|encore le|meme*|deja|pareil|je repete|comme je
Eerreur*|marche (toujours /encore /)pas|fonctionne (toujours /encore /)pas|plante|rien ne|naide pas|en panne|sans succes
Gmarche|fonctionne|existe|devrait|faudrait
Rencore|reessa*|essaie encore|recommence*|refai*|reecri*|une nouvelle fois|nouvel essai
Oautre*|dautres|encore une*|un de plus|suivant|different*|alternativ*
Zau lieu|plutot|seulement|juste|mais
Mje (voulais/parl*/veux dire/demand*/cherche*)|ma (question/demande)|jai (dit/demande)|ce que je|ce que jai|pas demande|il sagit
Sdire|dit|demande*|signifie|voulais|parles|repond*|ecrit
Npas|non|nan|sans|aucun*|rien
Ije|jai|moi|me|ma|mon
Ytu|vous|tas|ta
Tcest|ca|cela|il|elle|y|ce|cet*
Ucompris|comprend*
Dessa*|donne*|peux|pouvez|fais|ecris|montre|propose|stp|svp
Cet|un|une|du|de|des|le|la|les|est|a|au|aux|en|dans|pour|sur|avec|par|se|sa|son|on|ne|plus|tres|suis|es|as`,
  es: `Kgracias|perfecto|genial|vale|listo|entendido|nada mal|no (esta mal/hay problema/pasa nada/importa)|continua|sigue|cuentame mas|mas detalles|si|claro|ok|ya funciona|yo (tambien/tampoco)|muy bien|que hago|me da igual
Heh|mande|perdon|ein|perdido|confund*|claro ?|pillo|capto|sigo|pierdo|confuso
Asegur*|en serio|de (verdad/veras)|es (verdad/cierto)|dudo|creo|verifi*|comprueb*|comproba*|fiarme|confiar|raro
Pfuente*|prueba|pruebas|referencia*|de donde|quien dice|como (lo sabes/sabes/llegaste)|sacas*
Wsimple*|sencill*|expli*|mas claro|tecnico|cristiano|aclara*
Bmal|falso|equivoc*|incorrect*|erron*|no (es/era) (asi/cierto/verdad/correcto/eso)|no esta bien|al reves|contrario|confundiste|mezclaste|has confundido|no cuadra|no puede ser
Qinutil|tonteria*|no sirve*|basura|ridicul*|(muy/demasiado) (vag*/larg*/cort*/general*/complic*/generic*)|que ver|(entendiste/entendio/entendido) mal|malinterpre*|inventa*|repites|escuchas|mintiendo|deja de|para de|no tiene sentido|no me ayuda|contradi*|le(e/iste) (mi/lo)|leido|relee|no (me /)(entendiste/entiendes)
Fignora*|falta*|olvid*|omitiste|saltaste|incomplet*|cortad*|a medias|donde (esta/quedo)|no (respond*/contest*/has respond*)
Xups|disculp*|perdona
Vlinea|punto|paso|enlace|total|fecha|segund*|ultim*|respuesta
7cuant*
3donde
2quien
4por que
1que|cual
6como
Lsigue|mism[oa]|todavia|aun|ya (te /lo /)(dije/expli*/probe/intent*/hice/respond*)|repito|como dije|igual|antes
Eerror*|no (funciona/anda/compila/carga/ayuda/abre)|fallando|falla|sin funcionar|y nada
Gfuncion*|existe|deberia|tendria|correcto|cierto
Rotra vez|de nuevo|intenta*|reintent*|repite|vuelve a|prueba (otra/de)
Ootr(o/a/os/as)|un[oa] mas|diferente|distinto|alternativ*|siguiente|mas opciones
Zen vez|sino|solo|mas bien|pero
Mme refer*|me refiero|queri*|pedi|pregunt*|quise decir|hablaba de|lo que|dije|mi pregunta|busco
Sdecir|quiere*|significa|refieres|hablas|dijiste|pusiste|responde|contesta|escribiste
Nno|sin|nunca|nop|tampoco
Ime|yo|mi
Yhas|estas|tu|te|usted
Testa|esta|esto|esa|eso|ese|es|lo
Uentien*|entend*|comprend*
Ddame|puedes|podrias|haz*|muestra*|dime|escribe|por favor
Cun(a/)|con|y|si|se|el|la|los|las|de|del|en|a|al|para|por|su|mas|muy|o|hay|esta|son|tengo|estoy`,
  pt: `Kobrigad*|valeu|perfeito|otimo|beleza|show|entendi|nada mal|sem problema|nao (tem problema/precisa obrig*)|tudo bem|deixa pra la|continua*|segue|conta mais|mais detalhes|sim|ok|claro|funcionou|eu tambem|tanto faz|e agora|o que faco
Hha|oi|que ?|ue|como assim|perdi|perdido|confuso|boiei|claro ?|nao (ficou/ta/esta) claro
Acerteza|serio|mesmo ?|de verdade|verdade|sera|duvido|duvidas|acredito|estranho|confere|conferir|verifi*|confiar
Pfonte*|provas|referencia*|de onde|quem disse|como (voce /)sabe|chegou em|tirou
Wsimples|expli*|mais claro|tecnico|em portugues|esclare*
Berrad*|incorret*|falso|mal|engan*|equivoc*|nao (e verdade/e isso/e correto/esta certo/ta certo/procede/exatamente/e bem)|contrario|oposto|confundiu|trocou|misturou|nao bate|nada disso
Qinutil|lixo|nada a ver|a ver|pessimo|bobagem|ridiculo|muito (vag*/long*/curt*/generic*/complic*)|(entendeu/interpretou) (errado/mal)|inventando|repete|escuta|mentindo|para de|pare de|faz sentido|ajuda|contradi*|contradisse|leu|leia|nao (me /)entende*
Fignorou|falt*|esquec*|pulou|omitiu|deixou de|incomplet*|cortad*|metade|cade|nao (respond*/termin*)
Xdesculpa*|ops|foi mal|errei
Vlinha|ponto|passo|link|total|data|segund*|ultim*|resposta
7quant*
3onde
2quem
4por que|porque
1que|qual
6como
Lainda|mesm[oa]|continua (nao/sem/dando/igual/com)|ja (te /)(disse/falei/tentei/expliq*/respond*/testei/fiz)|repito|como (eu /)(disse/falei)|igual|antes
Eerro*|nao (funciona/funcionou/roda/compila/abre/adiantou/deu/ajud*/mudou)|sem funcionar|e nada
Gisso|funciona|existe|deveria|era pra|tinha que|certo|verdade
Rde novo|outra vez|novamente|refa[cz]*|tent(a/e) (de/outra/nova*)
Ooutr(o/a/os/as)|mais um(a/)|diferente|alternativ*|proxim*|algo novo
Zem vez|so|mas|na verdade
Mquis dizer|falando|falava de|pedi|pergunt*|minha (pergunta/duvida)|queria|me refiro|(que/o que) eu|eu (disse/quis/pedi)|falei
Sdizer|quer*|significa|refere|disse|colocou|escreveu|respond*|quero
Nnao|sem|nunca|nada
Ieu|me|meu|minha
Yvoce|vc|tem|tu
Tessa|esta|ta|e|esse|este|isto
Uentend*|compreend*|saquei
Dfaca|faz|da|manda|mostra|pode|poderia|escreve|por favor|tenta
Co|os|as|a|um(a/)|de|do|da|dos|das|em|no|na|para|pra|por|com|se|ou|mais|muito|ao|um|esta|estou|ser`,
}
