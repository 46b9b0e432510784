/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in tenths around `O`. */
export const weights: string[] = [
  'HR?=B>[>OFXBMTWTW^QLP/LPT:JZPPGCKY^W:K@3IDPY@UXTTSON0Os#Kj`\\VMXN',
  "IcQYBWib_`_Xl]Y[aZOADBGNmd`pLI[L/vYT\\aHE8@PSSHAPGUEK6Fd'?NZ[HRDJ",
  'EHET=?bSTHTNX]{lvQPJWJWSQOOK|t_C6`w~?\\ECACF[RKGKIOIS5;[(CMRMUJIG',
  'CPGHACXLRIZIW\\[Y]h`LGMIPQHIQYI|~?\\ZX>N=H<EGOQHFLCRNQ:BZ*CTSOPPIC',
]
