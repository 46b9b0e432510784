/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  'GPUMPVSLUSSSZUVNVJNT=YQOWOSPUSIODAJH_I^<N\\YTKM@G]9',
  'Ic`[YZdT]]a\\YVSQOGGDBof[Z^QLT]TBMJCDVBSKJHNQRU<FS@',
  'JTVQO[UJURVTvbeYOLVJKURP]PpacZPEFNIHKATK?EGNNP>FMF',
  'HUVOPVVSTTPT]VWMcMIHEVSQ[RVNTjbIBOFHNCPF?LNUDM>FPB',
]
