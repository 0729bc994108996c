import { z } from "zod";
import type { Locale, T } from "../ui/i18n";
import { readDay } from "./answer-date";
import { line, required } from "./answer-line";
import { readNumber } from "./answer-number";
import { cleanLine, cleanText } from "./answer-text";
import { LABEL_MAX, type Question } from "./types";

export const TEXT_ANSWER_MAX = 500;
export const PARAGRAPH_ANSWER_MAX = 2_000;
/** Longer than any number or day anybody means. */
export const SHORT_ANSWER_MAX = 40;

/** Where the page is read, for reading a number as it is written there. */
export type Place = { locale: Locale; country: string };

/**
 * How the answer to a question is checked, and the form in which it is kept: numbers with a point, days as 2026-03-12. A
 * question with a condition may be left out, which is not the same as left blank.
 */
export function questionSchema(t: T, place: Place, question: Question): z.ZodType<Answered | undefined> {
  const schema = answerSchema(t, place, question);
  return question.showIf ? schema.optional() : schema;
}

export type Answered = string | string[];

function answerSchema(t: T, place: Place, question: Question): z.ZodType<Answered> {
  const { label, isRequired, choices } = question;
  const missing = t("public.errors.required.question", { label });
  const unknown = t("public.errors.choice", { label });
  switch (question.type) {
    case "text":
      return required(line(t, label, TEXT_ANSWER_MAX, cleanLine), isRequired, missing);
    case "paragraph":
      return required(line(t, label, PARAGRAPH_ANSWER_MAX, cleanText), isRequired, missing);
    case "dropdown":
    case "radio":
      return required(
        z
          .string({ error: t("public.errors.twice", { label }) })
          .refine((text) => text === "" || choices.includes(text), { error: unknown }),
        isRequired,
        missing,
      );
    case "checkboxes":
      return z
        .array(z.string())
        .refine((texts) => texts.every((text) => choices.includes(text)), { error: unknown })
        .transform((texts) => [...new Set(texts)])
        .refine((texts) => !isRequired || texts.length > 0, { error: missing });
    case "number":
      return numberSchema(t, place, question, missing);
    case "date":
      return required(line(t, label, SHORT_ANSWER_MAX, cleanLine), isRequired, missing).transform(
        (text, check) => {
          const day = text === "" ? "" : readDay(text);
          if (day === null) check.addIssue({ code: "custom", message: t("public.errors.date", { label }) });
          return day ?? z.NEVER;
        },
      );
    case "hidden":
      return line(t, label, LABEL_MAX, cleanLine);
  }
}

function numberSchema(
  t: T,
  { locale, country }: Place,
  { label, isRequired, min, max }: Question,
  missing: string,
): z.ZodType<string> {
  return required(line(t, label, SHORT_ANSWER_MAX, cleanLine), isRequired, missing).transform(
    (text, check) => {
      if (text === "") return "";
      const refuse = (message: string) => {
        check.addIssue({ code: "custom", message });
        return z.NEVER;
      };
      const value = readNumber(text, `${locale}-${country}`);
      if (value === null) return refuse(t("public.errors.number", { label }));
      const format = new Intl.NumberFormat(locale);
      if (min !== null && value < min)
        return refuse(t("public.errors.least", { label, min: format.format(min) }));
      if (max !== null && value > max)
        return refuse(t("public.errors.most", { label, max: format.format(max) }));
      return String(value);
    },
  );
}
