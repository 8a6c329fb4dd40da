/** The part of the npm package `edtf` that Chancery uses; the package has no type declarations of its own. */
declare module 'edtf' {
  /** `values` is year, month (0-11; a season 21-24), day, time; bit n of `unspecified` is digit n of YYYYMMDD. */
  export interface ParsedDate {
    type: string;
    values: number[];
    unspecified?: number;
  }

  /** Parses one text; throws when it is not EDTF of that level and of one of those types. */
  export function parse(text: string, constraints: { level: number; types: string[] }): ParsedDate;

  /** First and last millisecond since 1970-01-01 (UTC) of a text; only the tests use it, as a second opinion. */
  export default function edtf(text: string): { min: number; max: number };
}
