import type { Env } from "../../env";
import type { Weight } from "./paper";

const files: Record<Weight, string> = { plain: "DejaVuSans.ttf", bold: "DejaVuSans-Bold.ttf" };

/** The typeface of our PDFs, both weights. Throws when public/fonts has it not, which is a broken deployment. */
export async function fontsOf(env: Env): Promise<Record<Weight, Uint8Array>> {
  const [plain, bold] = await Promise.all([fontFile(env, files.plain), fontFile(env, files.bold)]);
  return { plain, bold };
}

async function fontFile({ ASSETS, PLATFORM_ORIGIN }: Env, name: string): Promise<Uint8Array> {
  const response = await ASSETS.fetch(new URL(`/fonts/${name}`, PLATFORM_ORIGIN));
  if (!response.ok)
    throw new Error(`the font ${name} is not among the files of public/ (${response.status})`);
  return response.bytes();
}
