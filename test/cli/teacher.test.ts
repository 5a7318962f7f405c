import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test, vi } from "vitest";
import { withTeacher } from "../../cli/teacher.ts";
import {
  type DataSource,
  encodeModel,
  Linear,
  modelOf,
  parseSettings,
  RandomState,
  readRecord,
  Sequential,
} from "../../src/node.ts";
import { commandsInNewFolder } from "./process.ts";

const { folder: parent, handgrad } = commandsInNewFolder();
const common = "--data stand-in --train-images 400 --epochs 2 --no-report";

test("a run learns from another one, is resumed with it, and not with another", { timeout: 120_000 }, async () => {
  expect((await handgrad(`train ${common} --layers 3072,12,20 --out big`)).code).toBe(0);
  const student = `train ${common} --layers 3072,6,20 --teacher big`;
  const { code, output } = await handgrad(`${student} --out small`);
  expect(code, output).toBe(0);
  expect(output).toContain(`teacher   ${resolve(parent, "big")}, weight 0.9`);
  const { config, loss } = readRecord(join(parent, "small"));
  expect(config).toMatchObject({ teacher: { model: resolve(parent, "big"), weight: 0.9 } });
  const plain = await handgrad(`train ${common} --layers 3072,6,20 --out plain`);
  expect(plain.output).not.toContain("teacher");
  expect(readRecord(join(parent, "plain")).loss).not.toEqual(loss);

  // The command of the start is accepted
  const resumed = await handgrad(`${student} --resume small --epochs 3`);
  expect(resumed.code, resumed.output).toBe(0);
  const whole = await handgrad(`${student} --epochs 3 --out whole`);
  expect(whole.code).toBe(0);
  expect(readRecord(join(parent, "small")).loss).toEqual(readRecord(join(parent, "whole")).loss);
  const evaluated = await handgrad("evaluate small --data stand-in");
  expect(evaluated.code, evaluated.output).toBe(0);

  cpSync(join(parent, "plain/model.safetensors"), join(parent, "big/model.safetensors"));
  const changed = await handgrad("train --resume small --epochs 4");
  expect(changed).toMatchObject({
    code: 1,
    output: expect.stringContaining("expected the teacher that the run was started with"),
  });
  const other = await handgrad(`${student.replace("big", "plain")} --resume small --epochs 4`);
  expect(other.code).not.toBe(0);
});

test("a teacher that is missing, or of other data, is refused", { timeout: 60_000 }, async () => {
  const missing = await handgrad(`train ${common} --teacher nowhere`);
  expect(missing).toMatchObject({ code: 1, output: expect.stringContaining("no such run folder or model file") });
  expect((await handgrad(`train ${common} --layers 3072,6,20 --out teacher`)).code).toBe(0);
  const folds = await handgrad(`train data.csv --target x --cv 3 --teacher teacher`);
  expect(folds).toMatchObject({
    code: 2,
    output: expect.stringContaining("--teacher: expected one training, found a cross-validation"),
  });
  const shards = await handgrad(`train ${common} --teacher teacher --shards 2 --batch-size 10`);
  expect(shards).toMatchObject({ code: 2, output: expect.stringContaining("teacher: expected no shards beside it") });
});

test("a teacher that may have seen the test rows is warned of", () => {
  const network = new Sequential([new Linear(2, 2, { random: new RandomState(1) })]);
  const trainedOn = (seed: number) => {
    const model = modelOf(network, { inputShape: [2], training: { data: { path: "/pictures", seed } } });
    writeFileSync(join(parent, "teacher.safetensors"), encodeModel(model));
    const settings = parseSettings({ teacher: { model: join(parent, "teacher.safetensors") } });
    const source = { kind: "images", request: { path: "/pictures", seed: 1 } } as DataSource;
    const warned = vi.spyOn(console, "error").mockImplementation(() => {});
    const { teacher } = withTeacher(settings, source).source;
    const warnings = warned.mock.calls.flat();
    warned.mockRestore();
    expect(teacher?.labelNames).toEqual(["class 0", "class 1"]);
    return warnings;
  };
  expect(trainedOn(1)).toEqual([]);
  expect(trainedOn(2)).toEqual([expect.stringMatching(/another division of the same data.* --seed 1$/)]);
});

test("a failed step with a teacher can be repeated", { timeout: 60_000 }, async () => {
  expect((await handgrad(`train ${common} --layers 3072,6,20 --out good`)).code).toBe(0);
  const failed = await handgrad(`train ${common} --layers 3072,6,20 --learning-rate 1e38 --teacher good --out bad`);
  expect(failed.code).toBe(1);
  const [, file] = /handgrad replay (\S+)/.exec(failed.output) ?? [];
  const replayed = await handgrad(`replay ${file}`);
  const [, message] = /(step \d+ \(epoch.*?)[,;]/.exec(failed.output) ?? [];
  expect(message).toBeDefined();
  expect(replayed.output).toContain(message);
});
