/**
 * Looks at a Response's body while the page reads it, in place: the page keeps the very same objects, errors, cancel
 * and backpressure. Leaves what the bytes mean to the sink. Not seen: `new Response(body)`, `cache.put`, transfers.
 */
import type { Guard } from '../base/guard.ts'

/** No answer is longer, bytes: of a longer body only the last of large chunks that follow each other is read. */
export const FAR = 2 << 20

export interface BodySink {
  /** Each byte once, in order, whichever branch of a tee or clone reads it first. A view: copy what is kept. */
  chunk(bytes: Uint8Array): void
  /** Once, or never when the body is read where we cannot see. */
  done(): void
  cancelled(): void
  failed(error: unknown): void
}

/** One reader's way through the body. */
interface Branch {
  chunk(value: Uint8Array | undefined): void
  done(): void
  cancelled(): void
  failed(error: unknown): void
  /** Another branch from here on. */
  fork(): Branch
  /** Its branches go on without it. */
  leave(): void
}

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** Shadows a method on this one object, as invisibly as can be. */
export function shadow(target: object, name: PropertyKey, wrap: (native: Method) => Method): void {
  const native = (target as Record<PropertyKey, unknown>)[name]
  if (typeof native != 'function') return
  Object.defineProperty(target, name, { value: wrap(native as Method), configurable: true, writable: true })
}

const WHOLE = ['text', 'json', 'blob', 'arrayBuffer', 'bytes', 'formData']

