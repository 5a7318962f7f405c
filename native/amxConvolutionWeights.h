// The weight gradient of convolutions in bfloat16, with the matrix tiles of AMX, for windows with step 1: dw = (windows of x)ᵀ · dy. The
// inner dimension is pixels, and tiles need it contiguous in x. So a piece of the batch, some images or some rows of one, is converted
// to one line for each channel: row after row, with zeros between rows and between images, which are the padding on both sides. A tap of
// the window is a shift of these lines. dy has zeros where the lines have more pixels than the result.
#pragma once

#include "amxConvolution.h"

namespace handgrad {
namespace {

constexpr Index amxPiecePositions = 1024;
constexpr Index mostAmxChannels = 256, mostAmxOutputs = 512;  // packed at a time
constexpr Index amxLinesOfChannels = Index{1472} << 10, amxStripsBytes = Index{1280} << 10;
static_assert(amxLinesOfChannels + amxStripsBytes + (Index{64} << 10) <= scratchBytes, "both operands and the offsets fit into the memory");

/** The pieces of a batch, and how many of its channels and outputs are packed at a time. */
struct AmxPieces {
  Index width, height;  // of an image with its zeros
  Index images, rows;   // of a piece: several whole images, or some rows of one
  Index ofImage;        // the pieces of an image; 1 for several images
  Index count;
  Index steps;          // of the inner dimension, for a piece
  Index length;         // of the line of a channel
  Index stride;         // its bytes
  Index channels, outputs;

  explicit AmxPieces(const Convolution& c) {
    Index sides[2], spans[2];
    for (int i = 0; i < 2; i++) {
      spans[i] = (c.kernel[i] - 1) * c.dilation[i];
      sides[i] = larger(c.output[i] + spans[i] - c.padding[i], c.input[i] + c.padding[i]);
    }
    height = sides[0];
    width = sides[1];
    const Index most = amxPiecePositions / width;
    images = smaller(c.batch, larger(1, most / height));
    ofImage = images > 1 ? 1 : divideUp(c.output[0], larger(1, smaller(most, c.output[0])));
    rows = divideUp(c.output[0], ofImage);
    count = images > 1 ? divideUp(c.batch, images) : c.batch * ofImage;
    const Index positions = ((images - 1) * height + rows - 1) * width + c.output[1];
    steps = divideUp(positions, stepDepth);
    length = divideUp(steps * stepDepth + spans[0] * width + spans[1], stepDepth) * stepDepth;
    stride = (length * 2 / 64 | 1) * 64;  // an odd number of cache lines: the lines of a tile are in different sets
    channels = smaller(mostAmxChannels, amxLinesOfChannels / stride / blockSide * blockSide);
    outputs = smaller(mostAmxOutputs, amxStripsBytes / (steps * 2 * tileBytes) * blockSide);
  }
  bool fit() const { return channels > 0 && outputs > 0; }
};

inline bool usesAmxForWeights(const Convolution& c) {
  return c.stride[0] == 1 && c.stride[1] == 1 && c.channels / c.groups >= leastAmxChannels && c.output[0] > 0 && c.output[1] > 0 &&
         AmxPieces(c).fit();
}

/** How the weights of a group are divided: in parts of channels and of outputs that are packed at a time. */
struct AmxWeightParts {
  Index channels, outputs;  // parts
  AmxWeightParts(const Convolution& c, const AmxPieces& pieces, Index leastOutputs)
      : channels(divideUp(c.channels / c.groups, pieces.channels)), outputs(divideUp(c.outputs / c.groups, pieces.outputs)) {
    const Index strips = divideUp(c.outputs / c.groups, blockSide), most = divideUp(strips, 2);
    if (outputs < leastOutputs) outputs = most < outputs ? outputs : smaller(leastOutputs, most);
  }
};

inline void planAmxWeights(Arguments& arguments, Index threads) {
  const Convolution c(arguments);
  const Index chunks = chunksOf(arguments);
  const Index least = threads == 1 ? 1 : divideUp(4 * threads, chunks * c.groups);
  const AmxWeightParts parts(c, AmxPieces(c), least);
  arguments.columnParts = parts.outputs;
  arguments.items = chunks * c.groups * parts.channels * parts.outputs;
}

/** Stands for pixels of zeros, with as many channels or outputs as are packed at a time. */
alignas(64) constexpr float zeroPixel[mostAmxOutputs] = {};
static_assert(mostAmxChannels <= mostAmxOutputs, "it is long enough for both");

/** Goes through the positions of a piece, row after row. Its images follow each other, so their rows are numbered on. */
struct PiecePixels {
  const float* images;
  Index channels, sides[2];  // the height and the width of an image
  Index height, width;       // the same with its zeros
  Index first, last;         // the images of the piece
  Index row, column;         // of the next position

