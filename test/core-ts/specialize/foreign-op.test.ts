import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../../../core-ts/errors.ts";
import { foreignOp } from "../../../core-ts/specialize/foreign-op.ts";
import { graph, node } from "../../support/build-model.ts";

const cause = new Error("no such op");

describe("a model that does not load", () => {
  it("is sound and asks for too much where an op is of a domain of its own", () => {
    const nodes = ["Relu x -> a", { ...node("Fused a -> y"), domain: "com.example" }];
    const error = foreignOp(graph({ nodes }), cause);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error).toMatchObject({ where: { node: "y" }, cause });
    expect(error!.message).toMatch(/^node "y" is an op Fused of domain com\.example, .*\(no such op\)/);
  });

  it("is something else where all ops are standard", () => {
    expect(foreignOp(graph({ nodes: ["Relu x -> y"] }), cause)).toBeUndefined();
  });
});