/** A body that was read whole, as bytes again, about as many as there were; of blobs and forms, which no chat reads, none. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Uint8Array) return value
  if (value instanceof Blob || value instanceof FormData) return
  return new TextEncoder().encode(typeof value == 'string' ? value : JSON.stringify(value))
}

/** Returns whether the page has begun to read where we see it. */
export function tapBody(response: Response, sink: BodySink, guard: Guard): () => boolean {
  // Bytes reported so far, by any branch.
  let seen = 0
  // Branches that may still read.
  let open = 0
  let touched = false

  const branch = (offset: number): Branch => {
    let gone = false
    open++
    const settle = (fn: () => void) => {
      if (!gone) guard(fn)
      gone = true
    }
    return {
      chunk: guard.wrap((value) => {
        if (gone || !value) return
        const start = offset
        offset += value.byteLength
        if (offset <= seen) return
        const fresh = start < seen ? value.subarray(seen - start) : value
        seen = offset
        sink.chunk(fresh)
      }),
      done: () => settle(() => sink.done()),
      failed: (error) => settle(() => sink.failed(error)),
      cancelled: () =>
        settle(() => {
          if (!--open) sink.cancelled()
        }),
      fork: () => branch(offset),
      leave: () => {
        gone = true
        open--
      },
    }
  }

  /** Looks first and passes on; a promise of its own, so that a rejection nobody handles is still the page's. */
  const follow = (promise: unknown, b: Branch, failed: (error: unknown) => void) =>
    (promise as Promise<ReadableStreamReadResult<Uint8Array>>).then(
      (result) => {
        if (result.done) b.done()
        else b.chunk(result.value)
        return result
      },
      (error) => {
        failed(error)
        throw error
      },
    )

  function tapReader(reader: ReadableStreamDefaultReader, b: Branch): void {
    // A read is also refused after releaseLock or for a bad view: only the stream's own error is an end.
    const failed = (error: unknown) =>
      guard(() => guard.later(reader.closed.catch((e) => void (e === error && b.failed(e)))))
    shadow(
      reader,
      'read',
      (native) =>
        function (...args) {
          return follow(native.apply(this, args), b, failed)
        },
    )
    shadow(
      reader,
      'cancel',
      (native) =>
        function (...args) {
          const cancelled = native.apply(this, args)
          b.cancelled()
          return cancelled
        },
    )
  }

  /** A stream that looks at what passes, for the pipes. */
  const lens = (b: Branch) =>
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (value, controller) => {
        b.chunk(value)
        controller.enqueue(value)
      },
    })

  function tapStream(stream: ReadableStream<Uint8Array>, b: Branch): void {
    const pipeTo = stream.pipeTo
    const getReader = stream.getReader

    /** After a pipe: how did the stream itself end? Its lock is free again, and taken for no longer than this line. */
    const judge = (error: unknown) => {
      const reader = getReader.call(stream) as ReadableStreamDefaultReader
      const closed = reader.closed
      reader.releaseLock()
      return closed.then(b.cancelled, () => b.failed(error))
    }
    const pour = (through: TransformStream<Uint8Array, Uint8Array>) => {
      touched = true
      guard(() => guard.later(pipeTo.call(stream, through.writable).then(b.done, judge)))
    }

    shadow(
      stream,
      'getReader',
      (native) =>
        function (...args) {
          const reader = native.apply(this, args) as ReadableStreamDefaultReader
          touched = true
          guard(() => tapReader(reader, b))
          return reader
        },
    )
    shadow(
      stream,
      'cancel',
      (native) =>
        function (...args) {
          const free = !stream.locked
          const cancelled = native.apply(this, args)
          if (free) b.cancelled()
          return cancelled
        },
    )
    const iterate = (native: Method): Method =>
      function (...args) {
        const iterator = native.apply(this, args) as AsyncIterator<Uint8Array>
        touched = true
        guard(() => {
          shadow(
            iterator,
            'next',
            (next) =>
              function () {
                return follow(next.call(this), b, b.failed)
              },
          )
          shadow(
            iterator,
            'return',
            (end) =>
              function (...value) {
                const ended = end.apply(this, value)
                if (!(args[0] as ReadableStreamIteratorOptions)?.preventCancel) b.cancelled()
                return ended
              },
          )
        })
        return iterator
      }
    shadow(stream, 'values', iterate)
    shadow(stream, Symbol.asyncIterator, iterate)
    shadow(
      stream,
      'tee',
      (native) =>
        function (...args) {
          const branches = native.apply(this, args) as ReadableStream<Uint8Array>[]
          guard(() => {
            for (const one of branches) tapStream(one, b.fork())
            b.leave()
          })
          return branches
        },
    )
    // With preventCancel the page may read on from this stream after the pipe: nothing may stand between.
    const plain = (options: unknown) => stream.locked || (options as StreamPipeOptions)?.preventCancel
    shadow(
      stream,
      'pipeThrough',
      (native) =>
        function (...args) {
          const through = plain(args[1]) ? undefined : guard(() => lens(b))
          if (!through) return native.apply(this, args)
          // First the far end: if the page's own arguments are refused, its stream was never touched.
          const out = native.apply(through.readable, args)
          pour(through)
          return out
        },
    )
    shadow(
      stream,
      'pipeTo',
      (native) =>
        function (...args) {
          const through = plain(args[1]) ? undefined : guard(() => lens(b))
          if (!through) return native.apply(this, args)
          const piped = native.apply(through.readable, args)
          if (through.readable.locked) pour(through)
          return piped
        },
    )
  }

  function tapResponse(target: Response, b: Branch): void {
    let body = target.body
    if (!body) return b.done()
    let current = b
    tapStream(body, b)
    for (const name of WHOLE)
      shadow(
        target,
        name,
        (native) =>
          function (...args) {
            const free = !target.bodyUsed && !target.body?.locked
            const whole = native.apply(this, args) as Promise<unknown>
            if (!free) return whole
            touched = true
            return whole.then(
              (value) => {
                guard(() => {
                  const size = (value as string).length ?? target.headers.get('content-length')
                  if (!(size > FAR)) current.chunk(bytesOf(value))
                })
                current.done()
                return value
              },
              (error) => {
                // Read to its end, but not JSON.
                if (error instanceof SyntaxError) current.done()
                else current.failed(error)
                throw error
              },
            )
          },
      )
    shadow(
      target,
      'clone',
      (native) =>
        function (...args) {
          const copy = native.apply(this, args) as Response
          guard(() => {
            tapResponse(copy, current.fork())
            if (!target.body || target.body === body) return
            // Cloning replaced the body.
            const before = current
            body = target.body
            tapStream(body, (current = before.fork()))
            before.leave()
          })
          return copy
        },
    )
  }

  tapResponse(response, branch(0))
  return () => touched
}
