import * as z from "zod/mini";
import { DataError, reasonOf } from "../../../../core-ts/errors.ts";
import type { Size } from "../../images/picture.ts";
import { listed } from "../../infer/configured/named.ts";
import type { Truth } from "../boxes.ts";
import type { LabelContext, Labels } from "./labels.ts";

const number = z.number();
const length = z.number().check(z.minimum(0));

/** The parts of COCO's "instances" that say where objects are (cocodataset.org, "Data format"). */
const INSTANCES = z.object({
  images: z.array(
    z.object({ id: number, file_name: z.string(), width: z.optional(number), height: z.optional(number) }),
  ),
  annotations: z.array(
    z.object({
      image_id: number,
      category_id: number,
      bbox: z.tuple([number, number, length, length]),
      iscrowd: z.optional(z.union([number, z.boolean()])),
    }),
  ),
  categories: z.array(z.object({ id: number, name: z.optional(z.string()) })).check(z.minLength(1)),
});

type Instances = z.infer<typeof INSTANCES>;

function parse(text: string, file: string): Instances {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${file} is no JSON: ${reasonOf(cause)}; give COCO's "instances" file`, {
      file,
      cause,
    });
  }
  const checked = INSTANCES.safeParse(value);
  if (checked.success) return checked.data;
  const { path } = checked.error.issues[0]!;
  const found = path.reduce(
    (inner: unknown, key) => (inner as Record<PropertyKey, unknown> | null)?.[key],
    value,
  );
  throw new DataError(
    `${file}: ${path.join(".") || "its content"} is ${JSON.stringify(found)?.slice(0, 60) ?? "missing"}; expected COCO's "instances": {"images": [{"id", "file_name"}, ...], "annotations": [{"image_id", "category_id", "bbox": [x, y, width, height]}, ...], "categories": [{"id", "name"}, ...]}`,
    { file },
  );
}

/** Numbers of the model's classes by COCO's ids, which have gaps: by name where "names" has them all, else in the order of the ids. */
function classesOf(
  categories: Instances["categories"],
  file: string,
  context: LabelContext,
): Map<number, number> {
  const { names, classCount, note } = context;
  const sorted = categories.toSorted((a, b) => a.id - b.id);
  const byName = sorted.map(({ name }) => (name === undefined ? -1 : (names?.indexOf(name) ?? -1)));
  if (!byName.includes(-1)) return new Map(sorted.map(({ id }, i) => [id, byName[i]!]));
  if (sorted.length !== classCount)
    throw new DataError(
      `${file} has ${sorted.length} categories, "nc" is ${classCount}; give as many, or "names" that has their names`,
      { file },
    );
  if (names)
    note(`${file}: not all its categories are in "names"; they are numbered in the order of their ids`);
  return new Map(sorted.map(({ id }, i) => [id, i]));
}

const baseName = (path: string): string => path.replace(/^.*[\\/]/, "");

interface Labelled {
  readonly size: Partial<Size>;
  readonly truths: Truth[];
}

function place(instances: Instances, file: string, context: LabelContext): Map<string, Labelled> {
  const classes = classesOf(instances.categories, file, context);
  const byId = new Map<number, Labelled>();
  const byName = new Map<string, Labelled>();
  for (const { id, file_name, width, height } of instances.images) {
    const labelled = { size: { ...(width && height ? { width, height } : {}) }, truths: [] };
    byId.set(id, labelled);
    byName.set(baseName(file_name), labelled);
  }
  for (const [i, { image_id, category_id, bbox, iscrowd }] of instances.annotations.entries()) {
    const [classId, labelled] = [classes.get(category_id), byId.get(image_id)];
    if (classId === undefined)
      throw new DataError(
        `${file}: annotations.${i} has category_id ${category_id}, which is not among its categories`,
        { file },
      );
    if (!labelled)
      throw new DataError(
        `${file}: annotations.${i} has image_id ${image_id}, which is not among its images`,
        { file },
      );
    const [x, y, width, height] = bbox;
    labelled.truths.push({ x, y, width, height, classId, isCrowd: Boolean(iscrowd) });
  }
  return byName;
}

/** Labels as COCO has them: one JSON file for all pictures, boxes in pixels. */
export function cocoLabels(text: string, file: string, context: LabelContext): Labels {
  const byName = place(parse(text, file), file, context);
  const pictures = new Set(context.pictures);
  const strangers = [...byName.keys()].filter((name) => !pictures.has(name));
  if (strangers.length > 0)
    context.mismatch(
      `${file} has images that are not in the folder of the pictures: ${listed(strangers)}; remove them, or give the pictures`,
      file,
    );
  const unlabelled = context.pictures.filter((name) => !byName.has(name));
  if (unlabelled.length > 0)
    context.mismatch(
      `${file} does not name ${listed(unlabelled)} among its images; a picture without objects stands there too`,
      file,
    );
  return {
    of(name, size) {
      const labelled = byName.get(name);
      const { width = size.width, height = size.height } = labelled?.size ?? {};
      if (width !== size.width || height !== size.height)
        throw new DataError(
          `${file} says ${name} has ${width} x ${height} pixels, it has ${size.width} x ${size.height}; the boxes belong to another picture`,
          { file },
        );
      return labelled?.truths;
    },
  };
}
