export { nearest } from "../../../core-ts/nearest.ts";
