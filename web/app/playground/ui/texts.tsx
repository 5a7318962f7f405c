import type { Playground } from "../playground.ts";

interface Try {
  readonly address: string;
  readonly title: string;
  readonly text: string;
}

const tries: readonly Try[] = [
  {
    title: "Why does a linear network fail here?",
    address: "data=circle&layers=none",
    text: "Without hidden layers the border is a straight line, and no line separates the circle. Then switch on the inputs x² and y²: now one is enough.",
  },
  {
    title: "What one hidden layer makes of lines",
    address: "data=circle&layers=relu:3&noise=0&seed=4",
    text: "Each unit of the layer draws one line. Three of them enclose the middle as a triangle. Look at the units, then change how many there are.",
  },
  {
    title: "Layers without an activation are one layer",
    address: "data=xor&layers=none&noise=0",
    text: "Exclusive or needs a bend in the plane. Add a layer and compare activations: ReLU makes corners, tanh makes curves.",
  },
  {
    title: "The spiral needs room",
    address: "data=spiral&noise=5&points=400&layers=tanh:8,tanh:8&rate=0.01",
    text: "Two layers of eight units untangle the arms within a few hundred epochs. Watch the loss: long plateaus, then sudden progress.",
  },
  {
    title: "A learning rate that is too large",
    address: "data=moons&optimizer=sgd&rate=3&layers=relu:8,relu:8",
    text: "The loss jumps and the surface flickers. Lower the learning rate step by step until it settles, and then until it is too slow.",
  },
  {
    title: "Learning the noise",
    address: "data=moons&noise=35&points=100&layers=relu:16,relu:16,relu:16&rate=0.01",
    text: "The training loss falls towards 0 while the validation loss rises: the network learns the points by heart. Try L2, dropout, or more points.",
  },
  {
    title: "Watch dropout",
    address: "data=moons&noise=35&points=100&layers=relu:16:drop40,relu:16:drop40&rate=0.01",
    text: "In each step 40 % of the units are left out. The border becomes smoother, and both losses stay closer together.",
  },
  {
    title: "Weights that all start at 0",
    address: "data=circle&init=zeros",
    text: "All units of a layer get the same gradient, here 0, so nothing ever changes. This is why weights are drawn at random.",
  },
  {
    title: "More than two classes",
    address: "data=spirals3&noise=5&points=600&layers=tanh:8,tanh:8&rate=0.01",
    text: "Each class has an output of its own, and the largest is the answer. The confusion matrix shows which arms are mixed up.",
  },
  {
    title: "Predicting a number",
    address: "data=bumps&layers=tanh:8,tanh:8&loss=meanSquaredError&rate=0.01&noise=5",
    text: "Colours are numbers now. The network is a landscape that bends towards the points; R² is 1 if it meets all of them.",
  },
  {
    title: "Batch normalization and a deep network",
    address:
      "data=spiral&noise=5&points=400&layers=sigmoid:8:batch,sigmoid:8:batch,sigmoid:8:batch,sigmoid:8:batch&batch=30&rate=0.03",
    text: "Four layers of sigmoids hardly learn, because their gradients shrink from layer to layer. With normalization they do. Set Norm to none in all layers and compare.",
  },
];

/** What one sees, and states to try, as links. */
export function Texts({
  playground,
  href,
}: {
  readonly playground: Playground;
  readonly href: (address: string) => string;
}) {
  return (
    <section class="texts" aria-label="Explanations">
      <div class="what">
        <h2>What you see</h2>
        <p>
          Each point has a position and a class. The network gets the position and answers with a class; the large
          picture shows its answer for every position. At first weights are random, and so are the answers.
        </p>
        <p>
          In each step the network looks at a few training points, measures how wrong it is (the loss), computes how the
          loss changes with each weight (the gradient), and moves all weights a little so that the loss becomes smaller.
          Points with a white centre are not used for that: they show whether it learned a rule or only the points.
        </p>
        <p>
          Everything is computed in this page by the same code as the command <code>handgrad train</code>. A link shows
          the same network with the same losses, to the last bit.
        </p>
        <h2>Keys</h2>
        <p>
          <kbd>Space</kbd> train or pause, <kbd>S</kbd> one step, <kbd>E</kbd> one epoch, <kbd>R</kbd> reset.
        </p>
      </div>
      <div class="try">
        <h2>Things to try</h2>
        <ul>
          {tries.map(({ address, title, text }) => (
            <li key={title}>
              <a
                href={href(address)}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  playground.open(address);
                }}
              >
                {title}
              </a>
              <p>{text}</p>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
