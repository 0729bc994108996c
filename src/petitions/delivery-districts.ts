import type { Signer } from "../intake/signers";
import { bare, districtsOf, nameDistricts } from "../officials/builtin";
import type { Context } from "../platform/context";
import type { Locale } from "../ui/i18n";

/** Of a code that lies in more, nobody can say where its people vote. */
const NAMED_MAX = 4;

/**
 * Says in which district of the US House or the Canadian House of Commons somebody lives, from their postal code: several where
 * the code lies in several, the likeliest first; "" elsewhere. Each code is looked up once.
 */
export function districtNamer(ctx: Context, locale: Locale): (signer: Signer) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ answer: { country = "", postalCode = "" } }) => {
    const code = bare(postalCode).slice(0, country === "CA" ? 3 : 5);
    const key = `${country} ${code}`;
    const found = known.get(key) ?? nameOf(ctx, { country, postalCode: code, locale });
    known.set(key, found);
    return found;
  };
}

async function nameOf(
  ctx: Context,
  where: { country: string; postalCode: string; locale: Locale },
): Promise<string> {
  const codes = where.postalCode === "" ? [] : await districtsOf(ctx, where);
  if (codes.length === 0 || codes.length > NAMED_MAX) return "";
  const districts = await nameDistricts(ctx, codes, where.locale);
  return districts.map(({ label }) => label).join(" / ");
}
