import { z } from "zod";
import type { T } from "../ui/i18n";

/** One value of bounded length. A field sent twice arrives as a list, which is the only way not to be a string. */
export function line(t: T, label: string, max: number, clean: (text: string) => string) {
  return z
    .string({ error: t("public.errors.twice", { label }) })
    .transform(clean)
    .refine((text) => text.length <= max, { error: t("public.errors.tooLong", { label, max }) });
}

export function required<S extends z.ZodType<string>>(schema: S, isRequired: boolean, error: string) {
  return isRequired ? schema.refine((text) => text !== "", { error }) : schema;
}
