/** `chat-vitals/intent`: what a prompt is relative to the one before it, on the device, in all languages at once. */
import { detector } from './intent/all.ts'
import type { IntentInput, IntentVerdict } from './intent/detect.ts'

/** Bounded work whatever the length; never throws; keeps nothing. */
export const detectCorrection = (input: IntentInput): IntentVerdict => detector.detectCorrection(input)