  /** The next 32 pixels; rows from `stop` on are zeros too. */
  void next(const float* (&pixels)[stepDepth], Index stop) {
    for (Index k = 0; k < stepDepth;) {
      const Index image = first + row / height, y = row % height;
      const bool inside = row >= 0 && row < stop && y < sides[0] && image < last;
      const Index count = smaller(stepDepth - k, width - column), used = inside ? sides[1] : 0;
      const Index line = (image * sides[0] + y) * sides[1];
      for (const Index end = column + count; column < end; column++, k++) {
        pixels[k] = column >= 0 && column < used ? images + (line + column) * channels : zeroPixel;
      }
      if (column < width) return;
      column = 0;
      row++;
    }
  }
};

/** A tile of pairs of pixels, the inner dimension of B: 16 channels of 32 pixels. Only `channels` are left. */
inline void packPixels(const float* const* pixels, Index offset, Index channels, Index ahead, float* tile) {
  const __mmask16 lanes = firstLanes(channels);
  const auto channelsOf = [&](const float* pixel) {
    __builtin_prefetch(pixel + offset + ahead);
    return bitCast<Floats>(_mm512_maskz_loadu_ps(lanes, pixel + offset));
  };
  for (Index k = 0; k < stepDepth; k += 2, tile += tileSide) {
    const Floats first = channelsOf(pixels[k]), second = channelsOf(pixels[k + 1]);
    store(tile, pairUp(first, second));
  }
}

/** The pixels of a later piece, if all of their channels are packed together, so that they are contiguous. */
struct Ahead {
  const float* images;
  Index channels, packed;
  const Index (&sides)[2];
  const char* at = nullptr;
  Index lines = 0;  // cache lines for each step

