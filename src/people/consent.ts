/**
 * What people consented to. The first answer on an action is in the participation it came with, so that a signature writes no
 * row for it; all others are rows of `consent_events`. The view `consents` is both, for a statement that binds the person;
 * `consentsOf` is both for one that finds the person on its way.
 */
export { consentsOf, unfoldConsents } from "./store";
