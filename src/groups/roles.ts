import type { Role } from "./types";

export const permissions = [
  "actions.view",
  "actions.edit",
  "actions.publish",
  "people.view",
  "people.edit",
  "people.import",
  "people.export",
  "mailings.view",
  "mailings.edit",
  // Whoever writes a mailing may not send it: that is a permission of its own, and under a ceiling for organisers.
  "mailings.send",
  "participations.remove",
  "payments.manage",
  "settings.edit",
  "members.view",
  "members.edit",
  "group.delete",
] as const;
export type Permission = (typeof permissions)[number];

// An organiser is a volunteer: they write actions and never see people's data.
const granted: Record<Role, readonly Permission[]> = {
  organiser: ["actions.view", "actions.edit", "mailings.view", "mailings.edit"],
  administrator: permissions.filter((permission) => permission !== "group.delete"),
  owner: permissions,
};

/** Whether a role carries a permission. */
export function can(role: Role, permission: Permission): boolean {
  return granted[role].includes(permission);
}

/** Whether someone may turn one role into another (null: not a member). Only an owner makes or unmakes an owner. */
export function canChangeRole(by: Role, from: Role | null, to: Role | null): boolean {
  if (!can(by, "members.edit")) return false;
  return by === "owner" || (from !== "owner" && to !== "owner");
}
