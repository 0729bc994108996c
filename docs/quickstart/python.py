"""Needs API_URL (such as https://example.org/api/v2) and API_KEY, a key that may do everything."""

import json
import os
import time
import urllib.error
import urllib.request

API = os.environ["API_URL"]
KEY = os.environ["API_KEY"]


def call(url, body=None):
    headers = {"OSDI-API-Token": KEY, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        if refused.code != 429:
            raise
    # A key has four requests a second.
    time.sleep(1)
    return call(url, body)


# Adds somebody to the list, or finds them by their address.
person = {"given_name": "Bo", "email_addresses": [{"address": "bo@python.example"}]}
added = call(f"{API}/people", {"person": person})
print("added", added["identifiers"][0])

# Walks all people, page by page.
url, names = f"{API}/people", []
while url:
    page = call(url)
    names += [each.get("given_name", "") for each in page["_embedded"]["osdi:people"]]
    url = page["_links"].get("next", {}).get("href")
print("people", ", ".join(names))
