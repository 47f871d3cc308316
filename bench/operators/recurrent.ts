import { argmaxRows, type BenchModel } from "./model.ts";

const commands = {
  script: "infer_speech.ts",
  fn: "infer_commands",
  measure: "agreement with PyTorch %",
  /** Its 64 recorded inputs are normal random numbers, and all there are. */
  test: { data: "models/lstm_kws/lstm_kws_reference.npz", iteration: 64 },
  decisions: ([logits]: Parameters<NonNullable<BenchModel["decisions"]>>[0]) => argmaxRows(logits!),
};

export const commandLstm: BenchModel = {
  ...commands,
  name: "LSTM speech commands",
  file: "models/lstm_kws/lstm_kws.onnx",
};

export const commandLstmUnrolled: BenchModel = {
  ...commands,
  name: "LSTM speech commands, unrolled",
  file: "models/lstm_kws/lstm_kws_unrolled.onnx",
};

/** The state goes from output to input for 60 s of speech: an error of the state would grow. */
export const sileroVad: BenchModel = {
  name: "silero VAD",
  file: "models/silero/silero_vad_openvino_16k.onnx",
  script: "infer_speech.ts",
  fn: "infer_vad",
  measure: "agreement with the recorded float model %",
  test: { data: "models/silero/test.wav", iteration: 1875 },
  decisions: ([speech]) => [Number(speech!.data[0]) >= 0.5 ? 1 : 0],
};
