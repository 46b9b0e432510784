/** The lazy part of delivery, as one: OpenTelemetry's SDK, the sender, recovery. */
export { createSender } from './sender.ts'
export type { Sender, SenderPort } from './sender.ts'
