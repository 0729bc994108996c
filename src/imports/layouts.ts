import type { ColumnRole } from "./types";

/** How another system writes its list of people. Headings are compared as `plainHeading` gives them. */
export type Layout = {
  name: string;
  /** A file with all of one of these sets of headings is of that system. */
  marks: readonly (readonly string[])[];
  /** What its headings mean, where the common words of `headings.ts` do not know them or would take them for something else. */
  columns: Readonly<Record<string, ColumnRole | "">>;
};

export const layouts: readonly Layout[] = [
  {
    // Reports of activists: `uuid`, `email`, `zip_code` and columns that begin with `can2_`, as scripts that read such
    // reports in public repositories list them.
    name: "Action Network",
    marks: [
      ["email", "can2 user tags"],
      ["email", "can2 subscription status"],
      ["email", "can2 phone"],
      ["uuid", "can2 user city"],
    ],
    columns: {
      "zip code": "postalCode",
      "can2 user address": "street",
      "can2 user city": "locality",
      "can2 user state": "region",
      "can2 state abbreviated": "region",
      "can2 phone": "phone",
      "can2 user tags": "tags",
      "can2 subscription status": "optIn",
      "can2 subscription date": "",
      "can2 sms status": "mobileOptIn",
      "can2 county": "",
      uuid: "",
    },
  },
  {
    // The columns of its table `core_user`, which its query reports and user exports are made of (ActionKit manual, core_user).
    name: "ActionKit",
    marks: [
      ["email", "akid"],
      ["email", "subscription status", "postal"],
      ["user id", "email", "first name", "postal"],
    ],
    columns: {
      address1: "street",
      address2: "street2",
      state: "region",
      zip: "",
      postal: "postalCode",
      lang: "language",
      "subscription status": "optIn",
      akid: "",
      // Its uploads of past gifts (ActionKit manual, donation uploads).
      "donation amount": "amount",
      "donation date": "date",
      "action created at": "date",
      "user id": "",
      source: "",
    },
  },
  {
    // Lists of EveryAction and VAN name the key VANID or "Voter File VANID" and write headings without spaces or with.
    name: "EveryAction / NGP VAN",
    marks: [["vanid"], ["voter file vanid"], ["van id", "preferred email"]],
    columns: {
      vanid: "",
      "van id": "",
      "voter file vanid": "",
      firstname: "givenName",
      lastname: "familyName",
      "preferred email": "email",
      preferredemail: "email",
      "personal email": "email",
      "preferred phone": "phone",
      "pref phone": "phone",
      preferredphone: "phone",
      "cell phone": "phone",
      cellphone: "phone",
      vaddress: "street",
      maddress: "",
      streetaddress: "street",
      "address line 1": "street",
      "address line 2": "street2",
      zip5: "postalCode",
      "zip postal": "postalCode",
      "state province": "region",
      "email subscription status": "optIn",
      "is subscribed": "optIn",
      "activist code": "tags",
      // Its reports of contributions, as scripts that read them in public repositories name their columns.
      "date received": "date",
      amount: "amount",
    },
  },
  {
    // Salsa Classic keys its supporters by `supporter_KEY`, with First_Name, Last_Name, Email and Receive_Email beside it
    // (fields of its `supporter` object); Engage writes "Supporter ID" and "Email Status".
    name: "Salsa",
    marks: [["supporter key"], ["supporter id", "email status"]],
    columns: {
      "supporter key": "",
      "supporter id": "",
      "receive email": "optIn",
      "email status": "optIn",
      "street 2": "street2",
      "address line 2": "street2",
      zip: "postalCode",
      "postal code": "postalCode",
      "cell phone": "phone",
    },
  },
  {
    // What a petition's starter downloads: names and places, and no address, so nobody can be found again by it.
    name: "Change.org",
    marks: [["name", "city", "state", "postal code", "country", "signed on"]],
    columns: { name: "fullName", "signed on": "date" },
  },
  {
    // Audience exports: merge fields first, then MEMBER_RATING, OPTIN_TIME, … LEID, EUID, NOTES, TAGS.
    name: "Mailchimp",
    marks: [
      ["member rating", "optin time"],
      ["leid", "euid"],
      ["email address", "member rating"],
    ],
    columns: {
      fname: "givenName",
      lname: "familyName",
      "phone number": "phone",
      address: "street",
      tags: "tags",
      status: "optIn",
      // The address as a machine guessed it from the sender's network.
      region: "",
      cc: "",
      "optin time": "",
      "confirm time": "",
      "last changed": "",
      timezone: "",
      notes: "",
    },
  },
  {
    // People exports: `nationbuilder_id`, `signup_type`, `email`, `mobile_number`, `primary_address1`, `primary_city`,
    // `primary_zip`, `tag_list`, as migration scripts in public repositories read them.
    name: "NationBuilder",
    marks: [["nationbuilder id"], ["signup type", "email"], ["email opt in", "tag list"]],
    columns: {
      "nationbuilder id": "",
      email1: "email",
      "mobile number": "phone",
      "phone number": "",
      "primary address1": "street",
      "primary address2": "street2",
      "primary city": "locality",
      "primary state": "region",
      "primary zip": "postalCode",
      "primary country": "country",
      "primary country code": "country",
      "email opt in": "optIn",
      "tag list": "tags",
      "mobile opt in": "mobileOptIn",
    },
  },
];
