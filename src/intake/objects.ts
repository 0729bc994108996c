import type { Env } from "../env";
import { regionOfObject } from "./place";
import type { IntakeTarget } from "./types";

/** The intake object of that name, in the jurisdiction its group must stay in. */
export function intakeStub(env: Env, jurisdiction: IntakeTarget["jurisdiction"], name: string) {
  const namespace = jurisdiction === "" ? env.INTAKE : env.INTAKE.jurisdiction(jurisdiction);
  return namespace.getByName(name, { locationHint: regionOfObject(name) });
}

/** The home of an action: it knows the action's intake objects and adds up their numbers. */
export function homeOf(env: Env, target: Pick<IntakeTarget, "actionId" | "jurisdiction">) {
  const namespace = target.jurisdiction === "" ? env.HOME : env.HOME.jurisdiction(target.jurisdiction);
  return namespace.getByName(`${target.actionId}/home`);
}
