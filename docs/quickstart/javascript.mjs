// Needs API_URL (such as https://example.org/api/v2) and API_KEY, a key that may do everything.
const { API_URL, API_KEY } = process.env;

async function call(path, body) {
  const response = await fetch(`${API_URL}${path}`, {
    method: body ? "POST" : "GET",
    headers: { "OSDI-API-Token": API_KEY, "Content-Type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // A key has four requests a second.
  if (response.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return call(path, body);
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${answer.error}`);
  return answer;
}

// Makes a petition to count signatures that are collected elsewhere, and records one.
const petition = await call("/petitions", { title: "Clean air for every school" });
const id = petition.identifiers[0].replace("action_network:", "");
const signature = await call(`/petitions/${id}/signatures`, {
  person: { given_name: "Cleo", email_addresses: [{ address: "cleo@javascript.example" }] },
  comments: "For my children",
});
console.log("recorded", signature.identifiers[0]);

// Reads it back at once.
const { total_records } = await call(`/petitions/${id}/signatures`);
console.log("signatures", total_records);
