/** What words do in a talk about an answer, in German, French, Spanish and Portuguese. */
export const words = {
  de: `Kdanke|super|perfekt|nicht (schlecht/ubel)|egal|weiter|ja|ok|gerne|was wenn|ich auch*
Hhae|ha|hm|verwirrt|unklar|unverst*|keine ahnung|keinen sinn|zu hoch|nicht klar
Asicher|wirklich|echt|ernst*|ehrlich|glaub*|bezweif*|zweifel|pruf*|wahr|komisch
Pquelle*|beleg*|nachweis*|woher|wer sagt|wie kommst|stammt
Weinfach*|erklar*|klarer|laien
Bfalsch*|inkorrekt|verkehrt|gelogen|irrst|irren|liegst|tauschst|vertauscht|verwechsel*|andersrum|andersherum|umgekehrt|gegenteil|fehlerhaft|passt nicht
Qunsinn|mist|was soll das|zu tun|missverst*|gelesen|horst|schluss|gefallt|falsch verstanden|nicht gemeint|lies|widersprichst|thema
Fvergessen|ignoriert|weggelassen|ubersehen|fehl(t/en)|unvollst*|wo (ist/bleibt/sind)
Xsorry|entschuld*|ups|oh|vertippt|moment|halt
Vzeile|punkt|schritt|link|datum|zweite*|letzte*|teil
7wie (viel*/viele)
3wo
2wer
4warum|wieso
1was|welche*
6wie
Lwieder|schon|gesagt|doch
Efehler*|kaputt|passiert|absturz|sturzt|nix|geholfen
Ggeht|richtig|funktion*|klappt|gibt es|sollte|musste
Rnoch( /)(mal/mals)|noch einmal|erneut|neu|wiederhol*|von vorn*
Oander*|noch ein*|weiter(e/es/en)|was anderes|variante
Zstatt|sondern|eigentlich|nur
Mich (meinte/meine/wollte/suchte/suche/fragte/sagte/brauche)|meine frage|(das/danach) hab*|was ich|mir g*|wollte ich
Sgefragt|meinst|meinen|gesagt|wollte|gemeint|gewollt|verlangt|frage|bedeutet|heisst|heißt|gesucht|damit
Nnicht*|nein|kein*|ne|no|nee|ohne
Iich|mir|mich|mein*
Ydu|sie|dir|dich|deine
Tdas|es|er|dies*|da
Uversteh*|verstanden|kapier*|begreif*|check|raff*
Dversuch*|mach*|gib|zeig|schreib*|sag|kannst|konntest|bitte|probier
Chast|haben|habe|bist|sind|sich|wird|wann|kann`,
  fr: `Kmerci|ok|pas (mal/grave/de souci/de probleme)|peu importe|cest bon|ca ira|oui
Hhein|pardon|comment|perdu|perds|flou|confus|pige|pas de sens
Asur|sure|certain|vraiment|vrai|exact|serieux|ah bon|doute*|crois pas|verifi*|bizarre
Pdou|ou as
Wsimple*|expli*|clair|en mots|technique|redis|en francais
Bfau(x/sse)|incorrect*|inexact*|errone*|tromp*|tort|pas (ca/bon/juste/correct/exactement/tout a fait/vraiment)|linverse|contraire|confondu|melange|inverse|mauvais*|peut pas|colle pas
Qnul*|inutile|nimporte quoi|ridicule|mal (compris/lu)|rien compris|aucun rapport|quel rapport|inventes|repetes|arrete*|ne sert|contredis|relis*|lu (ma/mon)|sujet|question
Foubli*|manque*|ignore|saute|omis|zappe|coupe|pas fini|pas repondu
Xoups
Vetape|lien|date|deuxieme|reponse
7combien
3ou
2qui
4pourquoi
1que|quoi|quel*|quest|laquelle
Ltoujours|meme*|deja|pareil|comme je
Eerreur*|marche (toujours /encore /)pas|plante|rien ne|naide pas|en panne|sans succes
Gfaudrait
Rencore|reessa*|recommence*|refai*|reecri*
Oautre*|dautres|encore une*|un de plus|suivant|different*
Zmais
Mje (voulais/parl*/veux dire/demand*/cherche*)|ma (question/demande)|jai (dit/demande)|ce que je|ce que jai|il sagit
Sdire|dit|demande*|signifie|voulais|parles|repond*|ecrit
Npas|non|nan|sans|aucun*|rien
Ije|jai|moi|me|ma|mon
Ytu|vous|tas|ta
Tcest|ca|cela|il|elle|y|ce|cet*
Ucompris|comprend*
Dessa*|donne*|peux|pouvez|fais|ecris|montre|stp|svp
Cdans|pour|plus|suis`,
  es: `Kgracias|perfecto|genial|vale|nada mal|continua|sigue|si|claro|ok|ya funciona
Heh|mande|perdon|ein|perdido|confund*|claro ?|pillo|capto|sigo|pierdo|confuso
Asegur*|en serio|dudo|creo|verifi*|fiarme|confiar|raro
Pfuente*|prueba|pruebas|de donde|quien dice|sacas*
Wsimple*|expli*
Bmal|falso|equivoc*|incorrect*|erron*|no (es/era) (asi/cierto/verdad/correcto/eso)|al reves|contrario|confundiste|mezclaste|has confundido|no cuadra
Qinutil|basura|contradi*|le(e/iste) (mi/lo)|leido|relee
Fignora*|falta*|olvid*|omitiste|saltaste|incomplet*|cortad*|a medias|donde (esta/quedo)
Xups|disculp*|perdona
Vpunto|paso|enlace|segund*|respuesta
7cuant*
3donde
2quien
4por que
1que|cual
6como
Lmism[oa]|aun|antes
Eerror*|fallando|falla|y nada
Gfuncion*|existe|deberia
Rotra vez|de nuevo|intenta*|reintent*|repite|vuelve a
Ootr(o/a/os/as)|un[oa] mas|diferente|distinto|siguiente|mas opciones
Zsino|solo|pero
Mme refer*|queri*|pedi|pregunt*|quise decir|hablaba de|lo que|dije|mi pregunta|busco
Sdecir|quiere*|significa|refieres|hablas|dijiste|pusiste|responde|contesta
Nno|sin|nunca|nop|tampoco
Ime|yo|mi
Yhas|estas|tu|te|usted
Testa|esta|esto|esa|eso|ese|es|lo
Uentien*|entend*|comprend*
Ddame|puedes|podrias|haz*|muestra*|dime|escribe|por favor
Cpara|tengo|estoy`,
  pt: `Kobrigad*|valeu|show|entendi|continua*|segue|sim|ok|funcionou|eu tambem|e agora|o que faco
Hha|oi|que ?|ue|perdi|perdido|confuso|boiei|claro ?
Acerteza|serio|mesmo ?|de verdade|verdade|sera|duvido|duvidas|acredito|estranho|confere|conferir|verifi*|confiar
Pfonte*|provas|de onde|quem disse|como (voce /)sabe|tirou
Wsimples|expli*|mais claro|tecnico
Berrad*|incorret*|falso|mal|engan*|equivoc*|contrario|oposto|confundiu|trocou|misturou|nao bate|nada disso
Qinutil|lixo|nada a ver|a ver|bobagem|inventando|repete|escuta|para de|ajuda|leu|leia
Fignorou|falt*|esquec*|pulou|omitiu|deixou de|incomplet*|cortad*|metade|cade|nao (respond*/termin*)
Xdesculpa*|ops|foi mal|errei
Vpasso|data|segund*
7quant*
3onde
2quem
4por que|porque
1que|qual
6como
Lainda|mesm[oa]|repito|antes
Eerro*|nao (funciona/funcionou/roda/compila/abre/adiantou/deu/ajud*/mudou)|e nada
Gisso|funciona|certo
Rde novo|outra vez|novamente|refa[cz]*|tent(a/e) (de/outra/nova*)
Ooutr(o/a/os/as)|diferente|alternativ*|proxim*|algo novo
Zso|mas
Mfalando|pedi|pergunt*|minha (pergunta/duvida)|queria|me refiro|(que/o que) eu|eu (disse/quis/pedi)|falei
Sdizer|quer*|refere|disse|colocou|escreveu|respond*|quero
Nnao|sem|nunca|nada
Ieu|me|meu|minha
Yvoce|vc|tem|tu
Tessa|esta|ta|e|esse|este|isto
Uentend*|compreend*|saquei
Dfaca|faz|da|mostra|pode|escreve|por favor
Cpara|mais|estou`,
}
