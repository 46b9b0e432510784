/** What English words do in a talk about an answer: a line per role, as read.ts has them. */
export const words = {
  en: `Kno (thank*/problem/worries/need/rush)|not (bad/too bad)|never mind|dont worry|(need/how/want) to|continue|next|tell me more|haha|lol|nice|great|cool|awesome|perfect|thank*|thx|got it|makes sense|good|ok(/ay)|what about|how about|interesting|wow|yes|yeah|same here|me (too/neither)|no way
Hhuh|wut|eh|um*|pardon|come again|wdym|confus*|unclear|lost|over my head|no (idea/clue)|say what|hard to
Asure|certain|really|true|serious*|doubt*|trust|believe|verify|fishy|honestly|the case|for real|weird|strange
Psource*|proof|prove|evidence|cite|reference*|according|based on|come from|(get/know/knew/got) (that/this)|who says|says who|come up with|reliable
Wplain*|simpl*|eli5|clarify|clear*|explain*|jargon|technical
Bwrong*|incorrect*|false|mistake*|untrue|opposite|reversed|backwards|mixed up|mix* up|other way*|disagree|off|broken|dead|invalid|outdated|bad|swapped|switched|typo in
Quseless|vague|generic|terrible|awful|lame|bs|boring|biased|stiff|off topic|to do with|misunder*|misread|the point|kidding|waste|lying|liar|wtf|ffs|omg|jesus|stop|quit|contradict*|come on|(have/even) (you/read)|read (my/the)|reread|not what|never asked|robot|dumb|crap
Fforgot*|miss(ed/ing)|ignor*|left out|skip*|omit*|incomplete|cut off|half of|only half|unfinished|where(s/ is/ are) (the/my)
Xsorry|oops|my (bad/mistake)|typo|mistyped|scratch that|forget that|wait|hmm*|uh
Vline|step*|point|part|paragraph|number*|link|total|result|output|formula|second|third|last|first|sentence|numbers|answer*|response
3where
2who
4why
6how
1what*|which|whats
7how (many/much)
Lstill|same|keep*|already|repeat*|before|yet
Eerror*|bug|fail*|crash*|broke|throws|hang*|nothing|blank|freezes
Gright|correct*|work*|help*|sense|enough|match|fix*|exist*|run*|compile*|open*|happy|change*
Ragain|retry|redo|regenerate|rerun|reroll|(once/one time) more|one more time|start over|do over|from the top|rewrite|rephrase
Oanother|other|others|different*|one more|else|alternative*|variation*|variant|new one|few more
Zinstead|actually|only|rather|just|specific*|but
Mi mean(t/)|my (question/point/request)|as i|like i|(what/that) i|i (said/asked/wanted)|to be clear|let me|i was (ask*/look*/talk*/after/hop*/think*)|i didnt (ask/mean/say/want)|in fact
Smean*|ask*|wanted|request*|talking|saying|said|told|looking for|after|hoping|wrote|need(ed/)|want|mention*|expected|prompt*|claimed|gave|listed|question*
Jshould*|supposed|must be|id rather
Nnot|no|nope|nah|never|cant|cannot|wont|aint|without|(do/does/did/is/was/are/were/could/would/should/has/have)n(t/)
Ii|im|me|ive|my
Yyou|youre|your|u|ur
Tthat|thats|this|it|its|they|these|there
Uget|understand|follow|see
Ddo|write|make|show|please|give|try|tell|can|could|would|will|use|add|find
Cabout|well|with|from|have|been|some|than|then|very|also|does|when|into|best|most|their|think|know`,
}
