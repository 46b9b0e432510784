/** What the slim build is held to; see slim.test.ts. */
export { sdkSpans, toJson } from '../../../src/delivery/sdk.ts'
export { spansOf } from '../../../src/delivery/spans.ts'
