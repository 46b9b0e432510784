/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "HQRJXQKTPPRQZSUXOT:UPNUSSNUOGOD>JG[_<NYZT/YTJLV6^",
  "Kd`Z[eUXZ[a[ZTSRGCAmkXZ[RMS[SAOJBCRQJHGMQ6HPCSX>T",
  "LTTN[XJSQPVSu_fPVJIYSP\\QngdYPDHLHGLVK=EKN7GOCNM;P",
  "GUUNWVSSQRPS]TWdIGCYTPSRVNThbHBMFHMOE?GOV9HUDDM<P",
]
