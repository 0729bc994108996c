import { expect, it } from "vitest";
import { failureOf, permanentErrors, temporaryErrors } from "./errors";

function coded(code: string): Error {
  return Object.assign(new Error("the provider said no"), { code });
}

it.each([...permanentErrors, "E_HEADER_NOT_ALLOWED", "E_HEADER_VALUE_INVALID"])("%s is final", (code) => {
  expect(failureOf(coded(code))).toEqual({ outcome: "permanent", reason: code });
});

it.each(temporaryErrors)("%s may be tried again", (code) => {
  expect(failureOf(coded(code))).toEqual({ outcome: "transient", reason: code });
});

it.each(["E_DELIVERY_FAILED", "E_INTERNAL_SERVER_ERROR", "E_SOMETHING_NEW"])(
  "after %s the mail may have left",
  (code) => {
    expect(failureOf(coded(code))).toEqual({ outcome: "unknown", reason: code });
  },
);

it("the code is found in the words when the error carries no code", () => {
  expect(failureOf(new Error("E_RATE_LIMIT_EXCEEDED: slow down"))).toEqual({
    outcome: "transient",
    reason: "E_RATE_LIMIT_EXCEEDED",
  });
});

it.each([new Error("Network connection lost."), "gone", null, undefined])(
  "no answer (%s) is unknown",
  (error) => {
    expect(failureOf(error)).toEqual({ outcome: "unknown", reason: "no_answer" });
  },
);
