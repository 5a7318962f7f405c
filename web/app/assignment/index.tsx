export function View() {
  return <p>This view is being written.</p>;
}
