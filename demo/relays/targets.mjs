// What each tool wants to be sent for one feedback: address, headers, body. Pure; sends nothing, keeps nothing.

/**
 * @typedef {import('./feedback.mjs').Feedback} Feedback
 * @typedef {{ method: string, url: string, headers: Record<string, string>, body?: object }} Request
 */

const json = { 'content-type': 'application/json' }
const base = (/** @type {string} */ url) => url.replace(/\/+$/, '')
/** Where a tool has no place for them. @param {Feedback} feedback */
const notes = ({ id, revision, tags, spanId }) => ({
  feedback_id: id,
  feedback_revision: String(revision),
  turn_span_id: spanId,
  ...(tags.length > 0 && { tags: tags.join(', ') }),
})

/**
 * A Langfuse score of the trace. The same id updates it; a feedback that was taken back is deleted.
 * https://api.reference.langfuse.com/#tag/score/POST/api/public/scores
 * @param {Feedback} feedback @param {{ url: string, publicKey: string, secretKey: string }} to @returns {Request}
 */
export function langfuse(feedback, to) {
  const { id, name, score, label, comment, retracted, traceId } = feedback
  const url = `${base(to.url)}/api/public/scores`
  const headers = { ...json, authorization: `Basic ${btoa(`${to.publicKey}:${to.secretKey}`)}` }
  if (retracted) return { method: 'DELETE', url: `${url}/${encodeURIComponent(id)}`, headers }
  const value =
    name === 'thumb'
      ? { value: score, dataType: 'BOOLEAN' }
      : score === undefined
        ? { value: label ?? name, dataType: 'CATEGORICAL' }
        : { value: score, dataType: 'NUMERIC' }
  return { method: 'POST', url, headers, body: { id, traceId, name, ...value, comment, metadata: notes(feedback) } }
}

/**
 * A Phoenix annotation of the trace, so that it need not know the browser's own span. Name and identifier update it.
 * https://arize.com/docs/phoenix/tracing/how-to-tracing/feedback-and-annotations/capture-feedback
 * @param {Feedback} feedback @param {{ url: string, apiKey?: string }} to @returns {Request}
 */
export function phoenix(feedback, to) {
  const { id, name, score, label, comment, traceId } = feedback
  return {
    method: 'POST',
    url: `${base(to.url)}/v1/trace_annotations`,
    headers: { ...json, ...(to.apiKey && { authorization: `Bearer ${to.apiKey}` }) },
    body: {
      data: [
        {
          trace_id: traceId,
          name,
          annotator_kind: 'HUMAN',
          // One of label and score must be there.
          result: { label: label ?? name, score: score ?? null, explanation: comment ?? null },
          identifier: id,
          metadata: notes(feedback),
        },
      ],
    },
  }
}

/**
 * An MLflow assessment of the trace. Each toggle is one more: `feedback_id` and `feedback_revision` tell which stands.
 * https://mlflow.org/docs/latest/api_reference/rest-api.html
 * @param {Feedback} feedback @param {{ url: string, token?: string }} to @returns {Request}
 */
export function mlflow(feedback, to) {
  const { name, score, label, comment, traceId, at, by, retracted } = feedback
  const time = new Date(at).toISOString()
  // MLflow names the traces it gets by OpenTelemetry so.
  const trace = `tr-${traceId}`
  return {
    method: 'POST',
    url: `${base(to.url)}/api/3.0/mlflow/traces/${trace}/assessments`,
    headers: { ...json, ...(to.token && { authorization: `Bearer ${to.token}` }) },
    body: {
      assessment: {
        assessment_name: name,
        trace_id: trace,
        source: { source_type: 'HUMAN', source_id: by },
        feedback: { value: retracted ? label : name === 'thumb' ? score === 1 : (score ?? label ?? name) },
        rationale: comment,
        metadata: notes(feedback),
        create_time: time,
        last_update_time: time,
      },
    },
  }
}

/**
 * End-user feedback in Datadog. Each toggle is one more event, told apart by its tags.
 * https://docs.datadoghq.com/llm_observability/instrumentation/api/?tab=model#evaluations-api
 * @param {Feedback} feedback @param {{ site?: string, url?: string, apiKey: string, mlApp: string }} to @returns {Request}
 */
export function datadog(feedback, to) {
  const { name, score, label, comment, tags, traceId, at, by, id, revision } = feedback
  const value =
    name === 'comment'
      ? { metric_type: 'text', text_value: comment }
      : name === 'thumb' || score === undefined
        ? { metric_type: 'categorical', categorical_value: label }
        : { metric_type: 'score', score_value: score }
  return {
    method: 'POST',
    url: `${base(to.url ?? `https://api.${to.site ?? 'datadoghq.com'}`)}/api/intake/llm-obs/v2/eval-metric`,
    headers: { ...json, 'DD-API-KEY': to.apiKey },
    body: {
      data: {
        type: 'evaluation_metric',
        attributes: {
          metrics: [
            {
              event_kind: 'feedback',
              // Exactly one target. 128 bits are told as 32 hex digits.
              trace_id: traceId,
              submitter: { id: by, type: 'user' },
              ml_app: to.mlApp,
              timestamp_ms: at,
              label: name,
              ...value,
              ...(name !== 'comment' && comment && { reasoning: comment }),
              ...(label === 'up' && { assessment: 'pass' }),
              ...(label === 'down' && { assessment: 'fail' }),
              tags: [`feedback_id:${id}`, `feedback_revision:${revision}`, ...tags.map((tag) => `feedback_tag:${tag}`)],
            },
          ],
        },
      },
    },
  }
}
