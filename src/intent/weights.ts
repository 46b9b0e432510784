/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  'IQP?XIGTLIMS\\UX^QQ3RLTSSNJBQ?9PD\\^>QYR[U,`b)I\\^',
  'Jdj[cfU]\\]^f]WYSCG=rkZ[UI_O>OK?BRPIIGMGR6K_1KNW',
  'GQUKjUEUJJQ`}h~NKXMYOaNpkaOEHIHCIXM<CNEN0FV0BRT',
  'FTWE[RTTONIY`X]cIAAYSQPVHofGANCFJLF?HRLT6KT1FPV',
]
