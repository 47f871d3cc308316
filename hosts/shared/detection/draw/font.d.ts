/** A font of 5 x 7 dots a letter (MIT, S. Hinton). */
declare module "oled-font-5x7" {
  const font: {
    readonly width: number;
    readonly height: number;
    /** One byte a column, `width` of them a letter, in the order of `lookup`. */
    readonly fontData: readonly number[];
    readonly lookup: readonly string[];
  };
  export default font;
}
