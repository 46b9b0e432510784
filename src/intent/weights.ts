/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "EQTLNXSKUQRRYTVVKPR=VPNURROTRHND@IG]]=MYWS6STKJY=]",
  "Lc`ZY[eT\\\\`[YTSQFGCBmfZZ[QMR[SBPIBCUQJGHLP5FPCRZBS",
  "MTUNOZXITQUSu_fOLVIJYRP[PngdZPEHLHGMUK<EJM:EODMP@N",
  "HUVNOVWRSSOT\\TWbLJGDYSPSRUOTibIANEHNPF>HNV:FVECP@P",
]
