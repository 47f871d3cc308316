import manifest from "../../package.json" with { type: "json" };

/** Version of this package; an import needs no permission to read. */
export const PACKAGE_VERSION: string = manifest.version;
