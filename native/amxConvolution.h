// Forward pass and input gradient of convolutions in bfloat16, with the matrix tiles of AMX, for windows with step 1. A unit of work is
// a patch: a part of an image's result or the results of several small images. What its windows read is converted once, into lines of
// pixels with zeros outside of the image, and read in place: the tile for a tap of the window is 16 consecutive pixels, some of which,
// at the ends of lines, belong to no result. The zeros after a line are also those before the next one, and zero lines between images
// belong to both. Each result is one sum over the taps and, for each tap, the channels.
#pragma once

#include "amxTiles.h"
#include "convolutionKernels.h"

namespace handgrad {
namespace {

/** Fewer channels would leave most of each tile empty. */
constexpr Index leastAmxChannels = 16;
constexpr Index amxMostPositions = 2048, amxMostSteps = 2048, amxLinesBytes = Index{1792} << 10, amxPreferredBytes = Index{768} << 10;
static_assert(amxLinesBytes + (amxMostPositions + blockSide) * blockSide * 4 + amxMostSteps * Index{sizeof(Index)} <= scratchBytes,
              "lines, sums and offsets fit into the memory");

/** Columns in whole tiles: strips of two, and a last one of one or two. */
inline Index tiledColumns(Index columns) { return divideUp(columns, tileSide) * tileSide; }

/** How windows are computed: the patches of the result, and the steps of their sums. */
struct AmxPatches {
  const Windows& windows;
  Index channels;              // of a pixel in the lines
  Index steps;                 // of a sum
  Index rows, columns;         // the size of a patch
  Index images = 1;            // of a patch; several only if their results are whole
  Index down, across;          // the number of patches of an image

  /** With patches of at most `mostRows` rows or `mostImages` images. */
  AmxPatches(const Windows& windows, Index mostRows, Index mostImages) : windows(windows) {
    const Axis &high = windows.axes[0], &wide = windows.axes[1];
    channels = divideUp(windows.depthChannels, stepDepth) * stepDepth;
    steps = high.taps * wide.taps * channels / stepDepth;
    columns = wide.count;
    while (columns > tileSide && (bytes(1) > amxPreferredBytes || width() > amxMostPositions)) columns = divideUp(columns, 2);
    rows = smaller(mostRows, high.count);
    while (rows > 1 && (bytes(rows) > amxPreferredBytes || rows * width() > amxMostPositions)) rows = divideUp(rows, 2);
    down = rows > 0 ? divideUp(high.count, rows) : 0;
    across = columns > 0 ? divideUp(wide.count, columns) : 0;
    const Index positions = height() * width(), most = amxMostPositions / 2;
    if (down == 1 && across == 1 && positions > 0 && 2 * positions <= most) {
      images = smaller(mostImages, smaller(most / positions, divideUp(amxPreferredBytes, positions * channels * 2)));
    }
  }

  /** The length of a line in pixels, and the lines from one image to the next. */
  Index width() const { return columns < windows.axes[1].count ? columns + span(1) : shared(1, columns); }
  Index height() const { return shared(0, rows); }
  Index lines(Index ofRows) const { return ofRows + span(0); }
  /** The bytes of an image's lines, with those that the last tile reads after them. */
  Index bytes(Index ofRows) const { return (lines(ofRows) * width() + blockSide) * channels * 2; }
  bool fit() const { return bytes(rows) <= amxPreferredBytes && rows * width() <= amxMostPositions && steps <= amxMostSteps; }

