import type { Part, Report, Section } from "../../src/report/document.ts";
import { formatCount, percent } from "../../src/report/format.ts";
import { markup, plainText } from "../../src/report/markup.ts";
import { adamSection, adamUpdateSection } from "./adam.ts";
import { figure, text } from "./blocks.ts";
import { assignmentCellsSection } from "./cells.ts";
import { decaySection, erratumSection, sgdUpdateSection } from "./decay.ts";
import { problem1Figures } from "./figures.ts";
import { dataSection, layerSections } from "./layers.ts";
import { networkSections, tinynetCloserSection, tinynetSection } from "./networks.ts";
import type { Problem1Results } from "./results.ts";

/** The report in the assignment's order, for the page. */
export function problem1Report(results: Problem1Results): Report {
  const parts: readonly Part[] = [
    { title: "Layers and losses", sections: [dataSection(results), ...layerSections(results)] },
    { title: "Networks", sections: [...networkSections(results), tinynetCloserSection(results)] },
    {
      title: "Optimizers and regularizers",
      sections: [
        sgdUpdateSection(results),
        decaySection(results),
        erratumSection(results),
        adamUpdateSection(results),
        adamSection(results),
        allTogether(results),
      ],
    },
  ];
  const cells = assignmentCellsSection(
    results,
    parts.flatMap(({ sections }) => sections),
  );
  return {
    ...head(results, "Fully connected networks, by hand"),
    parts: [...parts, { title: "Overview", sections: [cells] }],
  };
}

export interface Author {
  readonly name: string;
  /** such as a student number */
  readonly id?: string | undefined;
}

/** Parts of the PDF only: the author and the code. */
export interface SolutionOptions {
  readonly author?: Author | undefined;
  /** source files by the name that is shown */
  readonly listings?: readonly { readonly name: string; readonly code: string }[];
}

/** The same for the PDF: the assignment's three items first, in its order, then everything else. */
export function problem1Solution(results: Problem1Results, { author, listings = [] }: SolutionOptions = {}): Report {
  const numbered = (number: number, section: Section): Section => ({
    ...section,
    title: `${number}. ${plainText(section.title)}`,
  });
  const [small, dropout] = networkSections(results);
  const solution = [
    numbered(1, tinynetSection(results)),
    numbered(2, decaySection(results)),
    numbered(3, adamSection(results)),
  ];
  const others = [
    dataSection(results),
    ...layerSections(results),
    small,
    dropout,
    tinynetCloserSection(results),
    sgdUpdateSection(results),
    erratumSection(results),
    adamUpdateSection(results),
    allTogether(results),
  ];
  const common = head(results, "Problem 1: solution");
  const by = author && (author.id === undefined ? author.name : `${author.name} (${author.id})`);
  return {
    ...common,
    ...(by !== undefined && { subtitle: `${by} · ${plainText(common.subtitle)}` }),
    parts: [
      {
        title: "Solution",
        sections: solution,
      },
      {
        title: "Appendix",
        sections: [
          ...others,
          assignmentCellsSection(results, [...solution, ...others]),
          ...(listings.length > 0 ? [listingsSection(listings)] : []),
        ],
      },
    ],
  };
}

function listingsSection(listings: NonNullable<SolutionOptions["listings"]>): Section {
  return {
    id: "listings",
    title: "The code",
    blocks: [
      text(
        "The files with the assignment’s layers, loss, regularizers, optimizers and training step, without their imports.",
      ),
      ...listings.flatMap(({ name, code }) => [
        text(markup`**${name}**`),
        { kind: "code" as const, lines: code.split("\n"), small: true },
      ]),
    ],
  };
}

function allTogether(results: Problem1Results): Section {
  return {
    id: "all-together",
    title: "All runs together",
    blocks: [figure(problem1Figures.adamAll(results))],
  };
}

function head(results: Problem1Results, title: string): Omit<Report, "parts"> {
  const { checks, tinynet, runs, data, plan, kernels } = results;
  const passed = checks.checks.filter((check) => check.passed).length;
  const compared = [tinynet.run, ...Object.values(runs)].flatMap(({ reference }) => (reference ? [reference] : []));
  const total = (key: "rows" | "equalRows" | "publishedRows" | "equalPublishedRows"): number =>
    compared.reduce((sum, reference) => sum + reference[key], 0);
  const rows = (equal: number, of: number): string => (of > 0 ? `${equal} of ${of}` : "–");
  return {
    title,
    subtitle: `CIFAR-100’s 20 superclasses, TypeScript, Handgrad · float64, kernels: ${kernels}`,
    warnings: warningsOf(results),
    summary: [
      ["TinyNet, validation", percent(tinynet.validation.accuracy)],
      ["TinyNet, test", percent(tinynet.test.accuracy)],
      ["checks passed", `${passed} of ${checks.checks.length}`],
      ...(data.standIn
        ? []
        : ([
            ["epochs equal to the published", rows(total("equalPublishedRows"), total("publishedRows"))],
            ["epochs equal to the reference", rows(total("equalRows"), total("rows"))],
          ] as const)),
      ["epochs trained", `${plan.tinynet.epochs} + 7 × ${plan.comparison.epochs}`],
    ],
  };
}

function warningsOf({ data, plan }: Problem1Results): string[] {
  const warnings: string[] = [];
  if (data.standIn) {
    warnings.push(
      "STAND-IN DATA: CIFAR-100 was not found. All trainings here use drawn images and say nothing about CIFAR-100.",
    );
  }
  if (plan.quick) {
    const { tinynet, comparison } = plan;
    warnings.push(
      `QUICK RUN: TinyNet for ${tinynet.epochs} epochs instead of 5; the comparisons for ${comparison.epochs} epochs instead of 50, on ${formatCount(comparison.trainImages)} training and ${formatCount(comparison.validationImages)} validation images instead of 20,000 and 10,000. The curves show that every step works; they do not reproduce the assignment’s figures.`,
    );
  }
  return warnings;
}
