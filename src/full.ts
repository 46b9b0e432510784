/** The engine with delivery, as one lazy part. */
export * from './engine.ts'
export { createDelivery } from './delivery/delivery.ts'
