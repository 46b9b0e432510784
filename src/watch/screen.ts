/** The watching that can come a little late, as one lazy part: what streams say, what is on screen, when it was painted. */
export { createFraming } from './formats/framing.ts'
export { createNotes } from './formats/notes.ts'
export { createPaintClock } from './paint.ts'
export { watchTranscript } from './transcript.ts'