  /** Divides the cache lines of a piece among steps; none if there is no such piece. */
  void divide(const AmxPieces& pieces, Index piece, Index steps) {
    if (piece == pieces.count || packed < channels || steps == 0) return;
    const Index row = piece / pieces.ofImage * pieces.images * sides[0] + piece % pieces.ofImage * pieces.rows;
    const Index rows = pieces.images > 1 ? pieces.images * sides[0] : pieces.rows;
    at = reinterpret_cast<const char*>(images + row * sides[1] * channels);
    lines = divideUp(rows * sides[1] * channels * Index{sizeof(float)}, 64 * steps);
  }
  /** The address of the lines of the next steps. */
  const char* take(Index steps) {
    const char* const taken = at;
    at += steps * lines * 64;
    return taken;
  }
};

/** The weights of channels [i0, i1) and outputs [j0, j1) of a group, for pieces [first, last) of the batch. */
inline void amxWeights(const Convolution& c, const AmxPieces& pieces, const float* x, const float* dy, float* dw, Index group, Index first,
                       Index last, Index i0, Index i1, Index j0, Index j1, char* scratch) {
  char* const lines = scratch;
  float* const strips = reinterpret_cast<float*>(scratch + amxLinesOfChannels);
  Index* const offsets = reinterpret_cast<Index*>(scratch + amxLinesOfChannels + amxStripsBytes);
  const Index channelsOfGroup = c.channels / c.groups, outputsOfGroup = c.outputs / c.groups, stripFloats = pieces.steps * 2 * tileFloats;
  // Without pieces the weights are zero: one piece of no steps
  const Index steps = first < last ? pieces.steps : 0;
  for (Index step = 0; step < steps; step++) offsets[step] = step * stepDepth * 2;
  for (Index piece = first; piece < last || piece == first; piece++) {
    const Index image = piece / pieces.ofImage * pieces.images, row = piece % pieces.ofImage * pieces.rows;
    const Index stop = smaller(image + pieces.images, c.batch), rowStop = pieces.images > 1 ? pieces.images * pieces.height : row + pieces.rows;
    const float* pixels[stepDepth];
    PiecePixels ofX = {x + group * channelsOfGroup + i0, c.channels, {c.input[0], c.input[1]}, pieces.height, pieces.width, image, stop,
                       row - c.padding[0], -c.padding[1]};
    for (Index at = 0; steps > 0 && at < pieces.length; at += stepDepth) {
      ofX.next(pixels, pieces.images * pieces.height);
      for (Index i = 0; i < i1 - i0; i += tileSide) {
        alignas(64) float tile[tileFloats];
        packPixels(pixels, i, i1 - i0 - i, stepDepth * c.channels, tile);
        transposeTile(tile);
        char* to = lines + i * pieces.stride + at * 2;
        for (Index r = 0; r < tileSide; r++, to += pieces.stride) store(to, load<Floats>(tile + r * tileSide));
      }
    }
    PiecePixels ofDy = {dy + group * outputsOfGroup + j0, c.outputs, {c.output[0], c.output[1]}, pieces.height, pieces.width, image, stop, row, 0};
    for (Index step = 0; step < steps; step++) {
      ofDy.next(pixels, rowStop);
      for (Index j = 0; j < j1 - j0; j += tileSide) {
        const Index tiles = j / blockSide * blockSide + tileSide < j1 - j0 ? 2 : 1;
        float* const tile = strips + j / blockSide * stripFloats + (step * tiles + j % blockSide / tileSide) * tileFloats;
        packPixels(pixels, j, j1 - j0 - j, stepDepth * c.outputs, tile);
      }
    }
    const bool starts = piece == first;
    // The pixels of the next piece are fetched while tiles are multiplied, an equal part in each step
    const Index blocks = divideUp(i1 - i0, blockSide) * divideUp(j1 - j0, blockSide) * c.places();
    Ahead aheads[2] = {{x, c.channels, i1 - i0, c.input}, {dy, c.outputs, j1 - j0, c.output}};
    for (Ahead& ahead : aheads) ahead.divide(pieces, piece + 1 < last ? piece + 1 : pieces.count, blocks * steps);
    for (Index j = 0; j < j1 - j0; j += blockSide) {
      for (Index i = 0; i < i1 - i0; i += blockSide) {
        for (Index p = 0; p < c.kernel[0]; p++) {
          for (Index q = 0; q < c.kernel[1]; q++) {
            const Index shift = (p * c.dilation[0] * pieces.width + q * c.dilation[1]) * 2;
            float* const to = dw + ((p * c.kernel[1] + q) * channelsOfGroup + i0 + i) * c.outputs + group * outputsOfGroup + j0 + j;
            const BlockFactors f = {lines + i * pieces.stride + shift, offsets, pieces.stride, tileSide * pieces.stride,
                                    strips + j / blockSide * stripFloats, steps, {aheads[0].take(steps), aheads[1].take(steps)},
                                    {aheads[0].lines, aheads[1].lines}};
            computeBlock(f, smaller(blockSide, i1 - i0 - i), smaller(blockSide, j1 - j0 - j), to, c.outputs, starts ? nullptr : to,
                         starts ? 0 : c.outputs);
          }
        }
      }
    }
  }
}

/** Arrays: dw, dy, x, the sums of all chunks except the first, which is written to dw. */
inline void runAmxWeights(const Arguments& arguments, Lane& lane) {
  const Convolution c(arguments);
  const AmxPieces pieces(c);
  const Index channels = c.channels / c.groups, outputs = c.outputs / c.groups, size = c.places() * channels * c.outputs;
  const AmxWeightParts parts(c, pieces, arguments.columnParts);
  const Parts chunks(pieces.count, chunksOf(arguments)), strips(divideUp(outputs, blockSide), parts.outputs);
  Index item;
  char* const scratch = takeFirst<char>(lane, item);
  if (!scratch) return;
  const TileRegisters registers;
  do {
    Index rest = item;
    const Index outputPart = rest % parts.outputs;
    rest /= parts.outputs;
    const Index channelPart = rest % parts.channels;
    rest /= parts.channels;
    const Index group = rest % c.groups, chunk = rest / c.groups;
    float* const dw = sumsOfChunk<float>(arguments, chunk, size);
    const auto output = [&](Index part) { return smaller(outputs, strips.start(part) * blockSide); };
    amxWeights(c, pieces, arrayOf<float>(arguments, 2), arrayOf<float>(arguments, 1), dw, group, chunks.start(chunk), chunks.start(chunk + 1),
               channelPart * pieces.channels, smaller(channels, (channelPart + 1) * pieces.channels), output(outputPart), output(outputPart + 1),
               scratch);
  } while (takeItem(lane, item));
}

}  // namespace
}  // namespace handgrad
