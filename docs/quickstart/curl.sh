#!/bin/sh
# Needs API_URL (such as https://example.org/api/v2) and API_KEY, a key that may do everything.
set -eu

# A key has four requests a second; curl waits and asks again where one is refused for that.
call() {
  curl --silent --show-error --fail --max-time 30 --retry 3 \
    --header "OSDI-API-Token: $API_KEY" --header "Content-Type: application/json" "$@"
}

# Adds somebody to the list, or finds them by their address.
call --data '{"person": {"given_name": "Ada", "email_addresses": [{"address": "ada@curl.example"}]}}' "$API_URL/people"
echo

# Finds them again.
call --get --data-urlencode "filter=email_address eq 'ada@curl.example'" "$API_URL/people"
echo
