/** The compiled kernel: loading it, and its exports with their types. */
import { createHash } from 'node:crypto'
import { UserError } from '../../common/user-error.ts'
import { KERNEL, KERNEL_RELAXED } from './kernel-binary.ts'

/** What assembly/index.ts exports. Addresses are bytes. */
export interface KernelExports {
  heapBase(): number
  listBytes(width: number): number
  layerBytes(): number
  networkBytes(): number
  learnerBytes(): number
  blockInputs(): number
  panelColumns(): number
  stripRow(): number
  commit(learner: number): void
  chooseBatch(learner: number): void
  /** 1, or 0 where a helping thread has stopped. */
  learn(learner: number, updatesPolicy: boolean): number
  update(learner: number, updatesPolicy: boolean): number
  act(learner: number): void
  transposeWeights(learner: number): void
  help(learner: number, thread: number): void
  quit(learner: number): void
}

/** Compiles the plain kernel, which gives the same bits everywhere. Throws a UserError where the runtime cannot run it. */
export async function compileKernel(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytesOf(KERNEL))
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw new UserError(
      `This runtime cannot run the fused engine, which needs WebAssembly with SIMD and threads (${error.message}); use --engine tfjs-wasm.`,
      'failure',
    )
  }
}

/**
 * Compiles the kernel that fuses multiplications with additions where the processor can, at once: it is small. Throws a
 * UserError where the runtime has no relaxed SIMD.
 */
export function compileRelaxedKernel(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytesOf(KERNEL_RELAXED))
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    throw new UserError('This runtime has no relaxed SIMD; leave --relaxed-simd away.', 'failure')
  }
}

/** An instance of the kernel on the given memory, which must be shared; nothing is written to it. */
export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}

/** Says which kernel this is: the first digits of the SHA-256 of its two binaries. */
export function kernelFingerprint(): string {
  return createHash('sha256').update(KERNEL).update(KERNEL_RELAXED).digest('hex').slice(0, 12)
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
