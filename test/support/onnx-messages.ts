import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const source = fileURLToPath(new URL("../../core-ts/onnx/proto/onnx.proto", import.meta.url));
const messages = protobuf
  .parse(readFileSync(source, "utf8"), { keepCase: true })
  .root.lookupType("onnx.ModelProto");

/** A message as plain data, field names as in onnx.proto. */
export type Message = { [field: string]: unknown };

/** Bytes of a ModelProto, made by protobufjs's reflection from the .proto file: none of our code, none of the generated code. */
export function encodeModel(message: Message): Uint8Array {
  return messages.encode(messages.fromObject(message)).finish();
}

/** The reverse; 64-bit integers come as decimal strings, absent fields are left out. */
export function decodeModel(bytes: Uint8Array): Message {
  return messages.toObject(messages.decode(bytes), { longs: String, bytes: Array }) as Message;
}

/** A model around the given graph fields. */
export function modelMessage(graph: Message, more: Message = {}): Message {
  return {
    ir_version: 10,
    opset_import: [{ domain: "", version: 21 }],
    graph: { name: "g", ...graph },
    ...more,
  };
}
