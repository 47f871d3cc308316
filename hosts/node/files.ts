import { filesOn } from "../shared/files/files.ts";
import type { Files } from "../shared/ports.ts";
import { nodeFileSystem } from "./file-system.ts";

export const nodeFiles: Files = filesOn(nodeFileSystem);
