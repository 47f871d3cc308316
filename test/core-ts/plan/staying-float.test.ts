import { describe, expect, it } from "vitest";
import { scaleOwner } from "../../../core-ts/plan/plan.ts";
import { node, value } from "../../support/build-model.ts";
import { DIMS, kinds, network, ones, plan, reason } from "./network.ts";

describe("what stays float", () => {
  it("an op without integer form, of any domain, by name", () => {
    const found = plan(network(["Hardmax x -> e", { ...node("Relu e -> y"), domain: "my" }]));
    expect([reason(found, "e"), reason(found, "y")]).toEqual([
      "Hardmax has no integer form",
      "my.Relu has no integer form",
    ]);
    expect(found.values.get("e")).toEqual({ kind: "float", because: 'Hardmax node "e" stays float' });
  });

  it.each(["toString", "constructor", "__proto__"])(
    "an op called %s, like a member of every object",
    (op) => {
      expect(reason(plan(network([`${op} x -> y`])), "y")).toBe(`${op} has no integer form`);
    },
  );

  it("an op on something other than float32, or of unknown type", () => {
    const types = [value("i", DIMS, "int64")];
    expect(reason(plan(network(["Cast x -> i", "Add i i -> y"], { types })), "y")).toBe(
      'its input "i" is int64, not float32',
    );
    const content = network(["Conv x w -> c", "Relu c -> y"]);
    content.types.delete("x");
    expect(reason(plan(content), "c")).toBe('its input "x" is of unknown type, not float32');
  });

  it("an op on constants only", () => {
    expect(reason(plan(network(["Add half six -> k", "Add x k -> y"])), "k")).toBe(
      "all its inputs are constant",
    );
  });

  it("a Conv whose weight is computed, or that sums too many products", () => {
    expect(reason(plan(network(["Sigmoid x -> v", "Conv x v -> y"])), "y")).toMatch(
      /weight \("v"\) is computed/,
    );
    const content = network(["Conv x big -> y"]);
    content.initializers.set("big", ones(1, 32769, 1, 1));
    expect(reason(plan(content), "y")).toMatch(/sums 32769 products; .* at most 32768/);
  });

  it("an index: ArgMax is integer arithmetic, what it gives is no quantized value", () => {
    const types = [value("y", [1], "int64")];
    const found = plan(network(["Conv x w -> c", "ArgMax c -> y"], { types }));
    expect(kinds(found)).toEqual(["c integer", "y integer"]);
    expect(found.values.get("y")).toEqual({ kind: "float", because: "it is an index or a truth value" });
  });

  it("pure movement between float ops; a chain of it; but not in front of an integer op", () => {
    const chain = ["Hardmax x -> e", "Reshape e shape -> r", "Transpose r -> t", "Hardmax t -> y"];
    const found = plan(network(chain));
    expect(kinds(found)).toEqual(["e float", "r float", "t float", "y float"]);
    expect(reason(found, "r")).toBe("it only moves values between float ops");
    expect([...found.values.values()].every(({ kind }) => kind === "float")).toBe(true);
    const useful = plan(
      network(["Hardmax x -> e", "Reshape e shape -> r", "Transpose r -> t", "Conv t w -> y"]),
    );
    expect(kinds(useful)).toEqual(["e float", "r integer", "t integer", "y integer"]);
    expect(scaleOwner(useful, "t")).toBe("e");
  });

  it("movement behind an integer op is integer, whoever reads it", () => {
    const found = plan(network(["Conv x w -> c", "Reshape c shape -> r", "Hardmax r -> y"]));
    expect(kinds(found)).toEqual(["c integer", "r integer", "y float"]);
  });
});
