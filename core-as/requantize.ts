// spec/fixed-point-ir.md, section 2: clamp((sat32(acc >> q1)·m + 2^(q2-1)) >> q2, qmin, qmax), exact in 64-bit integers.

@inline
function requantizeOne(acc: i64, q1: i64, m: i64, q2: i64): i64 {
  const a = max<i64>(i32.MIN_VALUE, min<i64>(i32.MAX_VALUE, acc >> q1));
  return (a * m + ((<i64>1 << q2) >> 1)) >> q2;
}

/**
 * f64[n] at acc (element `first` of [outer, channels, inner]) to i32[n] at the same address; multiplier: i16[channels],
 * shift: i8[channels].
 */
export function requantize(
  acc: usize, n: i32, first: i32, channels: i32, inner: i32, multiplier: usize, shift: usize, q1: i32, qmin: i32, qmax: i32,
): void {
  let channel = first / inner % channels;
  let run = inner - first % inner;
  let out = acc;
  for (let i = 0; i < n; i++) {
    const m = <i64>load<i16>(multiplier + (<usize>channel << 1)), q2 = <i64>load<i8>(shift + <usize>channel);
    const y = requantizeOne(<i64>load<f64>(acc), <i64>q1, m, q2);
    store<i32>(out, <i32>max<i64>(qmin, min<i64>(qmax, y)));
    acc += 8;
    out += 4;
    if (--run == 0) {
      run = inner;
      channel = channel + 1 == channels ? 0 : channel + 1;
    }
  }
}
