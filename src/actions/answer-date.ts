export { DAY_MAX, DAY_MIN, readDay } from "../platform/written-day";
