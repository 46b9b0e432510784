import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          environment: 'happy-dom',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          name: 'browser',
          environment: 'node',
          // Frames come late on a machine that is shared: what fails twice is broken.
          retry: 1,
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Two cores: pages that measure time must not compete with each other.
          fileParallelism: false,
        },
      },
      // Commands of their own: whole pages driven like a person, real applications, generated streams, other people's backends.
      ...['uis', 'apps', 'streams', 'situations', 'backends'].map((name) => ({
        root,
        test: {
          name,
          environment: 'node',
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      })),
      {
        root,
        test: {
          name: 'packed',
          environment: 'node',
          include: ['test/packed/**/*.test.ts'],
          // Installs and builds of whole applications, on machines that are shared.
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
