// Lut8 and Lut16 of docs/fixed-ops.md, in place on i32[n]. They return the position of the first element whose index falls
// outside the table (i32[length]), or -1.

export function lookup8(ptr: usize, n: i32, offset: i32, table: usize, length: i32): i32 {
  for (let i = 0; i < n; i++, ptr += 4) {
    const index = load<i32>(ptr) + offset;
    if (<u32>index >= <u32>length) return i;
    store<i32>(ptr, load<i32>(table + (<usize>index << 2)));
  }
  return -1;
}

export function lookup16(ptr: usize, n: i32, offset: i32, fracBits: i32, table: usize, length: i32): i32 {
  const half = (1 << fracBits) >> 1;
  const mask = (1 << fracBits) - 1;
  for (let i = 0; i < n; i++, ptr += 4) {
    const u = load<i32>(ptr) + offset;
    const index = u >> fracBits;
    if (<u32>index >= <u32>(length - 1)) return i;
    const entry = table + (<usize>index << 2);
    const left = load<i32>(entry), right = load<i32>(entry, 4);
    store<i32>(ptr, left + (((right - left) * (u & mask) + half) >> fracBits));
  }
  return -1;
}
