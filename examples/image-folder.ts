// A folder of images to a model: pictures/cats/1.jpg, pictures/dogs/2.png …; then the labels of a single picture.
import {
  chooseSettings,
  fitOwn,
  imageTask,
  listImages,
  predictImages,
  readImage,
  readImageFolder,
  readModel,
  writeModel,
} from "handgrad/node";

const [folder = "pictures", out = "runs/pictures"] = process.argv.slice(2);
const size = { height: 16, width: 16 }; // each picture is scaled until it covers this, and cropped

const task = imageTask(await readImageFolder(folder, size));
const { model, score, majority } = await fitOwn(task, chooseSettings(task, { epochs: 20 }));
console.log(`test accuracy ${score.toFixed(3)}, always "${majority.label}": ${majority.score.toFixed(3)}`);
await writeModel(out, model);

// In another process, only the folder of the model is needed.
for (const [label, [first]] of listImages(folder)) {
  const [[best]] = predictImages(readModel(out), [await readImage(first, size)]);
  console.log(`${label}: predicted ${best.label} with probability ${best.probability.toFixed(2)}`);
}
