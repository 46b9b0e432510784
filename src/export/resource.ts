/** The resource's attributes as both writers of OTLP send them; leaves their values to the page's options. */
import type { Attributes } from '../turn/record.ts'

/** Version of the SDK that `sdk.ts` loads; known here so that the last words of a page look the same. Tested. */
const sdkVersion = '2.12.0'

export const fullResource = (resource: Attributes, version: string): Attributes => ({
  ...resource,
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.language': 'webjs',
  'telemetry.sdk.version': sdkVersion,
  'telemetry.distro.name': 'chat-vitals',
  'telemetry.distro.version': version,
})
