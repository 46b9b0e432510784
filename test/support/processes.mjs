// The processes that a browser has started, told apart by what they do. Linux: read from /proc.
import { readFileSync, readdirSync } from 'node:fs'

/** Processes below `root`: pid → [command line, CPU ticks]. */
function below(root) {
  const all = new Map()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const [, ...rest] = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')
      const fields = rest.join(') ').split(' ')
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
      all.set(Number(entry), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]), command })
    } catch {
      // Gone meanwhile.
    }
  }
  const isBelow = (pid) => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true
    return false
  }
  return new Map([...all].filter(([pid]) => pid !== root && isBelow(pid)))
}

/** Pids below `root` whose command line holds `word`. */
export const childrenOf = (root, word) =>
  [...below(root)].filter(([, { command }]) => command.includes(word)).map(([pid]) => pid)

/**
 * Pid of the one below `root`, whose command line `isPage` says yes to, that works most while `work` goes on. Looks again until
 * one stands out: on a busy machine each gets little.
 */
export async function busiest(root, isPage, work) {
  const before = below(root)
  for (let looks = 0; looks < 10; looks++) {
    await work()
    const [first, second] = [...below(root)]
      .filter(([, { command }]) => isPage(command))
      .map(([pid, { ticks }]) => [pid, ticks - (before.get(pid)?.ticks ?? 0)])
      .sort((a, b) => b[1] - a[1])
    if (first && first[1] >= 20 && first[1] >= 3 * (second?.[1] ?? 0)) return first[0]
  }
  throw new Error('no process of the page stands out')
}
