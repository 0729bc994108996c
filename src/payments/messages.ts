import { z } from "zod";

/** On the EVENTS queue, in development alone: the test provider disputes a charge now. */
export const testBankDue = z.object({ type: z.literal("test_bank.due"), payment: z.string().max(100) });
export type TestBankDue = z.infer<typeof testBankDue>;
