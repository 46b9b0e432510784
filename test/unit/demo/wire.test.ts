// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { reader, WIRES } from '../../../demo/chat/page/wire.js'
import { dataDir } from '../network/streams.ts'

// Recorded answers live beside the repository, not in it.
const DATA = `${dataDir}/streams`
const lines = (name: string) => readFileSync(`${DATA}/${name}.jsonl`, 'utf8').split('\n').filter(Boolean)

/** Reads a recorded answer as the page would, in pieces of this many characters. */
function read(name: string, format: string, size: number) {
  const wire = WIRES.find((one: any) => one.id === format)!
  const stream = lines(name)
    .map((line) => `data: ${line}\r\n\r\n`)
    .join('')
  const read = reader(wire)
  const heard: any[] = []
  for (let at = 0; at < stream.length; at += size) heard.push(...read.push(stream.slice(at, at + size)))
  heard.push(...read.finish())
  const all = (type: string) =>
    heard
      .filter((one) => one.type === type)
      .map((one) => one.text ?? one.name)
      .join('')
  return {
    text: all('text'),
    reasoning: all('reasoning'),
    tools: all('tool'),
    end: heard.find((one) => one.reason)?.reason,
    error: all('error') || heard.find((one) => one.message)?.message,
  }
}

describe.skipIf(!existsSync(DATA))('the page reads what services really sent', () => {
  test.each([1, 7, 100_000])('in pieces of %d characters', (size) => {
    expect(read('deepseek-chat-reasoning', 'chat-completions', size)).toMatchObject({ end: 'stop', tools: '' })
    expect(read('deepseek-chat-reasoning', 'chat-completions', size).reasoning).toContain('We need')
    expect(read('deepseek-chat-text', 'chat-completions', size).end).toBe('length')
    expect(read('qwen-chat-tool-call', 'chat-completions', size).text).toBe('')
    expect(read('qwen-chat-tool-call', 'chat-completions', size).tools).not.toBe('')
    expect(read('mistral-chat-reasoning', 'chat-completions', size).reasoning).not.toBe('')
    expect(read('anthropic-messages-text', 'messages', size)).toMatchObject({
      text: "Hello! I'm doing well, thank you for asking. How are you doing today? Is there anything I can help you with?",
      end: 'stop',
    })
    expect(read('anthropic-messages-refusal', 'messages', size)).toMatchObject({ text: '', end: 'refusal' })
    expect(read('anthropic-messages-web-search', 'messages', size).tools).toContain('web_search')
    expect(read('gemini-text', 'gemini', size)).toMatchObject({
      text: 'There are **3** "r"s in strawberry.\n\nst**r**awbe**rr**y',
      end: 'stop',
    })
    expect(read('openai-responses-error', 'responses', size).error).not.toBe('')
    expect(read('lmstudio-responses-text', 'responses', size).end).toBe('stop')
  })
})

test('a stream of words in no known shape is read as no answer, not as an error', () => {
  const read = reader(WIRES[0]!)
  expect(read.push(': ping\n\nevent: x\ndata: {"odd":1}\n\ndata: not json\n\ndata: [DONE]\n\n')).toEqual([])
})
