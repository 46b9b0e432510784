// OTLP/HTTP as protobuf → the object that OTLP/JSON would have been, so that one reader reads both. The fields are those
// of opentelemetry-proto's trace.proto; what is not named here is skipped.
import protobuf from 'protobufjs/light.js'
import { OtlpError } from './otlp.mjs'

const message = (fields) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type, repeated]]) => [
      name,
      { id, type, ...(repeated && { rule: 'repeated' }) },
    ]),
  ),
})
const root = protobuf.Root.fromJSON({
  nested: {
    Request: message({ resourceSpans: [1, 'ResourceSpans', true] }),
    ResourceSpans: message({ resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans', true] }),
    Resource: message({ attributes: [1, 'KeyValue', true] }),
    ScopeSpans: message({ scope: [1, 'Scope'], spans: [2, 'Span', true] }),
    Scope: message({ name: [1, 'string'] }),
    Span: message({
      traceId: [1, 'bytes'],
      spanId: [2, 'bytes'],
      parentSpanId: [4, 'bytes'],
      name: [5, 'string'],
      kind: [6, 'int32'],
      startTimeUnixNano: [7, 'fixed64'],
      endTimeUnixNano: [8, 'fixed64'],
      attributes: [9, 'KeyValue', true],
      events: [11, 'Event', true],
      links: [13, 'Link', true],
      status: [15, 'Status'],
    }),
    Event: message({ timeUnixNano: [1, 'fixed64'], name: [2, 'string'], attributes: [3, 'KeyValue', true] }),
    Link: message({ traceId: [1, 'bytes'], spanId: [2, 'bytes'], attributes: [4, 'KeyValue', true] }),
    Status: message({ message: [2, 'string'], code: [3, 'int32'] }),
    KeyValue: message({ key: [1, 'string'], value: [2, 'AnyValue'] }),
    AnyValue: {
      oneofs: {
        value: {
          oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
        },
      },
      ...message({
        stringValue: [1, 'string'],
        boolValue: [2, 'bool'],
        intValue: [3, 'int64'],
        doubleValue: [4, 'double'],
        arrayValue: [5, 'ArrayValue'],
        kvlistValue: [6, 'KeyValueList'],
        bytesValue: [7, 'bytes'],
      }),
    },
    ArrayValue: message({ values: [1, 'AnyValue', true] }),
    KeyValueList: message({ values: [1, 'KeyValue', true] }),
    Response: message({ partialSuccess: [1, 'PartialSuccess'] }),
    PartialSuccess: message({ rejectedSpans: [1, 'int64'], errorMessage: [2, 'string'] }),
  },
})
const Request = root.lookupType('Request')
const Response = root.lookupType('Response')
const hex = (bytes) => (bytes?.length ? Buffer.from(bytes, 'base64').toString('hex') : undefined)

/** @param {Uint8Array} bytes @returns {any} an OTLP/JSON request */
export function decodeTraces(bytes) {
  let body
  try {
    body = Request.toObject(Request.decode(bytes), { longs: String, bytes: String, oneofs: false })
  } catch (error) {
    throw new OtlpError(`The body is not an OTLP protobuf: ${/** @type {Error} */ (error).message}`)
  }
  for (const { scopeSpans = [] } of body.resourceSpans ?? [])
    for (const { spans = [] } of scopeSpans)
      for (const span of spans)
        for (const it of [span, ...(span.links ?? [])])
          for (const name of ['traceId', 'spanId', 'parentSpanId']) if (it[name] !== undefined) it[name] = hex(it[name])
  return body
}

/** @param {any} partialSuccess @returns {Uint8Array} */
export const encodeAnswer = (partialSuccess) =>
  Response.encode(Response.fromObject(partialSuccess.rejectedSpans ? { partialSuccess } : {})).finish()
