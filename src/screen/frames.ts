/** The frames in which answer text came: what to report of each waits until it is known when it was painted, and what of it was seen. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { PaintClock, Stamp } from './paint.ts'
import type { Frame, Turn } from './watched.ts'

export interface Frames {
  guard: Guard
  clock: Pick<Clock, 'now'>
  paint: PaintClock
  /** Runs in each frame that was asked about, after its layout. */
  laid: () => void
  /** The frame being prepared, and those whose report is due. */
  frame?: Frame | undefined
  due: Frame[]
}

export function emit({ due, guard }: Frames): void {
  while (due[0]?.stamp && due[0].judged) {
    const frame = due.shift()!
    frame.told = true
    for (const job of frame.jobs.splice(0)) guard(() => job(frame.stamp!))
  }
}

/** It is known what of all frames is in view. */
export function judge(frames: Frames): void {
  for (const frame of frames.due) frame.judged = true
  emit(frames)
}

/** Asks about the frame that will show what just changed. */
export function ask(frames: Frames): Frame {
  if (frames.frame) return frames.frame
  const asked: Frame = (frames.frame = { at: frames.clock.now(), jobs: [] })
  frames.paint.frame(frames.laid, (stamp) => {
    asked.stamp = stamp
    emit(frames)
  })
  return asked
}

/** The frame is laid out: what comes now is of the next. */
export function pass(frames: Frames): Frame | undefined {
  const { frame } = frames
  frames.frame = undefined
  return frame
}

/** The frame that shows what came into view just now. */
export function current({ due, paint }: Frames): Frame {
  let last = due.at(-1)
  // Nothing grew.
  if (!last || last.judged) due.push((last = { at: 0, jobs: [], stamp: paint.late() }))
  return last
}

function paintedIn({ guard }: Frames, turn: Turn, frame: Frame, chars: number, readingMs: number): void {
  const job = (stamp: Stamp): void => {
    if (turn.late) {
      // Somewhere between the first chunk and now.
      const errorMs = (stamp.at - Math.max(turn.late, turn.answer.first)) / 2
      stamp = { at: stamp.at - errorMs, method: 'observer', errorMs }
      turn.late = undefined
    }
    turn.screen?.painted({ ...(turn.stamp = stamp), chars, readingMs })
  }
  if (frame.told) guard(() => job(frame.stamp!))
  else frame.jobs.push(job)
}

/** So many characters of the turn were seen: first those of earlier frames, each with its own, then those of this. */
export function show(frames: Frames, turn: Turn, chars: number, frame: Frame): void {
  const tell = (frame: Frame, chars: number, ms: number): void => {
    turn.due -= chars
    turn.laid -= chars
    turn.dueMs -= ms
    paintedIn(frames, turn, frame, chars, ms)
  }
  for (let past = turn.past[0]; past?.laid && chars > 0; past = turn.past[0]) {
    const part = Math.min(chars, past.chars)
    const ms = (past.ms * part) / past.chars
    tell(past.frame, part, ms)
    chars -= part
    past.chars -= part
    past.ms -= ms
    if (past.chars <= 0) turn.past.shift()
  }
  if (chars > 0) tell(frame, chars, (turn.dueMs * chars) / turn.due)
}
