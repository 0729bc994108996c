/** What is wrong with the Liquid of a mail. */
export type LiquidFault = {
  code: "liquid" | "liquid_place" | "too_large" | "unknown_filter" | "snippet_unknown";
  /** Of the text that was given, from 1; null where it cannot be told. */
  line: number | null;
  detail: string;
};

/** A mail that cannot be written for somebody, or for anybody. */
export class RenderError extends Error {
  readonly fault: LiquidFault;
  constructor(fault: LiquidFault) {
    super(`${fault.code}${fault.line === null ? "" : ` in line ${fault.line}`}: ${fault.detail}`);
    this.name = "RenderError";
    this.fault = fault;
  }
}
