import type { Attribute, Node } from "../core-ts/graph/graph.ts";

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "int":
    case "float":
    case "string":
      return String(attribute.value);
    case "ints":
    case "floats":
    case "strings":
      return `[${attribute.value.join(", ")}]`;
    default:
      return `(${attribute.kind})`;
  }
}

/** A node in one line, "name: outputs = Op(inputs) {attributes by name} from the nodes fused into it"; the last two only if there are any. */
export function nodeText({ name, op, inputs, outputs, attrs, origins }: Node): string {
  const sorted = [...attrs].sort(([a], [b]) => (a < b ? -1 : 1));
  const list = sorted.map(([key, value]) => `${key}=${attributeText(value)}`).join(", ");
  const call = `${name}: ${outputs.join(", ")} = ${op}(${inputs.join(", ")})`;
  return `${call}${list && ` {${list}}`}${origins.length > 0 ? ` from ${origins.join(", ")}` : ""}`;
}
