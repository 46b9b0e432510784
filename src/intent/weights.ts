/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "FYQUMQPVTKUOWVQTSZUTVQPUSJVOJNU=DAJH_I^<N\\YTJM?G]8",
  "Jnca[fYZcT^ZZ]`a\\YVQRLRS]SPAGGDBMJCDWBSKJHOQRV;IT@",
  "KTTVOROZWIUP\\SRVTvane_[eZOPEMWJKENJHK@TJAEGNNQ=FOF",
  "IVUVOSOVVRTPXUSPT]VUWNOTjbbHMIHD@OFHNBPF@KNVCN>GPB",
]
