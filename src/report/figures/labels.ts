/** A label and the height of the point that it names. */
export interface Wanted {
  readonly y: number;
}

/**
 * Heights for labels of one column, at least `spacing` apart and within low … high, each as near as possible to its point: neighbours
 * that collide become a block around the mean of their points.
 */
export function spreadLabels(labels: readonly Wanted[], spacing: number, low: number, high: number): number[] {
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].y - labels[b].y || a - b);
  type Block = { members: number[]; centre: number };
  const blocks: Block[] = [];
  for (const index of order) {
    blocks.push({ members: [index], centre: labels[index].y });
    for (;;) {
      const last = blocks.at(-1) as Block;
      const half = ((last.members.length - 1) * spacing) / 2;
      last.centre = Math.min(Math.max(last.centre, low + half), high - half);
      const before = blocks.at(-2);
      if (!before) break;
      const needed = ((before.members.length + last.members.length) * spacing) / 2;
      if (last.centre - before.centre >= needed - 1e-9) break;
      const members = [...before.members, ...last.members];
      const centre = members.reduce((sum, member) => sum + labels[member].y, 0) / members.length;
      blocks.splice(-2, 2, { members, centre });
    }
  }
  const heights = new Array<number>(labels.length);
  for (const { members, centre } of blocks) {
    members.forEach((member, place) => {
      heights[member] = centre + (place - (members.length - 1) / 2) * spacing;
    });
  }
  return heights;
}
