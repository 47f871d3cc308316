// scale · clamp(round half even(x / scale), qmin, qmax) in float64, stored as float32. NaN becomes scale · qmin;
// a zero result is +0.

@inline
function one(ptr: usize, scale: f64, qmin: f64, qmax: f64): void {
  let q = nearest(<f64>load<f32>(ptr) / scale);
  q = select<f64>(q, qmin, qmin < q);
  q = select<f64>(q, qmax, q < qmax);
  store<f32>(ptr, <f32>((q + 0.0) * scale));
}

@inline
function two(x: v128, scale: v128, qmin: v128, qmax: v128): v128 {
  const q = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(x), scale));
  const clamped = f64x2.pmin(qmax, f64x2.pmax(qmin, q));
  return f32x4.demote_f64x2_zero(f64x2.mul(f64x2.add(clamped, f64x2.splat(0)), scale));
}

/** In place on f32[n] at ptr. */
export function fakeQuantize(ptr: usize, n: i32, scale: f64, qmin: f64, qmax: f64): void {
  const end = ptr + (<usize>n << 2);
  if (ASC_FEATURE_SIMD) {
    const s = f64x2.splat(scale), low = f64x2.splat(qmin), high = f64x2.splat(qmax);
    for (const blocksEnd = ptr + (<usize>(n & ~3) << 2); ptr < blocksEnd; ptr += 16) {
      const x = v128.load(ptr);
      const a = two(x, s, low, high), b = two(i64x2.shuffle(x, x, 1, 1), s, low, high);
      v128.store(ptr, i64x2.shuffle(a, b, 0, 2));
    }
  }
  for (; ptr < end; ptr += 4) one(ptr, scale, qmin, qmax);
}

/** The same with one scale (f64) per channel; element `first` of [outer, channels, inner] is at ptr. */
export function fakeQuantizePerChannel(
  ptr: usize, n: i32, first: i32, channels: i32, inner: i32, scales: usize, qmin: f64, qmax: f64,
): void {
  let channel = first / inner % channels;
  let run = inner - first % inner;
  while (n > 0) {
    const length = min(run, n);
    fakeQuantize(ptr, length, load<f64>(scales + (<usize>channel << 3)), qmin, qmax);
    ptr += <usize>length << 2;
    n -= length;
    run = inner;
    channel = channel + 1 == channels ? 0 : channel + 1;
  }
}
