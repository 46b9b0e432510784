/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "KMA?EBXAQFYEOSTQVWSMQ:MQZ@LPQOIAMW]V=MF<LD][=OXRURNN5Qm%KpS",
  "I`SXFUba^[\\Vi[VW`XSCFDHNhe[dLK[J4lYP]^HI>@SSRJCOFSEL9L_,FMW",
  "FJFT@AZVRMWMW\\rgqOQKUMXSURNAml[B8Uru?XDHFBDWMIFLIOKP8@Y,KNK",
  "CCIJDDSMPI[FVTXW[c`LGRKPUNGHSFss>TYT@M>K?EJMNHHMCQNQ>FX.JTS",
]
