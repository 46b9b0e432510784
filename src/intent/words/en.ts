/** What English words do in a talk about an answer: a line per role, as read.ts has them. */
export const words = {
  en: `Kno (thank*/problem/worries/need/rush)|not (bad/too bad)|never mind|nevermind|dont worry|(need/how/want) to|go (on/ahead)|continue|next|tell me more|haha|lol|nice|great|cool|awesome|perfect|thank*|thx|ty|cheers|got it|makes sense|good|ok(/ay)|what about|how about|interesting|wow|yes|yeah|yep|same here|me (too/neither)|no way
Hhuh|wut|eh|pardon|come again|wdym|confus*|unclear|lost|over my head|no (idea/clue)|say what|hard to
Asure|certain|really|true|serious*|positive|confident|doubt*|trust|believe|double check|verify|convinced|fishy|honestly|the case|for real|weird|suspicious|strange
Psource*|proof|prove|evidence|citation*|cite|reference*|according|based on|come from|(number/that/it/this) from|said (so/that)|(get/know/knew/got) (that/this)|who says|says who|come up with|back that|reliable
Wplain*|simpl*|eli5|clarify|clear*|explain*|(other/normal/human/easy) (words/terms)|elaborate|break it|walk me|dumb it|jargon|technical
Bwrong*|incorrect*|false|mistake*|untrue|inaccurate|opposite|reversed|backwards|mixed up|mix* up|other way*|disagree|off|broken|dead|invalid|outdated|no longer|(a different/not the/not my/another) (question/thing/topic/person)|(the wrong/wrong) (one/person)|bad|confused (a/the/it/them/with)|swapped|switched|typo in
Q(dont/cant) (see/have/find) (that/this/it/any/the)|goes nowhere|no such|useless|vague|generic|nonsense|terrible|awful|garbage|ridiculous|lame|pathetic|bs|boring|biased|stiff|off topic|to do with|misunder*|misread|misinter*|the point|kidding|joke is this|waste|made (that/it/this) up|making (that/it/this/things/stuff) up|lying|liar|wtf|ffs|omg|jesus|stop|quit|hallucinat*|contradict*|too (long/short/complicated/formal/broad/general)|come on|listen*|did you (even/read/look)|(have/even) (you/read)|read (my/the)|reread|not what|never asked|robot|dumb|stupid|convoluted|crap
Fforgot*|miss(ed/ing)|ignor*|left out|leaving out|skip*|omit*|incomplete|cut off|half of|only half|overlook*|unfinished|where(s/ is/ are) (the/my)|didnt (include/mention/answer/finish/address/give)|not complete
Xsorry|oops|my (bad/mistake)|typo|misspoke|mistyped|scratch that|forget that|wait|hmm*|um|uh|ah
Vline|step*|point|part|paragraph|number*|link|total|result|output|formula|second|third|last|first|sentence|numbers|answer*|response
3where
2who
4why
6how
1what*|which|whats
7how (many/much)
Lstill|same|keep*|already|repeat*|before|yet|earlier|above
Eerror*|bug|fail*|crash*|broke|throws|hang*|exception|nothing|blank|freezes|no (luck/difference/change)
Gright|correct*|work*|help*|accurate|sense|enough|add up|match|fix*|exist*|run*|compile*|load*|open*|happy|satisfied|impressed|appropriate|change*
Ragain|retry|redo|regenerate|rerun|reroll|(once/one time) more|one more time|start over|do over|from the top|rewrite|another (try/shot/go/take/stab/crack/attempt)|rephrase|try (another/more)
Oanother|other|others|different*|one more|else|alternative*|variation*|variant|more (options/ideas/suggestions/of these)|new one|few more
Zinstead|actually|only|rather|just|specific*|literally|but
Mi mean(t/)|my (question/point/request)|as i|like i|(what/that) i|i (said/asked/wanted)|to be clear|to clarify|let me|i was (ask*/look*/talk*/after/hop*/think*)|i didnt (ask/mean/say/want)|in fact
Smean*|ask*|wanted|request*|talking|saying|said|told|looking for|after|hoping|wrote|need(ed/)|want|mention*|expected|prompt*|claimed|gave|listed|question*
Jshould*|supposed|ought|must be|would rather|id rather
Nnot|no|nope|nah|never|cant|cannot|wont|aint|without|(do/does/did/is/was/are/were/could/would/should/has/have)n(t/)
Ii|im|me|ive|my
Yyou|youre|your|u|ur
Tthat|thats|this|it|its|they|these|there
Uget|understand|follow|see
Ddo|write|make|show|please|give|try|tell|can|could|would|will|let|use|add|find
Cand|now|was|about|so|well|the|a|an|to|of|in|is|on|at|for|with|by|from|or|as|if|be|am|are|have|has|had|been|some|any|than|then|very|too|also|up|out|does|did|when|into|best|way|most|we|he|she|his|her|him|our|their|think|know`,
}
