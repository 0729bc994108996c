import type { Env } from "../env";
import type { Group } from "../groups/types";
import type { DriverRef } from "./types";

/** What a driver is told of its mailing. */
export function refOf({ no, id, shard, jurisdiction }: Group, mailingNo: number): DriverRef {
  return { group: { no, id, shard, jurisdiction }, mailingNo };
}

/** The object that drives a mailing, in the jurisdiction its group must stay in. */
export function driverOf(env: Env, { group, mailingNo }: DriverRef) {
  const { jurisdiction } = group;
  const namespace = jurisdiction === "" ? env.MAILING : env.MAILING.jurisdiction(jurisdiction);
  return namespace.getByName(`${group.id}/${mailingNo}`);
}
