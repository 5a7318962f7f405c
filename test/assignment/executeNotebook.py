"""Executes a notebook where it lies, through Jupyter, and prints what its cells print and the kinds of what they show as JSON."""

import json
import sys

import nbformat
from nbclient import NotebookClient

folder, name = sys.argv[1:]
notebook = nbformat.read(f"{folder}/{name}", as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=200, resources={"metadata": {"path": folder}}).execute()
outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
shown = [sorted(output.data) for output in outputs if output.output_type in ("execute_result", "display_data")]
print(json.dumps({"printed": printed, "shown": shown}))
