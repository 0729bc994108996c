import { expect, it } from "vitest";
import { GroupCommit } from "./group-commit";

it("lets calls that come together go on in one breath, in the order they came", async () => {
  const commit = new GroupCommit();
  const said: string[] = [];
  const call = async (name: string) => {
    await commit.join();
    said.push(name);
    // Whatever another turn of the event loop brings comes after all of them.
    setTimeout(() => said.push("another turn"), 0);
  };
  await Promise.all([call("first"), call("second"), call("third")]);
  expect(said).toEqual(["first", "second", "third"]);
});

it("has whoever comes later wait for the next", async () => {
  const commit = new GroupCommit();
  const first = commit.join();
  await first;
  const second = commit.join();
  expect(second).not.toBe(first);
  expect(commit.join()).toBe(second);
  await second;
});
