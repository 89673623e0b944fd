/** AssemblyScript's own mathematics (ports of musl's), compiled, so that every runtime computes the same bits. */
export function sin(x: f64): f64 {
  return NativeMath.sin(x)
}
export function cos(x: f64): f64 {
  return NativeMath.cos(x)
}
export function tan(x: f64): f64 {
  return NativeMath.tan(x)
}
export function atan2(y: f64, x: f64): f64 {
  return NativeMath.atan2(y, x)
}
export function exp(x: f64): f64 {
  return NativeMath.exp(x)
}
export function log(x: f64): f64 {
  return NativeMath.log(x)
}
export function pow(x: f64, y: f64): f64 {
  return NativeMath.pow(x, y)
}
export function tanh(x: f64): f64 {
  return NativeMath.tanh(x)
}
