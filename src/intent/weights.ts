/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "IPRG[OJUPNSQ[TV[NT6VNLUTTNUNEPB<KD^_<NY[T-[TGL[1_",
  "Kgd\\]hVZ]^b^ZUURGB?qmYZ]QKS]S?NIA?TRIGGKP4GP>R]:T",
  "KTULaYGTQOVSzclOWJJ[RO^Prje\\QAGLIEMYJ;DHN4EO@MP6O",
  "HUVMYWUTQRNT^UYdIGAZSORRUKSmeG@MDENOD>GNW7GV@@P6O",
]
