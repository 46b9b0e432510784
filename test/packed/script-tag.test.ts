/** A page without any build: the script tag, from the packed files as they are. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, test } from 'vitest'
import { install, plainBody, plainChat, serve, startWorld, tellsOneTurn } from './kit.ts'
import type { Folder, World } from './kit.ts'

let world: World
let folder: Folder
beforeAll(async () => {
  world = await startWorld()
  folder = await install({}, {})
})
afterAll(async () => {
  await folder?.remove()
  await world?.close()
})

test('the script tag from the packed dist folder tells one turn', async () => {
  await writeFile(
    `${folder.packed}/dist/index.html`,
    `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>
<script async src="chat-vitals.global.js" data-endpoint="${world.collector.url}" data-service="packed-script" data-propagate-to="${world.model}"></script>
<body>${plainBody}<script>const feedback = (...all) => chatVitals.feedback(...all);${plainChat(world.model)}</script></body>`,
  )
  const server = await serve(`${folder.packed}/dist`)
  try {
    await tellsOneTurn(server.url + '/', world, 'packed-script')
  } finally {
    await server.close()
  }
})
