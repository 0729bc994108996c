import type { FieldErrors } from "../ui/form";
import type { Key, T } from "../ui/i18n";
import type { LookProblem } from "./look";
import { LOGO_ALT_MAX, WRAPPER_CSS_MAX, WRAPPER_HTML_MAX } from "./types";

// By field and problem first, by problem alone second.
const words: Record<string, Key> = {
  colour: "groups.problems.colour",
  choose: "groups.problems.choose",
  "header/too_long": "looks.problems.htmlTooLong",
  "footer/too_long": "looks.problems.htmlTooLong",
  "css/too_long": "looks.problems.cssTooLong",
  own_picture: "looks.problems.ownPicture",
  picture_words: "looks.problems.pictureWords",
  unreadable: "looks.problems.unreadable",
  page: "looks.problems.page",
  escape: "looks.problems.escape",
  at_rule: "looks.problems.atRule",
  nested: "looks.problems.nested",
  selector: "looks.problems.selector",
  property: "looks.problems.property",
  address: "looks.problems.address",
  function: "looks.problems.function",
  fixed: "looks.problems.fixed",
  value: "looks.problems.value",
  "logo/too_large": "groups.problems.logoTooLarge",
  "logo/not_an_image": "groups.problems.logoNotAnImage",
  "logo/odd_size": "looks.problems.oddSize",
  "logo/missing": "groups.problems.logoMissing",
  "logoAlt/missing": "looks.problems.logoAltMissing",
  "logoAlt/too_long": "looks.problems.logoAltTooLong",
  "picture/missing": "groups.problems.logoMissing",
  imageTooLarge: "actions.problems.imageTooLarge",
  notAnImage: "actions.problems.notAnImage",
  oddSize: "looks.problems.oddSize",
};

const lengths: Record<string, number> = {
  header: WRAPPER_HTML_MAX,
  footer: WRAPPER_HTML_MAX,
  css: WRAPPER_CSS_MAX,
  logoAlt: LOGO_ALT_MAX,
};

/** What is wrong with each field, in words, with the piece it is about. */
export function lookProblems(t: T, problems: Record<string, LookProblem>): FieldErrors {
  return Object.fromEntries(
    Object.entries(problems).map(([field, { problem, piece }]) => {
      const key = words[`${field}/${problem}`] ?? words[problem] ?? "groups.problems.other";
      return [field, t(key, { piece, count: lengths[field] ?? 0 })];
    }),
  );
}
