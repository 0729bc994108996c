type Sent = Exclude<Parameters<SendEmail["send"]>[0], EmailMessage>;

/** The one vendor, faked: it remembers what it was given and answers what the test wants (an Error: it refuses). */
export function fakeEmail(answer: (attempt: number, message: Sent) => string | Error = (n) => `m-${n}`) {
  const sent: Sent[] = [];
  const send = async (message: Sent) => {
    sent.push(message);
    const reply = answer(sent.length, message);
    if (reply instanceof Error) throw reply;
    return { messageId: reply };
  };
  return { sent, binding: { send } as SendEmail };
}

/** A refusal as the provider words it. */
export function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: the provider said no`), { code });
}

/** A queue that only remembers, so that a test decides what arrives, in which order and how often. */
export function fakeQueue<Body = unknown>() {
  const sent: { body: Body; delaySeconds: number }[] = [];
  const keep = (body: Body, options: QueueSendOptions = {}) => {
    sent.push({ body: structuredClone(body), delaySeconds: options.delaySeconds ?? 0 });
  };
  const binding = {
    send: async (body: Body, options?: QueueSendOptions) => keep(body, options),
    sendBatch: async (messages: Iterable<MessageSendRequest<Body>>, options?: QueueSendBatchOptions) => {
      for (const { body, ...own } of messages) keep(body, { ...options, ...own });
    },
  };
  return { sent, binding: binding as unknown as Queue };
}