 private:
  /** The distance between the first tap and the last. */
  Index span(int i) const { return (windows.axes[i].taps - 1) * windows.axes[i].dilation; }
  /** How far apart `count` results and their windows are from the next ones if zeros on both sides are shared. */
  Index shared(int i, Index count) const {
    const Axis& axis = windows.axes[i];
    const Index own = count + span(i), content = axis.size - axis.offset, read = own + axis.offset;
    return smaller(own, larger(content, read));
  }
};

/** Whether the windows of this direction are computed here; this depends only on their shapes. */
template <class Direction>
inline bool usesAmx(const Convolution& c) {
  const Windows windows = Direction::of(c, 0);
  return windows.axes[0].step == 1 && windows.axes[1].step == 1 && windows.depthChannels >= leastAmxChannels &&
         AmxPatches(windows, windows.axes[0].count, 1).fit();
}

/** The start of the packed weights of a class and group. */
inline Index amxPanelsStart(const Convolution& c, const Windows& windows, Index channels, Index group) {
  const Index before = windows.axes[0].before * c.kernel[1] + windows.axes[0].taps * windows.axes[1].before;
  return (before * c.groups + group * windows.axes[0].taps * windows.axes[1].taps) * channels * tiledColumns(windows.columns) / 2;
}

template <class Direction>
void planAmxPanels(Arguments& arguments, Index) {
  const Convolution c(arguments);
  arguments.items = Direction::classes(c) * c.groups * divideUp(Direction::of(c, 0).columns, blockSide);
}

/** Weights as strips of two tiles, in the order of the sums. Arrays: the result, images, w, a bias or null, memory for the strips. */
template <class Direction>
void runAmxPanels(const Arguments& arguments, Lane& lane) {
  constexpr bool turned = Direction::weightsTransposed;
  const Convolution c(arguments);
  const float* const w = arrayOf<float>(arguments, 2);
  const Index strips = divideUp(Direction::of(c, 0).columns, blockSide);
  Index item;
  while (takeItem(lane, item)) {
    const Index j = item % strips * blockSide, group = item / strips % c.groups;
    const Windows windows = Direction::of(c, item / strips / c.groups);
    const AmxPatches patches(windows, windows.axes[0].count, 1);
    const Index used = smaller(blockSide, windows.columns - j), tapFloats = patches.channels / 2 * tiledColumns(used);
    float* to = arrayOf<float>(arguments, 4) + amxPanelsStart(c, windows, patches.channels, group) + j * patches.steps * tileSide;
    for (Index p = 0; p < windows.axes[0].taps; p++) {
      for (Index q = 0; q < windows.axes[1].taps; q++, to += tapFloats) {
        const float* const matrix = weightsOfTap(c, windows, w, group, p, q);
        packStrip<turned, turned>(matrix + (turned ? j * c.outputs : j), c.outputs, used, windows.depthChannels, to);
      }
    }
  }
}

/** A patch: rows [row, row + rows) and columns [column, column + columns) of the results of `images` images from n on. */
struct AmxPatch {
  Index n, images, group, row, rows, column, columns;
};

/** Converts the pixels that the windows of a patch read, `channels` numbers each, to lines of bfloat16. Zeros follow them. */
inline void packLines(const AmxPatches& patches, const float* images, const AmxPatch& patch, float* to) {
  const Windows& windows = patches.windows;
  const Axis &high = windows.axes[0], &wide = windows.axes[1];
  const Index width = patches.width(), height = patches.height(), pixel = patches.channels / 2, depth = windows.depthChannels;
  const bool contiguous = depth == windows.sourceChannels && depth == patches.channels;
  const Index first = patch.column + wide.offset, lines = (patch.images - 1) * height + patches.lines(patch.rows);
  const Index begin = smaller(width, first < 0 ? -first : 0), stop = smaller(width, wide.size - first), end = stop > begin ? stop : begin;
  for (Index line = 0; line < lines; line++, to += width * pixel) {
    const Index image = smaller(line / height, patch.images - 1), y = patch.row + high.offset + line - image * height;
    const bool inside = y >= 0 && y < high.size;
    const Index from = inside ? begin : width, until = inside ? end : width;
    for (Index i = 0; i < from * pixel; i += 16) store(to + i, Floats{});
    const float* source = images + (((patch.n + image) * high.size + y) * wide.size + first + from) * windows.sourceChannels + patch.group * depth;
    float* at = to + from * pixel;
    for (Index x = from; x < until; x += contiguous ? until - from : 1, source += windows.sourceChannels) {
      const Index numbers = contiguous ? (until - from) * depth : depth;
      for (Index k = 0; k < numbers; k += stepDepth, at += 16) store(at, pairNeighbours(source + k, numbers - k));
    }
    for (Index i = until * pixel; i < width * pixel; i += 16) store(to + i, Floats{});
  }
  for (Index i = 0; i < blockSide * pixel; i += 16) store(to + i, Floats{});
}

inline void amxPatch(const Arguments& arguments, const Convolution& c, const AmxPatches& patches, const AmxPatch& patch, char* scratch) {
  const Windows& windows = patches.windows;
  const Axis &high = windows.axes[0], &wide = windows.axes[1];
  float* const lines = reinterpret_cast<float*>(scratch);
  float* const sums = reinterpret_cast<float*>(scratch + amxLinesBytes);
  Index* const offsets = reinterpret_cast<Index*>(sums + (amxMostPositions + blockSide) * blockSide);
  packLines(patches, arrayOf<float>(arguments, 1), patch, lines);
  const Index width = patches.width(), pixelBytes = patches.channels * 2, blocks = patches.channels / stepDepth;
  for (Index p = 0, step = 0; p < high.taps; p++) {
    for (Index q = 0; q < wide.taps; q++) {
      for (Index k = 0; k < blocks; k++) offsets[step++] = (p * high.dilation * width + q * wide.dilation) * pixelBytes + k * 64;
    }
  }
  const float* const panels = arrayOf<float>(arguments, 4) + amxPanelsStart(c, windows, patches.channels, patch.group);
  const float* const bias = arrayOf<float>(arguments, 3);
  const Index ofImage = patches.height() * width, steps = patches.steps;
  const Index positions = (patch.images - 1) * ofImage + (patch.rows - 1) * width + patch.columns;
  const auto place = [](const Axis& axis, Index at) { return axis.target + at * axis.targetStep; };
  for (Index j = 0; j < windows.columns; j += blockSide) {
    const Index used = smaller(blockSide, windows.columns - j), tiles = used > tileSide ? 2 : 1;
    alignas(64) float start[blockSide] = {};
    if (bias) copyBlock(bias + patch.group * windows.columns + j, 0, start, 0, 1, used);
    const float* const strip = panels + j * steps * tileSide;
    for (Index first = 0; first < steps || first == 0; first += amxStripSteps) {
      for (Index at = 0; at < positions; at += blockSide) {
        const BlockFactors f = {reinterpret_cast<const char*>(lines) + at * pixelBytes, offsets + first, pixelBytes, tileSide * pixelBytes,
                                strip + first * tiles * tileFloats, smaller(amxStripSteps, steps - first)};
        float* const to = sums + at * blockSide;
        const float* const addend = first > 0 ? to : bias ? start : nullptr;
        multiplyBlock(f, positions - at, used, to, blockSide * 4, addend, first > 0 ? blockSide * 4 : 0);
      }
    }
    for (Index image = 0; image < patch.images; image++) {
      for (Index i = 0; i < patch.rows; i++) {
        const Index row = (patch.n + image) * windows.targetSides[0] + place(high, patch.row + i);
        const Index pixel = row * windows.targetSides[1] + place(wide, patch.column);
        float* const to = arrayOf<float>(arguments, 0) + pixel * windows.targetChannels + patch.group * windows.columns + j;
        copyBlock(sums + (image * ofImage + i * width) * blockSide, blockSide, to, wide.targetStep * windows.targetChannels, patch.columns, used);
      }
    }
  }
}

template <class Direction>
void planAmxConvolution(Arguments& arguments, Index threads) {
  const Convolution c(arguments);
  const Windows windows = Direction::of(c, 0);
  // Several patches for each thread, but not so small that reading the weights costs more than multiplying
  const Index ofBatch = c.groups * Direction::classes(c), rows = windows.axes[0].count;
  const Index parts = threads == 1 ? 1 : divideUp(4 * threads, c.batch * ofBatch), least = divideUp(4 * blockSide, windows.axes[1].count + 1);
  const Index mostImages = threads == 1 ? c.batch : divideUp(c.batch * ofBatch, 4 * threads);
  arguments.rowParts = larger(divideUp(rows, parts), least);
  const AmxPatches patches(windows, arguments.rowParts, smaller(c.batch, mostImages));
  arguments.columnParts = patches.images;
  arguments.items = ofBatch * divideUp(c.batch, patches.images) * patches.down * patches.across;
}

/** Arrays: the result, images, w, a bias or null, the strips of the weights. */
template <class Direction>
void runAmxConvolution(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const Windows largest = Direction::of(c, 0);
  const AmxPatches division(largest, arguments.rowParts, arguments.columnParts);
  const Index imageParts = divideUp(c.batch, division.images);
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  const TileRegisters registers;
  do {
    AmxPatch patch;
    Index rest = item;
    patch.column = rest % division.across * division.columns;
    rest /= division.across;
    patch.row = rest % division.down * division.rows;
    rest /= division.down;
    patch.group = rest % c.groups;
    rest /= c.groups;
    patch.n = rest % imageParts * division.images;
    const Windows windows = Direction::of(c, rest / imageParts);
    // Other classes may have smaller results and fewer taps
    AmxPatches patches(windows, division.rows, division.images);
    patches.columns = smaller(division.columns, windows.axes[1].count);
    patch.images = smaller(division.images, c.batch - patch.n);
    patch.rows = smaller(division.rows, windows.axes[0].count - patch.row);
    patch.columns = smaller(division.columns, windows.axes[1].count - patch.column);
    if (patch.rows > 0 && patch.columns > 0) amxPatch(arguments, c, patches, patch, scratch);
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
