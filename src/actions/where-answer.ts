import type { Reached } from "../officials/whereabouts";
import type { FormValues } from "../platform/forms";
import type { T } from "../ui/i18n";
import type { OwnAnswer } from "./kind";

/** What a form whose first page asks where somebody lives makes of it while that has not led to anybody. */
export function whereAnswer(t: T, reached: Exclude<Reached, { is: "found" }>, values: FormValues): OwnAnswer {
  const refuse = (name: string, error: string): OwnAnswer => ({
    is: "invalid",
    errors: { [name]: error },
    step: 1,
  });
  switch (reached.is) {
    case "unasked":
      return reached.isMissing
        ? refuse("postalCode", t("officials.public.postalCode"))
        : { is: "valid", own: {} };
    case "nobody":
      return refuse("postalCode", t("officials.public.nobody"));
    case "trouble":
      return refuse("postalCode", t("officials.public.trouble"));
    case "choose":
      return "districtAsked" in values
        ? refuse("district", t("officials.district.choose"))
        : { is: "more", step: 1 };
  }
}
