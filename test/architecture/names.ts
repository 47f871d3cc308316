import ts from "typescript";
import { type Finding, finding, type Source, walk } from "./sources.ts";

/** A model name of a chip family, as in spec/facts.md. */
const CHIP = /\bTX\d{3,4}/i;
const CHIP_HOME = "core-ts/chips/";
/** Frameworks, and the folder of each. ONNX is the tool's own format, and so no frontend's secret. */
const FRAMEWORKS = ["caffe", "tensorflow", "paddle", "pytorch"] as const;
/** What ONNX itself calls after a framework: a value of Resize's coordinate_transformation_mode. */
const ONNX_VALUES = new Set(["pytorch_half_pixel"]);
const FRONTENDS = "core-ts/frontends/";
/** The registry, which has one line a frontend. */
const REGISTRY = `${FRONTENDS}index.ts`;

/** The words of a node that are code or data: identifiers and literals, neither comments nor members' types. */
function wordsOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node))
    return node.text;
  return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) ? node.text : undefined;
}

/** Chip names outside of core-ts/chips. */
export function checkChipNames(source: Source): Finding[] {
  if (source.path.startsWith(CHIP_HOME)) return [];
  const findings: Finding[] = [];
  walk(source, (node) => {
    const words = wordsOf(node);
    if (words !== undefined && CHIP.test(words)) {
      findings.push(finding(source, node, `names a chip ("${words}"), which only ${CHIP_HOME} may`));
    }
  });
  return findings;
}

/** Frameworks' names in the core, outside of their own frontend and of the registry of frontends. */
export function checkFrameworkNames(source: Source): Finding[] {
  if (!source.path.startsWith("core-ts/") || source.path === REGISTRY) return [];
  const findings: Finding[] = [];
  walk(source, (node) => {
    const words = wordsOf(node)?.toLowerCase();
    const named = FRAMEWORKS.find((framework) => words?.includes(framework));
    if (words === undefined || named === undefined || ONNX_VALUES.has(words)) return;
    if (source.path.startsWith(`${FRONTENDS}${named}/`)) return;
    findings.push(finding(source, node, `names ${named}, which only ${FRONTENDS}${named}/ may`));
  });
  return findings;
}
