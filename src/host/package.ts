/** Where TorqueLab's own files are, and which versions it runs on. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelFingerprint } from '../agent/kernel/kernel-module.ts'

let root: string | undefined

/** A file of this package, by its path from the package's root. */
export function packageFile(relativePath: string): string {
  root ??= findRoot(path.dirname(fileURLToPath(import.meta.url)))
  return path.join(root, relativePath)
}

export function packageVersion(): string {
  return readManifest(packageFile('package.json')).version
}

/** Versions on which the bits of a run depend. */
export function versions(): Record<string, string> {
  return {
    torquelab: packageVersion(),
    node: process.versions.node,
    v8: process.versions.v8,
    rapier: dependencyVersion('@dimforge/rapier2d-deterministic-compat'),
    tensorflow: dependencyVersion('@tensorflow/tfjs'),
    kernel: kernelFingerprint(),
  }
}

/** Of a package in our own node_modules, or in those of whoever installed TorqueLab. */
function dependencyVersion(name: string): string {
  let folder = packageFile('.')
  for (;;) {
    const manifest = path.join(folder, 'node_modules', name, 'package.json')
    if (existsSync(manifest)) return readManifest(manifest).version
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error(`The package ${name} was not found.`)
    folder = parent
  }
}

function readManifest(file: string): { name: string; version: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }
}

function findRoot(folder: string): string {
  const manifest = path.join(folder, 'package.json')
  if (existsSync(manifest) && readManifest(manifest).name === 'torquelab') return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error('The package.json of TorqueLab was not found.')
  return findRoot(parent)
}
