/** How many supporters were asked to pass on a variant, and how many people joined by their links. */
export type Arm = { shown: number; joined: number };

/** People come in clusters, since one link in a large group brings many at once: each counts as half a proof. */
const PROOF = 0.5;
/** Before this much was seen, chance alone decides who is ahead. */
const SHOWN_MIN = 50;
const JOINED_MIN = 10;
/** From here on an organiser may act on it. */
const SURE = 0.95;
/** No variant falls below this while they are tested, so that one that had bad luck can come back. */
const WEIGHT_MIN = 0.1;

export type Verdict = "early" | "open" | "sure";

/**
 * The probability of each variant to be the one that brings most people per supporter. Sign-ups are counted as a Poisson
 * process; what is believed of a rate is then a gamma distribution, with all variants together as the first guess.
 */
export function chancesToBeBest(arms: readonly Arm[]): number[] {
  const all = arms.reduce((sum, arm) => ({ shown: sum.shown + arm.shown, joined: sum.joined + arm.joined }), {
    shown: 0,
    joined: 0,
  });
  const guess = (all.shown + 1) / (all.joined + 1);
  const beliefs = arms.map(({ shown, joined }) => ({
    shape: 1 + joined * PROOF,
    rate: guess + shown * PROOF,
  }));
  const chances = beliefs.map((one, at) =>
    integrate((z) => {
      const value = quantile(one, z);
      return beliefs.reduce(
        (product, other, its) => (its === at ? product : product * below(other, value)),
        1,
      );
    }),
  );
  const sum = chances.reduce((total, chance) => total + chance, 0);
  return chances.map((chance) => (sum > 0 ? chance / sum : 1 / arms.length));
}

/** Which is ahead, and whether that means anything yet. */
export function verdictOn(arms: readonly Arm[]): { verdict: Verdict; best: number; chances: number[] } {
  const chances = chancesToBeBest(arms);
  const best = chances.indexOf(Math.max(...chances));
  const joined = arms.reduce((sum, arm) => sum + arm.joined, 0);
  const isEarly = joined < JOINED_MIN || arms.some(({ shown }) => shown < SHOWN_MIN);
  return { verdict: isEarly ? "early" : (chances[best] ?? 0) >= SURE ? "sure" : "open", best, chances };
}

/** What each variant gets of the next supporters: its chance to be the best (Thompson sampling), at least a little. */
export function weightsFor(arms: readonly Arm[]): number[] {
  const { verdict, chances } = verdictOn(arms);
  if (verdict === "early") return arms.map(() => 1 / arms.length);
  const free = 1 - WEIGHT_MIN * arms.length;
  return chances.map((chance) => WEIGHT_MIN + free * chance);
}

type Gamma = { shape: number; rate: number };

// Wilson and Hilferty (1931): the cube root of a gamma variable is almost normal.
function quantile({ shape, rate }: Gamma, z: number): number {
  const root = 1 - 1 / (9 * shape) + z / Math.sqrt(9 * shape);
  return root <= 0 ? 0 : (shape / rate) * root ** 3;
}

function below({ shape, rate }: Gamma, value: number): number {
  return normal((Math.cbrt((value * rate) / shape) - 1 + 1 / (9 * shape)) * Math.sqrt(9 * shape));
}

const STEPS = 240;
const REACH = 6;

/** The mean of something over a standard normal variable. */
function integrate(of: (z: number) => number): number {
  const width = (2 * REACH) / STEPS;
  let sum = 0;
  for (let step = 0; step <= STEPS; step += 1) {
    const z = -REACH + step * width;
    sum += Math.exp((-z * z) / 2) * of(z);
  }
  return (sum * width) / Math.sqrt(2 * Math.PI);
}

/** The normal distribution function, to 7 digits (Abramowitz and Stegun 26.2.17). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - tail : tail;
}
