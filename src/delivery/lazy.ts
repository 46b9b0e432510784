/** The lazy part of delivery, as one: OpenTelemetry's SDK and the sender. Recovery is a part of its own. */
export { createSender } from './sender.ts'
export type { Sender, SenderPort } from './sender.ts'
