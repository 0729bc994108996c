import { z } from "zod";
import type { Taken, Taking, ThanksProps } from "../actions/kind";
import { thanksPath } from "../actions/public-thanks";
import type { Context } from "../platform/context";
import type { ParticipationId } from "../platform/ids";
import { CopyButton } from "../ui/copy";
import { letterAsText, writeLetter } from "./email";
import { textHash } from "./text";
import { checkedLetter, letterSettingsOf } from "./types";

/** Long enough to fill in three forms. What somebody wrote is kept no longer where it can be read without D1. */
const COPY_SECONDS = 3_600;

const copies = z.array(
  z.object({ name: z.string(), office: z.string(), form: z.string(), phone: z.string(), text: z.string() }),
);
type Copy = z.infer<typeof copies>[number];

function copyKey(id: ParticipationId): string {
  return `letter-copy/${id}`;
}

/** Records the letters; where some must be sent by hand, their text is kept at hand for the next page. */
export async function take({ ctx, snapshot, participation, record }: Taking): Promise<Taken> {
  const reply = await record(participation);
  const own = checkedLetter.read(participation.o.own ?? {});
  if (own.to.every(({ e }) => e !== "")) return { is: "recorded", reply };
  const { variants } = letterSettingsOf(snapshot.action.settings);
  const texts = new Map(await Promise.all(variants.map(async (one) => [await textHash(one), one] as const)));
  const writer = { answer: participation.o, email: participation.e };
  const byHand = own.to.flatMap(({ e, k: _key, n, t: title, o, l, f = "", p = "" }): Copy[] => {
    const said = own.text[l];
    if (e !== "" || !said) return [];
    const letter = writeLetter(writer, { name: n, title, office: o }, { language: l, said, texts });
    const office = [title, o].filter((part) => part !== "").join(", ");
    return letter ? [{ name: n, office, form: f, phone: p, text: letterAsText(letter) }] : [];
  });
  if (byHand.length === 0 || reply.outcome === "closed") return { is: "recorded", reply };
  await keep(ctx, reply.id, byHand);
  const { id, total: nth, standing = null } = reply;
  const kind = { path: "letters" };
  const isRepeat = reply.outcome !== "counted";
  return {
    is: "recorded",
    reply,
    goOnTo: await thanksPath(ctx, kind, snapshot, { nth, isRepeat, id, standing }),
  };
}

/** The letter counts whether or not its text could be kept at hand. */
async function keep(ctx: Context, id: ParticipationId, byHand: Copy[]): Promise<void> {
  try {
    await ctx.env.SITES.put(copyKey(id), JSON.stringify(byHand), { expirationTtl: COPY_SECONDS });
  } catch (error) {
    ctx.log.error("letters.copy", error);
  }
}

async function copiesOf({ ctx, snapshot, done }: ThanksProps): Promise<Copy[]> {
  const { source } = letterSettingsOf(snapshot.action.settings);
  const isPossible = source.from !== "fixed" || source.people.some(({ email }) => email === "");
  if (!done?.id || !isPossible) return [];
  try {
    return copies.safeParse(await ctx.env.SITES.get(copyKey(done.id), "json")).data ?? [];
  } catch (error) {
    ctx.log.error("letters.copy", error);
    return [];
  }
}

/** The letters that offices take through their own form only: the text to copy, and the way there. */
export async function Thanks(props: ThanksProps) {
  const { t } = props;
  const byHand = await copiesOf(props);
  if (byHand.length === 0) return null;
  return (
    <section class="panel by-hand">
      <h2>{t("letters.byHand.title", { count: byHand.length })}</h2>
      <p>{t("letters.byHand.text")}</p>
      <ol>
        {byHand.map(({ name, office, form, phone, text }, index) => (
          <li>
            <h3 dir="auto">
              {name} <span class="fine">{office}</span>
            </h3>
            <label class="visually-hidden" for={`f-copy-${index}`}>
              {t("letters.byHand.letter", { name })}
            </label>
            <textarea id={`f-copy-${index}`} class="input" rows={5} readonly dir="auto">
              {text}
            </textarea>
            <div class="button-row">
              <CopyButton t={t} text={text} label={t("letters.byHand.copy")} />
              {form === "" ? null : (
                <a class="button button-primary" href={form} target="_blank" rel="noopener noreferrer">
                  {t("letters.byHand.open")}
                </a>
              )}
            </div>
            {phone === "" ? null : (
              <p class="fine">
                {t("letters.byHand.phone")} <a href={`tel:${phone.replace(/[^\d+]/g, "")}`}>{phone}</a>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
