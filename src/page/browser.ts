/** Which browser this is, as the conventions tell it on the resource. What it does not say of itself is left out. */
import { names } from '../base/conventions.ts'
import type { ResourceAttributes } from '../turn/record.ts'

interface Hints {
  brands: { brand: string; version: string }[]
  platform: string
  mobile: boolean
}

export function browserOf({ userAgent, language, userAgentData: hints }: Navigator & { userAgentData?: Hints }) {
  const known: { [name: string]: ResourceAttributes[string] | undefined } = {
    'user_agent.original': userAgent,
    [names.language]: language,
    [names.brands]: hints?.brands.map(({ brand, version }) => brand + ' ' + version),
    [names.platform]: hints?.platform,
    [names.mobile]: hints?.mobile,
  }
  for (const name in known) if (known[name] == null || known[name] === '') delete known[name]
  return known as ResourceAttributes
}
