import { choosing } from "./conditions";
import type { Problem, Problems } from "./editing";
import type { Question } from "./types";

/** What no schema of one question can see: choices too few, limits crossed, conditions that lead nowhere. */
export function questionProblems(questions: readonly Question[]): Problems {
  const problems: Problems = {};
  for (const [row, question] of questions.entries()) {
    const note = (field: string, problem: Problem | null) => {
      if (problem) problems[`questions.${row}.${field}`] = problem;
    };
    note("choices", choicesProblem(question));
    note("max", rangeProblem(question));
    note("value", valueProblem(question));
    note("showIf", conditionProblem(question, questions.slice(0, row)));
  }
  return problems;
}

function choicesProblem({ type, choices }: Question): Problem | null {
  const least = type === "checkboxes" ? 1 : 2;
  if (!choosing.includes(type) || choices.length >= least) return null;
  return { key: "actions.problems.choices", values: { count: least } };
}

function rangeProblem({ min, max }: Question): Problem | null {
  return min !== null && max !== null && min > max ? { key: "actions.problems.range" } : null;
}

function valueProblem({ type, value, choices }: Question): Problem | null {
  const isAllowed = value === "" || choices.length === 0 || choices.includes(value);
  return type === "hidden" && !isAllowed ? { key: "actions.problems.hiddenValue" } : null;
}

function conditionProblem({ showIf }: Question, earlier: readonly Question[]): Problem | null {
  if (!showIf) return null;
  const source = earlier.find(({ key }) => key === showIf.key);
  const isPossible =
    source &&
    choosing.includes(source.type) &&
    showIf.anyOf.every((answer) => source.choices.includes(answer));
  return isPossible ? null : { key: "actions.problems.condition" };
}
