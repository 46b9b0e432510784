/**
 * What each provider's payloads say, as data: in which kind of payload, which role what stands at a path has. Kinds are told by
 * `type`, `event`, `object` or the name of the SSE event; `?` before paths: by what they hold. Read by shapes.ts.
 *
 * Roles: `a` answer, `r` reasoning, `d` a message or a delta of one; `A`, `D` the same where the whole may be sent each time,
 * `W` where it is sent once more when it is whole, `V` at the very end, `L` last message of a conversation; `m` other output of
 * the model, `o` a tool opens, `c` a tool closes, `f` finish word, `F` the same and the end, `z` end, with or without a word,
 * `x` end without one, `B` blocked, `X` refusal, `e` error, `b` another message begins, `i` id of the response, `n` of the model,
 * `s` of the conversation, `q` of the request, `u` usage, `p` the format promises an end, `>` another payload.
 * In a path `*` is each item of a list, `!` each that is no alternative to the first. Behind it: what else must hold.
 */
export const TABLE = `
* s conversation_id
* u usage
* n model
* i response.id
* n response.model
* u response.usage
response.output_text.delta a delta
response.refusal.delta X delta
response.reasoning_text.delta r delta
response.reasoning_summary_text.delta r delta
response.function_call_arguments.delta m delta
response.output_item.added o item.id item.type=_call$
response.output_item.done c item.id item.type=^(web_search|file_search|code_interpreter|image_generation|mcp)_call$
response.completed z
response.incomplete z response.incomplete_details.reason
response.failed e response.error
response.failed x
response W output
response e error
response z incomplete_details.reason
response i id
message_start b message.id
message_start i message.id
message_start n message.model
message_start u message.usage
content_block_start a content_block.text
content_block_start r content_block.thinking
content_block_start o content_block.id content_block.type=tool_use$
content_block_start c content_block.tool_use_id content_block.type=_tool_result$
content_block_delta a delta.text
content_block_delta r delta.thinking
content_block_delta m delta.partial_json
message_delta f delta.stop_reason
message_stop x
message W content role=assistant
message i id role=assistant
message f stop_reason
message a answer
message a data.content
message i message_id
message p task_id
stream_event > event event.type=^(?!message_stop)
assistant W message.content
assistant n message.model
user c message.content.*.tool_use_id
result e subtype is_error=true
result V result session_id
result z stop_reason session_id
start i messageId
text-delta a delta|text|textDelta
reasoning-delta r delta|text
reasoning r textDelta
tool-input-start o toolCallId|id
tool-input-available o toolCallId
tool-call o toolCallId
tool-output-available c toolCallId
tool-output-error c toolCallId
tool-output-denied c toolCallId
tool-result c toolCallId
tool-error c toolCallId
finish-step f finishReason
step-finish f stepResult.reason
finish z finishReason|stepResult.reason
finish u totalUsage|output.usage
abort x
RUN_STARTED s threadId
TEXT_MESSAGE_CONTENT a delta
TEXT_MESSAGE_CHUNK a delta
THINKING_TEXT_MESSAGE_CONTENT r delta
REASONING_MESSAGE_CONTENT r delta
TOOL_CALL_START o toolCallId
TOOL_CALL_ARGS m delta
TOOL_CALL_RESULT c toolCallId
RUN_FINISHED z
message-start i id
content-start d delta.message
content-delta d delta.message
tool-plan-delta r delta.message.tool_plan
tool-call-start o delta.message.tool_calls.id
tool-call-delta m delta
message-end z delta.finish_reason
message-end u delta.usage.tokens
message.output.delta a content
tool.execution.started o id
tool.execution.done c id
function.call.delta o tool_call_id
conversation.response.done z
message.delta a content
reasoning.delta r content
chat.end z
thread.message.delta a delta.content
thread.run.requires_action o required_action.submit_tool_outputs.tool_calls.*.id
thread.run.completed z
thread.run.incomplete z incomplete_details.reason
thread.run.failed e last_error
thread.run.failed x
thread.run.cancelled x
AIMessageChunk b id
AIMessageChunk d .
AIMessageChunk i id
AIMessageChunk f response_metadata.finish_reason
AIMessageChunk n response_metadata.model_name
AIMessageChunk u usage_metadata
ai W .
AIMessage W .
tool c tool_call_id
constructor > kwargs
values L messages
on_chat_model_stream d data.chunk.kwargs|data.chunk
on_chat_model_stream u data.chunk.usage_metadata
on_llm_stream a data.chunk.text|data.chunk
on_tool_start o run_id
on_tool_end c run_id
agent_message a answer
agent_message i message_id
agent_message p task_id
agent_thought r thought
text_chunk a data.text
message_end i message_id
message_end u metadata.usage
message_end z
workflow_finished z
token a data
item a content metadata
metadata s data.sessionId
stream_start b id
stream_start a output type=^assistant
stream_token a token isSequence=^(?!true)
stream_token A token isSequence=true
new_message W output type=^assistant
task_end z
process_completed x . success=true
process_completed e output success=false
chat:completion > data
chat:completion A data.content
chat:completion z data.title data.done=true
chat:message:delta a data.content
chat:message A data.content
chat:message:error e data.error
?choices p choices.0.delta
?choices i id
?choices d choices.!.delta|choices.!.message|choices.!
?choices f choices.!.finish_reason
?candidates|promptFeedback p .
?candidates|promptFeedback i responseId
?candidates|promptFeedback n modelVersion
?candidates|promptFeedback a candidates.0.content.parts
?candidates|promptFeedback F candidates.0.finishReason
?candidates|promptFeedback B promptFeedback.blockReason
?candidates|promptFeedback u usageMetadata
?content.parts a content.parts partial=true
?content.parts W content.parts partial=^(?!true)
?content.parts f finishReason
?content.parts e errorCode
?content.parts u usageMetadata
?output.message W output.message.content
?output.message f stopReason
?output.choices|output,request_id p .
?output.choices|output,request_id q request_id
?output.choices|output,request_id s output.session_id
?output.choices|output,request_id D output.choices.0.message|output
?output.choices|output,request_id F output.choices.0.finish_reason|output.finish_reason
?output.choices|output,request_id u usage.models.0
?done,message|done,response p .
?done,message|done,response d message|.
?done,message|done,response z done_reason done=true
?done,message|done,response u .
?token.text a token.text token.special=^(?!true)
?token.text z details.finish_reason details
?generated_text V generated_text
?content,stop a content
?content,stop z stop_type stop=true
?content,stop u .
?response,p|response,usage|response,tool_calls d .
?contentBlockDelta a contentBlockDelta.delta.text
?contentBlockDelta r contentBlockDelta.delta.reasoningContent.text
?contentBlockDelta m contentBlockDelta.delta.toolUse
?contentBlockStart o contentBlockStart.start.toolUse.toolUseId
?messageStop f messageStop.stopReason
?metadata.usage u metadata.usage
?chatMessageId V text
?chatMessageId s sessionId
`

/** Kinds of those formats that say nothing here, also those that repeat what was said. */
export const SILENT =
  /^(response\.(?!.*\.delta$)|content_block_|message_(start|delta|stop|replace)$|(text|reasoning)-(start|end)$|(start|finish)-step$|step-start$|tool-(in|out)put|source-(url|document)$|data-|file$|thread\.|on_[a-z]+_|(RUN|STEP|TEXT_MESSAGE|TOOL_CALL|THINKING|REASONING|STATE|MESSAGES)_|(workflow|node|iteration|loop)_(started|finished)$|tts_|(content|message|tool-call|citation)-(start|end)$|human$|ping$|heartbeat$)/
/** Those that end with a word of their own. */
export const PROMISES =
  /^(response\.|content_block_|message_(start|delta|stop)$|(text|reasoning|tool-(in|out)put|data|source)-|(RUN|TEXT_MESSAGE|TOOL_CALL)_)/
