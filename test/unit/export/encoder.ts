/** What the slim build is held to; see slim.test.ts. */
export { sdkSpans, toJson } from '../../../src/export/sdk.ts'
export { spansOf } from '../../../src/export/spans.ts'
