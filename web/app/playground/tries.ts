/** A state to try, with a text about what it shows. */
interface Try {
  readonly address: string;
  readonly title: string;
  readonly text: string;
}

export const tries: readonly Try[] = [
  {
    title: "Why does a linear network fail here?",
    address: "data=circle&layers=none",
    text: "Without hidden layers the border is a straight line, and no line separates the circle. Then switch on the inputs x² and y²: with them a line is enough.",
  },
  {
    title: "Lines in one hidden layer",
    address: "data=circle&layers=relu:3&noise=0&seed=4",
    text: "Each unit of the layer draws one line. Three of them enclose the middle. Look at the units, then change their number.",
  },
  {
    title: "A bend in the plane",
    address: "data=xor&layers=none&noise=0",
    text: "Exclusive or has no straight border either. Add a layer and compare activations: ReLU makes corners, tanh makes curves.",
  },
  {
    title: "The spiral needs room",
    address: "data=spiral&noise=5&points=400&layers=tanh:8,tanh:8",
    text: "Two layers of eight units separate the arms within a few hundred epochs. Remove units until they no longer can.",
  },
  {
    title: "A learning rate that is too large",
    address: "data=moons&optimizer=sgd&rate=3&layers=tanh:8,tanh:8",
    text: "The loss jumps up and down and the picture flickers. At 1 it settles; at 0.001 it takes very long.",
  },
  {
    title: "Learning the noise",
    address: "data=circle&noise=40&points=100&layers=relu:16,relu:16",
    text: "The training loss falls to 0 while the validation loss rises: the network overfits. Choose L2 with a penalty of 0.01, or more points.",
  },
  {
    title: "Watch dropout",
    address: "data=circle&noise=40&points=100&layers=relu:16:drop50,relu:16:drop50",
    text: "The same points, but in each step half of the units are left out. The predictions become less confident, and the validation loss rises less.",
  },
  {
    title: "Weights that all start at 0",
    address: "data=circle&init=zeros",
    text: "The outputs of hidden units are 0 and get a gradient of 0, so their weights never change; only the biases of the outputs move. This is why weights are drawn at random.",
  },
  {
    title: "More than two classes",
    address: "data=spirals3&noise=5&points=600&layers=tanh:8,tanh:8",
    text: "Each class has an output of its own, and the largest is the answer. The confusion matrix shows which arms are mixed up.",
  },
  {
    title: "Predicting a number",
    address: "data=bumps&layers=tanh:8,tanh:8&loss=meanSquaredError&noise=5",
    text: "Colours are numbers now. The network is a surface that fits the points; R² is 1 if it passes through all of them.",
  },
  {
    title: "A deep network and batch normalization",
    address:
      "data=spiral&noise=5&points=400&layers=sigmoid:8,sigmoid:8,sigmoid:8,sigmoid:8,sigmoid:8,sigmoid:8&batch=50&rate=0.03",
    text: "Six layers of sigmoids hardly learn, because gradients shrink from layer to layer. Choose “Batch norm” in all layers: now they do.",
  },
];
