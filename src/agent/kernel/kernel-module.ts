/** The compiled kernel: loading it, and its exports with their types. */
import { KERNEL, KERNEL_RELAXED } from './kernel-binary.ts'

/** What assembly/index.ts exports. Addresses are bytes. */
export interface KernelExports {
  heapBase(): number
  listBytes(width: number): number
  layerBytes(): number
  networkBytes(): number
  learnerBytes(): number
  commit(learner: number): void
  chooseBatch(learner: number): void
  learn(learner: number, updatesPolicy: boolean): void
  act(learner: number): void
  transposeWeights(learner: number): void
  help(learner: number, thread: number): void
  quit(learner: number): void
}

/** The plain kernel gives the same bits everywhere; the relaxed one fuses multiplications with additions where the processor can. */
export function compileKernel(relaxedSimd: boolean): Promise<WebAssembly.Module> {
  const text = atob(relaxedSimd ? KERNEL_RELAXED : KERNEL)
  return WebAssembly.compile(Uint8Array.from(text, (character) => character.charCodeAt(0)))
}

export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports
}
