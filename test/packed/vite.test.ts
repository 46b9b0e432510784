/** Vite without a framework: the import, split into parts by its bundler. */
import { afterAll, beforeAll, test } from 'vitest'
import { install, plainBody, plainChat, run, start, startWorld, tellsOneTurn, versions } from './kit.ts'
import type { Folder, World } from './kit.ts'

let world: World
let folder: Folder
beforeAll(async () => {
  world = await startWorld()
  folder = await install(
    {
      'index.html': `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>
<body>${plainBody}<script type="module" src="/main.js"></script></body>`,
      'main.js': `import { feedback, init } from 'chat-vitals'
init({ endpoint: '${world.collector.url}', service: 'packed-vite', propagateTo: ['${world.model}'] })
${plainChat(world.model)}`,
    },
    { vite: versions.vite },
  )
})
afterAll(async () => {
  await folder?.remove()
  await world?.close()
})

test('vite build and preview tell one turn', async () => {
  const vite = 'node_modules/vite/bin/vite.js'
  run(process.execPath, [vite, 'build'], folder.path)
  const server = await start(folder, (port) => [vite, 'preview', '--host', '127.0.0.1', '--port', port, '--strictPort'])
  try {
    await tellsOneTurn(server.url, world, 'packed-vite')
  } finally {
    await server.close()
  }
})
