export { NUMBER_MAX, readNumber } from "../platform/written-number";
