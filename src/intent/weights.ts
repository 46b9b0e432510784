/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "JPQF[OJUPNSQ[TV[T5UNLUTTOUMEPB<KD__<OY[T-[TGL\\0`",
  "Kgd\\]hVZ]^b^YUTR;>pmYZ]QKS^S?MIA@URIGGKQ4HO>R]9T",
  "KTULaXGSQOUS{dkNOJ\\RO^Pqke\\QAILHENXK<DHN3EP@NR5O",
  "HUVLYWUSQRNT_VYdAAZSORRULSneG@MDENND>GNW6GV@@P5O",
]
