/** `chat-vitals/intent`: what a prompt is relative to the one before it, on the device. Loaded lazily by the other entries. */
export { detectCorrection } from './intent/detect.ts'
