/**
 * The watching that can come a little late, as one lazy part: what streams say, what is on screen, when it was painted.
 * The taps here patch prototypes and constructors that a page uses anew at each send; only fetch is captured early by pages.
 */
export { createFraming } from './formats/framing.ts'
export { createNotes } from './formats/notes.ts'
export { watchEventSource } from './eventsource.ts'
export { labelReader } from './labels.ts'
export { createPaintClock } from './paint.ts'
export { watchTranscript } from './transcript.ts'
export { watchWebSocket } from './websocket.ts'
export { watchXhr } from './xhr.ts'
