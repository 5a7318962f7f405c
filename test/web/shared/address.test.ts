import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

// The page's address changes at once when a link is followed; the event comes later, as another task.
const location = { hash: "#/playground?data=rings" };
const history = {
  replaceState: (_data: null, _title: string, hash: string) => {
    location.hash = hash;
  },
};
let hashChanged: () => void;
let shared: typeof import("../../../web/app/shared/address.ts");

describe("the address of the app", () => {
  beforeAll(async () => {
    vi.stubGlobal("location", location);
    vi.stubGlobal("history", history);
    vi.stubGlobal("addEventListener", (_: string, listener: () => void) => {
      hashChanged = listener;
    });
    shared = await import("../../../web/app/shared/address.ts");
  });
  afterAll(() => vi.unstubAllGlobals());

  const follow = (hash: string) => {
    location.hash = hash;
  };
  beforeEach(() => {
    follow("#/playground?data=rings");
    hashChanged();
  });

  test("values are kept in it, and a link that contains what is shown changes nothing", () => {
    shared.keepInAddress({ data: "rings", layers: "tanh:4,relu:2" });
    expect(location.hash).toBe("#/playground?data=rings&layers=tanh:4,relu:2");
    expect(shared.address.value.values).toEqual({ data: "rings", layers: "tanh:4,relu:2" });
    const before = shared.address.value;
    shared.keepInAddress({ data: "rings", layers: "tanh:4,relu:2" });
    expect(shared.address.value).toBe(before);
  });

  test("a link that is followed while values are about to be written is not lost", () => {
    follow("#/playground?points=100");
    shared.keepInAddress({ data: "rings", inputs: "x,y,xx" });
    expect(location.hash).toBe("#/playground?points=100");
    hashChanged();
    expect(shared.address.value).toEqual({ view: "playground", values: { points: "100" } });
    shared.keepInAddress({ points: "200" });
    expect(location.hash).toBe("#/playground?points=200");
  });
});
