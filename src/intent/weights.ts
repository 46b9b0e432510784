/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in eighths around `O`. */
export const weights: string[] = [
  "JL?EAU@QFUCPVSRUVWMQ6ORX@OQSOICLZ]T>MI:LE`R?OWRTR3Qo'LlS",
  "M^WHSca\\[[Vj^WW`YXCF;IMme[dNKZK5iWM[^FE<ARMTICPFR6L_.EPX",
  "MIS?@[URPXMY^shpOUJTOUQWML@mo[B6PqvFZAGCCIPQGFKJP;DU+JHQ",
  "FDCCCSLPH[GWVYW[`cLGRJOVMPHTEtu;PWRAO<G>FLGSGGOBR>HV-MQR",
]
