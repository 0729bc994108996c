import { expect, test } from "vitest";
import { can, canChangeRole, permissions } from "./roles";

test("an organiser works on actions, writes mailings without sending them, and sees nobody's data", () => {
  expect(permissions.filter((permission) => can("organiser", permission))).toEqual([
    "actions.view",
    "actions.edit",
    "mailings.view",
    "mailings.edit",
  ]);
});

test("an administrator may do all but delete the group", () => {
  const missing = permissions.filter((permission) => !can("administrator", permission));
  expect(missing).toEqual(["group.delete"]);
});

test("an owner may do everything", () => {
  expect(permissions.every((permission) => can("owner", permission))).toBe(true);
});

test.each([
  ["owner", "organiser", "owner", true],
  ["owner", "owner", null, true],
  ["administrator", "organiser", "administrator", true],
  ["administrator", "administrator", null, true],
  ["administrator", null, "administrator", true],
  ["administrator", "organiser", "owner", false],
  ["administrator", "owner", "organiser", false],
  ["administrator", "owner", null, false],
  ["administrator", null, "owner", false],
  ["organiser", null, "organiser", false],
  ["organiser", "organiser", "administrator", false],
] as const)("%s turning %s into %s: %s", (by, from, to, may) => {
  expect(canChangeRole(by, from, to)).toBe(may);
});
