"""Pictures of an app's state machines, drawn from what `cdk synth` wrote.

`blockwork workflows cdk.out docs/workflows` draws them, with `--check` it says which are
not as they would be drawn. Graphviz lays them out, in WebAssembly: npm's package
@viz-js/viz, in the folder where the command runs.
"""
