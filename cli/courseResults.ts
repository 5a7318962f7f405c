import { Command } from "commander";
import type { ReportFlags, TrainFlags, VerifyFlags } from "./courseTraining.ts";
import { count } from "./numberOption.ts";

// `course train`, `report` and `verify`: their work needs the whole library, which `course check` must not wait for.

/** handgrad course train | report | verify */
export function resultCommands(): Command[] {
  const train = new Command("train")
    .description("train TinyNet with your code, once its exercises are right, and write report, PDF and notebook")
    .option("--dir <dir>", "folder of your project", ".")
    .option("--data <dir>", "folder with CIFAR-100, or `stand-in` (default: found, downloaded, or the stand-in)")
    .option("--epochs <n>", "epochs to train for; the published run has 5", count, 5);
  const report = new Command("report")
    .description("write report, PDF and notebook again, with your answers as they are now")
    .option("--dir <dir>", "folder of your project", ".");
  for (const command of [train, report])
    command
      .option("--author <name>", "your name, for the first page (default: as before)")
      .option("--author-id <id>", "your ID, such as a student number");
  const verify = new Command("verify")
    .description("confirm that PDF, notebook and points belong to the code of a project")
    .option("--dir <dir>", "folder of the project", ".")
    .option("--pdf <file>", "the PDF (default: the one in the folder)")
    .option("--notebook <file>", "the notebook (default: the one in the folder)")
    .option("--train", "also train again and compare every loss and accuracy")
    .option("--data <dir>", "folder with CIFAR-100 for --train");
  return [
    train.action(async (flags: TrainFlags) => (await import("./courseTraining.ts")).trainCourse(flags)),
    report.action(async (flags: ReportFlags) => (await import("./courseTraining.ts")).reportCourse(flags)),
    verify.action(async (flags: VerifyFlags) => (await import("./courseTraining.ts")).verifyCourse(flags)),
  ];
}
