// The library in a Deno program, on batches of the program's own making:
//   deno run --allow-read --allow-write examples/deno/quantize_digits.ts digits_quantize.onnx
import * as knight from "../../hosts/deno/mod.ts";

const demo = new URL("../digits", import.meta.url).pathname;
const host = await knight.openDenoHost({ backend: "wasm", threads: 2 });
const target = { chip: "TX5368AV200", bits: 8, mode: "mse", percent: 0.99999 } as const;
const options = { ...target, irBatch: 1, lutLen: 10, outputDequant: false };
const prepared = await knight.prepare(await Deno.readFile(`${demo}/digits.onnx`), options, host);
const calibration = await knight.startCalibration(prepared, host);
const { data } = await knight.loadNpy(`${demo}/calibration.npy`);
for (let i = 0; i < data.length; i += 32 * 64) {
  const batch = knight.tensor("float32", [32, 1, 8, 8], data.slice(i, i + 32 * 64) as Float32Array);
  await calibration.forward(new Map([["image", batch]]));
}
const model = knight.quantizeModel(prepared, calibration.ranges(), host);
await Deno.writeFile(Deno.args[0] ?? "digits_quantize.onnx", model.bytes);
console.log(model.summary, prepared.floatLayers, model.warnings);
