import type { Playground } from "../playground.ts";
import { weightPlaces } from "./layout.ts";

/** The drawing in words. */
export function LayerTable({ playground }: { readonly playground: Playground }) {
  const state = playground.state.value;
  const places = weightPlaces(state);
  const total = places.reduce((sum, { inputs, outputs }) => sum + inputs * outputs + outputs, 0);
  return (
    <details class="layer-table">
      <summary>The network as a table ({total} weights and biases)</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Units</th>
            <th scope="col">Activation</th>
            <th scope="col">Normalization</th>
            <th scope="col">Dropout</th>
            <th scope="col">Weights and biases</th>
          </tr>
        </thead>
        <tbody>
          {places.map(({ inputs, outputs }, i) => {
            const layer = state.layers[i];
            return (
              <tr key={i}>
                <th scope="row">{layer ? i + 1 : "Output"}</th>
                <td class="number">{outputs}</td>
                <td>{layer?.activation ?? "none"}</td>
                <td>{layer?.norm ?? "none"}</td>
                <td class="number">{layer ? `${layer.dropout} %` : "none"}</td>
                <td class="number">{inputs * outputs + outputs}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
