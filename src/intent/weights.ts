/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  'HQP?XHGTLIKT[VW^QQ3SITPSNJAQ?:PD]^?QYR[T+`c(H\\^',
  'Idj[ceU]]^[i\\WXTCG=sfYVUH]N>OK?AVOJIGNGR7Ja/IMW',
  'FMULkUDUKJOb|i~NKXMZJaKplaPEGIHCJWN=DNEN0GW/AQT',
  'ESWE[QTTONG[_X\\cIBA[OPLVHnfGANCELLG?HRLT6KT0EPV',
]
