/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "KM?EBXAPFXEOSSQVWSMQ;NQZ@MOSOIAMW]V=ME<LE][=PXRTRNN5Qm%KiV",
  "I`XGUba][\\Wi[UW`XRCFDHNhe[dMK[I5lXO]_HH>@SSSJCOFSEL8L_-EJY",
  "FJS@B[URMVMX\\qgqOQKUMYSTPNAml[B8Uru?XDHEBEVMJFLIOKQ8@Y,KJM",
  "CCIDDSMPI[FVTXW[b_LGQJPTNGHSErr=SYT@M=J>EJLOIGMCQNR>FX-JPU",
]
