// A folder of images to a model: pictures/cats/1.jpg, pictures/dogs/2.png …; then the labels of single pictures.
import {
  chooseSettings,
  evaluateOnTest,
  fit,
  listImages,
  modelOfRun,
  openData,
  predictImages,
  prepareRun,
  readImage,
  readModel,
  writeModel,
} from "handgrad/node";

const [folder = "pictures", out = "runs/pictures"] = process.argv.slice(2);
const size = 16; // each picture is scaled until it covers a square of this side, and cropped

const source = await openData({ path: folder, size });
const settings = chooseSettings(source, { epochs: 20 });
const result = await fit(prepareRun(source, settings));
if (!result.best) throw new Error("no epoch was finished");
const model = modelOfRun(source, settings, result.best);
const { score, majority } = await evaluateOnTest(source, model, settings, result, { baseline: false });
console.log(`test accuracy ${score.toFixed(3)}, always "${majority?.label}": ${majority?.score.toFixed(3)}`);
await writeModel(out, model);

// In another process, only the folder of the model is needed.
for (const [label, [first]] of listImages(folder)) {
  const [[best]] = predictImages(readModel(out), [await readImage(first, { height: size, width: size })]);
  console.log(`${label}: predicted ${best.label} with probability ${best.probability.toFixed(2)}`);
}
