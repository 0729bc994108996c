import { describe, expect, it } from "vitest";
import { readTargetFile } from "./file";
import { LIST_TARGETS_MAX } from "./types";

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
const read = (text: string) => readTargetFile(bytes(text), "CA");

async function targetsOf(text: string) {
  const file = await read(text);
  if (file.is !== "read") throw new Error(file.why);
  return file;
}

describe("a file of targets", () => {
  it("is read with its headings in any order, spelling and language", async () => {
    const { targets } = await targetsOf(
      "Courriel;Nom;code postal;district;Langue\nmairie@ville.example;Hélène Brandt;H2X, H2Y;CA-07;français\n",
    );
    expect(targets).toMatchObject([
      {
        ...{ name: "Hélène Brandt", email: "mairie@ville.example", language: "fr" },
        ...{ prefixes: ["H2X", "H2Y"], districts: ["CA-7"] },
      },
    ]);
  });

  it("takes the format other platforms use", async () => {
    const { targets, ignored } = await targetsOf(
      "title,first_name,last_name,zip_code,country,gender,email,phone\nMayor,Helen,Brandt,M4M,CA,F,h@city.example,416 555 0100\n",
    );
    expect(targets).toMatchObject([
      { name: "Helen Brandt", title: "Mayor", phone: "+14165550100", prefixes: ["M4M"] },
    ]);
    expect(ignored).toEqual(["country", "gender"]);
  });

  it("is read although a spreadsheet on Windows wrote it", async () => {
    const text = new Uint8Array(
      [..."name,email\nH"]
        .map((c) => c.charCodeAt(0))
        .concat(0xe9, ..."l,h@x.example".split("").map((c) => c.charCodeAt(0))),
    );
    const file = await readTargetFile(text.buffer, "CA");
    expect(file.is === "read" && file.targets[0]?.name).toBe("Hél");
  });

  it("leaves out each line with a mistake and says which", async () => {
    const { targets, problems } = await targetsOf(
      [
        "name,email,phone,language,postal prefixes",
        "Right,right@x.example,,,M4*",
        ",nobody@x.example,,,",
        "Bad mail,not an address,,,",
        "Bad phone,,12,,",
        "Klingon,k@x.example,,tlh,",
        "Bad prefix,b@x.example,,,Québec",
        "Silent,,,,",
        "Right,right@x.example,,,M4",
      ].join("\n"),
    );
    expect(targets.map(({ name }) => name)).toEqual(["Right"]);
    expect(problems.map(({ line, problem }) => [line, problem])).toEqual([
      [3, "noName"],
      [4, "email"],
      [5, "phone"],
      [6, "language"],
      [7, "prefix"],
      [8, "unreachable"],
      [9, "repeated"],
    ]);
  });

  it("lets nothing hostile through: controls, line breaks in a cell, headers in an address, very long cells", async () => {
    const { targets, problems } = await targetsOf(
      [
        "name,title,email",
        '"Two\r\nlines\u0000\u202e",=cmd|calc,two@x.example',
        'Injected,,"a@x.example\r\nBcc: b@x.example"',
        `${"x".repeat(500)},,long@x.example`,
        "<script>alert(1)</script>,,markup@x.example",
      ].join("\n"),
    );
    expect(targets.map(({ name }) => name)).toEqual(["Two lines", "<script>alert(1)</script>"]);
    expect(problems.map(({ problem }) => problem)).toEqual(["email", "nameLong"]);
  });

  it("is refused whole when it is no such table", async () => {
    expect(await read("")).toEqual({ is: "unreadable", why: "empty" });
    expect(await read("name,email\n")).toEqual({ is: "unreadable", why: "empty" });
    expect(await read("a,b\n1,2\n")).toEqual({ is: "unreadable", why: "noNameColumn" });
    expect(await read('name,email\n"open,x@x.example\n')).toEqual({ is: "unreadable", why: "broken" });
    expect(await read(`name,email\n${"a,a@x.example\n".repeat(LIST_TARGETS_MAX + 1)}`)).toEqual({
      ...{ is: "unreadable", why: "tooMany" },
    });
    const png = await readTargetFile(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 10, 1, 2, 3]).buffer, "CA");
    expect(png.is).toBe("unreadable");
  });
});
