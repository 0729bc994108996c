export { homeOf } from "./objects";
